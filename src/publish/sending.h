/* The parts of publish_run: what the registry has of a file, and one try to bring it there. Private to publish.c, there.c and attempt.c. */
#ifndef PUBLISH_SENDING_H
#define PUBLISH_SENDING_H

#include "net/upload.h"
#include "publish/publish.h"

struct sending {
	const struct run_context *run;
	const struct publish_request *request;
	struct arena *arena;
	struct uploader *uploader;
	struct index *index; /* the one that is asked; NULL: none */
	const char *noted; /* the credential of the last credential.used */
	struct flight *flights; /* UPLOAD_AT_ONCE: those under way, by their slots */
	unsigned at_once; /* how many there may be now */
	bool is_lost; /* hwb-net is gone, and with it all that was under way */
};

/* ---- there.c ---- */

enum there { THERE_UNKNOWN, THERE_NOT, THERE_SAME };

/* What the index has under the file's name; UNKNOWN: there is none to ask. ERR_PUBLISH: another file. ERR_UNCHECKED: it says nothing of use.
 * ERR_CANCELLED. */
MUST_USE enum status there_look(struct sending *s, struct publish_file *f, enum there *ret, struct diag *d);
/* The same, and nothing that was heard before counts. */
MUST_USE enum status there_look_again(struct sending *s, struct publish_file *f, enum there *ret, struct diag *d);

/* ---- attempt.c ---- */

enum verdict { VERDICT_DONE, VERDICT_AGAIN, VERDICT_EXISTS, VERDICT_NO };

/* One try of one file. */
struct attempt {
	struct publish_file *file;
	const struct publish_credential *credential;
	struct upload_request upload;
	int answer_fd; /* -1: none */
	void (*progress)(void *context, const struct attempt *t, uint64_t sent);
	void *context;
};

/* Asks for the credential, notes it, and begins to send fd in that slot. t: has file, progress and context, and stays where it is until
 * attempt_end. n_tries is counted. ERR_PUBLISH (is_lost says whether all are), ERR_USAGE, those of the credential, ERR_LOG. */
MUST_USE enum status attempt_begin(struct sending *s, struct attempt *t, unsigned slot, int fd, struct diag *d);
/* Waits for the answer to one of those under way, the slot says to which. ERR_PUBLISH, ERR_CANCELLED: is_lost. */
MUST_USE enum status attempt_wait(struct sending *s, struct upload_answer *ret, struct diag *d);
/* What the answer means. OK: *ret is it, and unless it is VERDICT_DONE the diag has the sentence. *ret_wait_s: what the registry asks for before
 * the next one. ERR_PUBLISH, ERR_CANCELLED. */
MUST_USE enum status attempt_end(struct sending *s, struct attempt *t, const struct upload_answer *answer, enum verdict *ret,
				 uint32_t *ret_wait_s, struct diag *d);
/* Of one that will have no answer, too. */
void attempt_done(struct attempt *t);

#endif

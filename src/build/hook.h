/* The conversation with src/hook/hwb_hook.py over the channel: requests out, answers in, both length-checked.
 * An answer is the word of a stranger: its kind, counts and strings are bounded and typed here. PEP 517. */
#ifndef BUILD_HOOK_H
#define BUILD_HOOK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"

enum { HOOK_PACKET_MAX = 1 << 18, HOOK_STRINGS_MAX = 4096 };

enum hook_kind { HOOK_NAME = 1, HOOK_LIST, HOOK_ABSENT, HOOK_ERROR };

struct hook_answer {
	enum hook_kind kind;
	struct bytes *strings; /* HOOK_NAME: one; HOOK_ERROR: what ("unsupported", "import", "type", "exit", "exception") and text */
	size_t n_strings;
};

/* One packet as it came. Strings live as long as a. ERR_BACKEND when it is malformed, too large, not UTF-8, or of the
 * wrong shape for its kind. */
MUST_USE enum status hook_answer_parse(struct bytes packet, struct arena *a, struct hook_answer *ret, struct diag *d);

/* The packets of a request; b is cleared first. */
void hook_request_start(const char *backend, const char *const *paths, size_t n_paths, const char *const *preload, size_t n_preload,
			struct buf *b);
/* settings: 2 * n_settings strings, key and value in turn. */
void hook_request_call(const char *hook, bool in_fork, const char *directory, const char *const *settings, size_t n_settings,
		       struct buf *b);

#endif

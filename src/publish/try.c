#include "publish/try.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/random.h>

#include "audit/audit.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "host/spool.h"

enum { WAIT_SLICE_MS = 100 };

static bool is_untouched(const struct publish_file *f)
{
	struct stat now;
	const struct stat *then = &f->looks;
	return f->kept_fd >= 0 && stat(f->path, &now) == 0 && now.st_dev == then->st_dev && now.st_ino == then->st_ino &&
	       now.st_size == then->st_size && now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == then->st_mtim.tv_nsec && now.st_ctim.tv_sec == then->st_ctim.tv_sec &&
	       now.st_ctim.tv_nsec == then->st_ctim.tv_nsec;
}

enum status publish_copy_open(const struct run_context *run, const struct publish_file *f, uint64_t file_max, int *ret_fd,
			      struct diag *d)
{
	struct sha256 digest;
	uint64_t size;
	CLEANUP(fd_close) int fd = is_untouched(f) ? fcntl(f->kept_fd, F_DUPFD_CLOEXEC, 0) : -1;
	if (fd >= 0) {
		*ret_fd = take_fd(&fd);
		return OK;
	}
	enum status status = spool_copy(run, f->path, file_max, &fd, d);
	if (status == OK)
		status = sha256_of_fd(fd, file_max, &digest, &size, d);
	if (status == ERR_ABSENT || status == ERR_IO || status == ERR_LIMIT)
		return recode(d, ERR_ARTEFACT);
	if (status)
		return status;
	if (!sha256_equal(&digest, &f->digest)) {
		(void)fail(d, ERR_ARTEFACT, 0, "'%s' has changed since it was checked", f->path);
		return remedy(d, "nothing of it was sent; find out who writes to it, and run again");
	}
	*ret_fd = take_fd(&fd);
	return OK;
}

void publish_ended(const struct publish_request *request, const struct publish_file *f)
{
	if (request->ended)
		request->ended(request->context, f);
}

enum status publish_note(const struct run_context *run, const struct publish_request *request, const struct publish_file *f,
			 const char *event, const struct publish_credential *c, const struct diag *why, bool durable, struct diag *d)
{
	char digest[SHA256_TEXT_SIZE];
	sha256_text(&f->digest, digest);
	struct json_writer *w = audit_begin(run->audit, event);
	json_pair_string(w, "package", f->project);
	json_pair_string(w, "version", f->form.version);
	json_pair_string(w, "file", f->name);
	json_pair_cstring(w, "sha256", digest);
	json_pair_unsigned(w, "size", f->size);
	json_pair_cstring(w, "registry", request->registry->upload_url);
	json_pair_cstring(w, "index", request->registry->check_url);
	json_pair_cstring(w, "authentication", c ? c->kind : NULL);
	json_pair_cstring(w, "username", c ? c->user : NULL);
	json_pair_cstring(w, "oidc_issuer", c ? c->oidc_issuer : NULL);
	if (c && c->claims_json.size)
		json_pair_string(w, "claims", c->claims_json);
	if (why)
		json_pair_cstring(w, "error", status_name(why->code));
	if (f->n_tries)
		json_pair_unsigned(w, "tries", f->n_tries);
	return audit_end(run->audit, durable, d);
}

enum status publish_wait(const struct run_context *run, uint64_t whole_ms, uint32_t asked_s, struct diag *d)
{
	uint32_t random = 0;
	if (getrandom(&random, sizeof random, 0) != sizeof random)
		random = (uint32_t)clock_ms(); /* it only spreads load: any number will do */
	uint64_t ms = whole_ms / 2 + (whole_ms / 2 * random >> 32), until;
	if (asked_s > PUBLISH_WAIT_MAX_S)
		asked_s = PUBLISH_WAIT_MAX_S;
	if (ms < UINT64_C(1000) * asked_s)
		ms = UINT64_C(1000) * asked_s;
	until = clock_ms() + ms;
	enum status status = run_check(run, d);
	for (uint64_t now = clock_ms(); status == OK && now < until; now = clock_ms()) {
		(void)poll(NULL, 0, until - now < WAIT_SLICE_MS ? (int)(until - now) : WAIT_SLICE_MS);
		status = run_check(run, d);
	}
	return status;
}

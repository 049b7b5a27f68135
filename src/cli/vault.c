#include "cli/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "cli/secret_input.h"
#include "cli/session.h"
#include "crypto/seal_request.h"
#include "host/file.h"
#include "host/helper.h"

static const char file_name[] = "credentials";

static const char *path_of(const struct vault *v)
{
	return arena_printf(v->arena, "%s/%s", v->settings->home_dir, file_name);
}

/* Ours alone, and no link that somebody else may have put there. */
static enum status read_file(struct vault *v, struct buf *text, struct diag *d)
{
	struct stat st;
	CLEANUP(fd_close) int fd = openat(v->home, file_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return ERR_ABSENT;
	if (fd < 0 || fstat(fd, &st))
		return fail(d, ERR_IO, 0, "open the credential store '%s': %s", path_of(v), strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & (S_IRWXG | S_IRWXO))) {
		(void)fail(d, ERR_USAGE, 0, "the credential store '%s' is not a file of yours alone", path_of(v));
		return remedy(d, "chmod 600 '%s', and see who wrote it", path_of(v));
	}
	return file_read_fd(fd, text, d);
}

enum status vault_load(struct vault *v, bool for_writing, struct diag *d)
{
	struct buf text; /* the store borrows it: it goes into the arena */
	enum status s = for_writing ? session_open_home(v->settings->home_dir, &v->home, d)
				    : directory_open(AT_FDCWD, v->settings->home_dir, &v->home, d);
	if (s)
		return s == ERR_ABSENT ? OK : s;
	if (for_writing && flock(v->home, LOCK_EX))
		return fail(d, ERR_IO, 0, "lock '%s': %s", v->settings->home_dir, strerror(errno));
	buf_init(&text, STORE_SIZE_MAX + 1);
	s = read_file(v, &text, d);
	if (s == OK)
		s = credential_store_read(arena_copy(v->arena, buf_bytes(&text)), v->arena, &v->store, d);
	buf_done(&text);
	v->exists = s == OK;
	if (s == ERR_ABSENT)
		return OK;
	return s == ERR_FORMAT ? remedy(d, "remove '%s' and add the credentials again", path_of(v)) : s;
}

/* hwb-seal does it; what it takes and gives is wiped here. */
static enum status call(const struct vault *v, const char *verb, const struct seal_request *r, struct buf *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf request;
	CLEANUP(helper_stop) struct helper h = { 0 };
	buf_init(&request, 2 * STORE_SIZE_MAX);
	request.secret = ret->secret = true;
	seal_request_write(r, &request);
	enum status s = buf_check(&request, "the credential store", d);
	if (s == OK)
		s = helper_start(v->run, "hwb-seal", verb, NULL, 0, &h, d);
	if (s)
		return s;
	h.is_secret = true;
	s = helper_ask(&h, buf_bytes(&request), d);
	return s ? s : helper_finish(v->run, &h, ret, d);
}

static enum status open_passwords(struct vault *v, struct bytes passphrase, struct diag *d)
{
	CLEANUP(buf_done) struct buf passwords;
	struct seal_request r = { v->store.seal, passphrase, v->store.open, v->store.sealed };
	buf_init(&passwords, STORE_SIZE_MAX);
	enum status s = call(v, "open", &r, &passwords, d);
	if (s == ERR_REFUSED) {
		(void)explain(d, "the credential store '%s'", path_of(v));
		(void)remedy(d,
			     "say the passphrase that it was made with; without it, remove the file and add the credentials again");
		return recode(d, ERR_USAGE);
	}
	if (s == OK)
		s = credential_store_take_passwords(&v->store, buf_bytes(&passwords), v->arena, d);
	for (size_t i = 0; s == OK && i < v->store.n; i++)
		(void)console_add_secret(v->console, bytes_of(v->store.items[i].password));
	v->is_open = s == OK;
	return s;
}

enum status vault_open(struct vault *v, struct buf *passphrase, struct diag *d)
{
	enum status s = passphrase_get(v->run, v->settings, v->console, !v->exists, passphrase, d);
	if (s == OK && v->exists)
		s = open_passwords(v, buf_bytes(passphrase), d);
	v->is_open = s == OK;
	return s;
}

enum status vault_save(struct vault *v, struct bytes passphrase, struct diag *d)
{
	CLEANUP(buf_done) struct buf open;
	CLEANUP(buf_done) struct buf passwords;
	CLEANUP(buf_done) struct buf sealed;
	struct seal *how = &v->store.seal;
	buf_init(&open, STORE_SIZE_MAX);
	buf_init(&passwords, STORE_SIZE_MAX);
	buf_init(&sealed, STORE_SIZE_MAX);
	passwords.secret = true;
	if (v->store.n == 0)
		return unlinkat(v->home, file_name, 0) && errno != ENOENT
			       ? fail(d, ERR_IO, 0, "remove '%s': %s", path_of(v), strerror(errno))
			       : OK;
	*how = (struct seal){ .log_n = SEAL_LOG_N, .r = SEAL_R, .p = SEAL_P };
	if (getrandom(how->salt, sizeof how->salt, 0) != (ssize_t)sizeof how->salt ||
	    getrandom(how->nonce, sizeof how->nonce, 0) != (ssize_t)sizeof how->nonce)
		return fail(d, ERR_IO, 0, "no random bytes: %s", strerror(errno));
	credential_store_put_open(&v->store, &open);
	credential_store_put_passwords(&v->store, &passwords);
	struct seal_request r = { *how, passphrase, buf_bytes(&open), buf_bytes(&passwords) };
	enum status s = call(v, "seal", &r, &sealed, d);
	if (s)
		return s;
	credential_store_put_sealed(buf_bytes(&sealed), &open);
	s = buf_check(&open, "the credential store", d);
	return s ? s : file_replace(v->home, file_name, buf_bytes(&open), 0600, true, d);
}

void vault_done(struct vault *v)
{
	fd_close(&v->home);
}

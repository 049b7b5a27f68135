#include "cli/credential_store.h"

#include "base/wire.h"

static const struct bytes magic = LIT("hwb credentials 1\n");

/* One word of the file: no NUL, no line's end, for it goes to a terminal and into a request. */
static bool take_word(struct wire *w, bool may_be_empty, struct arena *a, const char **ret)
{
	struct bytes b = wire_get_bytes(w);
	if (w->bad || b.size > STORE_WORD_MAX || (!b.size && !may_be_empty))
		return false;
	for (size_t i = 0; i < b.size; i++)
		if (b.data[i] < ' ' || b.data[i] == 0x7f)
			return false;
	*ret = arena_string(a, b);
	return true;
}

static enum status read_items(struct wire *w, struct arena *a, struct credential_store *s, struct diag *d)
{
	uint32_t n = wire_get_count(w, 12);
	if (w->bad || n > STORE_ITEMS_MAX)
		return fail(d, w->bad ? ERR_FORMAT : ERR_LIMIT, 0, "not a credential store, or one of more than %d credentials",
			    STORE_ITEMS_MAX);
	s->items = ARENA_ARRAY(a, struct stored_credential, n + 1); /* room for one more */
	for (; s->n < n; s->n++) {
		struct stored_credential *item = &s->items[s->n];
		if (!take_word(w, false, a, &item->name) || !take_word(w, false, a, &item->origin) ||
		    !take_word(w, true, a, &item->user))
			return fail(d, ERR_FORMAT, 0, "the credential store is malformed at credential %zu", s->n + 1);
	}
	return OK;
}

enum status credential_store_read(struct bytes file, struct arena *a, struct credential_store *ret, struct diag *d)
{
	struct credential_store s = { .n = 0 };
	if (file.size > STORE_SIZE_MAX)
		return fail(d, ERR_LIMIT, 0, "the credential store is larger than %d bytes", STORE_SIZE_MAX);
	if (!bytes_starts(file, magic))
		return fail(d, ERR_FORMAT, 0, "not a credential store, or of a version that this hwb does not know");
	struct wire w = wire_over(bytes_from(file, magic.size));
	s.seal.log_n = wire_get_u32(&w);
	s.seal.r = wire_get_u32(&w);
	s.seal.p = wire_get_u32(&w);
	struct bytes salt = wire_get_bytes(&w), nonce = wire_get_bytes(&w);
	if (w.bad || salt.size != SEAL_SALT_SIZE || nonce.size != SEAL_NONCE_SIZE || s.seal.log_n > SEAL_LOG_N_MAX)
		return fail(d, ERR_FORMAT, 0, "the credential store is malformed at its beginning");
	bytes_copy(s.seal.salt, salt);
	bytes_copy(s.seal.nonce, nonce);
	enum status status = read_items(&w, a, &s, d);
	if (status)
		return status;
	s.open = bytes_part(file, 0, file.size - w.rest.size);
	s.sealed = wire_get_bytes(&w);
	status = wire_end(&w, "credential store", d);
	if (status == OK)
		*ret = s;
	return status;
}

void credential_store_put_open(const struct credential_store *s, struct buf *out)
{
	buf_add(out, magic);
	wire_put_u32(out, s->seal.log_n);
	wire_put_u32(out, s->seal.r);
	wire_put_u32(out, s->seal.p);
	wire_put_bytes(out, bytes_make(s->seal.salt, SEAL_SALT_SIZE));
	wire_put_bytes(out, bytes_make(s->seal.nonce, SEAL_NONCE_SIZE));
	wire_put_u32(out, (uint32_t)s->n);
	for (size_t i = 0; i < s->n; i++) {
		wire_put_string(out, s->items[i].name);
		wire_put_string(out, s->items[i].origin);
		wire_put_string(out, s->items[i].user);
	}
}

void credential_store_put_sealed(struct bytes sealed, struct buf *out)
{
	wire_put_bytes(out, sealed);
}

void credential_store_put_passwords(const struct credential_store *s, struct buf *out)
{
	for (size_t i = 0; i < s->n; i++)
		wire_put_string(out, s->items[i].password);
}

enum status credential_store_take_passwords(struct credential_store *s, struct bytes text, struct arena *a, struct diag *d)
{
	struct wire w = wire_over(text);
	for (size_t i = 0; i < s->n; i++)
		if (!take_word(&w, true, a, &s->items[i].password))
			return fail(d, ERR_FORMAT, 0, "the credential store has no password where it says '%s'", s->items[i].name);
	return wire_end(&w, "credential store", d);
}

size_t credential_store_find(const struct credential_store *s, const char *origin, const char *name)
{
	size_t i = 0;
	while (i < s->n && (origin ? strcmp(s->items[i].origin, origin) != 0 : strcmp(s->items[i].name, name) != 0))
		i++;
	return i;
}

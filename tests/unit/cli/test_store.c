#include "base/wire.h"
#include "cli/credential_store.h"
#include "harness.h"

static const struct stored_credential items[] = {
	{ "corp", "https://pypi.corp.example:443", "__token__", "pw-1" },
	{ "other", "https://other.example:8443", "", "pw-2" },
};

static void write_store(size_t n, struct buf *out)
{
	struct stored_credential copy[COUNT(items)];
	memcpy(copy, items, sizeof copy);
	struct credential_store s = { .seal = { .log_n = 17, .r = 8, .p = 1 }, .items = copy, .n = n };
	buf_init(out, 1 << 20);
	credential_store_put_open(&s, out);
	credential_store_put_sealed(BYTES("sealed bytes"), out);
}

static void a_store_reads_back(void)
{
	for (size_t n = 0; n <= COUNT(items); n++) {
		CLEANUP(buf_done) struct buf file;
		CLEANUP(arena_done) struct arena a;
		struct credential_store s;
		arena_init(&a);
		write_store(n, &file);
		CHECK(credential_store_read(buf_bytes(&file), &a, &s, NULL) == OK && s.n == n && s.seal.log_n == 17 && s.seal.r == 8);
		CHECK_BYTES(s.sealed, BYTES("sealed bytes"));
		CHECK_NUMBER(s.open.size, file.size - 4 - s.sealed.size); /* all in front of the sealed part is covered */
		for (size_t i = 0; i < n; i++) {
			CHECK(strcmp(s.items[i].name, items[i].name) == 0 && strcmp(s.items[i].origin, items[i].origin) == 0);
			CHECK(strcmp(s.items[i].user, items[i].user) == 0 && !s.items[i].password);
		}
		CHECK_NUMBER(credential_store_find(&s, "https://other.example:8443", NULL), n == 2 ? 1 : n);
		CHECK_NUMBER(credential_store_find(&s, NULL, "corp"), 0);
		CHECK_NUMBER(credential_store_find(&s, "https://pypi.corp.example:444", NULL), n);
	}
}

static void a_store_breaks_at_every_cut(void)
{
	CLEANUP(buf_done) struct buf file;
	write_store(2, &file);
	for (size_t cut = 0; cut < file.size; cut++) {
		CLEANUP(arena_done) struct arena a;
		struct credential_store s = { .n = 77 };
		struct diag d = { 0 };
		unsigned char *copy = malloc(cut ? cut : 1);
		arena_init(&a);
		bytes_copy(copy, bytes_part(buf_bytes(&file), 0, cut));
		CHECK_NUMBER(credential_store_read(bytes_make(copy, cut), &a, &s, &d), ERR_FORMAT);
		CHECK(s.n == 77 && d.text[0]);
		free(copy);
	}
	CLEANUP(arena_done) struct arena a;
	struct credential_store s;
	arena_init(&a);
	buf_add_byte(&file, 0);
	CHECK(credential_store_read(buf_bytes(&file), &a, &s, NULL) == ERR_FORMAT);
}

static void what_cannot_be_is_refused(void)
{
	static const struct stored_credential wrong[] = { { "", "o", "u", NULL },
							  { "n", "", "u", NULL },
							  { "n\n", "o", "u", NULL },
							  { "n", "o\x1b", "u", NULL },
							  { "n", "o", "u\x7f", NULL } };
	for (size_t i = 0; i < COUNT(wrong); i++) {
		CLEANUP(buf_done) struct buf file;
		CLEANUP(arena_done) struct arena a;
		struct stored_credential one = wrong[i];
		struct credential_store in = { .items = &one, .n = 1 }, out;
		arena_init(&a);
		buf_init(&file, 1 << 20);
		credential_store_put_open(&in, &file);
		credential_store_put_sealed(BYTES("x"), &file);
		CHECK(credential_store_read(buf_bytes(&file), &a, &out, NULL) == ERR_FORMAT);
	}
	CLEANUP(buf_done) struct buf file;
	CLEANUP(arena_done) struct arena a;
	struct credential_store out;
	arena_init(&a);
	write_store(1, &file);
	file.data[16] = '2'; /* the version */
	CHECK(credential_store_read(buf_bytes(&file), &a, &out, NULL) == ERR_FORMAT);
	file.data[16] = '1';
	file.data[18] = SEAL_LOG_N_MAX + 1;
	CHECK(credential_store_read(buf_bytes(&file), &a, &out, NULL) == ERR_FORMAT);
	file.data[18] = SEAL_LOG_N_MAX;
	CHECK(credential_store_read(buf_bytes(&file), &a, &out, NULL) == OK);
}

static void so_many_credentials_and_no_more(void)
{
	static struct stored_credential many[STORE_ITEMS_MAX + 1];
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = items[0];
	for (size_t n = STORE_ITEMS_MAX; n <= STORE_ITEMS_MAX + 1; n++) {
		CLEANUP(buf_done) struct buf file;
		CLEANUP(arena_done) struct arena a;
		struct credential_store in = { .items = many, .n = n }, out;
		arena_init(&a);
		buf_init(&file, 1 << 20);
		credential_store_put_open(&in, &file);
		credential_store_put_sealed(BYTES("x"), &file);
		CHECK_NUMBER(credential_store_read(buf_bytes(&file), &a, &out, NULL), n <= STORE_ITEMS_MAX ? OK : ERR_LIMIT);
	}
}

static void passwords_are_one_for_each(void)
{
	CLEANUP(buf_done) struct buf text;
	CLEANUP(arena_done) struct arena a;
	struct stored_credential copy[COUNT(items)];
	arena_init(&a);
	memcpy(copy, items, sizeof copy);
	struct credential_store s = { .items = copy, .n = COUNT(items) };
	buf_init(&text, 4096);
	credential_store_put_passwords(&s, &text);
	copy[0].password = copy[1].password = NULL;
	CHECK(credential_store_take_passwords(&s, buf_bytes(&text), &a, NULL) == OK);
	CHECK(strcmp(copy[0].password, "pw-1") == 0 && strcmp(copy[1].password, "pw-2") == 0);
	for (size_t cut = 0; cut < text.size; cut++)
		CHECK(credential_store_take_passwords(&s, bytes_part(buf_bytes(&text), 0, cut), &a, NULL) == ERR_FORMAT);
	s.n = 1;
	CHECK(credential_store_take_passwords(&s, buf_bytes(&text), &a, NULL) == ERR_FORMAT);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a store reads back, and all of it is covered by the seal", a_store_reads_back },
		{ "a store breaks at every cut", a_store_breaks_at_every_cut },
		{ "what cannot be in a store is refused", what_cannot_be_is_refused },
		{ "a store has so many credentials and no more", so_many_credentials_and_no_more },
		{ "there is one password for each credential", passwords_are_one_for_each },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}

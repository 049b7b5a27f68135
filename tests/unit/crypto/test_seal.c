#include "crypto/seal.h"
#include "crypto/seal_request.h"
#include "harness.h"

/* Small, so that the test takes no time; the cost is scrypt's business. */
static const struct seal how = { .log_n = 4, .r = 1, .p = 1, .salt = "sixteen bytes ok", .nonce = "twelve bytes" };

static enum status reopen(const struct seal *s, const char *passphrase, const char *open, struct bytes sealed, struct buf *out,
			  struct diag *d)
{
	buf_init(out, 4096);
	out->secret = true;
	return seal_open(s, bytes_of(passphrase), bytes_of(open), sealed, out, d);
}

static void close_text(const char *text, struct buf *sealed)
{
	buf_init(sealed, 4096);
	CHECK(seal_close(&how, BYTES("pass"), BYTES("names"), bytes_of(text), sealed, NULL) == OK);
	CHECK_NUMBER(sealed->size, strlen(text) + SEAL_TAG_SIZE);
}

static void what_is_sealed_opens(void)
{
	static const char *const texts[] = { "", "x", "the password of an index", "\xc3\xa4" };
	for (size_t i = 0; i < COUNT(texts); i++) {
		CLEANUP(buf_done) struct buf sealed;
		CLEANUP(buf_done) struct buf out;
		close_text(texts[i], &sealed);
		CHECK(reopen(&how, "pass", "names", buf_bytes(&sealed), &out, NULL) == OK);
		CHECK_BYTES(buf_bytes(&out), bytes_of(texts[i]));
		CHECK(!texts[i][0] || bytes_search(buf_bytes(&sealed), bytes_of(texts[i])) == sealed.size || strlen(texts[i]) < 3);
	}
}

static void whatever_changed_does_not_open(void)
{
	CLEANUP(buf_done) struct buf sealed;
	close_text("secret", &sealed);
	struct seal others[5] = { how, how, how, how, how };
	others[0].log_n++;
	others[1].r++;
	others[2].p++;
	others[3].salt[15] ^= 1;
	others[4].nonce[11] ^= 1;
	for (size_t i = 0; i < COUNT(others); i++) {
		CLEANUP(buf_done) struct buf out;
		struct diag d = { 0 };
		CHECK(reopen(&others[i], "pass", "names", buf_bytes(&sealed), &out, &d) == ERR_REFUSED && out.size == 0 && d.text[0]);
	}
	static const struct {
		const char *passphrase, *open;
	} rows[] = { { "Pass", "names" }, { "", "names" }, { "pass", "name" }, { "pass", "names2" }, { "pass", "" } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf out;
		CHECK_ROW(reopen(&how, rows[i].passphrase, rows[i].open, buf_bytes(&sealed), &out, NULL) == ERR_REFUSED,
			  rows[i].open);
		CHECK(out.size == 0);
	}
	for (size_t i = 0; i < sealed.size; i++) {
		CLEANUP(buf_done) struct buf out;
		sealed.data[i] ^= 1;
		CHECK(reopen(&how, "pass", "names", buf_bytes(&sealed), &out, NULL) == ERR_REFUSED && out.size == 0);
		sealed.data[i] ^= 1;
	}
}

static void it_breaks_at_every_cut(void)
{
	CLEANUP(buf_done) struct buf sealed;
	close_text("secret", &sealed);
	for (size_t cut = 0; cut < sealed.size; cut++) {
		CLEANUP(buf_done) struct buf out;
		unsigned char *copy = malloc(cut ? cut : 1);
		bytes_copy(copy, bytes_part(buf_bytes(&sealed), 0, cut));
		enum status want = cut < SEAL_TAG_SIZE ? ERR_FORMAT : ERR_REFUSED;
		CHECK_NUMBER(reopen(&how, "pass", "names", bytes_make(copy, cut), &out, NULL), want);
		free(copy);
	}
}

/* A file must not ask for the machine. */
static void parameters_have_limits(void)
{
	static const struct {
		uint32_t log_n, r, p;
		enum status want;
	} rows[] = { { 0, 1, 1, ERR_FORMAT }, { 1, 1, 1, OK }, { 20, 1, 1, ERR_FORMAT },
		     { 4, 0, 1, ERR_FORMAT }, { 4, 8, 1, OK }, { 4, 9, 1, ERR_FORMAT },
		     { 4, 1, 0, ERR_FORMAT }, { 4, 1, 4, OK }, { 4, 1, 5, ERR_FORMAT } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf sealed;
		struct seal s = how;
		s.log_n = rows[i].log_n;
		s.r = rows[i].r;
		s.p = rows[i].p;
		buf_init(&sealed, 4096);
		CHECK_NUMBER(seal_close(&s, BYTES("pass"), BYTES(""), BYTES("x"), &sealed, NULL), rows[i].want);
	}
}

/* hashlib.scrypt(b"pass", salt=b"sixteen bytes ok", n=16, r=1, p=1, dklen=32), then AES-256-GCM by the package cryptography. */
static void others_make_the_same(void)
{
	CLEANUP(buf_done) struct buf sealed;
	static const char want[] = "5d80acbdb311e3668a341dcda46e81c06fb7c516e9e1";
	close_text("secret", &sealed);
	char text[2 * 64 + 1] = "";
	for (size_t i = 0; i < sealed.size; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", sealed.data[i]);
	CHECK_BYTES(bytes_of(text), bytes_of(want));
}

static void a_request_reads_back(void)
{
	CLEANUP(buf_done) struct buf b;
	struct seal_request in = { how, BYTES("pass"), BYTES("open"), BYTES("text") }, out;
	buf_init(&b, 4096);
	seal_request_write(&in, &b);
	CHECK(seal_request_read(buf_bytes(&b), &out, NULL) == OK && memcmp(&out.seal, &how, sizeof how) == 0);
	CHECK_BYTES(out.passphrase, BYTES("pass"));
	CHECK_BYTES(out.open, BYTES("open"));
	CHECK_BYTES(out.text, BYTES("text"));
	for (size_t cut = 0; cut < b.size; cut++)
		CHECK(seal_request_read(bytes_part(buf_bytes(&b), 0, cut), &out, NULL) == ERR_FORMAT);
	buf_add_byte(&b, 0);
	CHECK(seal_request_read(buf_bytes(&b), &out, NULL) == ERR_FORMAT);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "what is sealed opens again", what_is_sealed_opens },
		{ "whatever was changed does not open, and gives nothing", whatever_changed_does_not_open },
		{ "it breaks at every cut", it_breaks_at_every_cut },
		{ "parameters have limits", parameters_have_limits },
		{ "another implementation makes the same", others_make_the_same },
		{ "a request reads back, and breaks at every cut", a_request_reads_back },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}

/* The records of an upload: what one side writes the other reads, and nothing shorter. The form itself is tried against a server by
 * tests/publish. */
#include "base/cleanup.h"
#include "harness.h"
#include "net/upload_wire.h"

static const struct upload_field fields[] = { { ":action", LIT("file_upload") }, { "summary", LIT("\xc3\xa9") } };
static const struct upload_request request = {
	.slot = UPLOAD_AT_ONCE - 1, .fields = fields, .n_fields = 2, .file_name = "a-1.whl", .file_size = 7, .user = "u", .password = "p:w"
};
static const struct upload_header raw_headers[] = { { "if-match", "\"1\"" }, { "x-amz-date", "20130524T000000Z" } };
static const struct upload_raw raw = { .put = true, .path = "/b/a%2B1", .headers = raw_headers, .n_headers = 2, .answer_max = 99 };
static const struct upload_request raw_request = { .file_name = "", .file_size = 7, .raw = &raw };
static const struct upload_answer answer = { .status = OK,
					     .http_code = 400,
					     .retry_after_s = 3,
					     .size = 9,
					     .content_type = "text/plain",
					     .location = "",
					     .etag = "\"e\"",
					     .text = "" };

enum record { START, UPLOAD, RAW, FIELDS, HAND, PROGRESS, ANSWERED, N_RECORDS };

static void put(enum record which, struct buf *out)
{
	buf_init(out, 4096);
	switch (which) {
	case START:
		upload_wire_put_start(out, "https://a.example/", &(struct fetch_options){ .user_agent = "x" });
		break;
	case UPLOAD:
		upload_wire_put_upload(out, &request);
		break;
	case RAW:
		upload_wire_put_upload(out, &raw_request);
		break;
	case FIELDS:
		upload_wire_put_fields(out, &request);
		break;
	case HAND:
		upload_wire_put_hand(out, true);
		break;
	case PROGRESS:
		upload_wire_put_progress(out, 3, 5);
		break;
	case ANSWERED:
		upload_wire_put_answered(out, &answer);
		break;
	case N_RECORDS:
		break;
	}
}

struct read {
	const char *url;
	struct fetch_options options;
	struct upload_request request;
	struct upload_answer answer;
	bool ended;
	uint64_t sent;
};

static enum status get(enum record which, struct bytes record, struct arena *a, struct read *r)
{
	switch (which) {
	case START:
		return upload_wire_get_start(record, a, &r->url, &r->options, NULL);
	case UPLOAD:
	case RAW:
		return upload_wire_get_upload(record, a, &r->request, NULL);
	case FIELDS:
		return upload_wire_get_fields(record, a, &r->request, NULL);
	case HAND:
		return upload_wire_get_hand(record, true, NULL);
	case PROGRESS:
	case ANSWERED:
		return upload_wire_get_reply(record, a, &r->ended, &r->sent, &r->answer, NULL);
	case N_RECORDS:
		break;
	}
	return ERR_FORMAT;
}

static void rounds(void)
{
	CLEANUP(arena_done) struct arena a;
	struct read r = { 0 };
	struct buf outs[N_RECORDS]; /* until the end: the fields borrow from one */
	arena_init(&a);
	for (enum record i = 0; i < N_RECORDS; i++) {
		struct buf out;
		put(i, &outs[i]);
		out = outs[i];
		CHECK(!out.full && get(i, buf_bytes(&out), &a, &r) == OK);
		if (i == UPLOAD)
			CHECK(strcmp(r.request.user, "u") == 0 && strcmp(r.request.password, "p:w") == 0 &&
			      r.request.file_size == 7 && r.request.slot == 7);
		if (i == RAW) {
			const struct upload_raw *got = r.request.raw;
			CHECK(!r.request.user && got && got->put && strcmp(got->path, "/b/a%2B1") == 0 && got->answer_max == 99);
			CHECK(got->n_headers == 2 && strcmp(got->headers[0].value, "\"1\"") == 0);
		}
		if (i == FIELDS) {
			CHECK_NUMBER(r.request.n_fields, 2);
			CHECK_BYTES(r.request.fields[1].value, BYTES("\xc3\xa9"));
		}
		if (i == PROGRESS)
			CHECK(!r.ended && r.sent == 5 && r.answer.slot == 3);
	}
	for (enum record i = 0; i < N_RECORDS; i++)
		buf_done(&outs[i]);
	CHECK(strcmp(r.url, "https://a.example/") == 0);
	CHECK(r.ended && r.answer.http_code == 400 && r.answer.retry_after_s == 3 && r.answer.size == 9);
}

static void cuts(void)
{
	for (enum record which = 0; which < N_RECORDS; which++) {
		CLEANUP(buf_done) struct buf out;
		put(which, &out);
		for (size_t i = 0; i < out.size; i++) {
			CLEANUP(arena_done) struct arena a;
			struct read r;
			arena_init(&a);
			CHECK(get(which, bytes_part(buf_bytes(&out), 0, i), &a, &r) != OK);
		}
	}
}

/* No record is taken for another. */
static void kinds(void)
{
	for (enum record which = 0; which < N_RECORDS; which++) {
		CLEANUP(buf_done) struct buf out;
		put(which, &out);
		for (enum record as = 0; as < N_RECORDS; as++) {
			CLEANUP(arena_done) struct arena a;
			struct read r;
			arena_init(&a);
			bool is_upload = (as == UPLOAD || as == RAW) && (which == UPLOAD || which == RAW);
			bool same = as == which || is_upload || (as >= PROGRESS && which >= PROGRESS);
			CHECK((get(as, buf_bytes(&out), &a, &r) == OK) == same);
		}
	}
}

static void lies(void)
{
	const struct upload_answer rows[] = { { .status = ERR_HASH, .http_code = 200 },
					      { .status = OK },
					      { .http_code = 1000 },
					      { .http_code = 200, .slot = UPLOAD_AT_ONCE },
					      { .http_code = 200, .size = UPLOAD_BODY_MAX + 1 } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf out;
		struct read r;
		arena_init(&a);
		buf_init(&out, 4096);
		upload_wire_put_answered(&out, &rows[i]);
		CHECK(get(ANSWERED, buf_bytes(&out), &a, &r) == ERR_FORMAT);
	}
}

static void printable(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf out;
	struct read r;
	arena_init(&a);
	buf_init(&out, 4096);
	upload_wire_put_answered(
		&out, &(struct upload_answer){ .http_code = 300, .location = "a\x1b[1mb", .text = "\xff", .content_type = "x" });
	CHECK(get(ANSWERED, buf_bytes(&out), &a, &r) == OK && strcmp(r.answer.location, "a?[1mb") == 0 &&
	      strcmp(r.answer.text, "?") == 0);
}

static void slots(void)
{
	for (unsigned slot = UPLOAD_AT_ONCE - 1; slot <= UPLOAD_AT_ONCE; slot++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf out;
		struct upload_request got;
		arena_init(&a);
		buf_init(&out, 4096);
		upload_wire_put_upload(&out, &(struct upload_request){ .slot = slot, .file_name = "" });
		CHECK((upload_wire_get_upload(buf_bytes(&out), &a, &got, NULL) == OK) == (slot < UPLOAD_AT_ONCE));
	}
}

/* What a header may not be, hwb does not send and hwb-net does not take. */
static void headers(void)
{
	static const struct {
		struct upload_header header;
		bool good;
	} rows[] = {
		{ { "if-none-match", "*" }, true },
		{ { "authorization", "AWS4-HMAC-SHA256 x" }, true },
		{ { "If-Match", "x" }, false },
		{ { "host", "a.example" }, false },
		{ { "transfer-encoding", "chunked" }, false },
		{ { "content-length", "1" }, false },
		{ { "x-amz-acl", "public-read" }, false },
		{ { "if-match", "" }, false },
		{ { "if-match", "a\r\nhost: b" }, false },
		{ { "if-match", "a\n" }, false },
		{ { "if-match", " a" }, false },
		{ { "if-match", "\xc3\xa9" }, false },
		{ { "if-match", NULL }, false },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf out;
		struct upload_request got;
		struct upload_raw one = { .path = "/", .headers = &rows[i].header, .n_headers = 1 };
		arena_init(&a);
		buf_init(&out, 4096);
		CHECK_NUMBER(upload_header_is_good(&rows[i].header), rows[i].good);
		upload_wire_put_upload(&out, &(struct upload_request){ .file_name = "", .raw = &one });
		CHECK((upload_wire_get_upload(buf_bytes(&out), &a, &got, NULL) == OK) == rows[i].good);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "no slot but those that there are", slots },        { "a header is one of a store's, on one line", headers },
		{ "every record is read as it was written", rounds }, { "a record that is cut anywhere is refused", cuts },
		{ "no record is taken for another", kinds },          { "an answer that hwb-net would not give is refused", lies },
		{ "what a server says is printable", printable },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}

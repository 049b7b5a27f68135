/* Uploads, by the first byte: 'M' metadata as a form, 'R' the record of a form, 'A' the answer of a server, 'W' the records of hwb-net. What is
 * taken can be written and read again; the words of an answer are text. Needs publish, net, python, format, base. */
#include "base/cleanup.h"
#include "net/upload_wire.h"
#include "publish/answer.h"
#include "publish/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void check_form(const struct form *form, struct arena *a)
{
	CLEANUP(buf_done) struct buf record;
	struct form again;
	buf_init(&record, 64 << 20);
	form_write(form, &record);
	expect(form_read(buf_bytes(&record), a, &again, NULL) == OK && again.n_fields == form->n_fields);
}

static void check_wire(struct bytes rest, struct arena *a)
{
	struct upload_request request;
	struct upload_answer answer;
	struct fetch_options options;
	const char *url;
	bool ended;
	uint64_t sent;
	(void)!upload_wire_get_start(rest, a, &url, &options, NULL);
	if (upload_wire_get_upload(rest, a, &request, NULL) == OK && request.raw)
		for (size_t i = 0; i < request.raw->n_headers; i++)
			expect(upload_header_is_good(&request.raw->headers[i]));
	if (upload_wire_get_fields(rest, a, &request, NULL) == OK)
		expect(request.n_fields <= UPLOAD_FIELDS_MAX);
	if (upload_wire_get_reply(rest, a, &ended, &sent, &answer, NULL) == OK && ended)
		expect(answer.http_code <= 999 && answer.size <= UPLOAD_BODY_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct form form;
	arena_init(&a);
	if (size < 1)
		return 0;
	struct bytes rest = bytes_make(data + 1, size - 1);
	switch (data[0]) {
	case 'M':
		if (form_make(rest, FORM_WHEEL, BYTES("a-1-py3-none-any.whl"), &a, &form, NULL) == OK)
			check_form(&form, &a);
		break;
	case 'R':
		if (form_read(rest, &a, &form, NULL) == OK)
			check_form(&form, &a);
		break;
	case 'A': {
		struct bytes words = answer_words(rest, BYTES(""), &a);
		expect(bytes_is_utf8(words) && bytes_find(words, '\n') == words.size && bytes_find(words, '\x1b') == words.size);
		(void)answer_says_exists(words);
		break;
	}
	default:
		check_wire(rest, &a);
	}
	return 0;
}

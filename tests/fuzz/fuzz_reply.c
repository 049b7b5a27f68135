/* The frame of a parsing program's reply: what reads as a failure is written and read back the same. Needs host, base. */
#include "host/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buf_done) struct buf again;
	struct bytes payload = { NULL, 0 };
	struct diag d = { 0 }, e = { 0 };
	buf_init(&again, size + 65536);
	enum status s = reply_read(bytes_make(data, size), &payload, &d);
	expect(s < N_STATUS && memchr(d.text, '\0', sizeof d.text) && memchr(d.help, '\0', sizeof d.help));
	if (s == OK) {
		expect(payload.size == size - 8);
		reply_write(OK, NULL, payload, &again);
		expect(bytes_equal(buf_bytes(&again), bytes_make(data, size)));
		return 0;
	}
	expect(s == d.code);
	reply_write(s, &d, payload, &again);
	expect(reply_read(buf_bytes(&again), &payload, &e) == s);
	expect(strcmp(d.text, e.text) == 0 && strcmp(d.help, e.help) == 0 && d.offset == e.offset && d.line == e.line &&
	       d.column == e.column);
	return 0;
}

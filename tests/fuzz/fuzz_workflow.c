/* A workflow: the text (first byte 'T') or the record; what is read is written and read again, the same. Needs workflow, base. */
#include "base/cleanup.h"
#include "workflow/workflow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf first;
	CLEANUP(buf_done) struct buf second;
	struct workflow w;
	struct diag d = { 0 };
	arena_init(&a);
	buf_init(&first, 64 << 20);
	buf_init(&second, 64 << 20);
	if (!size)
		return 0;
	struct bytes rest = bytes_make(data + 1, size - 1);
	enum status s = data[0] == 'T' ? workflow_parse(rest, &a, &w, &d) : workflow_read(rest, &a, &w, &d);
	expect(s == OK || ((s == ERR_FORMAT || s == ERR_LIMIT) && d.code == s && d.text[0]));
	if (s)
		return 0;
	workflow_write(&w, &first);
	expect(workflow_read(buf_bytes(&first), &a, &w, NULL) == OK);
	workflow_write(&w, &second);
	expect(bytes_equal(buf_bytes(&first), buf_bytes(&second)));
	return 0;
}

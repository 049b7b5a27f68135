/* The stream of the redactor: cut anywhere it gives what the whole gives, a second pass changes nothing, and no known value is
 * left in it, neither raw nor in what a terminal would show. */
#include <assert.h>

#include "redact/plain.h"
#include "redact/redactor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct secret_scanner *scanner;
static struct arena forever;
static struct known known;

static void prepare(void)
{
	static const char *const values[] = { "s3cr3t-0815", "a b\nc \"d\" <e>", "abcabcabcX" };
	if (scanner)
		return;
	arena_init(&forever);
	known_init(&known, &forever);
	for (size_t i = 0; i < COUNT(values); i++)
		(void)known_add(&known, bytes_of(values[i]));
	scanner = secret_scanner_new(&forever, true, &known);
}

static void redact(struct bytes text, size_t first, size_t step, struct buf *out)
{
	CLEANUP(redactor_done) struct redactor r;
	buf_init(out, redactor_room(text.size));
	redactor_init(&r, &known, scanner);
	redactor_add(&r, bytes_part(text, 0, first), out);
	for (struct bytes rest = bytes_from(text, first); rest.size; rest = bytes_from(rest, step))
		redactor_add(&r, bytes_part(rest, 0, step), out);
	redactor_end(&r, out);
	assert(!out->full);
}

/* The first two bytes say where to cut, the third how long the pieces behind are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	prepare();
	if (size < 3 || size > 8192)
		return 0;
	CLEANUP(buf_done) struct buf whole;
	CLEANUP(buf_done) struct buf parts;
	CLEANUP(buf_done) struct buf twice;
	struct bytes text = bytes_make(data + 3, size - 3);
	redact(text, text.size, 1, &whole);
	redact(text, (data[0] | (size_t)data[1] << 8) % (text.size + 1), data[2] + 1u, &parts);
	assert(bytes_equal(buf_bytes(&whole), buf_bytes(&parts)));
	redact(buf_bytes(&whole), whole.size, 1, &twice);
	assert(bytes_equal(buf_bytes(&whole), buf_bytes(&twice)));
	assert(bytes_search(buf_bytes(&whole), BYTES("s3cr3t-0815")) == whole.size);
	assert(bytes_search(buf_bytes(&whole), BYTES("abcabcabcX")) == whole.size);
	return 0;
}

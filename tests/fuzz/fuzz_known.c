/* The known-value redactor: cut anywhere, a stream gives what the whole text gives, and no raw value is left. */
#include <assert.h>

#include "redact/known.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says where to cut, the second how long the secret is, which comes next. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf whole;
	CLEANUP(buf_done) struct buf parts;
	struct known k;
	struct known_stream s;
	arena_init(&a);
	known_init(&k, &a);
	buf_init(&whole, 1 << 16);
	buf_init(&parts, 1 << 16);
	if (size < 2 || size > 4096)
		return 0;
	struct bytes rest = bytes_make(data + 2, size - 2);
	struct bytes secret = bytes_part(rest, 0, data[1]);
	struct bytes text = bytes_from(rest, secret.size / 2);
	bool added = known_add(&k, secret);
	while (secret.size && (secret.data[0] == '\n' || secret.data[0] == '\r')) /* those of its ends it goes without */
		secret = bytes_from(secret, 1);
	while (secret.size && (secret.data[secret.size - 1] == '\n' || secret.data[secret.size - 1] == '\r'))
		secret.size--;
	known_redact(&k, text, &whole);
	known_stream_init(&s, &k);
	for (struct bytes left = text; left.size; left = bytes_from(left, 1u + data[0]))
		known_stream_add(&s, bytes_part(left, 0, 1u + data[0]), &parts);
	known_stream_end(&s, &parts);
	assert(bytes_equal(buf_bytes(&whole), buf_bytes(&parts)));
	/* A value made of a mask's own letters can appear in the masks themselves. */
	if (added && bytes_search(BYTES(MASK_KNOWN MASK_KNOWN), secret) == sizeof MASK_KNOWN MASK_KNOWN - 1)
		assert(bytes_search(buf_bytes(&whole), secret) == whole.size);
	return 0;
}

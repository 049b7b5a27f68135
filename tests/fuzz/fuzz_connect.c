/* What a sandbox can send to the proxy: the head of a request, and the TLS hello behind it. */
#include <assert.h>

#include "net/connect.h"
#include "net/hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes received = bytes_make(data, size);
	struct connect_request r = { .port = 0 };
	const char *reason = NULL;
	size_t head = connect_head_size(received);
	if (head) {
		int code = connect_parse(bytes_part(received, 0, head), &r, &reason);
		assert(code == 0 || code == 400 || code == 403 || code == 405);
		if (code)
			assert(reason);
		else
			assert(r.port && url_is_host_name(bytes_of(r.host)));
	}
	struct bytes hello = bytes_from(received, head);
	enum hello_verdict whole = hello_check(hello, "host.tst", &reason);
	/* More bytes never turn a verdict, and fewer never make a good one out of a bad one. */
	enum hello_verdict part = hello_check(bytes_part(hello, 0, hello.size / 2), "host.tst", &reason);
	assert(part == HELLO_MORE || part == whole);
	return 0;
}

/* The decoder that toml-test drives: TOML on standard input, tagged JSON on standard output, exit 1 on an error.
 * --strict-1.0 also refuses what only TOML 1.1 allows. */
#include "format/toml.h"

#include <errno.h>

static enum status read_input(struct buf *in, struct diag *d)
{
	for (;;) {
		unsigned char *to = buf_reserve(in, 4096);
		if (!to)
			return buf_check(in, "input", d);
		ssize_t n = read(0, to, 4096);
		if (n < 0)
			return fail(d, ERR_IO, 0, "read: %s", strerror(errno));
		if (n == 0)
			return OK;
		buf_grew(in, (size_t)n);
	}
}

int main(int argc, char **argv)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf in, out;
	struct diag d = { 0 };
	struct toml_value *root = NULL;
	arena_init(&a);
	buf_init(&in, 2 * TOML_MAX_SIZE);
	buf_init(&out, 64 * TOML_MAX_SIZE);
	enum status s = read_input(&in, &d);
	if (s == OK)
		s = toml_parse(buf_bytes(&in), &a, &root, &d);
	if (s == OK && argc > 1 && strcmp(argv[1], "--strict-1.0") == 0 && root->uses_1_1)
		s = fail(&d, ERR_FORMAT, 0, "it uses what only TOML 1.1 allows");
	if (s == OK) {
		toml_write_tagged_json(root, &out);
		s = buf_check(&out, "output", &d);
	}
	if (s) {
		(void)fprintf(stderr, "%u:%u: %s\n", d.line, d.column, d.text);
		return 1;
	}
	return fwrite(out.data, 1, out.size, stdout) == out.size && fflush(stdout) == 0 ? 0 : 1;
}

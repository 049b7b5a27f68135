/* What the launcher is asked: every specification that reads keeps its promises and can be written and read again.
 * Needs sandbox, base. */
#include "sandbox/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void same_strings(const char *const *a, const char *const *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect(strcmp(a[i], b[i]) == 0);
	expect(a[n] == NULL && b[n] == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record;
	struct sandbox_spec s = { .outside_id = 0 }, t;
	struct diag d = { 0 };
	arena_init(&a);
	buf_init(&record, 2 * size + 65536);
	if (sandbox_spec_read(bytes_make(data, size), &a, &s, &d)) {
		expect(d.code == ERR_FORMAT && s.outside_id == 0);
		return 0;
	}
	expect(s.n_argv > 0 && s.outside_id > 0 && s.snapshot_path && s.cwd);
	sandbox_spec_write(&s, &record);
	expect(sandbox_spec_read(buf_bytes(&record), &a, &t, NULL) == OK);
	expect(s.n_argv == t.n_argv && s.n_env == t.n_env && s.n_mounts == t.n_mounts && s.n_items == t.n_items);
	same_strings(s.argv, t.argv, s.n_argv);
	same_strings(s.env, t.env, s.n_env);
	for (size_t i = 0; i < s.n_mounts; i++)
		expect(strcmp(s.mounts[i].source, t.mounts[i].source) == 0 && strcmp(s.mounts[i].target, t.mounts[i].target) == 0);
	for (size_t i = 0; i < s.n_items; i++)
		expect(strcmp(s.items[i].path, t.items[i].path) == 0 && s.items[i].is_link == t.items[i].is_link &&
		       !s.items[i].content == !t.items[i].content);
	expect(s.epoch == t.epoch && s.outside_id == t.outside_id && memcmp(&s.limits, &t.limits, sizeof s.limits) == 0);
	return 0;
}

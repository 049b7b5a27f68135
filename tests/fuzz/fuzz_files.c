/* Whatever a tree holds, its scan ends, gives facts that can be sent, and shows no more than it may. The input is a name, a zero,
 * and the content of that file; the tree beside it makes every build file one that the build runs. Needs scan. */
#include "scan/files.h"

#include "format/snapshot.h"
#include "scan/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void find_all(void *context, struct bytes content, scan_secret_found *found, void *found_context)
{
	(void)context;
	found(found_context, "token", content.size / 2, content.size - content.size / 2);
}

static void count(void *context, const struct policy_finding *f)
{
	size_t *n = context;
	expect(f->fact && f->severity != SCAN_NONE);
	++*n;
}

static void check(const struct fact_list *facts, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	struct fact_list again = { .arena = a };
	struct diag d = { 0 };
	size_t n = 0;
	buf_init(&out, 64 << 20);
	fact_list_write(facts, &out);
	struct wire w = wire_over(buf_bytes(&out));
	expect(fact_list_read(&w, &again, &d) == OK && again.n_facts == facts->n_facts);
	policy_run(facts, count, &n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct bytes requires[] = { LIT("maturin"), LIT("meson-python"), LIT("scikit-build-core") };
	const struct project project = { .backend = BYTES("mesonpy"), .requires = requires, .n_requires = COUNT(requires) };
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf b;
	struct bytes content = bytes_make(data, size), name = bytes_cut(&content, 0), setup = BYTES("'make' 'a.sh' './configure'\n");
	struct diag d = { 0 };
	arena_init(&a);
	buf_init(&b, size + 4096);
	if (!snapshot_path_ok(name) || bytes_find(name, '/') < name.size || bytes_equal(name, BYTES("setup.py")))
		return 0;
	bool before = bytes_compare(name, BYTES("setup.py")) < 0;
	snapshot_put_start(&b);
	for (int i = 0; i < 2; i++) {
		bool mine = before == (i == 0);
		snapshot_put_header(&b, mine ? 'x' : 'f', mine ? name : BYTES("setup.py"), mine ? content.size : setup.size);
		buf_add(&b, mine ? content : setup);
	}
	snapshot_put_end(&b);
	struct fact_list facts = { .arena = &a };
	struct scan_files_request request = { .snapshot = buf_bytes(&b), .project = &project, .secrets = find_all };
	expect(scan_files(&request, &facts, &d) == OK);
	check(&facts, &a);
	return 0;
}

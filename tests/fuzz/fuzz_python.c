/* A Python file in any zone: facts with places in the file, flows between them, and a list that survives its record. Needs scan. */
#include "scan/policy.h"
#include "scan/python.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void count(void *context, const struct policy_finding *f)
{
	expect(f->fact && f->severity != SCAN_NONE && f->id);
	(*(size_t *)context)++;
}

static void look_at(const struct fact_list *facts, struct arena *a)
{
	CLEANUP(buf_done) struct buf record;
	struct fact_list again = { .arena = a };
	size_t n = 0;
	for (size_t i = 0; i < facts->n_facts; i++)
		expect(facts->facts[i].evidence.size <= EVIDENCE_MAX && facts->facts[i].name.size <= FACT_NAME_MAX);
	for (size_t i = 0; i < facts->n_flows; i++)
		expect(facts->flows[i].from < facts->n_facts && facts->flows[i].to < facts->n_facts);
	policy_run(facts, count, &n);
	buf_init(&record, 64 << 20);
	fact_list_write(facts, &record);
	struct wire w = wire_over(buf_bytes(&record));
	expect(fact_list_read(&w, &again, NULL) == OK && wire_end(&w, "facts", NULL) == OK);
	expect(again.n_facts == facts->n_facts && again.n_flows == facts->n_flows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct fact_list facts = { .arena = &a };
	arena_init(&a);
	struct py_request request = { .file = bytes_make(data, size), .path = BYTES("setup.py"), .zone = size ? data[0] % N_ZONES : 0 };
	python_scan(&request, &facts);
	look_at(&facts, &a);
	/* what was a record of facts may be anything too */
	struct fact_list lies = { .arena = &a };
	struct wire w = wire_over(bytes_make(data, size));
	(void)!fact_list_read(&w, &lies, NULL);
	return 0;
}

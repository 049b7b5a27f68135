/* METADATA; and the same bytes as the records of metadata, project and interpreter. Needs python, format, base. */
#include "python/interpreter.h"
#include "python/metadata.h"
#include "python/project.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void try_records(struct bytes text, struct arena *a)
{
	struct metadata m;
	struct project p;
	struct interpreter i;
	struct project_files files = { .has_pyproject = true, .pyproject = text };
	if (metadata_read(text, a, &m, NULL) == OK)
		expect(m.name.size > 0);
	if (project_read(text, a, &p, NULL) == OK)
		expect(project_backend_is_valid(p.backend));
	if (interpreter_read(text, a, &i, NULL) == OK)
		expect(i.n_tags > 0);
	if (interpreter_parse(text, a, &i, NULL) == OK)
		expect(i.n_tags > 0);
	if (project_parse(&files, a, &p, NULL) == OK) {
		CLEANUP(buf_done) struct buf record;
		buf_init(&record, 64 * 1024 * 1024);
		project_write(&p, &record);
		expect(project_read(buf_bytes(&record), a, &p, NULL) == OK);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record;
	arena_init(&a);
	buf_init(&record, 2 * METADATA_SIZE_MAX);
	struct metadata m, same;
	try_records(bytes_make(data, size), &a);
	if (metadata_parse(bytes_make(data, size), &a, &m, NULL) != OK)
		return 0;
	metadata_write(&m, &record);
	expect(metadata_read(buf_bytes(&record), &a, &same, NULL) == OK && metadata_same(&m, &same));
	return 0;
}

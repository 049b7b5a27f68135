#include "scan/python.h"

#include "scan/py_scan.h"
#include "scan/py_source.h"

enum {
	FOLD_BUDGET = 12 << 20,
	EXEC_BUDGET = 1 << 20,
	LOOK_BUDGET = 16 << 20,
	JOINS = 1 << 20,
	FUNCTIONS = 20000,
	STEPS = 50000,
	STACK_SIZE = PY_VALUES_MAX * sizeof(struct py_argument)
};

/* A place in the first two lines, or none, for what concerns the whole file. */
static void tell_file(struct py_scan *s, const char *id, struct bytes name, uint32_t line)
{
	struct fact f = { .zone = s->request->zone, .path = s->request->path, .name = name, .line = line, .at_import = true };
	(void)fact_add(s->facts, id, &f);
}

static void tell_source(struct py_scan *s, const struct py_source *source)
{
	if (source->is_odd)
		tell_file(s, "py.encoding", source->encoding, source->encoding_line);
	if (source->is_broken)
		tell_file(s, "py.not-text", source->encoding, 0);
	if (source->is_cut)
		tell_file(s, "py.too-large", EMPTY, 0);
}

/* What one time through the file may cost beside reading it. */
static void grant(struct py_scan *s)
{
	s->fold_left = FOLD_BUDGET;
	s->exec_left = EXEC_BUDGET;
	s->steps_left = STEPS;
	s->joins_left = JOINS;
	s->functions_left = FUNCTIONS;
}

void python_scan(const struct py_request *request, struct fact_list *facts)
{
	CLEANUP(arena_done) struct arena arena;
	CLEANUP(buf_done) struct buf stack = { 0 };
	CLEANUP(buf_done) struct buf room = { 0 };
	struct py_source source;
	size_t n;
	arena_init(&arena);
	buf_init(&stack, STACK_SIZE); /* not an array of the arena, which would be cleared for each file */
	(void)fact_rules(&n);
	struct py_scan *s = ARENA_NEW(&arena, struct py_scan);
	s->request = request;
	s->facts = facts;
	s->arena = &arena;
	s->stack = (struct py_argument *)(void *)buf_reserve(&stack, STACK_SIZE);
	s->last_of_rule = ARENA_ARRAY(&arena, uint32_t, n);
	s->n_of_rule = ARENA_ARRAY(&arena, uint16_t, n);
	text_matcher_init(&s->matcher);
	s->scopes[s->n_scopes++] = (struct py_scope){ .kind = SCOPE_FILE };
	py_source_read(request->file, &room, &source);
	s->looks_left = 2 * source.text.size + LOOK_BUDGET;
	tell_source(s, &source);
	size_t n_flows = facts->n_flows;
	s->first_fact = facts->n_facts;
	grant(s);
	py_run_text(s, source.text);
	if (!s->again)
		return;
	/* A function used a name that the file bound later: once more, with what is known now. */
	facts->n_flows = n_flows; /* what flows is known better now */
	s->second = true;
	grant(s);
	py_run_text(s, source.text);
}

#define PCRE2_CODE_UNIT_WIDTH 8
#include "redact/regex.h"

#include <assert.h>
#include <pcre2.h>

/* An honest match takes some hundred steps; a line on which one takes so many is hidden as a whole. */
enum { MATCH_STEPS = 100000, HEAP_KIB = 4096, JIT_STACK_MIN = 32 << 10, JIT_STACK_MAX = 256 << 10, PAIRS = 2 };

struct regex_engine {
	struct arena *arena;
	pcre2_general_context *general;
	pcre2_compile_context *compile;
	pcre2_match_context *match;
	pcre2_match_data *data;
	bool with_jit;
};

struct regex {
	struct regex_engine *engine;
	pcre2_code *code;
	bool has_jit;
};

/* The library's memory is the arena's: it lives as long as the program looks for secrets. */
static void *take_memory(size_t size, void *context)
{
	return arena_alloc(context, 1, size);
}

static void leave_memory(void *memory, void *context)
{
	(void)memory;
	(void)context;
}

struct regex_engine *regex_engine_new(struct arena *a, bool with_jit)
{
	struct regex_engine *e = ARENA_NEW(a, struct regex_engine);
	e->arena = a;
	e->general = pcre2_general_context_create(take_memory, leave_memory, a);
	e->compile = pcre2_compile_context_create(e->general);
	e->match = pcre2_match_context_create(e->general);
	e->data = pcre2_match_data_create(PAIRS, e->general);
	assert(e->compile && e->match && e->data);
	(void)pcre2_set_match_limit(e->match, MATCH_STEPS);
	(void)pcre2_set_depth_limit(e->match, MATCH_STEPS);
	(void)pcre2_set_heap_limit(e->match, HEAP_KIB);
	e->with_jit = with_jit;
	if (with_jit) {
		pcre2_jit_stack *stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, e->general);
		pcre2_jit_stack_assign(e->match, NULL, stack);
		e->with_jit = stack != NULL;
	}
	return e;
}

struct regex *regex_new(struct regex_engine *engine, const char *pattern)
{
	int code;
	PCRE2_SIZE at;
	/* A keyword said where: looking ahead for a letter that the match must have would read the line once for each keyword. */
	const uint32_t options = PCRE2_ANCHORED | PCRE2_DOTALL | PCRE2_NEVER_UTF | PCRE2_NO_START_OPTIMIZE;
	struct regex *r = ARENA_NEW(engine->arena, struct regex);
	r->engine = engine;
	r->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options, &code, &at, engine->compile);
	if (!r->code)
		return NULL;
	r->has_jit = engine->with_jit && pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE) == 0;
	return r;
}

enum regex_result regex_match(const struct regex *r, struct bytes subject, size_t at, size_t *ret_from, size_t *ret_to)
{
	pcre2_match_data *data = r->engine->data;
	int n = r->has_jit ? pcre2_jit_match(r->code, subject.data, subject.size, at, 0, data, r->engine->match)
			   : pcre2_match(r->code, subject.data, subject.size, at, 0, data, r->engine->match);
	if (n == PCRE2_ERROR_NOMATCH)
		return REGEX_NO;
	if (n < 0)
		return REGEX_LIMIT;
	const PCRE2_SIZE *pairs = pcre2_get_ovector_pointer(data);
	size_t group = (n == 0 || n > 1) && pairs[2] != PCRE2_UNSET ? 2 : 0;
	*ret_from = pairs[group];
	*ret_to = pairs[group + 1];
	return *ret_to > *ret_from ? REGEX_YES : REGEX_NO;
}

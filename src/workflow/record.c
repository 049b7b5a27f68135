#include "base/wire.h"
#include "workflow/workflow.h"

/* The flags of a job, a bit each. */
enum { HAS_ENVIRONMENT = 1, PUBLISHES = 2, HAS_TOKEN = 4, RUNS_CODE = 8, CALLS = 16, ALL_FLAGS = 31 };
/* What an element takes at least: a length, and what stands beside it. */
enum { TRIGGER_SIZE = 4, JOB_SIZE = 16, USE_SIZE = 12 };

static void put_permissions(const struct workflow_permissions *p, struct buf *out)
{
	wire_put_u32(out, (uint32_t)p->level << 1 | p->id_token);
}

void workflow_write(const struct workflow *w, struct buf *out)
{
	wire_put_bytes(out, w->unread);
	wire_put_u32(out, w->unread_line);
	put_permissions(&w->permissions, out);
	wire_put_u32(out, w->has_token);
	wire_put_u32(out, (uint32_t)w->n_triggers);
	for (size_t i = 0; i < w->n_triggers; i++)
		wire_put_bytes(out, w->triggers[i]);
	wire_put_u32(out, (uint32_t)w->n_jobs);
	for (size_t i = 0; i < w->n_jobs; i++) {
		const struct workflow_job *j = &w->jobs[i];
		wire_put_bytes(out, j->name);
		wire_put_u32(out, j->line);
		put_permissions(&j->permissions, out);
		wire_put_u32(out, (j->has_environment ? HAS_ENVIRONMENT : 0U) | (j->publishes ? PUBLISHES : 0U) |
					  (j->has_token ? HAS_TOKEN : 0U) | (j->runs_code ? RUNS_CODE : 0U) |
					  (j->calls ? CALLS : 0U));
	}
	wire_put_u32(out, (uint32_t)w->n_uses);
	for (size_t i = 0; i < w->n_uses; i++) {
		wire_put_bytes(out, w->uses[i].text);
		wire_put_u32(out, w->uses[i].pin);
		wire_put_u32(out, w->uses[i].line);
	}
}

/* A number below limit; what is not makes the reader bad. */
static uint32_t get_below(struct wire *r, uint32_t limit)
{
	uint32_t n = wire_get_u32(r);
	r->bad = r->bad || n >= limit;
	return r->bad ? 0 : n;
}

static struct bytes get_text(struct wire *r)
{
	struct bytes text = wire_get_bytes(r);
	r->bad = r->bad || text.size > WORKFLOW_TEXT_MAX || !bytes_is_utf8(text);
	return r->bad ? (struct bytes){ NULL, 0 } : text;
}

static size_t get_count(struct wire *r, size_t min_size, size_t max)
{
	size_t n = wire_get_count(r, min_size);
	r->bad = r->bad || n > max;
	return r->bad ? 0 : n;
}

static struct workflow_permissions get_permissions(struct wire *r)
{
	uint32_t n = get_below(r, N_WORKFLOW_LEVELS << 1);
	return (struct workflow_permissions){ (enum workflow_level)(n >> 1), n & 1 };
}

static void read_jobs(struct wire *r, struct arena *a, struct workflow *w)
{
	w->n_jobs = get_count(r, JOB_SIZE, WORKFLOW_JOBS_MAX);
	struct workflow_job *jobs = ARENA_ARRAY(a, struct workflow_job, w->n_jobs);
	for (size_t i = 0; i < w->n_jobs; i++) {
		jobs[i].name = get_text(r);
		jobs[i].line = wire_get_u32(r);
		jobs[i].permissions = get_permissions(r);
		uint32_t flags = get_below(r, ALL_FLAGS + 1);
		jobs[i].has_environment = flags & HAS_ENVIRONMENT;
		jobs[i].publishes = flags & PUBLISHES;
		jobs[i].has_token = flags & HAS_TOKEN;
		jobs[i].runs_code = flags & RUNS_CODE;
		jobs[i].calls = flags & CALLS;
	}
	w->jobs = jobs;
}

enum status workflow_read(struct bytes record, struct arena *a, struct workflow *ret, struct diag *d)
{
	struct wire r = wire_over(record);
	struct workflow w = { .unread = get_text(&r) };
	w.unread_line = wire_get_u32(&r);
	w.permissions = get_permissions(&r);
	w.has_token = get_below(&r, 2);
	w.n_triggers = get_count(&r, TRIGGER_SIZE, WORKFLOW_TRIGGERS_MAX);
	struct bytes *triggers = ARENA_ARRAY(a, struct bytes, w.n_triggers);
	for (size_t i = 0; i < w.n_triggers; i++)
		triggers[i] = get_text(&r);
	w.triggers = triggers;
	read_jobs(&r, a, &w);
	w.n_uses = get_count(&r, USE_SIZE, WORKFLOW_USES_MAX);
	struct workflow_use *uses = ARENA_ARRAY(a, struct workflow_use, w.n_uses);
	for (size_t i = 0; i < w.n_uses; i++) {
		uses[i].text = get_text(&r);
		uses[i].pin = (enum workflow_pin)get_below(&r, N_WORKFLOW_PINS);
		uses[i].line = wire_get_u32(&r);
	}
	w.uses = uses;
	if (!w.unread.size)
		w.unread = (struct bytes){ NULL, 0 };
	r.bad = r.bad || (!w.unread.size && !w.n_jobs); /* the parser never says that it has read all of nothing */
	enum status s = wire_end(&r, "workflow-facts", d);
	if (s == OK)
		*ret = w;
	return s;
}

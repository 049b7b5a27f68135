#include "workflow/parts.h"

/* Inputs and variables by which uploaders take a password or a token that lives until somebody revokes it. */
static const char *const token_names[] = {
	"password",           "TWINE_PASSWORD",       "UV_PUBLISH_TOKEN",     "UV_PUBLISH_PASSWORD",
	"HWB_PUBLISH_TOKEN",  "HWB_PUBLISH_PASSWORD", "FLIT_PASSWORD",        "HATCH_INDEX_AUTH",
	"MATURIN_PYPI_TOKEN", "MATURIN_PASSWORD",     "PDM_PUBLISH_PASSWORD", "PYPI_TOKEN",
	"PYPI_API_TOKEN",     "PYPI_PASSWORD"
};
static const char *const token_beginnings[] = { "POETRY_PYPI_TOKEN_", "POETRY_HTTP_BASIC_" };
static const char *const publishing_actions[] = { "pypa/gh-action-pypi-publish" };
static const char *const building_actions[] = { "pypa/cibuildwheel", "PyO3/maturin-action", "hynek/build-and-inspect-python-package" };
static const char *const publishing_words[] = { "twine upload",  "uv publish",     "poetry publish",  "flit publish",
						"hatch publish", "hwb publish",    "maturin publish", "maturin upload",
						"pdm publish",   "setup.py upload" };
static const char *const building_words[] = { "-m build",      "hwb build",     "uv build",  "poetry build", "flit build",
					      "hatch build",   "maturin build", "pdm build", "setup.py",     "pip install -e",
					      "pip install .", "pytest",        "tox",       "nox",          "make",
					      "cibuildwheel",  "pip wheel",     "./" };

static struct bytes cut_text(struct bytes text)
{
	size_t size = text.size < WORKFLOW_TEXT_MAX ? text.size : WORKFLOW_TEXT_MAX;
	while (size && !bytes_is_utf8(bytes_part(text, 0, size))) /* not through a character */
		size--;
	return bytes_part(text, 0, size);
}

static bool is(struct bytes part, const char *key)
{
	return part.data && bytes_equal(part, bytes_of(key));
}

/* "jobs", "*", "steps", "-": '*' is any key, '-' an item. */
static bool fits(const struct node *n, const char *const *pattern, size_t size)
{
	if (n->depth != size)
		return false;
	for (size_t i = 0; i < size; i++)
		if (strcmp(pattern[i], "-") == 0 ? n->path[i].data != NULL
						 : !n->path[i].data || (strcmp(pattern[i], "*") != 0 && !is(n->path[i], pattern[i])))
			return false;
	return true;
}
#define FITS(n, ...) fits((n), (const char *const[]){ __VA_ARGS__ }, COUNT(((const char *const[]){ __VA_ARGS__ })))

static bool has_any(struct bytes text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_search(text, bytes_of(words[i])) < text.size)
			return true;
	return false;
}

static struct workflow_job *last_job(struct facts *f)
{
	return f->workflow.n_jobs ? &f->jobs[f->workflow.n_jobs - 1] : NULL;
}

static bool is_token_name(struct bytes name)
{
	for (size_t i = 0; i < COUNT(token_names); i++)
		if (is(name, token_names[i]))
			return true;
	for (size_t i = 0; i < COUNT(token_beginnings); i++)
		if (bytes_starts(name, bytes_of(token_beginnings[i])))
			return true;
	return false;
}

/* ---- triggers, permissions ---- */

static void add_trigger(struct facts *f, struct bytes name)
{
	f->triggers = arena_grow(f->arena, f->triggers, f->workflow.n_triggers, sizeof *f->triggers);
	f->triggers[f->workflow.n_triggers++] = cut_text(name);
}

static enum workflow_level level_of(struct bytes word)
{
	static const struct {
		const char *word;
		enum workflow_level level;
	} levels[] = { { "none", LEVEL_READ }, { "read", LEVEL_READ }, { "write", LEVEL_WRITE } };
	for (size_t i = 0; i < COUNT(levels); i++)
		if (is(word, levels[i].word))
			return levels[i].level;
	return LEVEL_UNKNOWN;
}

static void raise_level(struct workflow_permissions *p, enum workflow_level level)
{
	p->level = level > p->level ? level : p->level;
}

static void add_scope(struct workflow_permissions *p, struct bytes scope, struct bytes word, bool is_escaped)
{
	enum workflow_level level = is_escaped ? LEVEL_UNKNOWN : level_of(word);
	raise_level(p, level);
	p->id_token |= is(scope, "id-token") && level == LEVEL_WRITE;
}

static void add_all_scopes(struct workflow_permissions *p, struct bytes word)
{
	bool is_write = is(word, "write-all");
	raise_level(p, is_write ? LEVEL_WRITE_ALL : is(word, "read-all") ? LEVEL_READ : LEVEL_UNKNOWN);
	p->id_token |= is_write;
}

static struct bytes unquoted(struct bytes text)
{
	text = bytes_trim(text);
	if (text.size >= 2 && (text.data[0] == '"' || text.data[0] == '\'') && text.data[text.size - 1] == text.data[0])
		return bytes_part(text, 1, text.size - 2);
	return text;
}

/* What is between brackets, when nothing else is in there that would need a parser; false: it would. */
static bool open_flow(struct bytes text, unsigned char bracket, struct bytes *ret)
{
	if (text.size < 2 || text.data[0] != bracket)
		return false;
	struct bytes inner = bytes_part(text, 1, text.size - 2);
	static const char bad[] = "[]{}\\#&*!|>%@`";
	for (size_t i = 0; i < inner.size; i++)
		if (memchr(bad, inner.data[i], sizeof bad - 1))
			return false;
	*ret = inner;
	return true;
}

static bool take_permissions(struct workflow_permissions *p, const struct node *n)
{
	struct bytes inner;
	if (n->kind == NODE_PARENT)
		raise_level(p, LEVEL_READ); /* nothing that is not named is granted */
	if (n->kind == NODE_SCALAR)
		add_all_scopes(p, n->is_escaped ? BYTES("?") : n->text);
	if (n->kind != NODE_FLOW)
		return n->kind != NODE_LINE;
	if (!open_flow(n->text, '{', &inner))
		return false;
	raise_level(p, LEVEL_READ);
	for (struct bytes rest = bytes_trim(inner); rest.size;) {
		struct bytes word = bytes_cut(&rest, ','), scope = bytes_cut(&word, ':');
		if (bytes_trim(scope).size)
			add_scope(p, unquoted(scope), unquoted(word), false);
	}
	return true;
}

static bool take_trigger(struct facts *f, const struct node *n)
{
	struct bytes inner;
	if (n->kind == NODE_SCALAR)
		add_trigger(f, n->text);
	if (n->kind != NODE_FLOW)
		return n->kind != NODE_LINE && !n->is_escaped;
	if (!open_flow(n->text, '[', &inner))
		return false;
	for (struct bytes rest = inner; rest.data;)
		add_trigger(f, unquoted(bytes_cut(&rest, ',')));
	return true;
}

/* ---- jobs and steps ---- */

static bool is_hex(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!byte_is_digit(text.data[i]) && !(byte_lower(text.data[i]) >= 'a' && byte_lower(text.data[i]) <= 'f'))
			return false;
	return text.size > 0;
}

static enum workflow_pin pin_of(const struct node *n)
{
	struct bytes text = n->text, digest = BYTES("@sha256:");
	size_t at = bytes_find_last(text, '@');
	struct bytes ref = bytes_from(text, at + 1);
	if (n->kind != NODE_SCALAR || n->is_escaped || bytes_search(text, BYTES("${{")) < text.size)
		return PIN_UNKNOWN;
	if (bytes_starts(text, BYTES("./")) || bytes_starts(text, BYTES("../")))
		return PIN_LOCAL;
	if (bytes_starts(text, BYTES("docker://"))) {
		at = bytes_search(text, digest);
		ref = bytes_from(text, at + digest.size);
		return at < text.size && ref.size == 64 && is_hex(ref) ? PIN_COMMIT : PIN_NAME;
	}
	return at < text.size && (ref.size == 40 || ref.size == 64) && is_hex(ref) ? PIN_COMMIT : PIN_NAME;
}

static void add_use(struct facts *f, const struct node *n)
{
	f->uses = arena_grow(f->arena, f->uses, f->workflow.n_uses, sizeof *f->uses);
	f->uses[f->workflow.n_uses++] = (struct workflow_use){ cut_text(n->text), pin_of(n), n->line };
}

static bool is_action(struct bytes use, const char *const *names, size_t n)
{
	struct bytes rest = use, own = bytes_cut(&rest, '@');
	for (size_t i = 0; i < n; i++)
		if (bytes_equal_nocase(own, bytes_of(names[i])))
			return true;
	return false;
}

static void end_step(struct facts *f)
{
	struct workflow_job *job = last_job(f);
	if (job && f->step_runs) {
		job->publishes |= f->step_publishes;
		job->runs_code |= !f->step_publishes || f->step_builds;
	}
	f->step_runs = f->step_publishes = f->step_builds = false;
}

static void add_command(struct facts *f, struct bytes text)
{
	f->step_runs = true;
	f->step_publishes |= has_any(text, publishing_words, COUNT(publishing_words));
	f->step_builds |= has_any(text, building_words, COUNT(building_words));
}

static void add_job(struct facts *f, const struct node *n)
{
	end_step(f);
	f->jobs = arena_grow(f->arena, f->jobs, f->workflow.n_jobs, sizeof *f->jobs);
	f->jobs[f->workflow.n_jobs++] = (struct workflow_job){ .name = cut_text(n->path[1]), .line = n->line };
}

static void add_step_use(struct facts *f, struct workflow_job *job, const struct node *n)
{
	add_use(f, n);
	job->publishes |= is_action(n->text, publishing_actions, COUNT(publishing_actions));
	job->runs_code |= is_action(n->text, building_actions, COUNT(building_actions)) || pin_of(n) == PIN_LOCAL;
}

static bool take_in_job(struct facts *f, const struct node *n)
{
	struct workflow_job *job = last_job(f);
	struct bytes key = n->path[n->depth - 1];
	if (!job)
		return true;
	if (FITS(n, "jobs", "*", "permissions"))
		return take_permissions(&job->permissions, n);
	if (FITS(n, "jobs", "*", "permissions", "*"))
		add_scope(&job->permissions, key, n->text, n->is_escaped || n->kind != NODE_SCALAR);
	else if (FITS(n, "jobs", "*", "uses")) {
		add_use(f, n);
		job->calls = true;
	} else if (FITS(n, "jobs", "*", "environment"))
		job->has_environment = true;
	else if (FITS(n, "jobs", "*", "steps"))
		return n->kind == NODE_PARENT;
	else if (FITS(n, "jobs", "*", "steps", "-")) {
		end_step(f);
		return n->kind == NODE_ITEM;
	} else if (FITS(n, "jobs", "*", "steps", "-", "uses"))
		add_step_use(f, job, n);
	else if (FITS(n, "jobs", "*", "steps", "-", "run"))
		add_command(f, n->text);
	else if (FITS(n, "jobs", "*", "steps", "-", "with") || FITS(n, "jobs", "*", "steps", "-", "env") ||
		 FITS(n, "jobs", "*", "env"))
		return n->kind == NODE_PARENT;
	else if (FITS(n, "jobs", "*", "steps", "-", "with", "*") || FITS(n, "jobs", "*", "steps", "-", "env", "*") ||
		 FITS(n, "jobs", "*", "env", "*") || FITS(n, "jobs", "*", "secrets", "*"))
		job->has_token |= is_token_name(key);
	return true;
}

static bool take(struct facts *f, const struct node *n)
{
	if (is(n->path[0], "on")) {
		if (n->depth == 1)
			return take_trigger(f, n);
		if (n->depth == 2 && n->path[1].data)
			add_trigger(f, n->path[1]);
		else if (n->depth == 2 && n->kind == NODE_SCALAR)
			add_trigger(f, n->text);
		return true;
	}
	if (FITS(n, "permissions"))
		return take_permissions(&f->workflow.permissions, n);
	if (FITS(n, "permissions", "*"))
		add_scope(&f->workflow.permissions, n->path[1], n->text, n->is_escaped || n->kind != NODE_SCALAR);
	if (FITS(n, "env"))
		return n->kind == NODE_PARENT;
	if (FITS(n, "env", "*"))
		f->workflow.has_token |= is_token_name(n->path[1]);
	if (FITS(n, "jobs"))
		return n->kind == NODE_PARENT;
	if (FITS(n, "jobs", "*")) {
		add_job(f, n);
		return n->kind == NODE_PARENT;
	}
	return is(n->path[0], "jobs") ? take_in_job(f, n) : true;
}

bool facts_add(struct facts *f, const struct node *n, const char **ret_why)
{
	if (take(f, n))
		return true;
	*ret_why = "it is written in a form that hwb does not read";
	return false;
}

bool facts_wants(const struct bytes *path, size_t depth)
{
	static const char *const in_job[] = { "permissions", "steps", "env", "uses", "environment" };
	static const char *const in_step[] = { "uses", "run", "with", "env" };
	if (!is(path[0], "jobs"))
		return is(path[0], "on") ? depth <= 2 : is(path[0], "permissions") || is(path[0], "env");
	if (depth <= 2)
		return true;
	bool is_wanted = false;
	for (size_t i = 0; i < COUNT(in_job); i++)
		is_wanted |= is(path[2], in_job[i]);
	if (!is_wanted || !is(path[2], "steps") || depth <= 4)
		return is_wanted;
	for (size_t i = 0; i < COUNT(in_step); i++)
		if (is(path[4], in_step[i]))
			return depth == 5;
	return false;
}

void facts_finish(struct facts *f)
{
	end_step(f);
	f->workflow.triggers = f->triggers;
	f->workflow.jobs = f->jobs;
	f->workflow.uses = f->uses;
}

enum status facts_check(const struct facts *f, struct diag *d)
{
	const struct workflow *w = &f->workflow;
	if (w->n_jobs > WORKFLOW_JOBS_MAX || w->n_uses > WORKFLOW_USES_MAX || w->n_triggers > WORKFLOW_TRIGGERS_MAX)
		return fail(d, ERR_LIMIT, 0, "the workflow has more than %d jobs, %d uses or %d triggers", WORKFLOW_JOBS_MAX,
			    WORKFLOW_USES_MAX, WORKFLOW_TRIGGERS_MAX);
	return OK;
}

/* The "scan" verb of hwb-parse: the whole source, its facts, and what the policy makes of them. */
#include "base/wire.h"
#include "finding/finding.h"
#include "format/snapshot.h"
#include "redact/hide.h"
#include "redact/tokens.h"
#include "scan/files.h"
#include "scan/policy.h"
#include "scan/tree.h"
#include "scan/verbs.h"

struct scanning {
	struct arena *arena;
	struct bytes snapshot; /* of the project alone */
	struct buf part; /* holds it when the project is below the root */
	struct project project;
	bool has_project;
	struct fact_list facts;
	struct scan_tree_result tree;
	struct finding_list findings;
};

/* A project below the root of its repository: what stands beside it is no part of what is built. */
static enum status take_part(struct scanning *s, struct bytes whole, struct bytes folder, struct diag *d)
{
	struct snapshot_reader r;
	struct snapshot_entry e;
	enum status status = snapshot_open(whole, &r, d);
	struct bytes prefix = bytes_of(arena_printf(s->arena, "%.*s/", BYTES_ARG(folder)));
	buf_init(&s->part, whole.size + 64);
	snapshot_put_start(&s->part);
	while (status == OK && (status = snapshot_next(&r, &e, d)) == OK) {
		if (!bytes_starts(e.path, prefix))
			continue;
		snapshot_put_header(&s->part, e.type, bytes_from(e.path, prefix.size), e.content.size);
		buf_add(&s->part, e.content);
	}
	snapshot_put_end(&s->part);
	s->snapshot = buf_bytes(&s->part);
	return status == ERR_ABSENT ? OK : status;
}

static bool find_file(struct bytes snapshot, const char *path, struct bytes *ret)
{
	struct snapshot_entry e;
	*ret = (struct bytes){ NULL, 0 };
	if (snapshot_find(snapshot, bytes_of(path), &e, NULL) || (e.type != 'f' && e.type != 'x'))
		return false;
	*ret = e.content;
	return true;
}

static void read_project(struct scanning *s)
{
	struct project_files files;
	struct bytes setup;
	struct diag d = { 0 };
	files.has_pyproject = find_file(s->snapshot, "pyproject.toml", &files.pyproject);
	files.has_setup_py = find_file(s->snapshot, "setup.py", &setup);
	s->has_project = project_parse(&files, s->arena, &s->project, &d) == OK;
	if (s->has_project || d.code == ERR_ABSENT)
		return;
	struct finding *f = finding_add(&s->findings, "SRC-PROJECT", BYTES("pyproject.toml"), "%s", d.text);
	if (f) {
		f->line = d.line;
		f->column = d.column;
	}
}

/* ---- tokens ---- */

struct token_sink {
	scan_secret_found *found;
	void *context;
};

/* A form that could be something else is for logs; in a source every fourth file would have one. */
static void take_token(void *context, const struct token_place *place)
{
	struct token_sink *sink = context;
	if (place->is_sure)
		sink->found(sink->context, place->rule, place->offset, place->size);
}

static void find_tokens(void *context, struct bytes content, scan_secret_found *found, void *found_context)
{
	struct token_sink sink = { found, found_context };
	tokens_find(context, content, take_token, &sink);
}

/* ---- findings ---- */

static enum severity severity_of(enum scan_severity severity)
{
	return severity == SCAN_ERROR ? SEVERITY_ERROR : severity == SCAN_WARNING ? SEVERITY_WARNING : SEVERITY_INFO;
}

/* When it runs, for what does not say it itself. */
static const char *when(const struct fact *f)
{
	static const char *const words[N_ZONES] = { "when it is built", "when it is imported", "" };
	static const bool is_still[N_FACT_KINDS] = { [FACT_BINARY] = true,  [FACT_ARCHIVE] = true,  [FACT_REQUIRE] = true,
						     [FACT_SHIPPED] = true, [FACT_UNPARSED] = true, [FACT_OBFUSCATION] = true };
	return is_still[f->rule->kind] ? "" : words[f->zone];
}

/* "when it is built: decodes base64 (base64.b64decode, line 3) and calls exec (exec)" */
static const char *sentence(const struct policy_finding *p, struct arena *a)
{
	const char *zone = when(p->fact);
	const char *from = p->source ? arena_printf(a, "%s (%.*s%sline %u) and ", p->source->rule->what, BYTES_ARG(p->source->name),
						    p->source->name.size ? ", " : "", p->source->line)
				     : "";
	const char *more = p->n_more ? arena_printf(a, ", and at %u other place%s of the file", p->n_more, p->n_more == 1 ? "" : "s")
				     : "";
	const char *name = p->fact->name.size ? arena_printf(a, " (%.*s)", BYTES_ARG(p->fact->name)) : "";
	return arena_printf(a, "%s%s%s%s%s%s", zone, *zone ? ": " : "", from, p->fact->rule->what, name, more);
}

static void take_finding(void *context, const struct policy_finding *p)
{
	struct scanning *s = context;
	struct finding *f = finding_add(&s->findings, p->id, p->fact->path, "%s", sentence(p, s->arena));
	if (!f)
		return;
	f->line = p->fact->line;
	f->column = p->fact->column;
	f->evidence = p->fact->evidence;
	f->evidence_column = p->fact->evidence_column;
	finding_lower(f, severity_of(p->severity));
}

/* Lines of source are shown, and kept by CI systems: without the tokens that are in them. */
static void hide_tokens(struct scanning *s, struct secret_scanner *scanner)
{
	struct hiding h = { .arena = s->arena, .scanner = scanner };
	hide_in_findings(&h, &s->findings);
	for (size_t i = 0; i < s->facts.n_facts; i++) {
		struct fact *f = &s->facts.facts[i];
		f->path = bytes_part(hide_in_text(&h, f->path), 0, FACT_PATH_MAX);
		/* A mask can be longer than what it hides. */
		f->name = bytes_part(hide_in_text(&h, f->name), 0, FACT_NAME_MAX);
		f->evidence = bytes_part(hide_in_text(&h, f->evidence), 0, EVIDENCE_MAX);
	}
}

static void write_reply(const struct scanning *s, struct buf *reply)
{
	finding_list_write(&s->findings, reply);
	fact_list_write(&s->facts, reply);
	for (size_t i = 0; i < N_ZONES; i++)
		wire_put_u32(reply, s->tree.n_files[i]);
	wire_put_u64(reply, s->tree.size);
}

enum status scan_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct scanning s = { .arena = call->arena, .facts = { .arena = call->arena }, .findings = { .arena = call->arena } };
	struct bytes subdirectory = wire_get_bytes(&w);
	enum status status = wire_end(&w, "scan", d);
	if (status == OK)
		status = verb_map(call, 0, VERB_FILE_MAX, &s.snapshot, d);
	if (status == OK && subdirectory.size)
		status = take_part(&s, s.snapshot, subdirectory, d);
	if (status)
		return status;
	read_project(&s);
	struct scan_tree_request request = { .snapshot = s.snapshot, .project = s.has_project ? &s.project : NULL };
	struct scan_files_request others = { .snapshot = s.snapshot, .project = request.project, .secrets = find_tokens };
	others.context = tokens_scanner_new(s.arena);
	status = scan_tree(&request, &s.facts, &s.tree, d);
	if (status == OK)
		status = scan_files(&others, &s.facts, d);
	if (status == OK) {
		policy_run(&s.facts, take_finding, &s);
		hide_tokens(&s, others.context);
		write_reply(&s, reply);
	}
	buf_done(&s.part);
	return status;
}

/* `hwb scan`: what a source can do when it is built, before anything of it runs; and what is new since another version. */
#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "cli/commands.h"
#include "cli/facts.h"
#include "cli/judge.h"
#include "cli/options_build.h"
#include "cli/options_findings.h"
#include "cli/session.h"
#include "cli/source_scan.h"

struct scanned {
	struct pipeline pipeline;
	struct scan_result result;
};

struct scan_command {
	struct settings *settings;
	struct arena *arena;
	struct session session;
	struct scanned *all;
	struct judged *judged;
	size_t n;
	struct scan_base base; /* of --baseline */
	struct diag failure; /* the first, of a source that could not be scanned */
};

static void pipeline_for(const struct scan_command *c, struct pipeline *p)
{
	*p = (struct pipeline){
		.run = &c->session.run,
		.settings = c->settings,
		.console = c->session.console,
		.arena = c->arena,
		.findings = { .arena = c->arena },
		.source = { .tree = { .fd = -1 } },
		.log_fd = -1,
		.keep_dir = -1,
	};
}

static enum status scan_word(const struct scan_command *c, const char *word, struct scanned *s, struct diag *d)
{
	pipeline_for(c, &s->pipeline);
	return pipeline_scan(&s->pipeline, word, &s->result, d);
}

/* A file of facts that `hwb scan --json` wrote, or any source. */
static enum status read_baseline(struct scan_command *c, struct diag *d)
{
	const char *word = c->settings->baseline;
	c->base = (struct scan_base){ .name = bytes_of(word), .facts = { .arena = c->arena }, .findings = { .arena = c->arena } };
	if (bytes_ends(bytes_of(word), BYTES(".json"))) {
		enum status s = facts_read_file(word, &c->base, d);
		return s ? explain(d, "--baseline") : OK;
	}
	struct scanned old;
	enum status s = scan_word(c, word, &old, d);
	if (s)
		return explain(d, "--baseline");
	c->base.facts = old.result.facts;
	c->base.findings = old.result.findings;
	pipeline_done(&old.pipeline);
	return s;
}

static void put_facts(struct json_writer *w, const void *facts, const struct finding_style *style)
{
	const struct scanned *s = facts;
	char digest[SHA256_TEXT_SIZE];
	sha256_text(&s->pipeline.source.tree.digest, digest);
	json_pair_cstring(w, "tree_sha256", digest);
	json_key(w, "files");
	json_object_begin(w);
	for (size_t zone = 0; zone < N_ZONES; zone++)
		json_pair_unsigned(w, scan_zone_name((enum scan_zone)zone), s->result.n_files[zone]);
	json_object_end(w);
	json_key(w, "facts");
	json_array_begin(w);
	for (size_t i = 0; i < s->result.facts.n_facts; i++)
		facts_put_json(w, &s->result.facts.facts[i], style);
	json_array_end(w);
}

static enum status note_scanned(const struct scan_command *c, const struct judged *j, struct diag *d)
{
	struct finding_counts counts = finding_count(j->subject.list);
	struct json_writer *w = audit_begin(c->session.run.audit, "scan.completed");
	json_pair_string(w, "subject", j->subject.path);
	json_pair_cstring(w, "outcome", j->outcome);
	json_pair_unsigned(w, "errors", counts.n[SEVERITY_ERROR]);
	json_pair_unsigned(w, "warnings", counts.n[SEVERITY_WARNING]);
	json_pair_unsigned(w, "allowed", counts.n_allowed);
	return audit_end(c->session.run.audit, false, d);
}

/* A source that could not be scanned is an outcome of its own, not the end of the others; the first failure is the command's. */
static enum status note_failure(struct scan_command *c, struct judged *j, enum status status, struct diag *d)
{
	if (status == ERR_CANCELLED || status == ERR_LOG)
		return status;
	j->subject.unchecked = arena_copy(c->arena, bytes_of(d->text));
	j->outcome = "unchecked";
	if (!c->failure.code)
		c->failure = *d;
	else
		console_error(c->session.console, d);
	return note_scanned(c, j, d);
}

static enum status scan_one(struct scan_command *c, size_t at, const char *word, struct diag *d)
{
	struct scanned *s = &c->all[at];
	struct judged *j = &c->judged[at];
	j->subject = (struct finding_subject){ .path = bytes_of(word), .is_tree = true, .list = &s->result.findings };
	s->result.findings.arena = c->arena;
	enum status status = scan_word(c, word, s, d);
	if (status == ERR_REFUSED) {
		struct finding *f = finding_add(&s->result.findings, "T01", (struct bytes){ NULL, 0 }, "%s", d->text);
		f->ends = true;
	} else if (status) {
		return note_failure(c, j, status, d);
	}
	if (c->settings->baseline)
		scan_compare(&s->result, &c->base);
	status = judge_apply(c->settings, &s->result.findings, s->pipeline.source.display, c->session.run.audit, d);
	if (status)
		return status;
	j->outcome = finding_list_refuses(&c->settings->findings, &s->result.findings) ? "refused" : "passed";
	j->put_facts = s->pipeline.has_source ? put_facts : NULL;
	j->facts = s;
	return note_scanned(c, j, d);
}

static enum status scan_all(struct scan_command *c, struct diag *d)
{
	static const char *here[] = { "." };
	struct strings words = c->settings->sources.n ? c->settings->sources : (struct strings){ here, 1 };
	c->all = ARENA_ARRAY(c->arena, struct scanned, words.n);
	c->judged = ARENA_ARRAY(c->arena, struct judged, words.n);
	enum status s = c->settings->baseline ? read_baseline(c, d) : OK;
	for (; s == OK && c->n < words.n; c->n++)
		s = scan_one(c, c->n, words.items[c->n], d);
	if (s)
		return s;
	s = judge_verdict(c->judged, c->n, "source", ERR_REFUSED, d);
	if (c->failure.code) {
		*d = c->failure;
		s = d->code;
	}
	judge_print(c->settings, c->session.console, "scan", c->judged, c->n, (int)exit_code_of(s));
	judge_warn_unused(c->settings, c->session.console);
	judge_say_counts(c->session.console, c->judged, c->n, "scanned", "source");
	return s;
}

static int run_scan(struct settings *settings, struct arena *a)
{
	struct scan_command c = { .settings = settings, .arena = a };
	struct diag d = { 0 };
	enum status s = session_open(settings, "scan", environ, a, &c.session, &d);
	if (s == OK)
		s = scan_all(&c, &d);
	enum exit_code code = session_close(&c.session, settings, s, &d);
	for (size_t i = 0; i < c.n; i++)
		pipeline_done(&c.all[i].pipeline);
	audit_free(c.session.run.audit);
	return (int)code;
}

static const char *const options_of_scan[] = { "--allow", "--deny", "--fail-on", "--limit", OPTIONS_OF_INDEX, NULL };

const struct command command_scan = {
	.name = "scan",
	.arguments = "[SRC...]",
	.what = "say what a source can do when it is built",
	.options = options_scan,
	.borrowed = options_build,
	.names = options_of_scan,
	.run = run_scan,
};

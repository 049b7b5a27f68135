#include "cli/building.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "audit/audit.h"
#include "base/cleanup.h"
#include "cli/buildlog.h"
#include "cli/container_setup.h"
#include "cli/describing.h"
#include "cli/judge.h"
#include "cli/landlock_setup.h"
#include "cli/report.h"
#include "host/file.h"

enum { REPORT_MAX = 64 << 20 };

static void print_artefacts(const struct build_command *c, const struct pipeline *p)
{
	for (size_t i = 0; i < p->n_artefacts; i++) {
		char digest[SHA256_TEXT_SIZE];
		sha256_text(&p->artefacts[i].digest, digest);
		console_note(c->session.console, "built %s (%llu bytes, sha256 %.12s...)", p->artefacts[i].name,
			     (unsigned long long)p->artefacts[i].size, digest);
		if (!c->settings->json)
			console_result(c->session.console, bytes_of(p->artefacts[i].path));
	}
}

static enum status build_one(struct build_command *c, const char *source, const char *python, struct diag *d)
{
	struct pipeline *p = &c->pipelines[c->n_pipelines++];
	/* A project may change what holds for itself (tighter limits, what it is trusted with), never for the next source. */
	struct settings *own = ARENA_NEW(c->arena, struct settings);
	struct run_context *run = ARENA_NEW(c->arena, struct run_context);
	const char **only = ARENA_NEW(c->arena, const char *);
	*only = source;
	*own = *c->settings;
	own->sources = (struct strings){ only, 1 };
	if (c->sdist && source == c->sdist)
		own->out_dir = c->sdist_folder;
	*run = c->session.run;
	run->limits = &own->limits;
	*p = (struct pipeline){ .run = run,
				.settings = own,
				.console = c->session.console,
				.arena = c->arena,
				.filter = &c->filter,
				.log_fd = -1,
				.keep_dir = -1 };
	p->findings.arena = c->arena;
	activity_init(&p->activity, c->arena);
	if (c->prepare)
		c->prepare(c, p);
	const char *log_path;
	enum status s = buildlog_open(c->session.logs_path, c->arena, &p->log_fd, &log_path, d);
	if (s == OK)
		s = c->run(p, source, python, d);
	if (s == ERR_BACKEND || s == ERR_LIMIT || s == ERR_ARTEFACT) /* else the build's output explains nothing */
		console_tail(c->session.console, arena_printf(c->arena, "%s (run %.8s)", log_path, c->session.id));
	print_artefacts(c, p);
	return s;
}

/* With several interpreters all wheels come from the one sdist that the first of them made, when it made one. */
static const char *shared_sdist(struct build_command *c, const char *source)
{
	const struct pipeline *last = &c->pipelines[c->n_pipelines - 1];
	for (size_t i = 0; !c->settings->sdist && !c->settings->wheel && i < last->n_artefacts; i++) {
		if (strcmp(last->artefacts[i].kind, "sdist") != 0)
			continue;
		struct bytes folder = bytes_of(last->artefacts[i].path);
		folder.size = bytes_find_last(folder, '/');
		c->sdist = last->artefacts[i].path;
		c->sdist_folder = arena_string(c->arena, folder); /* an archive's own default folder would be another */
	}
	return c->sdist ? c->sdist : source;
}

/* Of several builds the one that failed is named, the source as the user wrote it. */
static enum status name_build(const struct build_command *c, const char *source, const char *python, struct diag *d)
{
	enum status s = d->code;
	if (c->settings->pythons.n > 1)
		s = explain(d, "-p %.300s", python);
	return c->settings->sources.n > 1 ? explain(d, "'%.300s'", source) : s;
}

static enum status build_all(struct build_command *c, struct diag *d)
{
	static const char *here[] = { "." }, *any[] = { "" };
	struct strings sources = c->settings->sources.n ? c->settings->sources : (struct strings){ here, 1 };
	struct strings pythons = c->settings->pythons.n ? c->settings->pythons : (struct strings){ any, 1 };
	c->most = sources.n * pythons.n;
	c->pipelines = ARENA_ARRAY(c->arena, struct pipeline, c->most);
	for (size_t i = 0; i < sources.n; i++, c->sdist = NULL)
		for (size_t k = 0; k < pythons.n; k++) {
			enum status s = build_one(c, k ? shared_sdist(c, sources.items[i]) : sources.items[i], pythons.items[k], d);
			if (s)
				return name_build(c, sources.items[i], pythons.items[k], d);
		}
	return OK;
}

/* The report is written whatever happened, and last: it carries the head of the log. */
static enum exit_code write_reports(struct build_command *c, enum exit_code code, const struct diag *failure)
{
	if (!c->settings->json && !c->settings->report)
		return code;
	CLEANUP(buf_done) struct buf text;
	struct diag d = { 0 };
	buf_init(&text, REPORT_MAX);
	struct diag said = *failure;
	(void)snprintf(said.text, sizeof said.text, "%s", console_redacted_diag(c->session.console, failure, c->arena));
	report_write(c->pipelines, c->n_pipelines, audit_head(c->session.run.audit), code, &said, &text);
	if (c->settings->json)
		console_result(c->session.console, bytes_trim(buf_bytes(&text)));
	code = console_end(c->session.console, code);
	if (c->settings->report && report_save(c->settings->report, buf_bytes(&text), &d)) {
		console_error(c->session.console, &d);
		return code == EXIT_OK ? EXIT_UNCHECKED : code;
	}
	return code;
}

/* What would only fail after a build, or in the middle of it. */
static enum status check_request(struct settings *s, struct diag *d)
{
	struct stat st;
	enum status status = s->report ? report_check(s->report, d) : OK;
	if (status) {
		s->report = NULL; /* it is not tried again at the end */
		return status;
	}
	if (!s->ca_file || (access(s->ca_file, R_OK) == 0 && stat(s->ca_file, &st) == 0 && S_ISREG(st.st_mode)))
		return OK;
	(void)fail(d, ERR_USAGE, 0, "the certificates '%s' cannot be read: %s", s->ca_file,
		   access(s->ca_file, R_OK) ? strerror(errno) : "not a file");
	return remedy(d, "--cert, SSL_CERT_FILE, HWB_CA_FILE and index.ca-file take a file in PEM");
}

int building_run(struct build_command *c, const char *name)
{
	struct diag d = { 0 };
	enum status s = session_open(c->settings, name, environ, c->arena, &c->session, &d);
	if (s == OK)
		s = check_request(c->settings, &d);
	if (s == OK)
		s = describing_check(c->settings, &d);
	if (s == OK)
		s = landlock_check(c->settings, &d);
	if (s == OK && c->settings->isolation == MODE_LANDLOCK)
		console_warning(c->session.console,
				"isolation 'landlock' has no namespaces: a build sees the host's processes and the names of "
				"its files; hwb-build(1) says what else is weaker");
	if (s == OK)
		s = container_setup(c->settings, &c->session.run, c->arena, &d);
	c->filter = (struct output_filter){ .run = &c->session.run, .console = c->session.console };
	if (s == OK && c->start)
		s = c->start(c, &d);
	if (s == OK)
		s = build_all(c, &d);
	if (s == OK && c->finish)
		s = c->finish(c, &d);
	if (s == OK)
		judge_warn_unused(c->settings, c->session.console);
	struct diag other = { 0 };
	enum status told = output_filter_finish(&c->filter, c->arena, s ? &other : &d);
	s = s ? s : told;
	enum exit_code code = session_close(&c->session, c->settings, s, &d);
	code = write_reports(c, code, &d);
	/* Not before: the report tells of pins, and those belong to the index. */
	for (size_t i = 0; i < c->n_pipelines; i++)
		pipeline_done(&c->pipelines[i]);
	audit_free(c->session.run.audit);
	return (int)code;
}

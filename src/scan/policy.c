#include "scan/policy.h"

#define BIT(kind) (1U << (kind))
enum { ANY = 0, I = SCAN_INFO, W = SCAN_WARNING, E = SCAN_ERROR };

/* A row matches a flow when from is set, else a fact. `with`: a fact of such a kind must be in the same file. */
struct row {
	const char *id;
	unsigned from; /* kinds of the source */
	const char *from_id; /* or its id */
	unsigned to; /* kinds of the fact */
	const char *to_id; /* or its id */
	const char *with; /* id of a fact in the same file, or a kind as "net" */
	unsigned char severity[N_ZONES]; /* build, import, rest */
};

/* clang-format off */
static const struct row rows[] = {
	/* id                   from               from_id        to                                  to_id            with     build import rest */
	{ "SRC-DECODE-EXEC",    BIT(FACT_OBFUSCATION), "py.assembled", BIT(FACT_DYN_EXEC) | BIT(FACT_PROC), NULL,       NULL,    { E, W, I } },
	{ "SRC-DECODE-EXEC",    BIT(FACT_DECODE),  NULL,          0,                                  "py.exec",       NULL,    { E, E, I } },
	{ "SRC-DECODE-EXEC",    BIT(FACT_DECODE),  NULL,          0,                                  "py.eval",       NULL,    { E, E, I } },
	{ "SRC-DECODE-EXEC",    BIT(FACT_DECODE),  NULL,          BIT(FACT_DYN_EXEC),                 NULL,            NULL,    { E, W, I } },
	{ "SRC-DECODE-EXEC",    BIT(FACT_DECODE),  NULL,          BIT(FACT_PROC),                     NULL,            NULL,    { E, W, 0 } },
	{ "SRC-NET-EXEC",       BIT(FACT_NET),     NULL,          0,                                  "py.exec",       NULL,    { E, E, I } },
	{ "SRC-NET-EXEC",       BIT(FACT_NET),     NULL,          0,                                  "py.eval",       NULL,    { E, E, I } },
	{ "SRC-NET-EXEC",       BIT(FACT_NET),     NULL,          BIT(FACT_DYN_EXEC) | BIT(FACT_PROC) | BIT(FACT_NATIVE), NULL, NULL, { E, W, I } },
	{ "SRC-NET-EXEC",       BIT(FACT_NET),     NULL,          0,                                  "py.pickle",     NULL,    { E, W, 0 } },
	{ "SRC-ENV-NET",        BIT(FACT_ENV),     "py.env-all",  BIT(FACT_NET),                      NULL,            NULL,    { E, E, I } },
	{ "SRC-ENV-NET",        BIT(FACT_ENV),     "py.env-secret", BIT(FACT_NET),                    NULL,            NULL,    { E, W, 0 } },
	{ "SRC-ENV-NET",        BIT(FACT_ENV),     "py.env-read", BIT(FACT_NET),                      NULL,            NULL,    { W, I, 0 } },
	{ "SRC-CRED-NET",       BIT(FACT_CRED),    NULL,          BIT(FACT_NET),                      NULL,            NULL,    { E, E, I } },
	{ "SRC-CRED-NET",       0,                 NULL,          BIT(FACT_CRED),                     NULL,            "net",   { E, 0, 0 } },
	{ "SRC-EXFIL",          BIT(FACT_EXFIL),   NULL,          BIT(FACT_NET) | BIT(FACT_PROC),     NULL,            NULL,    { E, W, 0 } },
	{ "SRC-EXFIL",          0,                 NULL,          BIT(FACT_EXFIL),                    NULL,            "net",   { E, 0, 0 } },
	{ "SRC-PERSIST",        BIT(FACT_PERSISTENCE), NULL,      BIT(FACT_FILE) | BIT(FACT_PROC) | BIT(FACT_HOOK), NULL, NULL,  { E, W, 0 } },
	{ "SRC-WORM",           0,                 NULL,          0,                                  "py.upload",     "py.manifest-write", { E, E, 0 } },
	{ "SRC-SHELL-FETCH",    0,                 NULL,          0,                                  "py.shell-fetch", NULL,   { E, W, 0 } },
	{ "SRC-REVERSE-SHELL",  0,                 NULL,          0,                                  "py.reverse-shell", NULL, { E, E, 0 } },
	{ "SRC-REVERSE-SHELL",  0,                 NULL,          0,                                  "py.dup2",       "py.socket", { E, E, 0 } },
	{ "SRC-ENCODED-COMMAND", 0,                NULL,          0,                                  "py.encoded-command", NULL, { E, E, 0 } },
	{ "SRC-BIDI",           0,                 NULL,          0,                                  "py.bidi-code",  NULL,    { E, E, E } },
	{ "SRC-BIDI-TEXT",      0,                 NULL,          0,                                  "py.bidi-text",  NULL,    { W, W, I } },
	{ "SRC-HIDDEN-RIGHT",   0,                 NULL,          0,                                  "py.hidden-right", NULL,  { E, W, I } },
	{ "SRC-ENCODING",       0,                 NULL,          0,                                  "py.encoding",   NULL,    { E, E, I } },
	{ "SRC-PROTECTED",      0,                 NULL,          0,                                  "py.protected",  NULL,    { E, E, I } },
	{ "SRC-SITECUSTOMIZE",  0,                 NULL,          0,                                  "py.sitecustomize-write", NULL, { E, W, 0 } },
	{ "SRC-SITECUSTOMIZE",  0,                 NULL,          0,                                  "py.sitecustomize-file", NULL, { E, E, 0 } },
	{ "SRC-PTH",            0,                 NULL,          0,                                  "py.pth-import", "proc",  { E, E, 0 } },
	{ "SRC-PTH",            0,                 NULL,          0,                                  "py.pth-import", "net",   { E, E, 0 } },
	{ "SRC-PTH",            0,                 NULL,          0,                                  "py.pth-import", "decode", { E, E, 0 } },
	{ "SRC-PTH",            0,                 NULL,          0,                                  "py.pth-import", NULL,    { W, W, I } },
	{ "SRC-UNPARSED",       0,                 NULL,          BIT(FACT_UNPARSED),                 NULL,            NULL,    { E, W, I } },
	{ "SRC-PTH",            0,                 NULL,          0,                                  "py.pth-write",  NULL,    { W, W, 0 } },
	{ "SRC-NET",            0,                 NULL,          BIT(FACT_NET),                      NULL,            NULL,    { W, 0, 0 } },
	{ "SRC-DYNAMIC",        0,                 NULL,          0,                                  "py.unknown-code", NULL,  { W, 0, 0 } },
	{ "SRC-DYNAMIC",        0,                 NULL,          0,                                  "py.computed-name", NULL, { W, 0, 0 } },
	{ "SRC-DYNAMIC-IMPORT", 0,                 NULL,          0,                                  "py.unknown-import", NULL, { I, 0, 0 } },
	{ "SRC-HIDDEN-NAME",    0,                 NULL,          0,                                  "py.hidden-name", NULL,   { W, 0, 0 } },
	{ "SRC-HIDDEN-NAME",    0,                 NULL,          0,                                  "py.subclasses", NULL,    { W, 0, 0 } },
	{ "SRC-IDENTIFIER",     0,                 NULL,          0,                                  "py.identifier-nfkc", NULL, { W, W, 0 } },
	{ "SRC-IDENTIFIER",     0,                 NULL,          0,                                  "py.identifier-mixed", NULL, { W, W, 0 } },
	{ "SRC-PROGRAM",        0,                 NULL,          0,                                  "py.odd-program", NULL,   { W, 0, 0 } },
	{ "SRC-PROGRAM",        0,                 NULL,          0,                                  "py.pty",        NULL,    { W, I, 0 } },
	{ "SRC-PROGRAM",        0,                 NULL,          0,                                  "py.native-system", NULL, { W, W, 0 } },
	{ "SRC-UPLOAD",         0,                 NULL,          0,                                  "py.upload",     NULL,    { W, 0, 0 } },
	{ "SRC-CRED",           0,                 NULL,          BIT(FACT_CRED),                     NULL,            NULL,    { W, 0, 0 } },
	{ "SRC-EXFIL-HOST",     0,                 NULL,          BIT(FACT_EXFIL),                    NULL,            NULL,    { W, 0, 0 } },
	{ "SRC-PICKLE",         0,                 NULL,          0,                                  "py.pickle",     NULL,    { W, 0, 0 } },
	{ "SRC-PICKLE",         0,                 NULL,          0,                                  "py.marshal",    NULL,    { W, 0, 0 } },
	{ "SRC-RUN-FILE",       0,                 NULL,          0,                                  "py.runpy",      NULL,    { W, 0, 0 } },
	{ "SRC-HOOK",           0,                 NULL,          0,                                  "py.builtins-write", NULL, { W, 0, 0 } },
	{ "SRC-HOOK",           0,                 NULL,          0,                                  "py.settrace",   NULL,    { W, 0, 0 } },
	{ "SRC-HOOK",           0,                 NULL,          0,                                  "py.atexit",     NULL,    { W, 0, 0 } },
	{ "SRC-HOOK",           0,                 NULL,          0,                                  "py.meta-path",  NULL,    { I, 0, 0 } },
	{ "SRC-WRITE-OUTSIDE",  0,                 NULL,          BIT(FACT_FILE),                     NULL,            NULL,    { W, 0, 0 } },
	{ "SRC-DEPENDENCY-LINKS", 0,               NULL,          0,                                  "py.dependency-links", NULL, { W, 0, 0 } },
	{ "SRC-SETUP-REQUIRES", 0,                 NULL,          0,                                  "py.setup-requires", NULL, { I, 0, 0 } },
	{ "SRC-OBFUSCATED",     0,                 NULL,          0,                                  "py.entropy",    NULL,    { W, 0, 0 } },
	{ "SRC-OBFUSCATED",     0,                 NULL,          0,                                  "py.long-line",  NULL,    { I, 0, 0 } },
	{ "SRC-OBFUSCATED",     0,                 NULL,          0,                                  "py.dynamic-call", NULL,  { I, 0, 0 } },
	{ "SRC-EXEC",           0,                 NULL,          BIT(FACT_DYN_EXEC),                 NULL,            NULL,    { I, 0, 0 } },
	{ "SRC-PROC",           0,                 NULL,          BIT(FACT_PROC),                     NULL,            NULL,    { I, 0, 0 } },
	{ "SRC-NATIVE",         0,                 NULL,          BIT(FACT_NATIVE),                   NULL,            NULL,    { I, 0, 0 } },
	{ "SRC-CMDCLASS",       0,                 NULL,          0,                                  "py.cmdclass",   NULL,    { I, 0, 0 } },
	/* what is not Python: files.h */
	{ "SRC-SHELL-FETCH",    0,                 NULL,          0,                                  "sh.fetch-run",  NULL,    { E, W, 0 } },
	{ "SRC-SHELL-FETCH",    0,                 NULL,          0,                                  "build.shell-fetch",NULL,    { E, W, 0 } },
	{ "SRC-REVERSE-SHELL",  0,                 NULL,          0,                                  "sh.dev-tcp",    NULL,    { E, E, 0 } },
	{ "SRC-REVERSE-SHELL",  0,                 NULL,          0,                                  "build.reverse-shell",NULL,    { E, E, 0 } },
	{ "SRC-ENCODED-COMMAND",0,                 NULL,          0,                                  "build.encoded-command",NULL,    { E, E, 0 } },
	{ "SRC-DECODE-EXEC",    0,                 NULL,          0,                                  "sh.decode-run", NULL,    { E, W, 0 } },
	{ "SRC-FETCH",          0,                 NULL,          0,                                  "cmake.fetch",   NULL,    { W, 0, 0 } },
	{ "SRC-FETCH",          0,                 NULL,          0,                                  "meson.wrap",    NULL,    { W, 0, 0 } },
	{ "SRC-FETCH",          0,                 NULL,          0,                                  "cargo.git",     NULL,    { W, 0, 0 } },
	{ "SRC-FETCH",          0,                 NULL,          0,                                  "cargo.registry",NULL,    { W, 0, 0 } },
	{ "SRC-FETCH",          0,                 NULL,          0,                                  "cmake.fetch-pinned",NULL,    { I, 0, 0 } },
	{ "SRC-FETCH",          0,                 NULL,          0,                                  "cmake.download-pinned",NULL,    { I, 0, 0 } },
	{ "SRC-FETCH",          0,                 NULL,          0,                                  "meson.wrap-pinned",NULL,    { I, 0, 0 } },
	{ "SRC-FETCH",          0,                 NULL,          0,                                  "cargo.git-pinned",NULL,    { I, 0, 0 } },
	{ "SRC-FETCH",          0,                 NULL,          0,                                  "meson.subproject",NULL,    { I, 0, 0 } },
	{ "SRC-REQUIRE-URL",    0,                 NULL,          0,                                  "req.url-open",  NULL,    { E, W, 0 } },
	{ "SRC-REQUIRE-URL",    0,                 NULL,          0,                                  "req.url",       NULL,    { W, I, 0 } },
	{ "SRC-TYPOSQUAT",      0,                 NULL,          0,                                  "req.typosquat", NULL,    { W, I, 0 } },
	{ "SRC-UNPINNED",       0,                 NULL,          0,                                  "req.unpinned",  NULL,    { I, 0, 0 } },
	{ "SRC-BACKEND",        0,                 NULL,          0,                                  "backend.path",  NULL,    { W, 0, 0 } },
	{ "SRC-BACKEND",        0,                 NULL,          0,                                  "backend.unknown",NULL,    { I, 0, 0 } },
	{ "SRC-BUILD-HOOK",     0,                 NULL,          0,                                  "hook.build",    NULL,    { I, 0, 0 } },
	{ "SRC-TOOL-CONFIG",    0,                 NULL,          0,                                  "config.cargo-program",NULL,    { W, 0, 0 } },
	{ "SRC-TOOL-CONFIG",    0,                 NULL,          0,                                  "config.index",  NULL,    { I, I, 0 } },
	{ "SRC-DEPENDENCY-LINKS",0,                 NULL,          0,                                  "cfg.dependency-links",NULL,    { W, 0, 0 } },
	{ "SRC-SETUP-REQUIRES", 0,                 NULL,          0,                                  "cfg.setup-requires",NULL,    { I, 0, 0 } },
	{ "SRC-CMDCLASS",       0,                 NULL,          0,                                  "cfg.cmdclass",  NULL,    { I, 0, 0 } },
	{ "SRC-BINARY",         0,                 NULL,          BIT(FACT_BINARY),                   NULL,            NULL,    { W, I, I } },
	{ "SRC-ARCHIVE",        0,                 NULL,          BIT(FACT_ARCHIVE),                  NULL,            NULL,    { I, I, 0 } },
	{ "SRC-EGG-LINK",       0,                 NULL,          0,                                  "file.egg-link", NULL,    { W, W, I } },
	{ "SRC-CREDENTIALS",    0,                 NULL,          0,                                  "file.private-key",NULL,    { E, E, I } },
	{ "SRC-CREDENTIALS",    0,                 NULL,          0,                                  "file.credentials",NULL,    { W, W, I } },
	{ "SRC-TOKEN",          0,                 NULL,          0,                                  "file.token",    NULL,    { E, E, W } },
	{ "SRC-CREDENTIALS",    0,                 NULL,          0,                                  "file.more-keys",NULL,    { 0, 0, I } },
	{ "SRC-TOKEN",          0,                 NULL,          0,                                  "file.more-tokens",NULL,    { 0, 0, I } },
	{ "SRC-NAME",           0,                 NULL,          0,                                  "name.invisible",NULL,    { E, E, W } },
	{ "SRC-NAME",           0,                 NULL,          0,                                  "name.not-text", NULL,    { I, I, I } },
	{ "SRC-NAME",           0,                 NULL,          0,                                  "name.same",     NULL,    { W, W, I } },
};
/* clang-format on */

const char *policy_id(size_t i)
{
	return i < COUNT(rows) ? rows[i].id : NULL;
}

enum scan_severity policy_worst(size_t i)
{
	unsigned worst = SCAN_NONE;
	for (size_t zone = 0; zone < N_ZONES; zone++)
		if (rows[i].severity[zone] > worst)
			worst = rows[i].severity[zone];
	return (enum scan_severity)worst;
}

static bool is(const struct fact *f, unsigned kinds, const char *id)
{
	return id ? strcmp(f->rule->id, id) == 0 : (kinds & BIT(f->rule->kind)) != 0;
}

/* Facts of one file stand together: looks around fact i. */
static bool has_beside(const struct fact_list *list, size_t i, const char *what)
{
	struct bytes path = list->facts[i].path;
	while (i > 0 && bytes_equal(list->facts[i - 1].path, path))
		i--;
	for (; i < list->n_facts && bytes_equal(list->facts[i].path, path); i++)
		if (strcmp(list->facts[i].rule->id, what) == 0 || strcmp(fact_kind_name(list->facts[i].rule->kind), what) == 0)
			return true;
	return false;
}

struct pending {
	struct policy_finding finding;
	policy_sink *sink;
	void *context;
	bool asked, beside; /* whether `with` was looked for in this file, and what came of it */
	struct bytes path;
	const struct fact_list *list;
	unsigned char *worst; /* by fact: how its file was reported by this id already */
};

static void flush(struct pending *p)
{
	if (p->finding.fact)
		p->sink(p->context, &p->finding);
	p->finding.fact = NULL;
}

/* All facts of one file stand together. */
static void mark_file(struct pending *p, size_t at, enum scan_severity severity)
{
	const struct fact *facts = p->list->facts;
	size_t from = at;
	while (from > 0 && bytes_equal(facts[from - 1].path, facts[at].path))
		from--;
	for (; from < p->list->n_facts && bytes_equal(facts[from].path, facts[at].path); from++)
		p->worst[from] = (unsigned char)severity;
}

static void report(struct pending *p, const struct row *row, const struct fact *fact, const struct fact *source)
{
	enum scan_severity severity = row->severity[fact->zone];
	size_t at = (size_t)(fact - p->list->facts);
	if (severity == SCAN_NONE)
		return;
	if (p->finding.fact && bytes_equal(p->finding.fact->path, fact->path)) {
		p->finding.n_more++;
		return;
	}
	if (p->worst[at] >= severity)
		return;
	flush(p);
	mark_file(p, at, severity);
	p->finding = (struct policy_finding){ .id = row->id, .severity = severity, .fact = fact, .source = source };
}

static void run_row(const struct fact_list *list, const struct row *row, struct pending *p)
{
	for (size_t i = 0; row->from && i < list->n_flows; i++) {
		const struct fact *from = &list->facts[list->flows[i].from], *to = &list->facts[list->flows[i].to];
		if (is(from, row->from, row->from_id) && is(to, row->to, row->to_id))
			report(p, row, to, from);
	}
	for (size_t i = 0; !row->from && i < list->n_facts; i++) {
		const struct fact *fact = &list->facts[i];
		if (!is(fact, row->to, row->to_id))
			continue;
		if (row->with && (!p->asked || !bytes_equal(p->path, fact->path))) {
			p->asked = true;
			p->path = fact->path;
			p->beside = has_beside(list, i, row->with);
		}
		if (!row->with || p->beside)
			report(p, row, fact, NULL);
	}
	flush(p);
}

void policy_run(const struct fact_list *list, policy_sink *sink, void *context)
{
	unsigned char *worst = ARENA_ARRAY(list->arena, unsigned char, list->n_facts + 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pending p = { .sink = sink, .context = context, .list = list, .worst = worst };
		if (i == 0 || strcmp(rows[i].id, rows[i - 1].id) != 0)
			memset(worst, 0, list->n_facts);
		run_row(list, &rows[i], &p);
	}
	if (list->cut && list->n_facts)
		sink(context, &(struct policy_finding){
				      .id = "SRC-UNPARSED", .severity = SCAN_ERROR, .fact = &list->facts[list->n_facts - 1] });
}

/* `hwb sbom`: bills of materials of wheels that are there already, whoever made them, and of those in the report of a build. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/number.h"
#include "cli/commands.h"
#include "cli/describing.h"
#include "cli/named_file.h"
#include "cli/option_take.h"
#include "cli/options_build.h"
#include "cli/session.h"
#include "cli/settings_parts.h"
#include "describe/describe.h"
#include "host/file.h"
#include "host/mapped.h"

enum { REPORT_MAX = 64 << 20, WHEELS_MAX = 10000 };

struct document {
	struct sbom *sbom;
	const char *folder, *name; /* of its wheel; folder NULL: of a report, which knows none */
};

struct sbom_command {
	struct settings *settings;
	struct arena *arena;
	struct session session;
	struct describing_texts texts;
	int64_t epoch; /* SOURCE_DATE_EPOCH; 0: not set */
	struct document *documents;
	size_t n;
};

/* ---- what is described ---- */

static void split_path(struct sbom_command *c, const char *path, const char **ret_folder, const char **ret_name)
{
	struct bytes whole = bytes_of(path);
	size_t slash = bytes_find_last(whole, '/');
	*ret_folder = slash < whole.size ? arena_string(c->arena, bytes_part(whole, 0, slash + 1)) : ".";
	*ret_name = slash < whole.size ? path + slash + 1 : path;
}

static const char *join(struct sbom_command *c, const char *folder, const char *name)
{
	const char *slash = bytes_ends(bytes_of(folder), BYTES("/")) ? "" : "/";
	return strcmp(folder, ".") ? arena_printf(c->arena, "%s%s%s", folder, slash, name) : name;
}

static enum status describe(struct sbom_command *c, int fd, const char *name, enum describe_kind kind, struct describe_result *ret,
			    struct diag *d)
{
	CLEANUP(helper_stop) struct helper helper = { .pid = 0 };
	struct describe_request request = { .kind = kind, .file_name = bytes_of(name) };
	enum status s = describe_start(&c->session.run, fd, &helper, d);
	if (s == OK)
		s = describe_ask(&c->session.run, &request, &helper, d);
	if (s == OK)
		s = describe_run(&c->session.run, &request, &helper, c->arena, ret, d);
	for (size_t i = 0; s == OK && i < ret->n; i++) {
		sbom_map_texts(&ret->sboms[i], describing_clean, &c->texts);
		sbom_settle(&ret->sboms[i], c->arena);
	}
	return s;
}

static enum status add_document(struct sbom_command *c, struct sbom *sbom, const char *folder, const char *name, struct diag *d)
{
	if (c->n == WHEELS_MAX)
		return fail(d, ERR_USAGE, 0, "more than %d wheels at once", WHEELS_MAX);
	c->documents = arena_grow(c->arena, c->documents, c->n, sizeof *c->documents);
	c->documents[c->n++] = (struct document){ sbom, folder, name };
	for (size_t i = 0; i < sbom->n_unread; i++)
		console_warning(c->session.console, "%s: its document '%.*s' makes no sense: what that lists is missing here", name,
				BYTES_ARG(sbom->unread[i]));
	return OK;
}

/* ---- into the wheel ---- */

/* What was packed is opened as any other wheel is, and has the document. */
static enum status check_embedded(struct sbom_command *c, int fd, const char *name, struct diag *d)
{
	struct describe_result again;
	enum status s = describe(c, fd, name, DESCRIBE_WHEEL, &again, d);
	for (size_t i = 0; s == OK && i < again.sboms->n_unread; i++)
		if (bytes_ends(bytes_of(DESCRIBING_EMBEDDED), again.sboms->unread[i]))
			return fail(d, ERR_UNCHECKED, 0, "what was put into '%s' cannot be read again", name);
	return s;
}

static enum status replace_wheel(struct sbom_command *c, int fd, const char *folder, const char *name, struct diag *d)
{
	CLEANUP(fd_close) int dir = -1;
	struct bytes content = { NULL, 0 };
	enum status s = directory_open(AT_FDCWD, folder, &dir, d);
	if (s == OK)
		s = mapped_open(fd, UINT64_MAX, &content, d);
	/* The rename cannot be taken back. */
	if (s == OK)
		s = audit_note(c->session.run.audit, true, d, "artifact.writing", "name", name, NULL);
	if (s == OK)
		s = file_replace(dir, name, content, 0644, true, d);
	mapped_done(&content);
	return s ? explain(d, "write '%s'", name) : OK;
}

static enum status embed(struct sbom_command *c, int fd, const struct document *doc, struct diag *d)
{
	CLEANUP(packer_done) struct packer packer = { .out_fd = -1 };
	CLEANUP(fd_close) int packed_fd = -1;
	CLEANUP(buf_done) struct buf text;
	struct pack_result packed;
	struct pack_request request = { .file_name = bytes_of(doc->name), .epoch = doc->sbom->timestamp };
	buf_init(&text, SBOM_FILE_MAX);
	doc->sbom->has_digest = false; /* it would be that of another wheel */
	sbom_write_cyclonedx(doc->sbom, &text);
	request.embed_name = BYTES(DESCRIBING_EMBEDDED);
	request.embed_content = buf_bytes(&text);
	enum status s = buf_check(&text, "the bill of materials", d);
	if (s == OK)
		s = pack_start(&c->session.run, fd, &packer, d);
	if (s == OK)
		s = pack_run(&c->session.run, &request, &packer, c->arena, &packed, d);
	if (s)
		return s == ERR_LIMIT || s == ERR_FORMAT ? recode(d, ERR_ARTEFACT) : s;
	packed_fd = packed.fd;
	s = check_embedded(c, packed_fd, doc->name, d);
	if (s == OK)
		s = replace_wheel(c, packed_fd, doc->folder, doc->name, d);
	if (s == OK)
		console_result(c->session.console, bytes_of(join(c, doc->folder, doc->name)));
	return s;
}

static enum status take_wheel(struct sbom_command *c, const char *path, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	const char *folder, *name;
	struct describe_result result;
	uint64_t size;
	split_path(c, path, &folder, &name);
	enum status s = named_file_copy(&c->session.run, path, c->session.run.limits->wheel_size, &fd, d);
	if (s == OK)
		s = describe(c, fd, name, DESCRIBE_WHEEL, &result, d);
	if (s == OK)
		s = sha256_of_fd(fd, c->session.run.limits->wheel_size, &result.sboms->digest, &size, d);
	if (s)
		return s;
	result.sboms->has_digest = true;
	if (c->epoch)
		result.sboms->timestamp = c->epoch;
	s = add_document(c, result.sboms, folder, name, d);
	return s == OK && c->settings->sbom.embed ? embed(c, fd, &c->documents[c->n - 1], d) : s;
}

/* The name in a report is somebody's word, and a file is to be called so. */
static enum status check_file_name(struct sbom_command *c, struct bytes name, struct diag *d)
{
	struct wheel_name parsed;
	if (bytes_find(name, '/') == name.size && wheel_name_parse(name, c->arena, &parsed, NULL) == OK)
		return OK;
	return fail(d, ERR_USAGE, 0, "the report names a wheel that is none");
}

static enum status take_report(struct sbom_command *c, const char *path, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	const char *folder, *name;
	struct describe_result result;
	split_path(c, path, &folder, &name);
	if (c->settings->sbom.embed) {
		(void)fail(d, ERR_USAGE, 0, "--embed takes wheels, and '%s' is none", path);
		return remedy(d, "hwb build --embed-sbom puts it into a wheel while it is built");
	}
	enum status s = named_file_copy(&c->session.run, path, REPORT_MAX, &fd, d);
	if (s == OK)
		s = describe(c, fd, name, DESCRIBE_REPORT, &result, d);
	for (size_t i = 0; s == OK && i < result.n; i++) {
		s = check_file_name(c, result.sboms[i].file_name, d);
		if (s == OK)
			s = add_document(c, &result.sboms[i], NULL, arena_string(c->arena, result.sboms[i].file_name), d);
	}
	return s;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum status list_wheels(struct sbom_command *c, const char *path, const char ***ret, size_t *ret_n, struct diag *d)
{
	CLEANUP(fd_close) int dir = -1;
	const char **names = NULL;
	size_t n = 0;
	enum status s = directory_open(AT_FDCWD, path, &dir, d);
	if (s)
		return s;
	DIR *entries = directory_entries(dir);
	if (!entries)
		return fail(d, ERR_IO, 0, "cannot read '%s': %s", path, strerror(errno));
	for (const struct dirent *e; (e = readdir(entries));) {
		if (!bytes_ends(bytes_of(e->d_name), BYTES(".whl")))
			continue;
		names = arena_grow(c->arena, names, n, sizeof *names);
		names[n++] = arena_string(c->arena, bytes_of(e->d_name));
	}
	(void)closedir(entries);
	if (!n)
		return fail(d, ERR_USAGE, 0, "there is no wheel in the folder '%s'", path);
	qsort(names, n, sizeof *names, compare_names);
	*ret = names;
	*ret_n = n;
	return OK;
}

static enum status take_folder(struct sbom_command *c, const char *path, struct diag *d)
{
	const char **names = NULL;
	size_t n = 0;
	enum status s = list_wheels(c, path, &names, &n, d);
	for (size_t i = 0; s == OK && i < n; i++)
		s = take_wheel(c, join(c, path, names[i]), d);
	return s;
}

static bool is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static enum status take_word(struct sbom_command *c, const char *word, struct diag *d)
{
	if (is_folder(word))
		return take_folder(c, word, d);
	return bytes_ends(bytes_of(word), BYTES(".whl")) ? take_wheel(c, word, d) : take_report(c, word, d);
}

/* ---- where it goes ---- */

static enum sbom_files format_of(const struct sbom_command *c)
{
	return c->settings->sbom.format ? c->settings->sbom.format : SBOM_FILES_CYCLONEDX;
}

static enum status write_one(struct sbom_command *c, const struct document *doc, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	CLEANUP(fd_close) int dir = -1;
	const char *folder, *name;
	buf_init(&text, SBOM_FILE_MAX);
	if (format_of(c) == SBOM_FILES_SPDX)
		sbom_write_spdx(doc->sbom, &text);
	else
		sbom_write_cyclonedx(doc->sbom, &text);
	enum status s = buf_check(&text, "the bill of materials", d);
	if (s)
		return s;
	if (!c->settings->sbom.output) {
		console_print(c->session.console, buf_bytes(&text), CONSOLE_STDOUT);
		return OK;
	}
	split_path(c, c->settings->sbom.output, &folder, &name);
	s = directory_open(AT_FDCWD, folder, &dir, d);
	if (s == OK)
		s = file_replace(dir, name, buf_bytes(&text), 0644, true, d);
	return s ? explain(d, "write '%s'", c->settings->sbom.output) : OK;
}

/* One document a wheel, named as the wheel is. */
static enum status write_beside(struct sbom_command *c, const struct document *doc, struct diag *d)
{
	CLEANUP(fd_close) int dir = -1;
	const char *folder = c->settings->sbom.output ? c->settings->sbom.output : doc->folder, *name;
	if (!folder) {
		(void)fail(d, ERR_USAGE, 0, "the report has several wheels, and standard output takes one document");
		return remedy(d, "name a folder for them with -o DIR");
	}
	enum status s = directory_make(AT_FDCWD, folder, false, &dir, d);
	if (s == OK)
		s = describing_save(doc->sbom, format_of(c), dir, doc->name, c->arena, &name, d);
	if (s == OK)
		console_result(c->session.console, bytes_of(join(c, folder, name)));
	return s;
}

static enum status write_all(struct sbom_command *c, struct diag *d)
{
	bool is_one = c->n == 1 && !(c->settings->sbom.output && is_folder(c->settings->sbom.output));
	enum status s = OK;
	for (size_t i = 0; s == OK && i < c->n; i++) {
		const struct document *doc = &c->documents[i];
		s = describing_note(doc->sbom, bytes_of(doc->name), c->session.run.audit, d);
		if (s == OK && !c->settings->sbom.embed)
			s = is_one ? write_one(c, doc, d) : write_beside(c, doc, d);
	}
	return s;
}

static enum status check_words(struct sbom_command *c, struct diag *d)
{
	if (!c->settings->sources.n) {
		(void)fail(d, ERR_USAGE, 0, "hwb sbom takes wheels, folders of wheels, or the report of a build");
		return remedy(d, "hwb sbom dist/pkg-1.0-py3-none-any.whl");
	}
	if (c->settings->sbom.embed && (c->settings->sbom.output || c->settings->sbom.format == SBOM_FILES_SPDX))
		return fail(d, ERR_USAGE, 0,
			    "--embed puts CycloneDX into the wheel itself: it goes with neither -o nor --format spdx");
	return settings_epoch(c->settings, &c->epoch, d);
}

static enum status run_all(struct sbom_command *c, struct diag *d)
{
	enum status s = check_words(c, d);
	for (size_t i = 0; s == OK && i < c->settings->sources.n; i++)
		s = take_word(c, c->settings->sources.items[i], d);
	return s ? s : write_all(c, d);
}

static int run_sbom(struct settings *settings, struct arena *a)
{
	struct sbom_command c = { .settings = settings, .arena = a };
	struct diag d = { 0 };
	enum status s = session_open(settings, "sbom", environ, a, &c.session, &d);
	c.texts = (struct describing_texts){ c.session.console, a };
	if (s == OK)
		s = run_all(&c, &d);
	enum exit_code code = session_close(&c.session, settings, s, &d);
	audit_free(c.session.run.audit);
	return (int)code;
}

/* ---- options ---- */

static enum status take_format(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	(void)a;
	s->sbom.format = strcmp(value, "spdx") == 0 ? SBOM_FILES_SPDX : SBOM_FILES_CYCLONEDX;
	if (s->sbom.format == SBOM_FILES_SPDX || strcmp(value, "cyclonedx") == 0)
		return OK;
	return fail(d, ERR_USAGE, 0, "takes cyclonedx or spdx, not '%.100s'", value);
}

static enum status take_output(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	if (!value[0])
		return fail(d, ERR_USAGE, 0, "takes a path");
	s->sbom.output = arena_string(a, bytes_of(value));
	return OK;
}

FLAG(take_embed, sbom.embed)

static const struct option options_sbom[] = {
	{ "--format", 0, { 0 }, "cyclonedx|spdx", "The format: CycloneDX 1.6 or SPDX 2.3, both as JSON.", take_format },
	{ "--output", 'o', { 0 }, "FILE|DIR", "Where the document goes; of several, the folder.", take_output },
	{ "--embed", 0, { 0 }, NULL, "Put it into the wheel itself (PEP 770), which is packed anew.", take_embed },
	{ 0 },
};
static const char *const options_of_sbom[] = { "--limit", NULL };

const struct command command_sbom = {
	.name = "sbom",
	.arguments = "WHEEL|DIR|REPORT...",
	.what = "write the bill of materials of a wheel",
	.options = options_sbom,
	.borrowed = options_build,
	.names = options_of_sbom,
	.run = run_sbom,
};

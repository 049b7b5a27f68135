#include "cli/publish_files.h"

#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "cli/settings_parts.h"
#include "format/json.h"
#include "format/json_write.h"
#include "host/file.h"
#include "host/spool.h"
#include "python/name.h"

/* Of PEP 740: two objects of some KiB. Files of one run. */
enum { ATTESTATION_MAX = 256 << 10, ATTESTATIONS_OF_FILE = 2, FILES_MAX = 5000 };
/* Copies that are kept until they are sent: the memory of those that are not on the disk, their descriptors. What is beyond is read and
 * hashed again. */
enum { KEPT_MEMORY = 8 << 20, KEPT_FILES = 400 };

struct finding_files {
	struct checked *checked;
	const struct registry *registry;
	struct publish_files *files;
	struct strings attestations; /* on the command line, or beside */
	bool *used;
	uint64_t kept_memory;
};

static bool is_attestation(struct bytes name)
{
	return bytes_ends(name, BYTES(".attestation"));
}

static int compare_words(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* dist/: what is neither is not for a registry (bills of materials, notes). */
static enum status list_dist(struct strings *ret, struct arena *a, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	enum status s = directory_open(AT_FDCWD, "dist", &fd, d);
	DIR *entries = s == OK ? directory_entries(fd) : NULL;
	if (!entries) {
		(void)fail(d, ERR_USAGE, 0, "there is no folder 'dist' here with anything to publish");
		return remedy(d, "build something first (hwb build), or name the files: hwb publish FILE...");
	}
	for (const struct dirent *e = readdir(entries); e; e = readdir(entries))
		if (checked_is_artefact(bytes_of(e->d_name)))
			strings_add(ret, a, bytes_of(arena_printf(a, "dist/%s", e->d_name)));
	(void)closedir(entries);
	if (!ret->n) {
		(void)fail(d, ERR_USAGE, 0, "there is no wheel and no sdist in 'dist'");
		return remedy(d, "build something first (hwb build), or name the files: hwb publish FILE...");
	}
	qsort(ret->items, ret->n, sizeof *ret->items, compare_words);
	return OK;
}

/* The words of the command line; attestations may be among them, as a shell's dist/... has it. */
static enum status take_words(struct finding_files *f, struct strings *ret, struct diag *d)
{
	struct arena *a = f->checked->arena;
	const struct settings *s = f->checked->settings;
	for (size_t i = 0; i < s->publish.attestations.n; i++)
		strings_add(&f->attestations, a, bytes_of(s->publish.attestations.items[i]));
	if (!s->sources.n)
		return list_dist(ret, a, d);
	for (size_t i = 0; i < s->sources.n; i++)
		strings_add(is_attestation(bytes_of(s->sources.items[i])) ? &f->attestations : ret, a, bytes_of(s->sources.items[i]));
	if (ret->n > FILES_MAX)
		return fail(d, ERR_USAGE, 0, "more than %d files", FILES_MAX);
	return ret->n ? OK : fail(d, ERR_USAGE, 0, "there are attestations, and no distribution that they are of");
}

/* ---- attestations ---- */

/* The file's text is put into the array as it is: what it says is for the registry to verify; that it is one JSON object is ours. */
static enum status add_attestation(struct finding_files *f, const char *path, struct buf *array, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	const struct json *root;
	buf_init(&text, ATTESTATION_MAX);
	enum status s = file_read(AT_FDCWD, path, &text, d);
	if (s == OK)
		s = json_parse(buf_bytes(&text), f->checked->arena, &root, d);
	if (s == OK && root->type != JSON_TYPE_OBJECT)
		s = fail(d, ERR_FORMAT, 0, "it is %s, and not an object", json_type_name(root->type));
	if (s) {
		(void)explain(d, "the attestation '%s'", path);
		return recode(d, ERR_USAGE);
	}
	buf_add(array, array->size ? BYTES(", ") : BYTES("["));
	buf_add(array, bytes_trim(buf_bytes(&text)));
	return OK;
}

/* NAME.whl.publish.attestation belongs to NAME.whl. */
static bool is_of(const char *path, struct bytes distribution)
{
	struct bytes name = bytes_base_name(bytes_of(path));
	return bytes_starts(name, distribution) && name.size > distribution.size && name.data[distribution.size] == '.';
}

static enum status beside(struct finding_files *f, const struct publish_file *file, struct strings *ret, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	const char *name;
	enum status s = directory_open_parent(file->path, &fd, &name, d);
	DIR *entries = s == OK ? directory_entries(fd) : NULL;
	if (s || !entries)
		return s ? s : fail(d, ERR_IO, 0, "list the folder of '%s': %s", file->path, strerror(errno));
	size_t folder = (size_t)(strlen(file->path) - strlen(name));
	for (const struct dirent *e = readdir(entries); e; e = readdir(entries))
		if (is_attestation(bytes_of(e->d_name)) && is_of(e->d_name, file->name))
			strings_add(ret, f->checked->arena,
				    bytes_of(arena_printf(f->checked->arena, "%.*s%s", (int)folder, file->path, e->d_name)));
	(void)closedir(entries);
	qsort(ret->items, ret->n, sizeof *ret->items, compare_words);
	return OK;
}

static enum status attest(struct finding_files *f, struct publish_file *file, struct diag *d)
{
	CLEANUP(buf_done) struct buf array;
	struct strings own = { NULL, 0 };
	enum status s = OK;
	buf_init(&array, ATTESTATIONS_OF_FILE * (ATTESTATION_MAX + 4));
	for (size_t i = 0; i < f->attestations.n; i++)
		if (is_of(f->attestations.items[i], file->name)) {
			f->used[i] = true;
			strings_add(&own, f->checked->arena, bytes_of(f->attestations.items[i]));
		}
	/* Others may stumble over a field that they do not know: to them it goes when it is asked for. */
	if (!own.n && f->registry->takes_attestations)
		s = beside(f, file, &own, d);
	if (s == OK && own.n > ATTESTATIONS_OF_FILE)
		return fail(d, ERR_USAGE, 0, "'%s' has %zu attestations; a registry takes %d", file->path, own.n,
			    ATTESTATIONS_OF_FILE);
	for (size_t i = 0; s == OK && i < own.n; i++)
		s = add_attestation(f, own.items[i], &array, d);
	if (s || !own.n)
		return s;
	buf_add_byte(&array, ']');
	file->attestations = arena_string(f->checked->arena, buf_bytes(&array));
	return OK;
}

/* ---- one file ---- */

static enum status check_size(const struct finding_files *f, const struct publish_file *file, struct diag *d)
{
	uint64_t max = f->registry->file_max;
	if (max && file->size > max)
		console_warning(f->checked->session.console,
				"'%s' has %llu bytes: '%s' takes %llu unless it has raised the limit for the project", file->path,
				(unsigned long long)file->size, f->registry->name, (unsigned long long)max);
	return file->size ? OK : fail(d, ERR_ARTEFACT, 0, "'%s' is empty", file->path);
}

static void keep_copy(struct finding_files *f, struct publish_file *file, int fd)
{
	uint64_t memory = spool_is_in_memory(fd) ? file->size : 0;
	bool fits = f->files->n < KEPT_FILES && memory <= KEPT_MEMORY - f->kept_memory;
	if (!fits || stat(file->path, &file->looks))
		return;
	file->kept_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	f->kept_memory += file->kept_fd >= 0 ? memory : 0;
}

static bool is_of_file(const struct publish_file *file, struct bytes name, struct bytes version, struct arena *a)
{
	struct version said;
	return name_equal(name, file->project) && version_parse(version, a, &said, NULL) == OK &&
	       version_compare(&said, &file->version) == 0;
}

/* What hwb-parse says of a file is of that file: the registry files it under what the form says. */
static enum status check_form(struct publish_file *file, struct arena *a, struct diag *d)
{
	struct wheel_name wheel;
	struct sdist_name sdist;
	const struct form *f = &file->form;
	bool is_wheel = file->kind == FORM_WHEEL;
	enum status s = is_wheel ? wheel_name_parse(file->name, a, &wheel, d)
				 : sdist_name_parse(file->name, file->project, a, &sdist, d);
	if (s == OK)
		file->version = is_wheel ? wheel.version : sdist.version;
	bool same = s == OK && (!is_wheel || bytes_equal(wheel.name, file->project)) && is_of_file(file, f->name, f->version, a) &&
		    is_of_file(file, form_find(f, "name"), form_find(f, "version"), a) &&
		    bytes_equal(form_find(f, "filetype"), bytes_of(form_filetype(file->kind))) &&
		    bytes_equal(form_find(f, "pyversion"), form_python(file->kind, file->name));
	return same ? OK : fail(d, ERR_UNCHECKED, 0, "the form of '%s' is of another project, version or kind", file->path);
}

static struct helper_also *ask_form(void *context, const struct checked_file *checked)
{
	const struct finding_files *f = context;
	return form_prepare(checked->name, f->checked->arena);
}

/* While the bytes that were checked are at hand. */
static enum status passed(void *context, const struct checked_file *checked, int fd, struct diag *d)
{
	struct finding_files *f = context;
	struct arena *a = f->checked->arena;
	const struct run_context *run = &f->checked->session.run;
	struct publish_file *file = &f->files->files[f->files->n];
	struct stat st;
	*file = (struct publish_file){
		.kept_fd = -1,
		.path = arena_string(a, checked->path),
		.name = checked->name,
		.kind = checked->is_wheel ? FORM_WHEEL : FORM_SDIST,
		.digest = checked->result.digest,
	};
	if (fstat(fd, &st))
		return fail(d, ERR_IO, 0, "look at '%s': %s", file->path, strerror(errno));
	file->size = (uint64_t)st.st_size;
	enum status s = check_size(f, file, d);
	if (s == OK)
		s = checked->is_wheel ? form_take(checked->also, checked->name, a, &file->form, d)
				      : form_ask(run, checked->tree.fd, FORM_SDIST, checked->name, a, &file->form, d);
	if (s)
		return s;
	file->project = name_normalize(file->form.name, a);
	s = check_form(file, a, d);
	if (s)
		return s;
	keep_copy(f, file, fd);
	f->files->n++;
	return attest(f, file, d);
}

static int compare_files(const void *x, const void *y)
{
	const struct publish_file *a = x, *b = y;
	return a->kind != b->kind ? (a->kind == FORM_WHEEL ? -1 : 1) : bytes_compare(a->name, b->name);
}

static enum status check_twice(const struct publish_files *files, struct diag *d)
{
	for (size_t i = 1; i < files->n; i++)
		if (bytes_equal(files->files[i - 1].name, files->files[i].name))
			return fail(d, ERR_USAGE, 0, "'%s' and '%s' have one name", files->files[i - 1].path, files->files[i].path);
	return OK;
}

static void say_findings(struct checked *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->judged[i].subject.list)
			judge_say(c->session.console, &c->judged[i].subject);
}

enum status publish_files_find(struct checked *c, const struct registry *registry, struct publish_files *ret, struct diag *d)
{
	struct finding_files f = { .checked = c, .registry = registry, .files = ret };
	struct strings words = { NULL, 0 };
	enum status s = take_words(&f, &words, d);
	if (s)
		return s;
	f.used = ARENA_ARRAY(c->arena, bool, f.attestations.n + 1);
	ret->files = ARENA_ARRAY(c->arena, struct publish_file, words.n + 1);
	c->also = ask_form;
	c->passed = passed;
	c->context = &f;
	checked_take(c, &words);
	s = checked_run(c, d);
	if (s)
		return s;
	say_findings(c);
	s = checked_verdict(c, d);
	if (s)
		return s;
	for (size_t i = 0; i < f.attestations.n; i++)
		if (!f.used[i])
			return fail(d, ERR_USAGE, 0, "'%s' is of no file that is published", f.attestations.items[i]);
	qsort(ret->files, ret->n, sizeof *ret->files, compare_files);
	return check_twice(ret, d);
}

void publish_files_done(struct publish_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		fd_close(&files->files[i].kept_fd);
}

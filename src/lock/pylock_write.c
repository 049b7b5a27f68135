#include "lock/pylock.h"

#include "base/clock.h"
#include "format/toml_write.h"

static int compare_packages(const void *a, const void *b)
{
	const struct pylock_package *x = *(const struct pylock_package *const *)a, *y = *(const struct pylock_package *const *)b;
	int order = bytes_compare(x->name, y->name);
	if (order == 0)
		order = bytes_compare(x->version, y->version);
	return order ? order : bytes_compare(x->marker, y->marker);
}

/* The only value that stands without quotes: nothing but a time may. */
static bool is_time(struct bytes text)
{
	int64_t time;
	for (size_t i = 0; i < text.size; i++)
		if (!byte_is_digit(text.data[i]) && !strchr("TZ:.+-", text.data[i]))
			return false;
	return text.size && clock_parse(text, &time) == OK;
}

/* One file a line: a change of one is one line of a diff. */
static void write_file(const struct pylock_file *f, struct buf *out)
{
	char digest[SHA256_TEXT_SIZE];
	sha256_text(&f->digest, digest);
	bool is_path = !f->url.data || bytes_search(f->url, BYTES("://")) == f->url.size;
	buf_add_string(out, "{ name = ");
	toml_write_string(out, f->filename);
	if (is_time(f->upload_time))
		buf_printf(out, ", upload-time = %.*s", BYTES_ARG(f->upload_time));
	buf_add_string(out, is_path ? ", path = " : ", url = ");
	toml_write_string(out, f->url.data ? f->url : f->filename);
	if (f->has_size)
		buf_printf(out, ", size = %llu", (unsigned long long)f->size);
	buf_printf(out, ", hashes = { sha256 = \"%s\" } }", digest);
}

static void write_package(const struct pylock_package *p, struct buf *out)
{
	const struct pylock_file *sdist = NULL;
	size_t n_wheels = 0;
	buf_add_string(out, "\n[[packages]]\n");
	toml_write_pair(out, "name", p->name);
	toml_write_pair(out, "version", p->version);
	toml_write_pair(out, "marker", p->marker);
	toml_write_pair(out, "requires-python", p->requires_python);
	toml_write_pair(out, "index", p->index);
	for (size_t i = 0; i < p->n_files; i++) {
		if (p->files[i].is_sdist)
			sdist = &p->files[i];
		else
			n_wheels++;
	}
	if (sdist) {
		buf_add_string(out, "sdist = ");
		write_file(sdist, out);
		buf_add_string(out, "\n");
	}
	if (!n_wheels)
		return;
	buf_add_string(out, "wheels = [\n");
	for (size_t i = 0; i < p->n_files; i++) {
		if (p->files[i].is_sdist)
			continue;
		buf_add_string(out, "    ");
		write_file(&p->files[i], out);
		buf_add_string(out, ",\n");
	}
	buf_add_string(out, "]\n");
}

static void write_ours(const struct pylock *lock, struct buf *out)
{
	char digest[SHA256_TEXT_SIZE];
	sha256_text(&lock->input, digest);
	buf_add_string(out, "\n[tool.hwb]\n");
	if (lock->has_input)
		buf_printf(out, "input-digest = \"sha256:%s\"\n", digest);
	toml_write_strings(out, "requires", lock->requires, lock->n_requires);
	toml_write_strings(out, "dynamic-requires", lock->dynamic, lock->n_dynamic);
	toml_write_strings(out, "targets", lock->targets, lock->n_targets);
	if (lock->universal)
		buf_add_string(out, "universal = true\n");
	toml_write_pair(out, "exclude-newer", lock->exclude_newer);
}

void pylock_write(const struct pylock *lock, struct buf *out)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	const struct pylock_package **sorted = ARENA_ARRAY(&a, const struct pylock_package *, lock->n_packages + 1);
	for (size_t i = 0; i < lock->n_packages; i++)
		sorted[i] = &lock->packages[i];
	if (lock->n_packages)
		qsort(sorted, lock->n_packages, sizeof *sorted, compare_packages);
	buf_add_string(out, "# Build dependencies, by `hwb lock`: change pyproject.toml, not this file.\nlock-version = \"1.0\"\n");
	toml_write_pair(out, "created-by", lock->created_by);
	toml_write_pair(out, "requires-python", lock->requires_python);
	if (lock->n_environments)
		toml_write_strings(out, "environments", lock->environments, lock->n_environments);
	if (!lock->n_packages)
		buf_add_string(out, "packages = []\n");
	for (size_t i = 0; i < lock->n_packages; i++)
		write_package(sorted[i], out);
	if (lock->is_ours)
		write_ours(lock, out);
}

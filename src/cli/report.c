#include "cli/report.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "cli/judge.h"
#include "describe/sbom.h"
#include "format/json_write.h"
#include "host/file.h"
#include "net/url.h"
#include "sandbox/container.h"

static void put_digest(struct json_writer *w, const char *key, const struct sha256 *digest)
{
	char text[SHA256_TEXT_SIZE];
	sha256_text(digest, text);
	json_pair_cstring(w, key, text);
}

/* Which Python ran the backend. */
static void put_interpreter(struct json_writer *w, const struct interpreter *i)
{
	json_key(w, "interpreter");
	json_object_begin(w);
	json_pair_string(w, "implementation", i->implementation);
	json_pair_string(w, "version", i->version);
	json_pair_string(w, "path", i->executable);
	json_object_end(w);
}

static void put_artefact(struct json_writer *w, const struct artefact *a, const struct interpreter *i)
{
	json_object_begin(w);
	json_pair_cstring(w, "name", a->name);
	json_pair_cstring(w, "path", a->path);
	json_pair_cstring(w, "kind", a->kind);
	json_pair_unsigned(w, "size", a->size);
	json_key(w, "hashes");
	json_object_begin(w);
	put_digest(w, "sha256", &a->digest);
	json_object_end(w);
	json_key(w, "backend_hashes");
	json_object_begin(w);
	put_digest(w, "sha256", &a->backend_digest);
	json_object_end(w);
	json_pair_cstring(w, "compressor", a->compressor);
	put_interpreter(w, i);
	if (a->sbom) {
		json_key(w, "sbom");
		sbom_put_cyclonedx(w, a->sbom);
	}
	json_object_end(w);
}

static void put_source(struct json_writer *w, const struct pipeline *p)
{
	json_key(w, "source");
	json_object_begin(w);
	if (p->has_source) {
		const struct source_result *s = &p->source;
		json_pair_string(w, "display", s->display);
		put_digest(w, "tree_sha256", &s->tree.digest);
		json_pair_unsigned(w, "members", s->tree.n_entries);
		json_pair_integer(w, "source_date_epoch", s->epoch);
		if (s->has_archive_digest)
			put_digest(w, "archive_sha256", &s->archive_digest);
		if (s->commit.size)
			json_pair_string(w, "commit", s->commit);
		json_key(w, "left_out");
		json_array_begin(w);
		for (size_t i = 0; i < s->tree.n_left_out; i++) {
			json_object_begin(w);
			json_pair_string(w, "path", s->tree.left_out[i].path);
			json_pair_cstring(w, "why", s->tree.left_out[i].why);
			json_object_end(w);
		}
		json_array_end(w);
	}
	json_object_end(w);
}

void report_controls(struct json_writer *w, uint64_t controls)
{
	json_key(w, "controls");
	json_array_begin(w);
	for (unsigned i = 0; i < N_CONTROLS; i++)
		if (controls >> i & 1)
			json_put_string(w, bytes_of(sandbox_control_name(i)));
	json_array_end(w);
}

static void put_isolation(struct json_writer *w, const struct pipeline *p)
{
	json_key(w, "isolation");
	json_object_begin(w);
	json_pair_cstring(w, "mode", p->run ? isolation_mode_name(p->run->mode) : NULL);
	if (p->run && p->run->container) {
		json_pair_cstring(w, "engine", p->run->container->engine);
		json_pair_cstring(w, "image", p->run->container->image);
		json_pair_cstring(w, "image_digest", p->run->container->image_digest);
		json_pair_cstring(w, "image_id", p->run->container->image_id);
	}
	report_controls(w, p->sandbox.controls);
	json_object_end(w);
}

static void put_packages(struct json_writer *w, const struct pipeline *p)
{
	json_key(w, "packages");
	json_array_begin(w);
	for (size_t i = 0; p->has_lock && i < p->lock.n_pins; i++) {
		const struct lock_pin *pin = &p->lock.pins[i];
		json_object_begin(w);
		json_pair_string(w, "name", pin->name);
		json_pair_string(w, "version", pin->version);
		json_pair_string(w, "file", pin->file.filename);
		put_digest(w, "sha256", &pin->file.digest);
		json_pair_string(w, "url", url_for_log(pin->file.url, p->arena));
		json_pair_cstring(w, "hash_source", pin->hash_source);
		json_pair_string(w, "index", pipeline_index_of(p, pin));
		json_object_end(w);
	}
	json_array_end(w);
}

static void put_lock(struct json_writer *w, const struct pipeline *p)
{
	json_key(w, "lock");
	json_object_begin(w);
	put_packages(w, p);
	json_pair_cstring(w, "python", p->python.interpreter.version.size ? (const char *)p->python.interpreter.version.data : NULL);
	json_object_end(w);
}

/* "lock" is that of the last build alone: with several sources or interpreters each has pins of its own. */
static void put_locks(struct json_writer *w, const struct pipeline *pipelines, size_t n)
{
	json_key(w, "locks");
	json_array_begin(w);
	for (size_t i = 0; i < n; i++) {
		if (!pipelines[i].has_lock)
			continue;
		json_object_begin(w);
		json_pair_string(w, "source", pipelines[i].source.display);
		put_interpreter(w, &pipelines[i].python.interpreter);
		put_packages(w, &pipelines[i]);
		json_object_end(w);
	}
	json_array_end(w);
}

static void put_findings(struct json_writer *w, const struct pipeline *p)
{
	struct finding_style style = judge_style(p->console, false, true);
	json_key(w, "findings");
	json_array_begin(w);
	for (size_t i = 0; i < p->findings.n_items; i++)
		finding_put_json(w, &p->findings.items[i], (struct bytes){ NULL, 0 }, &style);
	json_array_end(w);
}

static void put_stages(struct json_writer *w, const struct pipeline *p)
{
	json_key(w, "stages");
	json_array_begin(w);
	for (size_t i = 0; i < p->n_stages; i++) {
		json_object_begin(w);
		json_pair_cstring(w, "name", p->stages[i].name);
		json_pair_unsigned(w, "ms", p->stages[i].ms);
		json_pair_unsigned(w, "cpu_ms", p->stages[i].cpu_ms);
		json_object_end(w);
	}
	json_array_end(w);
}

static void put_network(struct json_writer *w, const struct pipeline *pipelines, size_t n)
{
	uint64_t n_more = 0;
	json_key(w, "network");
	json_array_begin(w);
	for (size_t i = 0; i < n; i++) {
		network_put(w, &pipelines[i].network);
		n_more += pipelines[i].network.n_more;
	}
	json_array_end(w);
	json_pair_unsigned(w, "network_not_listed", n_more);
}

/* Only for a source with Rust in it. */
static void put_rust(struct json_writer *w, const struct pipeline *p)
{
	if (!p->rust.has_manifest && !p->rust.pin)
		return;
	json_key(w, "rust");
	json_object_begin(w);
	json_pair_cstring(w, "toolchain_pin", p->rust.pin);
	json_pair_unsigned(w, "locks", p->rust.n_locks);
	json_pair_cstring(w, "crates", p->crates.path ? p->rust.key : NULL);
	json_object_end(w);
}

void report_write(const struct pipeline *pipelines, size_t n, const char *log_head, enum exit_code code, const struct diag *d,
		  struct buf *out)
{
	static const struct pipeline none;
	const struct pipeline *last = n ? &pipelines[n - 1] : &none;
	struct json_writer w;
	json_writer_init(&w, out, true);
	json_object_begin(&w);
	json_pair_cstring(&w, "version", "1.0");
	json_key(&w, "artifacts");
	json_array_begin(&w);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < pipelines[i].n_artefacts; k++)
			put_artefact(&w, &pipelines[i].artefacts[k], &pipelines[i].python.interpreter);
	json_array_end(&w);
	put_source(&w, last);
	put_rust(&w, last);
	put_isolation(&w, last);
	put_network(&w, pipelines, n);
	if (last->has_sandbox)
		report_put_activity(&w, last->console, &last->activity, &last->sandbox);
	put_lock(&w, last);
	put_locks(&w, pipelines, n);
	put_findings(&w, last);
	put_stages(&w, last);
	json_pair_cstring(&w, "log_head", log_head);
	json_key(&w, "exit");
	json_object_begin(&w);
	json_pair_integer(&w, "code", code);
	json_pair_cstring(&w, "reason", exit_reason(code));
	json_pair_cstring(&w, "message", d->text[0] ? d->text : NULL);
	json_pair_cstring(&w, "help", d->help[0] ? d->help : NULL);
	json_object_end(&w);
	json_object_end(&w);
	buf_add_byte(out, '\n');
}

enum status report_check(const char *path, struct diag *d)
{
	CLEANUP(fd_close) int dir = -1;
	struct file_draft draft;
	const char *name;
	struct stat st;
	if (strcmp(path, "-") == 0)
		return fail(d, ERR_USAGE, 0, "--report takes a path, not '-': --json prints the report on stdout");
	enum status s = directory_open_parent(path, &dir, &name, d);
	if (s == OK)
		s = file_draft_open(dir, 0644, &draft, d);
	if (s == OK)
		file_draft_drop(&draft);
	if (s == OK && (!name[0] || (fstatat(dir, name, &st, 0) == 0 && S_ISDIR(st.st_mode))))
		s = fail(d, ERR_IO, 0, "it is a directory");
	if (s == OK)
		return OK;
	(void)explain(d, "the report '%s' cannot be written", path);
	(void)remedy(d, "name a file in a folder that is there and that you can write");
	return recode(d, ERR_USAGE);
}

enum status report_save(const char *path, struct bytes text, struct diag *d)
{
	enum status s = file_replace_path(path, text, 0644, d);
	return s ? explain(d, "the report '%s'", path) : OK;
}

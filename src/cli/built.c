#include "cli/built.h"

#include <fcntl.h>

#include "audit/audit.h"
#include "base/cleanup.h"
#include "base/wire.h"
#include "host/file.h"
#include "index/page.h"
#include "sandbox/container.h"

enum { RECORD_FORMAT = 1, RECORD_MAX = 4096, KEY_MAX = 16384 };

/* ---- what was built before ---- */

static struct sha256 key_of(const struct pipeline *p, const struct index_file *sdist)
{
	CLEANUP(buf_done) struct buf b;
	const struct interpreter *python = &p->python.interpreter;
	buf_init(&b, KEY_MAX);
	wire_put_string(&b, "hwb built " HWB_VERSION);
	wire_put_u32(&b, RECORD_FORMAT);
	wire_put_bytes(&b, bytes_make(sdist->digest.bytes, SHA256_SIZE));
	wire_put_bytes(&b, python->real_executable);
	wire_put_bytes(&b, python->version);
	wire_put_bytes(&b, python->n_tags ? python->tags[0] : (struct bytes){ NULL, 0 });
	wire_put_u64(&b, (uint64_t)p->settings->exclude_newer);
	wire_put_string(&b, p->run->container ? p->run->container->image_digest : "");
	return sha256_of(buf_bytes(&b));
}

static bool take_wheel(struct index_file *wheel, struct bytes name, const struct sha256 *digest, uint64_t size, struct arena *a)
{
	struct bytes project = wheel->wheel.name;
	wheel->filename = arena_copy(a, name);
	wheel->digest = *digest;
	wheel->has_size = true;
	wheel->size = size;
	wheel->has_metadata = wheel->has_metadata_digest = false;
	wheel->url = bytes_of(arena_printf(a, "https://cache.invalid/%.*s", BYTES_ARG(name)));
	return page_file_name(wheel, project, a) && wheel->kind == INDEX_WHEEL;
}

static bool read_record(const struct pipeline *p, int dir, const char *key, struct index_file *wheel)
{
	CLEANUP(buf_done) struct buf record;
	struct sha256 digest;
	buf_init(&record, RECORD_MAX);
	if (file_read(dir, key, &record, NULL))
		return false;
	struct wire w = wire_over(buf_bytes(&record));
	uint32_t format = wire_get_u32(&w);
	struct bytes name = wire_get_bytes(&w), bytes = wire_get_bytes(&w);
	uint64_t size = wire_get_u64(&w);
	if (wire_end(&w, "built wheel", NULL) || format != RECORD_FORMAT || bytes.size != SHA256_SIZE)
		return false;
	bytes_copy(digest.bytes, bytes);
	return index_has(p->index, &digest) && take_wheel(wheel, name, &digest, size, p->arena);
}

static void keep_record(int dir, const char *key, const struct index_file *wheel)
{
	CLEANUP(buf_done) struct buf record;
	buf_init(&record, RECORD_MAX);
	wire_put_u32(&record, RECORD_FORMAT);
	wire_put_bytes(&record, wheel->filename);
	wire_put_bytes(&record, bytes_make(wheel->digest.bytes, SHA256_SIZE));
	wire_put_u64(&record, wheel->size);
	if (!record.full) /* what cannot be kept is built again */
		(void)!file_replace(dir, key, buf_bytes(&record), 0600, false, NULL);
}

/* ---- building ---- */

/* PEP 517: a build requirement that leads back to itself is for the front end to find. */
static enum status check_chain(const struct pipeline *p, struct bytes name, struct diag *d)
{
	size_t depth = 0;
	for (const struct pipeline *up = p; up; up = up->parent) {
		if (++depth > BUILT_DEPTH_MAX)
			return fail(d, ERR_LIMIT, 0, "'%.*s' would be built for what is built for another, %d deep",
				    BYTES_ARG(name), BUILT_DEPTH_MAX);
		struct bytes own = up->building.data ? up->building : up->source.project.name;
		if (!own.size || !name_equal(own, name))
			continue;
		(void)fail(d, ERR_RESOLVE, 0, "'%.*s' is needed to build '%.*s'%s: a cycle of sdists", BYTES_ARG(name),
			   BYTES_ARG(own), up == p ? "" : ", by way of others");
		return remedy(d, "a wheel of one of them ends it: in the index, or in a --find-links folder");
	}
	return OK;
}

/* The dependency's author gets nothing that the operator gave to this build alone. */
static void make_child(struct pipeline *p, struct bytes name, struct pipeline *child)
{
	struct settings *own = ARENA_NEW(p->arena, struct settings);
	struct run_context *run = ARENA_NEW(p->arena, struct run_context);
	*own = *p->settings;
	own->sources = own->config = (struct strings){ NULL, 0 };
	own->platform = NULL;
	own->trust_project = own->keep = own->keep_archive = own->sdist = false;
	own->trust = own->env = own->allow_read = own->allow_hosts = (struct strings){ NULL, 0 };
	own->network_isolation = true;
	own->wheel = true;
	own->sbom.files = SBOM_FILES_NONE;
	own->sbom.embed_built = false;
	*run = *p->run;
	run->limits = &own->limits;
	*child = (struct pipeline){
		.run = run,
		.settings = own,
		.console = p->console,
		.arena = p->arena,
		.index = p->index,
		.filter = p->filter,
		.log_fd = p->log_fd,
		.python = p->python,
		.source = { .tree = { .fd = -1 } },
		.keep_dir = -1,
		.findings = { .arena = p->arena },
		.lock_file = p->lock_file,
		.parent = p,
		.building = name,
	};
	activity_init(&child->activity, p->arena);
}

/* What is the parent's stays. */
static void end_child(struct pipeline *p, struct pipeline *child)
{
	finding_list_join(&p->findings, &child->findings);
	for (size_t i = 0; child->has_lock && p->is_locking && i < child->lock.n_pins; i++) {
		p->built_pins = arena_grow(p->arena, p->built_pins, p->n_built_pins, sizeof *p->built_pins);
		p->built_pins[p->n_built_pins++] = child->lock.pins[i];
	}
	child->index = NULL;
	child->log_fd = -1;
	pipeline_done(child);
}

static enum status note_built(const struct pipeline *p, const struct index_file *sdist, const struct index_file *wheel,
			      struct diag *d)
{
	char from[SHA256_TEXT_SIZE], to[SHA256_TEXT_SIZE];
	sha256_text(&sdist->digest, from);
	sha256_text(&wheel->digest, to);
	return audit_note(p->run->audit, false, d, "dependency.built", "sdist", arena_string(p->arena, sdist->filename),
			  "sdist_sha256", from, "wheel", arena_string(p->arena, wheel->filename), "sha256", to, NULL);
}

static enum status build_into(struct pipeline *p, int dir, const char *path, const struct index_file *sdist,
			      struct index_file *wheel, struct diag *d)
{
	CLEANUP(fd_close) int archive = -1;
	CLEANUP(fd_close) int made = -1;
	struct pipeline *child = ARENA_NEW(p->arena, struct pipeline);
	console_note(p->console, "building the build requirement %.*s", BYTES_ARG(sdist->filename));
	make_child(p, wheel->wheel.name, child);
	child->is_locking = p->is_locking;
	enum status s = index_download(p->index, sdist, &archive, d);
	if (s == OK)
		s = pipeline_build_archive(child, archive, sdist->filename, dir, path, d);
	if (s == OK && child->n_artefacts != 1)
		s = fail(d, ERR_UNCHECKED, 0, "no wheel was made of '%.*s'", BYTES_ARG(sdist->filename));
	const struct artefact *artefact = &child->artefacts[0];
	if (s == OK) {
		made = openat(dir, artefact->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		s = made < 0 ? fail(d, ERR_IO, 0, "the wheel '%s' is gone", artefact->name)
			     : index_store(p->index, made, &artefact->digest, d);
	}
	if (s == OK && !take_wheel(wheel, bytes_of(artefact->name), &artefact->digest, artefact->size, p->arena))
		s = fail(d, ERR_ARTEFACT, 0, "the sdist '%.*s' makes the wheel '%s'", BYTES_ARG(sdist->filename), artefact->name);
	end_child(p, child);
	return s ? s : note_built(p, sdist, wheel, d);
}

static enum status build(void *context, const struct index_file *sdist, struct index_file *wheel, struct diag *d)
{
	struct pipeline *p = context;
	struct sha256 key = key_of(p, sdist);
	char text[SHA256_TEXT_SIZE];
	CLEANUP(fd_close) int dir = -1;
	CLEANUP(fd_close) int room = -1;
	sha256_text(&key, text);
	enum status s = check_chain(p, wheel->wheel.name, d);
	if (s == OK)
		s = directory_make(index_cache_dir(p->index), "built", true, &dir, d);
	/* A lock has to have what was needed on the way; and a cache from elsewhere could name any wheel. */
	bool is_believed = !p->is_locking && !p->settings->ci_provider && !index_cache_is_foreign(p->index);
	if (s || (is_believed && read_record(p, dir, text, wheel)))
		return s;
	const char *name = arena_printf(p->arena, "%s.%s", text, p->run->id);
	s = directory_make(dir, name, true, &room, d);
	if (s)
		return s;
	s = build_into(p, room, arena_printf(p->arena, "%s/built/%s", p->settings->cache_dir, name), sdist, wheel, d);
	(void)!directory_remove(dir, name, NULL);
	if (s == OK)
		keep_record(dir, text, wheel);
	return s;
}

const struct lock_builder *built_builder(struct pipeline *p)
{
	if (!p->settings->build_sdists)
		return NULL;
	struct lock_builder *builder = ARENA_NEW(p->arena, struct lock_builder);
	*builder = (struct lock_builder){ p, build };
	return builder;
}

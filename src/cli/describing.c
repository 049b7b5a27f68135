#include "cli/describing.h"

#include "audit/audit.h"
#include "base/cleanup.h"
#include "cli/seen_tools.h"
#include "describe/describe.h"
#include "host/file.h"
#include "net/url.h"

#ifndef HWB_DEFAULT_INDEX
#define HWB_DEFAULT_INDEX ""
#endif

enum status describing_check(const struct settings *settings, struct diag *d)
{
	if (!settings->sbom.embed_built || !settings->keep_archive)
		return OK;
	(void)fail(d, ERR_USAGE, 0, "a bill of materials cannot be embedded into the backend's own archive");
	return remedy(d, "leave --keep-archive away, or --embed-sbom: --sbom cyclonedx writes the document beside the wheel");
}

struct bytes describing_clean(void *context, struct bytes text)
{
	const struct describing_texts *t = context;
	CLEANUP(buf_done) struct buf safe;
	buf_init(&safe, 16 * text.size + 64);
	if (!text.size)
		return text;
	console_put_safe(t->console, text, &safe);
	return arena_copy(t->arena, buf_bytes(&safe));
}

/* ---- the model ---- */

static enum status add(struct sbom *s, struct arena *a, const struct sbom_component *c, struct diag *d)
{
	return sbom_add(s, a, c) ? OK : fail(d, ERR_LIMIT, SBOM_COMPONENTS_MAX, "more than %d components", SBOM_COMPONENTS_MAX);
}

static struct bytes without_slash(struct bytes url)
{
	return bytes_ends(url, BYTES("/")) ? bytes_part(url, 0, url.size - 1) : url;
}

/* Of another index than the usual, or of a URL, it may be another distribution of that name (purl-spec). A folder says nothing. */
static struct bytes purl_of(const struct lock_pin *pin, struct bytes url, struct arena *a)
{
	struct bytes purl = sbom_purl_pypi(pin->name, pin->version, a), index = url_for_log(pin->file.index, a);
	bool is_usual = bytes_equal(without_slash(pin->file.index), without_slash(BYTES(HWB_DEFAULT_INDEX)));
	bool is_direct = strcmp(pin->hash_source, "url") == 0;
	if (pin->file.built_from)
		return sbom_purl_qualified(purl, "file_name", pin->file.built_from->filename, a);
	if (is_direct && url.size)
		return sbom_purl_qualified(purl, "download_url", url, a);
	return !is_direct && !is_usual && sbom_url_is_valid(index) ? sbom_purl_qualified(purl, "repository_url", index, a) : purl;
}

/* A folder of this machine is nobody else's business, and url_for_log says so of file: URLs by their form alone. */
static enum status add_pins(struct pipeline *p, struct sbom *s, struct diag *d)
{
	enum status status = OK;
	for (size_t i = 0; status == OK && p->has_lock && i < p->lock.n_pins; i++) {
		const struct lock_pin *pin = &p->lock.pins[i];
		/* Of a wheel that hwb made of an sdist the sdist is what others can get; its name is in the purl. */
		const struct index_file *file = pin->file.built_from ? pin->file.built_from : &pin->file;
		struct bytes url = url_for_log(file->url, p->arena);
		url = sbom_url_is_valid(url) ? url : (struct bytes){ NULL, 0 };
		struct sbom_component c = {
			.role = SBOM_BUILD_DEPENDENCY,
			.name = pin->name,
			.version = pin->version,
			.purl = purl_of(pin, url, p->arena),
			.url = url,
			.has_digest = true,
			.digest = file->digest,
		};
		status = add(s, p->arena, &c, d);
	}
	return status;
}

static const struct lock_pin *pin_of(const struct pipeline *p, struct bytes name)
{
	for (size_t k = 0; p->has_lock && k < p->lock.n_pins; k++)
		if (bytes_equal(p->lock.pins[k].name, name))
			return &p->lock.pins[k];
	return NULL;
}

static void add_match(struct pipeline *p, struct sbom *s, const struct lock_pin *pin, const struct advisory_match *m)
{
	struct bytes url = url_for_log(pin->file.url, p->arena);
	struct sbom_vulnerability v = { .id = m->id, .fixed = m->fixed };
	v.about = purl_of(pin, sbom_url_is_valid(url) ? url : (struct bytes){ NULL, 0 }, p->arena);
	v.ignored = m->ignored ? m->ignored->why : (struct bytes){ NULL, 0 };
	v.aliases = ARENA_ARRAY(p->arena, struct bytes, m->n_aliases);
	for (size_t n = 0; n < m->n_aliases; n++)
		if (sbom_id_is_valid(m->aliases[n]) && v.n_aliases < SBOM_LIST_MAX)
			v.aliases[v.n_aliases++] = m->aliases[n];
	if (sbom_id_is_valid(v.id))
		(void)sbom_add_vulnerability(s, p->arena, &v);
}

/* What `--audit` found out about the pins. A time's knowledge: it is in the document beside the wheel, not in the wheel. */
static void add_vulnerabilities(struct pipeline *p, struct sbom *s)
{
	for (size_t i = 0; i < p->n_audited; i++) {
		const struct lock_pin *pin = pin_of(p, p->audited[i].name);
		for (size_t k = 0; pin && k < p->verdicts[i].n_matches; k++)
			add_match(p, s, pin, &p->verdicts[i].matches[k]);
	}
}

/* Where things are on this machine does not go into what is published, and would make the same wheel another one elsewhere. */
static enum status add_interpreter(struct pipeline *p, struct sbom *s, bool is_embedded, struct diag *d)
{
	const struct interpreter *i = &p->python.interpreter;
	struct describing_texts texts = { p->console, p->arena };
	struct sbom_component c = {
		.role = SBOM_INTERPRETER,
		.name = i->implementation,
		.version = i->version,
		.purl = sbom_purl_generic(i->implementation, i->version, NULL, p->arena),
		.location = is_embedded ? (struct bytes){ NULL, 0 } : describing_clean(&texts, i->executable),
	};
	return add(s, p->arena, &c, d);
}

/* The version of a compiler nobody asks for: it would be one more program to run. */
static enum status add_tools(struct pipeline *p, struct sbom *s, bool is_embedded, struct diag *d)
{
	struct describing_texts texts = { p->console, p->arena };
	enum status status = OK;
	for (size_t i = 0; status == OK && p->activity.recorded && i < p->activity.n_programs; i++) {
		struct bytes path = p->activity.programs[i].path, name = seen_tool_name(path);
		if (!name.size)
			continue;
		name = describing_clean(&texts, name);
		struct sbom_component c = {
			.role = SBOM_TOOL,
			.name = name,
			.purl = sbom_purl_generic(name, (struct bytes){ NULL, 0 }, NULL, p->arena),
			.location = is_embedded ? (struct bytes){ NULL, 0 } : describing_clean(&texts, path),
		};
		status = add(s, p->arena, &c, d);
	}
	return status;
}

static void fill_source(struct pipeline *p, struct sbom *s)
{
	const struct source_result *source = &p->source;
	struct describing_texts texts = { p->console, p->arena };
	struct bytes url = source->display;
	if (bytes_starts(url, BYTES("git+")))
		url = bytes_from(url, 4);
	/* A folder is no place that anybody else could go to. */
	s->source_url = sbom_url_is_valid(url) ? url : (struct bytes){ NULL, 0 };
	s->source_commit = source->commit;
	s->source_archive = describing_clean(&texts, source->archive_name);
	s->has_tree = true;
	s->tree = source->tree.digest;
	s->has_archive = source->has_archive_digest;
	s->archive = source->archive_digest;
}

/* The reader's answer, once: what hwb itself knows of the making is not taken from the wheel. */
static enum status take_facts(struct pipeline *p, struct bytes file_name, struct diag *d)
{
	struct describe_request request = { .kind = DESCRIBE_WHEEL, .file_name = file_name, .is_verified = true };
	struct describing_texts texts = { p->console, p->arena };
	struct describe_result result;
	if (p->line->facts)
		return OK;
	enum status s = describe_run(p->run, &request, &p->line->describer, p->arena, &result, d);
	if (s)
		return s;
	sbom_map_texts(result.sboms, describing_clean, &texts);
	for (size_t i = 0; i < result.sboms->n_unread; i++)
		console_warning(p->console, "the wheel's bill of materials '%.*s' makes no sense: what it lists is missing in hwb's",
				BYTES_ARG(result.sboms->unread[i]));
	p->line->facts = result.sboms;
	return OK;
}

static enum status make_model(struct pipeline *p, bool is_embedded, struct sbom *ret, struct diag *d)
{
	struct sbom s = *p->line->facts;
	enum status status = OK;
	s.components = NULL; /* the others' list stays theirs */
	s.n_components = 0;
	for (size_t i = 0; status == OK && i < p->line->facts->n_components; i++)
		if (p->line->facts->components[i].role == SBOM_VENDORED)
			status = add(&s, p->arena, &p->line->facts->components[i], d);
	s.is_of_build = true;
	s.has_tools = p->activity.recorded;
	s.timestamp = p->source.epoch;
	fill_source(p, &s);
	if (status == OK)
		status = add_pins(p, &s, d);
	s.vulnerabilities = NULL;
	s.n_vulnerabilities = 0;
	if (status == OK && !is_embedded)
		add_vulnerabilities(p, &s);
	if (status == OK)
		status = add_interpreter(p, &s, is_embedded, d);
	if (status == OK)
		status = add_tools(p, &s, is_embedded, d);
	sbom_settle(&s, p->arena);
	*ret = s;
	return status;
}

/* ---- the steps of a build ---- */

enum status describing_ask(struct pipeline *p, struct bytes file_name, struct diag *d)
{
	struct describe_request request = { .kind = DESCRIBE_WHEEL, .file_name = file_name, .is_verified = true };
	return describe_ask(p->run, &request, &p->line->describer, d);
}

enum status describing_embed(struct pipeline *p, struct pack_request *request, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	struct sbom sbom;
	buf_init(&text, SBOM_FILE_MAX);
	if (!p->settings->sbom.embed_built)
		return OK;
	enum status s = take_facts(p, request->file_name, d);
	if (s == OK)
		s = make_model(p, true, &sbom, d);
	if (s)
		return s;
	sbom_write_cyclonedx(&sbom, &text);
	request->embed_name = BYTES(DESCRIBING_EMBEDDED);
	request->embed_content = arena_copy(p->arena, buf_bytes(&text));
	return buf_check(&text, "the bill of materials", d);
}

enum status describing_finish(struct pipeline *p, struct artefact *artefact, struct diag *d)
{
	struct sbom *sbom = ARENA_NEW(p->arena, struct sbom);
	enum status s = take_facts(p, bytes_of(artefact->name), d);
	if (s == OK)
		s = make_model(p, false, sbom, d);
	if (s)
		return s;
	sbom->has_digest = true;
	sbom->digest = artefact->digest;
	artefact->sbom = sbom;
	return describing_note(sbom, bytes_of(artefact->name), p->run->audit, d);
}

enum status describing_note(const struct sbom *sbom, struct bytes wheel, struct audit *audit, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	char hex[SHA256_TEXT_SIZE];
	buf_init(&text, SBOM_FILE_MAX);
	sbom_write_cyclonedx(sbom, &text);
	enum status s = buf_check(&text, "the bill of materials", d);
	if (s)
		return s;
	struct sha256 digest = sha256_of(buf_bytes(&text));
	sha256_text(&digest, hex);
	struct json_writer *w = audit_begin(audit, "sbom.created");
	json_pair_string(w, "name", wheel);
	json_pair_cstring(w, "format", "CycloneDX 1.6");
	json_pair_cstring(w, "sha256", hex);
	json_pair_unsigned(w, "components", sbom->n_components + sbom->n_requires);
	return audit_end(audit, false, d);
}

enum status describing_save(const struct sbom *sbom, enum sbom_files format, int dir, const char *wheel, struct arena *a,
			    const char **ret_name, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	bool is_spdx = format == SBOM_FILES_SPDX;
	const char *name = arena_printf(a, "%s.%s.json", wheel, is_spdx ? "spdx" : "cdx");
	buf_init(&text, SBOM_FILE_MAX);
	if (is_spdx)
		sbom_write_spdx(sbom, &text);
	else
		sbom_write_cyclonedx(sbom, &text);
	enum status s = buf_check(&text, "the bill of materials", d);
	if (s == OK)
		s = file_replace(dir, name, buf_bytes(&text), 0644, true, d);
	if (s)
		return explain(d, "write '%s'", name);
	*ret_name = name;
	return OK;
}

enum status describing_write(struct pipeline *p, int out_dir, const char *out_path, const struct artefact *artefact, struct diag *d)
{
	static const enum sbom_files formats[] = { SBOM_FILES_CYCLONEDX, SBOM_FILES_SPDX };
	for (size_t i = 0; i < COUNT(formats); i++) {
		const char *name;
		if (!(p->settings->sbom.files & formats[i]))
			continue;
		enum status s = describing_save(artefact->sbom, formats[i], out_dir, artefact->name, p->arena, &name, d);
		if (s)
			return explain(d, "the folder '%s'", out_path);
		console_note(p->console, "wrote the bill of materials %s", name);
	}
	return OK;
}

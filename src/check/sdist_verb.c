/* The checks of an unpacked sdist, in hwb-parse: its names, PKG-INFO, and whether it says how it is built. */
#include "base/wire.h"
#include "check/checking.h"
#include "check/verbs.h"
#include "format/snapshot.h"

static bool find_file(struct bytes tree, const char *path, struct bytes *ret)
{
	struct snapshot_entry e;
	if (snapshot_find(tree, bytes_of(path), &e, NULL) || (e.type != 'f' && e.type != 'x'))
		return false;
	*ret = e.content;
	return true;
}

bool check_has_source(const struct checking *c, struct bytes path)
{
	struct bytes content;
	return find_file(c->tree, arena_string(c->arena, path), &content);
}

/* PEP 625: name-version, both in normal form; and the folder inside is called the same. */
static void check_names(struct checking *c, struct bytes top)
{
	static const struct bytes suffixes[] = { LIT(".tar.gz"), LIT(".zip") };
	struct bytes stem = c->file_name;
	for (size_t i = 0; i < COUNT(suffixes); i++)
		if (bytes_ends(c->file_name, suffixes[i]))
			stem = bytes_part(c->file_name, 0, c->file_name.size - suffixes[i].size);
	if (stem.size == c->file_name.size)
		(void)finding_add(&c->findings, "T03", c->file_name, "the name ends neither in .tar.gz nor in .zip");
	if (!top.size)
		(void)finding_add(&c->findings, "T02", c->file_name, "it has not one folder at its top");
	else if (!bytes_equal(top, stem))
		(void)finding_add(&c->findings, "T02", c->file_name, "the folder at its top is '%.*s', not '%.*s'", BYTES_ARG(top),
				  BYTES_ARG(stem));
}

static void check_file_name(struct checking *c)
{
	struct sdist_name name;
	struct diag d = { 0 };
	if (sdist_name_parse(c->file_name, c->metadata.name, c->arena, &name, &d)) {
		(void)finding_add(&c->findings, "T03", c->file_name, "%s", d.text);
		return;
	}
	CLEANUP(buf_done) struct buf normal;
	buf_init(&normal, DIST_NAME_SIZE_MAX + VERSION_SIZE_MAX + 16);
	for (size_t i = 0; i < c->metadata.name.size; i++)
		buf_add_byte(&normal, c->metadata.name.data[i] == '-' ? '_' : c->metadata.name.data[i]);
	buf_add_byte(&normal, '-');
	version_write(&name.version, &normal);
	buf_add_string(&normal, ".tar.gz");
	if (!bytes_equal(buf_bytes(&normal), c->file_name))
		(void)finding_add(&c->findings, "T06", c->file_name, "in normal form the name is '%.*s'",
				  BYTES_ARG(buf_bytes(&normal)));
	if (version_compare(&name.version, &c->metadata.version) != 0)
		(void)finding_add(&c->findings, "T04", BYTES("PKG-INFO"), "PKG-INFO is of version '%.*s', the file name of '%.*s'",
				  BYTES_ARG(c->metadata.raw_version), BYTES_ARG(name.raw_version));
}

/* Everything in it is published. */
static void check_secrets(struct checking *c)
{
	struct snapshot_reader r;
	struct snapshot_entry e;
	if (snapshot_open(c->tree, &r, NULL))
		return;
	while (snapshot_next(&r, &e, NULL) == OK)
		if (e.type == 'f' || e.type == 'x')
			check_credentials(c, e.path, e.content);
}

static void check_tree(struct checking *c, struct bytes top)
{
	struct bytes text;
	check_names(c, top);
	check_secrets(c);
	if (!find_file(c->tree, "pyproject.toml", &text) && !find_file(c->tree, "setup.py", &text))
		(void)finding_add(&c->findings, "T05", c->file_name, "there is neither pyproject.toml nor setup.py");
	if (!find_file(c->tree, "PKG-INFO", &text)) {
		(void)finding_add(&c->findings, "T04", c->file_name, "there is no PKG-INFO");
		return;
	}
	check_fields_read(c, bytes_part(text, 0, METADATA_SIZE_MAX), "PKG-INFO");
	if (c->has_metadata)
		check_file_name(c);
	check_fields(c, "PKG-INFO");
}

enum status check_sdist_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct checking c = { .arena = call->arena, .findings = { .arena = call->arena } };
	c.file_name = wire_get_bytes(&w);
	struct bytes top = wire_get_bytes(&w);
	enum status s = wire_end(&w, "check-sdist", d);
	if (s == OK)
		s = verb_map(call, 0, VERB_FILE_MAX, &c.tree, d);
	if (s)
		return s;
	check_tree(&c, top);
	check_write_findings(&c, reply);
	return OK;
}

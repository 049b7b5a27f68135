/* The checks of a wheel, in hwb-parse: archive, identity, RECORD. What stops a look is a finding too, for it refuses. */
#include "check/verbs.h"

#include "base/wire.h"
#include "finding/finding.h"
#include "format/rfc822.h"
#include "python/metadata.h"
#include "python/wheel.h"

struct checking {
	const struct verb_call *call;
	struct bytes file_name, want_name, want_version, pkg_info;
	uint64_t members_max, size_max;
	struct finding_list findings;
	struct wheel wheel;
	struct metadata metadata;
	bool has_metadata;
};

static void take_breach(void *context, const char *id, struct bytes path, const char *sentence)
{
	struct checking *c = context;
	(void)finding_add(&c->findings, id, path, "%s", sentence);
}

static void check_metadata(struct checking *c)
{
	CLEANUP(buf_done) struct buf text;
	struct diag d = { 0 };
	buf_init(&text, METADATA_SIZE_MAX);
	enum status s = wheel_read_info(&c->wheel, "METADATA", &text, &d);
	if (s == OK)
		s = metadata_parse(arena_copy(c->call->arena, buf_bytes(&text)), c->call->arena, &c->metadata, &d);
	if (s) {
		(void)finding_add(&c->findings, "I03", BYTES("METADATA"), "METADATA: %s", s == ERR_ABSENT ? "is missing" : d.text);
		return;
	}
	c->has_metadata = true;
	if (!bytes_equal(c->metadata.name, c->wheel.name.name))
		(void)finding_add(&c->findings, "I03", BYTES("METADATA"),
				  "METADATA is of the project '%.*s', the file name of '%.*s'", BYTES_ARG(c->metadata.raw_name),
				  BYTES_ARG(c->wheel.name.raw_name));
	if (version_compare(&c->metadata.version, &c->wheel.name.version) != 0)
		(void)finding_add(&c->findings, "I03", BYTES("METADATA"), "METADATA is of version '%.*s', the file name of '%.*s'",
				  BYTES_ARG(c->metadata.raw_version), BYTES_ARG(c->wheel.name.raw_version));
}

static void check_wanted(struct checking *c)
{
	struct version want;
	if (c->want_name.size && !name_equal(c->want_name, c->wheel.name.raw_name))
		(void)finding_add(&c->findings, "I08", c->file_name, "the project is '%.*s', but the wheel is of '%.*s'",
				  BYTES_ARG(c->want_name), BYTES_ARG(c->wheel.name.raw_name));
	if (c->want_version.size && version_parse(c->want_version, c->call->arena, &want, NULL) == OK &&
	    version_compare(&want, &c->wheel.name.version) != 0)
		(void)finding_add(&c->findings, "I08", c->file_name, "the project's version is '%.*s', but the wheel is of '%.*s'",
				  BYTES_ARG(c->want_version), BYTES_ARG(c->wheel.name.raw_version));
}

/* The tags a file name stands for: every combination of its three parts, and which of them WHEEL spells out. */
struct tag_set {
	const struct wheel_name *name;
	bool *seen;
	size_t n, n_seen;
};

/* Which item of one part of the file name that is; n when none. */
static size_t find_item(struct bytes item, const struct bytes *items, size_t n)
{
	size_t i = 0;
	while (i < n && !bytes_equal_nocase(item, items[i]))
		i++;
	return i;
}

/* How many items a part has; one that repeats itself has more than the file name. */
static size_t count_items(struct bytes part)
{
	size_t n = part.size > 0;
	for (size_t i = 0; i < part.size; i++)
		n += part.data[i] == '.';
	return n;
}

/* One Tag of WHEEL, python-abi-platform. PEP 427 wants them expanded; poetry-core and pdm-backend leave them compressed, and
 * nobody minds. False when a tag that it stands for is not in the file name. */
static bool tag_set_take(struct tag_set *t, struct bytes tag)
{
	const struct wheel_name *name = t->name;
	struct bytes pythons = bytes_cut(&tag, '-'), abis = bytes_cut(&tag, '-');
	size_t n_pythons = count_items(pythons), n_abis = count_items(abis), n_platforms = count_items(tag);
	bool good = n_pythons && n_pythons <= name->n_python && n_abis && n_abis <= name->n_abi && n_platforms &&
		    n_platforms <= name->n_platform;
	while (good && pythons.size) {
		size_t i = find_item(bytes_cut(&pythons, '.'), name->python, name->n_python);
		good = i < name->n_python;
		for (struct bytes rest = abis; good && rest.size;) {
			size_t k = find_item(bytes_cut(&rest, '.'), name->abi, name->n_abi);
			good = k < name->n_abi;
			for (struct bytes platforms = tag; good && platforms.size;) {
				size_t m = find_item(bytes_cut(&platforms, '.'), name->platform, name->n_platform);
				good = m < name->n_platform;
				size_t at = good ? (i * name->n_abi + k) * name->n_platform + m : 0;
				t->n_seen += good && !t->seen[at];
				t->seen[at] |= good;
			}
		}
	}
	return good;
}

static void check_wheel_file(struct checking *c)
{
	CLEANUP(buf_done) struct buf text;
	struct diag d = { 0 };
	struct rfc822 fields;
	const struct wheel_name *names = &c->wheel.name;
	struct tag_set tags = { .name = names, .n = names->n_python * names->n_abi * names->n_platform };
	bool has_version = false;
	buf_init(&text, 1 << 20);
	enum status s = wheel_read_info(&c->wheel, "WHEEL", &text, &d);
	if (s == OK)
		s = rfc822_parse(arena_copy(c->call->arena, buf_bytes(&text)), c->call->arena, &fields, &d);
	if (s) {
		(void)finding_add(&c->findings, "I05", BYTES("WHEEL"), "WHEEL: %s", s == ERR_ABSENT ? "is missing" : d.text);
		return;
	}
	tags.seen = ARENA_ARRAY(c->call->arena, bool, tags.n + 1);
	for (size_t i = 0; i < fields.n_fields; i++) {
		struct bytes name = fields.fields[i].name, value = bytes_trim(fields.fields[i].value);
		if (bytes_equal_nocase(name, BYTES("Wheel-Version"))) {
			has_version = true;
			if (!bytes_starts(value, BYTES("1.")))
				(void)finding_add(&c->findings, "I05", BYTES("WHEEL"), "Wheel-Version is '%.*s'", BYTES_ARG(value));
		}
		if (!bytes_equal_nocase(name, BYTES("Tag")))
			continue;
		if (!tag_set_take(&tags, value))
			(void)finding_add(&c->findings, "I04", BYTES("WHEEL"), "the tag '%.*s' is not in the file name",
					  BYTES_ARG(value));
	}
	if (!has_version)
		(void)finding_add(&c->findings, "I05", BYTES("WHEEL"), "no Wheel-Version");
	if (tags.n_seen != tags.n)
		(void)finding_add(&c->findings, "I04", BYTES("WHEEL"), "WHEEL has %zu tags, the file name stands for %zu",
				  tags.n_seen, tags.n);
}

static bool is_dynamic(const struct metadata *m, struct bytes field)
{
	for (size_t i = 0; i < m->n_dynamic; i++)
		if (bytes_equal(m->dynamic[i], field))
			return true;
	return false;
}

static int compare_texts(const void *a, const void *b)
{
	return bytes_compare(*(const struct bytes *)a, *(const struct bytes *)b);
}

static struct bytes *canonical_requires(const struct metadata *m, struct arena *a)
{
	struct bytes *texts = ARENA_ARRAY(a, struct bytes, m->n_requires + 1);
	for (size_t i = 0; i < m->n_requires; i++) {
		CLEANUP(buf_done) struct buf text;
		buf_init(&text, 2 * REQUIREMENT_SIZE_MAX);
		requirement_write(&m->requires[i], &text);
		texts[i] = arena_copy(a, buf_bytes(&text));
	}
	if (m->n_requires)
		qsort(texts, m->n_requires, sizeof *texts, compare_texts);
	return texts;
}

static bool same_requires(const struct metadata *x, const struct metadata *y, struct arena *a)
{
	if (x->n_requires != y->n_requires)
		return false;
	const struct bytes *one = canonical_requires(x, a), *other = canonical_requires(y, a);
	for (size_t i = 0; i < x->n_requires; i++)
		if (!bytes_equal(one[i], other[i]))
			return false;
	return true;
}

/* PEP 643: from Metadata-Version 2.2 on, what an sdist does not call Dynamic is final. */
static void check_static_fields(struct checking *c)
{
	struct metadata promised;
	struct bytes rest, major, minor;
	if (!c->pkg_info.size || !c->has_metadata || metadata_parse(c->pkg_info, c->call->arena, &promised, NULL))
		return;
	rest = promised.metadata_version;
	major = bytes_cut(&rest, '.');
	minor = rest;
	if (!bytes_equal(major, BYTES("2")) || bytes_equal(minor, BYTES("0")) || bytes_equal(minor, BYTES("1")))
		return;
	if (version_compare(&promised.version, &c->metadata.version) != 0 && !is_dynamic(&promised, BYTES("version")))
		(void)finding_add(&c->findings, "M04", BYTES("METADATA"), "the sdist promised version '%.*s', the wheel has '%.*s'",
				  BYTES_ARG(promised.raw_version), BYTES_ARG(c->metadata.raw_version));
	if (!is_dynamic(&promised, BYTES("requires-python")) &&
	    !bytes_equal(bytes_trim(promised.raw_requires_python), bytes_trim(c->metadata.raw_requires_python)))
		(void)finding_add(&c->findings, "M04", BYTES("METADATA"),
				  "the sdist promised another Requires-Python than the wheel has");
	if (!is_dynamic(&promised, BYTES("requires-dist")) && !same_requires(&promised, &c->metadata, c->call->arena))
		(void)finding_add(&c->findings, "M04", BYTES("METADATA"),
				  "the sdist promised other Requires-Dist (%zu) than the wheel has (%zu)", promised.n_requires,
				  c->metadata.n_requires);
}

static void check_all(struct checking *c, struct bytes file)
{
	struct zip_limits limits = zip_limits_default();
	struct diag d = { 0 };
	const char *id = "Z02";
	limits.n_members = c->members_max;
	if (c->size_max > limits.total_size)
		limits.total_size = c->size_max;
	if (wheel_open(file, c->file_name, &limits, c->call->arena, &c->wheel, &id, &d)) {
		(void)finding_add(&c->findings, d.rule ? d.rule : id, c->file_name, "%s", d.text);
		return;
	}
	(void)!wheel_verify(&c->wheel, c->call->arena, take_breach, c, &d); /* what it cannot read it has reported */
	check_metadata(c);
	check_wanted(c);
	check_wheel_file(c);
	check_static_fields(c);
}

static void write_reply(struct checking *c, struct buf *reply)
{
	finding_list_write(&c->findings, reply);
	wire_put_bytes(reply, c->has_metadata ? c->metadata.raw_name : (struct bytes){ NULL, 0 });
	wire_put_bytes(reply, c->has_metadata ? c->metadata.raw_version : (struct bytes){ NULL, 0 });
	struct bytes tags = c->file_name;
	tags.size = tags.size > 4 ? tags.size - 4 : 0;
	size_t skip = 0, dashes = 0;
	for (size_t i = tags.size; i > 0 && dashes < 3; i--)
		if (tags.data[i - 1] == '-' && ++dashes == 3)
			skip = i;
	wire_put_bytes(reply, bytes_from(tags, skip));
	wire_put_u32(reply, (uint32_t)c->wheel.zip.n_entries);
	wire_put_u64(reply, c->wheel.zip.total_size);
}

enum status check_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct checking c = { .call = call, .findings = { .arena = call->arena } };
	struct bytes file;
	c.file_name = wire_get_bytes(&w);
	c.want_name = wire_get_bytes(&w);
	c.want_version = wire_get_bytes(&w);
	c.pkg_info = wire_get_bytes(&w);
	c.members_max = wire_get_u64(&w);
	c.size_max = wire_get_u64(&w);
	enum status s = wire_end(&w, "check", d);
	if (s == OK)
		s = verb_map(call, 0, VERB_FILE_MAX, &file, d);
	if (s)
		return s;
	check_all(&c, file);
	write_reply(&c, reply);
	return OK;
}

/* The I group: what the file name, METADATA, WHEEL and the project say of each other. */
#include "check/checking.h"
#include "check/platform_tag.h"

/* ---- the file name ---- */

static void check_spelling(struct checking *c)
{
	CLEANUP(buf_done) struct buf version;
	const struct wheel_name *n = &c->wheel.name;
	struct bytes folder = bytes_make(n->raw_name.data, n->raw_name.size);
	bool is_normal = true;
	buf_init(&version, VERSION_SIZE_MAX);
	version_write(&n->version, &version);
	for (size_t i = 0; i < folder.size; i++)
		is_normal = is_normal && (byte_is_lower(folder.data[i]) || byte_is_digit(folder.data[i]) || folder.data[i] == '_');
	if (!is_normal)
		(void)finding_add(&c->findings, "I10", c->file_name, "the name '%.*s' is not normalised", BYTES_ARG(n->raw_name));
	if (!bytes_equal(n->raw_version, buf_bytes(&version)))
		(void)finding_add(&c->findings, "I10", c->file_name, "the version '%.*s' is written '%.*s' in normal form",
				  BYTES_ARG(n->raw_version), BYTES_ARG(buf_bytes(&version)));
	const char *want = arena_printf(c->arena, "%.*s-%.*s.dist-info", BYTES_ARG(n->raw_name), BYTES_ARG(n->raw_version));
	if (!bytes_equal(c->wheel.dist_info, bytes_of(want)))
		(void)finding_add(&c->findings, "I09", c->wheel.dist_info, "the folder is not called '%s', as the file is", want);
	/* pip takes any folder that ends so for schemes, uv and installer the one of that exact name. */
	struct bytes stem = bytes_part(c->wheel.dist_info, 0, c->wheel.dist_info.size - strlen(".dist-info"));
	want = arena_printf(c->arena, "%.*s.data", BYTES_ARG(stem));
	if (c->wheel.data.size && !bytes_equal(c->wheel.data, bytes_of(want)))
		(void)finding_add(&c->findings, "I02", c->wheel.data, "the folder is not called '%s', as .dist-info is", want);
}

static void check_platforms(struct checking *c)
{
	for (size_t i = 0; i < c->wheel.name.n_platform; i++)
		if (!platform_tag_is_taken(c->wheel.name.platform[i]))
			(void)finding_add(&c->findings, "I06", c->file_name, "PyPI does not take the platform '%.*s'",
					  BYTES_ARG(c->wheel.name.platform[i]));
}

static void check_wanted(struct checking *c)
{
	struct version want;
	if (c->want_name.size && !name_equal(c->want_name, c->wheel.name.raw_name))
		(void)finding_add(&c->findings, "I08", c->file_name, "the project is '%.*s', but the wheel is of '%.*s'",
				  BYTES_ARG(c->want_name), BYTES_ARG(c->wheel.name.raw_name));
	if (c->want_version.size && version_parse(c->want_version, c->arena, &want, NULL) == OK &&
	    version_compare(&want, &c->wheel.name.version) != 0)
		(void)finding_add(&c->findings, "I08", c->file_name, "the project's version is '%.*s', but the wheel is of '%.*s'",
				  BYTES_ARG(c->want_version), BYTES_ARG(c->wheel.name.raw_version));
}

/* ---- METADATA ---- */

void check_identity(struct checking *c)
{
	enum { METADATA_USUAL_MAX = 1 << 20 };
	CLEANUP(buf_done) struct buf text;
	struct diag d = { 0 };
	buf_init(&text, METADATA_SIZE_MAX);
	check_spelling(c);
	check_platforms(c);
	check_wanted(c);
	enum status s = wheel_read_info(&c->wheel, "METADATA", &text, &d);
	if (s) {
		(void)finding_add(&c->findings, s == ERR_ABSENT ? "I03" : "I07", BYTES("METADATA"), "METADATA: %s",
				  s == ERR_ABSENT ? "is missing" : d.text);
		return;
	}
	if (text.size > METADATA_USUAL_MAX)
		(void)finding_add(&c->findings, "I07", BYTES("METADATA"), "METADATA has %zu bytes, more than 1 MiB", text.size);
	check_fields_read(c, arena_copy(c->arena, buf_bytes(&text)), "METADATA");
	if (!c->has_metadata)
		return;
	if (!bytes_equal(c->metadata.name, c->wheel.name.name))
		(void)finding_add(&c->findings, "I03", BYTES("METADATA"),
				  "METADATA is of the project '%.*s', the file name of '%.*s'", BYTES_ARG(c->metadata.raw_name),
				  BYTES_ARG(c->wheel.name.raw_name));
	if (c->metadata.version.n_local)
		(void)finding_add(&c->findings, "M10", BYTES("METADATA"), "the version '%.*s' is a local one",
				  BYTES_ARG(c->metadata.raw_version));
	if (version_compare(&c->metadata.version, &c->wheel.name.version) != 0)
		(void)finding_add(&c->findings, "I03", BYTES("METADATA"), "METADATA is of version '%.*s', the file name of '%.*s'",
				  BYTES_ARG(c->metadata.raw_version), BYTES_ARG(c->wheel.name.raw_version));
}

/* ---- WHEEL ---- */

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

static void check_wheel_version(struct checking *c, struct bytes value)
{
	if (!bytes_starts(value, BYTES("1.")))
		(void)finding_add(&c->findings, "I05", BYTES("WHEEL"), "Wheel-Version is '%.*s'", BYTES_ARG(value));
	else if (!bytes_equal(value, BYTES("1.0")))
		(void)finding_add(&c->findings, "I11", BYTES("WHEEL"), "Wheel-Version is '%.*s'", BYTES_ARG(value));
}

/* Build in WHEEL is the build tag of the file name, or is not there. */
static void check_build(struct checking *c, struct bytes value)
{
	const struct wheel_name *n = &c->wheel.name;
	const char *want = arena_printf(c->arena, "%.*s%.*s", BYTES_ARG(n->build_number), BYTES_ARG(n->build_suffix));
	while (value.size > 1 && value.data[0] == '0' && byte_is_digit(value.data[1]))
		value = bytes_from(value, 1);
	if (!bytes_equal(value, bytes_of(want)))
		(void)finding_add(&c->findings, "I04", BYTES("WHEEL"), "Build is '%.*s', in the file name '%s'", BYTES_ARG(value),
				  want);
}

static void check_purelib(struct checking *c, struct bytes value)
{
	c->root_is_purelib = bytes_equal_nocase(value, BYTES("true"));
	if (!c->root_is_purelib && !bytes_equal_nocase(value, BYTES("false")))
		(void)finding_add(&c->findings, "I04", BYTES("WHEEL"), "Root-Is-Purelib is '%.*s', neither true nor false",
				  BYTES_ARG(value));
}

/* Fields that may stand once; tools that work on finished wheels add a Generator of their own. */
static const struct {
	const char *name;
	const char *missing; /* the finding when it is not there; NULL: none */
	void (*check)(struct checking *c, struct bytes value);
} wheel_fields[] = {
	{ "Wheel-Version", "I05", check_wheel_version },
	{ "Root-Is-Purelib", "I12", check_purelib },
	{ "Build", NULL, check_build },
};

static void check_wheel_fields(struct checking *c, const struct rfc822 *block)
{
	for (size_t i = 0; i < COUNT(wheel_fields); i++) {
		const struct rfc822_field *f = rfc822_find(block, wheel_fields[i].name, NULL);
		if (!f && wheel_fields[i].missing)
			(void)finding_add(&c->findings, wheel_fields[i].missing, BYTES("WHEEL"), "no %s", wheel_fields[i].name);
		if (!f)
			continue;
		if (rfc822_find(block, wheel_fields[i].name, f))
			(void)finding_add(&c->findings, "I07", BYTES("WHEEL"), "%s is there twice", wheel_fields[i].name);
		wheel_fields[i].check(c, bytes_trim(f->value));
	}
	if (block->unseparated_line)
		(void)finding_add(&c->findings, "I07", BYTES("WHEEL"), "line %u is neither a field nor empty",
				  block->unseparated_line);
	if (bytes_trim(block->body).size)
		(void)finding_add(&c->findings, "I07", BYTES("WHEEL"), "something stands behind the fields");
}

static void check_tags(struct checking *c, const struct rfc822 *block)
{
	const struct wheel_name *names = &c->wheel.name;
	struct tag_set tags = { .name = names, .n = names->n_python * names->n_abi * names->n_platform };
	tags.seen = ARENA_ARRAY(c->arena, bool, tags.n + 1);
	for (const struct rfc822_field *f = rfc822_find(block, "Tag", NULL); f; f = rfc822_find(block, "Tag", f))
		if (!tag_set_take(&tags, bytes_trim(f->value)))
			(void)finding_add(&c->findings, "I04", BYTES("WHEEL"), "the tag '%.*s' is not in the file name",
					  BYTES_ARG(f->value));
	if (tags.n_seen != tags.n)
		(void)finding_add(&c->findings, "I04", BYTES("WHEEL"),
				  "WHEEL names %zu of the %zu tags that the file name stands for", tags.n_seen, tags.n);
}

void check_wheel_file(struct checking *c)
{
	CLEANUP(buf_done) struct buf text;
	struct diag d = { 0 };
	struct rfc822 block;
	enum { WHEEL_FILE_MAX = 1 << 20 };
	buf_init(&text, WHEEL_FILE_MAX);
	enum status s = wheel_read_info(&c->wheel, "WHEEL", &text, &d);
	if (s == OK)
		s = rfc822_parse(arena_copy(c->arena, buf_bytes(&text)), c->arena, &block, &d);
	if (s) {
		(void)finding_add(&c->findings, s == ERR_ABSENT ? "I05" : "I07", BYTES("WHEEL"), "WHEEL: %s",
				  s == ERR_ABSENT ? "is missing" : d.text);
		return;
	}
	check_wheel_fields(c, &block);
	check_tags(c, &block);
}

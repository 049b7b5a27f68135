/* describe/sbom.h: the rules for texts, both documents, the way back from CycloneDX, the record between programs. */
#include "describe/sbom.h"
#include "format/json.h"
#include "harness.h"

#define NONE \
	{ \
		NULL, 0 \
	}

/* ---- texts ---- */

static void a_purl_is_encoded(void)
{
	static const struct {
		const char *name, *version, *want;
	} rows[] = {
		{ "Zope.Interface", "5.0", "pkg:pypi/zope-interface@5.0" },
		{ "a", "1!2.0+x.1", "pkg:pypi/a@1%212.0%2Bx.1" },
		{ "a", "", "pkg:pypi/a" },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_BYTES(sbom_purl_pypi(bytes_of(rows[i].name), bytes_of(rows[i].version), &a), bytes_of(rows[i].want));
	CHECK_BYTES(sbom_purl_qualified(BYTES("pkg:pypi/a@1"), "repository_url", BYTES("https://h.example/s/"), &a),
		    BYTES("pkg:pypi/a@1?repository_url=https%3A%2F%2Fh.example%2Fs%2F"));
	struct sha256 zero = { { 0 } };
	CHECK_BYTES(sbom_purl_generic(BYTES("lib a.so"), (struct bytes)NONE, &zero, &a),
		    BYTES("pkg:generic/lib%20a.so?checksum=sha256:"
			  "0000000000000000000000000000000000000000000000000000000000000000"));
}

static void what_is_no_url_address_or_purl_is_known(void)
{
	static const struct {
		bool (*is_valid)(struct bytes);
		const char *text;
		bool want;
	} rows[] = {
		{ sbom_url_is_valid, "https://a.example", true },
		{ sbom_url_is_valid, "http://a.example:80/x?y=%20#z", true },
		{ sbom_url_is_valid, "https://", false },
		{ sbom_url_is_valid, "https:///x", false },
		{ sbom_url_is_valid, "ftp://a.example/", false },
		{ sbom_url_is_valid, "file:///etc/passwd", false },
		{ sbom_url_is_valid, "https://user:pass@a.example/", false },
		{ sbom_url_is_valid, "https://a.example/x@y", true },
		{ sbom_url_is_valid, "https://a.example/a b", false },
		{ sbom_url_is_valid, "https://a.example/%2", false },
		{ sbom_url_is_valid, "https://a.example/%zz", false },
		{ sbom_url_is_valid, "https://a.example/#a#b", false },
		{ sbom_url_is_valid, "https://a.example/<x>", false },
		{ sbom_url_is_valid, "https://a.example/\xc3\xa9", false },
		{ sbom_email_is_valid, "a.b+c@d.example", true },
		{ sbom_email_is_valid, "a", false },
		{ sbom_email_is_valid, "@b", false },
		{ sbom_email_is_valid, "a@", false },
		{ sbom_email_is_valid, "a@b@c", false },
		{ sbom_email_is_valid, "a b@c", false },
		{ sbom_purl_is_valid, "pkg:rpm/a@1", true },
		{ sbom_purl_is_valid, "cpe:2.3:a", false },
		{ sbom_purl_is_valid, "pkg:rpm/a b", false },
		{ sbom_purl_is_valid, "pkg:rpm/\xc3\xa9", false },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_ROW(rows[i].is_valid(bytes_of(rows[i].text)) == rows[i].want, rows[i].text);
}

static void labels_of_links_have_types(void)
{
	static const struct {
		const char *label, *type;
	} rows[] = {
		{ "Homepage", "website" },
		{ "Home-Page", "website" },
		{ "Source Code", "vcs" },
		{ "GitHub", "vcs" },
		{ "Bug Tracker", "issue-tracker" },
		{ "What's New", "release-notes" },
		{ "Home", "other" },
		{ "", "other" },
		{ "Homepages", "other" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_ROW(strcmp(sbom_link_type(bytes_of(rows[i].label)), rows[i].type) == 0, rows[i].label);
		CHECK_ROW(sbom_link_type_find(bytes_of(rows[i].type)) != NULL, rows[i].type);
	}
	CHECK(!sbom_link_type_find(BYTES("security")));
}

/* ---- a model with everything in it ---- */

static void add(struct sbom *s, struct arena *a, enum sbom_role role, const char *name, const char *version, const char *location)
{
	struct sbom_component c = {
		.role = role, .name = bytes_of(name), .version = bytes_of(version), .location = bytes_of(location)
	};
	c.purl = sbom_purl_generic(c.name, c.version, NULL, a);
	c.has_digest = role == SBOM_VENDORED;
	CHECK(sbom_add(s, a, &c));
}

static void fill(struct sbom *s, struct arena *a)
{
	static struct bytes self[] = { LIT("a-b[x]") }, more[] = { LIT("numpy>1"), LIT("numpy<3; extra == 'x'") },
			    licences[] = { LIT("BSD") };
	static struct bytes unread[] = { LIT("odd.xml") };
	static struct sbom_author authors[] = { { LIT("Ann"), LIT("ann@a.example") },
						{ LIT("Bob"), NONE },
						{ NONE, LIT("c@a.example") } };
	static struct sbom_link links[] = { { NULL, LIT("Homepage"), LIT("https://a.example") },
					    { NULL, LIT("Source"), LIT("https://b.example") } };
	static struct sbom_requirement requires[] = { { LIT("a-b"), self, 1, true }, { LIT("numpy"), more, 2, false } };
	links[0].type = sbom_link_type(links[0].label);
	links[1].type = sbom_link_type(links[1].label);
	*s = (struct sbom){
		.file_name = LIT("a_b-1.0-py3-none-any.whl"),
		.name = LIT("A.b"),
		.version = LIT("1.0"),
		.has_digest = true,
		.licences = licences,
		.n_licences = 1,
		.authors = authors,
		.n_authors = 3,
		.links = links,
		.n_links = 2,
		.requires = requires,
		.n_requires = 2,
		.source_url = LIT("https://git.example/x"),
		.source_commit = LIT("0123456789012345678901234567890123456789"),
		.source_archive = LIT("a_b-1.0.tar.gz"),
		.has_tree = true,
		.has_archive = true,
		.unread = unread,
		.n_unread = 1,
		.timestamp = 1700000000,
		.is_of_build = true,
		.has_tools = true,
	};
	add(s, a, SBOM_TOOL, "gcc", NULL, "/usr/bin/gcc");
	add(s, a, SBOM_INTERPRETER, "cpython", "3.11.2", "/usr/bin/python3");
	add(s, a, SBOM_BUILD_DEPENDENCY, "setuptools", "70", NULL);
	add(s, a, SBOM_VENDORED, "libz.so.1", NULL, "a_b.libs/libz.so.1");
	add(s, a, SBOM_VENDORED, "zlib", "1.2", NULL);
	s->components[4].stated_by = BYTES("auditwheel.cdx.json");
	s->components[4].licence_expression = BYTES("Zlib OR LicenseRef-Own");
	s->components[3].licence = BYTES("zlib's own");
	s->components[2].licence_expression = BYTES("MIT");
	s->components[2].url = BYTES("https://f.example/setuptools.whl");
	sbom_settle(s, a);
}

static struct bytes document(const struct sbom *s, void (*write)(const struct sbom *, struct buf *), struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, SBOM_FILE_MAX);
	write(s, &out);
	CHECK(!out.full && bytes_ends(buf_bytes(&out), BYTES("}\n")));
	return arena_copy(a, buf_bytes(&out));
}

static void one_model_gives_one_document(void)
{
	CLEANUP(arena_done) struct arena a;
	struct sbom s, same;
	arena_init(&a);
	fill(&s, &a);
	fill(&same, &a);
	struct bytes text = document(&s, sbom_write_cyclonedx, &a), spdx = document(&s, sbom_write_spdx, &a);
	CHECK_BYTES(document(&same, sbom_write_cyclonedx, &a), text);
	CHECK_BYTES(document(&same, sbom_write_spdx, &a), spdx);
	/* The number is of the artefact, and has the shape of RFC 9562, version 5. */
	size_t at = bytes_search(text, BYTES("urn:uuid:")) + 9;
	CHECK(text.data[at + 14] == '5' && strchr("89ab", text.data[at + 19]));
	same.digest.bytes[31] = 1;
	struct bytes other = document(&same, sbom_write_cyclonedx, &a);
	CHECK(!bytes_equal(bytes_part(other, at, 36), bytes_part(text, at, 36)));
}

/* The first member of an array whose key has that value. */
static const struct json *find(const struct json *array, const char *key, const char *value)
{
	for (JSON_EACH(item, array)) {
		const struct json *found = json_find(item, key);
		if (found && found->type == JSON_TYPE_STRING && bytes_equal(found->string, bytes_of(value)))
			return item;
	}
	return NULL;
}

static void check_text(const struct json *object, const char *key, const char *want)
{
	const struct json *found = json_find(object, key);
	CHECK_ROW(found && found->type == JSON_TYPE_STRING, key);
	CHECK_BYTES(found->string, bytes_of(want));
}

static void cyclonedx_tells_the_roles_apart(void)
{
	CLEANUP(arena_done) struct arena a;
	struct sbom s;
	const struct json *root;
	arena_init(&a);
	fill(&s, &a);
	CHECK(json_parse(document(&s, sbom_write_cyclonedx, &a), &a, &root, NULL) == OK);
	const struct json *metadata = json_find(root, "metadata"), *subject = json_find(metadata, "component");
	check_text(root, "specVersion", "1.6");
	check_text(metadata, "timestamp", "2023-11-14T22:13:20Z");
	check_text(subject, "purl", "pkg:pypi/a-b@1.0");
	const struct json *components = json_find(root, "components");
	check_text(find(components, "name", "setuptools"), "scope", "excluded");
	check_text(find(components, "name", "gcc"), "scope", "excluded");
	check_text(find(components, "name", "libz.so.1"), "scope", "required");
	check_text(find(components, "name", "numpy"), "scope", "required");
	CHECK(!json_find(find(components, "name", "numpy"), "version") && !json_find(find(components, "name", "gcc"), "version"));
	CHECK(!find(components, "name", "a-b")); /* it requires itself */
	/* What built it is no dependency of it, and is in the formulation. */
	const struct json *depends = json_find(json_find(root, "dependencies")->items, "dependsOn");
	CHECK_NUMBER(depends->n_items, 3);
	const struct json *workflow = json_find(json_find(root, "formulation")->items, "workflows")->items;
	CHECK_NUMBER(json_find(workflow, "resourceReferences")->n_items, 3);
	check_text(json_find(root, "compositions")->items, "aggregate", "incomplete_first_party_only");
}

static void spdx_has_every_component_and_its_relation(void)
{
	CLEANUP(arena_done) struct arena a;
	struct sbom s;
	const struct json *root;
	arena_init(&a);
	fill(&s, &a);
	s.licence_expression = BYTES("MIT OR (LicenseRef-Proprietary AND LicenseRef-Proprietary)");
	s.n_licences = 0;
	CHECK(json_parse(document(&s, sbom_write_spdx, &a), &a, &root, NULL) == OK);
	const struct json *packages = json_find(root, "packages"), *relations = json_find(root, "relationships");
	CHECK_NUMBER(packages->n_items, 7);
	CHECK_NUMBER(relations->n_items, 7);
	check_text(find(packages, "name", "A.b"), "supplier", "Person: Ann (ann@a.example)");
	check_text(find(packages, "name", "numpy"), "versionInfo", "NOASSERTION");
	check_text(find(packages, "name", "setuptools"), "licenseDeclared", "MIT");
	check_text(find(packages, "name", "zlib"), "licenseDeclared", "NOASSERTION");
	check_text(find(packages, "name", "zlib"), "licenseComments", "Zlib OR LicenseRef-Own");
	check_text(find(packages, "name", "setuptools"), "downloadLocation", "https://f.example/setuptools.whl");
	for (size_t i = 0; i < 5; i++)
		CHECK(find(relations, "relationshipType",
			   (const char *const[]){ "DESCRIBES", "DEPENDENCY_OF", "CONTAINED_BY", "BUILD_DEPENDENCY_OF",
						  "BUILD_TOOL_OF" }[i]));
	CHECK_NUMBER(json_find(root, "hasExtractedLicensingInfos")->n_items, 1);
}

/* ---- the way back ---- */

static void what_was_written_is_read_back_whole(void)
{
	CLEANUP(arena_done) struct arena a;
	struct sbom s, back;
	struct diag d = { 0 };
	arena_init(&a);
	fill(&s, &a);
	for (int is_of_build = 0; is_of_build < 2; is_of_build++) {
		s.is_of_build = is_of_build;
		s.has_tools = is_of_build;
		struct bytes text = document(&s, sbom_write_cyclonedx, &a);
		if (sbom_read_cyclonedx(text, &a, &back, &d))
			test_fail(__FILE__, __LINE__, "%s", d.text);
		sbom_settle(&back, &a);
		CHECK_BYTES(document(&back, sbom_write_cyclonedx, &a), text);
		CHECK_BYTES(document(&back, sbom_write_spdx, &a), document(&s, sbom_write_spdx, &a));
	}
}

static void a_document_cut_anywhere_is_none(void)
{
	CLEANUP(arena_done) struct arena a;
	struct sbom s, back;
	arena_init(&a);
	fill(&s, &a);
	struct bytes text = bytes_trim(document(&s, sbom_write_cyclonedx, &a));
	for (size_t i = 0; i < text.size; i++) {
		CLEANUP(arena_done) struct arena b;
		struct diag d = { 0 };
		arena_init(&b);
		CHECK_NUMBER(sbom_read_cyclonedx(bytes_part(text, 0, i), &b, &back, &d), ERR_FORMAT);
		CHECK(d.text[0]);
	}
}

#define HEAD "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.4\""
#define SUBJECT ",\"metadata\":{\"component\":{\"name\":\"w\",\"version\":\"1\",\"bom-ref\":\"r\",\"purl\":\"pkg:pypi/w@1\"}}"

static void documents_of_others_give_what_can_be_used(void)
{
	static const struct {
		const char *name, *text;
		enum status want;
		size_t n;
		const char *purl; /* of the first */
	} rows[] = {
		{ "nothing", "", ERR_FORMAT, 0, NULL },
		{ "a list", "[]", ERR_FORMAT, 0, NULL },
		{ "another format", "{\"spdxVersion\":\"SPDX-2.3\"}", ERR_FORMAT, 0, NULL },
		{ "another version", "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"2.0\"}", ERR_FORMAT, 0, NULL },
		{ "a version that is no text", "{\"bomFormat\":\"CycloneDX\",\"specVersion\":1.6}", ERR_FORMAT, 0, NULL },
		{ "the smallest", HEAD "}", OK, 0, NULL },
		{ "one as auditwheel writes it",
		  HEAD SUBJECT
		  ",\"components\":[{\"name\":\"w\",\"bom-ref\":\"r\"},{\"name\":\"z\",\"version\":\"1\",\"purl\":\"pkg:rpm/z@1\"}]}",
		  OK, 1, "pkg:rpm/z@1" },
		{ "the wheel by its purl", HEAD SUBJECT ",\"components\":[{\"name\":\"w\",\"purl\":\"pkg:pypi/w@1\"}]}", OK, 0, NULL },
		{ "components in components",
		  HEAD
		  ",\"components\":[{\"name\":\"a\",\"components\":[{\"name\":\"b\",\"components\":[{\"name\":\"c\"}]}]},{\"name\":\"d\"}]}",
		  OK, 4, "" },
		{ "a component without a name", HEAD ",\"components\":[{\"version\":\"1\"},7,null,{\"name\":\"a\"}]}", OK, 1, "" },
		{ "a purl that is none", HEAD ",\"components\":[{\"name\":\"a\",\"purl\":\"javascript:1\"}]}", OK, 1, "" },
		{ "lists that are none", HEAD ",\"components\":{},\"metadata\":[],\"compositions\":1}", OK, 0, NULL },
		{ "a key twice", HEAD ",\"components\":[],\"components\":[]}", ERR_FORMAT, 0, NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		struct sbom s = { .n_components = 99 };
		arena_init(&a);
		CHECK_ROW(sbom_read_cyclonedx(bytes_of(rows[i].text), &a, &s, NULL) == rows[i].want, rows[i].name);
		CHECK_ROW(s.n_components == (rows[i].want ? 99 : rows[i].n), rows[i].name);
		if (rows[i].purl)
			CHECK_BYTES(s.components[0].purl, bytes_of(rows[i].purl));
	}
}

static void licences_of_components_are_read(void)
{
	static const struct {
		const char *licences, *expression, *name;
	} rows[] = {
		{ "[{\"expression\":\"MIT OR Apache-2.0\"}]", "MIT OR Apache-2.0", "" },
		{ "[{\"license\":{\"id\":\"Zlib\"}}]", "Zlib", "" },
		{ "[{\"license\":{\"name\":\"MIT\"}}]", "", "MIT" },
		{ "[{\"expression\":\"my own\"}]", "", "my own" },
		{ "[{\"license\":{\"id\":\"Zlib\"}},{\"license\":{\"id\":\"MIT\"}}]", "", "Zlib; MIT" },
		{ "[{}]", "", "" },
		{ "7", "", "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		struct sbom s;
		arena_init(&a);
		const char *text = arena_printf(&a, HEAD ",\"components\":[{\"name\":\"a\",\"licenses\":%s}]}", rows[i].licences);
		CHECK_ROW(sbom_read_cyclonedx(bytes_of(text), &a, &s, NULL) == OK && s.n_components == 1, rows[i].licences);
		CHECK_BYTES(s.components[0].licence_expression, bytes_of(rows[i].expression));
		CHECK_BYTES(s.components[0].licence, bytes_of(rows[i].name));
	}
}

/* ---- the list ---- */

static void what_is_there_twice_is_kept_once(void)
{
	CLEANUP(arena_done) struct arena a;
	struct sbom s = { .n_components = 0 };
	arena_init(&a);
	struct sbom_component seen = { .role = SBOM_VENDORED, .name = LIT("z"), .location = LIT("a.libs/z"), .has_digest = true };
	struct sbom_component told = {
		.role = SBOM_VENDORED, .name = LIT("z"), .location = LIT("a.libs/z"), .stated_by = LIT("x.json")
	};
	CHECK(sbom_add(&s, &a, &told) && sbom_add(&s, &a, &seen) && sbom_add(&s, &a, &told));
	sbom_settle(&s, &a);
	CHECK_NUMBER(s.n_components, 1);
	CHECK(s.components[0].has_digest && !s.components[0].stated_by.size);
	CHECK(!sbom_add(&s, &a, &(struct sbom_component){ .role = SBOM_TOOL }));
}

static void the_list_has_a_limit(void)
{
	CLEANUP(arena_done) struct arena a;
	struct sbom s = { .n_components = 0 };
	arena_init(&a);
	for (size_t i = 0; i < SBOM_COMPONENTS_MAX; i++)
		add(&s, &a, SBOM_TOOL, "x", NULL, arena_printf(&a, "/%zu", i));
	CHECK(!sbom_add(&s, &a, &(struct sbom_component){ .role = SBOM_TOOL, .name = LIT("x") }));
	sbom_settle(&s, &a);
	CHECK_NUMBER(s.n_components, SBOM_COMPONENTS_MAX);
}

static struct bytes shout(void *context, struct bytes text)
{
	return text.size ? bytes_of(arena_printf(context, "%.*s [X]", BYTES_ARG(text))) : text;
}

static void what_is_no_url_any_more_is_left_out(void)
{
	CLEANUP(arena_done) struct arena a;
	struct sbom s;
	arena_init(&a);
	fill(&s, &a);
	sbom_map_texts(&s, shout, &a);
	CHECK(s.n_links == 0 && s.source_url.size == 0 && s.n_authors == 2);
	CHECK_BYTES(s.authors[0].name, BYTES("Ann [X]"));
	CHECK(s.authors[0].email.size == 0);
	for (size_t i = 0; i < s.n_components; i++)
		CHECK(s.components[i].purl.size == 0 && s.components[i].url.size == 0 &&
		      bytes_ends(s.components[i].name, BYTES(" [X]")));
}

/* ---- the record ---- */

static bool read_record(struct bytes record, struct arena *a, struct sbom *ret)
{
	struct wire w = wire_over(record);
	sbom_get_record(&w, a, ret);
	return wire_end(&w, "record", NULL) == OK;
}

static void the_record_says_the_same(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record;
	struct sbom s, back;
	arena_init(&a);
	buf_init(&record, 1 << 20);
	fill(&s, &a);
	sbom_put_record(&s, &record);
	CHECK(read_record(buf_bytes(&record), &a, &back));
	CHECK_BYTES(document(&back, sbom_write_cyclonedx, &a), document(&s, sbom_write_cyclonedx, &a));
	for (size_t i = 0; i < record.size; i++)
		CHECK(!read_record(bytes_part(buf_bytes(&record), 0, i), &a, &back));
	buf_add_byte(&record, 0);
	CHECK(!read_record(buf_bytes(&record), &a, &back));
}

static void break_name(struct sbom *s)
{
	s->name = BYTES("a b");
}

static void break_text(struct sbom *s)
{
	s->licences[0] = BYTES("\xff");
}

static void break_nul(struct sbom *s)
{
	s->source_commit = BYTES("a\0b");
}

static void break_url(struct sbom *s)
{
	s->links[1].url = BYTES("javascript:x");
}

static void break_type(struct sbom *s)
{
	s->links[1].type = "security";
}

static void break_email(struct sbom *s)
{
	s->authors[0].email = BYTES("no address");
}

static void break_purl(struct sbom *s)
{
	s->components[0].purl = BYTES("x");
}

static void break_licence(struct sbom *s)
{
	s->components[0].licence_expression = BYTES("MIT OR");
}

static void break_role(struct sbom *s)
{
	s->components[0].role = N_SBOM_ROLES;
}

static void break_order(struct sbom *s)
{
	struct sbom_requirement first = s->requires[0];
	s->requires[0] = s->requires[1];
	s->requires[1] = first;
}

static void break_time(struct sbom *s)
{
	s->timestamp = -1;
}

static void break_nameless(struct sbom *s)
{
	s->components[0].name = (struct bytes)NONE;
}

static void a_record_that_lies_is_refused(void)
{
	static const struct {
		const char *name;
		void (*change)(struct sbom *s);
	} rows[] = {
		{ "a name that is none", break_name }, { "a text that is no UTF-8", break_text },
		{ "a text with a NUL", break_nul },    { "a URL that is none", break_url },
		{ "a link of no type", break_type },   { "an address that is none", break_email },
		{ "a purl that is none", break_purl }, { "a licence that is no expression", break_licence },
		{ "a role that is none", break_role }, { "requirements in no order", break_order },
		{ "a time before 1970", break_time },  { "a component without a name", break_nameless },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf record;
		struct sbom s, back;
		arena_init(&a);
		buf_init(&record, 1 << 20);
		fill(&s, &a);
		rows[i].change(&s);
		sbom_put_record(&s, &record);
		CHECK_ROW(!read_record(buf_bytes(&record), &a, &back), rows[i].name);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a purl is encoded", a_purl_is_encoded },
		{ "what is no URL, address or purl is known", what_is_no_url_address_or_purl_is_known },
		{ "labels of links have types", labels_of_links_have_types },
		{ "one model gives one document", one_model_gives_one_document },
		{ "CycloneDX tells the roles apart", cyclonedx_tells_the_roles_apart },
		{ "SPDX has every component and its relation", spdx_has_every_component_and_its_relation },
		{ "what was written is read back whole", what_was_written_is_read_back_whole },
		{ "a document cut anywhere is none", a_document_cut_anywhere_is_none },
		{ "documents of others give what can be used", documents_of_others_give_what_can_be_used },
		{ "licences of components are read", licences_of_components_are_read },
		{ "what is there twice is kept once", what_is_there_twice_is_kept_once },
		{ "the list has a limit", the_list_has_a_limit },
		{ "what is no URL any more is left out", what_is_no_url_any_more_is_left_out },
		{ "the record says the same", the_record_says_the_same },
		{ "a record that lies is refused", a_record_that_lies_is_refused },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}

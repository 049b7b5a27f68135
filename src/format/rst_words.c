#include "format/rst_words.h"

/* ---- directives ---- */

static const struct rst_option_row common_options[] = { { "class", RST_VALUE_CLASS }, { "name", RST_VALUE_ANY } };
static const struct rst_option_row sidebar_options[] = { { "class", RST_VALUE_CLASS },
							 { "name", RST_VALUE_ANY },
							 { "subtitle", RST_VALUE_NEEDED } };
static const struct rst_option_row code_options[] = { { "class", RST_VALUE_CLASS },
						      { "name", RST_VALUE_ANY },
						      { "number-lines", RST_VALUE_MAYBE_INTEGER } };
static const struct rst_option_row name_options[] = { { "name", RST_VALUE_ANY } };
static const struct rst_option_row class_options[] = { { "class", RST_VALUE_CLASS } };
static const struct rst_option_row table_options[] = { { "class", RST_VALUE_CLASS },
						       { "name", RST_VALUE_ANY },
						       { "align", RST_VALUE_ALIGN_ACROSS },
						       { "width", RST_VALUE_LENGTH_PERCENT },
						       { "widths", RST_VALUE_WIDTHS_GRID } };
static const struct rst_option_row list_table_options[] = {
	{ "class", RST_VALUE_CLASS },          { "name", RST_VALUE_ANY },      { "align", RST_VALUE_ALIGN_ACROSS },
	{ "width", RST_VALUE_LENGTH_PERCENT }, { "widths", RST_VALUE_WIDTHS }, { "header-rows", RST_VALUE_NATURAL },
	{ "stub-columns", RST_VALUE_NATURAL },
};
static const struct rst_option_row csv_options[] = {
	{ "class", RST_VALUE_CLASS },          { "name", RST_VALUE_ANY },      { "align", RST_VALUE_ALIGN_ACROSS },
	{ "width", RST_VALUE_LENGTH_PERCENT }, { "widths", RST_VALUE_WIDTHS }, { "header-rows", RST_VALUE_NATURAL },
	{ "stub-columns", RST_VALUE_NATURAL }, { "header", RST_VALUE_ANY },    { "keepspace", RST_VALUE_FLAG },
	{ "file", RST_VALUE_NEEDED },          { "url", RST_VALUE_NEEDED },    { "encoding", RST_VALUE_UNSURE },
	{ "delim", RST_VALUE_DELIMITER },      { "quote", RST_VALUE_UNSURE },  { "escape", RST_VALUE_UNSURE },
};
static const struct rst_option_row image_options[] = {
	{ "alt", RST_VALUE_ANY },         { "height", RST_VALUE_LENGTH }, { "width", RST_VALUE_LENGTH_PERCENT },
	{ "scale", RST_VALUE_PERCENT },   { "align", RST_VALUE_ALIGN },   { "target", RST_VALUE_NEEDED },
	{ "loading", RST_VALUE_LOADING }, { "class", RST_VALUE_CLASS },   { "name", RST_VALUE_ANY },
};
static const struct rst_option_row figure_options[] = {
	{ "alt", RST_VALUE_ANY },
	{ "height", RST_VALUE_LENGTH },
	{ "width", RST_VALUE_LENGTH_PERCENT },
	{ "scale", RST_VALUE_PERCENT },
	{ "align", RST_VALUE_ALIGN_ACROSS },
	{ "target", RST_VALUE_NEEDED },
	{ "loading", RST_VALUE_LOADING },
	{ "class", RST_VALUE_CLASS },
	{ "name", RST_VALUE_ANY },
	{ "figwidth", RST_VALUE_FIGURE_WIDTH },
	{ "figclass", RST_VALUE_CLASS },
	{ "figname", RST_VALUE_ANY },
};
static const struct rst_option_row unicode_options[] = { { "trim", RST_VALUE_FLAG },
							 { "ltrim", RST_VALUE_FLAG },
							 { "rtrim", RST_VALUE_FLAG } };
static const struct rst_option_row contents_options[] = { { "depth", RST_VALUE_NATURAL },
							  { "local", RST_VALUE_FLAG },
							  { "backlinks", RST_VALUE_BACKLINKS },
							  { "class", RST_VALUE_CLASS } };
static const struct rst_option_row sectnum_options[] = {
	{ "depth", RST_VALUE_INTEGER }, { "start", RST_VALUE_INTEGER }, { "prefix", RST_VALUE_NEEDED }, { "suffix", RST_VALUE_NEEDED }
};
#define OPTIONS(array) array, COUNT(array)

/* docutils/parsers/rst/languages/en.py and the classes that it leads to. */
static const struct rst_directive_row directives[] = {
	{ "attention", RST_DOES_NOTE, 0, 0, true, true, OPTIONS(common_options) },
	{ "caution", RST_DOES_NOTE, 0, 0, true, true, OPTIONS(common_options) },
	{ "danger", RST_DOES_NOTE, 0, 0, true, true, OPTIONS(common_options) },
	{ "error", RST_DOES_NOTE, 0, 0, true, true, OPTIONS(common_options) },
	{ "hint", RST_DOES_NOTE, 0, 0, true, true, OPTIONS(common_options) },
	{ "important", RST_DOES_NOTE, 0, 0, true, true, OPTIONS(common_options) },
	{ "note", RST_DOES_NOTE, 0, 0, true, true, OPTIONS(common_options) },
	{ "tip", RST_DOES_NOTE, 0, 0, true, true, OPTIONS(common_options) },
	{ "warning", RST_DOES_NOTE, 0, 0, true, true, OPTIONS(common_options) },
	{ "admonition", RST_DOES_NOTE, 1, 0, true, true, OPTIONS(common_options) },
	{ "sidebar", RST_DOES_SIDEBAR, 0, 1, true, true, OPTIONS(sidebar_options) },
	{ "topic", RST_DOES_TOPIC, 1, 0, true, true, OPTIONS(common_options) },
	{ "line-block", RST_DOES_LINE_BLOCK, 0, 0, false, true, OPTIONS(common_options) },
	{ "parsed-literal", RST_DOES_PARSED, 0, 0, false, true, OPTIONS(common_options) },
	{ "code", RST_DOES_CODE, 0, 1, false, true, OPTIONS(code_options) },
	{ "code-block", RST_DOES_CODE, 0, 1, false, true, OPTIONS(code_options) },
	{ "sourcecode", RST_DOES_CODE, 0, 1, false, true, OPTIONS(code_options) },
	{ "math", RST_DOES_MATH, 0, 0, false, true, OPTIONS(common_options) },
	{ "rubric", RST_DOES_RUBRIC, 1, 0, true, false, OPTIONS(common_options) },
	{ "epigraph", RST_DOES_QUOTE, 0, 0, false, true, NULL, 0 },
	{ "highlights", RST_DOES_QUOTE, 0, 0, false, true, NULL, 0 },
	{ "pull-quote", RST_DOES_QUOTE, 0, 0, false, true, NULL, 0 },
	{ "compound", RST_DOES_NOTE, 0, 0, false, true, OPTIONS(common_options) },
	{ "container", RST_DOES_CONTAINER, 0, 1, true, true, OPTIONS(name_options) },
	{ "table", RST_DOES_TABLE, 0, 1, true, true, OPTIONS(table_options) },
	{ "csv-table", RST_DOES_CSV, 0, 1, true, true, OPTIONS(csv_options) },
	{ "list-table", RST_DOES_LIST_TABLE, 0, 1, true, true, OPTIONS(list_table_options) },
	{ "meta", RST_DOES_META, 0, 0, false, true, NULL, 0 },
	{ "image", RST_DOES_IMAGE, 1, 0, true, false, OPTIONS(image_options) },
	{ "figure", RST_DOES_FIGURE, 1, 0, true, true, OPTIONS(figure_options) },
	{ "include", RST_DOES_DISABLED, 1, 0, true, false, NULL, 0 },
	{ "raw", RST_DOES_DISABLED, 1, 0, true, true, NULL, 0 },
	{ "replace", RST_DOES_REPLACE, 0, 0, false, true, NULL, 0 },
	{ "unicode", RST_DOES_UNICODE, 1, 0, true, false, OPTIONS(unicode_options) },
	{ "date", RST_DOES_DATE, 0, 0, false, true, NULL, 0 },
	{ "class", RST_DOES_CLASS, 1, 0, true, true, NULL, 0 },
	{ "rst-class", RST_DOES_CLASS, 1, 0, true, true, NULL, 0 },
	{ "role", RST_DOES_ROLE, 0, 0, false, true, NULL, 0 },
	{ "default-role", RST_DOES_DEFAULT_ROLE, 0, 1, false, false, NULL, 0 },
	{ "title", RST_DOES_TITLE, 1, 0, true, false, NULL, 0 },
	{ "contents", RST_DOES_CONTENTS, 0, 1, true, false, OPTIONS(contents_options) },
	{ "sectnum", RST_DOES_SECTNUM, 0, 0, false, false, OPTIONS(sectnum_options) },
	{ "section-numbering", RST_DOES_SECTNUM, 0, 0, false, false, OPTIONS(sectnum_options) },
	{ "header", RST_DOES_DECORATION, 0, 0, false, true, NULL, 0 },
	{ "footer", RST_DOES_DECORATION, 0, 0, false, true, NULL, 0 },
	{ "target-notes", RST_DOES_TARGET_NOTES, 0, 0, false, false, OPTIONS(class_options) },
};

const struct rst_directive_row *rst_directive_find(struct rst_text name)
{
	for (size_t i = 0; i < COUNT(directives); i++)
		if (rst_equal_word(name, directives[i].name))
			return &directives[i];
	return NULL;
}

/* ---- roles ---- */

enum role { ROLE_PLAIN, ROLE_CODE, ROLE_MATH, ROLE_PEP, ROLE_RFC, ROLE_RAW, ROLE_NOT_MADE };

static const struct {
	const char *name;
	enum role role;
} roles[] = {
	{ "abbreviation", ROLE_PLAIN },
	{ "ab", ROLE_PLAIN },
	{ "acronym", ROLE_PLAIN },
	{ "ac", ROLE_PLAIN },
	{ "code", ROLE_CODE },
	{ "emphasis", ROLE_PLAIN },
	{ "literal", ROLE_PLAIN },
	{ "math", ROLE_MATH },
	{ "pep-reference", ROLE_PEP },
	{ "pep", ROLE_PEP },
	{ "rfc-reference", ROLE_RFC },
	{ "rfc", ROLE_RFC },
	{ "strong", ROLE_PLAIN },
	{ "subscript", ROLE_PLAIN },
	{ "sub", ROLE_PLAIN },
	{ "superscript", ROLE_PLAIN },
	{ "sup", ROLE_PLAIN },
	{ "title-reference", ROLE_PLAIN },
	{ "title", ROLE_PLAIN },
	{ "t", ROLE_PLAIN },
	{ "raw", ROLE_RAW },
	{ "index", ROLE_NOT_MADE },
	{ "i", ROLE_NOT_MADE },
	{ "anonymous-reference", ROLE_NOT_MADE },
	{ "citation-reference", ROLE_NOT_MADE },
	{ "footnote-reference", ROLE_NOT_MADE },
	{ "named-reference", ROLE_NOT_MADE },
	{ "substitution-reference", ROLE_NOT_MADE },
	{ "uri-reference", ROLE_NOT_MADE },
	{ "uri", ROLE_NOT_MADE },
	{ "url", ROLE_NOT_MADE },
	{ "target", ROLE_NOT_MADE },
};

struct made_role {
	struct rst_text name; /* "": the default */
	enum role role;
	bool has_language, is_language_known;
	struct made_role *next;
};

struct rst_roles {
	struct made_role *made; /* the last one first: it is the one that counts */
	size_t n;
};

static bool find_role(const struct rst *r, struct rst_text name, struct made_role *ret)
{
	*ret = (struct made_role){ .role = ROLE_PLAIN };
	for (const struct made_role *made = r->roles ? r->roles->made : NULL; made; made = made->next)
		if (rst_equal(made->name, name)) {
			*ret = *made;
			return true;
		}
	for (size_t i = 0; i < COUNT(roles); i++)
		if (rst_equal_word(name, roles[i].name)) {
			ret->role = roles[i].role;
			return true;
		}
	return !name.n;
}

bool rst_role_is_there(const struct rst *r, struct rst_text name)
{
	struct made_role found;
	return find_role(r, rst_name(name, true, r->a), &found);
}

const struct rst_option_row *rst_role_options(struct rst *r, struct rst_text base, size_t *ret_n)
{
	static const struct rst_option_row code[] = { { "class", RST_VALUE_CLASS }, { "language", RST_VALUE_ANY } };
	static const struct rst_option_row raw[] = { { "class", RST_VALUE_CLASS }, { "format", RST_VALUE_ANY } };
	struct made_role found = { .role = ROLE_PLAIN };
	if (base.n && !find_role(r, rst_name(base, true, r->a), &found))
		return NULL;
	*ret_n = found.role == ROLE_CODE || found.role == ROLE_RAW ? 2 : 1;
	return found.role == ROLE_CODE ? code : found.role == ROLE_RAW ? raw : class_options;
}

/* Names of lexers that Pygments has had for ever; of others it is not known here. */
static bool is_lexer(struct rst_text name)
{
	static const char *const names[] = {
		"bash", "c",     "c++",  "console", "cpp", "css",   "diff", "html",   "ini",     "java", "javascript",       "js",
		"json", "latex", "none", "perl",    "php", "pycon", "py",   "python", "python3", "rest", "restructuredtext", "rst",
		"ruby", "rust",  "sh",   "shell",   "sql", "tex",   "text", "toml",   "xml",     "yaml"
	};
	for (size_t i = 0; i < COUNT(names); i++)
		if (rst_equal_word(name, names[i]))
			return true;
	return !name.n;
}

void rst_role_make(struct rst *r, struct rst_text name, struct rst_text base, const struct rst_text *language)
{
	enum { MOST = 200 };
	struct made_role *made = ARENA_NEW(r->a, struct made_role), found = { .role = ROLE_PLAIN };
	if (!r->roles)
		r->roles = ARENA_NEW(r->a, struct rst_roles);
	if (r->roles->n++ == MOST)
		rst_unknown(r, 0, "it makes more than %d roles", MOST);
	if (base.n)
		(void)find_role(r, rst_name(base, true, r->a), &found);
	*made = found;
	made->name = rst_name(name, true, r->a);
	made->next = r->roles->made;
	if (language) {
		made->has_language = true;
		made->is_language_known = is_lexer(*language);
	}
	r->roles->made = made;
}

/* A number as Python's int() takes it. false: it is none, or it is not sure to be one. */
static bool read_number(struct rst *r, struct rst_text t, uint32_t line, uint64_t most, const char *what)
{
	struct rst_text digits = rst_trim(t);
	uint64_t n = 0;
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.c[i] >= 0x80 || digits.c[i] == '_' || digits.c[i] == '+' || digits.c[i] == '-') {
			rst_unknown(r, line, "whether '%s' is the number of %s", rst_say(t, r->a), what);
			return false;
		}
		if (!byte_is_digit((unsigned char)digits.c[i]))
			n = UINT64_MAX;
		n = n > UINT32_MAX ? n : n * 10 + (digits.c[i] - '0');
	}
	if (!digits.n || n > most)
		rst_fails(r, line, "'%s' is not the number of %s", rst_say(t, r->a), what);
	return digits.n && n <= most;
}

static void use_numbered(struct rst *r, enum role role, struct rst_text text, uint32_t line)
{
	size_t n = 0;
	if (role == ROLE_PEP) {
		(void)read_number(r, text, line, 9999, "a PEP");
		return;
	}
	while (n < text.n && text.c[n] != '#')
		n++;
	if (read_number(r, rst_part(text, 0, n), line, UINT32_MAX, "an RFC") && rst_equal_word(rst_trim(rst_part(text, 0, n)), "0"))
		rst_fails(r, line, "'%s' is not the number of an RFC", rst_say(text, r->a));
}

size_t rst_role_use(struct rst *r, struct rst_text name, struct rst_text text, uint32_t line, uint32_t *out)
{
	struct made_role found;
	struct rst_text shown = rst_unescape(text, r->a);
	const char *said = rst_say(name, r->a);
	size_t n = 0;
	if (!find_role(r, rst_name(name, true, r->a), &found))
		rst_fails(r, line, "there is no role '%s': those of Sphinx are not known outside of it", said);
	else if (found.role == ROLE_NOT_MADE)
		rst_fails(r, line, "docutils knows the role '%s' by name only", said);
	else if (found.role == ROLE_RAW)
		rst_fails(r, line, "the role '%s' would put text on the page as it is, which PyPI has turned off", said);
	else if (found.role == ROLE_PEP || found.role == ROLE_RFC)
		use_numbered(r, found.role, shown, line);
	else if (found.has_language && !found.is_language_known)
		rst_unknown(r, line, "whether Pygments has the lexer of the role '%s'", said);
	r->n_references += found.role == ROLE_PEP || found.role == ROLE_RFC;
	for (const char *c = found.role == ROLE_PEP ? "PEP " : found.role == ROLE_RFC ? "RFC " : ""; *c; c++)
		out[n++] = (unsigned char)*c;
	for (size_t i = 0; i < shown.n; i++)
		out[n++] = shown.c[i];
	return n;
}

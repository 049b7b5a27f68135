/* entry_points.txt and what scripts are called (S01 to S03, S12, S13; entry points specification of packaging.python.org). */
#include "check/checking.h"
#include "redact/hide.h"
#include "format/ini.h"
#include "format/unicode.h"

struct entry {
	struct checking *checking;
	const struct ini_item *item;
	bool is_script; /* of console_scripts or gui_scripts: its name becomes that of a file */
};

static void report(const struct entry *e, const char *id, const char *words)
{
	struct finding *f = finding_add(&e->checking->findings, id, BYTES("entry_points.txt"), "[%.*s] '%.*s' %s",
					BYTES_ARG(hide_cut(e->item->section, 100)), BYTES_ARG(hide_cut(e->item->key, 200)), words);
	if (f)
		f->line = e->item->line;
}

/* ---- names ---- */

/* Letters that are not ASCII are fine where a file system takes them. */
static bool is_file_name(struct bytes name)
{
	for (size_t i = 0; i < name.size; i++)
		if (!byte_is_alnum(name.data[i]) && !strchr("._-", name.data[i]) && name.data[i] < 0x80)
			return false;
	return name.size && !bytes_equal(name, BYTES(".")) && !bytes_equal(name, BYTES(".."));
}

static struct bytes without_suffix(struct bytes name)
{
	static const struct bytes suffixes[] = { LIT(".exe"), LIT(".pyw"), LIT(".py"), LIT(".bat"), LIT(".cmd") };
	for (size_t i = 0; i < COUNT(suffixes); i++)
		if (name.size > suffixes[i].size && bytes_equal_nocase(bytes_from(name, name.size - suffixes[i].size), suffixes[i]))
			return bytes_part(name, 0, name.size - suffixes[i].size);
	return name;
}

/* python, python3, python3.12, python3.13t, pythonw, pypy3, ... whatever the case. */
static bool is_interpreter(struct bytes name)
{
	static const struct bytes stems[] = { LIT("pythonw"), LIT("python"), LIT("pypyw"), LIT("pypy"), LIT("graalpy") };
	for (size_t i = 0; i < COUNT(stems); i++) {
		if (!bytes_equal_nocase(bytes_part(name, 0, stems[i].size), stems[i]))
			continue;
		struct bytes rest = bytes_from(name, stems[i].size);
		while (rest.size && (byte_is_digit(rest.data[0]) || rest.data[0] == '.'))
			rest = bytes_from(rest, 1);
		if (rest.size == 0 || (rest.size == 1 && byte_lower(rest.data[0]) == 't'))
			return true;
	}
	return false;
}

/* pip3 and pip3.11 are pip; activate.fish and Activate.ps1 are activate. */
static struct bytes without_version(struct bytes stem)
{
	while (stem.size && byte_is_digit(stem.data[stem.size - 1]))
		stem.size--;
	return stem;
}

void check_script_name(struct checking *c, struct bytes path, struct bytes name)
{
	static const struct {
		const char *name, *owner;
	} tools[] = { { "pip", "pip" }, { "activate", "" }, { "deactivate", "" }, { "wheel", "wheel" } };
	struct bytes stem = without_suffix(name);
	if (is_interpreter(stem))
		(void)finding_add(&c->findings, "S03", path, "the script '%.*s' has the name of an interpreter", BYTES_ARG(name));
	stem = without_version(bytes_part(stem, 0, bytes_find(stem, '.')));
	for (size_t i = 0; i < COUNT(tools); i++)
		if (bytes_equal_nocase(stem, bytes_of(tools[i].name)) && !bytes_equal(c->wheel.name.name, bytes_of(tools[i].owner)))
			(void)finding_add(&c->findings, "S13", path,
					  "the script '%.*s' has the name of a tool of every environment", BYTES_ARG(name));
}

/* ---- references ---- */

static bool is_dotted(struct bytes text)
{
	if (!text.size)
		return false;
	while (text.data) {
		struct bytes word = bytes_cut(&text, '.');
		if (!word.size || byte_is_digit(word.data[0]))
			return false;
		for (size_t i = 0; i < word.size; i++)
			if (!byte_is_alnum(word.data[i]) && word.data[i] != '_' && word.data[i] < 0x80)
				return false;
	}
	return true;
}

/* "module:attribute [extra, ...]"; *ret_module borrows. */
static bool parse_reference(struct bytes value, bool needs_attribute, struct bytes *ret_module)
{
	struct bytes rest = value;
	size_t bracket = bytes_find(value, '[');
	if (bracket < value.size) {
		struct bytes extras = bytes_trim(bytes_from(value, bracket));
		if (!bytes_ends(extras, BYTES("]")) || bytes_find(bytes_from(extras, 1), '[') < extras.size - 1)
			return false;
		for (struct bytes names = bytes_part(extras, 1, extras.size - 2); names.data;) {
			struct bytes name = bytes_trim(bytes_cut(&names, ','));
			if (name.size && !name_is_valid(name))
				return false;
		}
		rest = bytes_part(value, 0, bracket);
	}
	struct bytes attribute = rest, module = bytes_trim(bytes_cut(&attribute, ':'));
	*ret_module = module;
	if (!is_dotted(module))
		return false;
	return attribute.data ? is_dotted(bytes_trim(attribute)) : !needs_attribute;
}

static void check_entry_point(const struct entry *e)
{
	struct bytes module;
	if (e->is_script && !is_file_name(e->item->key))
		report(e, "S01", "is no name for a script: it would be a path");
	if (e->is_script)
		check_script_name(e->checking, BYTES("entry_points.txt"), e->item->key);
	if (!parse_reference(e->item->value, e->is_script, &module))
		report(e, "S02", "does not refer to 'module:attribute'");
	else if (e->is_script && !check_has_module(e->checking, module))
		report(e, "S12", "leads to a module that the wheel does not have");
}

/* ---- what readers split differently ---- */

/* importlib.metadata, and so pip, reads lines with splitlines(), each for itself, and takes all brackets off a section; others read INI
 * with its continued lines and its section DEFAULT. What both read alike needs none of that. */
struct line_reader {
	bool after_item;
	size_t indent; /* of that item */
};

static const char *fault_of_section(struct bytes text)
{
	struct bytes name = bytes_part(text, 1, text.size - 2);
	if (text.size < 3 || bytes_find(name, '[') < name.size || bytes_find(name, ']') < name.size ||
	    bytes_trim(name).size < name.size)
		return "is a section header with more brackets or blanks than one reader takes off";
	return bytes_equal(name, BYTES("DEFAULT")) ? "is the section DEFAULT, which some readers add to all others" : NULL;
}

static const char *fault_of_line(struct line_reader *r, struct bytes line)
{
	struct bytes text = bytes_trim(line);
	if (!text.size || text.data[0] == '#')
		return NULL;
	if (text.data[0] == ';')
		return "begins with ';', which is a comment to some readers and an entry point to others";
	size_t indent = (size_t)(text.data - line.data);
	if (r->after_item && indent > r->indent)
		return "goes on with the line before for some readers, and stands for itself for others";
	r->after_item = text.data[0] != '[';
	r->indent = indent;
	return r->after_item ? NULL : fault_of_section(text);
}

static bool has_hidden_line_break(struct bytes line)
{
	for (size_t i = 0; i < line.size; i++)
		if (line.data[i] != '\r' && unicode_line_break(bytes_from(line, i))) /* of CR the INI reader thinks the same */
			return true;
	return false;
}

static void check_lines(struct checking *c, struct bytes text)
{
	struct line_reader reader = { .after_item = false };
	uint32_t number = 0;
	while (text.data) {
		struct bytes line = bytes_cut(&text, '\n');
		number++;
		const char *fault = has_hidden_line_break(line) ? "has a character that ends a line for some readers"
								: fault_of_line(&reader, line);
		struct finding *f = fault ? finding_add(&c->findings, "S01", BYTES("entry_points.txt"), "line %u %s", number, fault)
					  : NULL;
		if (f)
			f->line = number;
	}
}

void check_entry_points(struct checking *c)
{
	CLEANUP(buf_done) struct buf text;
	struct ini ini;
	struct diag d = { 0 };
	buf_init(&text, INI_MAX_SIZE);
	enum status s = wheel_read_info(&c->wheel, "entry_points.txt", &text, &d);
	if (s == ERR_ABSENT)
		return;
	if (s == OK)
		check_lines(c, buf_bytes(&text));
	if (s == OK)
		s = ini_parse(arena_copy(c->arena, buf_bytes(&text)), INI_EQUALS, c->arena, &ini, &d);
	if (s) {
		struct finding *f = finding_add(&c->findings, "S01", BYTES("entry_points.txt"), "%s", d.text);
		if (f)
			f->line = d.line;
		return;
	}
	for (size_t i = 0; i < ini.n_items; i++) {
		struct entry e = { c, &ini.items[i], false };
		e.is_script = bytes_equal_nocase(e.item->section, BYTES("console_scripts")) ||
			      bytes_equal_nocase(e.item->section, BYTES("gui_scripts"));
		check_entry_point(&e);
	}
}

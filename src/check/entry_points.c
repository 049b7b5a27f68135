/* entry_points.txt and what scripts are called (S01 to S03, S12, S13; entry points specification of packaging.python.org). */
#include "check/checking.h"
#include "format/ini.h"

struct entry {
	struct checking *checking;
	const struct ini_item *item;
	bool is_script; /* of console_scripts or gui_scripts: its name becomes that of a file */
};

static void report(const struct entry *e, const char *id, const char *words)
{
	struct finding *f = finding_add(&e->checking->findings, id, BYTES("entry_points.txt"), "[%.*s] '%.*s' %s",
					BYTES_ARG(bytes_part(e->item->section, 0, 100)),
					BYTES_ARG(bytes_part(e->item->key, 0, 200)), words);
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

void check_script_name(struct checking *c, struct bytes path, struct bytes name)
{
	static const struct {
		const char *name, *owner;
	} tools[] = { { "pip", "pip" }, { "pip3", "pip" }, { "activate", "" }, { "deactivate", "" }, { "wheel", "wheel" } };
	struct bytes stem = without_suffix(name);
	if (is_interpreter(stem))
		(void)finding_add(&c->findings, "S03", path, "the script '%.*s' has the name of an interpreter", BYTES_ARG(name));
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
		s = ini_parse(arena_copy(c->arena, buf_bytes(&text)), INI_EQUALS, c->arena, &ini, &d);
	if (s) {
		struct finding *f = finding_add(&c->findings, "S01", BYTES("entry_points.txt"), "%s", d.text);
		if (f)
			f->line = d.line;
		return;
	}
	for (size_t i = 0; i < ini.n_items; i++) {
		struct entry e = { c, &ini.items[i], false };
		e.is_script = bytes_equal(e.item->section, BYTES("console_scripts")) ||
			      bytes_equal(e.item->section, BYTES("gui_scripts"));
		check_entry_point(&e);
	}
}

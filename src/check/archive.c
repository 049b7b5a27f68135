/* The Z group, as far as it is not what makes zip_open refuse. */
#include <sys/stat.h>

#include "check/checking.h"
#include "format/unicode.h"

/* A tar archive may begin with any 257 bytes: a stored first member is room enough for its header. */
static bool is_tar(struct bytes file)
{
	enum { TAR_MAGIC_AT = 257 };
	return bytes_starts(bytes_from(file, TAR_MAGIC_AT), BYTES("ustar"));
}

void check_polyglot(struct checking *c, struct bytes file, const struct diag *failure)
{
	static const char *const at_the_end[] = { "Z03", "Z04" }; /* something follows, at the offset that was said or behind it */
	enum { END_SIZE = 22 };
	if (is_tar(file))
		(void)finding_add(&c->findings, "Z22", c->file_name, "the file is a tar archive as well");
	for (size_t i = 0; failure->rule && i < COUNT(at_the_end); i++) {
		struct bytes rest = bytes_from(file, failure->offset + i * END_SIZE);
		if (strcmp(failure->rule, at_the_end[i]) == 0 && (is_tar(rest) || bytes_starts(rest, BYTES("PK\3\4"))))
			(void)finding_add(&c->findings, "Z22", c->file_name, "another archive is at its end");
	}
}

void check_archive(struct checking *c)
{
	const struct zip *zip = &c->wheel.zip;
	if (zip->comment.size)
		(void)finding_add(&c->findings, "Z04", c->file_name, "the archive has a comment of %zu bytes", zip->comment.size);
}

/* ---- names ---- */

/* Characters of general category C that turn text around, join or hide: what a person does not see. */
static bool is_invisible(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x00, 0x1f },       { 0x7f, 0x9f },       { 0xad, 0xad },        { 0x600, 0x605 },   { 0x61c, 0x61c },
		{ 0x6dd, 0x6dd },     { 0x70f, 0x70f },     { 0x180e, 0x180e },    { 0x200b, 0x200f }, { 0x2028, 0x202e },
		{ 0x2060, 0x206f },   { 0xd800, 0xf8ff }, /* surrogates and private use */
		{ 0xfdd0, 0xfdef },   { 0xfeff, 0xfeff },   { 0xfff0, 0xfffb },    { 0xfffe, 0xffff }, { 0x1bca0, 0x1bca3 },
		{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe007f }, { 0xf0000, 0x10ffff },
	};
	for (size_t i = 0; i < COUNT(ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

static const char *fault_of_name(struct bytes name)
{
	bool is_ascii = true;
	for (struct bytes rest = name; rest.size;) {
		uint32_t c;
		size_t size = unicode_read(rest, &c);
		if (!size)
			return "its name is not UTF-8";
		if (is_invisible(c))
			return "its name has a character that nobody sees";
		is_ascii = is_ascii && c < 0x80;
		rest = bytes_from(rest, size);
	}
	for (struct bytes rest = name; rest.data;) {
		enum { COMPONENT_MAX = 255 };
		if (bytes_cut(&rest, '/').size > COMPONENT_MAX)
			return "part of its name is longer than 255 bytes";
	}
	return NULL;
}

static bool is_reserved(struct bytes component)
{
	static const char *const words[] = { "con", "prn", "aux", "nul" };
	struct bytes stem = bytes_trim(bytes_part(component, 0, bytes_find(component, '.')));
	for (size_t i = 0; i < COUNT(words); i++)
		if (bytes_equal_nocase(stem, bytes_of(words[i])))
			return true;
	bool is_port = stem.size == 4 && (bytes_equal_nocase(bytes_part(stem, 0, 3), BYTES("com")) ||
					  bytes_equal_nocase(bytes_part(stem, 0, 3), BYTES("lpt")));
	return is_port && stem.data[3] >= '1' && stem.data[3] <= '9';
}

/* What Windows cannot write, or writes elsewhere. */
static const char *fault_on_windows(struct bytes name)
{
	for (struct bytes rest = name; rest.data;) {
		struct bytes part = bytes_cut(&rest, '/');
		if (!part.size)
			continue;
		for (size_t i = 0; i < part.size; i++)
			if (strchr(":<>\"|?*", part.data[i]) && part.data[i])
				return "its name has one of : < > \" | ? *";
		if (is_reserved(part))
			return "its name is that of a device on Windows";
		if (part.data[part.size - 1] == '.' || part.data[part.size - 1] == ' ')
			return "part of its name ends in a dot or a blank";
	}
	return NULL;
}

static void check_name(struct checking *c, const struct zip_entry *e)
{
	bool is_ascii = true;
	for (size_t i = 0; i < e->name.size; i++)
		is_ascii = is_ascii && e->name.data[i] < 0x80;
	const char *fault = fault_of_name(e->name);
	if (fault)
		(void)finding_add(&c->findings, "Z15", e->name, "%s", fault);
	else if (!is_ascii && !(e->flags & 1 << 11))
		(void)finding_add(&c->findings, "Z15", e->name,
				  "its name is not ASCII, and the archive does not say that it is UTF-8");
	fault = fault_on_windows(e->name);
	if (fault)
		(void)finding_add(&c->findings, "Z23", e->name, "%s", fault);
}

/* ---- modes ---- */

/* Python on Windows gives every file the mode 0666, and nobody there looks at it. */
static bool is_for_windows(const struct checking *c)
{
	for (size_t i = 0; i < c->wheel.name.n_platform; i++)
		if (!bytes_starts(c->wheel.name.platform[i], BYTES("win")))
			return false;
	return c->has_name;
}

void check_entry(struct checking *c, const struct zip_entry *e)
{
	enum { FLAG_DESCRIPTOR = 1 << 3 };
	check_name(c, e);
	if (e->local_dos_time != e->dos_time)
		(void)finding_add(&c->findings, "Z07", e->name, "its local header has another time than the central directory");
	if (e->local_version != e->version)
		(void)finding_add(&c->findings, "Z07", e->name,
				  "its local header asks for another version than the central directory");
	if (e->flags & FLAG_DESCRIPTOR)
		(void)finding_add(&c->findings, "Z11", e->name, "its sizes stand behind its data");
	bool by_all = e->unix_mode & S_IWOTH;
	if (e->unix_mode & (S_IWGRP | S_IWOTH) && !is_for_windows(c))
		(void)finding_add(&c->findings, by_all ? "Z24" : "Z25", e->name, "%s may write it (mode %04o)",
				  by_all ? "everybody" : "the group", e->unix_mode & 07777);
}

static bool is_program(struct bytes content)
{
	static const struct bytes magics[] = { LIT("#!"),
					       LIT("\x7f"
						   "ELF"),
					       LIT("MZ"),
					       LIT("\xcf\xfa\xed\xfe"),
					       LIT("\xce\xfa\xed\xfe"),
					       LIT("\xca\xfe\xba\xbe"),
					       LIT("\xfe\xed\xfa\xce"),
					       LIT("\xfe\xed\xfa\xcf") };
	for (size_t i = 0; i < COUNT(magics); i++)
		if (bytes_starts(content, magics[i]))
			return true;
	return false;
}

void check_entry_content(struct checking *c, const struct zip_entry *e, struct bytes content)
{
	bool is_executable = (e->unix_mode & 0111) && !e->is_dir;
	bool in_scripts = c->wheel.data.size && bytes_starts(e->name, c->wheel.data) &&
			  bytes_starts(bytes_from(e->name, c->wheel.data.size), BYTES("/scripts/"));
	if (is_executable && !in_scripts && !is_program(content))
		(void)finding_add(&c->findings, "Z20", e->name, "it is executable and no program");
}

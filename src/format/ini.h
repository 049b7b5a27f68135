/* INI files as Python's configparser reads them (strict, no interpolation): pip.conf and entry_points.txt.
 * Keys keep their case. [DEFAULT] is a section like any other here. */
#ifndef FORMAT_INI_H
#define FORMAT_INI_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

/* The longest entry_points.txt known has some thousand lines. */
enum { INI_MAX_SIZE = 1024 * 1024, INI_MAX_ITEMS = 20000 };

struct ini_section {
	struct bytes name;
	uint32_t line;
};

struct ini_item {
	struct bytes section, key;
	struct bytes value; /* its lines stripped and joined by '\n'; "key =" with lines below begins with one */
	uint32_t line;
};

struct ini {
	const struct ini_section *sections; /* in order, empty ones too */
	size_t n_sections;
	const struct ini_item *items; /* in order */
	size_t n_items;
	const uint32_t *sorted; /* places in items by section and key, for ini_find */
};

/* "key: value" counts beside "key = value" in pip.conf, but not in entry_points.txt, where ':' belongs to keys. */
enum ini_delimiters { INI_EQUALS_AND_COLON, INI_EQUALS };

/* Parses the whole of text; what it gives is borrowed from text or lives as long as a.
 * ERR_FORMAT with the line: bad UTF-8, a NUL, a lone CR, a line before the first section, a line that is neither section, item,
 * comment nor continuation, an empty key, a section or key there twice. ERR_LIMIT over INI_MAX_SIZE, INI_MAX_ITEMS. */
MUST_USE enum status ini_parse(struct bytes text, enum ini_delimiters delimiters, struct arena *a, struct ini *ret, struct diag *d);

/* Exact names. NULL when there is none. */
const struct ini_item *ini_find(const struct ini *ini, const char *section, const char *key);

#endif

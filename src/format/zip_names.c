#include "format/folded.h"
#include "format/zip_parts.h"

static enum status refuse(struct bytes name, uint64_t at, const char *rule, const char *why, struct diag *d)
{
	return fail_rule(d, rule, ERR_FORMAT, at, "member '%.*s': %s", ZIP_NAME(name), why);
}

static struct bytes without_slash(struct bytes name)
{
	return bytes_ends(name, BYTES("/")) ? bytes_part(name, 0, name.size - 1) : name;
}

enum status zip_check_name(struct bytes name, uint64_t at, struct diag *d)
{
	if (bytes_find(name, '\0') < name.size)
		return refuse(name, at, "Z15", "its name holds a NUL", d);
	if (bytes_find(name, '\\') < name.size)
		return refuse(name, at, "Z15", "its name holds a backslash", d);
	if (bytes_starts(name, BYTES("/")))
		return refuse(name, at, "Z16", "its name is absolute", d);
	if (name.size > 1 && byte_is_alpha(name.data[0]) && name.data[1] == ':')
		return refuse(name, at, "Z16", "its name begins with a drive letter", d);
	struct bytes rest = without_slash(name);
	if (rest.size == 0)
		return refuse(name, at, "Z16", "its name is empty", d);
	while (rest.data) {
		struct bytes component = bytes_cut(&rest, '/');
		if (component.size == 0 || bytes_equal(component, BYTES(".")) || bytes_equal(component, BYTES("..")))
			return refuse(name, at, "Z16", "its name has an empty, '.' or '..' component", d);
	}
	return OK;
}

static int compare_names(struct bytes a, struct bytes b)
{
	int order = folded_compare(without_slash(a), without_slash(b));
	return order ? order : bytes_compare(a, b);
}

static int compare_places(const void *a, const void *b, void *entries)
{
	const struct zip_entry *e = entries;
	return compare_names(e[*(const uint32_t *)a].name, e[*(const uint32_t *)b].name);
}

enum status zip_check_names(struct zip *zip, struct arena *a, struct diag *d)
{
	uint32_t *places = ARENA_ARRAY(a, uint32_t, zip->n_entries);
	for (uint32_t i = 0; i < zip->n_entries; i++)
		places[i] = i;
	qsort_r(places, zip->n_entries, sizeof *places, compare_places, zip->entries);
	for (size_t i = 1; i < zip->n_entries; i++) {
		const struct zip_entry *before = &zip->entries[places[i - 1]], *e = &zip->entries[places[i]];
		if (bytes_equal(before->name, e->name))
			return refuse(e->name, e->header_offset, "Z08", "its name is there twice", d);
		if (folded_compare(without_slash(before->name), without_slash(e->name)) == 0)
			return fail_rule(d, "Z08", ERR_FORMAT, e->header_offset,
					 "member '%.*s': on some systems it is the same file as '%.*s'", ZIP_NAME(e->name),
					 ZIP_NAME(before->name));
		if (!before->is_dir && folded_is_below(e->name, before->name))
			return fail_rule(d, "Z17", ERR_FORMAT, e->header_offset, "member '%.*s': it is below '%.*s', which is a file",
					 ZIP_NAME(e->name), ZIP_NAME(before->name));
	}
	zip->by_name = places;
	return OK;
}

size_t zip_find_from(const struct zip *zip, struct bytes prefix)
{
	size_t low = 0, high = zip->n_entries;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare_names(zip->entries[zip->by_name[middle]].name, prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct zip_entry *zip_find(const struct zip *zip, struct bytes name)
{
	size_t at = zip_find_from(zip, name);
	const struct zip_entry *e = at < zip->n_entries ? &zip->entries[zip->by_name[at]] : NULL;
	return e && compare_names(e->name, name) == 0 ? e : NULL;
}

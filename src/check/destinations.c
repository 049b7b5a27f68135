/* Where each member lands when the wheel is installed, whichever scheme it comes by: purelib, platlib and the archive's root are one
 * folder in every virtual environment. Two members must not meet there, and none may be metadata of another distribution
 * (I02, S21, S22). */
#include "check/checking.h"
#include "redact/hide.h"
#include "format/folded.h"

struct destination {
	struct bytes path; /* "site-packages/demo/__init__.py", "bin/demo", "data/share/x" */
	const struct zip_entry *entry;
};

/* ---- what a path in site-packages must not be ---- */

static bool is_metadata_folder(struct bytes name)
{
	static const struct bytes suffixes[] = { LIT(".dist-info"), LIT(".egg-info"), LIT(".egg-link"), LIT(".egg") };
	for (size_t i = 0; i < COUNT(suffixes); i++)
		if (name.size >= suffixes[i].size && bytes_equal_nocase(bytes_from(name, name.size - suffixes[i].size), suffixes[i]))
			return true;
	return false;
}

/* rest: below site-packages. is_root: by the archive's root, where the wheel's own folder is. */
static void check_metadata(struct checking *c, const struct zip_entry *e, struct bytes rest, bool is_root)
{
	struct bytes top = bytes_cut(&rest, '/');
	if (!is_metadata_folder(top) || (is_root && bytes_equal(top, c->wheel.dist_info)))
		return;
	(void)finding_add(&c->findings, "I02", e->name, "it would be taken for the metadata of an installed distribution");
}

/* ---- what .data/data must not reach ---- */

/* "python3.11", "pypy3.10", "Python311" */
static bool is_of_interpreter(struct bytes name)
{
	static const struct bytes stems[] = { LIT("python"), LIT("pypy"), LIT("graalpy") };
	for (size_t i = 0; i < COUNT(stems); i++)
		if (bytes_equal_nocase(bytes_part(name, 0, stems[i].size), stems[i]) &&
		    (name.size == stems[i].size || byte_is_digit(name.data[stems[i].size])))
			return true;
	return false;
}

/* What the interpreter reads at its start: pyvenv.cfg, its folder below lib or lib64, any site-packages. The layout is that of the machine
 * that installs, so that all of them count. */
static bool reaches_interpreter(struct bytes path)
{
	bool in_lib = false;
	for (struct bytes rest = path; rest.data;) {
		struct bytes part = bytes_cut(&rest, '/');
		bool is_last = !rest.data;
		if (bytes_equal_nocase(part, BYTES("site-packages")) || bytes_equal_nocase(part, BYTES("dist-packages")) ||
		    bytes_equal_nocase(part, BYTES("pyvenv.cfg")))
			return true;
		if (in_lib && !is_last && is_of_interpreter(part))
			return true;
		if (is_last &&
		    (bytes_equal_nocase(part, BYTES("sitecustomize.py")) || bytes_equal_nocase(part, BYTES("usercustomize.py"))))
			return true;
		in_lib = bytes_equal_nocase(bytes_part(part, 0, 3), BYTES("lib"));
	}
	return false;
}

static void check_data_path(struct checking *c, const struct zip_entry *e, struct bytes path)
{
	struct bytes rest = path, folder = bytes_cut(&rest, '/');
	if (reaches_interpreter(path))
		(void)finding_add(&c->findings, "S22", e->name, "it lands in '%.*s' of the environment",
				  BYTES_ARG(hide_cut(path, 100)));
	else if (bytes_equal_nocase(folder, BYTES("bin")) || bytes_equal_nocase(folder, BYTES("Scripts")))
		check_script_name(c, e->name, rest);
}

/* ---- places ---- */

/* False: installed nowhere that another member could be. */
static bool find_place(struct checking *c, const struct zip_entry *e, struct destination *ret)
{
	struct bytes rest = e->name, top = bytes_cut(&rest, '/');
	const char *folder = "site-packages";
	if (!bytes_equal(top, c->wheel.data)) {
		check_metadata(c, e, e->name, true);
		rest = e->name;
	} else {
		struct bytes scheme = bytes_cut(&rest, '/');
		if (!rest.size)
			return false;
		if (bytes_equal(scheme, BYTES("purelib")) || bytes_equal(scheme, BYTES("platlib")))
			check_metadata(c, e, rest, false);
		else
			folder = arena_string(c->arena, scheme);
		if (bytes_equal(scheme, BYTES("data")))
			check_data_path(c, e, rest);
	}
	*ret = (struct destination){ bytes_of(arena_printf(c->arena, "%s/%.*s", folder, BYTES_ARG(rest))), e };
	if (bytes_ends(ret->path, BYTES("/")))
		ret->path.size--;
	return true;
}

static int compare(const void *x, const void *y)
{
	const struct destination *a = x, *b = y;
	int order = folded_compare(a->path, b->path);
	return order ? order : (a->entry > b->entry) - (a->entry < b->entry);
}

static void check_clashes(struct checking *c, const struct destination *all, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct zip_entry *before = all[i - 1].entry, *e = all[i].entry;
		bool same = folded_compare(all[i - 1].path, all[i].path) == 0;
		if ((same && !(before->is_dir && e->is_dir)) || (!before->is_dir && folded_is_below(all[i].path, all[i - 1].path)))
			(void)finding_add(&c->findings, "S21", e->name, "it lands where '%.*s' does",
					  BYTES_ARG(hide_cut(before->name, 200)));
	}
}

void check_destinations(struct checking *c)
{
	const struct zip *zip = &c->wheel.zip;
	if (!c->wheel.data.size) { /* the archive's own names are the places, and those the reader has compared */
		for (size_t i = 0; i < zip->n_entries; i++)
			check_metadata(c, &zip->entries[i], zip->entries[i].name, true);
		return;
	}
	struct destination *all = ARENA_ARRAY(c->arena, struct destination, zip->n_entries + 1);
	size_t n = 0;
	for (size_t i = 0; i < zip->n_entries; i++)
		n += find_place(c, &zip->entries[i], &all[n]);
	qsort(all, n, sizeof *all, compare);
	check_clashes(c, all, n);
}

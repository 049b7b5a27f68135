/* B07, B08, B10: extension modules: which interpreters can load them, and what they need of one (PEP 384, PEP 425, PEP 3149). */
#include <stdlib.h>

#include "base/number.h"
#include "check/binaries_parts.h"
#include "check/stable_abi.h"

/* Symbols that are remembered until the end; real wheels have none or some ten. */
enum { UNSTABLE_MAX = 65536, EXPORTS_MAX = 1 << 18 };

enum extension_kind { NOT_EXTENSION, EXTENSION_CPYTHON, EXTENSION_STABLE, EXTENSION_OTHER };

struct extension {
	enum extension_kind kind;
	struct bytes module; /* the part of the file name before the first dot */
	struct bytes abi; /* EXTENSION_CPYTHON: "311", "313t" of "x.cpython-313t-x86_64-linux-gnu.so" */
};

/* A plain "x.so" may be an extension or any library: nothing is said of it, but in an abi3 wheel PyInit_ tells. */
static struct extension extension_of(struct bytes base)
{
	struct extension e = { .kind = NOT_EXTENSION };
	struct bytes rest = base, middle;
	e.module = bytes_cut(&rest, '.');
	if (!bytes_ends(rest, BYTES(".so")) || !e.module.size)
		return e;
	middle = bytes_part(rest, 0, rest.size - 3);
	if (bytes_equal(middle, BYTES("abi3")) || bytes_equal(middle, BYTES("abi3t"))) {
		e.kind = EXTENSION_STABLE;
	} else if (bytes_starts(middle, BYTES("cpython-"))) {
		e.kind = EXTENSION_CPYTHON;
		middle = bytes_from(middle, sizeof "cpython-" - 1);
		e.abi = bytes_cut(&middle, '-');
	} else if (bytes_starts(middle, BYTES("pypy")) || bytes_starts(middle, BYTES("graalpy"))) {
		e.kind = EXTENSION_OTHER;
	}
	return e;
}

static bool has_tag(const struct bytes *tags, size_t n, struct bytes tag)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_equal(tags[i], tag))
			return true;
	return false;
}

static bool is_abi3_wheel(const struct wheel_name *name)
{
	return has_tag(name->abi, name->n_abi, BYTES("abi3")) || has_tag(name->abi, name->n_abi, BYTES("abi3t"));
}

/* The oldest CPython 3 that the tags let in: minor version, 0 when they do not say ("py3"). */
static unsigned oldest_python(const struct wheel_name *name)
{
	unsigned oldest = 0;
	for (size_t i = 0; i < name->n_python; i++) {
		uint64_t minor;
		if (!bytes_starts(name->python[i], BYTES("cp3")) || number_parse_u64(bytes_from(name->python[i], 3), 255, &minor))
			return 0;
		if (!oldest || minor < oldest)
			oldest = (unsigned)minor;
	}
	return oldest;
}

/* "cpython-311" is found by a CPython 3.11 alone, which a tag must let in with that very ABI. */
static void check_suffix(const struct binary *b, const struct extension *e)
{
	const struct wheel_name *name = b->all->request.name;
	char tag[16];
	if (e->kind != EXTENSION_CPYTHON || has_tag(name->abi, name->n_abi, BYTES("none")) || e->abi.size > 8)
		return;
	int n = snprintf(tag, sizeof tag, "cp%.*s", BYTES_ARG(e->abi));
	/* cp37m is the ABI of what is built as cpython-37m; from 3.8 on there is no flag but t and d */
	if (!has_tag(name->abi, name->n_abi, bytes_make(tag, (size_t)n)))
		binary_report(b, "B07", "is for the ABI %s, which the tags of the wheel do not name", tag);
}

static bool is_of_python(struct bytes symbol)
{
	return bytes_starts(symbol, BYTES("Py")) || bytes_starts(symbol, BYTES("_Py"));
}

/* What the symbols of one file say of it. */
struct imports {
	struct listed too_new;
	unsigned newest;
	bool has_init, has_any_init;
};

/* An init function is PyInit_NAME, PyInitU_PUNYCODE (PEP 489), PyModExport_NAME (PEP 793), _cffi_pypyinit_NAME. */
static void look_at_export(struct bytes symbol, struct bytes module, struct imports *found)
{
	static const struct bytes starts[] = { LIT("PyInit_"), LIT("PyModExport_"), LIT("_cffi_pypyinit_") };
	if (bytes_starts(symbol, BYTES("PyInitU_")) || bytes_starts(symbol, BYTES("PyModExportU_")))
		found->has_init = found->has_any_init = true;
	for (size_t i = 0; i < COUNT(starts); i++) {
		if (!bytes_starts(symbol, starts[i]))
			continue;
		found->has_any_init = true;
		found->has_init |= bytes_equal(bytes_from(symbol, starts[i].size), module);
	}
}

/* What another module of the wheel may import from this one. */
static void keep_export(struct binaries *all, struct bytes name)
{
	if (!is_of_python(name) || all->n_exports == EXPORTS_MAX)
		return;
	all->exports = arena_grow(all->arena, all->exports, all->n_exports, sizeof *all->exports);
	all->exports[all->n_exports++] = arena_copy(all->arena, name);
}

static void keep_unstable(struct binaries *all, struct bytes path, struct bytes name)
{
	if (all->n_unstable == UNSTABLE_MAX)
		return;
	all->unstable = arena_grow(all->arena, all->unstable, all->n_unstable, sizeof *all->unstable);
	all->unstable[all->n_unstable++] = (struct unstable_import){ .path = path, .name = arena_copy(all->arena, name) };
}

static enum status look_at_symbols(const struct binary *b, struct bytes module, unsigned baseline, struct imports *found,
				   struct diag *d)
{
	struct elf_symbols it = elf_symbols_start(b->elf);
	struct elf_symbol symbol;
	struct bytes path = arena_copy(b->all->arena, b->path);
	enum status s;
	while ((s = elf_symbols_next(&it, &symbol, d)) == OK) {
		if (elf_is_exported(&symbol)) {
			look_at_export(symbol.name, module, found);
			keep_export(b->all, symbol.name);
		}
		if (!symbol.is_undefined || !is_of_python(symbol.name))
			continue;
		unsigned since = stable_abi_since(symbol.name);
		if (!since) {
			keep_unstable(b->all, path, symbol.name);
		} else if (baseline && since > baseline) {
			listed_add(&found->too_new, symbol.name);
			found->newest = since > found->newest ? since : found->newest;
		}
	}
	return s == ERR_ABSENT ? OK : s;
}

/* One finding a module: those of its imports that no library of the wheel exports. Returns where the next module begins. */
static size_t report_unstable(struct binaries *b, size_t at, struct arena *scratch)
{
	struct binary member = { .all = b, .path = b->unstable[at].path };
	struct listed names = { .n = 0 };
	for (; at < b->n_unstable && b->unstable[at].path.data == member.path.data; at++) {
		const struct bytes *name = &b->unstable[at].name;
		if (!b->n_exports || !bsearch(name, b->exports, b->n_exports, sizeof *name, binaries_compare_names))
			listed_add(&names, *name);
	}
	if (names.n)
		binary_report(&member, "B07", "is for abi3 but imports %s: neither the stable ABI nor the wheel has %s",
			      listed_text(&names, scratch), names.n == 1 ? "it" : "them");
	return at;
}

void binaries_check_unstable(struct binaries *b)
{
	if (b->n_exports)
		qsort(b->exports, b->n_exports, sizeof *b->exports, binaries_compare_names);
	for (size_t at = 0; at < b->n_unstable;)
		at = report_unstable(b, at, b->arena);
}

static void check_libpython(const struct binary *b)
{
	for (size_t i = 0; i < b->elf->n_needed; i++) {
		if (!bytes_starts(b->elf->needed[i], BYTES("libpython")) || binaries_platform(b->all, PLATFORM_ANDROID))
			continue;
		binary_report(b, "B10", "links %.*s, which a static interpreter does not have",
			      BYTES_ARG(bytes_part(b->elf->needed[i], 0, 128)));
		return;
	}
}

enum status binary_check_python(const struct binary *b, struct diag *d)
{
	struct extension e = extension_of(b->base);
	struct imports found = { .newest = 0 };
	unsigned baseline = oldest_python(b->all->request.name);
	size_t n_unstable = b->all->n_unstable;
	check_libpython(b);
	check_suffix(b, &e);
	enum status s = look_at_symbols(b, e.module, baseline, &found, d);
	bool is_stable = e.kind == EXTENSION_STABLE ||
			 (e.kind == NOT_EXTENSION && found.has_init && is_abi3_wheel(b->all->request.name));
	if (s || !is_stable)
		b->all->n_unstable = n_unstable; /* it may import what it likes, or is reported as a whole */
	if (s)
		return s;
	if (is_stable && found.too_new.n)
		binary_report(b, "B07", "imports %s of the stable ABI of Python 3.%u; the tags begin with 3.%u",
			      listed_text(&found.too_new, b->scratch), found.newest, baseline);
	if (e.kind != NOT_EXTENSION && !found.has_init)
		binary_report(b, "B08",
			      found.has_any_init ? "does not export PyInit_%.*s, but that of another module"
						 : "does not export PyInit_%.*s, so it cannot be imported",
			      BYTES_ARG(e.module));
	return OK;
}

/* B03 and B04: what a binary needs, held against the policy that its tag names (PEP 513, 571, 599, 600, 656, 738). */
#include <stdlib.h>

#include "check/binaries_parts.h"

/* Libraries that are remembered until the end: torch needs about 1,000. */
enum { WANTED_MAX = 65536 };

static const char *id_of(const struct platform *p)
{
	return p->kind == PLATFORM_MUSLLINUX ? "B04" : "B03";
}

/* The dynamic loader itself: every policy has it, under the name that the architecture gives it. */
static bool is_loader(struct bytes soname)
{
	return bytes_search(soname, BYTES("ld-linux")) < soname.size || bytes_equal(soname, BYTES("ld64.so.2")) ||
	       bytes_equal(soname, BYTES("ld64.so.1"));
}

/* "manylinux_2_38" for a policy that has what the tag's has not; "" when none has. */
static const char *policy_text(const struct platform *p, unsigned number, struct arena *a)
{
	if (p->kind == PLATFORM_ANDROID)
		return arena_printf(a, "android_%u", number / 1000);
	return arena_printf(a, "%s_%u_%u", p->kind == PLATFORM_MUSLLINUX ? "musllinux" : "manylinux", number / 1000, number % 1000);
}

static void check_needed(const struct binary *b, const struct platform *p)
{
	struct binaries *all = b->all;
	for (size_t i = 0; i < b->elf->n_needed; i++) {
		struct bytes soname = b->elf->needed[i];
		unsigned first = policy_of_library(p, soname);
		bool is_libpython = p->kind == PLATFORM_ANDROID && bytes_starts(soname, BYTES("libpython3."));
		if ((first && first <= p->number) || is_loader(soname) || is_libpython)
			continue;
		if (all->n_wanted == WANTED_MAX)
			return;
		all->wanted = arena_grow(all->arena, all->wanted, all->n_wanted, sizeof *all->wanted);
		all->wanted[all->n_wanted++] = (struct wanted_library){ .path = arena_copy(all->arena, b->path),
									.soname = arena_copy(all->arena, soname),
									.platform = p };
	}
}

static void check_versions(const struct binary *b, const struct platform *p)
{
	struct listed too_new = { .n = 0 };
	unsigned newest = 0;
	bool is_known = true;
	for (size_t i = 0; i < b->elf->n_versions; i++) {
		const struct elf_version *v = &b->elf->versions[i];
		unsigned first = policy_of_version(p, v->name);
		if (is_loader(v->file) || (first && first <= p->number))
			continue;
		listed_add(&too_new, v->name);
		newest = first > newest ? first : newest;
		is_known &= first != 0;
	}
	if (!too_new.n)
		return;
	const char *names = listed_text(&too_new, b->scratch);
	if (is_known)
		binary_report(b, id_of(p), "needs %s, which come%s with %s; the tag is %.*s", names, too_new.n == 1 ? "s" : "",
			      policy_text(p, newest, b->scratch), BYTES_ARG(p->tag));
	else
		binary_report(b, id_of(p), "needs %s, which no policy for %.*s has; the tag is %.*s", names, BYTES_ARG(p->arch),
			      BYTES_ARG(p->tag));
}

/* PEP 656: musl, and nothing of glibc, whose symbols alone have versions that begin so. */
static void check_glibc(const struct binary *b, const struct platform *p)
{
	for (size_t i = 0; i < b->elf->n_versions; i++) {
		if (!bytes_starts(b->elf->versions[i].name, BYTES("GLIBC_")))
			continue;
		binary_report(b, "B04", "needs %.*s of glibc; the tag is %.*s", BYTES_ARG(b->elf->versions[i].name),
			      BYTES_ARG(p->tag));
		return;
	}
}

/* Symbols that a library keeps for itself, although old versions of it let them be seen. */
static enum status check_refused(const struct binary *b, const struct platform *p, struct diag *d)
{
	struct elf_symbols it = elf_symbols_start(b->elf);
	struct elf_symbol symbol;
	struct listed refused = { .n = 0 };
	unsigned libraries = policy_guarded_libraries(b->elf->needed, b->elf->n_needed);
	enum status s;
	while ((s = elf_symbols_next(&it, &symbol, d)) == OK)
		if (symbol.is_undefined && symbol.bind != ELF_WEAK && policy_refuses(p, libraries, symbol.name))
			listed_add(&refused, symbol.name);
	if (refused.n)
		binary_report(b, id_of(p), "uses %s, which the system's libraries keep to themselves; the tag is %.*s",
			      listed_text(&refused, b->scratch), BYTES_ARG(p->tag));
	return s == ERR_ABSENT ? OK : s;
}

/* GNU_PROPERTY_X86_ISA_1_NEEDED: bit 0 is the baseline, which is what the tag x86_64 promises. */
static void check_level(const struct binary *b, const struct platform *p)
{
	unsigned level = 1;
	for (uint32_t bits = b->elf->x86_needed >> 1; bits; bits >>= 1)
		level++;
	if (level > 1)
		binary_report(b, id_of(p), "needs a processor of x86-64-v%u; the tag is %.*s", level, BYTES_ARG(p->tag));
}

enum status binary_check_policies(const struct binary *b, struct diag *d)
{
	static const enum platform_kind kinds[] = { PLATFORM_MANYLINUX, PLATFORM_MUSLLINUX, PLATFORM_ANDROID };
	enum status s = OK;
	for (size_t i = 0; s == OK && i < COUNT(kinds); i++) {
		const struct platform *p = binaries_platform(b->all, kinds[i]);
		if (!p)
			continue;
		if (!policy_exists(p)) {
			binary_report(b, id_of(p), "cannot hold to the tag %.*s: there is no such policy", BYTES_ARG(p->tag));
			continue;
		}
		check_needed(b, p);
		if (p->kind == PLATFORM_MUSLLINUX)
			check_glibc(b, p);
		else
			check_versions(b, p);
		check_level(b, p);
		s = check_refused(b, p, d);
	}
	return s;
}

void binaries_check_wanted(struct binaries *b)
{
	for (size_t i = 0; i < b->n_wanted; i++) {
		const struct wanted_library *w = &b->wanted[i];
		const struct platform *p = w->platform;
		struct binary member = { .all = b, .path = w->path };
		struct bytes soname = bytes_part(w->soname, 0, 256);
		unsigned first = policy_of_library(p, w->soname);
		if (b->n_shipped && bsearch(&w->soname, b->shipped, b->n_shipped, sizeof *b->shipped, binaries_compare_names))
			continue;
		if (first)
			binary_report(&member, id_of(p), "needs %.*s, which is not in the wheel and comes with %s; the tag is %.*s",
				      BYTES_ARG(soname), policy_text(p, first, b->arena), BYTES_ARG(p->tag));
		else
			binary_report(&member, id_of(p),
				      "needs %.*s, which is neither in the wheel nor in the policy of the tag %.*s",
				      BYTES_ARG(soname), BYTES_ARG(p->tag));
	}
}

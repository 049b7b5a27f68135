#include "check/platform.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"

struct policy {
	enum platform_kind family;
	unsigned number;
};
struct policy_alias {
	enum platform_kind family;
	unsigned number;
	char name[16];
};
struct policy_arch {
	enum platform_kind family;
	char arch[16];
	unsigned first;
};
struct policy_library {
	enum platform_kind family;
	char name[32];
	unsigned first;
};
struct policy_refused {
	enum platform_kind family;
	char symbol[40];
	unsigned library; /* one bit: its place in guarded */
	unsigned last;
};
struct policy_prefix {
	enum platform_kind family;
	char name[16];
};
struct policy_symbol {
	char arch[16], name[32];
	enum platform_kind family;
	unsigned first;
};
#include "platform_table.h"

/* Cuts a number and the '_' behind it off *rest. */
static bool take_number(struct bytes *rest, unsigned *ret)
{
	uint64_t n;
	if (number_parse_u64(bytes_cut(rest, '_'), 999, &n))
		return false;
	*ret = (unsigned)n;
	return true;
}

/* "_2_17_x86_64" behind the name of the family. */
static bool take_version(struct bytes rest, bool has_minor, struct platform *p)
{
	unsigned major = 0, minor = 0;
	if (!take_number(&rest, &major) || (has_minor && !take_number(&rest, &minor)) || !rest.size)
		return false;
	p->number = major * 1000 + minor;
	p->arch = rest;
	return true;
}

static bool take_alias(struct bytes tag, struct platform *p)
{
	for (size_t i = 0; i < COUNT(aliases); i++) {
		struct bytes name = bytes_of(aliases[i].name);
		if (!bytes_starts(tag, name) || tag.size <= name.size + 1 || tag.data[name.size] != '_')
			continue;
		p->kind = aliases[i].family;
		p->number = aliases[i].number;
		p->arch = bytes_from(tag, name.size + 1);
		return true;
	}
	return false;
}

struct platform platform_parse(struct bytes tag)
{
	static const struct {
		struct bytes start;
		enum platform_kind kind;
		bool has_version, has_minor;
	} forms[] = {
		{ LIT("manylinux_"), PLATFORM_MANYLINUX, true, true }, { LIT("musllinux_"), PLATFORM_MUSLLINUX, true, true },
		{ LIT("android_"), PLATFORM_ANDROID, true, false },    { LIT("macosx_"), PLATFORM_MACOS, true, true },
		{ LIT("linux_"), PLATFORM_LINUX, false, false },       { LIT("win_"), PLATFORM_WINDOWS, false, false },
	};
	struct platform p = { .kind = PLATFORM_OTHER, .tag = tag }, other = p;
	if (bytes_equal(tag, BYTES("any"))) {
		p.kind = PLATFORM_ANY;
		return p;
	}
	if (bytes_equal(tag, BYTES("win32"))) {
		p.kind = PLATFORM_WINDOWS;
		p.arch = tag;
		return p;
	}
	if (take_alias(tag, &p))
		return p;
	for (size_t i = 0; i < COUNT(forms); i++) {
		if (!bytes_starts(tag, forms[i].start))
			continue;
		p.kind = forms[i].kind;
		p.arch = bytes_from(tag, forms[i].start.size);
		if (!p.arch.size || (forms[i].has_version && !take_version(p.arch, forms[i].has_minor, &p)))
			return other;
		return p;
	}
	return p;
}

bool policy_exists(const struct platform *p)
{
	struct bytes arch = p->arch;
	if (p->kind == PLATFORM_ANDROID && bytes_equal(arch, BYTES("arm64_v8a"))) /* Android's name of it */
		arch = BYTES("aarch64");
	for (size_t i = 0; i < COUNT(archs); i++)
		if (archs[i].family == p->kind && bytes_equal(bytes_of(archs[i].arch), arch))
			return archs[i].first <= p->number;
	return false;
}

struct bytes platform_musl_libc(struct bytes arch)
{
	static const struct {
		struct bytes arch, libc;
	} names[] = {
		{ LIT("x86_64"), LIT("libc.musl-x86_64.so.1") },   { LIT("i686"), LIT("libc.musl-x86.so.1") },
		{ LIT("aarch64"), LIT("libc.musl-aarch64.so.1") }, { LIT("armv7l"), LIT("libc.musl-armv7.so.1") },
		{ LIT("ppc64le"), LIT("libc.musl-ppc64le.so.1") }, { LIT("s390x"), LIT("libc.musl-s390x.so.1") },
		{ LIT("riscv64"), LIT("libc.musl-riscv64.so.1") }, { LIT("loongarch64"), LIT("libc.musl-loongarch64.so.1") },
	};
	for (size_t i = 0; i < COUNT(names); i++)
		if (bytes_equal(names[i].arch, arch))
			return names[i].libc;
	return (struct bytes){ NULL, 0 };
}

unsigned policy_of_library(const struct platform *p, struct bytes soname)
{
	if (p->kind == PLATFORM_MUSLLINUX && bytes_equal(soname, platform_musl_libc(p->arch)))
		soname = BYTES("libc.so");
	for (size_t i = 0; i < COUNT(libraries); i++)
		if (libraries[i].family == p->kind && bytes_equal(bytes_of(libraries[i].name), soname))
			return libraries[i].first;
	return 0;
}

static int compare_symbol(const void *key, const void *row)
{
	const struct policy_symbol *r = row;
	const struct bytes *wanted = key; /* architecture, name */
	int order = bytes_compare(wanted[0], bytes_of(r->arch));
	return order ? order : bytes_compare(wanted[1], bytes_of(r->name));
}

/* A version of glibc that has no policy of its own, such as 2.29: it comes with the policy that would be called so (PEP 600). */
static unsigned policy_of_glibc(struct bytes name)
{
	struct bytes rest = bytes_from(name, sizeof "GLIBC_" - 1);
	uint64_t major, minor;
	if (!bytes_starts(name, BYTES("GLIBC_")) || number_parse_u64(bytes_cut(&rest, '.'), 999, &major) ||
	    number_parse_u64(bytes_cut(&rest, '.'), 999, &minor) || rest.data)
		return 0;
	return (unsigned)(major * 1000 + minor);
}

/* Names that the table lists under a later policy, for want of one between: 2.29 is in 2_31. */
static unsigned earlier(unsigned listed, unsigned own)
{
	return own && (!listed || own < listed) ? own : listed;
}

static bool has_policy(enum platform_kind family, unsigned number)
{
	for (size_t i = 0; i < COUNT(policies); i++)
		if (policies[i].family == family && policies[i].number == number)
			return true;
	return false;
}

unsigned policy_of_version(const struct platform *p, struct bytes name)
{
	struct bytes prefix = bytes_part(name, 0, bytes_find(name, '_'));
	const struct bytes key[2] = { p->arch, name };
	size_t i = 0;
	while (i < COUNT(prefixes) && !(prefixes[i].family == p->kind && bytes_equal(bytes_of(prefixes[i].name), prefix)))
		i++;
	if (i == COUNT(prefixes))
		return 1;
	const struct policy_symbol *found = bsearch(key, symbols, COUNT(symbols), sizeof *symbols, compare_symbol);
	return has_policy(p->kind, p->number) ? (found ? found->first : 0) : earlier(found ? found->first : 0, policy_of_glibc(name));
}

unsigned policy_guarded_libraries(const struct bytes *needed, size_t n)
{
	unsigned found = 0;
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; k < COUNT(guarded); k++)
			if (bytes_equal(bytes_of(guarded[k]), needed[i]))
				found |= 1u << k;
	return found;
}

static int compare_refused(const void *key, const void *row)
{
	const struct policy_refused *r = row;
	return bytes_compare(*(const struct bytes *)key, bytes_of(r->symbol));
}

bool policy_refuses(const struct platform *p, unsigned guards, struct bytes symbol)
{
	const struct policy_refused *found = bsearch(&symbol, refusals, COUNT(refusals), sizeof *refusals, compare_refused);
	if (!found || !guards)
		return false;
	while (found > refusals && bytes_equal(bytes_of(found[-1].symbol), symbol))
		found--;
	for (; found < refusals + COUNT(refusals) && bytes_equal(bytes_of(found->symbol), symbol); found++)
		if (found->family == p->kind && found->last >= p->number && (found->library & guards))
			return true;
	return false;
}

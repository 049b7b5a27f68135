#include "lock/target.h"

#include "base/number.h"

const char *const target_universal[] = { "x86_64-manylinux_2_28", "aarch64-manylinux_2_28", "x86_64-apple-darwin",
					 "aarch64-apple-darwin",  "x86_64-pc-windows-msvc", NULL };

/* uv's short names. */
static const struct {
	struct bytes name, means;
} aliases[] = {
	{ LIT("linux"), LIT("x86_64-manylinux_2_28") },
	{ LIT("macos"), LIT("aarch64-apple-darwin") },
	{ LIT("windows"), LIT("x86_64-pc-windows-msvc") },
};

enum libc { GLIBC, MUSL, DARWIN, WINDOWS };

/* minor: of the C library's version when the name does not say it. */
static const struct {
	struct bytes name;
	enum libc libc;
	unsigned minor;
	bool is_prefix; /* digits follow */
} kinds[] = {
	{ LIT("unknown-linux-gnu"), GLIBC, 28, false }, { LIT("manylinux2014"), GLIBC, 17, false },
	{ LIT("manylinux_2_"), GLIBC, 0, true },        { LIT("unknown-linux-musl"), MUSL, 2, false },
	{ LIT("musllinux_1_"), MUSL, 0, true },         { LIT("apple-darwin"), DARWIN, 14, false },
	{ LIT("pc-windows-msvc"), WINDOWS, 0, false },
};

static const struct {
	enum libc libc;
	const char *sys_platform, *os_name, *family;
} systems[] = {
	[GLIBC] = { GLIBC, "linux", "posix", "Linux" },
	[MUSL] = { MUSL, "linux", "posix", "Linux" },
	[DARWIN] = { DARWIN, "darwin", "posix", "Darwin" },
	[WINDOWS] = { WINDOWS, "win32", "nt", "Windows" },
};

/* How an architecture is called: in platform_machine, and in a wheel's tag. */
static const struct {
	struct bytes name;
	const char *linux_name, *mac, *windows, *windows_tag;
} machines[] = {
	{ LIT("x86_64"), "x86_64", "x86_64", "AMD64", "win_amd64" },
	{ LIT("aarch64"), "aarch64", "arm64", "ARM64", "win_arm64" },
	{ LIT("i686"), "i686", NULL, "x86", "win32" },
	{ LIT("armv7l"), "armv7l", NULL, NULL, NULL },
	{ LIT("ppc64le"), "ppc64le", NULL, NULL, NULL },
	{ LIT("s390x"), "s390x", NULL, NULL, NULL },
	{ LIT("riscv64"), "riscv64", NULL, NULL, NULL },
	{ LIT("loongarch64"), "loongarch64", NULL, NULL, NULL },
};

struct list {
	struct arena *arena;
	struct bytes *items;
	size_t n;
};

static void add(struct list *l, struct bytes text)
{
	l->items = arena_grow(l->arena, l->items, l->n, sizeof *l->items);
	l->items[l->n++] = text;
}

static void add_string(struct list *l, const char *text)
{
	add(l, bytes_of(text));
}

/* ---- platforms ---- */

static void add_glibc(struct list *l, const char *machine, unsigned minor)
{
	static const struct {
		unsigned minor;
		const char *name;
	} old[] = { { 17, "manylinux2014" }, { 12, "manylinux2010" }, { 5, "manylinux1" } };
	bool is_x86 = strcmp(machine, "x86_64") == 0 || strcmp(machine, "i686") == 0;
	for (unsigned n = minor + 1; n-- > (is_x86 ? 5U : 17U);) {
		add_string(l, arena_printf(l->arena, "manylinux_2_%u_%s", n, machine));
		for (size_t i = 0; i < COUNT(old); i++)
			if (old[i].minor == n)
				add_string(l, arena_printf(l->arena, "%s_%s", old[i].name, machine));
	}
}

/* What else an architecture's Python can load on macOS: binaries for several. */
static void add_mac_version(struct list *l, const char *machine, unsigned major, unsigned minor)
{
	static const char *const intel[] = { "x86_64", "intel", "fat64", "fat3", "universal2", "universal", NULL };
	static const char *const arm[] = { "arm64", "universal2", NULL };
	/* Before macOS 11 there was none for ARM, but there are binaries for both that say so. */
	const char *const *formats = strcmp(machine, "x86_64") == 0 ? intel : major < 11 ? arm + 1 : arm;
	for (size_t i = 0; formats[i]; i++)
		add_string(l, arena_printf(l->arena, "macosx_%u_%u_%s", major, minor, formats[i]));
}

/* packaging's mac_platforms, for macOS 11 and later. */
static void add_mac(struct list *l, const char *machine, unsigned major)
{
	for (unsigned n = major; n >= 11; n--)
		add_mac_version(l, machine, n, 0);
	for (unsigned n = 16; n >= 4; n--)
		add_mac_version(l, machine, 10, n);
}

static enum status unknown_platform(struct bytes platform, struct diag *d)
{
	(void)fail(d, ERR_USAGE, 0, "'%.*s' is no platform that hwb knows", BYTES_ARG(bytes_part(platform, 0, 100)));
	return remedy(d, "linux, macos, windows, or an architecture and a system: aarch64-manylinux_2_28, x86_64-unknown-linux-musl, "
			 "aarch64-apple-darwin, x86_64-pc-windows-msvc");
}

static bool find_kind(struct bytes text, enum libc *ret, unsigned *ret_minor)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		uint64_t minor = kinds[i].minor;
		if (kinds[i].is_prefix ? !bytes_starts(text, kinds[i].name) : !bytes_equal(text, kinds[i].name))
			continue;
		if (kinds[i].is_prefix && number_parse_u64(bytes_from(text, kinds[i].name.size), 99, &minor))
			return false;
		*ret = kinds[i].libc;
		*ret_minor = (unsigned)minor;
		return true;
	}
	return false;
}

static enum status make_platform(struct bytes platform, struct list *l, struct marker_env *env, struct diag *d)
{
	struct bytes name = platform;
	enum libc libc = GLIBC;
	unsigned minor = 0;
	size_t m = 0;
	for (size_t i = 0; i < COUNT(aliases); i++)
		if (bytes_equal(platform, aliases[i].name))
			name = aliases[i].means;
	struct bytes rest = name, machine = bytes_cut(&rest, '-');
	while (m < COUNT(machines) && !bytes_equal(machine, machines[m].name))
		m++;
	if (m == COUNT(machines) || !rest.data || !find_kind(rest, &libc, &minor))
		return unknown_platform(platform, d);
	const char *const names[] = { [GLIBC] = machines[m].linux_name,
				      [MUSL] = machines[m].linux_name,
				      [DARWIN] = machines[m].mac,
				      [WINDOWS] = machines[m].windows };
	const char *own = names[libc];
	if (!own)
		return unknown_platform(platform, d);
	if (libc == GLIBC || libc == MUSL)
		add_string(l, arena_printf(l->arena, "linux_%s", own));
	if (libc == GLIBC)
		add_glibc(l, own, minor);
	for (unsigned n = minor + 1; libc == MUSL && n-- > 0;)
		add_string(l, arena_printf(l->arena, "musllinux_1_%u_%s", n, own));
	if (libc == DARWIN)
		add_mac(l, own, minor);
	if (libc == WINDOWS)
		add_string(l, machines[m].windows_tag);
	env->field[MARKER_OS_NAME] = bytes_of(systems[libc].os_name);
	env->field[MARKER_SYS_PLATFORM] = bytes_of(systems[libc].sys_platform);
	env->field[MARKER_PLATFORM_SYSTEM] = bytes_of(systems[libc].family);
	env->field[MARKER_PLATFORM_MACHINE] = bytes_of(own);
	env->field[MARKER_PLATFORM_RELEASE] = env->field[MARKER_PLATFORM_VERSION] = BYTES("");
	return OK;
}

/* Those of an interpreter that is here: the third parts of its tags, each once, in their order. */
static void platforms_of(const struct interpreter *base, struct list *l)
{
	for (size_t i = 0; i < base->n_tags; i++) {
		struct bytes tag = base->tags[i], platform = bytes_from(tag, bytes_find_last(tag, '-') + 1);
		size_t k = 0;
		while (k < l->n && !bytes_equal(l->items[k], platform))
			k++;
		if (k == l->n && !bytes_equal(platform, BYTES("any")))
			add(l, platform);
	}
}

/* ---- tags, as data/interpreter_probe.py makes them of a CPython ---- */

static void add_tags(struct list *tags, const struct list *platforms, const char *pair)
{
	for (size_t i = 0; i < platforms->n; i++)
		add_string(tags, arena_printf(tags->arena, "%s-%.*s", pair, BYTES_ARG(platforms->items[i])));
}

static void make_tags(struct list *tags, const struct list *platforms, unsigned major, unsigned minor)
{
	struct arena *a = tags->arena;
	struct list older = { .arena = a };
	add_tags(tags, platforms, arena_printf(a, "cp%u%u-cp%u%u", major, minor, major, minor));
	add_tags(tags, platforms, arena_printf(a, "cp%u%u-abi3", major, minor));
	add_tags(tags, platforms, arena_printf(a, "cp%u%u-none", major, minor));
	for (unsigned n = minor; n-- > 2;)
		add_tags(tags, platforms, arena_printf(a, "cp%u%u-abi3", major, n));
	add_string(&older, arena_printf(a, "py%u%u", major, minor));
	add_string(&older, arena_printf(a, "py%u", major));
	for (unsigned n = minor; n-- > 0;)
		add_string(&older, arena_printf(a, "py%u%u", major, n));
	for (size_t i = 0; i < older.n; i++)
		add_tags(tags, platforms, arena_printf(a, "%.*s-none", BYTES_ARG(older.items[i])));
	add_string(tags, arena_printf(a, "cp%u%u-none-any", major, minor));
	for (size_t i = 0; i < older.n; i++)
		add_string(tags, arena_printf(a, "%.*s-none-any", BYTES_ARG(older.items[i])));
}

/* ---- the whole ---- */

static enum status make_version(struct bytes text, struct interpreter *ret, struct diag *d)
{
	uint64_t parts[3] = { 0, 0, 0 };
	size_t n = 0;
	struct bytes rest = text;
	while (n < COUNT(parts) && rest.data)
		if (number_parse_u64(bytes_cut(&rest, '.'), 999, &parts[n++]))
			break;
	if (rest.data || n < 2 || parts[0] != 3 || parts[1] < 8)
		return fail(d, ERR_USAGE, 0, "'%.*s' is no version of Python such as 3.12", BYTES_ARG(bytes_part(text, 0, 40)));
	ret->major = (uint32_t)parts[0];
	ret->minor = (uint32_t)parts[1];
	ret->patch = (uint32_t)parts[2];
	return OK;
}

enum status target_make(const struct interpreter *base, struct bytes version, struct bytes platform, struct arena *a,
			struct interpreter *ret, struct diag *d)
{
	struct list platforms = { .arena = a }, tags = { .arena = a };
	struct interpreter i = { .major = base->major, .minor = base->minor, .patch = base->patch, .env = base->env };
	enum status s = version.data ? make_version(version, &i, d) : OK;
	if (s == OK && platform.data)
		s = make_platform(platform, &platforms, &i.env, d);
	if (s)
		return s;
	if (!platform.data)
		platforms_of(base, &platforms);
	make_tags(&tags, &platforms, i.major, i.minor);
	i.implementation = BYTES("cpython");
	i.version = bytes_of(arena_printf(a, "%u.%u.%u", i.major, i.minor, i.patch));
	i.env.field[MARKER_IMPLEMENTATION_NAME] = i.implementation;
	i.env.field[MARKER_PLATFORM_PYTHON_IMPLEMENTATION] = BYTES("CPython");
	i.env.field[MARKER_IMPLEMENTATION_VERSION] = i.env.field[MARKER_PYTHON_FULL_VERSION] = i.version;
	i.env.field[MARKER_PYTHON_VERSION] = bytes_of(arena_printf(a, "%u.%u", i.major, i.minor));
	i.tags = tags.items;
	i.n_tags = tags.n;
	*ret = i;
	return OK;
}

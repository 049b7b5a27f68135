#include "check/platform_tag.h"

#include "base/status.h"

/* A tag is a prefix, as many numbers as it has, and a machine of the list; each number is followed by '_'. */
static const struct family {
	const char *prefix;
	unsigned n_numbers;
	const char *machines; /* between blanks */
} families[] = {
	{ "any", 0, " " },
	{ "win32", 0, " " },
	{ "win_", 0, " amd64 arm64 ia64 " },
	{ "linux_", 0, " armv6l armv7l " }, /* for boards that no policy covers */
	{ "manylinux1_", 0, " x86_64 i686 " },
	{ "manylinux2010_", 0, " x86_64 i686 " },
	{ "manylinux2014_", 0, " x86_64 i686 aarch64 armv7l ppc64 ppc64le s390x " },
	{ "manylinux_", 2, " x86_64 i686 aarch64 armv7l ppc64 ppc64le s390x riscv64 " },
	{ "musllinux_", 2, " x86_64 i686 aarch64 armv7l ppc64le s390x riscv64 " },
	{ "macosx_", 2, " ppc ppc64 i386 x86_64 arm64 intel fat fat3 fat32 fat64 universal universal2 " },
	{ "ios_", 2, " arm64_iphoneos arm64_iphonesimulator x86_64_iphonesimulator " },
	{ "android_", 1, " armeabi_v7a arm64_v8a x86 x86_64 " },
	{ "pyemscripten_", 2, " wasm32 " },
	{ "pyodide_", 2, " wasm32 " },
};

static bool take_number(struct bytes *rest)
{
	size_t n = 0;
	while (n < rest->size && byte_is_digit(rest->data[n]))
		n++;
	if (n == 0 || n > 9 || n == rest->size || rest->data[n] != '_')
		return false;
	*rest = bytes_from(*rest, n + 1);
	return true;
}

static bool has_machine(const char *machines, struct bytes machine)
{
	struct bytes rest = bytes_trim(bytes_of(machines));
	if (!machine.size)
		return !rest.size;
	while (rest.data)
		if (bytes_equal(bytes_cut(&rest, ' '), machine))
			return true;
	return false;
}

/* Of macOS 11 and later only the major version means something. */
static bool is_macos_version(struct bytes numbers)
{
	static const char *const majors[] = { "11", "12", "13", "14", "15", "26" };
	struct bytes major = bytes_cut(&numbers, '_'), minor = bytes_cut(&numbers, '_');
	if (bytes_equal(major, BYTES("10")))
		return true;
	for (size_t i = 0; i < COUNT(majors); i++)
		if (bytes_equal(major, bytes_of(majors[i])))
			return bytes_equal(minor, BYTES("0"));
	return false;
}

static bool matches(const struct family *f, struct bytes tag)
{
	struct bytes rest = tag;
	if (!bytes_starts(rest, bytes_of(f->prefix)))
		return false;
	rest = bytes_from(rest, strlen(f->prefix));
	struct bytes numbers = rest;
	for (unsigned i = 0; i < f->n_numbers; i++)
		if (!take_number(&rest))
			return false;
	if (strcmp(f->prefix, "macosx_") == 0 && !is_macos_version(numbers))
		return false;
	return has_machine(f->machines, rest);
}

bool platform_tag_is_taken(struct bytes tag)
{
	for (size_t i = 0; i < COUNT(families); i++)
		if (matches(&families[i], tag))
			return true;
	return false;
}

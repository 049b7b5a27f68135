#include "cli/seen_tools.h"

#include "base/status.h"

static const struct bytes tools[] = {
	LIT("ar"),      LIT("as"),      LIT("c++"),      LIT("cargo"),    LIT("cc"),       LIT("cc1"),    LIT("cc1plus"),
	LIT("clang"),   LIT("clang++"), LIT("cmake"),    LIT("collect2"), LIT("cython"),   LIT("f951"),   LIT("g++"),
	LIT("gcc"),     LIT("gcc-ar"),  LIT("gfortran"), LIT("go"),       LIT("icx"),      LIT("ld"),     LIT("ld.bfd"),
	LIT("ld.gold"), LIT("ld.lld"),  LIT("ld.mold"),  LIT("lld"),      LIT("llvm-ar"),  LIT("make"),   LIT("meson"),
	LIT("mold"),    LIT("nasm"),    LIT("ninja"),    LIT("nvcc"),     LIT("patchelf"), LIT("ranlib"), LIT("rustc"),
	LIT("strip"),   LIT("swig"),    LIT("yasm"),     LIT("zig"),
};

/* "gcc-12" and "clang-14.0": what is behind the last dash is a version. */
static struct bytes without_version(struct bytes name)
{
	size_t dash = bytes_find_last(name, '-');
	for (size_t i = dash + 1; i < name.size; i++)
		if (!byte_is_digit(name.data[i]) && name.data[i] != '.')
			return name;
	return dash + 1 < name.size ? bytes_part(name, 0, dash) : name;
}

/* "x86_64-linux-gnu-gcc": targets of GNU have at least two parts, and one of them is a system. */
static bool is_target(struct bytes prefix)
{
	static const struct bytes systems[] = { LIT("-linux-"), LIT("-none-"), LIT("-w64-"), LIT("-apple-") };
	for (size_t i = 0; i < COUNT(systems); i++)
		if (bytes_search(prefix, systems[i]) < prefix.size)
			return true;
	return false;
}

struct bytes seen_tool_name(struct bytes path)
{
	struct bytes whole = bytes_base_name(path), name = without_version(whole);
	for (size_t i = 0; i < COUNT(tools); i++) {
		if (!bytes_ends(name, tools[i]))
			continue;
		struct bytes prefix = bytes_part(name, 0, name.size - tools[i].size);
		if (!prefix.size || (bytes_ends(prefix, BYTES("-")) && is_target(prefix)))
			return whole;
	}
	return (struct bytes){ NULL, 0 };
}

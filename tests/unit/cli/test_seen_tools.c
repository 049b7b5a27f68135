/* cli/seen_tools.h: which programs are compilers and the like, by their names. */
#include "cli/seen_tools.h"

#include "base/status.h"
#include "harness.h"

static void tools_are_known_by_their_names(void)
{
	static const struct {
		const char *path, *want;
	} rows[] = {
		{ "/usr/bin/gcc", "gcc" },
		{ "gcc", "gcc" },
		{ "/usr/bin/gcc-12", "gcc-12" },
		{ "/usr/bin/clang++-14.0", "clang++-14.0" },
		{ "/usr/bin/x86_64-linux-gnu-gcc-12", "x86_64-linux-gnu-gcc-12" },
		{ "/usr/bin/x86_64-linux-gnu-ld.bfd", "x86_64-linux-gnu-ld.bfd" },
		{ "/usr/bin/x86_64-w64-mingw32-g++", "x86_64-w64-mingw32-g++" },
		{ "/env/bin/ninja", "ninja" },
		{ "/root/.cargo/bin/rustc", "rustc" },
		{ "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus", "cc1plus" },
		{ "/usr/bin/python3", "" },
		{ "/bin/sh", "" },
		{ "/usr/bin/alias", "" },
		{ "/usr/bin/my-ar", "" },
		{ "/usr/bin/ccache", "" },
		{ "/usr/bin/gcc/", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_BYTES(seen_tool_name(bytes_of(rows[i].path)), bytes_of(rows[i].want));
}

int main(int argc, char **argv)
{
	static const struct test tests[] = { { "tools are known by their names", tools_are_known_by_their_names } };
	return test_main(argc, argv, tests, COUNT(tests));
}

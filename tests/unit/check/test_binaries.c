/* check/binaries.h: each rule by a small file made by hand, under a file name that it breaks and one that it keeps. */
#include "check/binaries.h"
#include "check/platform.h"
#include "check/stable_abi.h"
#include "elf_make.h"
#include "harness.h"

struct seen {
	struct buf ids; /* "B03 B05 " */
	char sentence[512]; /* the first */
};

static void take(void *context, const char *id, struct bytes path, const char *sentence)
{
	struct seen *s = context;
	CHECK(path.size && sentence[0] && bytes_is_utf8(bytes_of(sentence)));
	buf_printf(&s->ids, "%s ", id);
	if (!s->sentence[0])
		(void)snprintf(s->sentence, sizeof s->sentence, "%s", sentence);
}

struct member {
	const char *path;
	const struct made_elf *elf; /* NULL: content */
	struct bytes content;
};

static void check_members(const char *file_name, bool is_pure, const struct member *members, size_t n, struct seen *seen)
{
	CLEANUP(arena_done) struct arena a;
	struct wheel_name name;
	arena_init(&a);
	*seen = (struct seen){ .sentence = "" };
	buf_init(&seen->ids, 4096);
	CHECK(wheel_name_parse(bytes_of(file_name), &a, &name, NULL) == OK);
	struct binaries_request request = { .name = &name, .data_folder = BYTES("a-1.data"), .root_is_purelib = is_pure };
	struct binaries *b = binaries_new(&request, take, seen, &a);
	for (size_t i = 0; i < n; i++) {
		CLEANUP(buf_done) struct buf made;
		buf_init(&made, 1 << 16);
		if (members[i].elf)
			elf_make(members[i].elf, &made);
		else
			buf_add(&made, members[i].content);
		binaries_member(b, bytes_of(members[i].path), buf_bytes(&made));
	}
	binaries_finish(b);
}

#define LINUX "a-1-cp311-cp311-linux_x86_64.whl"
#define MANY "a-1-cp311-cp311-manylinux_2_17_x86_64.whl"
#define MUSL "a-1-cp311-cp311-musllinux_1_2_x86_64.whl"
#define ABI3 "a-1-cp38-abi3-linux_x86_64.whl"
#define C_LIBRARY .needed = { "libc.so.6" }, .version_file = "libc.so.6"

struct row {
	const char *name, *file, *path;
	struct made_elf elf;
	const char *ids;
};

static void run_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct seen seen;
		struct member member = { .path = rows[i].path ? rows[i].path : "a/x.so", .elf = &rows[i].elf };
		check_members(rows[i].file, false, &member, 1, &seen);
		if (strcmp(buf_string(&seen.ids), rows[i].ids) != 0)
			test_fail(__FILE__, __LINE__, "row '%s': got '%s' (%s), want '%s'", rows[i].name, buf_string(&seen.ids),
				  seen.sentence, rows[i].ids);
		buf_done(&seen.ids);
	}
}

static void holds_files_against_places_and_machines(void)
{
	static const struct row rows[] = {
		{ "at its place", LINUX, "a/x.so", { .soname = "x" }, "" },
		{ "in a wheel for any platform", "a-1-py3-none-any.whl", "a/x.so", { .soname = "x" }, "B01 " },
		{ "any among others", "a-1-py3-none-any.linux_x86_64.whl", "a/x.so", { .soname = "x" }, "B01 " },
		{ "in purelib", LINUX, "a-1.data/purelib/x.so", { .soname = "x" }, "B01 " },
		{ "in platlib", LINUX, "a-1.data/platlib/x.so", { .soname = "x" }, "" },
		{ "another machine", LINUX, "a/x.so", { .machine = ELF_AARCH64 }, "B02 " },
		{ "another class", LINUX, "a/x.so", { .is_32 = true }, "B02 " },
		{ "another order", "a-1-cp311-cp311-linux_ppc64le.whl", "a/x.so", { .machine = ELF_PPC64, .is_big = true }, "B02 " },
		{ "s390x", "a-1-cp311-cp311-linux_s390x.whl", "a/x.so", { .machine = ELF_S390, .is_big = true }, "" },
		{ "one of two tags", "a-1-cp311-cp311-linux_x86_64.linux_aarch64.whl", "a/x.so", { .soname = "x" }, "B02 " },
		{ "Windows", "a-1-cp311-cp311-win_amd64.whl", "a/x.so", { .soname = "x" }, "B02 " },
		{ "an object file is not loaded", LINUX, "a/x.o", { .type = ELF_REL, .has_no_stack = true }, "" },
		{ "an object file for another machine", LINUX, "a/x.o", { .type = ELF_REL, .machine = ELF_ARM }, "B02 " },
		{ "code of a graphics card", "a-1-py3-none-any.whl", "a/x.cubin", { .machine = ELF_CUDA }, "" },
		{ "a program", LINUX, "a/x", { .type = ELF_EXEC }, "B09 " },
		{ "a program that is a script", LINUX, "a-1.data/scripts/x", { .type = ELF_EXEC }, "" },
	};
	run_rows(rows, COUNT(rows));
}

static void holds_files_against_policies(void)
{
	static const struct row rows[] = {
		{ "nothing needed", MANY, NULL, { .soname = "x" }, "" },
		{ "old enough", MANY, NULL, { C_LIBRARY, .version = { "GLIBC_2.2.5", "GLIBC_2.17" } }, "" },
		{ "too new", MANY, NULL, { C_LIBRARY, .version = { "GLIBC_2.2.5", "GLIBC_2.34" } }, "B03 " },
		{ "unknown", MANY, NULL, { C_LIBRARY, .version = { "GLIBC_PRIVATE" } }, "B03 " },
		{ "of another library", MANY, NULL, { C_LIBRARY, .version = { "OPENSSL_3.0.0" } }, "" },
		{ "too new for the older of two tags",
		  "a-1-cp311-cp311-manylinux_2_17_x86_64.manylinux_2_34_x86_64.whl",
		  NULL,
		  { C_LIBRARY, .version = { "GLIBC_2.34" } },
		  "B03 " },
		{ "by the old name", "a-1-cp311-cp311-manylinux2014_x86_64.whl", NULL, { C_LIBRARY, .version = { "GLIBC_2.18" } }, "B03 " },
		{ "between two policies",
		  "a-1-cp311-cp311-manylinux_2_29_x86_64.whl",
		  NULL,
		  { C_LIBRARY, .version = { "GLIBC_2.29" } },
		  "" },
		{ "above it", "a-1-cp311-cp311-manylinux_2_29_x86_64.whl", NULL, { C_LIBRARY, .version = { "GLIBC_2.30" } }, "B03 " },
		{ "beyond every policy",
		  "a-1-cp311-cp311-manylinux_2_77_x86_64.whl",
		  NULL,
		  { C_LIBRARY, .version = { "GLIBC_2.70" } },
		  "" },
		{ "an architecture without that policy",
		  "a-1-cp311-cp311-manylinux_2_12_aarch64.whl",
		  NULL,
		  { .machine = ELF_AARCH64 },
		  "B03 " },
		{ "any library under linux_", LINUX, NULL, { .needed = { "libfoo.so.1" } }, "" },
		{ "a library of nobody", MANY, NULL, { .needed = { "libfoo.so.1" } }, "B03 " },
		{ "one of a later policy", MANY, NULL, { .needed = { "libmvec.so.1" } }, "B03 " },
		{ "the loader", MANY, NULL, { .needed = { "ld-linux-x86-64.so.2", "libm.so.6" } }, "" },
		{ "what zlib keeps",
		  MANY,
		  NULL,
		  { .needed = { "libz.so.1" }, .symbols = { { "inflate_fast", ELF_GLOBAL, true, NULL } } },
		  "B03 " },
		{ "the same, if there",
		  MANY,
		  NULL,
		  { .needed = { "libz.so.1" }, .symbols = { { "inflate_fast", ELF_WEAK, true, NULL } } },
		  "" },
		{ "the same of another library", MANY, NULL, { .symbols = { { "inflate_fast", ELF_GLOBAL, true, NULL } } }, "" },
		{ "musl", MUSL, NULL, { .needed = { "libc.musl-x86_64.so.1" } }, "" },
		{ "musl by its short name", MUSL, NULL, { .needed = { "libc.so" } }, "" },
		{ "musl of another machine", MUSL, NULL, { .needed = { "libc.musl-aarch64.so.1" } }, "B04 " },
		{ "glibc", MUSL, NULL, { C_LIBRARY, .version = { "GLIBC_2.2.5" } }, "B04 B04 " },
		{ "musl under manylinux", MANY, NULL, { .needed = { "libc.musl-x86_64.so.1" } }, "B03 " },
		{ "both, and keeps to neither",
		  "a-1-py3-none-manylinux_2_17_x86_64.musllinux_1_1_x86_64.whl",
		  NULL,
		  { .needed = { "libfoo.so.1" } },
		  "B03 B04 " },
		{ "android",
		  "a-1-cp313-cp313-android_24_arm64_v8a.whl",
		  NULL,
		  { .machine = ELF_AARCH64, .needed = { "libvulkan.so", "libpython3.13.so" } },
		  "" },
		{ "older android",
		  "a-1-cp313-cp313-android_21_arm64_v8a.whl",
		  NULL,
		  { .machine = ELF_AARCH64, .needed = { "libvulkan.so" } },
		  "B03 " },
	};
	run_rows(rows, COUNT(rows));
}

static void looks_for_libraries_in_the_wheel(void)
{
	static const struct made_elf user = { .needed = { "libfoo-1234.so.1", "libbar.so" } },
				     foo = { .soname = "libfoo-1234.so.1" }, bar = { .soname = "another" };
	static const struct member all[] = { { "a/x.so", &user, { NULL, 0 } },
					     { "a.libs/renamed.so", &foo, { NULL, 0 } },
					     { "a.libs/libbar.so", &bar, { NULL, 0 } } };
	static const struct member text[] = { { "a/x.so", &user, { NULL, 0 } }, { "a/libbar.so", NULL, LIT("INPUT(-lfoo)") } };
	struct seen seen;
	check_members(MANY, false, all, COUNT(all), &seen);
	CHECK_BYTES(buf_bytes(&seen.ids), BYTES(""));
	buf_done(&seen.ids);
	check_members(MANY, false, text, COUNT(text), &seen);
	CHECK_BYTES(buf_bytes(&seen.ids), BYTES("B03 B03 "));
	buf_done(&seen.ids);
}

static void judges_how_a_file_is_loaded(void)
{
	static const struct row rows[] = {
		{ "beside itself", LINUX, "a/b/x.so", { .runpath = "$ORIGIN" }, "" },
		{ "in the wheel", LINUX, "a/b/x.so", { .runpath = "$ORIGIN/../../a.libs:${ORIGIN}/." }, "" },
		{ "out of the wheel", LINUX, "a/b/x.so", { .runpath = "$ORIGIN/../../../lib" }, "B05 " },
		{ "out and in again", LINUX, "a/x.so", { .runpath = "$ORIGIN/../../a/../.." }, "B05 " },
		{ "from the folder of the modules", LINUX, "a-1.data/platlib/x.so", { .runpath = "$ORIGIN/.." }, "B05 " },
		{ "from the scripts to the prefix", LINUX, "a-1.data/scripts/x", { .type = ELF_EXEC, .runpath = "$ORIGIN/../lib" }, "" },
		{ "an absolute folder", LINUX, NULL, { .rpath = "/usr/local/lib" }, "B05 " },
		{ "an absolute folder behind a good one", LINUX, NULL, { .rpath = "$ORIGIN:/opt" }, "B05 " },
		{ "an empty entry", LINUX, NULL, { .runpath = "$ORIGIN:" }, "B05 " },
		{ "an empty path", LINUX, NULL, { .runpath = "" }, "B05 " },
		{ "a name that begins alike", LINUX, NULL, { .runpath = "$ORIGINAL/x" }, "B05 " },
		{ "another word of the loader", LINUX, NULL, { .runpath = "$ORIGIN/$LIB" }, "B05 " },
		{ "an executable stack", LINUX, NULL, { .has_executable_stack = true }, "B06 " },
		{ "no word of the stack", LINUX, NULL, { .has_no_stack = true }, "B06 " },
		{ "no word of the stack where none is needed",
		  "a-1-py3-none-linux_aarch64.whl",
		  NULL,
		  { .machine = ELF_AARCH64, .has_no_stack = true },
		  "" },
		{ "writable code", LINUX, NULL, { .has_write_execute = true }, "B06 " },
		{ "no relro", LINUX, NULL, { .has_no_relro = true }, "B06 " },
		{ "text relocations", LINUX, NULL, { .extra_tag = 22 }, "B06 " },
		{ "one initialiser", LINUX, NULL, { .extra_tag = 27, .extra_value = 8 }, "" },
		{ "many", LINUX, NULL, { .extra_tag = 27, .extra_value = 80 }, "B12 " },
	};
	run_rows(rows, COUNT(rows));
}

static void knows_extension_modules(void)
{
#define INIT \
	{ \
		"PyInit_m", ELF_GLOBAL, false, NULL \
	}
#define IMPORT(name) \
	{ \
		name, ELF_GLOBAL, true, NULL \
	}
	static const struct row rows[] = {
		{ "of its ABI",
		  LINUX,
		  "m.cpython-311-x86_64-linux-gnu.so",
		  { .symbols = { INIT, IMPORT("_PyThreadState_GetFrame") } },
		  "" },
		{ "of another", LINUX, "m.cpython-312-x86_64-linux-gnu.so", { .symbols = { INIT } }, "B07 " },
		{ "of the free-threaded one",
		  "a-1-cp313-cp313t-linux_x86_64.whl",
		  "m.cpython-313t-x86_64-linux-gnu.so",
		  { .symbols = { INIT } },
		  "" },
		{ "for one Python in an abi3 wheel", ABI3, "m.cpython-38-x86_64-linux-gnu.so", { .symbols = { INIT } }, "B07 " },
		{ "for many in a wheel that does not say",
		  "a-1-py3-none-linux_x86_64.whl",
		  "m.cpython-38-x86_64-linux-gnu.so",
		  { .symbols = { INIT } },
		  "" },
		{ "stable", ABI3, "m.abi3.so", { .symbols = { INIT, IMPORT("PyList_New"), IMPORT("PyObject_CallNoArgs") } }, "B07 " },
		{ "stable since",
		  "a-1-cp310-abi3-linux_x86_64.whl",
		  "m.abi3.so",
		  { .symbols = { INIT, IMPORT("PyObject_CallNoArgs") } },
		  "" },
		{ "not stable", ABI3, "m.abi3.so", { .symbols = { INIT, IMPORT("_PyThreadState_GetFrame"), IMPORT("malloc") } }, "B07 " },
		{ "stable by the wheel", ABI3, "m.so", { .symbols = { INIT, IMPORT("_PyNone") } }, "B07 " },
		{ "a library in it", ABI3, "libm.so", { .symbols = { IMPORT("_PyNone") } }, "" },
		{ "no init", ABI3, "m.abi3.so", { .symbols = { IMPORT("PyList_New") } }, "B08 " },
		{ "init of another", ABI3, "n.abi3.so", { .symbols = { INIT } }, "B08 " },
		{ "init that nobody sees", ABI3, "m.abi3.so", { .symbols = { { "PyInit_m", ELF_LOCAL, false, NULL } } }, "B08 " },
		{ "init of a name beyond ASCII",
		  ABI3,
		  "\xc3\xa9.abi3.so",
		  { .symbols = { { "PyInitU_9ca", ELF_GLOBAL, false, NULL } } },
		  "" },
		{ "PEP 793", ABI3, "m.abi3.so", { .symbols = { { "PyModExport_m", ELF_GLOBAL, false, NULL } } }, "" },
		{ "links the interpreter", LINUX, "m.so", { .needed = { "libpython3.11.so.1.0" } }, "B10 " },
	};
	run_rows(rows, COUNT(rows));
}

static void lets_modules_import_from_each_other(void)
{
	static const struct made_elf module = { .symbols = { INIT, IMPORT("PyMine_Call"), IMPORT("PyYours_Call") } },
				     mine = { .symbols = { { "PyMine_Call", ELF_GLOBAL, false, NULL } } },
				     yours = { .symbols = { { "PyYours_Call", ELF_GLOBAL, false, NULL } } };
	static const struct member all[] = { { "a/m.abi3.so", &module, { NULL, 0 } },
					     { "a/libmine.so", &mine, { NULL, 0 } },
					     { "a/libyours.so", &yours, { NULL, 0 } } };
	struct seen seen;
	check_members(ABI3, false, all, COUNT(all), &seen);
	CHECK_BYTES(buf_bytes(&seen.ids), BYTES(""));
	buf_done(&seen.ids);
	check_members(ABI3, false, all, COUNT(all) - 1, &seen);
	CHECK_BYTES(buf_bytes(&seen.ids), BYTES("B07 "));
	CHECK(strstr(seen.sentence, "PyYours_Call") && !strstr(seen.sentence, "PyMine_Call"));
	buf_done(&seen.ids);
}

static void knows_files_of_other_systems(void)
{
#define PE(machine, flags) \
	LIT("MZaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\x40\0\0\0PE\0\0" machine "aaaaaaaaaaaaaaaa" flags "UPX0" \
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaa")
#define PE_64_DLL \
	LIT("MZaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\x40\0\0\0PE\0\0\x64\x86" \
	    "aaaaaaaaaaaaaaaa\0\x20")
#define MACHO_ARM LIT("\xcf\xfa\xed\xfe\x0c\0\0\1\0\0\0\0\6\0\0\0")
	static const struct {
		const char *name, *file;
		struct member member;
		const char *ids;
	} rows[] = {
		{ "a DLL", "a-1-cp311-cp311-win_amd64.whl", { "a.pyd", NULL, PE_64_DLL }, "" },
		{ "a DLL for another machine", "a-1-cp311-cp311-win_arm64.whl", { "a.pyd", NULL, PE_64_DLL }, "B02 " },
		{ "a DLL on Linux", LINUX, { "a.pyd", NULL, PE_64_DLL }, "B02 " },
		{ "a DLL for any platform", "a-1-py3-none-any.whl", { "a.pyd", NULL, PE_64_DLL }, "B01 " },
		{ "a launcher", "a-1-py3-none-any.whl", { "t64.exe", NULL, PE("\x64\x86", "\2\0") }, "B09 B09 " },
		{ "a Mach-O", "a-1-cp311-cp311-macosx_11_0_arm64.whl", { "a.so", NULL, MACHO_ARM }, "" },
		{ "a Mach-O for another machine", "a-1-cp311-cp311-macosx_11_0_x86_64.whl", { "a.so", NULL, MACHO_ARM }, "B02 " },
		{ "half of what is universal", "a-1-cp311-cp311-macosx_11_0_universal2.whl", { "a.so", NULL, MACHO_ARM }, "B02 " },
		{ "a broken ELF", LINUX, { "a.so", NULL, LIT("\177ELF") }, "B11 " },
		{ "text", LINUX, { "a.so", NULL, LIT("hello") }, "" },
		{ "nothing", LINUX, { "a.so", NULL, { NULL, 0 } }, "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct seen seen;
		check_members(rows[i].file, false, &rows[i].member, 1, &seen);
		CHECK_ROW(strcmp(buf_string(&seen.ids), rows[i].ids) == 0, rows[i].name);
		buf_done(&seen.ids);
	}
}

static void says_when_the_root_is_called_pure(void)
{
	static const struct made_elf library = { .soname = "x" };
	static const struct member members[] = { { "a/x.so", &library, { NULL, 0 } },
						 { "a-1.data/platlib/y.so", &library, { NULL, 0 } } };
	struct seen seen;
	check_members(LINUX, true, members, COUNT(members), &seen);
	CHECK_BYTES(buf_bytes(&seen.ids), BYTES("B13 "));
	buf_done(&seen.ids);
}

static void reads_platform_tags(void)
{
	static const struct {
		const char *tag, *arch;
		enum platform_kind kind;
		unsigned number;
	} rows[] = {
		{ "any", NULL, PLATFORM_ANY, 0 },
		{ "linux_x86_64", "x86_64", PLATFORM_LINUX, 0 },
		{ "manylinux1_i686", "i686", PLATFORM_MANYLINUX, 2005 },
		{ "manylinux2010_x86_64", "x86_64", PLATFORM_MANYLINUX, 2012 },
		{ "manylinux2014_ppc64le", "ppc64le", PLATFORM_MANYLINUX, 2017 },
		{ "manylinux_2_28_aarch64", "aarch64", PLATFORM_MANYLINUX, 2028 },
		{ "manylinux_2_28", NULL, PLATFORM_OTHER, 0 },
		{ "manylinux_2_28_", NULL, PLATFORM_OTHER, 0 },
		{ "manylinux_x_28_aarch64", NULL, PLATFORM_OTHER, 0 },
		{ "manylinux2014x86_64", NULL, PLATFORM_OTHER, 0 },
		{ "musllinux_1_2_armv7l", "armv7l", PLATFORM_MUSLLINUX, 1002 },
		{ "android_21_arm64_v8a", "arm64_v8a", PLATFORM_ANDROID, 21000 },
		{ "macosx_10_9_x86_64", "x86_64", PLATFORM_MACOS, 10009 },
		{ "win32", "win32", PLATFORM_WINDOWS, 0 },
		{ "win_amd64", "amd64", PLATFORM_WINDOWS, 0 },
		{ "ios_13_0_arm64_iphoneos", NULL, PLATFORM_OTHER, 0 },
		{ "", NULL, PLATFORM_OTHER, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct platform p = platform_parse(bytes_of(rows[i].tag));
		CHECK_ROW(p.kind == rows[i].kind && p.number == rows[i].number, rows[i].tag);
		CHECK_ROW(bytes_equal(p.arch, bytes_of(rows[i].arch)), rows[i].tag);
	}
}

static void finds_what_the_stable_abi_has(void)
{
	CHECK_NUMBER(stable_abi_since(BYTES("PyList_New")), 2);
	CHECK_NUMBER(stable_abi_since(BYTES("PyObject_CallNoArgs")), 10);
	CHECK_NUMBER(stable_abi_since(BYTES("PyExc_ValueError")), 2);
	CHECK_NUMBER(stable_abi_since(BYTES("_Py_IncRef")), 10);
	CHECK_NUMBER(stable_abi_since(BYTES("PyList_Ne")), 0);
	CHECK_NUMBER(stable_abi_since(BYTES("")), 0);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "files are held against their places and machines", holds_files_against_places_and_machines },
		{ "files are held against the policies of all tags", holds_files_against_policies },
		{ "needed libraries may be in the wheel", looks_for_libraries_in_the_wheel },
		{ "how a file is loaded is judged", judges_how_a_file_is_loaded },
		{ "extension modules are known, and what they import", knows_extension_modules },
		{ "modules may import from libraries of the wheel", lets_modules_import_from_each_other },
		{ "files of other systems are known", knows_files_of_other_systems },
		{ "a root that is called pure is told", says_when_the_root_is_called_pure },
		{ "platform tags are read", reads_platform_tags },
		{ "the stable ABI is found by name", finds_what_the_stable_abi_has },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}

#include "scan/py_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/status.h"

static const struct py_rule rules[] = {
#include "scan/python_rules_table.h"
};

const struct py_rule *py_rules(size_t *ret_n)
{
	*ret_n = COUNT(rules);
	return rules;
}

/* memcmp order of name + more. */
static int compare_row(const char *row, struct bytes name, struct bytes more)
{
	struct bytes r = bytes_of(row);
	int order = bytes_compare(bytes_part(r, 0, name.size), name);
	return order ? order : bytes_compare(bytes_from(r, name.size), more);
}

static const struct py_rule *find_row(struct bytes name, struct bytes more)
{
	size_t low = 0, high = COUNT(rules);
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = compare_row(rules[middle].name, name, more);
		if (order == 0)
			return &rules[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Methods of what a call gave that reach outside: the others only read the answer. */
static bool reaches_outside(struct bytes method)
{
	static const char *const methods[] = {
		"connect",
		"connect_ex",
		"send",
		"sendall",
		"sendto",
		"sendfile",
		"bind",
		"listen",
		"request",
		"get",
		"post",
		"put",
		"patch",
		"delete",
		"head",
		"open",
		"urlopen",
		"retrieve",
		"sendmail",
		"send_message",
		"storlines",
		"storbinary",
		"retrbinary",
		"retrlines",
		"exec_command",
		"system",
		"decrypt",
		"dlopen",
		"login",
		"getpixel",
		"getdata",
		"tobytes",
		"decompress",
		"endheaders",
		"putrequest",
		"write",
		"get_flattened_data",
	};
	for (size_t i = 0; i < COUNT(methods); i++)
		if (bytes_equal(method, bytes_of(methods[i])))
			return true;
	return false;
}

const struct py_rule *py_rule_of(struct bytes dotted)
{
	const struct py_rule *row = find_row(dotted, BYTES(""));
	if (row)
		return row;
	size_t dot = bytes_find_last(dotted, '.');
	if (dot == dotted.size)
		return NULL;
	bool of_result = bytes_search(dotted, BYTES("()")) < dotted.size;
	if (of_result && !reaches_outside(bytes_from(dotted, dot + 1)))
		return NULL;
	for (struct bytes above = dotted; dot < above.size; dot = bytes_find_last(above, '.')) {
		above = bytes_part(above, 0, dot);
		row = find_row(above, BYTES(".*"));
		if (row)
			return row;
	}
	return NULL;
}

struct bytes py_canonical(struct bytes dotted, unsigned char out[256])
{
	static const struct {
		const char *from, *to;
	} aliases[] = {
		{ "posix", "os" },
		{ "nt", "os" },
		{ "__builtin__", "builtins" },
		{ "__builtins__", "builtins" },
		{ "urllib2", "urllib.request" },
		{ "httplib", "http.client" },
		{ "cPickle", "pickle" },
		{ "_pickle", "pickle" },
		{ "_socket", "socket" },
		{ "_io", "io" },
		{ "_ctypes.CDLL", "ctypes.CDLL" },
		{ "builtins.__builtins__", "builtins" },
		{ "builtins.bytes().fromhex", "builtins.bytes.fromhex" },
		{ "_operator", "operator" },
		{ "_codecs", "codecs" },
		{ "asyncio.subprocess.create_subprocess_exec", "asyncio.create_subprocess_exec" },
		{ "eventlet.green", "" },
		{ "six.moves", "" },
		{ "setuptools._vendor.six.moves", "" },
		{ "gevent.monkey", "gevent.monkey" },
	};
	static const char *const modules[] = { "os",     "sys",    "subprocess", "socket", "builtins", "importlib",
					       "shutil", "ctypes", "base64",     "zlib",   "marshal",  "codecs",
					       "pickle", "runpy",  "pty",        "posix" };
	struct bytes rest = dotted;
	if (dotted.size && dotted.data[0] == '.')
		return dotted;
	for (size_t i = 0; i < COUNT(aliases); i++) {
		struct bytes from = bytes_of(aliases[i].from), to = bytes_of(aliases[i].to);
		if (!bytes_starts(dotted, from) || (dotted.size > from.size && dotted.data[from.size] != '.'))
			continue;
		struct bytes behind = bytes_from(dotted, to.size || dotted.size == from.size ? from.size : from.size + 1);
		if (to.size + behind.size > 256)
			return dotted;
		bytes_copy(out, to);
		bytes_copy(out + to.size, behind);
		return bytes_make(out, to.size + behind.size);
	}
	/* a module seen through another module: subprocess.os.system */
	struct bytes first = bytes_cut(&rest, '.');
	while (rest.data) {
		struct bytes from_here = rest, part = bytes_cut(&rest, '.');
		for (size_t i = 0; i < COUNT(modules); i++)
			if (bytes_equal(part, bytes_of(modules[i])) && !bytes_equal(part, first)) /* but socket.socket */
				return from_here;
	}
	return dotted;
}

bool py_is_builtin(struct bytes name)
{
	if (bytes_equal(name, BYTES("__builtins__")) || bytes_equal(name, BYTES("__loader__")) ||
	    bytes_equal(name, BYTES("__spec__")))
		return true;
	unsigned char dotted[64];
	struct bytes before = LIT("builtins.");
	if (name.size > sizeof dotted - before.size)
		return false;
	bytes_copy(dotted, before);
	bytes_copy(dotted + before.size, name);
	return find_row(bytes_make(dotted, before.size + name.size), BYTES("")) != NULL;
}

/* Programs that builds use. */
/* clang-format off */
static const char *const tools[] = {
	"./configure", "ar", "arch", "as", "autoconf", "automake", "autoreconf", "bash", "bazel", "bazelisk", "bison", "black",
	"brew", "c++", "cargo", "cat", "cc", "ccache", "cd", "chmod", "cl", "clang", "clang++", "clang-cl", "cmake", "cmd", "conda",
	"configure", "cp", "cpp", "curl-config", "cygpath", "cython", "cython3", "doxygen", "dpkg-architecture", "echo", "exit",
	"export", "f2py", "file", "find", "flake8", "flex", "g++", "gcc", "gdal-config", "getconf", "gfortran", "git", "go", "grep",
	"gs", "h5cc", "hg", "icc", "install_name_tool", "ld", "ldconfig", "ldd", "lib", "libtool", "libtoolize", "link", "lipo",
	"llvm-config", "ln", "ls", "lsb_release", "m4", "make", "meson", "mkdir", "msgfmt", "mt", "mv", "mypy", "mysql_config",
	"nc-config", "ninja", "nm", "nmake", "node", "npm", "nvcc", "objdump", "otool", "patch", "patchelf", "perl", "pg_config",
	"pip", "pip3", "pkg-config", "pkgconf", "protoc", "pytest", "python", "python2", "python3", "qmake", "ranlib", "rc",
	"readelf", "rm", "rustc", "rustup", "scons", "sdl2-config", "sed", "set", "sh", "sphinx-apidoc", "sphinx-build", "strip",
	"svn", "sw_vers", "swift", "swig", "tar", "touch", "tox", "twine", "uname", "unzip", "uv", "vcvarsall.bat", "vswhere",
	"where", "where.exe", "which", "xcode-select", "xcrun", "xml2-config", "xslt-config", "yarn",
};
/* clang-format on */

bool py_is_tool(struct bytes program)
{
	size_t slash = bytes_find_last(program, '/'), back = bytes_find_last(program, '\\');
	if (back < program.size)
		slash = back;
	struct bytes base = slash < program.size && program.data[0] != '.' ? bytes_from(program, slash + 1) : program;
	if (bytes_ends(base, BYTES(".exe")))
		base = bytes_part(base, 0, base.size - 4);
	for (size_t i = 0; i < COUNT(tools); i++)
		if (bytes_equal(base, bytes_of(tools[i])))
			return true;
	return false;
}

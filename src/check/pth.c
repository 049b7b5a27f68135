#include "check/pth.h"

#include "base/status.h"
#include "format/unicode.h"

/* Whole lines, taken from the wheels of the projects as of 2026-11. '@' stands for names: letters, digits and what is between them
 * in quotes, with dots or commas; it can hold no call. */
static const struct {
	const char *project; /* whose wheel may have it; NULL: any */
	const char *line;
} known[] = {
	{ "setuptools", "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == 'local'; "
			"enabled and __import__('_distutils_hack').add_shim();" },
	{ "coverage",
	  "import sys; exec('import os\\n\\nif os.getenv(\"COVERAGE_PROCESS_START\") or os.getenv(\"COVERAGE_PROCESS_CONFIG\"):\\n try:\\n  "
	  "import coverage\\n except:\\n  pass\\n else:\\n  coverage.process_startup(slug=\"pth\")')" },
	{ "pywin32", "import pywin32_bootstrap" },
/* Namespace packages of old, one line for each (setuptools writes them). */
#define NAMESPACE \
	"import sys, types, os;has_mfs = sys.version_info > (3, 5);p = os.path.join(sys._getframe(1).f_locals['sitedir'], *(@));importlib " \
	"= has_mfs and __import__('importlib.util');has_mfs and __import__('importlib.machinery');m = has_mfs and " \
	"sys.modules.setdefault(@, importlib.util.module_from_spec(importlib.machinery.PathFinder.find_spec(@, [os.path.dirname(p)])));m " \
	"= m or sys.modules.setdefault(@, types.ModuleType(@));mp = (m or []) and m.__dict__.setdefault('__path__',[]);(p not in mp) and " \
	"mp.append(p)"
	{ NULL, NAMESPACE },
	{ NULL, NAMESPACE ";m and setattr(sys.modules[@], @, m)" },
};

static bool is_of_names(unsigned char c)
{
	return byte_is_alnum(c) || c == '_' || c == '.' || c == '\'' || c == ',' || c == ' ';
}

static bool matches(struct bytes line, const char *pattern)
{
	for (; *pattern; pattern++) {
		if (*pattern == '@') {
			while (line.size && is_of_names(line.data[0]) && line.data[0] != (unsigned char)pattern[1])
				line = bytes_from(line, 1);
			continue;
		}
		if (!line.size || line.data[0] != (unsigned char)*pattern)
			return false;
		line = bytes_from(line, 1);
	}
	return line.size == 0;
}

static bool is_known(struct bytes line, struct bytes project)
{
	for (size_t i = 0; i < COUNT(known); i++)
		if ((!known[i].project || bytes_equal(project, bytes_of(known[i].project))) && matches(line, known[i].line))
			return true;
	return false;
}

/* Takes one line off. Python up to 3.11 ends it at LF and CR; from 3.12 on at all that splitlines() knows, in UTF-8 or else in the
 * encoding of the machine, where 0x85 alone can be one of them. */
static struct bytes cut_line(struct bytes *rest)
{
	struct bytes all = *rest;
	for (size_t i = 0; i < all.size; i++) {
		unsigned char c = all.data[i];
		size_t size = c == 0x85 ? 1 : c == 0xc2 ? 0 : unicode_line_break(bytes_from(all, i)); /* U+0085 ends in that byte */
		if (!size)
			continue;
		*rest = bytes_from(all, i + size);
		return bytes_part(all, 0, i);
	}
	*rest = (struct bytes){ NULL, 0 };
	return all;
}

bool pth_runs_code(struct bytes content, struct bytes project, uint32_t *ret_line)
{
	uint32_t number = 0;
	if (bytes_starts(content, BYTES("\xef\xbb\xbf")))
		content = bytes_from(content, 3);
	while (content.data) {
		struct bytes line = bytes_trim(cut_line(&content));
		number++;
		bool runs = bytes_starts(line, BYTES("import ")) || bytes_starts(line, BYTES("import\t"));
		if (!runs || is_known(line, project))
			continue;
		*ret_line = number;
		return true;
	}
	return false;
}

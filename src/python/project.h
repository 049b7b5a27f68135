/* pyproject.toml as far as hwb needs it: how to call the build backend, what the project calls itself, [tool.hwb].
 * PEP 517, 518, 621 and reference/build-protocol.md section 1.1. */
#ifndef PYTHON_PROJECT_H
#define PYTHON_PROJECT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"

/* Real files stay under 40 requirements, 3 backend paths and 30 settings. */
enum { PROJECT_REQUIRES_MAX = 256, PROJECT_PATHS_MAX = 32, PROJECT_SETTINGS_MAX = 1024, PROJECT_WARNINGS_MAX = 64 };

/* One key of [tool.hwb], as found: whether it may be there is for the configuration to say. */
struct project_setting {
	struct bytes key; /* dotted, below tool.hwb: "limits.memory"; parts that are not bare keys are quoted */
	uint32_t line, column;
	bool is_array, is_plain; /* is_plain: values holds all of it (strings, integers, booleans or an array of them) */
	const struct bytes *values;
	size_t n_values;
};

struct project {
	bool has_pyproject, has_build_system, has_project;
	bool has_backend; /* build-backend was written; else it is the default one */
	bool uses_toml_1_1; /* backends on Python <= 3.14 cannot read such a file */
	const struct bytes *requires; /* each a valid requirement, as written */
	size_t n_requires;
	struct bytes backend; /* "module.path" or "module.path:object.path", dotted identifiers */
	const struct bytes *backend_path; /* relative, without ".."; that they lie inside the tree is to be checked there */
	size_t n_backend_path;
	struct bytes name, version; /* of [project], as written and valid; {NULL, 0}: not there */
	const struct bytes *dynamic; /* of [project] */
	size_t n_dynamic;
	const struct project_setting *settings; /* in the order of the file */
	size_t n_settings;
	const struct bytes *warnings; /* sentences for the user, each with its line */
	size_t n_warnings;
};

/* What the source tree holds. */
struct project_files {
	bool has_pyproject, has_setup_py;
	struct bytes pyproject; /* content of pyproject.toml */
};

/* Defaults are filled in: no file but setup.py, or no [build-system]: setuptools >= 40.8.0 and its legacy backend.
 * *ret_project lives as long as a. ERR_FORMAT with line and column, ERR_LIMIT, ERR_ABSENT: neither pyproject.toml nor
 * setup.py. */
MUST_USE enum status project_parse(const struct project_files *files, struct arena *a, struct project *ret_project, struct diag *d);

/* "a.b" or "a.b:c.d" of ASCII identifiers (PEP 517 "build-backend"). */
bool project_backend_is_valid(struct bytes backend);
/* Relative, no "..", no backslash, NUL or control character. */
bool project_path_is_valid(struct bytes path);

/* The record that hwb-parse sends. The reader checks everything again: ERR_FORMAT. */
void project_write(const struct project *p, struct buf *out);
MUST_USE enum status project_read(struct bytes record, struct arena *a, struct project *ret_project, struct diag *d);

#endif

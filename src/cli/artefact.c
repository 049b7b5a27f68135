#include "cli/artefact.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "audit/audit.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "host/file.h"
#include "host/mapped.h"
#include "python/name.h"

enum { CONSTRAINTS_MAX = 16 << 20 };

static const char *absolute(const char *out_path, const char *name, struct arena *a)
{
	char real[PATH_MAX];
	return arena_printf(a, "%s/%s", realpath(out_path, real) ? real : out_path, name);
}

enum status artefact_write(int out_dir, const char *out_path, int fd, struct artefact *artefact, const struct run_context *run,
			   struct arena *a, struct diag *d)
{
	struct bytes content = { NULL, 0 };
	struct file_draft draft;
	enum status s = mapped_open(fd, UINT64_MAX, &content, d);
	if (s)
		return s;
	s = file_draft_open(out_dir, 0644, &draft, d);
	if (s == OK) {
		s = fd_write_all(draft.fd, content, d);
		/* The rename cannot be taken back: what led to it is on the disk first. */
		if (s == OK)
			s = audit_note(run->audit, true, d, "artifact.writing", "name", artefact->name, NULL);
		if (s == OK)
			s = file_draft_finish(&draft, artefact->name, true, d);
		else
			file_draft_drop(&draft);
	}
	mapped_done(&content);
	if (s)
		return explain(d, "write '%s/%s'", out_path, artefact->name);
	artefact->path = absolute(out_path, artefact->name, a);
	return OK;
}

enum status artefact_check_sdist(struct bytes file_name, const struct source_result *unpacked, const struct project *project,
				 struct arena *a, struct diag *d)
{
	size_t dash = bytes_find_last(file_name, '-');
	struct bytes raw = bytes_part(file_name, 0, dash);
	if (dash == file_name.size || !name_is_valid(raw))
		return fail(d, ERR_ARTEFACT, 0, "'%.*s' is not the name of an sdist (PEP 625)", BYTES_ARG(file_name));
	struct sdist_name parts;
	enum status s = sdist_name_parse(file_name, name_normalize(raw, a), a, &parts, d);
	if (s) {
		(void)explain(d, "the sdist's name");
		return fail(d, ERR_ARTEFACT, 0, "'%.*s' is not the name of an sdist (PEP 625)", BYTES_ARG(file_name));
	}
	if (project->name.size && !name_equal(raw, project->name))
		return fail(d, ERR_ARTEFACT, 0, "the sdist '%.*s' is not one of the project '%.*s'", BYTES_ARG(file_name),
			    BYTES_ARG(project->name));
	struct version want;
	if (project->version.size && version_parse(project->version, a, &want, NULL) == OK &&
	    version_compare(&want, &parts.version) != 0)
		return fail(d, ERR_ARTEFACT, 0, "the sdist '%.*s' is not of version '%.*s'", BYTES_ARG(file_name),
			    BYTES_ARG(project->version));
	if (!unpacked->pkg_info.size)
		return fail(d, ERR_ARTEFACT, 0, "the sdist '%.*s' has no PKG-INFO", BYTES_ARG(file_name));
	return OK;
}

enum status artefact_read_constraints(const char *path, struct arena *a, struct lock_constraint **ret, size_t *ret_n, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, CONSTRAINTS_MAX);
	if (file_read_named(path, &text, d)) {
		(void)explain(d, "the constraints");
		return recode(d, ERR_USAGE);
	}
	return lock_constraints_parse(arena_copy(a, buf_bytes(&text)), path, a, ret, ret_n, d);
}

void artefact_progress(void *context, const char *what, uint64_t done, uint64_t size)
{
	console_progress(context, what, done, size);
}

/* What the registry has already, as its index says. */
#include "publish/sending.h"

static enum status compare(const struct sending *s, const struct publish_file *f, const struct index_file *there, struct diag *d)
{
	char ours[SHA256_TEXT_SIZE], theirs[SHA256_TEXT_SIZE];
	if (!there->has_digest) {
		(void)fail(d, ERR_UNCHECKED, 0, "'%s' has a file '%.*s', and its index does not say of which sha256",
			   s->request->registry->name, BYTES_ARG(f->name));
		return remedy(d, "whether it is the same nobody can tell: publish another version, or look at it yourself");
	}
	if (sha256_equal(&there->digest, &f->digest))
		return OK;
	sha256_text(&f->digest, ours);
	sha256_text(&there->digest, theirs);
	(void)fail(d, ERR_PUBLISH, 0, "'%s' has another file '%.*s': its sha256 is %s, that of '%s' is %s",
		   s->request->registry->name, BYTES_ARG(f->name), theirs, f->path, ours);
	return remedy(d, "a file that is published does not change: build it under a new version");
}

enum status there_look(struct sending *s, struct publish_file *f, enum there *ret, struct diag *d)
{
	const struct index_project *project;
	*ret = THERE_UNKNOWN;
	if (!s->index)
		return OK;
	enum status status = index_project(s->index, f->project, &project, d);
	if (status == ERR_NETWORK && s->index != s->request->own_index && s->request->own_index && index_wants_credential(s->index)) {
		s->index = s->request->own_index;
		status = index_project(s->index, f->project, &project, d);
	}
	f->is_first = status == ERR_ABSENT;
	if (status == ERR_ABSENT) {
		*ret = THERE_NOT;
		return OK;
	}
	if (status == ERR_CANCELLED)
		return status;
	if (status) {
		(void)explain(d, "what '%s' has of '%.*s'", s->request->registry->name, BYTES_ARG(f->project));
		if (index_wants_credential(s->index))
			(void)remedy(
				d,
				"its index refuses the credential, or wants one: on the host that takes the uploads it is that of the uploads "
				"(is it right?), elsewhere HWB_INDEX_NAME_USERNAME and HWB_INDEX_NAME_PASSWORD of an index of that name");
		return recode(d, ERR_UNCHECKED);
	}
	*ret = THERE_NOT;
	for (size_t i = 0; i < project->n_files; i++) {
		if (!bytes_equal(project->files[i].filename, f->name))
			continue;
		status = compare(s, f, &project->files[i], d);
		if (status)
			return status;
		*ret = THERE_SAME;
	}
	return OK;
}

enum status there_look_again(struct sending *s, struct publish_file *f, enum there *ret, struct diag *d)
{
	if (s->index)
		index_forget(s->index, f->project);
	return there_look(s, f, ret, d);
}

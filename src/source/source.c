#include "source/source.h"

#include <fcntl.h>
#include <limits.h>

#include "base/cleanup.h"
#include "base/wire.h"
#include "host/helper.h"
#include "host/reply.h"
#include "host/spool.h"
#include "net/url.h"
#include "source/parts.h"

enum { PROJECT_REPLY_MAX = 96 << 20 };

/* "pyproject.toml: words" becomes "pyproject.toml:3:14: words", as compilers say it. */
static void put_place(struct diag *d)
{
	static const char file[] = "pyproject.toml";
	if (!d || !d->line)
		return;
	bool named = strncmp(d->text, file, sizeof file - 1) == 0 && d->text[sizeof file - 1] == ':';
	if (named)
		memmove(d->text, d->text + sizeof file + 1, strlen(d->text + sizeof file + 1) + 1);
	(void)explain(d, "%s:%u:%u", file, d->line, d->column);
	locate(d, 0, 0);
}

/* pyproject.toml by hwb-parse, out of the very bytes that will be built. */
static enum status read_project(const struct run_context *run, bool is_directory, struct source_result *r, struct arena *a,
				struct diag *d)
{
	CLEANUP(buf_done) struct buf ask;
	CLEANUP(buf_done) struct buf reply;
	buf_init(&ask, 8192);
	buf_init(&reply, PROJECT_REPLY_MAX);
	wire_put_bytes(&ask, r->subdirectory);
	enum status s = helper_call(run, "hwb-parse", "project", buf_bytes(&ask), &r->tree.fd, 1, &reply, d);
	if (s == ERR_ABSENT)
		return fail(d, ERR_USAGE, 0, "'%.*s' has neither pyproject.toml nor setup.py", BYTES_ARG(r->display));
	if (s) {
		put_place(d);
		return s;
	}
	struct wire w = wire_over(buf_bytes(&reply));
	struct bytes record = wire_get_bytes(&w);
	r->pkg_info = arena_copy(a, wire_get_bytes(&w));
	uint64_t committed = wire_get_u64(&w);
	if (is_directory && committed && committed <= INT64_MAX)
		r->epoch = (int64_t)committed;
	s = wire_end(&w, "project", d);
	return reply_check(s ? s : project_read(record, a, &r->project, d), d);
}

static enum status take_archive(const struct run_context *run, int fd, struct bytes name, struct arena *a, struct source_result *r,
				struct diag *d)
{
	struct bytes top;
	uint64_t size;
	r->archive_name = arena_copy(a, name);
	r->has_archive_digest = true;
	enum status s = sha256_of_fd(fd, run->limits->download_size, &r->archive_digest, &size, d);
	if (s == OK)
		s = archive_to_tree(run, fd, name, a, &r->tree, &top, d);
	if (s == OK)
		r->epoch = r->tree.newest_unix;
	return s;
}

static enum status from_directory(const struct run_context *run, const struct source_request *q, struct arena *a,
				  struct source_result *r, struct diag *d)
{
	char real[PATH_MAX];
	const char *path = arena_string(a, q->word->path);
	r->display = bytes_of(arena_string(a, bytes_of(realpath(path, real) ? real : path)));
	enum status s = source_tree_read(run, path, q->out_path, a, &r->tree, d);
	r->epoch = r->tree.newest_unix; /* unless it is a repository */
	return s;
}

static enum status from_archive(const struct run_context *run, const struct source_request *q, struct arena *a,
				struct source_result *r, struct diag *d)
{
	r->display = q->word->path;
	CLEANUP(fd_close) int fd = -1;
	enum status s = spool_copy(run, arena_string(a, q->word->path), run->limits->download_size, &fd, d);
	return s ? s : take_archive(run, fd, bytes_base_name(q->word->path), a, r, d);
}

static enum status from_url(const struct run_context *run, const struct source_request *q, struct arena *a, struct source_result *r,
			    struct diag *d)
{
	struct url url;
	struct bytes name;
	CLEANUP(fd_close) int fd = -1;
	r->display = url_for_log(q->word->url, a);
	enum status s = url_parse(q->word->url, a, &url, d);
	if (s == OK)
		s = url_file_name(&url, a, &name, d);
	if (s == OK)
		s = index_download_url(q->index, arena_string(a, q->word->url), &q->word->digest, &fd, d);
	return s ? s : take_archive(run, fd, name, a, r, d);
}

/* A mistyped directory that happens to be a project's name shows here. */
static struct bytes describe_choice(const struct index_file *file, struct bytes name, struct arena *a)
{
	CLEANUP(buf_done) struct buf version;
	bool is_local = strcmp(file->hash_source, "local") == 0;
	buf_init(&version, 4096);
	version_write(&file->version, &version);
	return bytes_of(arena_printf(a, "%.*s %s from %s%.*s%s", BYTES_ARG(name), buf_string(&version), is_local ? "'" : "the index",
				     (int)(is_local ? file->index.size : 0), (const char *)file->index.data, is_local ? "'" : ""));
}

static enum status from_index(const struct run_context *run, const struct source_request *q, struct arena *a,
			      struct source_result *r, struct diag *d)
{
	const struct index_file *file;
	CLEANUP(fd_close) int fd = -1;
	enum status s = index_choose_sdist(q, a, &file, d);
	if (s)
		return s;
	r->display = url_for_log(file->url, a);
	r->chosen = describe_choice(file, q->word->name, a);
	s = index_download(q->index, file, &fd, d);
	return s ? s : take_archive(run, fd, file->filename, a, r, d);
}

static enum status from_git(const struct run_context *run, const struct source_request *q, struct arena *a, struct source_result *r,
			    struct diag *d)
{
	bool below = q->word->subdirectory.size > 0;
	r->display = bytes_of(arena_printf(a, "git+%.*s%s%.*s", BYTES_ARG(url_for_log(q->word->url, a)),
					   below ? "#subdirectory=" : "", BYTES_ARG(q->word->subdirectory)));
	r->subdirectory = q->word->subdirectory;
	return git_to_tree(run, q, a, r, d);
}

enum status source_run(const struct run_context *run, const struct source_request *request, struct arena *a,
		       struct source_result *ret, struct diag *d)
{
	static enum status (*const kinds[])(const struct run_context *, const struct source_request *, struct arena *,
					    struct source_result *, struct diag *) = {
		[SOURCE_DIRECTORY] = from_directory, [SOURCE_ARCHIVE] = from_archive, [SOURCE_URL] = from_url,
		[SOURCE_INDEX] = from_index,         [SOURCE_GIT] = from_git,
	};
	struct source_result r = { .tree = { .fd = -1 } };
	enum status s = kinds[request->word->kind](run, request, a, &r, d);
	if (s == OK)
		s = read_project(run, request->word->kind == SOURCE_DIRECTORY, &r, a, d);
	ret->network = r.network;
	if (s) {
		fd_close(&r.tree.fd);
		return s;
	}
	if (r.epoch < SOURCE_EPOCH_MIN)
		r.epoch = SOURCE_EPOCH_MIN;
	*ret = r;
	return OK;
}

enum status source_from_archive(const struct run_context *run, int archive_fd, struct bytes file_name, struct arena *a,
				struct source_result *ret, struct diag *d)
{
	struct source_result r = { .tree = { .fd = -1 }, .display = file_name };
	enum status s = take_archive(run, archive_fd, file_name, a, &r, d);
	if (s == OK)
		s = read_project(run, false, &r, a, d);
	if (s) {
		fd_close(&r.tree.fd);
		return s;
	}
	if (r.epoch < SOURCE_EPOCH_MIN)
		r.epoch = SOURCE_EPOCH_MIN;
	*ret = r;
	return OK;
}

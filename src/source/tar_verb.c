/* The "tar-source" verb of hwb-unpack: tar in any of the usual compressions, by libarchive. The only file that names it.
 * One reader undoes the compression, another reads the members; between them tar_headers.h sees the stream as other readers would. */
#include <archive.h>
#include <archive_entry.h>

#include "base/wire.h"
#include "source/members.h"
#include "source/tar_headers.h"
#include "source/verbs.h"

enum { ARCHIVE_FD = 0, SPOOL_FD = 1, OUT_FD = 2, PIECE = 8192 };

struct reader {
	struct archive *stream; /* the bytes without their compression */
	struct archive *members;
	struct tar_headers headers;
	struct diag *d;
	enum status failed; /* of headers, told in d */
	uint64_t n_members;
};

static enum status archive_failed(struct archive *a, struct diag *d)
{
	const char *text = archive_error_string(a);
	return fail(d, ERR_REFUSED, 0, "the archive is damaged or cut short: %s", text ? text : "unreadable");
}

static char type_of(struct archive_entry *e)
{
	if (archive_entry_hardlink(e))
		return 'h';
	switch (archive_entry_filetype(e)) {
	case AE_IFREG:
		return 'f';
	case AE_IFDIR:
		return 'd';
	case AE_IFLNK:
		return 'l';
	default:
		return '?';
	}
}

static enum status add_entry(struct member_set *set, struct archive *a, struct archive_entry *e, struct diag *d)
{
	bool wants = false;
	struct member m = {
		.path = bytes_of(archive_entry_pathname(e)),
		.type = type_of(e),
		.mode = archive_entry_perm(e) & 07777,
		.target = bytes_of(archive_entry_symlink(e)),
		.mtime = (int64_t)archive_entry_mtime(e),
	};
	if (!archive_entry_pathname(e))
		return fail(d, ERR_REFUSED, 0, "a member of the archive has a name that cannot be read");
	if (m.type == 'f')
		m.size = archive_entry_size(e) > 0 ? (uint64_t)archive_entry_size(e) : 0;
	enum status s = members_add(set, &m, &wants, d);
	unsigned char piece[PIECE];
	while (s == OK && wants) {
		la_ssize_t n = archive_read_data(a, piece, sizeof piece);
		if (n < 0)
			return archive_failed(a, d);
		if (n == 0)
			break;
		s = members_content(set, bytes_make(piece, (size_t)n), d);
	}
	return s;
}

/* What the reader of members calls for more of the stream. 0 is its end. */
static la_ssize_t pull(struct archive *members, void *context, const void **ret)
{
	struct reader *r = context;
	size_t size = 0;
	la_int64_t offset;
	int rc = archive_read_data_block(r->stream, ret, &size, &offset);
	if (rc == ARCHIVE_EOF)
		return 0;
	if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN) {
		archive_set_error(members, archive_errno(r->stream), "%s", archive_error_string(r->stream));
		return ARCHIVE_FATAL;
	}
	r->failed = tar_headers_take(&r->headers, bytes_make(*ret, size), r->d);
	return r->failed ? ARCHIVE_FATAL : (la_ssize_t)size;
}

/* What the reader of members leaves: behind the end of an archive are zeros. */
static enum status read_rest(struct reader *r, struct bytes file, struct diag *d)
{
	const void *piece;
	la_ssize_t n;
	while ((n = pull(r->members, r, &piece)) > 0)
		;
	if (n < 0)
		return r->failed ? r->failed : archive_failed(r->members, d);
	if (r->n_members != r->headers.n_members)
		return fail(d, ERR_REFUSED, 0, "one reader finds %llu members and another %llu", (unsigned long long)r->n_members,
			    (unsigned long long)r->headers.n_members);
	la_int64_t packed = archive_filter_bytes(r->stream, -1);
	struct bytes rest = bytes_from(file, packed > 0 ? (size_t)packed : 0);
	while (rest.size && !rest.data[0])
		rest = bytes_from(rest, 1);
	return rest.size ? fail(d, ERR_REFUSED, 0, "something stands behind the end of the compressed archive") : OK;
}

static enum status read_all(struct member_set *set, struct reader *r, struct bytes file, struct diag *d)
{
	for (;;) {
		struct archive_entry *e;
		int rc = archive_read_next_header(r->members, &e);
		if (rc == ARCHIVE_EOF)
			return read_rest(r, file, d);
		if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
			return r->failed ? r->failed : archive_failed(r->members, d);
		r->n_members++;
		enum status s = add_entry(set, r->members, e, d);
		if (s)
			return r->failed ? r->failed : s;
	}
}

/* Filters by name: the ones that libarchive would run as programs stay out. */
static bool open_reader(struct reader *r, struct bytes file)
{
	struct archive_entry *whole;
	(void)archive_read_support_filter_gzip(r->stream);
	(void)archive_read_support_filter_bzip2(r->stream);
	(void)archive_read_support_filter_xz(r->stream);
	(void)archive_read_support_filter_zstd(r->stream);
	(void)archive_read_support_format_raw(r->stream);
	(void)archive_read_support_format_tar(r->members);
	return archive_read_open_memory(r->stream, file.data, file.size) == ARCHIVE_OK &&
	       archive_read_next_header(r->stream, &whole) == ARCHIVE_OK;
}

static enum status read_archive(struct member_set *set, struct bytes file, struct diag *d)
{
	struct reader r = { .stream = archive_read_new(), .members = archive_read_new(), .d = d };
	enum status s;
	tar_headers_init(&r.headers);
	if (!r.stream || !r.members)
		s = fail(d, ERR_IO, 0, "start the archive reader");
	else if (!open_reader(&r, file))
		s = archive_failed(r.stream, d);
	else if (archive_read_open(r.members, &r, NULL, pull, NULL) != ARCHIVE_OK)
		s = r.failed ? r.failed : archive_failed(r.members, d);
	else
		s = read_all(set, &r, file, d);
	(void)archive_read_free(r.members);
	(void)archive_read_free(r.stream);
	tar_headers_done(&r.headers);
	return s;
}

enum status tar_source_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct member_set set = { .arena = call->arena, .limits = source_limits_read(&w), .spool_fd = call->fds[SPOOL_FD] };
	struct bytes file;
	enum status s = wire_end(&w, "tar-source", d);
	if (s == OK)
		s = verb_map(call, ARCHIVE_FD, VERB_FILE_MAX, &file, d);
	if (s)
		return s;
	if (!file.size)
		return fail(d, ERR_REFUSED, 0, "the archive is empty");
	set.packed_size = file.size;
	s = read_archive(&set, file, d);
	return s ? s : members_write(&set, call->fds[OUT_FD], reply, d);
}

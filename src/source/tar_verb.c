/* The "tar-source" verb of hwb-unpack: tar in any of the usual compressions, by libarchive. The only file that names it. */
#include <archive.h>
#include <archive_entry.h>

#include "base/wire.h"
#include "source/members.h"
#include "source/verbs.h"

enum { ARCHIVE_FD = 0, SPOOL_FD = 1, OUT_FD = 2, PIECE = 8192 };

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

static enum status read_all(struct member_set *set, struct archive *a, struct diag *d)
{
	for (;;) {
		struct archive_entry *e;
		int rc = archive_read_next_header(a, &e);
		if (rc == ARCHIVE_EOF)
			return OK;
		if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
			return archive_failed(a, d);
		enum status s = add_entry(set, a, e, d);
		if (s)
			return s;
	}
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
	struct archive *a = archive_read_new();
	if (!a)
		return fail(d, ERR_IO, 0, "start the archive reader");
	/* Filters by name: the ones that libarchive would run as programs stay out. */
	(void)archive_read_support_filter_gzip(a);
	(void)archive_read_support_filter_bzip2(a);
	(void)archive_read_support_filter_xz(a);
	(void)archive_read_support_filter_zstd(a);
	(void)archive_read_support_format_tar(a);
	s = archive_read_open_memory(a, file.data, file.size) == ARCHIVE_OK ? read_all(&set, a, d) : archive_failed(a, d);
	(void)archive_read_free(a);
	return s ? s : members_write(&set, call->fds[OUT_FD], reply, d);
}

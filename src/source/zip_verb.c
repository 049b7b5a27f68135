/* The "zip-source" verb: a zip sdist, by our own reader. */
#include "base/wire.h"
#include "format/zip.h"
#include "source/members.h"
#include "source/verbs.h"

enum { ARCHIVE_FD = 0, SPOOL_FD = 1, OUT_FD = 2 };

/* 1980 is as far back as a zip goes; its clock has no zone, so the date alone is taken. */
static int64_t unix_of_dos(uint32_t dos)
{
	struct tm tm = {
		.tm_year = (int)(dos >> 25) + 80,
		.tm_mon = (int)(dos >> 21 & 15) - 1,
		.tm_mday = (int)(dos >> 16 & 31),
		.tm_hour = (int)(dos >> 11 & 31),
		.tm_min = (int)(dos >> 5 & 63),
		.tm_sec = (int)(dos & 31) * 2,
	};
	time_t t = timegm(&tm);
	return t < 0 ? 0 : (int64_t)t;
}

static enum status put_piece(void *context, struct bytes piece, struct diag *d)
{
	return members_content(context, piece, d);
}

static enum status add_entry(struct member_set *set, const struct zip *zip, const struct zip_entry *e, struct diag *d)
{
	CLEANUP(buf_done) struct buf target;
	struct member m = { .path = e->name, .mode = e->unix_mode, .mtime = unix_of_dos(e->dos_time) };
	bool wants = false;
	buf_init(&target, 4096);
	m.type = e->is_dir ? 'd' : e->is_symlink ? 'l' : e->is_special ? '?' : 'f';
	enum status s = m.type == 'l' ? zip_read(zip, e, &target, d) : OK;
	m.target = buf_bytes(&target);
	m.size = m.type == 'f' ? e->size : 0;
	if (s == OK)
		s = members_add(set, &m, &wants, d);
	return s == OK && wants ? zip_read_stream(zip, e, put_piece, set, d) : s;
}

enum status zip_source_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct member_set set = { .arena = call->arena, .limits = source_limits_read(&w), .spool_fd = call->fds[SPOOL_FD] };
	struct zip_limits limits = zip_limits_default();
	struct zip zip;
	struct bytes file;
	enum status s = wire_end(&w, "zip-source", d);
	if (s == OK)
		s = verb_map(call, ARCHIVE_FD, VERB_FILE_MAX, &file, d);
	if (s)
		return s;
	if (!file.size)
		return fail(d, ERR_REFUSED, 0, "the archive is empty");
	set.packed_size = file.size;
	limits.n_members = set.limits.members;
	limits.total_size = set.limits.size;
	limits.ratio = set.limits.ratio;
	s = zip_open(file, &limits, call->arena, &zip, d);
	for (size_t i = 0; s == OK && i < zip.n_entries; i++)
		s = add_entry(&set, &zip, &zip.entries[i], d);
	if (s == ERR_FORMAT || s == ERR_LIMIT)
		s = recode(d, ERR_REFUSED);
	return s ? s : members_write(&set, call->fds[OUT_FD], reply, d);
}

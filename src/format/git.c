/* References, loose objects, commits; packs are in git_pack.c. */
#include "format/git.h"

#include "base/cleanup.h"
#include "base/encode.h"
#include "base/number.h"
#include "format/deflate.h"

static enum status parse_id(struct bytes hex, struct git_id *ret)
{
	struct git_id id = { .size = hex.size / 2 };
	if (hex.size != 40 && hex.size != 64)
		return ERR_FORMAT;
	if (hex_parse(hex, id.bytes, id.size))
		return ERR_FORMAT;
	*ret = id;
	return OK;
}

enum status git_reference_parse(struct bytes text, struct git_id *ret_id, struct bytes *ret_ref)
{
	static const struct bytes prefix = LIT("ref: ");
	struct bytes line = bytes_trim(text);
	*ret_ref = (struct bytes){ NULL, 0 };
	if (!bytes_starts(line, prefix))
		return parse_id(line, ret_id);
	line = bytes_from(line, prefix.size);
	if (!bytes_starts(line, BYTES("refs/")) || bytes_find(line, '\n') < line.size)
		return ERR_FORMAT;
	*ret_ref = line;
	return OK;
}

enum status git_packed_reference_find(struct bytes text, struct bytes ref, struct git_id *ret)
{
	while (text.data) { /* "ID NAME"; what begins with '#' or '^' is neither */
		struct bytes line = bytes_cut(&text, '\n'), id = bytes_cut(&line, ' ');
		if (bytes_equal(bytes_trim(line), ref) && parse_id(id, ret) == OK)
			return OK;
	}
	return ERR_ABSENT;
}

const char *git_loose_path(const struct git_id *id, struct arena *a)
{
	char hex[2 * GIT_ID_MAX + 1];
	hex_write(bytes_make(id->bytes, id->size), hex);
	return arena_printf(a, "objects/%.2s/%s", hex, hex + 2);
}

enum status git_loose_commit(struct bytes file, struct arena *a, struct bytes *ret)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, GIT_COMMIT_MAX);
	enum status s = inflate_zlib(file, &out);
	if (s)
		return s;
	struct bytes text = buf_bytes(&out), head = bytes_cut(&text, '\0'); /* "commit SIZE" */
	if (!bytes_starts(head, BYTES("commit ")) || !text.data)
		return ERR_FORMAT;
	*ret = arena_copy(a, text);
	return OK;
}

enum status git_commit_time(struct bytes commit, int64_t *ret)
{
	while (commit.size) {
		struct bytes line = bytes_cut(&commit, '\n');
		uint64_t seconds;
		if (!line.size) /* the message begins */
			break;
		if (!bytes_starts(line, BYTES("committer ")))
			continue;
		/* "NAME <MAIL> SECONDS ZONE": a name may have anything in it. */
		line = bytes_from(line, bytes_find_last(line, '>') + 1);
		line = bytes_trim(line);
		if (number_parse_u64(bytes_cut(&line, ' '), INT64_MAX, &seconds))
			return ERR_FORMAT;
		*ret = (int64_t)seconds;
		return OK;
	}
	return ERR_FORMAT;
}

#include "source/commit_time.h"

#include "format/git.h"
#include "format/snapshot.h"

/* References to references; git itself stops at five. The year 9999. */
enum { REFERENCES_MAX = 5 };
#define TIME_MAX INT64_C(253402300799)

/* Entries are in the order of their paths, and .git is near the beginning of most: nothing behind the path is looked at. */
static bool find(struct bytes snapshot, const char *path, struct bytes *ret)
{
	struct snapshot_reader r;
	struct snapshot_entry e;
	if (snapshot_open(snapshot, &r, NULL))
		return false;
	while (snapshot_next(&r, &e, NULL) == OK) {
		int order = bytes_compare(e.path, bytes_of(path));
		if (order == 0)
			*ret = e.content;
		if (order >= 0)
			return order == 0 && (e.type == 'f' || e.type == 'x');
	}
	return false;
}

static bool find_head(struct bytes snapshot, struct arena *a, struct git_id *ret)
{
	struct bytes text, ref;
	bool is_there = find(snapshot, ".git/HEAD", &text);
	for (unsigned i = 0; is_there && i < REFERENCES_MAX; i++) {
		if (git_reference_parse(text, ret, &ref))
			return false;
		if (!ref.data)
			return true;
		is_there = find(snapshot, arena_printf(a, ".git/%.*s", BYTES_ARG(ref)), &text);
		if (!is_there)
			return find(snapshot, ".git/packed-refs", &text) && git_packed_reference_find(text, ref, ret) == OK;
	}
	return false;
}

static bool find_packed(struct bytes snapshot, const struct git_id *id, struct arena *a, struct bytes *ret)
{
	static const struct bytes folder = LIT(".git/objects/pack/");
	struct snapshot_reader r;
	struct snapshot_entry e;
	struct bytes pack;
	if (snapshot_open(snapshot, &r, NULL))
		return false;
	while (snapshot_next(&r, &e, NULL) == OK) {
		if (bytes_compare(e.path, folder) > 0 && !bytes_starts(e.path, folder))
			return false;
		if (!bytes_starts(e.path, folder) || !bytes_ends(e.path, BYTES(".idx")))
			continue;
		const char *beside = arena_printf(a, "%.*s.pack", (int)(e.path.size - 4), (const char *)e.path.data);
		if (find(snapshot, beside, &pack) && git_pack_commit(e.content, pack, id, a, ret) == OK)
			return true;
	}
	return false;
}

int64_t commit_time_find(struct bytes snapshot, struct arena *a)
{
	struct git_id id;
	struct bytes file, commit;
	int64_t time;
	if (!find_head(snapshot, a, &id))
		return 0;
	bool is_there = find(snapshot, arena_printf(a, ".git/%s", git_loose_path(&id, a)), &file) &&
			git_loose_commit(file, a, &commit) == OK;
	if (!is_there && !find_packed(snapshot, &id, a, &commit))
		return 0;
	return git_commit_time(commit, &time) == OK && time <= TIME_MAX ? time : 0;
}

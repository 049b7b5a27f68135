/* References, objects and packs of git: by the first byte. What is read of a commit is text of its limit. Needs format, base. */
#include "base/cleanup.h"
#include "format/git.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void check_commit(enum status s, struct bytes commit)
{
	int64_t time;
	if (s)
		return;
	expect(commit.size <= GIT_COMMIT_MAX);
	if (git_commit_time(commit, &time) == OK)
		expect(time >= 0);
}

static void check_reference(struct bytes text)
{
	struct git_id id = { .size = 0 };
	struct bytes ref;
	if (git_reference_parse(text, &id, &ref) == OK)
		expect(ref.data ? bytes_starts(ref, BYTES("refs/")) : id.size == 20 || id.size == 32);
}

/* An id, the size of the index, the index, the pack. */
static void check_pack(struct bytes rest, struct arena *a)
{
	struct git_id id = { .size = 20 };
	struct bytes commit;
	if (rest.size < 22)
		return;
	bytes_copy(id.bytes, bytes_part(rest, 0, 20));
	size_t size = (size_t)rest.data[20] | (size_t)rest.data[21] << 8;
	rest = bytes_from(rest, 22);
	check_commit(git_pack_commit(bytes_part(rest, 0, size), bytes_from(rest, size), &id, a, &commit), commit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct bytes rest, commit;
	struct git_id id;
	arena_init(&a);
	if (size < 1)
		return 0;
	rest = bytes_make(data + 1, size - 1);
	switch (data[0]) {
	case 'R':
		check_reference(rest);
		break;
	case 'K':
		(void)!git_packed_reference_find(rest, BYTES("refs/heads/main"), &id);
		break;
	case 'L':
		check_commit(git_loose_commit(rest, &a, &commit), commit);
		break;
	case 'C':
		check_commit(OK, bytes_part(rest, 0, GIT_COMMIT_MAX));
		break;
	case 'P':
		check_pack(rest, &a);
		break;
	default:
		break;
	}
	return 0;
}

#include "env/cargo.h"

#include "base/cleanup.h"
#include "format/snapshot.h"
#include "harness.h"
#include "place.h"

static void put_file(struct buf *b, const char *path, const char *content)
{
	snapshot_put_header(b, 'f', bytes_of(path), strlen(content));
	buf_add(b, bytes_of(content));
}

static enum status look(struct buf *b, struct arena *a, struct cargo_source *ret)
{
	snapshot_put_end(b);
	CLEANUP(fd_close) int fd = memory_file(buf_bytes(b));
	return cargo_look(fd, a, ret, NULL);
}

/* A source with one Cargo.lock, in a folder and beside other files. */
static void look_at(const char *lock, const char *other, struct arena *a, struct cargo_source *ret)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, 4096);
	snapshot_put_start(&b);
	put_file(&b, "README", other);
	snapshot_put_header(&b, 'd', BYTES("rust"), 0);
	put_file(&b, "rust/Cargo.lock", lock);
	put_file(&b, "rust/Cargo.toml", other);
	put_file(&b, "rust/NotCargo.lock", other);
	put_file(&b, "rust/rust-toolchain", other);
	CHECK(look(&b, a, ret) == OK);
}

static void a_source_is_known_by_its_locks(void)
{
	CLEANUP(arena_done) struct arena a;
	struct cargo_source one, same, another;
	arena_init(&a);
	look_at("x", "1", &a, &one);
	look_at("x", "2", &a, &same);
	look_at("y", "1", &a, &another);
	CHECK(one.n_locks == 1 && strcmp(one.locks[0].folder, "rust") == 0 && one.has_manifest);
	CHECK(one.pin && strcmp(one.pin, "rust/rust-toolchain") == 0);
	CHECK(strcmp(one.key, same.key) == 0 && strcmp(one.key, another.key) != 0);
}

static void a_source_without_rust_has_nothing(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf b;
	struct cargo_source s;
	arena_init(&a);
	buf_init(&b, 4096);
	snapshot_put_start(&b);
	snapshot_put_header(&b, 'd', BYTES("Cargo.lock"), 0);
	CHECK(look(&b, &a, &s) == OK && s.n_locks == 0 && !s.has_manifest && !s.pin);
}

/* So many folders "00", "01" ... with a lock, and perhaps one at the root behind them. */
static size_t count_locks(int n, bool with_root)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf b;
	struct cargo_source s;
	arena_init(&a);
	buf_init(&b, 65536);
	snapshot_put_start(&b);
	for (int i = 0; i < n; i++) {
		const char *folder = arena_printf(&a, "%02d", i);
		snapshot_put_header(&b, 'd', bytes_of(folder), 0);
		put_file(&b, arena_printf(&a, "%s/Cargo.lock", folder), "x");
	}
	if (with_root)
		put_file(&b, "Cargo.lock", "y");
	CHECK(look(&b, &a, &s) == OK);
	return s.n_locks;
}

static void locks_below_another_do_not_count(void)
{
	CHECK_NUMBER(count_locks(3, true), 1);
	CHECK_NUMBER(count_locks(CARGO_LOCKS_MAX + 1, true), 1);
}

static void locks_have_a_limit(void)
{
	CHECK_NUMBER(count_locks(CARGO_LOCKS_MAX, false), CARGO_LOCKS_MAX);
	CHECK_NUMBER(count_locks(CARGO_LOCKS_MAX + 1, false), CARGO_LOCKS_MAX);
}

static void what_is_no_snapshot_could_not_be_checked(void)
{
	CLEANUP(arena_done) struct arena a;
	struct cargo_source s;
	arena_init(&a);
	CLEANUP(fd_close) int fd = memory_file(BYTES("HWBTREE1f"));
	CHECK(cargo_look(fd, &a, &s, NULL) == ERR_UNCHECKED);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a source is known by its locks", a_source_is_known_by_its_locks },
		{ "a source without Rust has nothing", a_source_without_rust_has_nothing },
		{ "locks below the folder of another do not count", locks_below_another_do_not_count },
		{ "locks have a limit", locks_have_a_limit },
		{ "what is no snapshot could not be checked", what_is_no_snapshot_could_not_be_checked },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}

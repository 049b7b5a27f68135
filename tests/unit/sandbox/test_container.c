#include "harness.h"
#include "sandbox/contain.h"
#include "sandbox/frame.h"

/* ---- frames ---- */

static void frames_come_whole_or_not_at_all(void)
{
	CLEANUP(buf_done) struct buf b;
	enum frame_kind kind;
	struct bytes content;
	size_t size;
	buf_init(&b, FRAME_STREAM_MAX);
	frame_put(&b, FRAME_LOG, BYTES("words"));
	frame_put(&b, FRAME_STOP, BYTES(""));
	for (size_t n = 0; n < FRAME_HEAD + 5; n++)
		CHECK(frame_next(bytes_part(buf_bytes(&b), 0, n), &kind, &content, &size) == FRAME_NONE);
	CHECK(frame_next(buf_bytes(&b), &kind, &content, &size) == FRAME_ONE);
	CHECK(kind == FRAME_LOG && size == FRAME_HEAD + 5);
	CHECK_BYTES(content, BYTES("words"));
	frame_drop(&b, size);
	CHECK(frame_next(buf_bytes(&b), &kind, &content, &size) == FRAME_ONE);
	CHECK(kind == FRAME_STOP && content.size == 0);
	frame_drop(&b, size);
	CHECK(b.size == 0 && frame_next(buf_bytes(&b), &kind, &content, &size) == FRAME_NONE);
}

static void a_frame_of_no_kind_or_too_long_is_bad(void)
{
	static const struct {
		const char *name;
		struct bytes in;
		enum frame_result want;
	} cases[] = {
		{ "no kind", LIT("\0\0\0\0\0\0\0\0"), FRAME_BAD },
		{ "the last kind", LIT("\6\0\0\0\0\0\0\0"), FRAME_ONE },
		{ "one kind too many", LIT("\7\0\0\0\0\0\0\0"), FRAME_BAD },
		{ "the longest, not yet here", LIT("\5\0\0\0\0\0\0\1"), FRAME_NONE },
		{ "one byte longer", LIT("\5\0\0\0\1\0\0\1"), FRAME_BAD },
		{ "text of an engine", LIT("Error: no space left"), FRAME_BAD },
	};
	enum frame_kind kind;
	struct bytes content;
	size_t size;
	for (size_t i = 0; i < COUNT(cases); i++)
		CHECK_ROW(frame_next(cases[i].in, &kind, &content, &size) == cases[i].want, cases[i].name);
}

/* ---- the command line ---- */

static const struct container engine = {
	.engine = "/usr/bin/podman",
	.image = "img",
	.image_id = "sha256:1111",
	.image_digest = "img@sha256:2222",
	.arguments = (const char *const[]){ "--userns=keep-id" },
	.n_arguments = 1,
	.run_path = "/cache/run",
};
static const struct sandbox_mount mounts[] = { { "/usr", "/usr" }, { "/cache/env/x", "/env" } };

static struct sandbox_spec sample(void)
{
	struct sandbox_spec s = { .mode = MODE_CONTAINER, .container = &engine, .mounts = mounts, .n_mounts = 2, .n_system_mounts = 1 };
	limits_init(&s.limits);
	return s;
}

static bool has_word(const char *const *argv, const char *word)
{
	while (*argv && strcmp(*argv, word) != 0)
		argv++;
	return *argv != NULL;
}

static bool has_pair(const char *const *argv, const char *option, const char *value)
{
	for (; argv[0] && argv[1]; argv++)
		if (strcmp(argv[0], option) == 0 && strcmp(argv[1], value) == 0)
			return true;
	return false;
}

/* The whole list is in tests/cli/container.py. */
static void the_command_line_has_every_word_that_was_promised(void)
{
	static const char *const words[] = {
		"--rm",
		"-i",
		"--network=none",
		"--read-only",
		"--cap-drop=ALL",
		"--security-opt=no-new-privileges",
		"--userns=keep-id",
	};
	CLEANUP(arena_done) struct arena a;
	struct sandbox_spec s = sample();
	const struct contain_run run = { "hwb-1", "/cache/run/hwb-1", "/lib/hwb-sandbox", 7, 8 };
	const char *bad;
	arena_init(&a);
	const char *const *argv = contain_argv(&s, &run, &a, &bad);
	CHECK(argv && !bad && strcmp(argv[0], "/usr/bin/podman") == 0 && strcmp(argv[1], "run") == 0);
	for (size_t i = 0; i < COUNT(words); i++)
		CHECK_ROW(has_word(argv, words[i]), words[i]);
	CHECK(has_pair(argv, "--user", "7:8"));
	CHECK(has_pair(argv, "-v", "/cache/run/hwb-1/src:/src:ro"));
	CHECK(has_pair(argv, "-v", "/cache/run/hwb-1/out:/output:rw"));
	CHECK(has_pair(argv, "-v", "/cache/env/x:/env:ro"));
	CHECK(!has_pair(argv, "-v", "/usr:/usr:ro"));
	size_t n = 0;
	while (argv[n])
		n++;
	CHECK(strcmp(argv[n - 2], "sha256:1111") == 0 && strcmp(argv[n - 1], "inner") == 0);
}

static void a_colon_in_a_path_has_no_command_line(void)
{
	static const struct sandbox_mount colon[] = { { "/a:/b", "/env" } };
	CLEANUP(arena_done) struct arena a;
	struct sandbox_spec s = sample();
	const struct contain_run run = { "hwb-1", "/cache/run/hwb-1", "/lib/hwb-sandbox", 7, 8 };
	const char *bad;
	arena_init(&a);
	s.mounts = colon;
	s.n_mounts = 1;
	s.n_system_mounts = 0;
	CHECK(!contain_argv(&s, &run, &a, &bad) && strcmp(bad, "/a:/b") == 0);
}

static void a_specification_carries_its_container(void)
{
	static const char *const argv[] = { "/bin/true" };
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf b;
	struct sandbox_spec in = sample(), out;
	arena_init(&a);
	buf_init(&b, 1 << 16);
	in.argv = argv;
	in.n_argv = 1;
	in.outside_id = 1;
	sandbox_spec_write(&in, &b);
	CHECK(sandbox_spec_read(buf_bytes(&b), &a, &out, NULL) == OK);
	CHECK(out.mode == MODE_CONTAINER && out.n_system_mounts == 1 && out.n_mounts == 2);
	CHECK(strcmp(out.container->image_id, "sha256:1111") == 0 && strcmp(out.container->run_path, "/cache/run") == 0);
	CHECK(out.container->n_arguments == 1 && strcmp(out.container->arguments[0], "--userns=keep-id") == 0);
	in.n_system_mounts = 3; /* more than there are */
	buf_clear(&b);
	sandbox_spec_write(&in, &b);
	CHECK(sandbox_spec_read(buf_bytes(&b), &a, &out, NULL) == ERR_FORMAT);
}

static void only_a_digest_pins_an_image(void)
{
#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	static const struct {
		const char *image;
		enum status want;
	} cases[] = {
		{ "demo@sha256:" HEX, OK },
		{ "localhost:5000/a/demo:1@sha256:" HEX, OK },
		{ "sha256:" HEX, OK },
		{ "demo", ERR_ISOLATION },
		{ "demo:1.0", ERR_ISOLATION },
		{ "demo@sha256:0123", ERR_ISOLATION },
		{ "demo@sha256:" HEX "0", ERR_ISOLATION },
		{ "demo@sha512:" HEX, ERR_ISOLATION },
		{ "demo:sha256-" HEX, ERR_ISOLATION },
		{ "", ERR_ISOLATION },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct diag d = { 0 };
		CHECK_ROW(container_check_pinned(cases[i].image, &d) == cases[i].want, cases[i].image);
		CHECK_ROW(cases[i].want == OK || d.help[0], cases[i].image);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "frames come whole or not at all", frames_come_whole_or_not_at_all },
		{ "a frame of no kind, or too long, is bad", a_frame_of_no_kind_or_too_long_is_bad },
		{ "the command line has every word that was promised", the_command_line_has_every_word_that_was_promised },
		{ "a colon in a path has no command line", a_colon_in_a_path_has_no_command_line },
		{ "a specification carries its container", a_specification_carries_its_container },
		{ "only a digest pins an image", only_a_digest_pins_an_image },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}

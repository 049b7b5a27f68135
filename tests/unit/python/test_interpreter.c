#include <fcntl.h>
#include <sys/wait.h>

#include "harness.h"
#include "python/interpreter.h"
#include "python/tag.h"
#include "truncate.h"

#define MARKERS \
	"\"implementation_name\":\"cpython\",\"implementation_version\":\"3.11.7\",\"os_name\":\"posix\",\"platform_machine\":\"x86_64\"," \
	"\"platform_python_implementation\":\"CPython\",\"platform_release\":\"6.1\",\"platform_system\":\"Linux\"," \
	"\"platform_version\":\"#1\",\"python_full_version\":\"3.11.7\",\"python_version\":\"3.11\",\"sys_platform\":\"linux\""

/* The smallest answer, with one piece replaced. */
struct pieces {
	const char *format, *executable, *version, *tags, *purelib, *suffix, *glibc, *markers, *more;
};

static const struct pieces good = { "1",
				    "/usr/bin/python3",
				    "3.11.7",
				    "[\"cp311-cp311-linux_x86_64\",\"py3-none-any\"]",
				    "lib/python3.11/site-packages",
				    ".cpython-311-x86_64-linux-gnu.so",
				    "\"2.36\"",
				    MARKERS,
				    "" };

static struct bytes answer(struct arena *a, const struct pieces *p)
{
	return bytes_of(arena_printf(
		a,
		"{\"format\":%s,\"executable\":\"%s\",\"real_executable\":\"/usr/bin/python3.11\",\"prefix\":\"/usr\","
		"\"base_prefix\":\"/usr\",\"version\":\"%s\",\"implementation\":\"cpython\",\"free_threaded\":false,\"tags\":%s,"
		"\"markers\":{%s},\"paths\":{\"stdlib\":\"/usr/lib/python3.11\",\"include\":\"/usr/include/python3.11\","
		"\"purelib\":\"%s\",\"platlib\":\"lib/python3.11/site-packages\"},\"ext_suffix\":\"%s\",\"glibc\":%s,\"musl\":null%s}",
		p->format, p->executable, p->version, p->tags, p->markers, p->purelib, p->suffix, p->glibc, p->more));
}

static void an_answer_is_read_and_travels(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record, again;
	struct interpreter i, j;
	struct diag d = { 0 };
	arena_init(&a);
	buf_init(&record, 1 << 20);
	buf_init(&again, 1 << 20);
	CHECK_ROW(interpreter_parse(answer(&a, &good), &a, &i, &d) == OK, d.text);
	CHECK(i.major == 3 && i.minor == 11 && i.patch == 7 && i.n_tags == 2 && !i.free_threaded && i.musl.size == 0);
	CHECK_BYTES(i.glibc, BYTES("2.36"));
	interpreter_write(&i, &record);
	CHECK_ROW(interpreter_read(buf_bytes(&record), &a, &j, &d) == OK, d.text);
	CHECK_BYTES(j.env.field[MARKER_PYTHON_VERSION], BYTES("3.11"));
	CHECK(j.minor == 11 && j.n_tags == 2);
	interpreter_write(&j, &again);
	CHECK_BYTES(buf_bytes(&again), buf_bytes(&record));
}

static void a_wrong_answer_is_refused(void)
{
	struct pieces rows[16];
	size_t n = 0;
	rows[n] = good, rows[n++].format = "2";
	rows[n] = good, rows[n++].executable = "python3";
	rows[n] = good, rows[n++].executable = "/usr/bin\\npython3";
	rows[n] = good, rows[n++].version = "3.11";
	rows[n] = good, rows[n++].version = "3.12.7";
	rows[n] = good, rows[n++].tags = "[]";
	rows[n] = good, rows[n++].tags = "[\"py3-none\"]";
	rows[n] = good, rows[n++].tags = "[1]";
	rows[n] = good, rows[n++].purelib = "../lib";
	rows[n] = good, rows[n++].purelib = "/lib";
	rows[n] = good, rows[n++].suffix = "so/x";
	rows[n] = good, rows[n++].glibc = "\"x\"";
	rows[n] = good, rows[n++].glibc = "2.36";
	rows[n] = good, rows[n++].markers = "\"os_name\":\"posix\"";
	rows[n] = good, rows[n++].more = ",\"musl\":null";
	for (size_t k = 0; k < n; k++) {
		CLEANUP(arena_done) struct arena a;
		struct interpreter i;
		struct diag d = { 0 };
		arena_init(&a);
		struct bytes text = answer(&a, &rows[k]);
		CHECK_ROW(interpreter_parse(text, &a, &i, &d) == ERR_FORMAT, (const char *)text.data);
		CHECK_ROW(strstr(d.text, "probe") != NULL, d.text);
	}
}

static bool try_json(struct bytes in, struct arena *a)
{
	struct interpreter i;
	return interpreter_parse(in, a, &i, NULL) == OK;
}

static bool try_record(struct bytes in, struct arena *a)
{
	struct interpreter i;
	return interpreter_read(in, a, &i, NULL) == OK;
}

static void an_answer_or_record_cut_anywhere_is_refused(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record;
	struct interpreter i;
	arena_init(&a);
	buf_init(&record, 1 << 20);
	CHECK_NUMBER(each_truncation(answer(&a, &good), try_json), 1);
	CHECK(interpreter_parse(answer(&a, &good), &a, &i, NULL) == OK);
	interpreter_write(&i, &record);
	CHECK_NUMBER(each_truncation(buf_bytes(&record), try_record), 1);
	i.purelib = BYTES("../lib"); /* what a broken sender could say */
	buf_clear(&record);
	interpreter_write(&i, &record);
	CHECK(interpreter_read(buf_bytes(&record), &a, &i, NULL) == ERR_FORMAT);
}

static void a_long_answer_is_refused(void)
{
	CLEANUP(arena_done) struct arena a;
	struct interpreter i;
	arena_init(&a);
	CHECK(interpreter_parse(repeated(&a, ' ', INTERPRETER_JSON_MAX + 1), &a, &i, NULL) == ERR_LIMIT);
	CHECK(interpreter_parse(repeated(&a, ' ', INTERPRETER_JSON_MAX), &a, &i, NULL) == ERR_FORMAT);
}

/* Runs the probe with the python3 of PATH. */
static void run_probe(struct buf *out)
{
	int fds[2];
	CHECK(pipe2(fds, O_CLOEXEC) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		(void)dup2(fds[1], 1);
		(void)execlp("python3", "python3", "-I", "-S", PROBE_PATH, (char *)NULL);
		_exit(127);
	}
	(void)close(fds[1]);
	for (ssize_t n = 1; n > 0;) {
		unsigned char *room = buf_reserve(out, 65536);
		n = read(fds[0], room, 65536);
		buf_grew(out, n > 0 ? (size_t)n : 0);
	}
	int status = 0;
	CHECK(waitpid(pid, &status, 0) == pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		test_skip("no python3 in PATH");
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void the_probe_speaks_this_format(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf out;
	struct interpreter i;
	struct diag d = { 0 };
	arena_init(&a);
	buf_init(&out, 1 << 20);
	run_probe(&out);
	CHECK_ROW(interpreter_parse(buf_bytes(&out), &a, &i, &d) == OK, d.text);
	const struct tag_set *set;
	struct wheel_name w;
	CHECK(tag_set_new(i.tags, i.n_tags, &a, &set, NULL) == OK);
	CHECK(wheel_name_parse(BYTES("a-1-py3-none-any.whl"), &a, &w, NULL) == OK && tag_set_priority(set, &w) > 0);
	CHECK(wheel_name_parse(BYTES("a-1-py4-none-any.whl"), &a, &w, NULL) == OK && tag_set_priority(set, &w) == -1);
	CHECK(bytes_starts(i.stdlib, BYTES("/")) && i.major == 3 && i.minor >= 8);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "an answer is read and travels as a record", an_answer_is_read_and_travels },
		{ "a wrong answer is refused", a_wrong_answer_is_refused },
		{ "an answer or record cut anywhere is refused", an_answer_or_record_cut_anywhere_is_refused },
		{ "a long answer is refused", a_long_answer_is_refused },
		{ "the probe of this machine's python speaks this format", the_probe_speaks_this_format },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}

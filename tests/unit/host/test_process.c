#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "harness.h"
#include "base/wire.h"
#include "host/file.h"
#include "host/helper.h"
#include "host/mapped.h"
#include "host/reply.h"
#include "host/sealed.h"
#include "host/self.h"
#include "host/spawn.h"
#include "place.h"

/* Runs it with its output into a memory file; returns the wait status. */
static int run(const char *path, const char *const *argv, const char *const *env, const int *more, size_t n_more, struct buf *out)
{
	CLEANUP(fd_close) int fd = memory_file(BYTES(""));
	int fds[SPAWN_FDS_MAX] = { -1, fd, fd };
	pid_t pid = 0;
	struct diag d = { 0 };
	for (size_t i = 0; i < n_more; i++)
		fds[3 + i] = more[i];
	struct spawn s = { .path = path, .argv = argv, .env = env, .fds = fds, .n_fds = 3 + n_more };
	if (spawn_start(&s, &pid, &d))
		test_fail(__FILE__, __LINE__, "%s", d.text);
	int status = spawn_wait(pid);
	memory_read(fd, out);
	return status;
}

static void a_program_gets_the_environment_it_is_given_and_no_other(void)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 65536);
	CHECK(setenv("HWB_SECRET", "token", 1) == 0);
	CHECK_NUMBER(run("/usr/bin/env", (const char *[]){ "env", NULL }, NULL, NULL, 0, &out), 0);
	CHECK_BYTES(buf_bytes(&out), BYTES(""));
	CHECK_NUMBER(run("/usr/bin/env", (const char *[]){ "env", NULL }, (const char *[]){ "A=1", "B=two", NULL }, NULL, 0, &out),
		     0);
	CHECK_BYTES(buf_bytes(&out), BYTES("A=1\nB=two\n"));
}

/* The number of a line of `ls -l /proc/self/fd` is behind the last blank before " -> ". */
static void list_descriptors(struct bytes text, bool seen[64])
{
	while (text.size) {
		struct bytes line = bytes_cut(&text, '\n');
		size_t arrow = bytes_search(line, BYTES(" -> "));
		if (arrow == line.size)
			continue;
		struct bytes before = bytes_part(line, 0, arrow);
		long n = strtol((const char *)before.data + bytes_find_last(before, ' ') + 1, NULL, 10);
		CHECK(n >= 0 && n < 64);
		seen[n] = true;
	}
}

static void a_program_gets_the_descriptors_it_is_given_and_no_other(void)
{
	CLEANUP(buf_done) struct buf out;
	CLEANUP(fd_close) int leaked = memory_file(BYTES("x"));
	CLEANUP(fd_close) int high = fcntl(leaked, F_DUPFD_CLOEXEC, 40);
	bool seen[64] = { false };
	buf_init(&out, 65536);
	/* What whoever started this test left open is not hwb's: closed, so that only its own doing is seen. */
	for (int fd = 3; fd < 1024; fd++)
		if (fd != leaked && fd != high)
			(void)close(fd);
	CHECK_NUMBER(run("/bin/ls", (const char *[]){ "ls", "-l", "/proc/self/fd", NULL }, NULL, (const int[]){ high, -1 }, 2, &out),
		     0);
	list_descriptors(buf_bytes(&out), seen);
	/* 5 is the directory that ls itself has open. */
	for (int i = 0; i < 64; i++)
		if (seen[i] != (i <= 5))
			test_fail(__FILE__, __LINE__, "descriptor %d: %d in %s", i, seen[i], buf_string(&out));
	CHECK(bytes_search(buf_bytes(&out), BYTES(" 0 -> /dev/null")) < out.size);
	CHECK(bytes_search(buf_bytes(&out), BYTES(" 3 -> /memfd:test")) < out.size);
	CHECK(bytes_search(buf_bytes(&out), BYTES(" 4 -> /dev/null")) < out.size);
}

/* Each is the other's target: the case that a plain loop of dup2 gets wrong. */
static void descriptors_may_swap_places(void)
{
	CLEANUP(buf_done) struct buf out;
	int a = memory_file(BYTES("one ")), b = memory_file(BYTES("two "));
	buf_init(&out, 65536);
	CHECK(lseek(a, 0, SEEK_SET) == 0 && lseek(b, 0, SEEK_SET) == 0);
	a = fcntl(a, F_DUPFD_CLOEXEC, 50);
	b = fcntl(b, F_DUPFD_CLOEXEC, 50);
	CHECK(dup2(a, 4) == 4 && dup2(b, 3) == 3);
	CHECK_NUMBER(run("/bin/sh", (const char *[]){ "sh", "-c", "/bin/cat <&3; /bin/cat <&4", NULL }, NULL, (const int[]){ 4, 3 },
			 2, &out),
		     0);
	CHECK_BYTES(buf_bytes(&out), BYTES("one two "));
}

static void a_program_starts_with_default_signals(void)
{
	CLEANUP(buf_done) struct buf out;
	sigset_t all;
	buf_init(&out, 65536);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigfillset(&all);
	CHECK(sigprocmask(SIG_BLOCK, &all, NULL) == 0);
	CHECK_NUMBER(run("/bin/grep", (const char *[]){ "grep", "Sig[BI]", "/proc/self/status", NULL }, NULL, NULL, 0, &out), 0);
	struct bytes rest = buf_bytes(&out), blocked = bytes_cut(&rest, '\n'), ignored = bytes_cut(&rest, '\n');
	CHECK_BYTES(blocked, BYTES("SigBlk:\t0000000000000000"));
	/* 32 and 33 are the C library's own and stay as they were. */
	CHECK(bytes_starts(ignored, BYTES("SigIgn:\t")));
	CHECK_NUMBER(strtoul((const char *)ignored.data + 8, NULL, 16) & ~0x180000000UL, 0);
}

static void what_cannot_be_started_is_named(void)
{
	static const struct {
		const char *path;
		size_t n_fds;
		int fd;
		const char *says;
	} rows[] = {
		{ "/nothing/there", 0, -1, "'/nothing/there'" },
		{ "/bin/true", SPAWN_FDS_MAX + 1, -1, "too many" },
		{ "/bin/true", 1, 999, "descriptor" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		int fds[SPAWN_FDS_MAX + 1];
		pid_t pid = 0;
		struct diag d = { 0 };
		for (size_t k = 0; k < COUNT(fds); k++)
			fds[k] = rows[i].fd;
		struct spawn s = { .path = rows[i].path, .argv = (const char *[]){ "x", NULL }, .fds = fds, .n_fds = rows[i].n_fds };
		CHECK_ROW(spawn_start(&s, &pid, &d) == ERR_IO && pid == 0, rows[i].says);
		CHECK_ROW(strstr(d.text, rows[i].says), rows[i].says);
	}
}

static void a_killed_program_is_reaped(void)
{
	pid_t pid = 0;
	struct spawn s = { .path = "/bin/sleep", .argv = (const char *[]){ "sleep", "100", NULL } };
	CHECK(spawn_start(&s, &pid, NULL) == OK && pid > 0);
	spawn_kill(pid);
	CHECK(kill(pid, 0) == -1 && errno == ESRCH);
	spawn_kill(0);
	spawn_kill(-1);
}

/* More than are remembered at a time. */
static void programs_that_are_left_run_to_their_end_and_are_reaped(void)
{
	CLEANUP(fd_close) int fd = memory_file(BYTES(""));
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 65536);
	const int fds[] = { -1, fd };
	CHECK(fcntl(fd, F_SETFL, O_APPEND) == 0); /* a memory file does not keep the places of two writers apart */
	for (size_t i = 0; i < 40; i++) {
		pid_t pid = 0;
		struct spawn s = { .path = "/bin/sh", .argv = (const char *[]){ "sh", "-c", "echo x", NULL }, .fds = fds, .n_fds = 2 };
		CHECK(spawn_start(&s, &pid, NULL) == OK);
		spawn_leave(pid);
	}
	spawn_leave(0);
	spawn_reap();
	CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
	memory_read(fd, &out);
	CHECK_NUMBER(out.size, 80);
}

static void a_sealed_file_cannot_change(void)
{
	int fd = -1;
	struct bytes content;
	CHECK(sealed_make("test", BYTES("for ever"), &fd, NULL) == OK);
	CHECK(pwrite(fd, "X", 1, 0) == -1 && errno == EPERM);
	CHECK(ftruncate(fd, 2) == -1 && errno == EPERM);
	CHECK(ftruncate(fd, 200) == -1 && errno == EPERM);
	CHECK(mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE) == -1 && errno == EPERM);
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	CHECK(mapped_open(fd, 8, &content, NULL) == OK);
	CHECK_BYTES(content, BYTES("for ever"));
	mapped_done(&content);
	CHECK(content.data == NULL);
	mapped_done(&content);
	CHECK(mapped_open(fd, 7, &content, NULL) == ERR_LIMIT);
	fd_close(&fd);
	CHECK(sealed_make("test", BYTES(""), &fd, NULL) == OK && mapped_open(fd, 0, &content, NULL) == OK && content.size == 0);
}

static void a_reply_reads_back(void)
{
	CLEANUP(buf_done) struct buf b;
	struct bytes payload;
	struct diag d = { 0 }, said = { .offset = 5, .line = 7, .column = 9 };
	buf_init(&b, 65536);
	reply_write(OK, NULL, BYTES("payload \0 x"), &b);
	CHECK(reply_read(buf_bytes(&b), &payload, &d) == OK);
	CHECK_BYTES(payload, BYTES("payload \0 x"));
	buf_clear(&b);
	(void)fail(&said, ERR_HASH, 5, "the file 'x' is another one");
	(void)remedy(&said, "fetch it again");
	said.line = 7;
	said.column = 9;
	reply_write(ERR_HASH, &said, BYTES("ignored"), &b);
	CHECK(reply_read(buf_bytes(&b), &payload, &d) == ERR_HASH);
	CHECK(d.code == ERR_HASH && d.offset == 5 && d.line == 7 && d.column == 9);
	CHECK(strcmp(d.text, said.text) == 0 && strcmp(d.help, said.help) == 0);
	CHECK(reply_read(buf_bytes(&b), &payload, NULL) == ERR_HASH);
	for (size_t cut = 0; cut < b.size; cut++) {
		unsigned char *copy = malloc(cut ? cut : 1);
		bytes_copy(copy, bytes_part(buf_bytes(&b), 0, cut));
		CHECK_NUMBER(reply_read(bytes_make(copy, cut), &payload, &d), ERR_UNCHECKED);
		free(copy);
	}
}

static void a_reply_that_lies_is_unchecked(void)
{
	static const struct {
		const char *name;
		struct bytes frame;
	} rows[] = {
		{ "nothing", LIT("") },
		{ "another magic", LIT("XXXX\0\0\0\0payload") },
		{ "a status that is none", LIT("HWBR\x7f\0\0\0") },
		{ "a negative status", LIT("HWBR\xff\xff\xff\xff") },
		{ "a text longer than the frame", LIT("HWBR\2\0\0\0\xff\xff\xff\xff"
						      "abc") },
		{ "a help longer than the frame", LIT("HWBR\2\0\0\0\3\0\0\0abc\xff\xff\0\0") },
		{ "bytes behind the end", LIT("HWBR\2\0\0\0\1\0\0\0a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0!") },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes payload;
		struct diag d = { 0 };
		CHECK_ROW(reply_read(rows[i].frame, &payload, &d) == ERR_UNCHECKED && d.text[0], rows[i].name);
	}
}

static void words_longer_than_a_diag_are_cut(void)
{
	CLEANUP(buf_done) struct buf b;
	static unsigned char words[100000];
	struct bytes payload;
	struct diag d = { 0 };
	memset(words, 'w', sizeof words);
	buf_init(&b, 1 << 20);
	buf_add(&b, BYTES("HWBR\2\0\0\0"));
	wire_put_bytes(&b, bytes_make(words, sizeof words));
	wire_put_bytes(&b, bytes_make(words, sizeof words));
	wire_put_u64(&b, 1);
	wire_put_u32(&b, 2);
	wire_put_u32(&b, 3);
	CHECK(reply_read(buf_bytes(&b), &payload, &d) == ERR_FORMAT);
	CHECK(strlen(d.text) == DIAG_TEXT_SIZE - 1 && strlen(d.help) == DIAG_HELP_SIZE - 1 && d.column == 3);
}

static void a_helper_that_is_not_there_is_named(void)
{
	CLEANUP(buf_done) struct buf reply;
	struct limits limits;
	struct diag d = { 0 };
	char path[PATH_MAX];
	limits_init(&limits);
	buf_init(&reply, 100);
	struct run_context context = { .id = "x", .limits = &limits };
	CHECK(helper_call(&context, "hwb-nothing", "verb", BYTES(""), NULL, 0, &reply, &d) == ERR_IO);
	CHECK(strstr(d.text, "'hwb-nothing'") && d.help[0]);
	CHECK(self_program("hwb-nothing", path, &d) == ERR_IO);
	volatile sig_atomic_t stop = SIGINT;
	context.cancelled = &stop;
	CHECK(helper_call(&context, "hwb-nothing", "verb", BYTES(""), NULL, 0, &reply, &d) == ERR_CANCELLED);
	struct helper none = { 0 };
	helper_stop(&none);
}

/* A context, and helpers of hwb-test-helper, which stands beside this program. */
struct helpers {
	struct limits limits;
	struct run_context context;
	int file;
	struct helper h[2];
};

static void start_helpers(struct helpers *s)
{
	*s = (struct helpers){ .context = { .id = "x", .limits = &s->limits }, .file = memory_file(BYTES("")) };
	limits_init(&s->limits);
	for (size_t i = 0; i < COUNT(s->h); i++)
		CHECK(helper_start(&s->context, "hwb-test-helper", "echo", &s->file, 1, &s->h[i], NULL) == OK);
}

static void finish_helper(struct helpers *s, struct helper *h, struct bytes request, struct bytes content)
{
	CLEANUP(buf_done) struct buf reply;
	buf_init(&reply, 32 << 20);
	CHECK(helper_finish(&s->context, h, &reply, NULL) == OK);
	struct wire w = wire_over(buf_bytes(&reply));
	CHECK_BYTES(wire_get_bytes(&w), request);
	CHECK_BYTES(wire_get_bytes(&w), content);
}

/* Two of them, asked in the other order: neither holds an end of the other's request. */
static void helpers_wait_for_requests_and_see_files_as_they_are_then(void)
{
	struct helpers s;
	start_helpers(&s);
	CHECK(pwrite(s.file, "later", 5, 0) == 5);
	for (size_t i = COUNT(s.h); i-- > 0;) {
		CHECK(helper_ask(&s.h[i], BYTES("a request"), NULL) == OK);
		finish_helper(&s, &s.h[i], BYTES("a request"), BYTES("later"));
	}
	CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

static void a_request_may_be_larger_than_a_socket_holds(void)
{
	CLEANUP(arena_done) struct arena a;
	struct helpers s;
	arena_init(&a);
	start_helpers(&s);
	size_t size = 8 << 20;
	unsigned char *data = arena_alloc(&a, size, 1);
	for (size_t i = 0; i < size; i++)
		data[i] = (unsigned char)(i * 7);
	CHECK(helper_ask(&s.h[0], bytes_make(data, size), NULL) == OK);
	finish_helper(&s, &s.h[0], bytes_make(data, size), BYTES(""));
	helper_stop(&s.h[1]);
}

static void a_helper_that_died_or_was_given_up_while_it_waited(void)
{
	CLEANUP(buf_done) struct buf reply;
	struct helpers s;
	struct diag d = { 0 };
	int status;
	buf_init(&reply, 100);
	start_helpers(&s);
	CHECK(kill(s.h[0].pid, SIGKILL) == 0 && waitid(P_PID, (id_t)s.h[0].pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT) == 0);
	CHECK(helper_ask(&s.h[0], BYTES("anybody there?"), NULL) == OK);
	CHECK(helper_finish(&s.context, &s.h[0], &reply, &d) == ERR_UNCHECKED);
	CHECK(strstr(d.text, "died of signal 9"));
	helper_stop(&s.h[1]);
	CHECK(waitpid(-1, &status, WNOHANG) == -1 && errno == ECHILD);
	helper_stop(&s.h[1]);
}

/* One process, two verbs: each answers for itself, and nobody for one that did not get to it. */
static void what_else_a_helper_is_asked(void)
{
	static const struct {
		const char *name, *first, *second;
		enum status want_first, want_second;
	} rows[] = {
		{ "both answer", "echo", "echo", OK, OK },
		{ "the first refuses", "refuse", "echo", ERR_REFUSED, OK },
		{ "the second refuses", "echo", "refuse", OK, ERR_REFUSED },
		{ "the second is unknown", "echo", "nothing", OK, ERR_UNCHECKED },
		{ "it dies in the first", "die", "echo", ERR_UNCHECKED, ERR_UNCHECKED },
		{ "it dies in the second", "echo", "die", ERR_UNCHECKED, ERR_UNCHECKED },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf reply;
		struct helpers s = { .context = { .id = "x", .limits = &s.limits }, .file = memory_file(BYTES("content")) };
		struct helper_also also = { .verb = rows[i].second, .request = BYTES("more") };
		struct diag d = { 0 };
		limits_init(&s.limits);
		buf_init(&reply, 1000);
		buf_init(&also.reply, 1000);
		CHECK(helper_start(&s.context, "hwb-test-helper", rows[i].first, &s.file, 1, &s.h[0], NULL) == OK);
		s.h[0].also = &also;
		CHECK(helper_ask(&s.h[0], BYTES("request"), NULL) == OK);
		CHECK_ROW(helper_finish(&s.context, &s.h[0], &reply, &d) == rows[i].want_first, rows[i].name);
		CHECK_ROW(also.status == rows[i].want_second, rows[i].name);
		struct wire first = wire_over(buf_bytes(&reply)), second = wire_over(buf_bytes(&also.reply));
		CHECK_ROW(bytes_equal(wire_get_bytes(&first), d.code ? BYTES("") : BYTES("request")), rows[i].name);
		CHECK_ROW(bytes_equal(wire_get_bytes(&second), also.status ? BYTES("") : BYTES("more")), rows[i].name);
		CHECK_ROW(also.status == OK || also.why.text[0], rows[i].name);
		helper_also_done(&also);
	}
	helper_also_done(NULL);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a program gets the environment it is given and no other", a_program_gets_the_environment_it_is_given_and_no_other },
		{ "a program gets the descriptors it is given and no other", a_program_gets_the_descriptors_it_is_given_and_no_other },
		{ "descriptors may swap places", descriptors_may_swap_places },
		{ "a program starts with default signals", a_program_starts_with_default_signals },
		{ "what cannot be started is named", what_cannot_be_started_is_named },
		{ "a killed program is reaped", a_killed_program_is_reaped },
		{ "programs that are left run to their end and are reaped", programs_that_are_left_run_to_their_end_and_are_reaped },
		{ "a sealed file cannot change", a_sealed_file_cannot_change },
		{ "a reply reads back and breaks at every cut", a_reply_reads_back },
		{ "a reply that lies is unchecked", a_reply_that_lies_is_unchecked },
		{ "words longer than a diag are cut", words_longer_than_a_diag_are_cut },
		{ "a helper that is not there is named", a_helper_that_is_not_there_is_named },
		{ "helpers wait for requests and see files as they are then",
		  helpers_wait_for_requests_and_see_files_as_they_are_then },
		{ "a request may be larger than a socket holds", a_request_may_be_larger_than_a_socket_holds },
		{ "what else a helper is asked", what_else_a_helper_is_asked },
		{ "a helper that died, or was given up, while it waited", a_helper_that_died_or_was_given_up_while_it_waited },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}

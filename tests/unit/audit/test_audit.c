#include "audit/audit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "audit/chain.h"
#include "base/clock.h"
#include "format/json.h"
#include "harness.h"
#include "place.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static const struct audit_who who = { .run = "0123456789abcdef0123456789abcdef", .user = "tester" };

static struct audit *open_log(const struct place *p)
{
	struct audit *a = NULL;
	struct diag d = { 0 };
	if (audit_open(place_path(p, "logs"), &who, &a, &d))
		test_fail(__FILE__, __LINE__, "%s", d.text);
	return a;
}

/* The file of today, as the log names it. */
static const char *today(void)
{
	static char name[64];
	char now[CLOCK_TEXT_SIZE];
	clock_text_now(now);
	(void)snprintf(name, sizeof name, "logs/audit-%.10s.json", now);
	return name;
}

static void write_events(const struct place *p, int n)
{
	struct audit *a = open_log(p);
	for (int i = 0; i < n; i++)
		CHECK(audit_note(a, false, NULL, "test.event", "key", "value", NULL) == OK);
	audit_free(a);
}

static enum status verify(const struct place *p, const char *head, struct chain_report *ret, struct diag *d)
{
	CLEANUP(fd_close) int dir = openat(p->fd, "logs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(dir >= 0);
	return chain_verify(dir, head, ret, d);
}

static void check_whole(const struct place *p, uint64_t n_lines)
{
	struct chain_report r = { 0 };
	struct diag d = { 0 };
	if (verify(p, NULL, &r, &d))
		test_fail(__FILE__, __LINE__, "%s", d.text);
	CHECK_NUMBER(r.n_lines, n_lines);
}

static void read_log(const struct place *p, const char *name, struct buf *out)
{
	buf_init(out, 16 << 20);
	CHECK(place_read(p, name, out));
}

static struct bytes line_of(struct bytes text, size_t number)
{
	struct bytes line = { NULL, 0 };
	for (size_t i = 0; i < number; i++)
		line = bytes_cut(&text, '\n');
	return line;
}

static void every_event_carries_the_digest_of_the_line_before(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(buf_done) struct buf text;
	CLEANUP(arena_done) struct arena arena;
	char last[SHA256_TEXT_SIZE] = ZEROS;
	place_make(&p);
	arena_init(&arena);
	struct audit *a = open_log(&p);
	CHECK(audit_head(a)[0] == '\0');
	audit_set_source(a, BYTES("/home/tester/pkg"));
	audit_set_isolation(a, "container", "demo@sha256:00");
	struct json_writer *w = audit_begin(a, "run.started");
	json_pair_unsigned(w, "answer", 42);
	CHECK(audit_end(a, true, NULL) == OK);
	CHECK(audit_note(a, false, NULL, "build.started", "kind", "wheel", "nothing", NULL, NULL) == OK);
	audit_begin(a, "run.finished");
	CHECK(audit_end(a, true, NULL) == OK);
	read_log(&p, today(), &text);
	for (size_t i = 1; i <= 3; i++) {
		const struct json *root;
		struct bytes prev, line = line_of(buf_bytes(&text), i);
		int64_t seq;
		struct diag d = { 0 };
		if (json_parse(line, &arena, &root, &d))
			test_fail(__FILE__, __LINE__, "line %zu: %s", i, d.text);
		CHECK(json_get_string(root, "prev", &prev, NULL) == OK && json_get_integer(root, "seq", &seq, NULL) == OK);
		CHECK_BYTES(prev, bytes_of(last));
		CHECK_NUMBER(seq, i);
		CHECK(json_find(root, "source")->string.size && json_find(root, "environment")->type == JSON_TYPE_OBJECT);
		struct sha256 h = sha256_of(line);
		sha256_text(&h, last);
	}
	CHECK(strcmp(audit_head(a), last) == 0);
	CHECK(bytes_search(buf_bytes(&text), BYTES("\"answer\":42")) < text.size);
	CHECK(bytes_search(buf_bytes(&text), BYTES("\"kind\":\"wheel\"")) < text.size);
	audit_free(a);
	check_whole(&p, 3);
}

static void the_log_is_readable_for_its_owner_alone(void)
{
	CLEANUP(place_done) struct place p;
	struct stat folder, file;
	place_make(&p);
	(void)umask(0);
	write_events(&p, 1);
	CHECK(fstatat(p.fd, "logs", &folder, 0) == 0 && (folder.st_mode & 0777) == 0700);
	CHECK(fstatat(p.fd, today(), &file, 0) == 0 && (file.st_mode & 0777) == 0600);
}

static void a_run_continues_where_the_last_one_ended(void)
{
	CLEANUP(place_done) struct place p;
	place_make(&p);
	write_events(&p, 3);
	write_events(&p, 2);
	struct audit *a = open_log(&p), *b = open_log(&p);
	for (int i = 0; i < 4; i++)
		CHECK(audit_note(i % 2 ? a : b, false, NULL, "test.turn", NULL) == OK);
	audit_free(a);
	audit_free(b);
	check_whole(&p, 9);
}

/* Every byte of a whole event is covered: by its own syntax or by the digest that the next line holds. */
static void a_changed_byte_is_named_with_file_and_line(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(buf_done) struct buf text;
	place_make(&p);
	write_events(&p, 3);
	read_log(&p, today(), &text);
	size_t first = line_of(buf_bytes(&text), 1).size + 1, second = line_of(buf_bytes(&text), 2).size;
	CHECK(first > 100 && second > 100);
	for (size_t at = first; at < first + second; at++) {
		struct chain_report r;
		struct diag d = { 0 };
		text.data[at] ^= 1;
		place_file(&p, today(), buf_bytes(&text), 0600);
		if (verify(&p, NULL, &r, &d) != ERR_LOG)
			test_fail(__FILE__, __LINE__, "byte %zu (%c) of line 2 may change", at - first, text.data[at] ^ 1);
		CHECK(d.code == ERR_LOG && strstr(d.text, today() + strlen("logs/")));
		if (!strstr(d.text, " line 2: ") && !strstr(d.text, " line 3: "))
			test_fail(__FILE__, __LINE__, "byte %zu: %s", at - first, d.text);
		text.data[at] ^= 1;
	}
}

static void an_event_that_is_gone_added_or_moved_breaks_the_chain(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(buf_done) struct buf text;
	static const struct {
		const char *name;
		size_t lines[5];
		const char *says;
	} rows[] = {
		{ "as it was", { 1, 2, 3, 4 }, NULL },
		{ "one is gone", { 1, 3, 4 }, "line 2: " },
		{ "two changed places", { 1, 3, 2, 4 }, "line 2: " },
		{ "one is there twice", { 1, 2, 2, 3, 4 }, "line 3: " },
		{ "all but the first are gone and one is repeated", { 1, 1 }, "line 2: " },
	};
	place_make(&p);
	write_events(&p, 4);
	read_log(&p, today(), &text);
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf changed;
		struct chain_report r;
		struct diag d = { 0 };
		buf_init(&changed, 1 << 20);
		for (size_t k = 0; k < COUNT(rows[i].lines) && rows[i].lines[k]; k++) {
			buf_add(&changed, line_of(buf_bytes(&text), rows[i].lines[k]));
			buf_add_byte(&changed, '\n');
		}
		place_file(&p, today(), buf_bytes(&changed), 0600);
		CHECK_ROW(verify(&p, NULL, &r, &d) == (rows[i].says ? ERR_LOG : OK), rows[i].name);
		CHECK_ROW(!rows[i].says || strstr(d.text, rows[i].says), rows[i].name);
	}
}

static void a_torn_last_line_is_closed_by_the_next_run(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(buf_done) struct buf text;
	place_make(&p);
	write_events(&p, 3);
	read_log(&p, today(), &text);
	size_t start = text.size - line_of(buf_bytes(&text), 3).size - 1;
	/* Every cut of the third line; at text.size - 1 only its newline is missing. */
	for (size_t size = start + 1; size < text.size; size += size + 10 >= text.size ? 1 : 9) {
		CLEANUP(buf_done) struct buf after;
		struct chain_report r;
		struct diag d = { 0 };
		place_file(&p, today(), bytes_part(buf_bytes(&text), 0, size), 0600);
		CHECK(verify(&p, NULL, &r, &d) == ERR_LOG && strstr(d.text, "line 3") && strstr(d.text, "torn"));
		write_events(&p, 1);
		check_whole(&p, 5);
		read_log(&p, today(), &after);
		struct bytes recovered = line_of(buf_bytes(&after), 4);
		CHECK(bytes_search(recovered, BYTES("\"event\":\"audit.recovered\"")) < recovered.size);
		CHECK_BYTES(line_of(buf_bytes(&after), 3), bytes_part(buf_bytes(&text), start, size - start));
	}
}

static void a_torn_only_line_is_closed_too(void)
{
	CLEANUP(place_done) struct place p;
	place_make(&p);
	place_file(&p, today(), BYTES("{\"timestamp\":\"20"), 0600);
	write_events(&p, 2);
	check_whole(&p, 4);
}

/* Yesterday's run died while it wrote: today's must not be broken by it for ever. */
static void a_torn_line_of_yesterday_is_closed_too(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(buf_done) struct buf text;
	place_make(&p);
	write_events(&p, 3);
	read_log(&p, today(), &text);
	CHECK(unlinkat(p.fd, today(), 0) == 0);
	place_file(&p, "logs/audit-2020-01-01.json", bytes_part(buf_bytes(&text), 0, text.size - 20), 0600);
	write_events(&p, 2);
	struct chain_report r;
	struct diag d = { 0 };
	if (verify(&p, NULL, &r, &d))
		test_fail(__FILE__, __LINE__, "%s", d.text);
}

/* A run may die at any of its writes: also when it has just closed a line, or while it says so, and at the first of a day. */
static void a_second_accident_is_survived(void)
{
	static const struct {
		const char *name, *today;
		size_t lines; /* torn ones among them */
	} rows[] = {
		{ "nothing of today yet", "", 0 },
		{ "the first line of today is torn", "{\"timestamp\":\"20", 1 },
		{ "it is closed, but nobody said so", "{\"timestamp\":\"20\n", 1 },
		{ "who said so was torn too", "{\"timestamp\":\"20\n{\"timestamp\":\"20", 2 },
		{ "twice", "{\"timestamp\":\"20\n{\"timestamp\":\"20\n", 2 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(place_done) struct place p;
		CLEANUP(buf_done) struct buf text;
		place_make(&p);
		write_events(&p, 3);
		CHECK(renameat(p.fd, today(), p.fd, "logs/audit-2020-01-01.json") == 0);
		place_file(&p, "logs/audit-2020-01-02.json", BYTES(""), 0600);
		place_file(&p, today(), bytes_of(rows[i].today), 0600);
		write_events(&p, 2);
		bool recovered = rows[i].lines > 0;
		check_whole(&p, 5 + rows[i].lines + recovered);
		read_log(&p, today(), &text);
		struct bytes first = line_of(buf_bytes(&text), rows[i].lines + 1);
		CHECK_ROW(bytes_search(first, BYTES("\"seq\":4,")) < first.size, rows[i].name);
		CHECK_ROW((bytes_search(first, BYTES("audit.recovered")) < first.size) == recovered, rows[i].name);
	}
}

/* Only a line that makes no sense can be torn: an event that does not follow is a break, whatever comes behind it. */
static void a_recovery_excuses_no_event(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(buf_done) struct buf text;
	static const char forged[] = "{\"event\":\"x\",\"seq\":2,\"prev\":\"" ZEROS "\"}";
	char hash[SHA256_TEXT_SIZE];
	struct chain_report r;
	struct diag d = { 0 };
	place_make(&p);
	write_events(&p, 1);
	read_log(&p, today(), &text);
	struct sha256 digest = sha256_of(bytes_of(forged));
	sha256_text(&digest, hash);
	buf_printf(&text, "%s\n{\"event\":\"audit.recovered\",\"seq\":3,\"prev\":\"%s\"}\n", forged, hash);
	place_file(&p, today(), buf_bytes(&text), 0600);
	CHECK(verify(&p, NULL, &r, &d) == ERR_LOG && strstr(d.text, " line 2: its 'prev'"));
}

static void a_new_day_continues_the_chain_of_the_day_before(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(buf_done) struct buf text;
	struct chain_report r;
	struct diag d = { 0 };
	place_make(&p);
	write_events(&p, 3);
	CHECK(renameat(p.fd, today(), p.fd, "logs/audit-2020-01-01.json") == 0);
	place_file(&p, "logs/audit-2019-12-31.json", BYTES(""), 0600);
	place_file(&p, "logs/build-2020-01-02.log", BYTES("not one of ours\n"), 0600);
	place_file(&p, "logs/audit-2020-01-01.json.bak", BYTES("not one of ours\n"), 0600);
	write_events(&p, 2);
	CHECK(verify(&p, NULL, &r, &d) == OK);
	CHECK(r.n_files == 3 && r.n_lines == 5);
	read_log(&p, today(), &text);
	CHECK(bytes_search(buf_bytes(&text), BYTES("\"seq\":4,")) < text.size);
	/* The old file is part of the chain: without its last line today's first one hangs in the air. */
	CLEANUP(buf_done) struct buf old;
	read_log(&p, "logs/audit-2020-01-01.json", &old);
	place_file(&p, "logs/audit-2020-01-01.json",
		   bytes_part(buf_bytes(&old), 0, old.size - line_of(buf_bytes(&old), 3).size - 1), 0600);
	CHECK(verify(&p, NULL, &r, &d) == ERR_LOG && strstr(d.text, today() + strlen("logs/")) && strstr(d.text, " line 1: "));
}

static void processes_at_once_keep_one_chain(void)
{
	CLEANUP(place_done) struct place p;
	enum { PROCESSES = 2, EVENTS = 50 };
	pid_t pids[PROCESSES];
	place_make(&p);
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			write_events(&p, EVENTS);
			_exit(0);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status = -1;
		CHECK(waitpid(pids[i], &status, 0) == pids[i] && status == 0);
	}
	check_whole(&p, PROCESSES * EVENTS);
}

static void a_log_without_its_beginning_says_where_it_begins(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(buf_done) struct buf text;
	struct chain_report r = { 0 };
	place_make(&p);
	write_events(&p, 4);
	CHECK(verify(&p, NULL, &r, NULL) == OK && r.first_seq == 1);
	read_log(&p, today(), &text);
	for (size_t gone = 1; gone < 4; gone++) {
		size_t size = 0;
		for (size_t i = 1; i <= gone; i++)
			size += line_of(buf_bytes(&text), i).size + 1;
		place_file(&p, today(), bytes_from(buf_bytes(&text), size), 0600);
		CHECK(verify(&p, NULL, &r, NULL) == OK);
		CHECK_NUMBER(r.first_seq, gone + 1);
		CHECK_NUMBER(r.n_lines, 4 - gone);
	}
	/* A torn line has no number: the recovery behind it has. */
	place_file(&p, today(), BYTES("{\"timestamp"), 0600);
	write_events(&p, 1);
	CHECK(verify(&p, NULL, &r, NULL) == OK && r.first_seq == 1);
	place_file(&p, today(), BYTES(""), 0600);
	CHECK(verify(&p, NULL, &r, NULL) == OK && r.first_seq == 0);
}

static void a_first_event_is_the_first_or_a_later_one(void)
{
	CLEANUP(place_done) struct place p;
	static const struct {
		const char *name, *line;
	} rows[] = {
		{ "a later one that claims to follow nothing", "{\"event\":\"x\",\"seq\":5,\"prev\":\"" ZEROS "\"}\n" },
		{ "the first that claims to follow something", "{\"event\":\"x\",\"seq\":1,\"prev\":\"1" ZEROS "\"}\n" },
		{ "number 0", "{\"event\":\"x\",\"seq\":0,\"prev\":\"" ZEROS "\"}\n" },
	};
	place_make(&p);
	write_events(&p, 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct chain_report r;
		struct diag d = { 0 };
		place_file(&p, today(), bytes_of(rows[i].line), 0600);
		CHECK_ROW(verify(&p, NULL, &r, &d) == ERR_LOG && strstr(d.text, " line 1: "), rows[i].name);
	}
}

static void a_head_is_found_or_not(void)
{
	CLEANUP(place_done) struct place p;
	struct chain_report r;
	char first[SHA256_TEXT_SIZE];
	place_make(&p);
	struct audit *a = open_log(&p);
	CHECK(verify(&p, NULL, &r, NULL) == OK && r.n_lines == 0 && r.head[0] == '\0' && !r.head_found);
	CHECK(audit_note(a, false, NULL, "first", NULL) == OK);
	memcpy(first, audit_head(a), sizeof first);
	CHECK(audit_note(a, false, NULL, "second", NULL) == OK);
	CHECK(verify(&p, first, &r, NULL) == OK && r.head_found && strcmp(r.head, audit_head(a)) == 0);
	CHECK(verify(&p, audit_head(a), &r, NULL) == OK && r.head_found);
	CHECK(verify(&p, NULL, &r, NULL) == OK && !r.head_found);
	first[0] = first[0] == '0' ? '1' : '0';
	CHECK(verify(&p, first, &r, NULL) == OK && !r.head_found);
	audit_free(a);
}

struct shown {
	size_t n;
	struct buf text;
};

static void count_line(void *context, struct bytes line)
{
	struct shown *s = context;
	s->n++;
	buf_add(&s->text, line);
}

static void lines_are_shown_by_run_and_event(void)
{
	CLEANUP(place_done) struct place p;
	static const struct {
		const char *run, *event;
		size_t n;
	} rows[] = {
		{ NULL, NULL, 3 },   { NULL, "b.two", 1 }, { "0123456789abcdef0123456789abcdef", NULL, 3 },
		{ "feed", NULL, 0 }, { NULL, "value", 0 }, { "0123456789abcdef0123456789abcdef", "a.one", 2 },
	};
	place_make(&p);
	struct audit *a = open_log(&p);
	CHECK(audit_note(a, false, NULL, "a.one", "k", "\"event\":\"b.two\"", NULL) == OK);
	CHECK(audit_note(a, false, NULL, "b.two", NULL) == OK && audit_note(a, false, NULL, "a.one", NULL) == OK);
	audit_free(a);
	CLEANUP(fd_close) int dir = openat(p.fd, "logs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct shown s = { 0 };
		buf_init(&s.text, 1 << 20);
		CHECK(chain_show(dir, rows[i].run, rows[i].event, count_line, &s, NULL) == OK);
		CHECK_NUMBER(s.n, rows[i].n);
		buf_done(&s.text);
	}
}

static void a_log_that_cannot_be_written_stops_the_run(void)
{
	CLEANUP(place_done) struct place p;
	struct audit *a = NULL;
	struct diag d = { 0 };
	place_make(&p);
	place_file(&p, "file", BYTES("x"), 0600);
	CHECK(audit_open(place_path(&p, "file"), &who, &a, &d) == ERR_LOG && d.text[0] && !a);
	CHECK(audit_open(place_path(&p, "file/below"), &who, &a, &d) == ERR_LOG && !a);
	/* The name of today is taken by something that is no file. */
	place_folder(&p, today());
	a = open_log(&p);
	memset(&d, 0, sizeof d);
	CHECK(audit_note(a, false, &d, "x", NULL) == ERR_LOG && d.help[0]);
	audit_free(a);
	CHECK(unlinkat(p.fd, today(), AT_REMOVEDIR) == 0);
	place_file(&p, "elsewhere", BYTES("keep"), 0600);
	CHECK(symlinkat("../elsewhere", p.fd, today()) == 0);
	a = open_log(&p);
	CHECK(audit_note(a, false, &d, "x", NULL) == ERR_LOG);
	audit_free(a);
	CLEANUP(buf_done) struct buf kept;
	read_log(&p, "elsewhere", &kept);
	CHECK_BYTES(buf_bytes(&kept), BYTES("keep"));
}

/* Whatever its size, an event is written whole or refused: a line that is cut would break the chain. */
static void try_field(size_t size)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(buf_done) struct buf text;
	struct diag d = { 0 };
	struct chain_report r;
	place_make(&p);
	char *value = malloc(size + 1);
	memset(value, 'v', size);
	value[size] = '\0';
	struct audit *a = open_log(&p);
	enum status s = audit_note(a, false, &d, "long", "value", value, "after", "y", NULL);
	CHECK(s == OK || (s == ERR_LOG && size > 200000));
	CHECK(audit_note(a, false, &d, "next", NULL) == OK);
	audit_free(a);
	if (verify(&p, NULL, &r, &d))
		test_fail(__FILE__, __LINE__, "a field of %zu bytes was %s, and then: %s", size, s ? "refused" : "taken", d.text);
	CHECK_NUMBER(r.n_lines, s == OK ? 2 : 1);
	read_log(&p, today(), &text);
	if (s == OK && bytes_search(buf_bytes(&text), bytes_of(value)) == text.size)
		test_fail(__FILE__, __LINE__, "a field of %zu bytes was taken and left out", size);
	free(value);
}

static void a_field_of_any_size_is_whole_or_refused(void)
{
	static const size_t sizes[] = { 1000, 200000, AUDIT_LINE_MAX / 2 + 1, AUDIT_LINE_MAX, 4 * AUDIT_LINE_MAX };
	/* Where the value just fits and what comes behind it does not. */
	for (size_t less = 0; less < 40; less++)
		try_field(AUDIT_LINE_MAX / 2 - less);
	for (size_t i = 0; i < COUNT(sizes); i++)
		try_field(sizes[i]);
}

static void text_of_strangers_stays_on_its_line(void)
{
	CLEANUP(place_done) struct place p;
	place_make(&p);
	struct audit *a = open_log(&p);
	CHECK(audit_note(a, false, NULL, "x", "value", "one\ntwo\r\x1b[2J\xff\xe2\x80\xa8\"}", NULL) == OK);
	audit_set_source(a, BYTES("name\nwith a line"));
	CHECK(audit_note(a, false, NULL, "y", NULL) == OK);
	audit_free(a);
	check_whole(&p, 2);
}

static void without_a_log_events_go_nowhere(void)
{
	struct diag d = { 0 };
	for (int i = 0; i < 3; i++) {
		json_pair_cstring(audit_begin(NULL, "x"), "key", "value");
		CHECK(audit_end(NULL, true, &d) == OK);
	}
	CHECK(audit_note(NULL, true, &d, "x", "k", "v", NULL) == OK);
	CHECK(audit_head(NULL)[0] == '\0');
	audit_set_source(NULL, BYTES("x"));
	audit_set_isolation(NULL, "x", NULL);
	audit_free(NULL);
}

static void events_of_publishing_are_lines_for_people_too(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(buf_done) struct buf text;
	char now[CLOCK_TEXT_SIZE], name[64];
	place_make(&p);
	struct audit *a = open_log(&p);
	struct diag d = { 0 };
	CHECK(audit_note(a, false, &d, "publish.completed", "package", "demo", "file", "demo-1.0.tar.gz\n2026 forged", NULL) == OK);
	CHECK(audit_note(a, false, &d, "credential.used", "kind", "token", "name", "V", "registry", "https://r.example/", NULL) == OK);
	CHECK(audit_note(a, false, &d, "credential.used", "kind", "index", "name", "https://i.example:443", NULL) == OK);
	CHECK(audit_note(a, false, &d, "build.started", "kind", "\"registry\":", NULL) == OK);
	audit_free(a);
	clock_text_now(now);
	(void)snprintf(name, sizeof name, "logs/publish-%.10s.log", now);
	read_log(&p, name, &text);
	CHECK(bytes_search(line_of(buf_bytes(&text), 1), BYTES("publish.completed")) < 40);
	CHECK(bytes_search(line_of(buf_bytes(&text), 1),
			   BYTES(" 01234567 package=\"demo\" file=\"demo-1.0.tar.gz\\n2026 forged\"")) < 80);
	CHECK(bytes_search(line_of(buf_bytes(&text), 2), BYTES("registry=\"https://r.example/\"")) <
	      line_of(buf_bytes(&text), 2).size);
	CHECK_NUMBER(line_of(buf_bytes(&text), 3).size, 0);
	check_whole(&p, 4);
}

static void a_view_that_cannot_be_written_stops_the_run(void)
{
	CLEANUP(place_done) struct place p;
	char now[CLOCK_TEXT_SIZE], name[64];
	place_make(&p);
	struct audit *a = open_log(&p);
	struct diag d = { 0 };
	clock_text_now(now);
	(void)snprintf(name, sizeof name, "logs/publish-%.10s.log", now);
	place_folder(&p, name);
	CHECK(audit_note(a, false, &d, "publish.started", "package", "demo", NULL) == ERR_LOG);
	CHECK(strstr(d.text, name + 5) != NULL);
	audit_free(a);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "every event carries the digest of the line before", every_event_carries_the_digest_of_the_line_before },
		{ "the log is readable for its owner alone", the_log_is_readable_for_its_owner_alone },
		{ "a run continues where the last one ended", a_run_continues_where_the_last_one_ended },
		{ "a changed byte is named with file and line", a_changed_byte_is_named_with_file_and_line },
		{ "an event that is gone, added or moved breaks the chain", an_event_that_is_gone_added_or_moved_breaks_the_chain },
		{ "a torn last line is closed by the next run", a_torn_last_line_is_closed_by_the_next_run },
		{ "a torn only line is closed too", a_torn_only_line_is_closed_too },
		{ "a torn line of yesterday is closed too", a_torn_line_of_yesterday_is_closed_too },
		{ "a second accident is survived", a_second_accident_is_survived },
		{ "a recovery excuses no event", a_recovery_excuses_no_event },
		{ "a new day continues the chain of the day before", a_new_day_continues_the_chain_of_the_day_before },
		{ "processes at once keep one chain", processes_at_once_keep_one_chain },
		{ "a log without its beginning says where it begins", a_log_without_its_beginning_says_where_it_begins },
		{ "a first event is the first or a later one", a_first_event_is_the_first_or_a_later_one },
		{ "a head is found or not", a_head_is_found_or_not },
		{ "lines are shown by run and event", lines_are_shown_by_run_and_event },
		{ "a log that cannot be written stops the run", a_log_that_cannot_be_written_stops_the_run },
		{ "a field of any size is whole or refused", a_field_of_any_size_is_whole_or_refused },
		{ "text of strangers stays on its line", text_of_strangers_stays_on_its_line },
		{ "events of publishing are lines for people too", events_of_publishing_are_lines_for_people_too },
		{ "a view that cannot be written stops the run", a_view_that_cannot_be_written_stops_the_run },
		{ "without a log events go nowhere", without_a_log_events_go_nowhere },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}

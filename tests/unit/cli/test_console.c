#include "world.h"

#include <fcntl.h>

#include "cli/console.h"
#include "cli/escape.h"
#include "host/file.h"

static const struct {
	const char *name;
	struct bytes in, want;
} escapes[] = {
	{ "plain text stays", LIT("a b\tc\n"), LIT("a b\tc\n") },
	{ "a terminal's escape", LIT("\x1b[31mred"), LIT("\\x1b[31mred") },
	{ "C0 and DEL", LIT("\0\a\b\x7f"), LIT("\\x00\\x07\\x08\\x7f") },
	{ "CR before newline is dropped", LIT("a\r\nb"), LIT("a\nb") },
	{ "other CRs are shown", LIT("a\rb\r\r\n\r"), LIT("a\\rb\\r\n\\r") },
	{ "UTF-8 stays", LIT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x8d"), LIT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x8d") },
	{ "C1 in UTF-8",
	  LIT("\xc2\x9b"
	      "31m"),
	  LIT("\\xc2\\x9b31m") },
	{ "C1 as one byte",
	  LIT("\x9b"
	      "31m"),
	  LIT("\\x9b31m") },
	{ "overlong forms, surrogates, beyond the end", LIT("\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80"),
	  LIT("\\xc0\\xaf\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80") },
	{ "a character that is cut off", LIT("a\xe2\x82"), LIT("a\\xe2\\x82") },
	{ "a character broken by another", LIT("\xe2\x82\xc3\xa9\xe2z"), LIT("\\xe2\\x82\xc3\xa9\\xe2z") },
	{ "marks that turn text around",
	  LIT("a\xe2\x80\xae"
	      "b\xe2\x81\xa6"),
	  LIT("a\\u202eb\\u2066") },
	{ "commands of CI systems", LIT("##vso[x] ##[error] ###[y] ##teamcity[z]"),
	  LIT("##vso\\x5bx] ##\\x5berror] ###\\x5by] ##teamcity\\x5bz]") },
	{ "brackets elsewhere", LIT("#[a] ## [b] ##a [c] a[d]"), LIT("#[a] ## [b] ##a [c] a[d]") },
};

static const struct {
	const char *name;
	struct bytes in, want;
} line_starts[] = {
	{ "nothing", LIT(""), LIT("") },
	{ "no command", LIT("a::b\n: :\n :x\n:"), LIT("a::b\n: :\n :x\n:") },
	{ "in any line", LIT("::a\n::b\n\n::c::"), LIT("\\x3a:a\n\\x3a:b\n\n\\x3a:c::") },
	{ "behind blanks", LIT(" \t ::a"), LIT(" \t \\x3a:a") },
	{ "behind a blank of Unicode", LIT("\xe3\x80\x80::a"), LIT("\xe3\x80\x80\\x3a:a") },
	{ "more than one", LIT("::::a"), LIT("\\x3a:::a") },
};

static void test_line_starts(void)
{
	for (size_t i = 0; i < COUNT(line_starts); i++) {
		CLEANUP(buf_done) struct buf out;
		buf_init(&out, 4096);
		escape_line_starts(line_starts[i].in, &out);
		CHECK_BYTES(buf_bytes(&out), line_starts[i].want);
	}
}

static void test_escape(void)
{
	for (size_t i = 0; i < COUNT(escapes); i++) {
		CLEANUP(buf_done) struct buf out;
		buf_init(&out, 4096);
		console_escape(escapes[i].in, &out);
		CHECK_BYTES(buf_bytes(&out), escapes[i].want);
		for (size_t at = 0; at <= escapes[i].in.size; at++) {
			struct escaper e = { 0 };
			buf_clear(&out);
			escaper_add(&e, bytes_part(escapes[i].in, 0, at), &out);
			escaper_add(&e, bytes_from(escapes[i].in, at), &out);
			escaper_end(&e, &out);
			CHECK_BYTES(buf_bytes(&out), escapes[i].want);
		}
	}
}

/* Every two bytes: nothing but printable text comes out, and it is UTF-8. */
static void test_escape_pairs(void)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 4096);
	for (unsigned i = 0; i < 65536; i++) {
		const unsigned char pair[] = { (unsigned char)(i >> 8), (unsigned char)i };
		buf_clear(&out);
		console_escape(bytes_make(pair, 2), &out);
		CHECK(bytes_is_utf8(buf_bytes(&out)));
		for (size_t k = 0; k < out.size; k++)
			CHECK((out.data[k] >= 0x20 && out.data[k] != 0x7f) || out.data[k] == '\n' || out.data[k] == '\t');
	}
}

/* stdout and stderr of the case go to files. */
struct screen {
	struct world w;
	struct console *c;
};

static void screen_open(struct screen *s, const char *const *words)
{
	CHECK(world_load(&s->w) == OK);
	CHECK(world_options(&s->w, words) == OK);
	for (int fd = 1; fd <= 2; fd++) {
		int to = open(arena_printf(&s->w.a, "%s/fd%d", s->w.root, fd), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		CHECK(to >= 0 && dup2(to, fd) == fd);
	}
	s->c = console_open(&s->w.s, s->w.env, &s->w.a);
}

static const char *screen_text(struct screen *s, int fd)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, 1 << 24);
	if (file_read(AT_FDCWD, arena_printf(&s->w.a, "%s/fd%d", s->w.root, fd), &text, NULL))
		_exit(3);
	return arena_string(&s->w.a, buf_bytes(&text));
}

/* The case's own words would go to the file too. */
static void want(bool condition, int code)
{
	if (!condition)
		_exit(code);
}
#define WANT(condition) want((condition), 10 + __LINE__ % 60)

static void test_sentences(void)
{
	struct screen s;
	struct diag d = { 0 };
	world_open(&s.w);
	screen_open(&s, (const char *const[]){ "-v", NULL });
	(void)fail(&d, ERR_USAGE, 0, "it '\x1b[2J' broke\n::set-env name=A::b");
	(void)remedy(&d, "mend it");
	d.line = 3;
	d.column = 7;
	console_error(s.c, &d);
	console_warning(s.c, "beware of %d", 7);
	console_note(s.c, "a note");
	console_result(s.c, BYTES("/out/a.whl"));
	WANT(strcmp(screen_text(&s, 2),
		    "hwb: error: it '\\x1b[2J' broke\n  | \\x3a:set-env name=A::b (line 3, column 7)\n  help: mend it\n"
		    "hwb: warning: beware of 7\nhwb: a note\n") == 0);
	WANT(strcmp(screen_text(&s, 1), "/out/a.whl\n") == 0);
	world_done(&s.w);
}

static void test_quiet(void)
{
	struct screen s;
	world_open(&s.w);
	screen_open(&s, (const char *const[]){ "-q", "-v", NULL });
	console_stage(s.c, "build");
	console_note(s.c, "a note");
	console_output(s.c, BYTES("noise\n"));
	console_stage(s.c, NULL);
	console_warning(s.c, "beware");
	WANT(strcmp(screen_text(&s, 2), "hwb: warning: beware\n") == 0);
	world_done(&s.w);
}

static void test_colour(void)
{
	struct screen s;
	world_open(&s.w);
	screen_open(&s, (const char *const[]){ "--color=always", NULL });
	console_warning(s.c, "x");
	WANT(strcmp(screen_text(&s, 2), "hwb: \x1b[1;33mwarning: \x1b[0mx\n") == 0);
	world_done(&s.w);
}

static void test_tail(void)
{
	struct screen s;
	world_open(&s.w);
	screen_open(&s, (const char *const[]){ "-q", NULL });
	for (unsigned i = 0; i < 30000; i++) {
		char line[64];
		(void)snprintf(line, sizeof line, "line %u\x07\n", i);
		console_output(s.c, bytes_of(line));
	}
	console_output(s.c, BYTES("no end"));
	console_tail(s.c, "/logs/x.log (run 0123)");
	const char *text = screen_text(&s, 2);
	WANT(!strstr(text, "line 29950\\x07\n") && strstr(text, "line 29951\\x07\n"));
	WANT(strstr(text, "line 29999\\x07\nno end\nhwb: the whole output: /logs/x.log (run 0123)\n"));
	size_t size = strlen(text);
	console_tail(s.c, "/logs/x.log (run 0123)"); /* once is enough */
	WANT(strlen(screen_text(&s, 2)) == size);
	world_done(&s.w);
}

static void test_github(void)
{
	struct screen s;
	char resume[64];
	world_open(&s.w);
	world_env(&s.w, "GITHUB_ACTIONS=true");
	screen_open(&s, (const char *const[]){ "-v", NULL });
	console_stage(s.c, "build wheel");
	console_output(s.c, BYTES("::set-output name=a::b"));
	console_output(s.c, BYTES("\nmore"));
	console_stage(s.c, NULL);
	const char *text = screen_text(&s, 2), *stop = strstr(text, "::stop-commands::");
	WANT(strncmp(text, "::group::hwb: build wheel\n::stop-commands::", 43) == 0);
	(void)snprintf(resume, sizeof resume, "\nmore\n::%.32s::\n::endgroup::\n", stop + 17);
	WANT(strstr(text, resume) && stop[17 + 32] == '\n');
	WANT(strstr(text, "::set-output") > stop);
	world_done(&s.w);
}

static void test_gitlab(void)
{
	struct screen s;
	world_open(&s.w);
	world_env(&s.w, "GITLAB_CI=true");
	screen_open(&s, (const char *const[]){ "--offline", NULL });
	console_stage(s.c, "lock");
	console_stage(s.c, NULL);
	const char *text = screen_text(&s, 2);
	WANT(strncmp(text, "\x1b[0Ksection_start:", 18) == 0 && strstr(text, ":hwb_1\r\x1b[0Khwb: lock\n\x1b[0Ksection_end:"));
	world_done(&s.w);
}

static void take_log(void *context, struct bytes output)
{
	buf_add(context, output);
}

static void test_secrets(void)
{
	CLEANUP(buf_done) struct buf log;
	struct screen s;
	struct diag d = { 0 };
	world_open(&s.w);
	world_env(&s.w, "HWB_INDEX_URL=https://me:hunter2222@a.example/");
	world_env(&s.w, "MY_TOKEN=tok-0123456789");
	world_env(&s.w, "TOKEN_LIFETIME=12345678");
	buf_init(&log, 4096);
	screen_open(&s, (const char *const[]){ "-v", NULL });
	WANT(console_add_secret(s.c, BYTES("a\nb+c/d")));
	WANT(!console_add_secret(s.c, BYTES("short")));
	console_set_log(s.c, take_log, &log);
	(void)fail(&d, ERR_USAGE, 0, "hunter2222 tok-0123456789 12345678");
	console_error(s.c, &d);
	console_note(s.c, "a%%0Ab%%2Bc%%2Fd");
	console_result(s.c, BYTES("{\"a\":\"hunter2222\"}"));
	console_output(s.c, BYTES("1 hunt"));
	console_output(s.c, BYTES("er2222 2 a\r"));
	console_output(s.c, BYTES("\nb+c/d 3\x1b"));
	console_output_end(s.c);
	const char *text = screen_text(&s, 2);
	WANT(strstr(text, "error: [REDACTED:known] [REDACTED:known] 12345678\n"));
	WANT(strstr(text, "hwb: [REDACTED:known]\n"));
	WANT(strstr(text, "1 [REDACTED:known] 2 [REDACTED:known]\n 3\\x1b"));
	WANT(!strstr(text, "hunter") && !strstr(text, "b+c"));
	WANT(strcmp(screen_text(&s, 1), "{\"a\":\"[REDACTED:known]\"}\n") == 0);
	WANT(bytes_equal(buf_bytes(&log), BYTES("1 [REDACTED:known] 2 [REDACTED:known]\n 3\\x1b")));
	world_done(&s.w);
}

/* The words of a failure are cut before anybody redacts them, the help too: wherever that is, nothing of the value is left. The
 * second spelling becomes the value when it is escaped. */
static void test_cut_secrets(void)
{
	static const char *const spellings[] = { "\\x1btok-0123456789", "\x1btok-0123456789" };
	struct screen s;
	struct diag d = { 0 };
	char fill[DIAG_TEXT_SIZE];
	memset(fill, 'y', sizeof fill);
	world_open(&s.w);
	screen_open(&s, (const char *const[]){ "-v", NULL });
	WANT(console_add_secret(s.c, bytes_of(spellings[0])));
	for (size_t i = 0; i < COUNT(spellings); i++)
		for (size_t n = 1; n < strlen(spellings[i]); n++) {
			(void)fail(&d, ERR_BACKEND, 0, "%.*s%s", (int)(sizeof d.text - 1 - n), fill, spellings[i]);
			(void)remedy(&d, "%.*s%s", (int)(sizeof d.help - 1 - n), fill, spellings[i]);
			d.line = 7;
			console_error(s.c, &d);
			const char *kept = console_redacted_diag(s.c, &d, &s.w.a);
			WANT(i || strcmp(kept + strlen(kept) - 17, "y[REDACTED:known]") == 0);
		}
	const char *text = screen_text(&s, 2);
	WANT(!strstr(text, "y\\") && !strstr(text, "tok"));
	WANT(strstr(text, "y[REDACTED:known] (line 7)\n  help: yyy"));
	world_done(&s.w);
}

static void test_warnings(void)
{
	struct screen s;
	world_open(&s.w);
	world_env(&s.w, "PIP_EXTRA_INDEX_URL=https://u:hunter2222@extra.example/");
	screen_open(&s, (const char *const[]){ "-q", NULL });
	const char *text = screen_text(&s, 2);
	WANT(strstr(text, "hwb: warning: pip's extra-index-url 'extra.example' is ignored") && !strstr(text, "hunter2222"));
	world_done(&s.w);
}

static const struct test tests[] = {
	{ "what could steer a terminal or a CI system is spelled out, wherever the text is cut", test_escape },
	{ "no line of a stranger's begins with a command for a runner of GitHub's", test_line_starts },
	{ "of any two bytes only printable UTF-8 is left", test_escape_pairs },
	{ "errors, warnings, notes and results", test_sentences },
	{ "-q leaves warnings and errors", test_quiet },
	{ "colour", test_colour },
	{ "a failure shows the last 50 lines, once", test_tail },
	{ "a GitHub runner takes nothing of the build for a command", test_github },
	{ "GitLab gets sections", test_gitlab },
	{ "secrets are hidden in everything, also when they are split", test_secrets },
	{ "what may be the beginning of one is hidden where a text was cut", test_cut_secrets },
	{ "the settings' warnings are said", test_warnings },
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, tests, COUNT(tests));
}

#include "net/fetch.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "fake.h"
#include "harness.h"

/* Shared by all cases: each runs in a child of its own and uses paths of its own. */
static struct fake plain, secure;
static bool has_secure;
static volatile sig_atomic_t cancelled;
static unsigned char large[300000];

/* One fetcher with quick retries, one request, its result and body. */
struct trial {
	struct run_context run;
	struct fetch_options options;
	struct fetch_request request;
	struct fetcher *fetcher;
	struct fetch_result result;
	struct diag d;
	char url[1024];
	int out;
	unsigned char body[400000];
	size_t body_size;
};

static struct trial trial;

static struct trial *prepare(const struct fake *f, const char *host, const char *path)
{
	struct trial *t = &trial;
	memset(t, 0, sizeof *t);
	t->run.cancelled = &cancelled;
	t->options = (struct fetch_options){
		.connect_ms = 5000,
		.idle_ms = 2000,
		.backoff_ms = 1,
		.retries = 2,
		.allow_http_loopback = true,
		.program_dir = fake_variable("HWB_BIN"),
	};
	if (f == &secure)
		t->options.ca_file = f->ca_file;
	(void)snprintf(t->url, sizeof t->url, "%s://%s:%u%s", f == &secure ? "https" : "http", host, f->port, path);
	t->out = memfd_create("out", MFD_CLOEXEC);
	CHECK(t->out >= 0);
	t->request = (struct fetch_request){ .url = t->url, .max_size = sizeof t->body, .out_fd = t->out };
	return t;
}

static void read_body(struct trial *t)
{
	ssize_t n = pread(t->out, t->body, sizeof t->body, 0);
	CHECK(n >= 0);
	t->body_size = (size_t)n;
}

static enum status fetch(struct trial *t)
{
	if (!t->fetcher)
		CHECK(fetcher_start(&t->run, &t->options, &t->fetcher, &t->d) == OK);
	CHECK(fetcher_submit(t->fetcher, &t->request, 42, &t->d) == OK);
	enum status s = fetcher_wait(t->fetcher, &t->result, &t->d);
	if (s)
		test_fail(__FILE__, __LINE__, "wait: %s", t->d.text);
	CHECK_NUMBER(t->result.id, 42);
	read_body(t);
	return t->result.status;
}

static void finish(struct trial *t)
{
	fetcher_free(t->fetcher);
	t->fetcher = NULL;
	(void)close(t->out);
}

static void a_file_arrives_whole(void)
{
	struct trial *t = prepare(&plain, "127.0.0.1", "/etag/files/large.bin?token=s3cret");
	CHECK_NUMBER(fetch(t), OK);
	CHECK_NUMBER(t->result.http_code, 200);
	CHECK_BYTES(bytes_make(t->body, t->body_size), bytes_make(large, sizeof large));
	CHECK_NUMBER(t->result.size, sizeof large);
	CHECK_NUMBER(t->result.n_tries, 1);
	CHECK(strcmp(t->result.url, t->url) == 0);
	CHECK(strcmp(t->result.content_type, "application/octet-stream") == 0);
	CHECK(t->result.etag[0] == '"' && t->result.text[0] == '\0');
	char etag[100];
	(void)snprintf(etag, sizeof etag, "%s", t->result.etag);
	t->request.if_none_match = etag;
	CHECK_NUMBER(fetch(t), OK);
	CHECK_NUMBER(t->result.http_code, 304);
	CHECK_NUMBER(t->body_size, 0);
	finish(t);
}

/* {what, path, status wanted, code, tries, size}; idle time 2 s, 2 retries, at most 400,000 bytes */
static void answers_are_judged(void)
{
	static const struct {
		const char *path;
		enum status want;
		uint32_t code, n_tries;
		size_t size;
		const char *words;
	} rows[] = {
		{ "/files/none.bin", ERR_ABSENT, 404, 1, 0, "404" },
		{ "/404-empty/files/large.bin", ERR_ABSENT, 404, 1, 0, "404" },
		{ "/status:410/files/large.bin", ERR_ABSENT, 410, 1, 0, "410" },
		{ "/status:403/files/large.bin", ERR_NETWORK, 403, 1, 0, "403" },
		{ "/status:204/files/large.bin", ERR_NETWORK, 204, 1, 0, "204" },
		{ "/truncated:1/files/large.bin", OK, 200, 2, sizeof large, "" },
		{ "/truncated/files/large.bin", ERR_NETWORK, 200, 3, sizeof large / 2, "3 tries" },
		{ "/500:2/files/large.bin", OK, 200, 3, sizeof large, "" },
		{ "/500/files/large.bin", ERR_NETWORK, 500, 3, 0, "500 (3 tries)" },
		{ "/429:1/files/large.bin", OK, 200, 2, sizeof large, "" },
		{ "/retry-after:3600/files/large.bin", ERR_NETWORK, 429, 1, 0, "3600 seconds" },
		{ "/reset:1/files/large.bin", OK, 200, 2, sizeof large, "" },
		{ "/reset/files/large.bin", ERR_NETWORK, 0, 3, 0, "3 tries" },
		{ "/headers/files/large.bin", ERR_LIMIT, 200, 1, 0, "headers" },
		{ "/headers:30/files/large.bin", OK, 200, 1, sizeof large, "" },
		{ "/redirect/files/large.bin", OK, 200, 1, sizeof large, "" },
		{ "/redirect-host/files/large.bin", OK, 200, 1, sizeof large, "" },
		{ "/redirect-chain:5/files/large.bin", OK, 200, 1, sizeof large, "" },
		{ "/redirect-chain:6/files/large.bin", ERR_NETWORK, 302, 1, 0, "more than 5 redirects" },
		{ "/redirect-loop/files/large.bin", ERR_NETWORK, 302, 1, 0, "more than 5 redirects" },
		{ "/redirect-http-host/files/large.bin", ERR_NETWORK, 302, 1, 0, "fake.invalid" },
		{ "/redirect-creds/files/large.bin", ERR_NETWORK, 302, 1, 0, "credentials" },
		{ "/redirect-file/files/large.bin", ERR_NETWORK, 302, 1, 0, "not https" },
		{ "/files/larger.bin", ERR_LIMIT, 200, 1, 0, "larger than 400000 bytes" },
		{ "/files/full.bin", OK, 200, 1, 400000, "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct trial *t = prepare(&plain, "127.0.0.1", rows[i].path);
		enum status s = fetch(t);
		if (s != rows[i].want)
			test_fail(__FILE__, __LINE__, "'%s': %s: %s", rows[i].path, status_name(s), t->result.text);
		CHECK_ROW(t->result.http_code == rows[i].code, rows[i].path);
		CHECK_ROW(t->result.n_tries == rows[i].n_tries, rows[i].path);
		CHECK_ROW(t->result.size == rows[i].size, rows[i].path);
		CHECK_ROW(strstr(t->result.text, rows[i].words), rows[i].path);
		CHECK_ROW(s || memcmp(t->body, large, sizeof large) == 0, rows[i].path);
		finish(t);
	}
}

static void compressed_bodies_are_decoded_and_capped_after_decoding(void)
{
	struct trial *t = prepare(&plain, "127.0.0.1", "/gzip/files/large.bin");
	t->request.compressed = true;
	CHECK_NUMBER(fetch(t), OK);
	CHECK_BYTES(bytes_make(t->body, t->body_size), bytes_make(large, sizeof large));
	finish(t);
	t = prepare(&plain, "127.0.0.1", "/gzip-bomb:20/files/large.bin");
	t->request.compressed = true;
	CHECK_NUMBER(fetch(t), ERR_LIMIT);
	struct stat st;
	CHECK(fstat(t->out, &st) == 0 && st.st_size <= 400000);
	finish(t);
	t = prepare(&plain, "127.0.0.1", "/gzip/files/large.bin"); /* not asked for: not decoded */
	CHECK_NUMBER(fetch(t), OK);
	CHECK(t->body_size > 2 && t->body[0] == 0x1f && t->body[1] == 0x8b);
	finish(t);
}

static void ranges_are_asked_for_and_their_refusal_is_visible(void)
{
	struct trial *t = prepare(&plain, "127.0.0.1", "/files/large.bin");
	t->request.range = "10-19";
	CHECK_NUMBER(fetch(t), OK);
	CHECK_NUMBER(t->result.http_code, 206);
	CHECK_BYTES(bytes_make(t->body, t->body_size), bytes_make(large + 10, 10));
	t->request.range = "-5";
	CHECK_NUMBER(fetch(t), OK);
	CHECK_BYTES(bytes_make(t->body, t->body_size), bytes_make(large + sizeof large - 5, 5));
	t->request.range = "900000-900001";
	CHECK_NUMBER(fetch(t), ERR_NETWORK);
	CHECK_NUMBER(t->result.http_code, 416);
	finish(t);
	t = prepare(&plain, "127.0.0.1", "/range200/files/large.bin");
	t->request.range = "10-19";
	CHECK_NUMBER(fetch(t), OK);
	CHECK_NUMBER(t->result.http_code, 200);
	finish(t);
}

/* How often the fake has seen an Authorization header for that path. */
static unsigned times_said(const char *host_path, const char *authorization)
{
	static char copy[1024], header[100];
	(void)snprintf(header, sizeof header, "\"authorization\": \"%s\"", authorization);
	(void)snprintf(copy, sizeof copy, "\"path\": \"%s\"", host_path);
	struct trial *t = prepare(&plain, "127.0.0.1", "/_seen");
	CHECK_NUMBER(fetch(t), OK);
	unsigned n = 0;
	struct bytes rest = bytes_make(t->body, t->body_size);
	while (rest.data) { /* records have no braces inside */
		struct bytes record = bytes_cut(&rest, '}');
		if (bytes_search(record, bytes_of(copy)) < record.size)
			n += bytes_search(record, bytes_of(header)) < record.size;
	}
	finish(t);
	return n;
}

static unsigned times_authorized(const char *host_path)
{
	return times_said(host_path, "Basic dXNlcjpzZWNyZXQ=");
}

static void credentials_go_to_their_origin_only(void)
{
	char origin[100];
	struct trial *t = prepare(&plain, "127.0.0.1", "/auth/files/large.bin");
	CHECK_NUMBER(fetch(t), ERR_NETWORK);
	CHECK_NUMBER(t->result.http_code, 401);
	(void)snprintf(origin, sizeof origin, "http://127.0.0.1:%u", plain.port);
	t->request.user = "user";
	t->request.password = "secret";
	t->request.auth_origin = origin;
	CHECK_NUMBER(fetch(t), OK);
	CHECK_NUMBER(t->body_size, sizeof large);
	(void)snprintf(origin, sizeof origin, "http://localhost:%u", plain.port);
	CHECK_NUMBER(fetch(t), ERR_NETWORK);
	(void)snprintf(origin, sizeof origin, "https://127.0.0.1:%u", plain.port);
	CHECK_NUMBER(fetch(t), ERR_NETWORK);
	CHECK(!strstr(t->result.text, "secret"));
	finish(t);
	CHECK_NUMBER(times_authorized("/auth/files/large.bin"), 1);

	t = prepare(&plain, "127.0.0.1", "/redirect-host/files/secret.bin");
	(void)snprintf(origin, sizeof origin, "http://127.0.0.1:%u", plain.port);
	t->request.user = "user";
	t->request.password = "secret";
	t->request.auth_origin = origin;
	CHECK_NUMBER(fetch(t), OK);
	finish(t);
	CHECK_NUMBER(times_authorized("/redirect-host/files/secret.bin"), 1);
	CHECK_NUMBER(times_authorized("/files/secret.bin"), 0);
}

static void redirects_stay_on_the_list_of_hosts(void)
{
	struct trial *t = prepare(&plain, "127.0.0.1", "/redirect-host/files/large.bin");
	t->request.hosts = (const char *const[]){ "files.example.org" };
	t->request.n_hosts = 1;
	CHECK_NUMBER(fetch(t), ERR_NETWORK);
	CHECK(strstr(t->result.text, "'localhost'") && strstr(t->result.text, "not on the list"));
	char host[100];
	(void)snprintf(host, sizeof host, "LOCALHOST:%u", plain.port);
	t->request.hosts = (const char *const[]){ "files.example.org", host };
	t->request.n_hosts = 2;
	CHECK_NUMBER(fetch(t), OK);
	CHECK(strstr(t->result.url, "//localhost:"));
	finish(t);
}

static void urls_that_are_not_allowed_are_not_asked(void)
{
	static const struct {
		const char *url, *words;
	} rows[] = {
		{ "http://example.org/", "http:// is not allowed" },
		{ "file:///etc/passwd", "only https" },
		{ "ftp://x/", "does not start" },
		{ "https://user:hunter2@example.org/", "carries credentials" },
		{ "https://b\xc3\xbc"
		  "cher.example/",
		  "xn--" },
		{ "https://example.org/a b?c=hunter2", "0x20" },
		{ "", "does not start" },
	};
	struct trial *t = prepare(&plain, "127.0.0.1", "/");
	for (size_t i = 0; i < COUNT(rows); i++) {
		t->request.url = rows[i].url;
		CHECK_ROW(fetch(t) == ERR_USAGE, rows[i].url);
		CHECK_ROW(strstr(t->result.text, rows[i].words), rows[i].url);
		CHECK_ROW(!strstr(t->result.text, "hunter2"), rows[i].url);
		CHECK_ROW(t->result.n_tries == 0, rows[i].url);
	}
	t->request.url = t->url;
	t->request.accept = "text/html\r\nX-Evil: 1";
	CHECK_NUMBER(fetch(t), ERR_USAGE);
	finish(t);
	t = prepare(&plain, "127.0.0.1", "/files/large.bin");
	t->options.allow_http_loopback = false;
	CHECK_NUMBER(fetch(t), ERR_USAGE);
	finish(t);
	t = prepare(&plain, "127.0.0.1", "/files/large.bin");
	char host[100];
	(void)snprintf(host, sizeof host, "127.0.0.1:%u", plain.port);
	t->options.allow_http_loopback = false;
	t->options.http_hosts = (const char *const[]){ host };
	t->options.n_http_hosts = 1;
	CHECK_NUMBER(fetch(t), OK);
	finish(t);
}

static void a_body_is_posted_once_and_to_one_place(void)
{
	static unsigned char most[FETCH_BODY_MAX + 1], want[FETCH_BODY_MAX + 100];
	memset(most, 'x', sizeof most);
	int n = snprintf((char *)want, sizeof want, "application/json\n");
	memset(want + n, 'x', FETCH_BODY_MAX);
	struct trial *t = prepare(&plain, "127.0.0.1", "/echo");
	t->request.body = bytes_make(most, FETCH_BODY_MAX);
	t->request.content_type = "application/json";
	CHECK_NUMBER(fetch(t), OK);
	CHECK_BYTES(bytes_make(t->body, t->body_size), bytes_make(want, (size_t)n + FETCH_BODY_MAX));
	t->request.body = BYTES("");
	CHECK_NUMBER(fetch(t), OK);
	CHECK_BYTES(bytes_make(t->body, t->body_size), BYTES("application/json\n"));
	t->request.body = bytes_make(most, sizeof most);
	CHECK_NUMBER(fetcher_submit(t->fetcher, &t->request, 1, &t->d), ERR_USAGE);
	t->request.body = BYTES("{}");
	t->request.content_type = NULL;
	CHECK_NUMBER(fetcher_submit(t->fetcher, &t->request, 1, &t->d), ERR_USAGE);
	finish(t);
	static const struct {
		const char *path;
		uint32_t code, n_tries;
		const char *words;
	} rows[] = {
		{ "/echo-redirect", 307, 1, "refused a redirect (307) of what was sent" },
		{ "/echo-500", 500, 3, "500 (3 tries)" },
		{ "/echo-drip", 200, 1, "imed out" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		t = prepare(&plain, "127.0.0.1", rows[i].path);
		t->request.body = BYTES("{}");
		t->request.content_type = "application/json";
		t->request.whole_ms = rows[i].code == 200 ? 300 : 0;
		t->options.retries = rows[i].n_tries - 1;
		CHECK_NUMBER(fetch(t), ERR_NETWORK);
		CHECK_ROW(t->result.http_code == rows[i].code && t->result.n_tries == rows[i].n_tries, rows[i].path);
		CHECK_ROW(strstr(t->result.text, rows[i].words), t->result.text);
		finish(t);
	}
}

static void a_bearer_goes_to_its_origin_and_a_refusal_is_an_answer(void)
{
	static char most[FETCH_BEARER_MAX + 2];
	char origin[100];
	(void)snprintf(origin, sizeof origin, "http://127.0.0.1:%u", plain.port);
	struct trial *t = prepare(&plain, "127.0.0.1", "/redirect-host/files/secret.bin");
	t->request.bearer = "hunter2";
	CHECK_NUMBER(fetcher_start(&t->run, &t->options, &t->fetcher, &t->d), OK);
	CHECK_NUMBER(fetcher_submit(t->fetcher, &t->request, 1, &t->d), ERR_USAGE); /* whose is it? */
	t->request.auth_origin = origin;
	CHECK_NUMBER(fetch(t), OK);
	static const char *const bad[] = { "", "a b", "a\r\nX-Evil: 1", most };
	memset(most, 'a', FETCH_BEARER_MAX + 1);
	for (size_t i = 0; i < COUNT(bad); i++) {
		t->request.bearer = bad[i];
		CHECK_NUMBER(fetch(t), ERR_USAGE);
	}
	finish(t);
	CHECK_NUMBER(times_said("/redirect-host/files/secret.bin", "Bearer hunter2"), 1);
	CHECK_NUMBER(times_said("/files/secret.bin", "Bearer hunter2"), 0);
	static const struct {
		const char *path;
		enum status want;
		uint32_t code;
		const char *body;
	} rows[] = {
		{ "/status:403/files/large.bin", OK, 403, "on purpose\n" },
		{ "/status:422/files/large.bin", OK, 422, "on purpose\n" },
		{ "/files/absent.bin", OK, 404, "no such file\n" },
		{ "/retry-after:40/files/large.bin", ERR_NETWORK, 429, "" },
		{ "/status:500/files/large.bin", ERR_NETWORK, 500, "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		t = prepare(&plain, "127.0.0.1", rows[i].path);
		t->request.refusals = true;
		t->options.retries = 0;
		CHECK_ROW(fetch(t) == rows[i].want && t->result.http_code == rows[i].code, rows[i].path);
		CHECK_ROW(bytes_equal(bytes_make(t->body, t->body_size), bytes_of(rows[i].body)), rows[i].path);
		CHECK_ROW(t->result.retry_after_s == (rows[i].code == 429 ? 40 : 0), rows[i].path);
		t->request.max_size = 3;
		CHECK_ROW(fetch(t) == (rows[i].want ? rows[i].want : ERR_LIMIT), rows[i].path);
		finish(t);
	}
}

static void many_transfers_run_at_once_and_all_come_back(void)
{
	struct trial *t = prepare(&plain, "127.0.0.1", "/files/large.bin");
	enum { N = 40 };
	int fds[N];
	unsigned seen[N] = { 0 };
	CHECK(fetcher_start(&t->run, &t->options, &t->fetcher, &t->d) == OK);
	CHECK(fetcher_wait(t->fetcher, &t->result, &t->d) == ERR_ABSENT);
	for (unsigned i = 0; i < N; i++) {
		fds[i] = memfd_create("out", MFD_CLOEXEC);
		t->request.out_fd = fds[i];
		CHECK(fetcher_submit(t->fetcher, &t->request, i, &t->d) == OK);
	}
	for (unsigned i = 0; i < N; i++) {
		CHECK(fetcher_wait(t->fetcher, &t->result, &t->d) == OK);
		CHECK(t->result.status == OK && t->result.id < N);
		seen[t->result.id]++;
	}
	for (unsigned i = 0; i < N; i++) {
		struct stat st;
		CHECK_NUMBER(seen[i], 1);
		CHECK(fstat(fds[i], &st) == 0 && st.st_size == (off_t)sizeof large);
	}
	CHECK(fetcher_wait(t->fetcher, &t->result, &t->d) == ERR_ABSENT);
	finish(t);
}

static void a_server_that_goes_silent_is_given_up(void)
{
	struct trial *t = prepare(&plain, "127.0.0.1", "/hang/files/large.bin");
	t->options.idle_ms = 1000;
	t->options.retries = 0;
	CHECK_NUMBER(fetch(t), ERR_NETWORK);
	CHECK_NUMBER(t->result.n_tries, 1);
	finish(t);
	t = prepare(&plain, "127.0.0.1", "/slow:200/files/large.bin");
	t->options.idle_ms = 1000;
	t->options.retries = 0;
	CHECK_NUMBER(fetch(t), ERR_NETWORK);
	finish(t);
}

static void on_alarm(int number)
{
	cancelled = number;
}

static void a_cancelled_run_ends_the_wait(void)
{
	struct trial *t = prepare(&plain, "127.0.0.1", "/hang/files/large.bin");
	t->options.idle_ms = 100000;
	(void)signal(SIGALRM, on_alarm);
	CHECK(fetcher_start(&t->run, &t->options, &t->fetcher, &t->d) == OK);
	CHECK(fetcher_submit(t->fetcher, &t->request, 1, &t->d) == OK);
	struct itimerval soon = { .it_value.tv_usec = 200000 };
	CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
	CHECK_NUMBER(fetcher_wait(t->fetcher, &t->result, &t->d), ERR_CANCELLED);
	CHECK_NUMBER(fetcher_wait(t->fetcher, &t->result, &t->d), ERR_ABSENT);
	finish(t);
}

static void certificates_are_verified(void)
{
	if (!has_secure)
		test_skip("no openssl program to make a certificate");
	struct trial *t = prepare(&secure, "localhost", "/files/large.bin");
	CHECK_NUMBER(fetch(t), OK);
	CHECK_NUMBER(t->body_size, sizeof large);
	CHECK_NUMBER(fetch(t), OK);
	finish(t);
	t = prepare(&secure, "localhost", "/files/large.bin");
	t->options.ca_file = NULL;
	CHECK_NUMBER(fetch(t), ERR_NETWORK);
	CHECK_NUMBER(t->result.n_tries, 1);
	CHECK(strstr(t->result.text, "certificate"));
	finish(t);
	t = prepare(&secure, "127.0.0.1", "/files/large.bin"); /* not in the server's certificate */
	CHECK_NUMBER(fetch(t), ERR_NETWORK);
	CHECK_NUMBER(t->result.n_tries, 1);
	finish(t);
}

static void https_never_leads_to_http(void)
{
	if (!has_secure)
		test_skip("no openssl program to make a certificate");
	struct trial *t = prepare(&secure, "localhost", "/redirect-http-host/files/large.bin");
	t->options.http_hosts = (const char *const[]){ "fake.invalid" };
	t->options.n_http_hosts = 1;
	CHECK_NUMBER(fetch(t), ERR_NETWORK);
	CHECK(strstr(t->result.text, "not https"));
	finish(t);
}

static pid_t child_pid(void)
{
	char path[100];
	int pid = 0;
	(void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)getpid(), (int)getpid());
	FILE *f = fopen(path, "r");
	if (!f)
		test_skip("this kernel does not list children");
	CHECK(fscanf(f, "%d", &pid) == 1);
	(void)fclose(f);
	return pid;
}

/* A line of /proc/PID/status of the one child of this process; "" when there is none. */
static void child_status(const char *name, char *to, size_t room)
{
	char path[100], line[200];
	(void)snprintf(path, sizeof path, "/proc/%d/status", (int)child_pid());
	FILE *f = fopen(path, "r");
	CHECK(f != NULL);
	to[0] = '\0';
	while (fgets(line, sizeof line, f))
		if (strncmp(line, name, strlen(name)) == 0)
			(void)snprintf(to, room, "%s", line + strlen(name));
	(void)fclose(f);
}

static void hwb_net_works_confined(void)
{
	struct trial *t = prepare(&plain, "127.0.0.1", "/files/large.bin");
	char value[100];
	CHECK_NUMBER(fetch(t), OK);
	child_status("NoNewPrivs:\t", value, sizeof value);
	CHECK(strcmp(value, "1\n") == 0);
	child_status("Seccomp:\t", value, sizeof value);
	CHECK(strcmp(value, "2\n") == 0);
	finish(t);
}

static void hwb_net_ending_is_an_error_and_not_an_answer(void)
{
	struct trial *t = prepare(&plain, "127.0.0.1", "/hang/files/large.bin");
	CHECK(fetcher_start(&t->run, &t->options, &t->fetcher, &t->d) == OK);
	CHECK(fetcher_submit(t->fetcher, &t->request, 1, &t->d) == OK);
	CHECK(kill(child_pid(), SIGKILL) == 0);
	CHECK_NUMBER(fetcher_wait(t->fetcher, &t->result, &t->d), ERR_IO);
	CHECK(strstr(t->d.text, "signal 9"));
	finish(t);
	t = prepare(&plain, "127.0.0.1", "/files/large.bin");
	t->options.program_dir = "/nonexistent";
	CHECK(fetcher_start(&t->run, &t->options, &t->fetcher, &t->d) == OK);
	CHECK_NUMBER(fetcher_submit(t->fetcher, &t->request, 1, &t->d), ERR_IO);
	finish(t);
}

static void bad_options_are_refused_at_the_start(void)
{
	struct trial *t = prepare(&plain, "127.0.0.1", "/files/large.bin");
	t->options.user_agent = "two\nlines";
	CHECK_NUMBER(fetcher_start(&t->run, &t->options, &t->fetcher, &t->d), ERR_USAGE);
	t->options.user_agent = NULL;
	static const char *const proxies[] = { "socks5://h:1/", "h:3128", "file:///x", "" };
	for (size_t i = 0; i < COUNT(proxies); i++) {
		t->options.proxy_url = proxies[i];
		CHECK_ROW(fetcher_start(&t->run, &t->options, &t->fetcher, &t->d) == ERR_USAGE, proxies[i]);
	}
	t->options.proxy_url = "http://user:secret@proxy.example:3128";
	CHECK_NUMBER(fetcher_start(&t->run, &t->options, &t->fetcher, &t->d), OK);
	finish(t);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a file arrives whole", a_file_arrives_whole },
		{ "answers are judged, tried again and redirected by the table", answers_are_judged },
		{ "compressed bodies are decoded, and capped after decoding",
		  compressed_bodies_are_decoded_and_capped_after_decoding },
		{ "ranges are asked for and their refusal is visible", ranges_are_asked_for_and_their_refusal_is_visible },
		{ "credentials go to their origin only", credentials_go_to_their_origin_only },
		{ "redirects stay on the list of hosts", redirects_stay_on_the_list_of_hosts },
		{ "URLs that are not allowed are not asked", urls_that_are_not_allowed_are_not_asked },
		{ "a body is posted once, and to one place", a_body_is_posted_once_and_to_one_place },
		{ "a bearer goes to its origin, and a refusal is an answer", a_bearer_goes_to_its_origin_and_a_refusal_is_an_answer },
		{ "many transfers run at once and all come back", many_transfers_run_at_once_and_all_come_back },
		{ "a server that goes silent is given up", a_server_that_goes_silent_is_given_up },
		{ "a cancelled run ends the wait", a_cancelled_run_ends_the_wait },
		{ "certificates are verified", certificates_are_verified },
		{ "https never leads to http", https_never_leads_to_http },
		{ "hwb-net works confined", hwb_net_works_confined },
		{ "hwb-net ending is an error and not an answer", hwb_net_ending_is_an_error_and_not_an_answer },
		{ "bad options are refused at the start", bad_options_are_refused_at_the_start },
	};
	for (size_t i = 0; i < sizeof large; i++)
		large[i] = (unsigned char)(i * 31 + i / 1000);
	static unsigned char blank[400001];
	memcpy(blank, large, sizeof large);
	(void)fake_start(&plain, 0);
	has_secure = fake_start(&secure, 1) == 0;
	fake_put(&plain, "large.bin", large, sizeof large);
	fake_put(&plain, "secret.bin", large, 10);
	fake_put(&plain, "full.bin", blank, 400000);
	fake_put(&plain, "larger.bin", blank, 400001);
	if (has_secure)
		fake_put(&secure, "large.bin", large, sizeof large);
	int status = test_main(argc, argv, tests, COUNT(tests));
	fake_stop(&plain);
	if (has_secure)
		fake_stop(&secure);
	return status;
}

#include "net/proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "fake.h"
#include "harness.h"
#include "net/fetch.h"

/* A TLS server for the one case that needs a real hello; shared. */
static struct fake secure;
static bool has_secure;

/* A proxy on a loopback port and an echo server that it may reach as "localhost". */
struct trial {
	struct run_context run;
	struct proxy_options options;
	struct proxy_host allowed[2];
	struct proxy_private allow_private[1];
	struct proxy *proxy;
	struct proxy_report report;
	struct arena arena;
	struct diag d;
	int listen_fd;
	uint16_t proxy_port, echo_port;
};

static int listen_on_loopback(uint16_t *ret_port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof to;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&to, size) == 0 && listen(fd, 64) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)&to, &size) == 0);
	*ret_port = ntohs(to.sin_port);
	return fd;
}

static int connect_to(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
	return fd;
}

static void send_text(int fd, const char *text, size_t size)
{
	while (size) {
		ssize_t n = send(fd, text, size, MSG_NOSIGNAL);
		CHECK(n > 0);
		text += n;
		size -= (size_t)n;
	}
}

/* Up to `most` bytes, or until the other side ends. */
static size_t receive(int fd, char *to, size_t most)
{
	size_t got = 0;
	ssize_t n = 1;
	while (got < most && n > 0) {
		n = recv(fd, to + got, most - got, 0);
		got += n > 0 ? (size_t)n : 0;
	}
	return got;
}

/* Echoes each connection to its end, then says "bye" after the client's own end: that is what half-close is for. */
static void echo(int listen_fd)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int fd = accept(listen_fd, NULL, NULL);
		if (fork() == 0) {
			char data[8192];
			ssize_t n;
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			while ((n = recv(fd, data, sizeof data, 0)) > 0)
				send_text(fd, data, (size_t)n);
			send_text(fd, "bye", 3);
			_exit(0);
		}
		(void)close(fd);
	}
}

static void trial_done(struct trial *t)
{
	arena_done(&t->arena);
	fd_close(&t->listen_fd);
}

static void prepare(struct trial *t)
{
	trial_done(t);
	*t = (struct trial){ .listen_fd = -1 };
	arena_init(&t->arena);
	int echo_fd = listen_on_loopback(&t->echo_port);
	(void)fflush(stdout);
	if (fork() == 0)
		echo(echo_fd);
	(void)close(echo_fd);
	t->listen_fd = listen_on_loopback(&t->proxy_port);
	t->allowed[0] = (struct proxy_host){ "LocalHost", t->echo_port };
	t->allow_private[0] = (struct proxy_private){ "localhost", "127.0.0.0/8" };
	t->options = (struct proxy_options){
		.allowed = t->allowed,
		.n_allowed = 1,
		.allow_private = t->allow_private,
		.n_allow_private = 1,
		.plain = true,
		.head_ms = 5000,
		.program_dir = fake_variable("HWB_BIN"),
	};
}

static void start(struct trial *t)
{
	if (proxy_start(&t->run, &t->options, t->listen_fd, &t->proxy, &t->d))
		test_fail(__FILE__, __LINE__, "start: %s", t->d.text);
}

static void stop(struct trial *t)
{
	if (proxy_stop(t->proxy, &t->arena, &t->report, &t->d))
		test_fail(__FILE__, __LINE__, "stop: %s", t->d.text);
	fd_close(&t->listen_fd);
}

/* Sends a request; returns the connection and the code of the answer, whose head has been read and nothing more. */
static int ask(const struct trial *t, const char *request, size_t size, int *ret_code)
{
	char head[1024] = "";
	size_t n = 0;
	int fd = connect_to(t->proxy_port);
	send_text(fd, request, size);
	while (n < sizeof head - 1 && !strstr(head, "\r\n\r\n") && recv(fd, head + n, 1, 0) == 1)
		n++;
	*ret_code = n > 12 ? (int)strtol(head + 9, NULL, 10) : 0;
	return fd;
}

static int ask_for(const struct trial *t, const char *host, uint16_t port, int *ret_code)
{
	char request[512];
	int n = snprintf(request, sizeof request, "CONNECT %s:%u HTTP/1.1\r\nHost: x\r\n\r\n", host, port);
	return ask(t, request, (size_t)n, ret_code);
}

static void bytes_pass_both_ways_and_each_half_closes(void)
{
	CLEANUP(trial_done) struct trial t = { .listen_fd = -1 };
	static char sent[300000], got[sizeof sent + 10];
	int code;
	prepare(&t);
	start(&t);
	for (size_t i = 0; i < sizeof sent; i++)
		sent[i] = (char)(i * 7 + i / 999);
	int fd = ask_for(&t, "localhost", t.echo_port, &code);
	CHECK_NUMBER(code, 200);
	(void)fflush(stdout);
	if (fork() == 0) { /* both ways at once */
		send_text(fd, sent, sizeof sent);
		(void)shutdown(fd, SHUT_WR);
		_exit(0);
	}
	CHECK_NUMBER(receive(fd, got, sizeof got), sizeof sent + 3);
	CHECK(memcmp(got, sent, sizeof sent) == 0 && memcmp(got + sizeof sent, "bye", 3) == 0);
	(void)close(fd);
	stop(&t);
	CHECK(t.report.n_allowed == 1 && t.report.n_denied == 0 && t.report.n_attempts == 1);
	const struct proxy_attempt *a = &t.report.attempts[0];
	CHECK(a->allowed && strcmp(a->host, "localhost") == 0 && a->port == t.echo_port && a->reason[0] == '\0');
	CHECK_NUMBER(a->up, sizeof sent);
	CHECK_NUMBER(a->down, sizeof sent + 3);
	CHECK(t.report.up == a->up && t.report.down == a->down);
}

static void what_is_not_on_the_list_is_denied_and_reported(void)
{
	static const struct {
		const char *request;
		int code;
		const char *host, *words;
	} rows[] = {
		{ "CONNECT example.org:443 HTTP/1.1\r\n\r\n", 403, "example.org", "not on the list" },
		{ "CONNECT localhost:1 HTTP/1.1\r\n\r\n", 403, "localhost", "not on the list" },
		{ "CONNECT 127.0.0.1:443 HTTP/1.1\r\n\r\n", 403, "", "address" },
		{ "CONNECT localhost.:443 HTTP/1.1\r\n\r\n", 400, "", "dot" },
		{ "GET http://localhost/ HTTP/1.1\r\n\r\n", 405, "", "CONNECT" },
		{ "CONNECT localhost:443 HTTP/1.1\nHost: x\r\n\r\n", 400, "", "CRLF" },
	};
	CLEANUP(trial_done) struct trial t = { .listen_fd = -1 };
	prepare(&t);
	start(&t);
	for (size_t i = 0; i < COUNT(rows); i++) {
		int code;
		int fd = ask(&t, rows[i].request, strlen(rows[i].request), &code);
		CHECK_ROW(code == rows[i].code, rows[i].request);
		(void)close(fd);
	}
	char *large = arena_alloc(&t.arena, 9000, 1);
	int code;
	memset(large, 'a', 9000);
	(void)close(ask(&t, large, 9000, &code));
	CHECK_NUMBER(code, 431);
	(void)close(ask(&t, "CONNECT nul\0:1 HTTP/1.1\r\n\r\n", 28, &code));
	CHECK_NUMBER(code, 400);
	stop(&t);
	CHECK_NUMBER(t.report.n_denied, COUNT(rows) + 2);
	CHECK_NUMBER(t.report.n_allowed, 0);
	for (size_t i = 0; i < t.report.n_attempts; i++)
		CHECK(!t.report.attempts[i].allowed && t.report.attempts[i].reason[0] && t.report.attempts[i].up == 0);
	for (size_t k = 0; k < COUNT(rows); k++) { /* they end in any order */
		size_t found = 0;
		for (size_t i = 0; i < t.report.n_attempts; i++)
			found += strcmp(t.report.attempts[i].host, rows[k].host) == 0 &&
				 strstr(t.report.attempts[i].reason, rows[k].words);
		CHECK_ROW(found > 0, rows[k].request);
	}
}

static void a_listed_name_may_not_lead_inside(void)
{
	CLEANUP(trial_done) struct trial t = { .listen_fd = -1 };
	int code;
	prepare(&t);
	t.options.n_allow_private = 0;
	start(&t);
	(void)close(ask_for(&t, "localhost", t.echo_port, &code));
	CHECK_NUMBER(code, 403);
	stop(&t);
	CHECK(t.report.n_denied == 1 && strstr(t.report.attempts[0].reason, "not public"));
	prepare(&t);
	t.allow_private[0].range = "10.0.0.0/8";
	start(&t);
	(void)close(ask_for(&t, "localhost", t.echo_port, &code));
	CHECK_NUMBER(code, 403);
	stop(&t);
}

static void a_host_that_is_down_is_a_bad_gateway(void)
{
	CLEANUP(trial_done) struct trial t = { .listen_fd = -1 };
	int code;
	prepare(&t);
	uint16_t free_port;
	int fd = listen_on_loopback(&free_port);
	(void)close(fd);
	t.allowed[1] = (struct proxy_host){ "localhost", free_port };
	t.options.n_allowed = 2;
	start(&t);
	(void)close(ask_for(&t, "localhost", free_port, &code));
	CHECK_NUMBER(code, 502);
	stop(&t);
	CHECK(t.report.n_allowed == 1 && strstr(t.report.attempts[0].reason, "cannot be reached"));
}

static void a_head_that_does_not_come_is_given_up(void)
{
	CLEANUP(trial_done) struct trial t = { .listen_fd = -1 };
	int code;
	prepare(&t);
	t.options.head_ms = 100;
	start(&t);
	(void)close(ask(&t, "CONNECT", 7, &code));
	CHECK_NUMBER(code, 408);
	stop(&t);
	CHECK_NUMBER(t.report.n_denied, 1);
}

static void bytes_are_capped(void)
{
	CLEANUP(trial_done) struct trial t = { .listen_fd = -1 };
	int code;
	char got[5000], data[3000] = "";
	prepare(&t);
	t.options.max_up = 2000;
	start(&t);
	int fd = ask_for(&t, "localhost", t.echo_port, &code);
	CHECK_NUMBER(code, 200);
	send_text(fd, data, 2000);
	CHECK_NUMBER(receive(fd, got, 2000), 2000); /* exactly the limit passes */
	send_text(fd, data, 1);
	CHECK_NUMBER(receive(fd, got, sizeof got), 0);
	(void)close(fd);
	stop(&t);
	CHECK(t.report.n_allowed == 1 && strstr(t.report.attempts[0].reason, "limit network-up"));
	prepare(&t);
	t.options.max_down = 1000;
	start(&t);
	fd = ask_for(&t, "localhost", t.echo_port, &code);
	send_text(fd, data, 1500);
	CHECK(receive(fd, got, sizeof got) <= 1000);
	(void)close(fd);
	stop(&t);
	CHECK(strstr(t.report.attempts[0].reason, "limit network-down"));
}

/* The smallest hello that names the host, with what it brings along in the same piece. */
static void send_hello(int fd, size_t more)
{
	static const char head[] = "\x16\3\1\0\x3e\1\0\0\x3a\3\3";
	static const char names[] = "\0\0\0\0\0\x12\0\0\0\x0e\0\x0c\0\0\x09localhost";
	char data[2000] = "";
	size_t n_names = sizeof names - 1, n_head = sizeof head - 1;
	memcpy(data, head, n_head);
	memcpy(data + n_head + 32, names, n_names);
	send_text(fd, data, n_head + 32 + n_names + more);
}

/* What is held back as the hello counts before it is passed on, and with that of all connections before. */
static void a_hello_counts_before_it_is_passed_on(void)
{
	enum { HELLO_SIZE = 67, MORE = 933 };
	static const int codes[] = { 200, 200, 200, 403, 403 };
	static const size_t passed[] = { HELLO_SIZE + MORE, HELLO_SIZE + MORE, 0, 0, 0 }; /* the third goes over it */
	CLEANUP(trial_done) struct trial t = { .listen_fd = -1 };
	char got[HELLO_SIZE + MORE];
	prepare(&t);
	t.options.plain = false;
	t.options.max_up = 2 * (HELLO_SIZE + MORE) + 1;
	start(&t);
	for (size_t i = 0; i < COUNT(codes); i++) {
		int code, fd = ask_for(&t, "localhost", t.echo_port, &code);
		if (code == 200) {
			send_hello(fd, MORE);
			CHECK_NUMBER(receive(fd, got, sizeof got), passed[i]);
		}
		CHECK_NUMBER(code, codes[i]);
		(void)close(fd);
	}
	stop(&t);
	CHECK_NUMBER(t.report.up, 3 * (HELLO_SIZE + MORE));
	CHECK(t.report.n_allowed == 3 && t.report.n_denied == 2);
}

static void more_connections_than_allowed_wait_their_turn(void)
{
	CLEANUP(trial_done) struct trial t = { .listen_fd = -1 };
	int fds[6], code;
	char got[4];
	prepare(&t);
	t.options.max_connections = 2;
	start(&t);
	for (size_t i = 0; i < 2; i++)
		fds[i] = ask_for(&t, "localhost", t.echo_port, &code);
	char request[100];
	int n = snprintf(request, sizeof request, "CONNECT localhost:%u HTTP/1.1\r\n\r\n", t.echo_port);
	fds[2] = connect_to(t.proxy_port);
	send_text(fds[2], request, (size_t)n);
	/* A round trip through a served connection: had the third been served, its answer would be there by now or never. */
	send_text(fds[0], "ping", 4);
	CHECK(receive(fds[0], got, 4) == 4);
	CHECK(recv(fds[2], got, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN);
	(void)close(fds[0]);
	CHECK(receive(fds[2], got, 4) == 4 && memcmp(got, "HTTP", 4) == 0);
	stop(&t);
	CHECK_NUMBER(t.report.n_allowed, 3);
	CHECK_NUMBER(t.report.n_attempts, 3);
}

static void attempts_beyond_the_list_are_counted(void)
{
	CLEANUP(trial_done) struct trial t = { .listen_fd = -1 };
	int code;
	prepare(&t);
	start(&t);
	for (size_t i = 0; i < PROXY_ATTEMPTS_MAX + 5; i++)
		(void)close(ask_for(&t, "example.org", 443, &code));
	stop(&t);
	CHECK_NUMBER(t.report.n_attempts, PROXY_ATTEMPTS_MAX);
	CHECK_NUMBER(t.report.n_denied, PROXY_ATTEMPTS_MAX + 5);
}

static void without_a_tls_hello_nothing_goes_up(void)
{
	CLEANUP(trial_done) struct trial t = { .listen_fd = -1 };
	int code;
	char got[10];
	prepare(&t);
	t.options.plain = false;
	start(&t);
	int fd = ask_for(&t, "localhost", t.echo_port, &code);
	CHECK_NUMBER(code, 200);
	send_text(fd, "GET / HTTP/1.1\r\n\r\n", 18);
	CHECK_NUMBER(receive(fd, got, sizeof got), 0);
	(void)close(fd);
	stop(&t);
	CHECK(t.report.n_denied == 1 && strstr(t.report.attempts[0].reason, "not a TLS hello") && t.report.attempts[0].up == 0);
}

static void a_fetcher_hears_the_refusal(void)
{
	if (!has_secure)
		test_skip("no openssl program to make a certificate");
	CLEANUP(trial_done) struct trial t = { .listen_fd = -1 };
	struct fetcher *f;
	struct fetch_result r;
	char proxy_url[100], url[100];
	prepare(&t);
	t.options.plain = false;
	start(&t);
	(void)snprintf(proxy_url, sizeof proxy_url, "http://127.0.0.1:%u", t.proxy_port);
	struct fetch_options options = {
		.ca_file = secure.ca_file,
		.proxy_url = proxy_url,
		.program_dir = t.options.program_dir,
		.backoff_ms = 1,
		.retries = 3,
	};
	int out = memfd_create("out", MFD_CLOEXEC);
	CHECK(fetcher_start(&t.run, &options, &f, &t.d) == OK);
	(void)snprintf(url, sizeof url, "https://denied.invalid:%u/files/a.bin", secure.port);
	CHECK(fetcher_submit(f, &(struct fetch_request){ .url = url, .max_size = 100, .out_fd = out }, 1, &t.d) == OK);
	CHECK(fetcher_wait(f, &r, &t.d) == OK && r.status == ERR_NETWORK && r.n_tries == 1);
	CHECK(strstr(r.text, "403"));
	fetcher_free(f);
	stop(&t);
	CHECK(t.report.n_denied == 1 && strcmp(t.report.attempts[0].host, "denied.invalid") == 0);
}

static void a_real_client_speaks_tls_through_the_proxy(void)
{
	if (!has_secure)
		test_skip("no openssl program to make a certificate");
	CLEANUP(trial_done) struct trial t = { .listen_fd = -1 };
	char script[2000];
	prepare(&t);
	t.options.plain = false;
	t.allowed[0] = (struct proxy_host){ "localhost", secure.port };
	start(&t);
	(void)snprintf(script, sizeof script,
		       "import http.client, ssl\n"
		       "c = http.client.HTTPSConnection('127.0.0.1', %u, context=ssl.create_default_context(cafile='%.400s'))\n"
		       "c.set_tunnel('localhost', %u)\n"
		       "c.request('GET', '/files/a.bin')\n"
		       "assert c.getresponse().read() == b'0123456789'\n",
		       t.proxy_port, secure.ca_file, secure.port);
	(void)fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		(void)execlp(fake_variable("PYTHON"), "python3", "-I", "-c", script, (char *)NULL);
		_exit(127);
	}
	int status = -1;
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	stop(&t);
	CHECK(t.report.n_allowed == 1 && t.report.attempts[0].up > 100 && t.report.attempts[0].down > 100);
}

static void what_is_under_way_at_the_end_is_reported_too(void)
{
	CLEANUP(trial_done) struct trial t = { .listen_fd = -1 };
	int code;
	prepare(&t);
	start(&t);
	int fd = ask_for(&t, "localhost", t.echo_port, &code);
	CHECK_NUMBER(code, 200);
	stop(&t);
	CHECK(t.report.n_allowed == 1 && t.report.n_attempts == 1);
	char got[1];
	CHECK_NUMBER(receive(fd, got, 1), 0);
	(void)close(fd);
}

static void bad_options_and_sockets_are_refused(void)
{
	CLEANUP(trial_done) struct trial t = { .listen_fd = -1 };
	prepare(&t);
	t.allowed[0].host = "127.0.0.1";
	CHECK_NUMBER(proxy_start(&t.run, &t.options, t.listen_fd, &t.proxy, &t.d), ERR_USAGE);
	t.allowed[0].host = "localhost";
	t.allow_private[0].range = "127.0.0.1/8";
	CHECK_NUMBER(proxy_start(&t.run, &t.options, t.listen_fd, &t.proxy, &t.d), ERR_USAGE);
	t.allow_private[0].range = NULL;
	int not_listening = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_NUMBER(proxy_start(&t.run, &t.options, not_listening, &t.proxy, &t.d), ERR_UNCHECKED);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "bytes pass both ways and each half closes", bytes_pass_both_ways_and_each_half_closes },
		{ "what is not on the list is denied and reported", what_is_not_on_the_list_is_denied_and_reported },
		{ "a listed name may not lead inside", a_listed_name_may_not_lead_inside },
		{ "a host that is down is a bad gateway", a_host_that_is_down_is_a_bad_gateway },
		{ "a head that does not come is given up", a_head_that_does_not_come_is_given_up },
		{ "bytes are capped", bytes_are_capped },
		{ "a hello counts before it is passed on, and then nobody new is served", a_hello_counts_before_it_is_passed_on },
		{ "more connections than allowed wait their turn", more_connections_than_allowed_wait_their_turn },
		{ "attempts beyond the list are counted", attempts_beyond_the_list_are_counted },
		{ "without a TLS hello nothing goes up", without_a_tls_hello_nothing_goes_up },
		{ "a fetcher hears the proxy's refusal and does not insist", a_fetcher_hears_the_refusal },
		{ "a real client speaks TLS through the proxy", a_real_client_speaks_tls_through_the_proxy },
		{ "what is under way at the end is reported too", what_is_under_way_at_the_end_is_reported_too },
		{ "bad options and sockets are refused", bad_options_and_sockets_are_refused },
	};
	has_secure = fake_start(&secure, 1) == 0;
	if (has_secure)
		fake_put(&secure, "a.bin", "0123456789", 10);
	int status = test_main(argc, argv, tests, COUNT(tests));
	if (has_secure)
		fake_stop(&secure);
	return status;
}

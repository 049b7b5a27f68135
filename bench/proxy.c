/* What the proxy costs: a connection, and bytes, through hwb-net and directly, on the loopback. usage: bench-proxy FOLDER RUNS
 * FOLDER: where hwb-net is. Prints "connect|download DIRECT PROXY", medians in microseconds and in megabytes a second. */
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "net/proxy.h"

enum { BLOCK = 1 << 20, BLOCKS = 512, RUNS_MAX = 1000 };

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int listen_on_loopback(uint16_t *ret_port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof to;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&to, size) || listen(fd, 64) || getsockname(fd, (struct sockaddr *)&to, &size))
		die("listen");
	*ret_port = ntohs(to.sin_port);
	return fd;
}

/* Answers a byte with BLOCKS blocks; whoever only connects gets nothing. */
static void serve(int listen_fd)
{
	static char block[BLOCK];
	char byte;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int fd = accept(listen_fd, NULL, NULL);
		if (recv(fd, &byte, 1, 0) == 1)
			for (int i = 0; i < BLOCKS && send(fd, block, sizeof block, 0) > 0; i++)
				;
		(void)close(fd);
	}
}

static uint64_t now_us(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* To the server, directly or by the proxy's word that it is connected. */
static int open_way(uint16_t port, uint16_t proxy_port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(proxy_port ? proxy_port : port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to))
		die("connect");
	if (!proxy_port)
		return fd;
	char text[256];
	int n = snprintf(text, sizeof text, "CONNECT localhost:%u HTTP/1.1\r\n\r\n", port);
	if (send(fd, text, (size_t)n, 0) != n || recv(fd, text, sizeof text, 0) < 12 || memcmp(text + 9, "200", 3) != 0)
		die("CONNECT");
	return fd;
}

static uint64_t time_connect(uint16_t port, uint16_t proxy_port)
{
	uint64_t begin = now_us();
	int fd = open_way(port, proxy_port);
	uint64_t spent = now_us() - begin;
	(void)close(fd);
	return spent;
}

/* Megabytes a second. */
static uint64_t time_download(uint16_t port, uint16_t proxy_port)
{
	static char block[BLOCK];
	int fd = open_way(port, proxy_port);
	uint64_t size = 0, begin = now_us();
	ssize_t n = send(fd, "x", 1, 0);
	while (n > 0) {
		n = recv(fd, block, sizeof block, 0);
		size += n > 0 ? (uint64_t)n : 0;
	}
	uint64_t spent = now_us() - begin;
	(void)close(fd);
	if (size != (uint64_t)BLOCK * BLOCKS)
		die("a download was cut");
	return size / spent;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static void measure(const char *name, uint64_t (*once)(uint16_t port, uint16_t proxy_port), uint16_t port, uint16_t proxy_port,
		    size_t runs)
{
	uint64_t direct[RUNS_MAX], proxied[RUNS_MAX];
	for (size_t i = 0; i < runs; i++) {
		direct[i] = once(port, 0);
		proxied[i] = once(port, proxy_port);
	}
	qsort(direct, runs, sizeof direct[0], compare);
	qsort(proxied, runs, sizeof proxied[0], compare);
	(void)printf("%s %llu %llu\n", name, (unsigned long long)direct[runs / 2], (unsigned long long)proxied[runs / 2]);
}

int main(int argc, char **argv)
{
	uint64_t runs;
	uint16_t port, proxy_port;
	struct diag d = { 0 };
	struct proxy *proxy;
	const struct run_context run = { 0 };
	if (argc != 3 || number_parse_u64(bytes_of(argv[2]), RUNS_MAX, &runs) || runs == 0)
		return 2;
	int server = listen_on_loopback(&port), listener = listen_on_loopback(&proxy_port);
	if (fork() == 0)
		serve(server);
	struct proxy_host allowed = { "localhost", port };
	struct proxy_private range = { "localhost", "127.0.0.0/8" };
	struct proxy_options options = { .allowed = &allowed,
					 .n_allowed = 1,
					 .allow_private = &range,
					 .n_allow_private = 1,
					 .plain = true, /* the hello is read once, and no server here speaks TLS */
					 .program_dir = argv[1] };
	if (proxy_start(&run, &options, listener, &proxy, &d)) {
		(void)fprintf(stderr, "%s\n", d.text);
		return 1;
	}
	measure("connect", time_connect, port, proxy_port, (size_t)runs);
	measure("download", time_download, port, proxy_port, (size_t)runs);
	proxy_free(proxy);
	return 0;
}

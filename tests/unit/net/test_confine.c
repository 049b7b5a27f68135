#include "net/confine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "harness.h"

static long landlock_abi(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

/* What a filter answers to that it does not list. */
static bool is_refused(long result)
{
	return result < 0 && errno == ENOSYS;
}

static void confine(const struct confine_plan *plan)
{
	struct diag d = { 0 };
	if (confine_early(&d) || confine_now(plan, &d))
		test_fail(__FILE__, __LINE__, "%s", d.text);
}

/* A case ends here: the leak checker's own thread, at exit, would want what is closed now. */
static void end(void)
{
	_exit(0);
}

static void programs_and_odd_sockets_are_out_of_reach(void)
{
	struct diag d = { 0 };
	CHECK(confine_early(&d) == OK && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
	confine(&(struct confine_plan){ .role = CONFINE_FETCH });
	CHECK(is_refused(execl("/bin/true", "true", (char *)NULL)));
	CHECK(is_refused(socket(AF_PACKET, SOCK_RAW, 0)) && is_refused(socket(AF_VSOCK, SOCK_STREAM, 0)));
	CHECK(is_refused(socket(AF_UNIX, SOCK_STREAM, 0)));
	CHECK(is_refused(syscall(SYS_unshare, 0)) && is_refused(syscall(SYS_ptrace, 0, 0, 0, 0)));
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(fd >= 0 && is_refused(listen(fd, 1)));
	end();
}

static void files_are_those_of_a_resolver(void)
{
	if (landlock_abi() < 1)
		test_skip("this kernel has no Landlock");
	static const char ca[] = "/etc/passwd"; /* any file will do that no rule of ours names */
	int written = memfd_create("out", MFD_CLOEXEC);
	CHECK(written >= 0);
	confine(&(struct confine_plan){ .ca_file = ca });
	CHECK(open("/etc/hosts", O_RDONLY) >= 0);
	CHECK(open(ca, O_RDONLY) >= 0);
	CHECK(open("/usr/lib", O_RDONLY | O_DIRECTORY) >= 0);
	static const char *const closed[] = {
		"/etc/group", "/etc/shadow", "/etc/ssl/private", "/proc/self/environ", "/root", "/home", "/tmp", "/", "/dev/mem",
	};
	for (size_t i = 0; i < COUNT(closed); i++) {
		errno = 0;
		CHECK_ROW(open(closed[i], O_RDONLY) < 0 && (errno == EACCES || errno == ENOENT), closed[i]);
	}
	CHECK(is_refused(open(ca, O_WRONLY)) && is_refused(open("/tmp/hwb-confine-new", O_RDONLY | O_CREAT, 0600)));
	CHECK(is_refused(mkdir("/tmp/hwb-confine-dir", 0700)));
	CHECK(pwrite(written, "x", 1, 0) == 1 && ftruncate(written, 0) == 0); /* what was open before stays usable */
	end();
}

static void tcp_goes_to_the_listed_ports_only(void)
{
	if (landlock_abi() < 4)
		test_skip("this kernel's Landlock knows no ports");
	const uint16_t port = 1;
	confine(&(struct confine_plan){ .tcp_ports = &port, .n_tcp_ports = 1 });
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	static const struct {
		uint16_t port;
		int want;
	} rows[] = { { 1, ECONNREFUSED }, { 53, ECONNREFUSED }, { 2, EACCES } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		to.sin_port = htons(rows[i].port);
		CHECK(connect(fd, (struct sockaddr *)&to, sizeof to) < 0);
		if (rows[i].port != 53 || errno == EACCES) /* a resolver may live there */
			CHECK_NUMBER(errno, rows[i].want);
		(void)close(fd);
	}
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	to.sin_port = htons(2);
	CHECK(bind(fd, (struct sockaddr *)&to, sizeof to) < 0 && errno == EACCES);
	end();
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "programs and odd sockets are out of reach", programs_and_odd_sockets_are_out_of_reach },
		{ "files are those of a resolver", files_are_those_of_a_resolver },
		{ "TCP goes to the listed ports only", tcp_goes_to_the_listed_ports_only },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}

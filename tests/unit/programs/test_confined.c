/* What code that runs inside hwb-parse, hwb-unpack and hwb-net can do, call by call, against a table. Each call is first made in
 * the same program before it has confined itself, and must succeed there: an attempt that cannot succeed proves nothing. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/wire.h"
#include "harness.h"
#include "net/fetch_wire.h"
#include "net/proxy_wire.h"
#include "net/upload_wire.h"
#include "place.h"
#include "puppet.h"

/* Things of the world outside that an attempt names: they are put into the program's memory. */
enum thing {
	DECOY,
	NEW_FILE,
	PROGRAM,
	ENVIRON,
	ROOT,
	ARGV,
	LOCAL,
	ABSTRACT,
	ROLE_PORT,
	OTHER_PORT,
	ANY_PORT,
	BUFFER,
	SPOT_HERE,
	SPOT_THERE,
	LIMIT,
	N_THINGS
};

struct argument {
	enum { NUMBER, THING, RESULT, VICTIM } kind;
	uint64_t value;
};
#define N(n) \
	{ \
		NUMBER, (uint64_t)(n) \
	}
#define T(thing) \
	{ \
		THING, (thing) \
	}
#define R(back) \
	{ \
		RESULT, (back) \
	} /* what the call so many before gave */
#define V \
	{ \
		VICTIM, 0 \
	}

struct call {
	long number;
	struct argument arguments[6];
};

enum { PARSE = 1, UNPACK = 2, FETCH = 4, PROXY = 8, UPLOAD = 16, NET = FETCH | PROXY | UPLOAD, CALLS_MAX = 3 };

static const struct attempt {
	const char *name;
	unsigned allowed; /* the programs in which this is part of the work */
	long abi; /* of Landlock, without which hwb-net has nothing against it; 0: the filter is enough */
	bool needs_root; /* to succeed at all */
	struct call calls[CALLS_MAX];
} attempts[] = {
	{ "a file of the user is read", 0, 1, false, { { SYS_openat, { N(AT_FDCWD), T(DECOY), N(O_RDONLY) } } } },
	{ "the root is listed", 0, 1, false, { { SYS_openat, { N(AT_FDCWD), T(ROOT), N(O_RDONLY | O_DIRECTORY) } } } },
	{ "a file is written", 0, 0, false, { { SYS_openat, { N(AT_FDCWD), T(DECOY), N(O_WRONLY) } } } },
	{ "a file is made", 0, 0, false, { { SYS_openat, { N(AT_FDCWD), T(NEW_FILE), N(O_WRONLY | O_CREAT), N(0600) } } } },
	{ "a file is made for reading", 0, 0, false, { { SYS_openat, { N(AT_FDCWD), T(NEW_FILE), N(O_CREAT), N(0600) } } } },
	{ "a file is removed", 0, 0, false, { { SYS_unlinkat, { N(AT_FDCWD), T(DECOY), N(0) } } } },
	{ "a file gets another mode", 0, 0, false, { { SYS_fchmodat, { N(AT_FDCWD), T(DECOY), N(0777) } } } },
	{ "the environment of another process is read",
	  0,
	  1,
	  false,
	  { { SYS_openat, { N(AT_FDCWD), T(ENVIRON), N(O_RDONLY) } }, { SYS_read, { R(1), T(BUFFER), N(64) } } } },
	{ "another process gets a signal", 0, 6, false, { { SYS_kill, { V, N(0) } } } },
	{ "a thread of another process gets a signal", 0, 0, false, { { SYS_tgkill, { V, V, N(0) } } } },
	{ "another process is traced", 0, 0, false, { { SYS_ptrace, { N(PTRACE_SEIZE), V, N(0), N(0) } } } },
	{ "the memory of another process is read",
	  0,
	  0,
	  false,
	  { { SYS_process_vm_readv, { V, T(SPOT_HERE), N(1), T(SPOT_THERE), N(1), N(0) } } } },
	{ "a descriptor of another process is taken",
	  0,
	  0,
	  false,
	  { { SYS_pidfd_open, { V, N(0) } }, { SYS_pidfd_getfd, { R(1), N(1), N(0) } } } },
	{ "another process gets a limit", 0, 0, false, { { SYS_prlimit64, { V, N(RLIMIT_CORE), T(LIMIT), N(0) } } } },
	{ "another process loses its rank", 0, 0, false, { { SYS_setpriority, { N(PRIO_PROCESS), V, N(5) } } } },
	{ "memory becomes a program",
	  NET, /* libraries are loaded late */
	  0,
	  false,
	  { { SYS_mmap, { N(0), N(4096), N(PROT_READ | PROT_EXEC), N(MAP_PRIVATE | MAP_ANONYMOUS), N((uint64_t)-1), N(0) } } } },
	{ "memory becomes a program later",
	  NET,
	  0,
	  false,
	  { { SYS_mmap, { N(0), N(4096), N(PROT_READ | PROT_WRITE), N(MAP_PRIVATE | MAP_ANONYMOUS), N((uint64_t)-1), N(0) } },
	    { SYS_mprotect, { R(1), N(4096), N(PROT_READ | PROT_EXEC) } } } },
	/* Only the proxy forks. The copy goes on where the program was, and ends with its channels. */
	{ "a process is made", PROXY, 0, false, { { SYS_clone, { N(SIGCHLD), N(0), N(0), N(0), N(0) } } } },
	{ "a program is started", 0, 0, false, { { SYS_execve, { T(PROGRAM), T(ARGV), N(0) } } } },
	{ "a namespace is made", 0, 0, false, { { SYS_unshare, { N(CLONE_NEWUSER) } } } },
	{ "the root is changed", 0, 0, true, { { SYS_chroot, { T(ROOT) } } } },
	{ "a server of this machine is reached",
	  FETCH, /* an index may be on any port of any host */
	  4,
	  false,
	  { { SYS_socket, { N(AF_INET), N(SOCK_STREAM), N(0) } }, { SYS_connect, { R(1), T(OTHER_PORT), N(16) } } } },
	{ "a server on a port of the list is reached",
	  NET,
	  0,
	  false,
	  { { SYS_socket, { N(AF_INET), N(SOCK_STREAM), N(0) } }, { SYS_connect, { R(1), T(ROLE_PORT), N(16) } } } },
	{ "a datagram is sent", /* as the resolver does */
	  NET,
	  0,
	  false,
	  { { SYS_socket, { N(AF_INET), N(SOCK_DGRAM), N(0) } },
	    { SYS_sendto, { R(1), T(BUFFER), N(1), N(0), T(OTHER_PORT), N(16) } } } },
	{ "a server is set up",
	  0,
	  0,
	  false,
	  { { SYS_socket, { N(AF_INET), N(SOCK_STREAM), N(0) } },
	    { SYS_bind, { R(1), T(ANY_PORT), N(16) } },
	    { SYS_listen, { R(2), N(1) } } } },
	{ "a daemon's socket is reached by its path",
	  0,
	  0,
	  false,
	  { { SYS_socket, { N(AF_UNIX), N(SOCK_STREAM), N(0) } },
	    { SYS_connect, { R(1), T(LOCAL), N(sizeof(struct sockaddr_un)) } } } },
	{ "a daemon's abstract socket is reached",
	  0,
	  0,
	  false,
	  { { SYS_socket, { N(AF_UNIX), N(SOCK_STREAM), N(0) } }, { SYS_connect, { R(1), T(ABSTRACT), N(14) } } } },
	{ "packets are read off the wire", 0, 0, true, { { SYS_socket, { N(AF_PACKET), N(SOCK_RAW), N(0) } } } },
	{ "the user's keys are asked for", 0, 0, false, { { SYS_keyctl, { N(0), N(-3), N(1) } } } },
};

struct world {
	struct place place;
	pid_t victim;
	int listeners[2], local_fd, abstract_fd;
	struct sockaddr_in role_port, other_port;
	struct sockaddr_un local, abstract;
};

static int listen_on(struct sockaddr_in *ret)
{
	socklen_t size = sizeof *ret;
	*ret = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)ret, size) == 0 && listen(fd, 64) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)ret, &size) == 0);
	return fd;
}

static int listen_local(const struct sockaddr_un *at, socklen_t size)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(fd >= 0 && bind(fd, (const struct sockaddr *)at, size) == 0 && listen(fd, 64) == 0);
	return fd;
}

static void world_make(struct world *w)
{
	place_make(&w->place);
	place_file(&w->place, "decoy", BYTES("a secret"), 0600);
	w->listeners[0] = listen_on(&w->role_port);
	w->listeners[1] = listen_on(&w->other_port);
	w->local = (struct sockaddr_un){ .sun_family = AF_UNIX };
	(void)snprintf(w->local.sun_path, sizeof w->local.sun_path, "%s", place_path(&w->place, "daemon"));
	w->local_fd = listen_local(&w->local, sizeof w->local);
	w->abstract = (struct sockaddr_un){ .sun_family = AF_UNIX };
	(void)snprintf(w->abstract.sun_path + 1, 12, "%011d", (int)getpid());
	w->abstract_fd = listen_local(&w->abstract, 14);
	(void)fflush(stdout);
	w->victim = fork();
	CHECK(w->victim >= 0);
	while (w->victim == 0)
		(void)pause();
}

static void world_done(struct world *w)
{
	(void)kill(w->victim, SIGKILL);
	(void)waitpid(w->victim, NULL, 0);
	fd_close(&w->listeners[0]);
	fd_close(&w->listeners[1]);
	fd_close(&w->local_fd);
	fd_close(&w->abstract_fd);
	place_done(&w->place);
}

/* Puts everything that an attempt may name into the program. */
static void put_things(struct puppet *p, const struct world *w, uint64_t ret[N_THINGS])
{
	static char spot[8] = "a spot";
	char decoy[128], made[128], environ_path[64];
	const struct rlimit none = { 0, 0 };
	const struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	(void)snprintf(decoy, sizeof decoy, "%s", place_path(&w->place, "decoy"));
	(void)snprintf(made, sizeof made, "%s", place_path(&w->place, "made"));
	(void)snprintf(environ_path, sizeof environ_path, "/proc/%d/environ", (int)w->victim);
	ret[DECOY] = puppet_put(p, decoy, sizeof decoy);
	ret[NEW_FILE] = puppet_put(p, made, sizeof made);
	ret[ENVIRON] = puppet_put(p, environ_path, sizeof environ_path);
	ret[ROOT] = puppet_put(p, "/", 2);
	ret[PROGRAM] = puppet_put(p, "/bin/true", 10);
	ret[ARGV] = puppet_put(p, (uint64_t[]){ ret[PROGRAM], 0 }, 16);
	ret[LOCAL] = puppet_put(p, &w->local, sizeof w->local);
	ret[ABSTRACT] = puppet_put(p, &w->abstract, sizeof w->abstract);
	ret[ROLE_PORT] = puppet_put(p, &w->role_port, sizeof w->role_port);
	ret[OTHER_PORT] = puppet_put(p, &w->other_port, sizeof w->other_port);
	ret[ANY_PORT] = puppet_put(p, &any, sizeof any);
	ret[BUFFER] = puppet_put(p, (char[64]){ 0 }, 64);
	ret[SPOT_HERE] = puppet_put(p, (uint64_t[]){ ret[BUFFER], sizeof spot }, 16);
	ret[SPOT_THERE] = puppet_put(p, (uint64_t[]){ (uintptr_t)spot, sizeof spot }, 16);
	ret[LIMIT] = puppet_put(p, &none, sizeof none);
}

/* All calls of an attempt, to the first that does not succeed. */
static long attempt_make(struct puppet *p, const struct attempt *a, const struct world *w, const uint64_t things[N_THINGS])
{
	long results[CALLS_MAX] = { 0 };
	size_t i = 0;
	for (; i < CALLS_MAX && (i == 0 || a->calls[i].number); i++) {
		uint64_t values[6];
		for (size_t k = 0; k < 6; k++) {
			const struct argument *from = &a->calls[i].arguments[k];
			const uint64_t all[] = {
				[NUMBER] = from->value,
				[THING] = things[from->kind == THING ? from->value : 0],
				[RESULT] = (uint64_t)results[from->kind == RESULT ? i - from->value : 0],
				[VICTIM] = (uint64_t)w->victim,
			};
			values[k] = all[from->kind];
		}
		results[i] = puppet_call(p, a->calls[i].number, values);
		if (results[i] < 0)
			return results[i];
	}
	return results[i - 1];
}

/* The programs as hwb starts them, up to the request. */
static void start_parser(struct puppet *p, const struct world *w, const char *name, const char *verb)
{
	CLEANUP(buf_done) struct buf request;
	(void)w;
	buf_init(&request, 256);
	wire_put_string(&request, verb);
	wire_put_string(&request, "");
	CLEANUP(fd_close) int fd = memory_file(buf_bytes(&request));
	puppet_start(p, name, (const char *[]){ name, verb, NULL }, (int[]){ fd, -1, -1, -1, -1 }, 5);
}

static void start_net(struct puppet *p, const struct world *w, const char *role, struct bytes record)
{
	int pair[2];
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	CHECK(send(pair[0], record.data, record.size, 0) == (ssize_t)record.size);
	puppet_start(p, "hwb-net", (const char *[]){ "hwb-net", role, NULL }, (int[]){ -1, -1, -1, pair[1], w->listeners[0] }, 5);
}

static void start_parse(struct puppet *p, const struct world *w)
{
	start_parser(p, w, "hwb-parse", "metadata");
}

/* With the machine code of its rules, which is made before the doors close. */
static void start_redact(struct puppet *p, const struct world *w)
{
	start_parser(p, w, "hwb-parse", "redact");
}

static void start_unpack(struct puppet *p, const struct world *w)
{
	start_parser(p, w, "hwb-unpack", "tar-source");
}

static void start_fetch(struct puppet *p, const struct world *w)
{
	CLEANUP(buf_done) struct buf record;
	buf_init(&record, 4096);
	fetch_wire_put_start(&record, &(struct fetch_options){ .user_agent = "hwb" });
	start_net(p, w, "fetch", buf_bytes(&record));
}

static void start_proxy(struct puppet *p, const struct world *w)
{
	CLEANUP(buf_done) struct buf record;
	const struct proxy_host host = { "localhost", ntohs(w->role_port.sin_port) };
	buf_init(&record, 4096);
	proxy_wire_put_start(&record, &(struct proxy_options){ .allowed = &host, .n_allowed = 1 });
	start_net(p, w, "proxy", buf_bytes(&record));
}

static void start_upload(struct puppet *p, const struct world *w)
{
	CLEANUP(buf_done) struct buf record;
	char url[64];
	buf_init(&record, 4096);
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u/legacy/", (unsigned)ntohs(w->role_port.sin_port));
	upload_wire_put_start(&record, url, &(struct fetch_options){ .user_agent = "hwb", .allow_http_loopback = true });
	start_net(p, w, "upload", buf_bytes(&record));
}

static const struct program {
	unsigned bit;
	void (*start)(struct puppet *p, const struct world *w);
} programs[] = { { PARSE, start_parse }, { UNPACK, start_unpack }, { FETCH, start_fetch },
		 { PROXY, start_proxy }, { UPLOAD, start_upload }, { PARSE, start_redact } };

/* One attempt in a program of its own. */
static long outcome(const struct program *program, const struct attempt *a, bool confined)
{
	struct world w;
	struct puppet p;
	uint64_t things[N_THINGS];
	world_make(&w);
	program->start(&p, &w);
	put_things(&p, &w, things);
	if (confined)
		puppet_confine(&p);
	long result = attempt_make(&p, a, &w, things);
	puppet_stop(&p);
	world_done(&w);
	return result;
}

/* A parser dies of it; in hwb-net the call is not there (filter) or not permitted (Landlock). */
static bool is_kept_from(const struct program *program, long result)
{
	return program->bit & NET ? result == -ENOSYS || result == -EACCES || result == -EPERM : result == PUPPET_KILLED;
}

static void check_program(const struct program *program)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	for (size_t i = 0; i < COUNT(attempts); i++) {
		const struct attempt *a = &attempts[i];
		if ((a->needs_root && geteuid() != 0) || (program->bit & NET && a->abi > abi)) {
			(void)printf("# '%s' is not tried: it needs %s\n", a->name, a->needs_root ? "root" : "a newer Landlock");
			continue;
		}
		long open = outcome(program, a, false), closed = outcome(program, a, true);
		if (open < 0)
			test_fail(__FILE__, __LINE__, "'%s' does not even succeed unconfined: %ld", a->name, open);
		if (a->allowed & program->bit ? closed < 0 : !is_kept_from(program, closed))
			test_fail(__FILE__, __LINE__, "'%s' gives %ld", a->name, closed);
	}
}

static void hwb_parse_reaches_nothing(void)
{
	check_program(&programs[0]);
}

static void hwb_parse_redact_reaches_nothing(void)
{
	check_program(&programs[4]);
}

static void hwb_unpack_reaches_nothing(void)
{
	check_program(&programs[1]);
}

static void hwb_net_fetch_reaches_servers_alone(void)
{
	check_program(&programs[2]);
}

static void hwb_net_proxy_reaches_its_ports_alone(void)
{
	check_program(&programs[3]);
}

/* usage: test_confined FOLDER [WORD]: where the programs are */
int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "code in hwb-parse reaches nothing", hwb_parse_reaches_nothing },
		{ "code in hwb-parse redact reaches nothing", hwb_parse_redact_reaches_nothing },
		{ "code in hwb-unpack reaches nothing", hwb_unpack_reaches_nothing },
		{ "code in hwb-net fetch reaches servers alone", hwb_net_fetch_reaches_servers_alone },
		{ "code in hwb-net proxy reaches servers on its ports alone", hwb_net_proxy_reaches_its_ports_alone },
	};
	if (argc < 2 || chdir(argv[1]))
		return 2;
	return test_main(argc - 1, argv + 1, tests, COUNT(tests));
}

/* Build-time generator: reads lists of data/ (usage: TABLE FILE...) and prints the BPF program as a C table. Uses libseccomp,
 * which the shipped programs do not. A line: `default kill` (else ENOSYS), `allow NAME`, `eperm NAME`, `absent NAME` (ENOSYS), and for the argument rules
 * below `refuse NAME`, `only NAME RULE` and `families NAME`; `#` starts a comment. A name that this architecture does not have
 * is passed over.
 * `watch NAME`, `watch-to NAME` and `quiet NAME` ask for a second program that reports to a supervisor what it refuses and
 * what is watched (seccomp_unotify(2)), and for the list of calls to which that supervisor answers EPERM.
 * With the one argument `--names` it prints the names of all system calls instead. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define MASK32 UINT64_C(0xffffffff)

/* Calls that are allowed but for some values of the low 32 bits of arguments (CVE-2019-10063: the high ones do not count).
 * libseccomp has no "allowed unless", so these tests stand in front of its program. A row refuses when all its tests hold. */
#define NAMESPACES (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
#define MAKES_FILE (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))
enum { TESTS_MAX = 2, ATTRIBUTE_MAX = 1024 };
static const struct refusal {
	const char *name;
	struct {
		uint16_t test; /* BPF_JSET: any of these bits is set; BPF_JEQ: equal; BPF_JGT: greater; 0: no test */
		uint32_t argument, value;
	} tests[TESTS_MAX];
} refused[] = {
	{ "clone", { { BPF_JSET, 0, NAMESPACES } } },
	/* An attribute lives in the kernel's memory, beside every quota: an access list of 64 KiB for each file. */
	{ "setxattr", { { BPF_JGT, 3, ATTRIBUTE_MAX } } },
	{ "lsetxattr", { { BPF_JGT, 3, ATTRIBUTE_MAX } } },
	{ "fsetxattr", { { BPF_JGT, 3, ATTRIBUTE_MAX } } },
	{ "ioctl", { { BPF_JEQ, 1, TIOCSTI } } }, /* input pushed into a terminal */
	{ "ioctl", { { BPF_JEQ, 1, TIOCLINUX } } }, /* the console's paste */
	/* TLS, ESP and SMC of the kernel on top of a connection: much code that no build needs. */
	{ "setsockopt", { { BPF_JEQ, 1, IPPROTO_TCP }, { BPF_JEQ, 2, TCP_ULP } } },
	/* A socket whose close waits, handed to a process of ours: that one would wait. */
	{ "setsockopt", { { BPF_JEQ, 1, SOL_SOCKET }, { BPF_JEQ, 2, SO_LINGER } } },
	/* Bits by which a file gives its owner's rights to whoever runs it. The mode of open means nothing when no file is made. */
	{ "chmod", { { BPF_JSET, 1, S_ISUID | S_ISGID } } },
	{ "fchmod", { { BPF_JSET, 1, S_ISUID | S_ISGID } } },
	{ "fchmodat", { { BPF_JSET, 2, S_ISUID | S_ISGID } } },
	{ "fchmodat2", { { BPF_JSET, 2, S_ISUID | S_ISGID } } },
	{ "creat", { { BPF_JSET, 1, S_ISUID | S_ISGID } } },
	{ "open", { { BPF_JSET, 1, MAKES_FILE }, { BPF_JSET, 2, S_ISUID | S_ISGID } } },
	{ "openat", { { BPF_JSET, 2, MAKES_FILE }, { BPF_JSET, 3, S_ISUID | S_ISGID } } },
	/* Shared memory without a file: what is not mapped at the moment is counted by nobody, so a supervisor has to count what is
	 * asked for (sandbox/watch_linux.c). MAP_PRIVATE has the other bit. */
	{ "mmap", { { BPF_JSET, 3, MAP_SHARED }, { BPF_JSET, 3, MAP_ANONYMOUS } } },
};

/* Calls of which one use is allowed and no other. */
static const struct {
	const char *name, *rule;
	unsigned argument;
	uint64_t mask, value;
} permitted[] = {
	{ "openat", "reading", 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY },
	{ "clone", "threads", 0, CLONE_THREAD, CLONE_THREAD },
	{ "prlimit64", "self", 0, MASK32, 0 },
	{ "sched_setaffinity", "self", 0, MASK32, 0 },
	{ "prctl", "death-signal", 0, MASK32, PR_SET_PDEATHSIG },
	{ "ioctl", "waiting", 1, MASK32, FIONREAD }, /* how much is there to read */
	{ "mmap", "data", 2, PROT_EXEC, 0 },
	{ "mmap2", "data", 2, PROT_EXEC, 0 },
	{ "mprotect", "data", 2, PROT_EXEC, 0 },
};

static void die(const char *what, const char *name, int rc)
{
	(void)fprintf(stderr, "seccomp_generate: %s '%s': %s\n", what, name, strerror(-rc));
	exit(1);
}

static void add(scmp_filter_ctx filter, uint32_t action, const char *name)
{
	int number = seccomp_syscall_resolve_name(name);
	if (number == __NR_SCMP_ERROR) { /* newer than this libseccomp: it stays with the default, which is safe */
		(void)fprintf(stderr, "seccomp_generate: libseccomp does not know '%s' yet\n", name);
		return;
	}
	int rc = seccomp_rule_add(filter, action, number, 0);
	if (rc && rc != -EDOM) /* EDOM: not on this architecture */
		die("rule for", name, rc);
}

static void add_only(scmp_filter_ctx filter, const char *name, const char *rule)
{
	for (size_t i = 0; i < sizeof permitted / sizeof permitted[0]; i++) {
		if (strcmp(permitted[i].name, name) != 0 || strcmp(permitted[i].rule, rule) != 0)
			continue;
		int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, seccomp_syscall_resolve_name(name), 1,
					  SCMP_CMP(permitted[i].argument, SCMP_CMP_MASKED_EQ, permitted[i].mask, permitted[i].value));
		if (rc && rc != -EDOM) /* EDOM: not on this architecture */
			die("argument rule for", name, rc);
		return;
	}
	die("no such rule", rule, -EINVAL);
}

/* Plain sockets: TCP and UDP over IP by their usual protocols, and local ones. Raw sockets need capabilities as well; the
 * filter does not wait for that. */
static const struct {
	uint64_t family, type, protocol;
} sockets[] = {
	{ AF_UNIX, SOCK_STREAM, 0 },
	{ AF_UNIX, SOCK_DGRAM, 0 },
	{ AF_UNIX, SOCK_SEQPACKET, 0 },
	{ AF_INET, SOCK_STREAM, 0 },
	{ AF_INET, SOCK_STREAM, 6 },
	{ AF_INET, SOCK_DGRAM, 0 },
	{ AF_INET, SOCK_DGRAM, 17 },
	{ AF_INET6, SOCK_STREAM, 0 },
	{ AF_INET6, SOCK_STREAM, 6 },
	{ AF_INET6, SOCK_DGRAM, 0 },
	{ AF_INET6, SOCK_DGRAM, 17 },
	/* getifaddrs asks the kernel for routes and links: NETLINK_ROUTE and no other protocol. */
	{ AF_NETLINK, SOCK_RAW, 0 },
	{ AF_NETLINK, SOCK_DGRAM, 0 },
};

/* from: the first row that is wanted. */
static void add_socket(scmp_filter_ctx filter, size_t from)
{
	for (size_t i = from; i < sizeof sockets / sizeof sockets[0]; i++) {
		int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 3,
					  SCMP_A0(SCMP_CMP_MASKED_EQ, MASK32, sockets[i].family),
					  SCMP_A1(SCMP_CMP_MASKED_EQ, 0xf, sockets[i].type),
					  SCMP_A2(SCMP_CMP_MASKED_EQ, MASK32, sockets[i].protocol));
		if (rc)
			die("argument rule for", "socket", rc);
	}
}

static void add_socketpair(scmp_filter_ctx filter)
{
	int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, MASK32, AF_UNIX));
	if (rc)
		die("argument rule for", "socketpair", rc);
}

/* Of those kinds that know nobody but each other: connect(2) is refused for a pair, and so is sending to an address. */
static void add_connected_pair(scmp_filter_ctx filter)
{
	static const uint64_t types[] = { SOCK_STREAM, SOCK_SEQPACKET };
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 2,
					  SCMP_A0(SCMP_CMP_MASKED_EQ, MASK32, AF_UNIX), SCMP_A1(SCMP_CMP_MASKED_EQ, 0xf, types[i]));
		if (rc)
			die("argument rule for", "socketpair", rc);
	}
}

static void add_families(scmp_filter_ctx filter, const char *name)
{
	size_t n_local = 0;
	while (sockets[n_local].family == AF_UNIX)
		n_local++;
	if (strcmp(name, "socketpair") == 0)
		add_socketpair(filter);
	else if (strcmp(name, "connected-pair") == 0)
		add_connected_pair(filter);
	else
		add_socket(filter, strcmp(name, "internet") == 0 ? n_local : 0);
}

enum watch_kind { WATCH_ALL, WATCH_TO, WATCH_QUIET };

struct watch {
	enum watch_kind kind;
	int number;
};

enum { WATCHES_MAX = 32, EPERM_MAX = 256 };

/* What the file asks for beside plain rules: calls of the table above, calls to watch, and those answered with EPERM. */
struct wanted {
	bool refuse[sizeof refused / sizeof refused[0]];
	struct watch watches[WATCHES_MAX];
	size_t n_watches;
	int eperm[EPERM_MAX];
	size_t n_eperm;
};

static void want_watch(struct wanted *w, enum watch_kind kind, const char *name)
{
	int number = seccomp_syscall_resolve_name(name);
	if (w->n_watches == WATCHES_MAX)
		die("too many", "watches", -E2BIG);
	if (number >= 0)
		w->watches[w->n_watches++] = (struct watch){ kind, number };
}

static void want_eperm(struct wanted *w, const char *name)
{
	int number = seccomp_syscall_resolve_name(name);
	if (w->n_eperm == EPERM_MAX)
		die("too many", "refusals", -E2BIG);
	if (number >= 0)
		w->eperm[w->n_eperm++] = number;
}

static void want_refused(struct wanted *w, const char *name)
{
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		if (strcmp(refused[i].name, name) == 0)
			w->refuse[i] = true;
	want_eperm(w, name);
}

static void add_line(scmp_filter_ctx filter, char *line, struct wanted *w)
{
	line[strcspn(line, "#\n")] = '\0';
	char verb[16] = "", name[64] = "", rule[64] = "";
	if (sscanf(line, "%15s %63s %63s", verb, name, rule) < 2)
		return;
	if (strcmp(verb, "allow") == 0)
		add(filter, SCMP_ACT_ALLOW, name);
	else if (strcmp(verb, "eperm") == 0) {
		add(filter, SCMP_ACT_ERRNO(EPERM), name);
		want_eperm(w, name);
	} else if (strcmp(verb, "absent") == 0)
		add(filter, SCMP_ACT_ERRNO(ENOSYS), name);
	else if (strcmp(verb, "watch") == 0)
		want_watch(w, WATCH_ALL, name);
	else if (strcmp(verb, "watch-to") == 0)
		want_watch(w, WATCH_TO, name);
	else if (strcmp(verb, "quiet") == 0)
		want_watch(w, WATCH_QUIET, name);
	else if (strcmp(verb, "refuse") == 0)
		want_refused(w, name);
	else if (strcmp(verb, "families") == 0)
		add_families(filter, name);
	else if (strcmp(verb, "only") == 0)
		add_only(filter, name, rule);
	else if (strcmp(verb, "default") != 0)
		die("unknown verb", verb, -EINVAL);
}

enum { PROGRAM_MAX = 4096 };

struct program {
	struct sock_filter code[PROGRAM_MAX];
	size_t n;
};

static void put(struct program *p, struct sock_filter i)
{
	if (p->n == PROGRAM_MAX)
		die("too long", "the program", -E2BIG);
	p->code[p->n++] = i;
}

#define LOAD(at) ((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(at)))
#define LOAD_ARGUMENT(i, half) LOAD(offsetof(struct seccomp_data, args) + 8 * (i) + 4 * (half))
#define JUMP(test, k, yes, no) ((struct sock_filter)BPF_JUMP(BPF_JMP | (test) | BPF_K, (uint32_t)(k), yes, no))
#define RETURN(k) ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (uint32_t)(k)))

/* A word of the call against a value: two instructions, and over the rest of the row when it does not hold. */
static void put_test(struct program *p, struct sock_filter load, uint16_t test, uint32_t value, unsigned rest)
{
	put(p, load);
	put(p, JUMP(test, value, 0, rest));
}

/* Whatever does not match falls through to the next row and in the end to libseccomp's program, which checks the architecture
 * itself. On a foreign architecture the numbers may match by chance: then the answer is EPERM instead of a kill, and nothing is
 * allowed. */
static void put_row(struct program *p, const struct refusal *r)
{
	unsigned n = 0;
	while (n < TESTS_MAX && r->tests[n].test)
		n++;
	put_test(p, LOAD(offsetof(struct seccomp_data, nr)), BPF_JEQ, (uint32_t)seccomp_syscall_resolve_name(r->name), 2 * n + 1);
	for (unsigned i = 0; i < n; i++)
		put_test(p, LOAD_ARGUMENT(r->tests[i].argument, 0), r->tests[i].test, r->tests[i].value, 2 * (n - i - 1) + 1);
	put(p, RETURN(SECCOMP_RET_ERRNO | EPERM));
}

static void put_refused(struct program *p, const struct wanted *w)
{
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		if (w->refuse[i])
			put_row(p, &refused[i]);
}

/* In front of everything else, and for our architecture only: what the supervisor is asked about. */
static void put_watches(struct program *p, const struct wanted *w)
{
	put(p, LOAD(offsetof(struct seccomp_data, nr)));
	for (size_t i = 0; i < w->n_watches; i++) {
		const struct watch *watch = &w->watches[i];
		if (watch->kind != WATCH_TO) {
			put(p, JUMP(BPF_JEQ, watch->number, 0, 1));
			put(p, RETURN(watch->kind == WATCH_QUIET ? SECCOMP_RET_ERRNO | ENOSYS : SECCOMP_RET_USER_NOTIF));
			continue;
		}
		/* Only with a destination: the fifth argument is a pointer, and either half of it may be the one that is set. */
		put(p, JUMP(BPF_JEQ, watch->number, 0, 6));
		put(p, LOAD_ARGUMENT(4, 0));
		put(p, JUMP(BPF_JEQ, 0, 0, 2));
		put(p, LOAD_ARGUMENT(4, 1));
		put(p, JUMP(BPF_JEQ, 0, 1, 0));
		put(p, RETURN(SECCOMP_RET_USER_NOTIF));
		put(p, LOAD(offsetof(struct seccomp_data, nr)));
	}
}

static void put_exported(struct program *p, int fd)
{
	struct sock_filter instruction;
	(void)lseek(fd, 0, SEEK_SET);
	while (read(fd, &instruction, sizeof instruction) == (ssize_t)sizeof instruction)
		put(p, instruction);
}

static void print_program(const char *name, const char *more, const struct program *p)
{
	(void)printf("static const struct sock_filter %s%s[] = {\n", name, more);
	for (size_t i = 0; i < p->n; i++)
		(void)printf("\t{ 0x%02x, %u, %u, 0x%08x },\n", p->code[i].code, p->code[i].jt, p->code[i].jf, p->code[i].k);
	(void)printf("};\n");
}

/* What is refused is reported as well: every answer with an errno becomes a question. A foreign architecture passes over
 * the watches; what the rest of the program then does to it stays as it is. */
static void print_watched(const char *name, const struct wanted *w, const struct program *plain)
{
	static struct program watched, watches;
	put_watches(&watches, w);
	if (watches.n > 255)
		die("too many", "watches", -E2BIG);
	put(&watched, LOAD(offsetof(struct seccomp_data, arch)));
	put(&watched, JUMP(BPF_JEQ, seccomp_arch_native(), 0, watches.n));
	for (size_t i = 0; i < watches.n; i++)
		put(&watched, watches.code[i]);
	for (size_t i = 0; i < plain->n; i++) {
		struct sock_filter now = plain->code[i];
		if (now.code == (BPF_RET | BPF_K) && (now.k & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO)
			now.k = SECCOMP_RET_USER_NOTIF;
		put(&watched, now);
	}
	print_program(name, "_watched", &watched);
	(void)printf("static const int %s_eperm[] = {", name);
	for (size_t i = 0; i < w->n_eperm; i++)
		(void)printf(" %d,", w->eperm[i]);
	(void)printf(" };\n");
}

/* Both kinds of numbers that a filter may meet: those of this machine, in order. */
static int print_names(void)
{
	(void)printf("/* Generated by tools/seccomp_generate.c. */\nstatic const struct {\n\tunsigned number;\n\tconst char *name;\n} "
		     "system_calls[] = {\n");
	for (int number = 0; number < 1024; number++) {
		char *name = seccomp_syscall_resolve_num_arch(seccomp_arch_native(), number);
		if (name)
			(void)printf("\t{ %d, \"%s\" },\n", number, name);
		free(name);
	}
	(void)printf("};\n");
	return 0;
}

/* All files, one after the other. */
static FILE *open_lists(char **paths)
{
	FILE *all = tmpfile();
	char line[256];
	for (; all && *paths; paths++) {
		FILE *one = fopen(*paths, "r");
		if (!one)
			die("open", *paths, -errno);
		while (fgets(line, sizeof line, one))
			(void)fputs(line, all);
		(void)fclose(one);
	}
	if (!all)
		die("make", "a temporary file", -errno);
	rewind(all);
	return all;
}

static bool default_is_kill(FILE *in)
{
	char line[256];
	bool kill = false;
	while (fgets(line, sizeof line, in))
		kill = kill || strncmp(line, "default kill", 12) == 0;
	rewind(in);
	return kill;
}

int main(int argc, char **argv)
{
	static struct program program;
	if (argc == 2 && strcmp(argv[1], "--names") == 0)
		return print_names();
	if (argc < 3)
		die("usage:", "TABLE FILE...", -EINVAL);
	FILE *in = open_lists(argv + 2);
	scmp_filter_ctx filter = seccomp_init(default_is_kill(in) ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(ENOSYS));
	struct wanted wanted = { 0 };
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a binary tree over the numbers */
	char line[256];
	while (fgets(line, sizeof line, in))
		add_line(filter, line, &wanted);
	FILE *out = tmpfile();
	int rc = out ? seccomp_export_bpf(filter, fileno(out)) : -errno;
	if (rc)
		die("export", "filter", rc);
	put_refused(&program, &wanted);
	put_exported(&program, fileno(out));
	(void)printf("/* Generated by tools/seccomp_generate.c. */\n");
	print_program(argv[1], "", &program);
	if (wanted.n_watches)
		print_watched(argv[1], &wanted, &program);
	seccomp_release(filter);
	(void)fclose(in);
	return 0;
}

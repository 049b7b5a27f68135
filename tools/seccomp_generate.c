/* Build-time generator: reads data/seccomp.txt and prints the BPF program as a C table. Uses libseccomp, which the shipped
 * programs do not. A line: `default kill` (else ENOSYS), `allow NAME`, `eperm NAME`, `refuse NAME` and `families NAME` for
 * the argument rules below; `#` starts a comment. A name that this architecture does not have is passed over. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define MASK32 UINT64_C(0xffffffff)

/* Calls that are allowed but for some values of one argument's low 32 bits (CVE-2019-10063: the high ones do not count).
 * libseccomp has no "allowed unless", so these tests stand in front of its program. */
#define NAMESPACES (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
static const struct {
	const char *name;
	uint32_t argument;
	bool any_bit; /* refused when any of these bits is set; else when equal */
	uint32_t value;
} refused[] = {
	{ "clone", 0, true, NAMESPACES },
	{ "ioctl", 1, false, TIOCSTI }, /* input pushed into a terminal */
	{ "ioctl", 1, false, TIOCLINUX }, /* the console's paste */
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

static void add_socket(scmp_filter_ctx filter)
{
	for (size_t i = 0; i < sizeof sockets / sizeof sockets[0]; i++) {
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

/* The calls of the table above that the file asks for. */
struct wanted {
	bool refuse[sizeof refused / sizeof refused[0]];
};

static void want_refused(struct wanted *w, const char *name)
{
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		if (strcmp(refused[i].name, name) == 0)
			w->refuse[i] = true;
}

static void add_line(scmp_filter_ctx filter, char *line, struct wanted *w)
{
	line[strcspn(line, "#\n")] = '\0';
	char verb[16] = "", name[64] = "";
	if (sscanf(line, "%15s %63s", verb, name) < 2)
		return;
	if (strcmp(verb, "allow") == 0)
		add(filter, SCMP_ACT_ALLOW, name);
	else if (strcmp(verb, "eperm") == 0)
		add(filter, SCMP_ACT_ERRNO(EPERM), name);
	else if (strcmp(verb, "refuse") == 0)
		want_refused(w, name);
	else if (strcmp(verb, "families") == 0)
		(strcmp(name, "socketpair") == 0 ? add_socketpair : add_socket)(filter);
	else if (strcmp(verb, "default") != 0)
		die("unknown verb", verb, -EINVAL);
}

static void print(struct sock_filter i)
{
	(void)printf("\t{ 0x%02x, %u, %u, 0x%08x },\n", i.code, i.jt, i.jf, i.k);
}

/* Five instructions a row; whatever does not match falls through to the next row and in the end to libseccomp's program,
 * which checks the architecture itself. On a foreign architecture the numbers may match by chance: then the answer is
 * EPERM instead of a kill, and nothing is allowed. */
static void print_refused(const struct wanted *w)
{
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		if (!w->refuse[i])
			continue;
		int number = seccomp_syscall_resolve_name(refused[i].name);
		uint32_t at = (uint32_t)offsetof(struct seccomp_data, args) + 8 * refused[i].argument;
		uint16_t test = refused[i].any_bit ? BPF_JSET : BPF_JEQ;
		print((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
		print((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 3));
		print((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at));
		print((struct sock_filter)BPF_JUMP(BPF_JMP | test | BPF_K, refused[i].value, 0, 1));
		print((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
	}
}

static void print_program(int fd, const char *name, const struct wanted *w)
{
	struct sock_filter instruction;
	(void)lseek(fd, 0, SEEK_SET);
	(void)printf("/* Generated by tools/seccomp_generate.c. */\nstatic const struct sock_filter %s[] = {\n", name);
	print_refused(w);
	while (read(fd, &instruction, sizeof instruction) == (ssize_t)sizeof instruction)
		print(instruction);
	(void)printf("};\n");
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
	FILE *in = argc == 3 ? fopen(argv[1], "r") : NULL;
	if (!in)
		die("open", argc == 3 ? argv[1] : "(usage: FILE TABLE)", -errno);
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
	print_program(fileno(out), argv[2], &wanted);
	seccomp_release(filter);
	(void)fclose(in);
	return 0;
}

#include "puppet.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "harness.h"

/* The registers of a call. A stop behind one leaves the program counter behind the instruction, which is used once more. */
#if defined(__x86_64__)
static long result_of(const struct user_regs_struct *r)
{
	return (long)r->rax;
}

static long number_of(const struct user_regs_struct *r)
{
	return (long)r->orig_rax;
}

static uint64_t first_of(const struct user_regs_struct *r)
{
	return r->rdi;
}

static void set_call(struct user_regs_struct *r, long number, const uint64_t a[6])
{
	r->rip -= 2;
	r->orig_rax = (unsigned long)-1; /* nothing to restart */
	r->rax = (unsigned long)number;
	r->rdi = a[0], r->rsi = a[1], r->rdx = a[2], r->r10 = a[3], r->r8 = a[4], r->r9 = a[5];
}
#elif defined(__aarch64__)
static long result_of(const struct user_regs_struct *r)
{
	return (long)r->regs[0];
}

static long number_of(const struct user_regs_struct *r)
{
	return (long)r->regs[8];
}

static uint64_t first_of(const struct user_regs_struct *r)
{
	return r->regs[0]; /* before the call only */
}

static void set_call(struct user_regs_struct *r, long number, const uint64_t a[6])
{
	r->pc -= 4;
	r->regs[8] = (uint64_t)number;
	for (size_t i = 0; i < 6; i++)
		r->regs[i] = a[i];
}
#else
#error "puppet.c does not know this processor"
#endif

static void get_registers(const struct puppet *p, struct user_regs_struct *ret)
{
	struct iovec part = { ret, sizeof *ret };
	CHECK(ptrace(PTRACE_GETREGSET, p->pid, NT_PRSTATUS, &part) == 0);
}

/* To the next stop before or behind a call; false when that was the end of it. */
static bool step(struct puppet *p)
{
	int status;
	CHECK(ptrace(PTRACE_SYSCALL, p->pid, 0, 0) == 0);
	CHECK(waitpid(p->pid, &status, 0) == p->pid);
	if (WIFSTOPPED(status))
		return true;
	p->pid = 0;
	return false;
}

static void become(const char *path, const char *const *argv, const int *fds, size_t n_fds)
{
	static const char *const nothing[] = { NULL };
	int high[PUPPET_FDS_MAX];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (size_t i = 0; i < n_fds; i++)
		high[i] = fcntl(fds[i] < 0 ? null : fds[i], F_DUPFD, 64);
	for (size_t i = 0; i < n_fds; i++)
		(void)dup2(high[i], (int)i);
	(void)syscall(SYS_close_range, (unsigned)n_fds, ~0U, 0U);
	(void)ptrace(PTRACE_TRACEME, 0, 0, 0);
	(void)execve(path, (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)nothing);
	_exit(127);
}

void puppet_start(struct puppet *p, const char *path, const char *const *argv, const int *fds, size_t n_fds)
{
	int status;
	CHECK(n_fds <= PUPPET_FDS_MAX);
	(void)fflush(stdout);
	*p = (struct puppet){ .pid = fork() };
	CHECK(p->pid >= 0);
	if (p->pid == 0)
		become(path, argv, fds, n_fds);
	CHECK(waitpid(p->pid, &status, 0) == p->pid);
	CHECK_ROW(WIFSTOPPED(status), path);
	CHECK(ptrace(PTRACE_SETOPTIONS, p->pid, 0, PTRACE_O_EXITKILL) == 0);
	CHECK(step(p) && step(p)); /* to behind the loader's first call */
	const uint64_t map[6] = { 0, PUPPET_ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t)-1, 0 };
	long room = puppet_call(p, SYS_mmap, map);
	CHECK(room > 0);
	p->room = (uint64_t)room;
}

void puppet_stop(struct puppet *p)
{
	if (p->pid <= 0)
		return;
	(void)kill(p->pid, SIGKILL);
	(void)waitpid(p->pid, NULL, 0);
	p->pid = 0;
}

static bool loads_filter(const struct user_regs_struct *r)
{
	return number_of(r) == SYS_seccomp || (number_of(r) == SYS_prctl && first_of(r) == 22 /* PR_SET_SECCOMP */);
}

void puppet_confine(struct puppet *p)
{
	struct user_regs_struct before, behind;
	do {
		CHECK(step(p));
		get_registers(p, &before);
		CHECK(step(p));
		get_registers(p, &behind);
	} while (!loads_filter(&before) || result_of(&behind) != 0);
}

uint64_t puppet_put(struct puppet *p, const void *bytes, size_t size)
{
	uint64_t at = p->room + p->used;
	struct iovec here = { (void *)(uintptr_t)bytes, size }, there = { (void *)(uintptr_t)at, size };
	CHECK(p->used + size <= PUPPET_ROOM);
	CHECK(process_vm_writev(p->pid, &here, 1, &there, 1, 0) == (ssize_t)size);
	p->used += (size + 15) & ~(size_t)15;
	return at;
}

/* A filter that kills leaves a signal behind, and the call's stop is the last one. */
static bool is_dying(const struct puppet *p)
{
	struct __ptrace_peeksiginfo_args first = { .nr = 1 };
	siginfo_t pending;
	return ptrace(PTRACE_PEEKSIGINFO, p->pid, &first, &pending) == 1 && pending.si_signo == SIGSYS;
}

long puppet_call(struct puppet *p, long number, const uint64_t arguments[6])
{
	struct user_regs_struct r;
	struct iovec part = { &r, sizeof r };
	get_registers(p, &r);
	set_call(&r, number, arguments);
	CHECK(ptrace(PTRACE_SETREGSET, p->pid, NT_PRSTATUS, &part) == 0);
	if (!step(p) || !step(p))
		return PUPPET_KILLED;
	if (is_dying(p)) {
		CHECK(!step(p));
		return PUPPET_KILLED;
	}
	get_registers(p, &r);
	return result_of(&r);
}

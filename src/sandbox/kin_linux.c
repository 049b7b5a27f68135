#include "sandbox/kin.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/number.h"
#include "sandbox/memory.h"

/* PIDS_MAX: PID_MAX_LIMIT of the kernel. ROUNDS: a bomb doubles, so it is caught or at its limit long before; a last one that was
 * missed is seen in the next turn. */
enum { PIDS_MAX = 1 << 22, ROUNDS = 64, PAUSE_MS = 1 };

static pid_t tree[PROCESSES_MAX];
static unsigned char is_kin[PIDS_MAX / 8];

static void mark(size_t n)
{
	memset(is_kin, 0, sizeof is_kin);
	for (size_t i = 0; i < n; i++)
		if (tree[i] < PIDS_MAX)
			is_kin[tree[i] / 8] |= (unsigned char)(1U << tree[i] % 8);
}

/* proc(5), stat: behind the name in parentheses, the state and the parent. */
static pid_t parent_of(pid_t pid)
{
	char path[64], text[512];
	uint64_t parent = 0;
	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text);
	struct bytes rest = bytes_make(text, n > 0 ? (size_t)n : 0);
	rest = bytes_from(rest, bytes_find_last(rest, ')') + 2);
	(void)bytes_cut(&rest, ' ');
	return number_parse_u64(bytes_cut(&rest, ' '), PIDS_MAX - 1, &parent) ? 0 : (pid_t)parent;
}

/* A number that was listed may be somebody else's by now: the descriptor holds one process, and that one is ours if its parent is. */
static void send(pid_t pid, int number)
{
	CLEANUP(fd_close) int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0)
		return;
	pid_t parent = parent_of(pid);
	if (parent > 0 && is_kin[parent / 8] & (1U << parent % 8))
		(void)syscall(SYS_pidfd_send_signal, fd, number, NULL, 0);
}

static size_t send_all(int number)
{
	size_t n = tree_of(getpid(), tree, PROCESSES_MAX);
	mark(n);
	for (size_t i = 1; i < n; i++)
		send(tree[i], number);
	return n;
}

/* Who is stopped forks no more: once a turn finds nobody new, a kill reaches all. */
static void stop_all(void)
{
	size_t before = 0;
	for (int i = 0; i < ROUNDS; i++) {
		size_t n = send_all(SIGSTOP);
		if (n == before)
			return;
		before = n;
	}
}

void kin_end(void)
{
	for (;;) {
		stop_all();
		(void)send_all(SIGKILL);
		pid_t pid;
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (pid < 0 && errno == ECHILD)
			return;
		(void)poll(NULL, 0, PAUSE_MS);
	}
}

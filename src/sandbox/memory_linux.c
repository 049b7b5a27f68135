#include "sandbox/memory.h"

#include <fcntl.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/number.h"

enum { PROCESSES_MAX = 4096, TEXT_MAX = 4096 };

static struct bytes read_proc(pid_t pid, const char *name, char text[TEXT_MAX])
{
	char path[340];
	(void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, TEXT_MAX);
	return bytes_make(text, n > 0 ? (size_t)n : 0);
}

/* proc(5), statm: size resident shared ... in pages. */
static uint64_t memory_of(pid_t pid)
{
	char text[TEXT_MAX];
	struct bytes rest = read_proc(pid, "statm", text);
	uint64_t resident = 0, shared = 0;
	(void)bytes_cut(&rest, ' ');
	if (number_parse_u64(bytes_cut(&rest, ' '), UINT32_MAX, &resident) ||
	    number_parse_u64(bytes_cut(&rest, ' '), UINT32_MAX, &shared) || shared > resident)
		return 0;
	return (resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* A child belongs to the thread that forked it, so every thread is asked. */
static size_t add_children(pid_t pid, pid_t *queue, size_t n)
{
	char path[64];
	(void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	DIR *threads = opendir(path);
	for (struct dirent *e; threads && (e = readdir(threads));) {
		char name[300], text[TEXT_MAX];
		(void)snprintf(name, sizeof name, "task/%s/children", e->d_name);
		struct bytes rest = e->d_name[0] == '.' ? (struct bytes){ NULL, 0 } : read_proc(pid, name, text);
		while (rest.data && n < PROCESSES_MAX) {
			uint64_t child;
			if (number_parse_u64(bytes_cut(&rest, ' '), INT32_MAX, &child) == OK)
				queue[n++] = (pid_t)child;
		}
	}
	if (threads)
		(void)closedir(threads);
	return n;
}

uint64_t memory_of_tree(pid_t pid)
{
	static pid_t queue[PROCESSES_MAX];
	size_t n = 1;
	uint64_t sum = 0;
	queue[0] = pid;
	for (size_t i = 0; i < n; i++) {
		sum += memory_of(queue[i]);
		n = add_children(queue[i], queue, n);
	}
	return sum;
}

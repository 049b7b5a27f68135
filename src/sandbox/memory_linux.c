#include "sandbox/memory.h"

#include <fcntl.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/number.h"

enum { TEXT_MAX = 4096 };

static struct bytes read_proc(pid_t pid, const char *name, char text[TEXT_MAX])
{
	char path[340];
	(void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, TEXT_MAX);
	return bytes_make(text, n > 0 ? (size_t)n : 0);
}

/* proc(5), status: "RssAnon:  123 kB". Page tables can outgrow by far what they map. Shared memory is counted for everybody who
 * maps it: too much rather than too little. */
static void add_lines(struct bytes rest, struct memory_use *sum)
{
	const struct {
		struct bytes key;
		uint64_t *sum;
	} rows[] = {
		{ LIT("RssAnon:"), &sum->own },
		{ LIT("VmPTE:"), &sum->own },
		{ LIT("VmSwap:"), &sum->own },
		{ LIT("RssShmem:"), &sum->shared },
	};
	while (rest.size) {
		struct bytes line = bytes_cut(&rest, '\n');
		for (size_t i = 0; i < COUNT(rows); i++) {
			uint64_t n;
			struct bytes value = bytes_trim(bytes_from(line, rows[i].key.size));
			if (bytes_starts(line, rows[i].key) && number_parse_u64(bytes_cut(&value, ' '), UINT64_MAX / 1024, &n) == OK)
				*rows[i].sum += n * 1024;
		}
	}
}

static bool has_memory(struct bytes status)
{
	while (status.size)
		if (bytes_starts(bytes_cut(&status, '\n'), BYTES("RssAnon:")))
			return true;
	return false;
}

/* A thread leader may be dead while its threads live on; then the process has its memory, and the leader tells of none. */
static void add_memory(pid_t pid, struct memory_use *sum)
{
	char text[TEXT_MAX], path[64], name[300];
	struct bytes status = read_proc(pid, "status", text);
	(void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	DIR *threads = has_memory(status) ? NULL : opendir(path);
	for (struct dirent *e; threads && !has_memory(status) && (e = readdir(threads));) {
		(void)snprintf(name, sizeof name, "task/%s/status", e->d_name);
		status = read_proc(pid, name, text);
	}
	if (threads)
		(void)closedir(threads);
	add_lines(status, sum);
}

/* Reads one list of children to its end, however long it is. */
static size_t add_list(pid_t pid, const char *name, pid_t *queue, size_t n, size_t most)
{
	char path[340];
	(void)snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)pid, name);
	FILE *list = fopen(path, "re");
	int child;
	while (list && n < most && fscanf(list, "%d", &child) == 1)
		queue[n++] = (pid_t)child;
	if (list)
		(void)fclose(list);
	return n;
}

/* A child belongs to the thread that forked it, so every thread is asked. */
static size_t add_children(pid_t pid, pid_t *queue, size_t n, size_t most)
{
	char path[64];
	(void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	DIR *threads = opendir(path);
	for (struct dirent *e; threads && (e = readdir(threads));)
		if (e->d_name[0] != '.')
			n = add_list(pid, e->d_name, queue, n, most);
	if (threads)
		(void)closedir(threads);
	return n;
}

size_t tree_of(pid_t pid, pid_t *tree, size_t most)
{
	size_t n = 1;
	tree[0] = pid;
	for (size_t i = 0; i < n; i++)
		n = add_children(tree[i], tree, n, most);
	return n;
}

struct memory_use memory_of_tree(const pid_t *tree, size_t n)
{
	struct memory_use sum = { 0 };
	for (size_t i = 0; i < n; i++)
		add_memory(tree[i], &sum);
	return sum;
}

/* proc(5), stat: after the name in parentheses, utime and stime are the twelfth and thirteenth field, those of children next. */
static void add_times(pid_t pid, uint64_t ticks[4])
{
	enum { BEFORE = 11 };
	char text[TEXT_MAX];
	struct bytes rest = read_proc(pid, "stat", text);
	rest = bytes_from(rest, bytes_find_last(rest, ')') + 2);
	for (size_t i = 0; i < BEFORE; i++)
		(void)bytes_cut(&rest, ' ');
	for (size_t i = 0; i < 4; i++) {
		uint64_t n;
		if (number_parse_u64(bytes_cut(&rest, ' '), UINT64_MAX, &n) == OK)
			ticks[i] += n;
	}
}

void times_of_tree(const pid_t *tree, size_t n, uint64_t *ret_user_us, uint64_t *ret_system_us)
{
	uint64_t ticks[4] = { 0 }, tick_us = 1000000 / (uint64_t)sysconf(_SC_CLK_TCK);
	for (size_t i = 0; i < n; i++)
		add_times(tree[i], ticks);
	*ret_user_us = (ticks[0] + ticks[2]) * tick_us;
	*ret_system_us = (ticks[1] + ticks[3]) * tick_us;
}

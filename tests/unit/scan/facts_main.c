/* For tests/scan: Python files named on standard input, one a line; for each "FILE path", then what python-facts says. With --trees:
 * snapshots instead, each answered by "TREE path" and the facts of the whole tree. */
#include <fcntl.h>

#include "base/fd.h"
#include "host/file.h"
#include "host/sealed.h"
#include "format/snapshot.h"
#include "scan/facts_json.h"
#include "scan/tree.h"
#include "scan/verbs.h"

/* One verb call a file, as hwb-parse would do it. */
static void answer(const char *path)
{
	CLEANUP(buf_done) struct buf reply;
	CLEANUP(arena_done) struct arena a;
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct diag d = { 0 };
	buf_init(&reply, 1 << 30);
	arena_init(&a);
	struct verb_call call = { .fds = &fd, .n_fds = 1, .arena = &a };
	enum status s = fd < 0 ? ERR_IO : python_facts_verb(&call, &reply, &d);
	(void)printf("FILE %s\n", path);
	if (s)
		(void)printf("FAILED %s\n", d.text);
	if (reply.size)
		(void)fwrite(buf_bytes(&reply).data, 1, reply.size, stdout);
}

/* A whole tree: a snapshot file. */
static void answer_tree(const char *path)
{
	CLEANUP(buf_done) struct buf reply;
	CLEANUP(buf_done) struct buf file;
	CLEANUP(arena_done) struct arena a;
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct diag d = { 0 };
	struct project project = { 0 };
	struct snapshot_entry entry = { 0 };
	struct scan_tree_result result = { 0 };
	buf_init(&reply, 1 << 30);
	buf_init(&file, 1 << 30);
	arena_init(&a);
	struct fact_list facts = { .arena = &a };
	enum status s = file_read_fd(fd, &file, &d);
	bool has_pyproject = s == OK && snapshot_find(buf_bytes(&file), BYTES("pyproject.toml"), &entry, &d) == OK;
	struct project_files files = { .has_pyproject = has_pyproject, .has_setup_py = true, .pyproject = entry.content };
	struct scan_tree_request request = { .snapshot = buf_bytes(&file) };
	if (s == OK && project_parse(&files, &a, &project, &d) == OK)
		request.project = &project;
	s = s ? s : scan_tree(&request, &facts, &result, &d);
	(void)printf("TREE %s %u %u %u %llu\n", path, result.n_files[0], result.n_files[1], result.n_files[2],
		     (unsigned long long)result.size);
	if (s)
		(void)printf("FAILED %s\n", d.text);
	facts_write_lines(&facts, &reply);
	if (reply.size)
		(void)fwrite(buf_bytes(&reply).data, 1, reply.size, stdout);
}

int main(int argc, char **argv)
{
	char line[4096];
	bool trees = argc > 1 && strcmp(argv[1], "--trees") == 0;
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = 0;
		if (trees)
			answer_tree(line);
		else
			answer(line);
	}
	return 0;
}

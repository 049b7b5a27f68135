#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/wire.h"
#include "harness.h"
#include "place.h"
#include "sandbox/collect.h"
#include "sandbox/sandbox.h"
#include "sandbox/surroundings.h"

/* ---- the specification ---- */

static struct sandbox_spec sample(void)
{
	static const char *const argv[] = { "/env/bin/python", "-c", "" }, *const env[] = { "A=1", "B=" };
	static const struct sandbox_mount mounts[] = { { "/usr", "/usr" }, { "/tmp/tree", "/env" } };
	static const struct sandbox_item items[] = {
		{ "/etc", NULL, false },
		{ "/etc/passwd", "build:x:1000\n", false },
		{ "/bin", "usr/bin", true },
		{ "/etc/empty", "", false },
	};
	struct sandbox_spec s = {
		.argv = argv,
		.n_argv = COUNT(argv),
		.env = env,
		.n_env = COUNT(env),
		.mounts = mounts,
		.n_mounts = COUNT(mounts),
		.items = items,
		.n_items = COUNT(items),
		.snapshot_path = "/build/src",
		.cwd = "/build",
		.epoch = -5,
		.outside_id = 65534,
		.with_channel = true,
		.with_listener = false,
	};
	limits_init(&s.limits);
	s.limits.disk = 12345;
	return s;
}

static void a_specification_reads_back(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf b;
	struct sandbox_spec in = sample(), out;
	arena_init(&a);
	buf_init(&b, 1 << 16);
	sandbox_spec_write(&in, &b);
	CHECK(sandbox_spec_read(buf_bytes(&b), &a, &out, NULL) == OK);
	CHECK(out.n_argv == 3 && strcmp(out.argv[0], "/env/bin/python") == 0 && out.argv[2][0] == '\0' && out.argv[3] == NULL);
	CHECK(out.n_env == 2 && strcmp(out.env[1], "B=") == 0 && out.env[2] == NULL);
	CHECK(out.n_mounts == 2 && strcmp(out.mounts[1].source, "/tmp/tree") == 0 && strcmp(out.mounts[1].target, "/env") == 0);
	CHECK(out.n_items == 4 && out.items[0].content == NULL && !out.items[0].is_link);
	CHECK(strcmp(out.items[1].content, "build:x:1000\n") == 0 && !out.items[1].is_link);
	CHECK(out.items[2].is_link && strcmp(out.items[2].content, "usr/bin") == 0);
	CHECK(out.items[3].content && out.items[3].content[0] == '\0' && !out.items[3].is_link);
	CHECK(strcmp(out.snapshot_path, "/build/src") == 0 && strcmp(out.cwd, "/build") == 0);
	CHECK(out.epoch == -5 && out.outside_id == 65534 && out.with_channel && !out.with_listener && !out.with_watch);
	CHECK(!out.with_tree && !out.with_terminal);
	CHECK(memcmp(&out.limits, &in.limits, sizeof in.limits) == 0);
	in.with_channel = false;
	in.with_listener = true;
	in.with_watch = true;
	in.with_tree = true;
	in.with_terminal = true;
	buf_clear(&b);
	sandbox_spec_write(&in, &b);
	CHECK(sandbox_spec_read(buf_bytes(&b), &a, &out, NULL) == OK && !out.with_channel && out.with_listener && out.with_watch);
	CHECK(out.with_tree && out.with_terminal);
}

static void a_run_directory_is_absolute_and_of_one_mode(void)
{
	static const struct {
		enum isolation_mode mode;
		const char *run_path;
		enum status want;
		const char *read;
	} rows[] = {
		{ MODE_LANDLOCK, "/tmp/hwb-1", OK, "/tmp/hwb-1" },
		{ MODE_LANDLOCK, "tmp/hwb-1", ERR_FORMAT, NULL },
		{ MODE_LANDLOCK, "", ERR_FORMAT, NULL },
		{ MODE_SANDBOX, "/tmp/hwb-1", OK, "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf b;
		struct sandbox_spec in = sample(), out;
		arena_init(&a);
		buf_init(&b, 1 << 16);
		in.mode = rows[i].mode;
		in.run_path = rows[i].run_path;
		sandbox_spec_write(&in, &b);
		CHECK(sandbox_spec_read(buf_bytes(&b), &a, &out, NULL) == rows[i].want);
		CHECK(!rows[i].read || strcmp(out.run_path, rows[i].read) == 0);
	}
}

static void a_specification_breaks_at_every_cut(void)
{
	CLEANUP(buf_done) struct buf b;
	struct sandbox_spec in = sample();
	buf_init(&b, 1 << 16);
	sandbox_spec_write(&in, &b);
	for (size_t cut = 0; cut < b.size; cut++) {
		CLEANUP(arena_done) struct arena a;
		struct sandbox_spec out = { .outside_id = 7 };
		struct diag d = { 0 };
		unsigned char *copy = malloc(cut ? cut : 1);
		arena_init(&a);
		bytes_copy(copy, bytes_part(buf_bytes(&b), 0, cut));
		CHECK_NUMBER(sandbox_spec_read(bytes_make(copy, cut), &a, &out, &d), ERR_FORMAT);
		CHECK(out.outside_id == 7 && d.text[0]);
		free(copy);
	}
}

static void a_specification_without_what_must_be_is_refused(void)
{
	CLEANUP(arena_done) struct arena a;
	struct sandbox_spec out;
	static const char *many[5000];
	arena_init(&a);
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = "A=1";
	static const struct {
		const char *name;
		size_t n_argv, n_env;
		uint32_t outside_id;
		bool trailing;
		enum status want;
	} rows[] = {
		{ "as it is", 3, 2, 1, false, OK },
		{ "no program", 0, 2, 1, false, ERR_FORMAT },
		{ "root outside", 3, 2, 0, false, ERR_FORMAT },
		{ "bytes behind the end", 3, 2, 1, true, ERR_FORMAT },
		{ "4096 variables", 3, 4096, 1, false, OK },
		{ "4097 variables", 3, 4097, 1, false, ERR_FORMAT },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf b;
		struct sandbox_spec in = sample();
		buf_init(&b, 1 << 20);
		in.n_argv = rows[i].n_argv;
		in.n_env = rows[i].n_env;
		in.env = many;
		in.outside_id = rows[i].outside_id;
		sandbox_spec_write(&in, &b);
		if (rows[i].trailing)
			buf_add_byte(&b, 0);
		CHECK_ROW(sandbox_spec_read(buf_bytes(&b), &a, &out, NULL) == rows[i].want, rows[i].name);
	}
	CHECK(sandbox_spec_read(BYTES("\xff\xff\xff\xff"), &a, &out, NULL) == ERR_FORMAT);
	CHECK(sandbox_spec_read(BYTES("\1\0\0\0\1\0\0\0x\0\0\0\0\xff\xff\xff\x0f"), &a, &out, NULL) == ERR_FORMAT);
}

static void every_control_has_a_name_of_its_own(void)
{
	for (unsigned i = 0; i < N_CONTROLS; i++) {
		CHECK(sandbox_control_name(i) && sandbox_control_name(i)[0]);
		for (unsigned k = 0; k < i; k++)
			CHECK_ROW(strcmp(sandbox_control_name(i), sandbox_control_name(k)) != 0, sandbox_control_name(i));
	}
	CHECK(strcmp(sandbox_control_name(N_CONTROLS), "unknown") == 0 && N_CONTROLS <= 64);
}

/* ---- words ---- */

static void every_end_is_explained(void)
{
	static const struct {
		enum sandbox_reason reason;
		const char *name;
		enum status want;
		const char *says, *helps;
	} rows[] = {
		{ REASON_EXIT, "exit", ERR_BACKEND, "status 3", "" },
		{ REASON_SIGNAL, "signal", ERR_BACKEND, "signal 11 (Segmentation fault)", "" },
		{ REASON_WALL, "wall", ERR_LIMIT, "wall-time limit (90 s)", "--limit wall=" },
		{ REASON_CPU, "cpu", ERR_LIMIT, "(7 s)", "--limit cpu=" },
		{ REASON_SILENCE, "silence", ERR_LIMIT, "(5 s)", "--limit silence=" },
		{ REASON_MEMORY, "memory", ERR_LIMIT, "(1048576 bytes)", "--limit memory=" },
		{ REASON_DISK, "disk", ERR_LIMIT, "to the disk than its limit (8192 bytes)", "--limit disk=" },
		{ REASON_INODES, "inodes", ERR_LIMIT, "(77 files)", "--limit inodes=" },
		{ REASON_LOG, "log", ERR_LIMIT, "(4096 bytes)", "--limit log=" },
		{ REASON_STOPPED, "stopped", ERR_BACKEND, "", "" },
	};
	struct limits l;
	limits_init(&l);
	l.wall_ms = 90000;
	l.cpu_ms = 7000;
	l.silence_ms = 5000;
	l.memory = 1 << 20;
	l.log_size = 4096;
	l.disk = 8192;
	l.inodes = 77;
	CHECK_NUMBER(COUNT(rows), N_REASONS);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sandbox_result r = { .reason = rows[i].reason, .exit_code = 3, .signal = SIGSEGV };
		struct diag d = { 0 };
		CHECK_ROW(strcmp(sandbox_reason_name(rows[i].reason), rows[i].name) == 0, rows[i].name);
		CHECK_ROW(sandbox_explain(&r, &l, &d) == rows[i].want && d.code == rows[i].want, rows[i].name);
		CHECK_ROW(d.text[0] && strstr(d.text, rows[i].says) && strstr(d.help, rows[i].helps), rows[i].name);
		CHECK_ROW((d.help[0] != '\0') == (rows[i].want == ERR_LIMIT), rows[i].name);
	}
	CHECK(strcmp(sandbox_reason_name(N_REASONS), "unknown") == 0);
}

static void a_step_that_fails_has_a_reason_and_a_remedy(void)
{
	static const struct {
		const char *step;
		int error;
		const char *detail;
		unsigned facts;
		const char *says, *helps;
	} rows[] = {
		{ "make the namespaces", ENOSPC, "", 0, "limit of user namespaces", "max_user_namespaces" },
		{ "make the namespaces", EPERM, NULL, 0, "switched off", "unprivileged_userns_clone" },
		{ "make the namespaces", ENOSYS, "", 0, "clone3", "seccomp=unconfined" },
		{ "make a way out without namespaces", EOPNOTSUPP, "", 0, "no network of any kind", "--isolation sandbox" },
		{ "choose the build's user", EINVAL, "", 0, "no id to spare", "ordinary user" },
		{ "show a tree to the build's user", EACCES, "/root/python", 0, "'/root/python'", "-p" },
		{ "make the run directory", EPERM, "/tmp/x", 0, "may rename", "TMPDIR" },
		{ "make the namespaces", EIO, "", 0, "the kernel refused it", "hwb doctor" },
		{ "write uid_map", EACCES, "", 0, "AppArmor", "apparmor_restrict_unprivileged_userns" },
		{ "make mounts private", EACCES, "", 0, "AppArmor", "apparmor" },
		{ "make mounts private", EINVAL, "", 0, "the kernel refused it", "hwb doctor" },
		{ "mount /proc", EPERM, "", 0, "masks parts of /proc", "systempaths=unconfined" },
		{ "open the host's trees", ENOSYS, "/usr", 0, "open_tree", "5.15" },
		{ "open the host's trees", EPERM, "/usr", FACT(FACT_SECCOMP), "seccomp filter", "seccomp=unconfined" },
		{ "open the host's trees", ENOENT, "/opt/nowhere", 0, "'/opt/nowhere'", "path" },
		{ "copy the source in", ENOSPC, "", 0, "disk limit", "--limit disk=" },
		{ "start the program", ENOENT, "/env/bin/python", 0, "'/env/bin/python'", "interpreter" },
		{ "make the namespaces", ENOSPC, "", FACT(FACT_LIMIT_0), "max_user_namespaces is 0", "max_user_namespaces=15000" },
		{ "make the namespaces", EPERM, "", FACT(FACT_CHROOT) | FACT(FACT_SECCOMP), "chroot", "pivot_root" },
		{ "make the namespaces", EPERM, "", FACT(FACT_CLONE_0) | FACT(FACT_SECCOMP), "clone is 0", "userns_clone=1" },
		{ "make the namespaces", EPERM, "", FACT(FACT_SECCOMP), "seccomp filter", "seccomp=unconfined" },
		{ "make the namespaces", ENOSYS, "", FACT(FACT_SECCOMP) | FACT(FACT_MASKED_PROC) | FACT(FACT_DOCKER),
		  "hides clone3", "docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined" },
		{ "make the namespaces", ENOSYS, "", FACT(FACT_SECCOMP) | FACT(FACT_KUBERNETES), "hides clone3",
		  "seccompProfile.type=Unconfined" },
		{ "make mounts private", EACCES, "", FACT(FACT_CONFINED) | FACT(FACT_DOCKER), "profile around hwb",
		  "docker run --security-opt apparmor=unconfined" },
		{ "mount /proc", EPERM, "", FACT(FACT_MASKED_PROC) | FACT(FACT_PODMAN), "masked",
		  "podman run --security-opt unmask=ALL" },
		{ "write uid_map", EPERM, "", FACT(FACT_APPARMOR_USERNS), "AppArmor", "apparmor_parser -r " HWB_APPARMOR_PROFILE },
		{ "start the container", ECHILD, "exec: newuidmap: not found", 0, "newuidmap", "uidmap" },
		{ "start the container", ECHILD, "potentially insufficient UIDs or GIDs", 0, "insufficient", "--add-subuids" },
		{ "start the container", ECHILD, "boom", 0, "boom", "engine's own" },
		{ "a step nobody wrote down", EBUSY, "", 0, "a step nobody wrote down: ", "hwb doctor" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct diag d = { 0 };
		CHECK_ROW(sandbox_setup_failed(rows[i].step, rows[i].error, rows[i].detail, rows[i].facts, &d) == ERR_ISOLATION,
			  rows[i].says);
		CHECK_ROW(d.code == ERR_ISOLATION && strstr(d.text, rows[i].step) && strstr(d.text, strerror(rows[i].error)),
			  rows[i].says);
		CHECK_ROW(strstr(d.text, rows[i].says) && strstr(d.help, rows[i].helps), rows[i].says);
	}
}

static void a_launcher_that_does_not_start_is_blamed_on_a_filter_if_there_is_one(void)
{
	struct diag d = { 0 };
	(void)fail(&d, ERR_IO, 0, "start 'x': no");
	CHECK(sandbox_not_started(ERR_IO, FACT(FACT_DOCKER), &d) == ERR_IO && strcmp(d.text, "start 'x': no") == 0);
	CHECK(sandbox_not_started(ERR_IO, FACT(FACT_SECCOMP), &d) == ERR_ISOLATION && d.code == ERR_ISOLATION);
	CHECK(strstr(d.text, "seccomp filter") && strstr(d.text, "start 'x': no") && strstr(d.help, "seccomp=unconfined"));
	(void)fail(&d, ERR_CANCELLED, 0, "interrupted");
	CHECK(sandbox_not_started(ERR_CANCELLED, FACT(FACT_SECCOMP), &d) == ERR_CANCELLED && !d.help[0]);
}

/* ---- the surroundings ---- */

/* A tree that looks like a system's root as far as it is looked at. */
static void what_is_around_us_is_seen(void)
{
	static const struct {
		const char *path;
		struct bytes content;
		unsigned want;
	} rows[] = {
		{ "nothing", LIT(""), 0 },
		{ "run/.containerenv", LIT(""), FACT(FACT_PODMAN) },
		{ ".dockerenv", LIT(""), FACT(FACT_DOCKER) },
		{ "var/run/secrets/kubernetes.io/x", LIT(""), FACT(FACT_KUBERNETES) },
		{ "run/systemd/container", LIT("lxc\n"), FACT(FACT_OTHER_CONTAINER) },
		{ "proc/self/status", LIT("Name:\thwb\nSeccomp:\t2\nX:\t0\n"), FACT(FACT_SECCOMP) },
		{ "proc/self/status", LIT("Name:\thwb\nSeccomp:\t0\nX:\t0\n"), 0 },
		{ "proc/self/mountinfo", LIT("1 0 8:1 / / rw - ext4 a rw\n2 1 0:5 / /proc rw - proc proc rw\n"), 0 },
		{ "proc/self/mountinfo", LIT("1 0 8:1 / / rw - ext4 a rw\n3 2 0:6 / /proc/sys/fs/binfmt_misc rw - autofs s rw\n"), 0 },
		{ "proc/self/mountinfo", LIT("1 0 8:1 / / rw - ext4 a rw\n3 2 0:6 / /proc/acpi ro - tmpfs t ro\n"),
		  FACT(FACT_MASKED_PROC) },
		{ "proc/self/mountinfo", LIT("2 1 0:5 / /proc rw - proc proc rw\n"), FACT(FACT_CHROOT) },
		{ "proc/self/mountinfo", LIT("cut"), FACT(FACT_CHROOT) },
		{ "proc/self/mountinfo", LIT(""), 0 },
		{ "proc/self/attr/current", LIT("docker-default (enforce)\n"), FACT(FACT_CONFINED) },
		{ "proc/self/attr/current", LIT("unconfined\n"), 0 },
		{ "proc/self/attr/current", LIT("x (complain)"), 0 },
		{ "proc/self/uid_map", LIT("         0          0 4294967295\n"), 0 },
		{ "proc/self/uid_map", LIT("         0     100000      65536\n"), FACT(FACT_PART_OF_IDS) },
		{ "proc/self/uid_map", LIT(""), 0 },
		{ "proc/sys/user/max_user_namespaces", LIT("0\n"), FACT(FACT_LIMIT_0) },
		{ "proc/sys/user/max_user_namespaces", LIT("10\n"), 0 },
		{ "proc/sys/kernel/unprivileged_userns_clone", LIT("0\n"), FACT(FACT_CLONE_0) },
		{ "proc/sys/kernel/apparmor_restrict_unprivileged_userns", LIT("1\n"), FACT(FACT_APPARMOR_USERNS) },
		{ "proc/sys/kernel/apparmor_restrict_unprivileged_userns", LIT("0\n"), 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(place_done) struct place p;
		place_make(&p);
		place_file(&p, rows[i].path, rows[i].content, 0644);
		CHECK_ROW(surroundings_look(p.fd) == rows[i].want, rows[i].path);
	}
	for (unsigned f = 0; f < N_FACTS; f++)
		CHECK(surroundings_fact_text(f)[0]);
}

/* ---- copy-out ---- */

static void fill_out(const struct place *p)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	place_file(p, "out/wheel.whl", BYTES("0123456789"), 0600);
	place_file(p, "out/empty.whl", BYTES(""), 0600);
	place_file(p, "secret", BYTES("token"), 0600);
	place_file(p, "out/folder/inside", BYTES("x"), 0600);
	CHECK(symlinkat("../secret", p->fd, "out/link") == 0 && symlinkat("wheel.whl", p->fd, "out/near-link") == 0);
	CHECK(mkfifoat(p->fd, "out/pipe", 0600) == 0);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", place_path(p, "out/socket"));
	CHECK(fd >= 0 && bind(fd, (const struct sockaddr *)(const void *)&address, sizeof address) == 0);
	(void)close(fd);
}

static void only_a_regular_file_is_collected(void)
{
	CLEANUP(place_done) struct place p;
	static const struct {
		struct bytes name;
		uint64_t max;
		enum status want;
		const char *says;
		struct bytes content;
	} rows[] = {
		{ LIT("wheel.whl"), 10, OK, "", LIT("0123456789") },
		{ LIT("empty.whl"), 0, OK, "", LIT("") },
		{ LIT("wheel.whl"), 9, ERR_ARTEFACT, "10 bytes", LIT("") },
		{ LIT("absent.whl"), 10, ERR_ARTEFACT, "no such file", LIT("") },
		{ LIT("link"), 10, ERR_ARTEFACT, "a symbolic link", LIT("") },
		{ LIT("near-link"), 10, ERR_ARTEFACT, "a symbolic link", LIT("") },
		{ LIT("pipe"), 10, ERR_ARTEFACT, "a pipe", LIT("") },
		{ LIT("socket"), 10, ERR_ARTEFACT, "a socket", LIT("") },
		{ LIT("folder"), 10, ERR_ARTEFACT, "a directory", LIT("") },
		{ LIT("folder/inside"), 10, ERR_ARTEFACT, "not the name of a file", LIT("") },
		{ LIT("../secret"), 10, ERR_ARTEFACT, "not the name of a file", LIT("") },
		{ LIT("/etc/passwd"), 10, ERR_ARTEFACT, "not the name of a file", LIT("") },
		{ LIT(".."), 10, ERR_ARTEFACT, "not the name of a file", LIT("") },
		{ LIT("."), 10, ERR_ARTEFACT, "not the name of a file", LIT("") },
		{ LIT(""), 10, ERR_ARTEFACT, "not the name of a file", LIT("") },
		{ LIT("wheel.whl\0x"), 10, ERR_ARTEFACT, "not the name of a file", LIT("") },
	};
	place_make(&p);
	fill_out(&p);
	(void)alarm(20); /* the pipe has no writer: a plain open would wait for one */
	CLEANUP(fd_close) int out = openat(p.fd, "out", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *row = (const char *)rows[i].name.data;
		CLEANUP(fd_close) int to = memory_file(BYTES(""));
		CLEANUP(buf_done) struct buf got;
		struct collected c = { .size = 77 };
		struct diag d = { 0 };
		buf_init(&got, 100);
		CHECK_ROW(collect_file(out, rows[i].name, rows[i].max, to, &c, &d) == rows[i].want, row);
		memory_read(to, &got);
		CHECK_ROW(bytes_equal(buf_bytes(&got), rows[i].content), row);
		CHECK_ROW(strstr(d.text, rows[i].says), row);
		if (rows[i].want) {
			CHECK_ROW(c.size == 77, row);
			continue;
		}
		struct sha256 want = sha256_of(rows[i].content);
		CHECK_ROW(c.size == rows[i].content.size && sha256_equal(&c.digest, &want), row);
	}
}

static void a_name_of_255_bytes_is_collected_and_one_more_is_not(void)
{
	CLEANUP(place_done) struct place p;
	char name[257];
	struct collected c;
	place_make(&p);
	memset(name, 'n', sizeof name);
	name[255] = '\0';
	place_file(&p, name, BYTES("x"), 0600);
	CLEANUP(fd_close) int to = memory_file(BYTES(""));
	CHECK(collect_file(p.fd, bytes_make(name, 255), 10, to, &c, NULL) == OK);
	name[255] = 'n';
	CHECK(collect_file(p.fd, bytes_make(name, 256), 10, to, &c, NULL) == ERR_ARTEFACT);
}

static void names_come_sorted_and_bounded(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(arena_done) struct arena a;
	struct bytes *names = NULL;
	size_t n = 77;
	struct diag d = { 0 };
	place_make(&p);
	arena_init(&a);
	CHECK(collect_names(p.fd, 0, &a, &names, &n, &d) == OK && n == 0);
	place_file(&p, "b.whl", BYTES(""), 0600);
	place_file(&p, ".hidden", BYTES(""), 0600);
	place_file(&p, "a\nline", BYTES(""), 0600);
	for (int i = 0; i < 2; i++) {
		CHECK(collect_names(p.fd, 3, &a, &names, &n, &d) == OK);
		CHECK_NUMBER(n, 3);
		CHECK_BYTES(names[0], BYTES(".hidden"));
		CHECK_BYTES(names[1], BYTES("a\nline"));
		CHECK_BYTES(names[2], BYTES("b.whl"));
	}
	n = 77;
	CHECK(collect_names(p.fd, 2, &a, &names, &n, &d) == ERR_ARTEFACT && n == 77 && strstr(d.text, "more than 2"));
	CHECK(collect_names(-1, 2, &a, &names, &n, &d) == ERR_ARTEFACT);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a specification reads back", a_specification_reads_back },
		{ "a run directory is absolute and of one mode", a_run_directory_is_absolute_and_of_one_mode },
		{ "a specification breaks at every cut", a_specification_breaks_at_every_cut },
		{ "a specification without what must be is refused", a_specification_without_what_must_be_is_refused },
		{ "every control has a name of its own", every_control_has_a_name_of_its_own },
		{ "every end is explained", every_end_is_explained },
		{ "a step that fails has a reason and a remedy", a_step_that_fails_has_a_reason_and_a_remedy },
		{ "a launcher that does not start is blamed on a filter if there is one",
		  a_launcher_that_does_not_start_is_blamed_on_a_filter_if_there_is_one },
		{ "what is around us is seen", what_is_around_us_is_seen },
		{ "only a regular file is collected", only_a_regular_file_is_collected },
		{ "a name of 255 bytes is collected and one more is not", a_name_of_255_bytes_is_collected_and_one_more_is_not },
		{ "names come sorted and bounded", names_come_sorted_and_bounded },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}

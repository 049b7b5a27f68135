#include "env/cargo.h"

#include "base/cleanup.h"
#include "env/store.h"
#include "env/tree_write.h"
#include "format/snapshot.h"
#include "host/file.h"
#include "host/mapped.h"
#include "host/reply.h"
#include "net/url.h"
#include "sandbox/program.h"
#include "source/source.h"

enum { MANIFEST_MAX = 64 << 20, HOST_ANSWER_MAX = 1024, FORMAT = 1 };

/* ---- what a source says ---- */

static bool is_named(struct bytes path, struct bytes name)
{
	return bytes_equal(bytes_base_name(path), name);
}

static const char *folder_of(struct bytes path, struct arena *a)
{
	size_t slash = bytes_find_last(path, '/');
	return arena_string(a, bytes_part(path, 0, slash < path.size ? slash : 0));
}

static bool is_below(const char *path, const char *folder)
{
	size_t size = strlen(folder);
	return size == 0 || (strncmp(path, folder, size) == 0 && path[size] == '/');
}

/* A lock below the folder of another is that of something which cargo does not build from there: vendored crates, examples. */
static void add_lock(struct cargo_source *s, const char *folder, const struct sha256 *digest)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n_locks; i++)
		if (is_below(folder, s->locks[i].folder))
			return;
	for (size_t i = 0; i < s->n_locks; i++)
		if (!is_below(s->locks[i].folder, folder))
			s->locks[n++] = s->locks[i];
	if (n < CARGO_LOCKS_MAX)
		s->locks[n++] = (struct cargo_lock){ folder, *digest };
	s->n_locks = n;
}

static void look_at(const struct snapshot_entry *e, struct arena *a, struct cargo_source *s)
{
	if (e->type != 'f' && e->type != 'x')
		return;
	if (is_named(e->path, BYTES("Cargo.toml")))
		s->has_manifest = true;
	if (!s->pin && (is_named(e->path, BYTES("rust-toolchain")) || is_named(e->path, BYTES("rust-toolchain.toml"))))
		s->pin = arena_string(a, e->path);
	if (!is_named(e->path, BYTES("Cargo.lock")))
		return;
	struct sha256 digest = sha256_of(e->content);
	add_lock(s, folder_of(e->path, a), &digest);
}

static void make_key(struct cargo_source *s, struct arena *a)
{
	struct sha256_stream key;
	sha256_start(&key);
	sha256_add(&key, bytes_of(arena_printf(a, "hwb-cargo %d ", FORMAT)));
	for (size_t i = 0; i < s->n_locks; i++)
		sha256_add(&key, bytes_make(s->locks[i].digest.bytes, SHA256_SIZE));
	struct sha256 digest = sha256_end(&key);
	sha256_text(&digest, s->key);
}

enum status cargo_look(int snapshot_fd, struct arena *a, struct cargo_source *ret, struct diag *d)
{
	struct bytes map = { NULL, 0 };
	struct snapshot_reader reader;
	struct snapshot_entry entry;
	struct cargo_source found = { .n_locks = 0 };
	enum status s = mapped_open(snapshot_fd, UINT64_MAX, &map, d);
	if (s == OK)
		s = snapshot_open(map, &reader, d);
	while (s == OK && (s = snapshot_next(&reader, &entry, d)) == OK)
		look_at(&entry, a, &found);
	mapped_done(&map);
	if (s != ERR_ABSENT) /* which is the end */
		return reply_check(s, d);
	make_key(&found, a);
	*ret = found;
	return OK;
}

/* ---- what cargo fetches ---- */

/* cargo has the address of its registry's index built in; a rustup proxy leads to it. */
static const char ask_index[] = "cargo=$(command -v cargo) || { echo 'there is no cargo' >&2; exit 3; }\n"
				"index() { grep -aoE 'sparse\\+https://[A-Za-z0-9.-]+/' \"$1\" | head -n 1 | cut -d / -f 3; }\n"
				"host=$(index \"$cargo\")\n"
				"[ -n \"$host\" ] || host=$(index \"$(rustup which cargo)\")\n"
				"[ -n \"$host\" ] || { echo 'cargo names no registry' >&2; exit 3; }\n"
				"printf %s \"$host\" > /out/answer\n";

/* The index says where the crates themselves are ("dl", cargo's reference, "Index Configuration"). */
static const char ask_files[] = "import json, sys, urllib.parse, urllib.request\n"
				"with urllib.request.urlopen('https://%s/config.json' % sys.argv[1], timeout=60) as answer:\n"
				"    place = json.load(answer)['dl']\n"
				"open('/out/answer', 'w').write(urllib.parse.urlsplit(place).hostname)\n";

/* $@: the folders. Without the source's own .cargo (which can name programs) nothing of it runs: cargo reads manifests and locks,
 * so the tree is what registry and Cargo.lock say and may serve whoever has the same lock. */
static const char fetch_crates[] = "set -e\n"
				   "command -v cargo > /dev/null || { echo 'there is no cargo' >&2; exit 3; }\n"
				   "cd /build/src\n"
				   "find . -depth '(' -name .cargo -o -name rust-toolchain -o -name rust-toolchain.toml ')' -exec rm -rf {} +\n"
				   "for folder; do\n"
				   "  cargo fetch --quiet --locked --manifest-path \"/build/src/$folder/Cargo.toml\"\n"
				   "done\n"
				   "mkdir /build/crates\n"
				   "for part in cache index; do\n"
				   "  mkdir -p /build/cargo/registry/$part\n"
				   "  mv /build/cargo/registry/$part /build/crates/\n"
				   "done\n"
				   "tar -C /build -cf /out/answer crates\n";

static const char *const home_variable = "CARGO_HOME=/build/cargo";
static const char *const build_variables[] = { "CARGO_HOME=/build/cargo", "CARGO_NET_OFFLINE=true", "RUSTUP_AUTO_INSTALL=0" };

static enum status open_egress(void *context, int listener_fd, struct diag *d)
{
	return egress_open(context, listener_fd, d);
}

/* A program in the sandbox, with a way out to the options' hosts unless there are none. */
static enum status run_program(const struct run_context *run, const struct cargo_request *request, struct program *program,
			       const struct proxy_options *options, struct arena *a, int *ret_fd, struct proxy_report *report,
			       struct diag *d)
{
	struct egress egress = { .run = run, .options = *options };
	const char **env = ARENA_ARRAY(a, const char *, request->n_env + 1);
	bytes_copy(env, bytes_make(request->env, request->n_env * sizeof *env));
	env[request->n_env] = home_variable;
	program->mounts = request->mounts;
	program->n_mounts = request->n_mounts;
	program->env = env;
	program->n_env = request->n_env + 1;
	program->epoch = SOURCE_EPOCH_MIN;
	program->outside_id = request->outside_id;
	program->answer = "answer";
	program->with_listener = options->n_allowed > 0 || options->any_host;
	program->ready = open_egress;
	program->context = &egress;
	enum status s = program_run(run, program, a, ret_fd, d);
	enum status closed = egress_close(&egress, a, report, s ? NULL : d);
	return s ? s : closed;
}

/* The one host name that a program answers with. */
static enum status ask_host(const struct run_context *run, const struct cargo_request *request, const char *const *argv,
			    size_t n_argv, const struct proxy_options *options, struct arena *a, const char **ret,
			    struct proxy_report *report, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	struct bytes map = { NULL, 0 };
	struct program program = { .what = "cargo", .argv = argv, .n_argv = n_argv, .snapshot_fd = -1, .answer_max = HOST_ANSWER_MAX };
	enum status s = run_program(run, request, &program, options, a, &fd, report, d);
	if (s == OK)
		s = mapped_open(fd, HOST_ANSWER_MAX, &map, d);
	if (s)
		return s;
	*ret = arena_string(a, map);
	mapped_done(&map);
	return url_is_host_name(bytes_of(*ret)) ? OK
						: fail(d, ERR_NETWORK, 0, "the registry's host '%.200s' is not a host name", *ret);
}

/* Index and files of the registry that cargo has built in; nothing of the source has a say. */
static enum status default_hosts(const struct run_context *run, const struct cargo_request *request, struct arena *a,
				 struct proxy_options *options, struct proxy_report *report, struct diag *d)
{
	const char *const index_argv[] = { "/bin/sh", "-c", ask_index };
	struct proxy_host *hosts = ARENA_ARRAY(a, struct proxy_host, 2);
	struct proxy_report nothing;
	hosts[0].port = hosts[1].port = 443;
	enum status s = ask_host(run, request, index_argv, COUNT(index_argv), options, a, &hosts[0].host, &nothing, d);
	if (s) {
		(void)remedy(d, "show a Rust toolchain with --allow-read DIR (`rustc --print sysroot` prints one), or name the "
				"registry's hosts with --allow-host");
		return s == ERR_BACKEND ? recode(d, ERR_USAGE) : s;
	}
	options->allowed = hosts;
	options->n_allowed = 1;
	const char *const files_argv[] = { arena_string(a, request->python->interpreter.real_executable), "-I", "-c", ask_files,
					   hosts[0].host };
	s = ask_host(run, request, files_argv, COUNT(files_argv), options, a, &hosts[1].host, report, d);
	if (s)
		return s == ERR_BACKEND ? recode(d, ERR_NETWORK) : s;
	options->n_allowed = 2;
	return OK;
}

static enum status fetch_tar(const struct run_context *run, const struct cargo_request *request, const struct proxy_options *options,
			     struct arena *a, int *ret_fd, struct proxy_report *report, struct diag *d)
{
	const char *argv[4 + CARGO_LOCKS_MAX] = { "/bin/sh", "-c", fetch_crates, "cargo" };
	size_t n = 4;
	for (size_t i = 0; i < request->source->n_locks; i++)
		argv[n++] = request->source->locks[i].folder;
	struct program program = {
		.what = "cargo fetch",
		.argv = argv,
		.n_argv = n,
		.snapshot_fd = request->snapshot_fd,
		.answer_max = 2 * run->limits->source_size,
	};
	enum status s = run_program(run, request, &program, options, a, ret_fd, report, d);
	return s == ERR_BACKEND ? recode(d, ERR_NETWORK) : s;
}

/* cargo's tar, read by hwb-unpack like any stranger's, as files below tree. */
static enum status fill(const struct run_context *run, const struct cargo_request *request, int tree, struct arena *a,
			struct proxy_report reports[CARGO_RUNS], struct diag *d)
{
	CLEANUP(fd_close) int tar = -1;
	struct proxy_options options = request->options;
	struct source_tree unpacked = { .fd = -1 };
	struct bytes top, map = { NULL, 0 };
	enum status s = options.n_allowed || options.any_host ? OK : default_hosts(run, request, a, &options, &reports[0], d);
	if (s == OK)
		s = fetch_tar(run, request, &options, a, &tar, &reports[1], d);
	if (s == OK)
		s = archive_to_tree(run, tar, BYTES("crates.tar"), a, &unpacked, &top, d);
	CLEANUP(fd_close) int snapshot = unpacked.fd;
	if (s == OK)
		s = mapped_open(snapshot, UINT64_MAX, &map, d);
	if (s == OK)
		s = reply_check(tree_write(tree, map, d), d);
	mapped_done(&map);
	return s ? s : tree_freeze(tree, d);
}

/* ---- the cache ---- */

static bool usable(const struct cargo_request *request, int dir, struct arena *a)
{
	CLEANUP(fd_close) int tree = -1;
	return store_usable(dir, request->source->key, MANIFEST_MAX, request->rehash, a, &tree);
}

static enum status hold(const struct cargo_request *request, int dir, struct arena *a, struct cargo_result *ret, struct diag *d)
{
	enum status s = store_hold(dir, request->source->key, &ret->lock_fd, d);
	if (s == OK)
		ret->path = arena_printf(a, "%s/cargo/%s", request->cache_path, request->source->key);
	return s;
}

enum status cargo_find(const struct cargo_request *request, struct arena *a, struct cargo_result *ret, struct diag *d)
{
	CLEANUP(fd_close) int dir = -1;
	*ret = (struct cargo_result){ .lock_fd = -1, .reused = true };
	if (request->source->n_locks == 0)
		return OK;
	enum status s = directory_make(request->cache_dir, "cargo", true, &dir, d);
	if (s || !usable(request, dir, a))
		return s;
	s = hold(request, dir, a, ret, d);
	return s == ERR_ABSENT ? OK : s; /* removed in between: not there */
}

static enum status make(const struct run_context *run, const struct cargo_request *request, int dir, struct arena *a,
			struct proxy_report reports[CARGO_RUNS], struct diag *d)
{
	char draft[64];
	CLEANUP(fd_close) int tree = -1;
	enum status s = store_draft(dir, draft, &tree, d);
	if (s)
		return s;
	s = fill(run, request, tree, a, reports, d);
	return store_finish(dir, draft, tree, request->source->key, MANIFEST_MAX, s, a, d);
}

enum status cargo_fetch(const struct run_context *run, const struct cargo_request *request, struct arena *a,
			struct cargo_result *ret, struct proxy_report reports[CARGO_RUNS], struct diag *d)
{
	CLEANUP(fd_close) int dir = -1;
	CLEANUP(fd_close) int lock = -1;
	enum status s = cargo_find(request, a, ret, d);
	if (s || ret->path || request->source->n_locks == 0)
		return s;
	s = store_lock(run, request->cache_dir, "cargo", request->source->key, &dir, &lock, d);
	if (s == OK && !usable(request, dir, a)) {
		ret->reused = false;
		s = make(run, request, dir, a, reports, d);
	}
	if (s)
		return explain(d, "fetch the crates of Cargo.lock");
	fd_close(&lock);
	s = hold(request, dir, a, ret, d);
	return s == ERR_ABSENT ? recode(d, ERR_IO) : s;
}

void cargo_mounts(const struct cargo_result *r, struct arena *a, struct sandbox_mount ret[CARGO_MOUNTS])
{
	static const char *const parts[CARGO_MOUNTS] = { "cache", "index" };
	for (size_t i = 0; i < CARGO_MOUNTS; i++) {
		ret[i].source = arena_printf(a, "%s/%s", r->path, parts[i]);
		ret[i].target = arena_printf(a, "/build/cargo/registry/%s", parts[i]);
	}
}

const char *const *cargo_env(size_t *ret_n)
{
	*ret_n = COUNT(build_variables);
	return build_variables;
}

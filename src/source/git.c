/* Sources in git: the program runs in the sandbox like any stranger's; its one way out is a CONNECT proxy to its one host.
 * DESIGN.md sections 2 and 3. */
#include <limits.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "net/egress.h"
#include "net/url.h"
#include "sandbox/inside.h"
#include "sandbox/program.h"
#include "source/parts.h"

/* $0: the URL, $1: the ref or "", $2: the one protocol. Tags come along, because versions are made from them. The tree leaves
 * as a tar whose top directory is COMMIT-TIME; hooks and configuration of the clone stay behind. */
static const char script[] =
	"set -e\n"
	"export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=/bin/false\n"
	"g() { git -c protocol.allow=never -c protocol.\"$protocol\".allow=always -c core.hooksPath=/dev/null -c core.fsmonitor=false"
	" -c core.symlinks=true -c safe.directory='*' -c advice.detachedHead=false -c init.defaultBranch=main \"$@\"; }\n"
	"url=$0 ref=$1 protocol=$2\n"
	/* A local repository comes in as objects and refs alone, with a configuration of ours. */
	"if [ \"$protocol\" = file ]; then\n"
	"  from=/build-from; [ -d $from/.git ] && from=/build-from/.git\n"
	"  [ -d $from/objects ] || { echo 'there is no git repository' >&2; exit 3; }\n"
	"  mkdir /build/from.git\n"
	"  for part in HEAD packed-refs refs objects shallow; do\n"
	"    if [ -e $from/$part ]; then cp -R $from/$part /build/from.git/; fi\n"
	"  done\n"
	"  rm -f /build/from.git/objects/info/alternates /build/from.git/objects/info/http-alternates\n"
	"  printf '[core]\\n\\trepositoryformatversion = 0\\n\\tbare = true\\n' > /build/from.git/config\n"
	"fi\n"
	"g clone --quiet --no-checkout --no-recurse-submodules --end-of-options \"$url\" /build/repo\n"
	"cd /build/repo\n"
	"if [ -n \"$ref\" ]; then\n"
	"  commit=$(g rev-parse --verify --quiet --end-of-options \"refs/remotes/origin/$ref^{commit}\" ||"
	" g rev-parse --verify --quiet --end-of-options \"$ref^{commit}\" || true)\n"
	"  if [ -z \"$commit\" ]; then\n"
	"    g fetch --quiet --end-of-options origin \"$ref\" || { echo \"there is no ref '$ref'\" >&2; exit 3; }\n"
	"    commit=$(g rev-parse --verify --quiet FETCH_HEAD)\n"
	"  fi\n"
	"else\n"
	"  commit=$(g rev-parse --verify --quiet 'HEAD^{commit}')\n"
	"fi\n"
	"g checkout --quiet --detach \"$commit\"\n"
	"time=$(g log -1 --format=%ct \"$commit\")\n"
	"rm -rf .git/hooks .git/logs .git/description .git/info .git/branches .git/FETCH_HEAD .git/ORIG_HEAD\n"
	"printf '[core]\\n\\trepositoryformatversion = 0\\n\\tbare = false\\n' > .git/config\n"
	"cd /build && mv repo \"$commit-$time\" && tar -cf /out/answer \"$commit-$time\"\n";

static enum status open_egress(void *context, int listener_fd, struct diag *d)
{
	return egress_open(context, listener_fd, d);
}

/* "COMMIT-TIME" of the tar's top directory. */
static enum status take_identity(struct bytes top, struct source_result *ret, struct arena *a, struct diag *d)
{
	size_t dash = bytes_find(top, '-');
	uint64_t time;
	if ((dash != 40 && dash != 64) || number_parse_u64(bytes_from(top, dash + 1), INT64_MAX, &time))
		return fail(d, ERR_FORMAT, 0, "git answered without a commit");
	for (size_t i = 0; i < dash; i++)
		if (!byte_is_digit(top.data[i]) && !byte_is_lower(top.data[i]))
			return fail(d, ERR_FORMAT, 0, "git answered without a commit");
	ret->commit = arena_copy(a, bytes_part(top, 0, dash));
	ret->epoch = (int64_t)time;
	return OK;
}

/* What git sees of the host beside the system: a repository of this machine, or the operator's certificates. */
static enum status find_mount(const struct source_request *request, const struct url *url, struct arena *a,
			      struct sandbox_mount *ret, struct diag *d)
{
	char real[PATH_MAX];
	struct bytes path;
	if (url->scheme != URL_FILE)
		return request->ca_file ? inside_ca_mount(request->ca_file, a, ret, d) : OK;
	if (url_decode(url->path, a, &path, d))
		return recode(d, ERR_USAGE);
	if (!realpath(arena_string(a, path), real))
		return fail(d, ERR_USAGE, 0, "there is no repository '%.*s'", BYTES_ARG(path));
	*ret = (struct sandbox_mount){ arena_string(a, bytes_of(real)), "/build-from" };
	return OK;
}

static enum status run_git(struct egress *egress, const struct source_request *request, const struct url *url, struct arena *a,
			   int *ret_fd, struct diag *d)
{
	const struct source_word *word = request->word;
	bool local = url->scheme == URL_FILE;
	struct sandbox_mount mount = { NULL, NULL };
	enum status s = find_mount(request, url, a, &mount, d);
	if (s)
		return s;
	const char *address = local ? "file:///build/from.git" : arena_string(a, word->url);
	const char *const argv[] = { "/bin/sh", "-c", script, address, arena_string(a, word->ref), local ? "file" : "https" };
	size_t n_env;
	const char *const *env = inside_egress_env(mount.target != NULL, a, &n_env);
	struct program program = {
		.what = "git",
		.argv = argv,
		.n_argv = COUNT(argv),
		.mounts = &mount,
		.n_mounts = mount.target ? 1 : 0,
		.env = env,
		.n_env = local ? 0 : n_env,
		.snapshot_fd = -1,
		.epoch = SOURCE_EPOCH_MIN,
		.outside_id = request->outside_id,
		.answer = "answer",
		.answer_max = 2 * egress->run->limits->source_size,
		.with_listener = !local,
		.ready = open_egress,
		.context = egress,
	};
	return program_run(egress->run, &program, a, ret_fd, d);
}

/* git says "403 from the proxy"; only the proxy knows what it refused and why. */
static void name_refused(const struct proxy_report *r, struct diag *d)
{
	for (size_t i = 0; i < r->n_attempts; i++) {
		const struct proxy_attempt *t = &r->attempts[i];
		if (t->allowed)
			continue;
		if (strcmp(t->reason, PROXY_NO_ADDRESS) == 0)
			(void)remedy(d, "the name '%s' could not be resolved: look at its spelling, and at the network", t->host);
		else
			(void)remedy(d, "hwb did not let git reach '%s' port %u: %s", t->host, (unsigned)t->port, t->reason);
	}
}

/* The script's own words are the last ones of its output. */
static void name_ref(const struct source_word *word, struct arena *a, struct diag *d)
{
	const char *said = arena_printf(a, "there is no ref '%.*s'", BYTES_ARG(word->ref));
	if (d && word->ref.size && bytes_ends(bytes_of(d->text), bytes_of(said)))
		(void)fail(d, ERR_NETWORK, 0, "%s in '%.*s'", said, BYTES_ARG(url_for_log(word->url, a)));
}

enum status git_to_tree(const struct run_context *run, const struct source_request *request, struct arena *a,
			struct source_result *ret, struct diag *d)
{
	struct url url;
	CLEANUP(fd_close) int tar = -1;
	struct bytes top;
	enum status s = url_parse(request->word->url, a, &url, d);
	if (s)
		return s;
	struct proxy_host host = { url.host, url.port };
	struct egress egress = { .run = run, .options = { .allowed = &host, .n_allowed = 1 } };
	s = run_git(&egress, request, &url, a, &tar, d);
	enum status closed = egress_close(&egress, a, &ret->network, s ? NULL : d);
	if (s == OK)
		s = closed;
	if (s == ERR_BACKEND) { /* git said why; nothing of the project ran */
		s = recode(d, ERR_NETWORK);
		name_ref(request->word, a, d);
		name_refused(&ret->network, d);
	}
	if (s == OK)
		s = archive_to_tree(run, tar, BYTES("repository.tar"), a, &ret->tree, &top, d);
	if (s == OK)
		s = take_identity(top, ret, a, d);
	return s;
}

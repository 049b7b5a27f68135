#include "cli/crates.h"

#include "audit/audit.h"
#include "base/cleanup.h"
#include "cli/visible.h"

void crates_release(struct pipeline *p)
{
	if (p->crates.path)
		fd_close(&p->crates.lock_fd);
	p->crates = (struct cargo_result){ .lock_fd = -1 };
}

static struct cargo_request request_of(const struct pipeline *p)
{
	return (struct cargo_request){
		.source = &p->rust,
		.snapshot_fd = p->source.tree.fd,
		.python = &p->python,
		.cache_dir = index_cache_dir(p->index),
		.cache_path = p->settings->cache_dir,
		.outside_id = p->settings->outside_id,
		.rehash = p->settings->ci_provider != NULL || index_cache_is_foreign(p->index),
	};
}

enum status crates_look(struct pipeline *p, struct diag *d)
{
	struct cargo_request request = request_of(p);
	crates_release(p);
	enum status s = cargo_look(p->source.tree.fd, p->arena, &p->rust, d);
	if (s)
		return s;
	if (p->rust.pin)
		console_warning(p->console, "'%s' pins a Rust toolchain; hwb downloads none: the cargo that the build finds is used",
				p->rust.pin);
	return cargo_find(&request, p->arena, &p->crates, d);
}

static enum status note_fetched(struct pipeline *p, struct diag *d)
{
	if (!p->crates.path || p->crates.reused)
		return OK;
	console_note(p->console, "fetched the crates of %zu Cargo.lock", p->rust.n_locks);
	return audit_note(p->run->audit, false, d, "crates.fetched", "key", p->rust.key, NULL);
}

enum status crates_fetch(struct pipeline *p, struct diag *d)
{
	struct proxy_report reports[CARGO_RUNS] = { 0 };
	struct visible visible;
	struct cargo_request request = request_of(p);
	size_t from = p->network.n;
	if (p->rust.has_manifest && p->rust.n_locks == 0)
		console_warning(p->console, "the source has a Cargo.toml and no Cargo.lock: its crates cannot be fetched");
	if (p->rust.n_locks == 0 || p->crates.path)
		return OK;
	if (p->settings->offline)
		return fail(d, ERR_NETWORK, 0, "the crates of Cargo.lock are not in the cache");
	enum status s = visible_fill(p, true, &visible, d);
	if (s)
		return s;
	request.mounts = visible.mounts;
	request.n_mounts = visible.n_mounts;
	request.env = visible.env;
	request.n_env = visible.n_env;
	(void)settings_egress(p->settings, p->arena, &request.options);
	s = cargo_fetch(p->run, &request, p->arena, &p->crates, reports, d);
	for (size_t i = 0; i < CARGO_RUNS; i++) {
		enum status noted = network_add_proxy(&p->network, "fetch", &reports[i], p->run->audit, p->console, p->arena,
						      s ? NULL : d);
		s = s ? s : noted;
	}
	network_say(p->console, &p->network, from, p->arena);
	return s ? s : note_fetched(p, d);
}

/* An incident for programs: data/respond.schema.json. */
#include "cli/responding.h"
#include "format/json_write.h"

static void put_strings(struct json_writer *w, const char *key, const struct strings *list)
{
	json_key(w, key);
	json_array_begin(w);
	for (size_t i = 0; i < list->n; i++)
		json_put_string(w, bytes_of(list->items[i]));
	json_array_end(w);
}

static void put_chain(struct json_writer *w, const struct response *r)
{
	json_key(w, "log");
	json_object_begin(w);
	json_pair_bool(w, "whole", !r->chain_error);
	json_pair_cstring(w, "error", r->chain_error);
	json_pair_cstring(w, "head", r->chain_error ? NULL : r->chain.head);
	json_pair_unsigned(w, "unreadable", r->n_unreadable);
	json_object_end(w);
}

static void put_publications(struct json_writer *w, const struct response *r)
{
	json_key(w, "publications");
	json_array_begin(w);
	for (size_t i = 0; i < r->n_publications; i++) {
		const struct publication *p = &r->publications[i];
		json_object_begin(w);
		json_pair_cstring(w, "timestamp", p->at);
		json_pair_cstring(w, "package", p->package);
		json_pair_cstring(w, "version", p->version);
		json_pair_cstring(w, "file", p->file);
		json_pair_cstring(w, "sha256", p->sha256);
		json_pair_cstring(w, "registry", p->registry);
		json_pair_cstring(w, "authentication", p->authentication);
		json_pair_cstring(w, "username", p->username);
		json_pair_cstring(w, "oidc_issuer", p->oidc_issuer);
		json_pair_cstring(w, "claims", p->claims);
		json_pair_cstring(w, "upload", response_upload_name(p->upload));
		json_pair_bool(w, "suspect", response_is_suspect(r, p));
		json_pair_cstring(w, "run", r->runs[p->run].id);
		json_pair_cstring(w, "built_in", p->built_in == SIZE_MAX ? NULL : r->runs[p->built_in].id);
		json_pair_cstring(w, "index", p->asked.url);
		json_pair_cstring(w, "index_by", index_word_name(p->asked.word));
		json_pair_cstring(w, "served", response_served_name(p->served));
		json_pair_cstring(w, "served_sha256", p->served_sha256);
		json_pair_cstring(w, "reason", p->why);
		json_pair_bool(w, "yanked", p->yanked);
		json_pair_cstring(w, "link", response_link(p->registry, p->package, p->version, r->arena));
		json_object_end(w);
	}
	json_array_end(w);
}

static void put_strangers(struct json_writer *w, const struct response *r)
{
	json_key(w, "not_in_log");
	json_array_begin(w);
	for (size_t i = 0; i < r->n_strangers; i++) {
		const struct response_stranger *s = &r->strangers[i];
		json_object_begin(w);
		json_pair_cstring(w, "package", s->package);
		json_pair_cstring(w, "version", s->version);
		json_pair_cstring(w, "file", s->file);
		json_pair_cstring(w, "sha256", s->sha256);
		json_pair_cstring(w, "uploaded", s->uploaded);
		json_pair_cstring(w, "index", s->index);
		json_object_end(w);
	}
	json_array_end(w);
}

static void put_uses(struct json_writer *w, const struct response *r)
{
	json_key(w, "uses");
	json_array_begin(w);
	for (size_t i = 0; i < r->n_uses; i++) {
		const struct response_use *u = &r->uses[i];
		json_object_begin(w);
		json_pair_cstring(w, "timestamp", u->at);
		json_pair_cstring(w, "kind", u->kind);
		json_pair_cstring(w, "name", u->name);
		json_pair_cstring(w, "registry", u->registry);
		json_pair_cstring(w, "run", r->runs[u->run].id);
		json_object_end(w);
	}
	json_array_end(w);
}

static void put_runs(struct json_writer *w, const struct response *r)
{
	json_key(w, "runs");
	json_array_begin(w);
	for (size_t i = 0; i < r->n_runs; i++) {
		const struct response_run *run = &r->runs[i];
		json_object_begin(w);
		json_pair_cstring(w, "run", run->id);
		json_pair_cstring(w, "started", run->started);
		json_pair_cstring(w, "command", run->command);
		json_pair_cstring(w, "user", run->user);
		json_pair_cstring(w, "host", run->host);
		json_pair_cstring(w, "ci_provider", run->ci_provider);
		json_pair_cstring(w, "workflow", run->workflow);
		json_pair_cstring(w, "run_id", run->ci_run);
		put_strings(w, "credentials", &run->credentials);
		put_strings(w, "variables", &run->variables);
		json_object_end(w);
	}
	json_array_end(w);
}

void response_put_json(const struct response *r, const char *path, int exit_code, struct buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, true);
	json_object_begin(&w);
	json_pair_cstring(&w, "version", "1.0");
	json_pair_cstring(&w, "kind", r->kind == RESPONSE_LEAK ? "token-leak" : "compromised");
	json_pair_cstring(&w, "opened", r->opened);
	json_pair_cstring(&w, "registry", r->registry);
	json_pair_cstring(&w, "package", r->package);
	put_strings(&w, "versions", &r->versions);
	json_pair_cstring(&w, "incident", path);
	put_chain(&w, r);
	put_publications(&w, r);
	put_strangers(&w, r);
	put_strings(&w, "unchecked", &r->unchecked);
	put_uses(&w, r);
	put_runs(&w, r);
	json_pair_integer(&w, "exit_code", exit_code);
	json_object_end(&w);
}

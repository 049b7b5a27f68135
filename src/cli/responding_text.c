/* What was found of an incident, for people. */
#include "base/number.h"
#include "cli/responding.h"
#include "cli/responding_text.h"
#include "publish/s3_place.h"

const char *response_upload_name(enum response_upload upload)
{
	static const char *const names[] = {
		[UPLOAD_STARTED] = "unfinished", [UPLOAD_COMPLETED] = "completed", [UPLOAD_FAILED] = "failed"
	};
	return names[upload];
}

const char *response_served_name(enum response_served served)
{
	static const char *const names[] = {
		[SERVED_UNCHECKED] = "unchecked", [SERVED_SAME] = "same", [SERVED_OTHER] = "different", [SERVED_GONE] = "gone"
	};
	return names[served];
}

bool response_is_suspect(const struct response *r, const struct publication *p)
{
	return r->kind == RESPONSE_COMPROMISED || strcmp(p->authentication, "trusted_publisher") != 0;
}

/* Unreserved characters as they are; a version may have '+' and '!'. */
static void put_segment(struct buf *out, const char *text)
{
	for (const char *c = text; *c; c++)
		if (byte_is_alnum((unsigned char)*c) || *c == '-' || *c == '.' || *c == '_' || *c == '~')
			buf_add_byte(out, (unsigned char)*c);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)*c);
}

const char *response_link(const char *registry, const char *package, const char *version, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	const struct registry_kind *k = registry_kind_of(bytes_of(registry));
	if (!k || !k->site)
		return NULL;
	buf_init(&out, 65536);
	buf_printf(&out, "%s/manage/project/", k->site);
	put_segment(&out, package);
	buf_add_string(&out, "/release/");
	put_segment(&out, version);
	buf_add_byte(&out, '/');
	return arena_string(a, buf_bytes(&out));
}

void text_put_code(struct buf *out, const char *text)
{
	buf_add_byte(out, '`');
	for (const char *c = text; *c; c++)
		buf_add_byte(out, (unsigned char)*c < ' ' || *c == 0x7f || *c == '`' ? '?' : (unsigned char)*c);
	buf_add_byte(out, '`');
}

void text_put_pair(struct buf *out, const char *before, const char *text)
{
	if (!text || !text[0])
		return;
	buf_add_string(out, before);
	text_put_code(out, text);
}

static void put_chain(const struct response *r, struct buf *out)
{
	buf_add_string(out, "## The log\n\n");
	if (r->chain_error) {
		buf_add_string(out, "- **its chain is broken**: ");
		text_put_code(out, r->chain_error);
		buf_add_string(out, ". What is here is what can still be read of it; lines may be missing, changed or added.\n");
	} else if (r->chain.head[0])
		buf_printf(out,
			   "- the chain is whole: %llu events, head `%s`. Only a head that was kept elsewhere proves that nothing was cut off.\n",
			   (unsigned long long)r->chain.n_lines, r->chain.head);
	if (r->n_unreadable)
		buf_printf(out, "- %llu line%s could not be read\n", (unsigned long long)r->n_unreadable, PLURAL(r->n_unreadable));
	buf_add_string(out, "- it knows what this user did with hwb on the machines that share it, and nothing else\n\n");
}

/* "the same bytes", and which index says so. */
static void put_served(const struct publication *p, struct buf *out)
{
	static const char *const words[] = {
		[SERVED_UNCHECKED] = "**could not be checked**", [SERVED_SAME] = "the same bytes", [SERVED_OTHER] = "**other bytes**", [SERVED_GONE] = "not there"
	};
	buf_add_string(out, "\n  now");
	text_put_pair(out, " at ", p->asked.url);
	buf_add_string(out, p->asked.word == INDEX_BY_SHAPE ? ", which is a guess by the upload URL: " : ": ");
	buf_add_string(out, words[p->served]);
	text_put_pair(out, ", sha256 ", p->served_sha256);
	text_put_pair(out, ": ", p->why);
	buf_add_string(out, p->yanked ? ", yanked\n" : "\n");
}

/* All uploads of these bytes to that registry. */
static void put_publication(const struct response *r, const struct publication *first, struct buf *out)
{
	buf_add_string(out, "- ");
	text_put_code(out, first->file);
	text_put_pair(out, " to ", first->registry);
	text_put_pair(out, "\n  sha256 ", first->sha256);
	if (first->built_in != SIZE_MAX)
		text_put_pair(out, ", built in run ", r->runs[first->built_in].id);
	for (const struct publication *p = first; p; p = p->next == SIZE_MAX ? NULL : &r->publications[p->next]) {
		buf_printf(out, "%s%s %s", p == first ? "\n  " : "; ", p->at, response_upload_name(p->upload));
		text_put_pair(out, " by ", p->authentication);
		text_put_pair(out, " of ", p->username);
		text_put_pair(out, " from ", p->oidc_issuer);
		buf_add_string(out, " in run ");
		text_put_code(out, r->runs[p->run].id);
	}
	put_served(first, out);
}

static void put_publications(const struct response *r, struct buf *out)
{
	size_t n_others = 0;
	buf_add_string(out, r->kind == RESPONSE_LEAK ? "## Published with the credential\n\n" : "## Published from here\n\n");
	for (size_t i = 0; i < r->n_publications; i++)
		if (!response_is_suspect(r, &r->publications[i]))
			n_others++;
		else if (r->publications[i].first == i)
			put_publication(r, &r->publications[i], out);
	if (n_others == r->n_publications)
		buf_add_string(out, "- nothing that this log knows of\n");
	buf_add_byte(out, '\n');
	if (!n_others)
		return;
	buf_add_string(out, "## Published by a Trusted Publisher meanwhile, without that credential\n\n");
	for (size_t i = 0; i < r->n_publications; i++)
		if (!response_is_suspect(r, &r->publications[i]) && r->publications[i].first == i)
			put_publication(r, &r->publications[i], out);
	buf_add_byte(out, '\n');
}

static void put_strangers(const struct response *r, struct buf *out)
{
	if (!r->n_strangers)
		return;
	buf_add_string(out, "## " TITLE_STRANGERS "\n\n");
	for (size_t i = 0; i < r->n_strangers; i++) {
		const struct response_stranger *s = &r->strangers[i];
		buf_add_string(out, "- ");
		text_put_code(out, s->file);
		text_put_pair(out, ", uploaded ", s->uploaded);
		text_put_pair(out, ", sha256 ", s->sha256);
		text_put_pair(out, ", at ", s->index);
		buf_add_byte(out, '\n');
	}
	buf_add_string(out, "\nSomebody else published these, or another machine of yours did. Find out which.\n\n");
}

static void put_unchecked(const struct response *r, struct buf *out)
{
	if (!r->unchecked.n)
		return;
	buf_add_string(out, "## " TITLE_UNCHECKED "\n\n");
	for (size_t i = 0; i < r->unchecked.n; i++) {
		buf_add_string(out, "- ");
		text_put_code(out, r->unchecked.items[i]);
		buf_add_byte(out, '\n');
	}
	text_put_pair(out, "\n", r->remedy);
	buf_add_string(out, r->remedy ? "\n\n" : "\n");
}

/* All of one credential in one run. */
static void put_use(const struct response *r, const struct response_use *first, struct buf *out)
{
	const struct response_use *last = first;
	size_t n = 1;
	for (; last->next != SIZE_MAX; n++)
		last = &r->uses[last->next];
	buf_printf(out, "- %s ", first->at);
	if (n > 1)
		buf_printf(out, "to %s, %zu times, ", last->at, n);
	text_put_code(out, first->kind);
	text_put_pair(out, " ", first->name);
	text_put_pair(out, " at ", first->registry);
	text_put_pair(out, ", run ", r->runs[first->run].id);
	buf_add_byte(out, '\n');
}

static void put_uses(const struct response *r, struct buf *out)
{
	if (!r->n_uses)
		return;
	buf_add_string(out, "## Uses of a credential for that registry\n\n");
	for (size_t i = 0; i < r->n_uses; i++)
		if (r->uses[i].first == i)
			put_use(r, &r->uses[i], out);
	buf_add_byte(out, '\n');
}

static void put_list(struct buf *out, const char *before, const struct strings *list)
{
	for (size_t i = 0; i < list->n; i++)
		text_put_pair(out, i ? ", " : before, list->items[i]);
}

static void put_runs(const struct response *r, struct buf *out)
{
	if (!r->n_runs)
		return;
	buf_add_string(out, "## " TITLE_RUNS "\n\n");
	for (size_t i = 0; i < r->n_runs; i++) {
		const struct response_run *run = &r->runs[i];
		buf_add_string(out, "- run ");
		text_put_code(out, run->id);
		text_put_pair(out, " of ", run->started);
		text_put_pair(out, ", hwb ", run->command);
		text_put_pair(out, ", on ", run->host);
		text_put_pair(out, " as ", run->user);
		text_put_pair(out, ", in ", run->ci_provider);
		text_put_pair(out, " workflow ", run->workflow);
		text_put_pair(out, " run ", run->ci_run);
		put_list(out, "\n  credentials: ", &run->credentials);
		put_list(out, "\n  variables that its build was given: ", &run->variables);
		buf_add_byte(out, '\n');
	}
	buf_add_string(
		out,
		"\nhwb itself had these. What else the machine or the job held (other steps' secrets, files, agents) no log of hwb knows.\n\n");
}

struct release {
	const char *registry, *package, *version;
};

static void add_release(const struct response *r, struct release **list, size_t *n, const struct release *one)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp((*list)[i].package, one->package) == 0 && strcmp((*list)[i].version, one->version) == 0 &&
		    strcmp((*list)[i].registry, one->registry) == 0)
			return;
	*list = arena_grow(r->arena, *list, *n, sizeof **list);
	(*list)[(*n)++] = *one;
}

/* What never arrived cannot be yanked; what nobody knows of is told under TITLE_UNCHECKED. */
static bool has_arrived(const struct publication *p)
{
	return p->upload == UPLOAD_COMPLETED || p->served == SERVED_SAME || p->served == SERVED_OTHER;
}

static void put_release(const struct response *r, const struct release *one, struct buf *out)
{
	const char *link = response_link(one->registry, one->package, one->version, r->arena);
	const char *by_hand = s3_is_url(one->registry) ? "by hand, in the index.json of its bucket" : "on the registry's own page";
	buf_add_string(out, "- [ ] ");
	text_put_code(out, one->package);
	text_put_pair(out, " ", one->version);
	buf_printf(out, ": %s", link ? link : by_hand);
	text_put_pair(out, link ? NULL : ", ", link ? NULL : one->registry);
	buf_add_byte(out, '\n');
}

static void put_releases(const struct response *r, struct buf *out)
{
	struct release *list = NULL;
	size_t n = 0;
	for (size_t i = 0; i < r->n_publications; i++) {
		const struct publication *p = &r->publications[i];
		if (response_is_suspect(r, p) && has_arrived(p))
			add_release(r, &list, &n, &(struct release){ p->registry, p->package, p->version });
	}
	for (size_t i = 0; i < r->n_strangers; i++)
		add_release(r, &list, &n,
			    &(struct release){ r->strangers[i].registry, r->strangers[i].package, r->strangers[i].version });
	if (n)
		buf_add_string(out, "## " TITLE_RELEASES "\n\n");
	for (size_t i = 0; i < n; i++)
		put_release(r, &list[i], out);
	buf_add_string(out, n ? "\n" : "");
}

void response_put_facts(const struct response *r, struct buf *out)
{
	put_publications(r, out);
	put_strangers(r, out);
	put_unchecked(r, out);
	put_releases(r, out);
	put_uses(r, out);
	put_runs(r, out);
	put_chain(r, out);
}

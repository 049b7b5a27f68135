/* The file in which people write down what they do about an incident: what it comes to, what to do, what was found. */
#include "base/number.h"
#include "cli/responding.h"
#include "cli/responding_text.h"
#include "cli/settings_parts.h"
#include "publish/s3_place.h"

/* More names than these are in the sections below. */
enum { NAMES_MAX = 5 };

struct names {
	struct arena *arena;
	struct strings list;
	size_t n_more;
};

static void add_name(struct names *names, const char *text)
{
	if (!text || !text[0])
		return;
	for (size_t i = 0; i < names->list.n; i++)
		if (strcmp(names->list.items[i], text) == 0)
			return;
	if (names->list.n < NAMES_MAX)
		strings_add(&names->list, names->arena, bytes_of(text));
	else
		names->n_more++;
}

static void put_names(const struct names *names, const char *before, struct buf *out)
{
	for (size_t i = 0; i < names->list.n; i++)
		text_put_pair(out, i ? ", " : before, names->list.items[i]);
	buf_add_string(out, names->n_more ? " and more" : "");
}

struct counts {
	size_t n_suspect, n_others; /* files */
	size_t n_completed; /* of n_suspect */
	size_t n_served[SERVED_GONE + 1];
	const char *from, *to;
};

static void widen(struct counts *n, const char *at)
{
	if (strcmp(at, RESPONSE_NO_TIME) == 0)
		return;
	n->from = !n->from || strcmp(at, n->from) < 0 ? at : n->from;
	n->to = !n->to || strcmp(at, n->to) > 0 ? at : n->to;
}

/* One of the uploads of these bytes. */
static bool is_completed(const struct response *r, const struct publication *first)
{
	const struct publication *p = first;
	while (p->upload != UPLOAD_COMPLETED && p->next != SIZE_MAX)
		p = &r->publications[p->next];
	return p->upload == UPLOAD_COMPLETED;
}

static struct counts count(const struct response *r)
{
	struct counts n = { 0 };
	for (size_t i = 0; i < r->n_publications; i++) {
		const struct publication *p = &r->publications[i];
		widen(&n, p->at);
		if (p->first != i)
			continue;
		n.n_served[p->served]++;
		bool is_suspect = response_is_suspect(r, p);
		n.n_suspect += is_suspect;
		n.n_others += !is_suspect;
		n.n_completed += is_suspect && is_completed(r, p);
	}
	for (size_t i = 0; i < r->n_uses; i++)
		widen(&n, r->uses[i].at);
	return n;
}

static void put_files(const struct response *r, const struct counts *n, struct buf *out)
{
	struct names registries = { .arena = r->arena };
	for (size_t i = 0; i < r->n_publications; i++)
		add_name(&registries, r->publications[i].registry);
	buf_printf(out, "- %zu file%s %s", n->n_suspect, PLURAL(n->n_suspect),
		   r->kind == RESPONSE_LEAK ? "uploaded with the credential" : "of it uploaded");
	if (n->n_suspect)
		buf_printf(out, " (%zu completed, %zu not)", n->n_completed, n->n_suspect - n->n_completed);
	if (n->n_others)
		buf_printf(out, ", %zu by a Trusted Publisher", n->n_others);
	put_names(&registries, ", to ", out);
	buf_add_byte(out, '\n');
}

static void put_index(const struct response *r, const struct counts *n, struct buf *out)
{
	static const struct {
		enum response_served served;
		const char *what, *loud;
	} rows[] = { { SERVED_SAME, "as published", "" },
		     { SERVED_OTHER, "served with other bytes", "**" },
		     { SERVED_GONE, "gone", "" },
		     { SERVED_UNCHECKED, "not checked", "**" } };
	buf_add_string(out, "- the index now: ");
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t count_of = n->n_served[rows[i].served];
		const char *loud = count_of ? rows[i].loud : "";
		buf_printf(out, "%s%s%zu %s%s", i ? ", " : "", loud, count_of, rows[i].what, loud);
	}
	const char *loud = r->n_strangers ? "**" : "";
	buf_printf(out, "; %s%zu file%s that the log has not%s\n", loud, r->n_strangers, PLURAL(r->n_strangers), loud);
}

static void put_credentials(const struct response *r, struct buf *out)
{
	struct names credentials = { .arena = r->arena }, users = { .arena = r->arena };
	for (size_t i = 0; i < r->n_uses; i++)
		add_name(&credentials, arena_printf(r->arena, "%s %s", r->uses[i].kind, r->uses[i].name));
	for (size_t i = 0; i < r->n_publications; i++) {
		const struct publication *p = &r->publications[i];
		if (!response_is_suspect(r, p))
			continue;
		if (!r->n_uses)
			add_name(&credentials, p->authentication);
		add_name(&users, p->username);
	}
	put_names(&credentials, "- credentials: ", out);
	put_names(&users, credentials.list.n ? ", of " : "- credentials of ", out);
	buf_add_string(out, credentials.list.n || users.list.n ? "\n" : "");
}

static void put_where(const struct response *r, struct buf *out)
{
	struct names hosts = { .arena = r->arena }, users = { .arena = r->arena };
	for (size_t i = 0; i < r->n_runs; i++) {
		add_name(&hosts, r->runs[i].host);
		add_name(&users, r->runs[i].user);
	}
	if (r->chain_error)
		buf_add_string(out, "- **the chain of the log is broken**: these numbers are of what can be read\n");
	else if (r->n_runs) {
		buf_printf(out, "- %zu run%s", r->n_runs, PLURAL(r->n_runs));
		put_names(&hosts, ", on ", out);
		put_names(&users, ", of ", out);
		buf_add_byte(out, '\n');
	}
}

void response_put_summary(const struct response *r, struct buf *out)
{
	struct counts n = count(r);
	buf_add_string(out, "## Summary\n\n");
	put_files(r, &n, out);
	put_index(r, &n, out);
	if (n.from)
		buf_printf(out, "- between %s and %s\n", n.from, n.to);
	put_credentials(r, out);
	put_where(r, out);
	buf_add_byte(out, '\n');
}

static void put_actions(const struct response *r, struct buf *out)
{
	const char *place = r->meant.upload_url ? r->meant.upload_url : "";
	const struct registry_kind *k = registry_kind_of(bytes_of(place));
	buf_add_string(out, "## Actions\n\nTick each with the time and who did it.\n\n");
	if (r->kind == RESPONSE_LEAK)
		buf_printf(out, "- [ ] revoke the credential %s%s\n",
			   s3_is_url(place) ? "where the bucket's keys are made" : "at the registry",
			   k && k->site ? arena_printf(r->arena, ": %s/manage/account/", k->site) : "");
	buf_add_string(
		out,
		"- [ ] rotate every credential and variable that was in reach: \"" TITLE_RUNS "\" below\n"
		"- [ ] look at the account's sessions, API tokens, Trusted Publishers and collaborators for what nobody knows\n"
		"- [ ] yank what is not what it should be: \"" TITLE_RELEASES "\" below; yanking keeps exact pins working, so delete a "
		"file that is malicious, and report it to the registry\n"
		"- [ ] compare each file on the index with one built anew from the tagged source\n"
		"- [ ] publish a fixed release\n"
		"- [ ] notify: users, dependants, the registry's security contact, an advisory (GHSA, OSV, CVE)\n"
		"- [ ] look at what was done elsewhere: other machines and CI jobs have logs of their own (hwb-respond(1))\n"
		"- [ ] keep a copy of the audit log and of its head elsewhere\n"
		"- [ ] set up Trusted Publishing, and remove the long-lived token for good ('hwb init', 'hwb doctor --publish')\n\n");
}

static void put_timeline(const struct response *r, const struct audit_who *who, struct buf *out)
{
	buf_add_string(out, "## Timeline (UTC)\n\n| when | what | who | source |\n|---|---|---|---|\n");
	for (size_t i = 0; i < r->n_publications; i++) {
		const struct publication *p = &r->publications[i];
		buf_printf(out, "| %s | upload %s: ", p->at, response_upload_name(p->upload));
		text_put_code(out, p->file);
		buf_add_string(out, " | ");
		text_put_code(out, r->runs[p->run].user ? r->runs[p->run].user : "?");
		buf_add_string(out, " | audit log |\n");
	}
	buf_printf(out, "| %s | this file was made | ", r->opened);
	text_put_code(out, who->user ? who->user : "?");
	buf_add_string(out, " | hwb respond |\n| | | | |\n\n");
}

void response_put_incident(const struct response *r, const struct audit_who *who, struct buf *out)
{
	buf_add_string(out, "# Incident: ");
	if (r->kind == RESPONSE_LEAK)
		text_put_pair(out, "a leaked credential for ", r->registry);
	else {
		text_put_pair(out, "compromised releases of ", r->package);
		for (size_t i = 0; i < r->versions.n; i++)
			text_put_pair(out, i ? ", " : " ", r->versions.items[i]);
	}
	buf_printf(out, "\n\nOpened %s", r->opened);
	text_put_pair(out, " by ", who->user);
	text_put_pair(out, " on ", who->host);
	text_put_pair(out, ", hwb run ", who->run);
	buf_add_string(out, ".\n\n");
	response_put_summary(r, out);
	put_actions(r, out);
	response_put_facts(r, out);
	buf_add_string(
		out,
		"## Status\n\n- status: open\n- lead:\n- severity:\n- what happened, in two sentences:\n- how it was found:\n\n");
	put_timeline(r, who, out);
	buf_add_string(out,
		       "## Contacts\n\n| who | how | told at |\n|---|---|---|\n| maintainers | | |\n| the registry's security team | | |\n"
		       "| users and dependants | | |\n| legal, employer | | |\n");
}

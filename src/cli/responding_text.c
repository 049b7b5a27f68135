/* An incident for people: what was found, and the file in which they write down what they do about it. */
#include "base/number.h"
#include "cli/responding.h"
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

const char *response_link(const struct publication *p, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	const struct registry_kind *k = registry_kind_of(bytes_of(p->registry));
	if (!k || !k->site)
		return NULL;
	buf_init(&out, 65536);
	buf_printf(&out, "%s/manage/project/", k->site);
	put_segment(&out, p->package);
	buf_add_string(&out, "/release/");
	put_segment(&out, p->version);
	buf_add_byte(&out, '/');
	return arena_string(a, buf_bytes(&out));
}

/* Somebody else's word, in backquotes: it stays one word on one line. */
static void put_code(struct buf *out, const char *text)
{
	buf_add_byte(out, '`');
	for (const char *c = text; *c; c++)
		buf_add_byte(out, (unsigned char)*c < ' ' || *c == 0x7f || *c == '`' ? '?' : (unsigned char)*c);
	buf_add_byte(out, '`');
}

static void put_pair(struct buf *out, const char *before, const char *text)
{
	if (!text || !text[0])
		return;
	buf_add_string(out, before);
	put_code(out, text);
}

static void put_chain(const struct response *r, struct buf *out)
{
	buf_add_string(out, "## The log\n\n");
	if (r->chain_error) {
		buf_add_string(out, "- **its chain is broken**: ");
		put_code(out, r->chain_error);
		buf_add_string(out, ". What follows is what can still be read of it; lines may be missing, changed or added.\n");
	} else if (r->chain.head[0])
		buf_printf(out,
			   "- the chain is whole: %llu events, head `%s`. Only a head that was kept elsewhere proves that nothing was cut off.\n",
			   (unsigned long long)r->chain.n_lines, r->chain.head);
	if (r->n_unreadable)
		buf_printf(out, "- %llu line%s could not be read\n", (unsigned long long)r->n_unreadable, PLURAL(r->n_unreadable));
	buf_add_string(out, "- it knows what this user did with hwb on the machines that share it, and nothing else\n\n");
}

static void put_publication(const struct response *r, const struct publication *p, struct buf *out)
{
	buf_printf(out, "- %s ", p->at);
	put_code(out, p->file);
	buf_printf(out, ", %s", response_upload_name(p->upload));
	put_pair(out, ", by ", p->authentication);
	put_pair(out, " of ", p->oidc_issuer);
	put_pair(out, ", to ", p->registry);
	put_pair(out, "\n  sha256 ", p->sha256);
	buf_add_string(out, "\n  run ");
	put_code(out, r->runs[p->run].id);
	if (p->built_in != SIZE_MAX)
		put_pair(out, ", built in run ", r->runs[p->built_in].id);
	buf_add_string(out, "\n  the index now: ");
	switch (p->served) {
	case SERVED_UNCHECKED:
		buf_add_string(out, "**could not be checked**");
		break;
	case SERVED_SAME:
		buf_add_string(out, "the same bytes");
		break;
	case SERVED_OTHER:
		buf_add_string(out, "**other bytes**");
		put_pair(out, ", sha256 ", p->served_sha256);
		break;
	case SERVED_GONE:
		buf_add_string(out, "not there");
		break;
	}
	put_pair(out, ": ", p->why);
	buf_add_string(out, p->yanked ? ", yanked\n" : "\n");
}

static void put_publications(const struct response *r, struct buf *out)
{
	size_t n_others = 0;
	buf_add_string(out, r->kind == RESPONSE_LEAK ? "## Published with the credential\n\n" : "## Published from here\n\n");
	for (size_t i = 0; i < r->n_publications; i++)
		if (response_is_suspect(r, &r->publications[i]))
			put_publication(r, &r->publications[i], out);
		else
			n_others++;
	if (n_others == r->n_publications)
		buf_add_string(out, "- nothing that this log knows of\n");
	buf_add_byte(out, '\n');
	if (!n_others)
		return;
	buf_add_string(out, "## Published by a Trusted Publisher meanwhile, without that credential\n\n");
	for (size_t i = 0; i < r->n_publications; i++)
		if (!response_is_suspect(r, &r->publications[i]))
			put_publication(r, &r->publications[i], out);
	buf_add_byte(out, '\n');
}

static void put_strangers(const struct response *r, struct buf *out)
{
	if (!r->n_strangers)
		return;
	buf_add_string(out, "## On the index, and not in this log\n\n");
	for (size_t i = 0; i < r->n_strangers; i++) {
		const struct response_stranger *s = &r->strangers[i];
		buf_add_string(out, "- ");
		put_code(out, s->file);
		put_pair(out, ", uploaded ", s->uploaded);
		put_pair(out, ", sha256 ", s->sha256);
		buf_add_byte(out, '\n');
	}
	buf_add_string(out, "\nSomebody else published these, or another machine of yours did. Find out which.\n\n");
}

static void put_unchecked(const struct response *r, struct buf *out)
{
	if (!r->unchecked.n)
		return;
	buf_add_string(out, "## Could not be checked\n\n");
	for (size_t i = 0; i < r->unchecked.n; i++) {
		buf_add_string(out, "- ");
		put_code(out, r->unchecked.items[i]);
		buf_add_byte(out, '\n');
	}
	buf_add_byte(out, '\n');
}

static void put_uses(const struct response *r, struct buf *out)
{
	if (!r->n_uses)
		return;
	buf_add_string(out, "## Uses of a credential for that registry\n\n");
	for (size_t i = 0; i < r->n_uses; i++) {
		buf_printf(out, "- %s ", r->uses[i].at);
		put_code(out, r->uses[i].kind);
		put_pair(out, " ", r->uses[i].name);
		put_pair(out, " at ", r->uses[i].registry);
		put_pair(out, ", run ", r->runs[r->uses[i].run].id);
		buf_add_byte(out, '\n');
	}
	buf_add_byte(out, '\n');
}

static void put_list(struct buf *out, const char *before, const struct strings *list)
{
	for (size_t i = 0; i < list->n; i++)
		put_pair(out, i ? ", " : before, list->items[i]);
}

static void put_runs(const struct response *r, struct buf *out)
{
	if (!r->n_runs)
		return;
	buf_add_string(out, "## Machines, people and CI runs, and the secrets that were in reach of them\n\n");
	for (size_t i = 0; i < r->n_runs; i++) {
		const struct response_run *run = &r->runs[i];
		buf_add_string(out, "- run ");
		put_code(out, run->id);
		put_pair(out, " of ", run->started);
		put_pair(out, ", hwb ", run->command);
		put_pair(out, ", on ", run->host);
		put_pair(out, " as ", run->user);
		put_pair(out, ", in ", run->ci_provider);
		put_pair(out, " workflow ", run->workflow);
		put_pair(out, " run ", run->ci_run);
		put_list(out, "\n  credentials: ", &run->credentials);
		put_list(out, "\n  variables that its build was given: ", &run->variables);
		buf_add_byte(out, '\n');
	}
	buf_add_string(
		out,
		"\nhwb itself had these. What else the machine or the job held (other steps' secrets, files, agents) no log of hwb knows.\n\n");
}

static bool is_first_of_release(const struct response *r, size_t at)
{
	const struct publication *p = &r->publications[at], *q = r->publications;
	for (size_t i = 0; i < at; i++)
		if (response_is_suspect(r, &q[i]) && strcmp(q[i].package, p->package) == 0 &&
		    strcmp(q[i].version, p->version) == 0 && strcmp(q[i].registry, p->registry) == 0)
			return false;
	return true;
}

static void put_releases(const struct response *r, struct buf *out)
{
	bool has_any = false;
	for (size_t i = 0; i < r->n_publications; i++) {
		const struct publication *p = &r->publications[i];
		const char *link = response_link(p, r->arena);
		const char *by_hand = s3_is_url(p->registry) ? "by hand, in the index.json of its bucket"
							     : "on the registry's own page";
		if (!response_is_suspect(r, p) || !is_first_of_release(r, i))
			continue;
		if (!has_any)
			buf_add_string(out, "## Releases to look at, and to yank if they are not what they should be\n\n");
		has_any = true;
		buf_add_string(out, "- [ ] ");
		put_code(out, p->package);
		put_pair(out, " ", p->version);
		buf_printf(out, ": %s", link ? link : by_hand);
		put_pair(out, link ? NULL : ", ", link ? NULL : p->registry);
		buf_add_byte(out, '\n');
	}
	buf_add_string(out, has_any ? "\n" : "");
}

void response_put_facts(const struct response *r, struct buf *out)
{
	put_chain(r, out);
	put_publications(r, out);
	put_strangers(r, out);
	put_unchecked(r, out);
	put_releases(r, out);
	put_uses(r, out);
	put_runs(r, out);
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
		"- [ ] rotate every credential and variable that was in reach of the runs above\n"
		"- [ ] look at the account's sessions, API tokens, Trusted Publishers and collaborators for what nobody knows\n"
		"- [ ] yank the releases above that are not what they should be; yanking keeps exact pins working, so delete a file "
		"that is malicious, and report it to the registry\n"
		"- [ ] compare each file on the index with one built anew from the tagged source\n"
		"- [ ] publish a fixed release\n"
		"- [ ] notify: users, dependants, the registry's security contact, an advisory (GHSA, OSV, CVE)\n"
		"- [ ] keep a copy of the audit log and of its head elsewhere\n"
		"- [ ] set up Trusted Publishing, and remove the long-lived token for good ('hwb init', 'hwb doctor --publish')\n\n");
}

void response_put_incident(const struct response *r, const struct audit_who *who, struct buf *out)
{
	buf_add_string(out, "# Incident: ");
	if (r->kind == RESPONSE_LEAK)
		put_pair(out, "a leaked credential for ", r->registry);
	else {
		put_pair(out, "compromised releases of ", r->package);
		put_list(out, " ", &r->versions);
	}
	buf_printf(out, "\n\nOpened %s", r->opened);
	put_pair(out, " by ", who->user);
	put_pair(out, " on ", who->host);
	put_pair(out, ", hwb run ", who->run);
	buf_add_string(out, ".\n\n- status: open\n- lead:\n- severity:\n- what happened, in two sentences:\n- how it was found:\n\n");
	buf_add_string(out, "## Timeline (UTC)\n\n| when | what | who | source |\n|---|---|---|---|\n");
	for (size_t i = 0; i < r->n_publications; i++) {
		const struct publication *p = &r->publications[i];
		buf_printf(out, "| %s | upload %s: ", p->at, response_upload_name(p->upload));
		put_code(out, p->file);
		buf_add_string(out, " | ");
		put_code(out, r->runs[p->run].user ? r->runs[p->run].user : "?");
		buf_add_string(out, " | audit log |\n");
	}
	buf_printf(out, "| %s | this file was made | ", r->opened);
	put_code(out, who->user ? who->user : "?");
	buf_add_string(out, " | hwb respond |\n| | | | |\n\n");
	put_actions(r, out);
	buf_add_string(out,
		       "## Contacts\n\n| who | how | told at |\n|---|---|---|\n| maintainers | | |\n| the registry's security team | | |\n"
		       "| users and dependants | | |\n| legal, employer | | |\n\n");
	response_put_facts(r, out);
}

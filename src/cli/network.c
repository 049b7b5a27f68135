#include "cli/network.h"

enum { NAMED_MAX = 10 };

static void put_attempt(struct json_writer *w, const struct network_attempt *t)
{
	json_pair_cstring(w, "stage", t->stage);
	json_pair_cstring(w, "way", t->way);
	json_pair_cstring(w, "host", t->host);
	json_pair_unsigned(w, "port", t->port);
	json_pair_cstring(w, "verdict", t->allowed ? "allowed" : "denied");
	json_pair_cstring(w, "reason", t->reason);
	json_pair_unsigned(w, "bytes_up", t->up);
	json_pair_unsigned(w, "bytes_down", t->down);
}

static enum status add(struct network *n, const struct network_attempt *attempt, struct audit *audit, struct arena *a, struct diag *d)
{
	n->attempts = arena_grow(a, n->attempts, n->n, sizeof *n->attempts);
	n->attempts[n->n++] = *attempt;
	struct json_writer *w = audit_begin(audit, "network.attempt");
	put_attempt(w, attempt);
	json_pair_unsigned(w, "ms", attempt->ms);
	json_pair_unsigned(w, "times", attempt->n_times);
	return audit_end(audit, false, d);
}

static enum status add_more(struct network *n, const char *stage, uint64_t n_more, struct audit *audit, struct diag *d)
{
	if (n_more == 0)
		return OK;
	n->n_more += n_more;
	struct json_writer *w = audit_begin(audit, "network.attempts_not_listed");
	json_pair_cstring(w, "stage", stage);
	json_pair_unsigned(w, "times", n_more);
	return audit_end(audit, false, d);
}

enum status network_add_proxy(struct network *n, const char *stage, const struct proxy_report *report, struct audit *audit,
			      const struct console *c, struct arena *a, struct diag *d)
{
	enum status s = OK;
	for (size_t i = 0; s == OK && i < report->n_attempts; i++) {
		const struct proxy_attempt *p = &report->attempts[i];
		struct network_attempt attempt = {
			.stage = stage,
			.way = "proxy",
			.host = console_redacted(c, p->host, a),
			.port = p->port,
			.allowed = p->allowed,
			.reason = arena_string(a, bytes_of(p->reason)),
			.up = p->up,
			.down = p->down,
			.ms = p->ms,
			.n_times = 1,
		};
		s = add(n, &attempt, audit, a, d);
	}
	uint64_t all = report->n_allowed + report->n_denied;
	return s ? s : add_more(n, stage, all > report->n_attempts ? all - report->n_attempts : 0, audit, d);
}

enum status network_add_activity(struct network *n, const struct activity *activity, struct audit *audit, const struct console *c,
				 struct arena *a, struct diag *d)
{
	static const struct {
		const char *way, *reason;
	} ways[] = {
		[ACTIVITY_CONNECT] = { "connect", "there is no way out" },
		[ACTIVITY_NAME] = { "dns", "there is no name server" },
	};
	enum status s = OK;
	uint64_t n_kept = 0;
	for (size_t i = 0; s == OK && i < activity->n_attempts; i++) {
		const struct activity_attempt *p = &activity->attempts[i];
		struct network_attempt attempt = {
			.stage = "build",
			.way = ways[p->way].way,
			.host = console_redacted(c, arena_string(a, p->host), a),
			.port = p->port,
			.reason = ways[p->way].reason,
			.n_times = p->n_times,
		};
		n_kept += p->n_times;
		s = add(n, &attempt, audit, a, d);
	}
	return s ? s : add_more(n, "build", activity->n_tried > n_kept ? activity->n_tried - n_kept : 0, audit, d);
}

void network_put(struct json_writer *w, const struct network *n)
{
	for (size_t i = 0; i < n->n; i++) {
		json_object_begin(w);
		put_attempt(w, &n->attempts[i]);
		json_pair_unsigned(w, "times", n->attempts[i].n_times);
		json_object_end(w);
	}
}

static bool same_place(const struct network_attempt *x, const struct network_attempt *y)
{
	return x->allowed == y->allowed && x->port == y->port && strcmp(x->host, y->host) == 0;
}

static bool is_first(const struct network *n, size_t from, size_t at)
{
	for (size_t i = from; i < at; i++)
		if (same_place(&n->attempts[i], &n->attempts[at]))
			return false;
	return true;
}

/* Text from inside, in a sentence of ours: a path may say anything, so it is shown where it begins and ends. */
static void put_host(const char *host, struct buf *out)
{
	bool is_plain = host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:/[]\\")] == '\0';
	if (is_plain) {
		buf_printf(out, "%.100s", host);
		return;
	}
	char text[101];
	(void)snprintf(text, sizeof text, "%s", host);
	for (char *c = text; *c; c++)
		*c = *c == '\'' || (*c > 0 && *c < ' ') ? '?' : *c;
	buf_printf(out, "'%s'", text);
}

static void put_place(const struct network_attempt *t, struct buf *out)
{
	buf_add(out, out->size ? BYTES(", ") : BYTES(""));
	if (t->host[0])
		put_host(t->host, out);
	else
		buf_add(out, BYTES("(malformed request)"));
	if (t->port)
		buf_printf(out, ":%u", (unsigned)t->port);
}

/* The places with that verdict, each once; *ret_n counts them all. */
static const char *places(const struct network *n, size_t from, bool allowed, size_t *ret_n, struct arena *a)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, NAMED_MAX * 256);
	*ret_n = 0;
	for (size_t i = from; i < n->n; i++)
		if (n->attempts[i].allowed == allowed && is_first(n, from, i) && (*ret_n)++ < NAMED_MAX)
			put_place(&n->attempts[i], &text);
	if (*ret_n > NAMED_MAX)
		buf_printf(&text, " and %zu more", *ret_n - NAMED_MAX);
	return arena_string(a, buf_bytes(&text));
}

void network_say(struct console *c, const struct network *n, size_t from, struct arena *a)
{
	size_t n_places;
	uint64_t up = 0, down = 0;
	const char *text = places(n, from, true, &n_places, a);
	for (size_t i = from; i < n->n; i++) {
		up += n->attempts[i].up;
		down += n->attempts[i].down;
	}
	if (n_places)
		console_note(c, "the build reached %s (%llu bytes up, %llu down)", text, (unsigned long long)up,
			     (unsigned long long)down);
	text = places(n, from, false, &n_places, a);
	if (n_places)
		console_warning(c, "the build tried to reach %s, and could not", text);
}

const char *network_refused_names(const struct network *n, size_t from, struct arena *a)
{
	CLEANUP(buf_done) struct buf text;
	size_t n_names = 0;
	buf_init(&text, NAMED_MAX * 256);
	for (size_t i = from; i < n->n && n_names < NAMED_MAX; i++) {
		const struct network_attempt *t = &n->attempts[i];
		if (t->allowed || !t->host[0] || strcmp(t->way, "connect") == 0 || !is_first(n, from, i))
			continue;
		struct network_attempt name = *t;
		name.port = t->port == 443 ? 0 : t->port;
		put_place(&name, &text);
		n_names++;
	}
	return n_names ? arena_string(a, buf_bytes(&text)) : NULL;
}

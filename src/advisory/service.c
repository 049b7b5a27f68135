/* The OSV service: POST v1/querybatch says which advisories there are, GET v1/vulns/ID what each says. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "advisory/batch.h"
#include "advisory/lookup.h"
#include "advisory/osv.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "host/file.h"
#include "host/helper.h"
#include "host/sealed.h"
#include "net/fetch.h"
#include "net/url.h"

/* An advisory that was fetched is asked for again after this: what OSV's own clients do. */
enum { RECORD_LIFETIME_S = 600 };
/* All questions and answers of a run may take as long as so many transfers may: a service that is slow is not waited for all day. */
enum { TRANSFERS_OF_A_RUN = 10 };

struct wanted {
	struct batch_id id;
	const struct advisory *record; /* NULL: not there */
	const char *why; /* it is not */
	int fd; /* on its way */
};

struct service {
	const struct run_context *run;
	const struct advisory_options *options;
	struct arena *a;
	struct fetcher *fetcher;
	uint64_t deadline_ms;
	const char *host;
	int records_dir; /* -1: nothing is kept */
	struct lookup *lookups;
	struct wanted *wanted;
	size_t n_wanted;
	size_t **of; /* by lookup: places in wanted */
	size_t *n_of;
};

/* One query of a round: a page of one lookup's ids. */
struct query {
	size_t lookup;
	struct bytes token;
};

bool service_knows(struct bytes purl)
{
	static const struct bytes types[] = {
		LIT("apk"),    LIT("bitnami"), LIT("cargo"), LIT("composer"), LIT("conan"), LIT("cran"),  LIT("deb"), LIT("gem"),
		LIT("golang"), LIT("hackage"), LIT("hex"),   LIT("maven"),    LIT("npm"),   LIT("nuget"), LIT("pub"), LIT("rpm"),
	};
	struct bytes type = bytes_from(purl, 4);
	type = bytes_part(type, 0, bytes_find(type, '/'));
	for (size_t i = 0; i < COUNT(types); i++)
		if (bytes_equal(type, types[i]))
			return true;
	return false;
}

/* ---- transfers ---- */

static enum status open_fetcher(struct service *sv, struct diag *d)
{
	const struct advisory_options *o = sv->options;
	struct url url;
	enum status s = url_parse(bytes_of(o->service_url), sv->a, &url, d);
	if (s || url.scheme == URL_FILE || url.userinfo.data)
		return fail(d, ERR_USAGE, 0, "the service of advisories needs an https:// URL without a password");
	const char *host = url.host;
	bool is_v6 = strchr(host, ':') && host[0] != '[';
	sv->deadline_ms = clock_ms() + TRANSFERS_OF_A_RUN * sv->run->limits->http_ms;
	sv->host = arena_printf(sv->a, "%s%s%s:%u", is_v6 ? "[" : "", host, is_v6 ? "]" : "", (unsigned)url.port);
	uint64_t ms = sv->run->limits->http_ms;
	struct fetch_options options = {
		.ca_file = o->ca_file,
		.proxy_url = o->proxy_url,
		.allow_http_loopback = true,
		.http_hosts = o->http_hosts,
		.n_http_hosts = o->n_http_hosts,
		.idle_ms = (uint32_t)(ms < UINT32_MAX ? ms : UINT32_MAX),
		.retries = (uint32_t)sv->run->limits->http_retries,
	};
	return fetcher_start(sv->run, &options, &sv->fetcher, d);
}

static enum status submit(struct service *sv, const char *url, struct bytes body, uint64_t max, uint64_t id, int *ret_fd,
			  struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	uint64_t ms = sv->run->limits->http_ms;
	if (clock_ms() > sv->deadline_ms) {
		(void)fail(d, ERR_NETWORK, 0, "the service takes longer than %llu s",
			   (unsigned long long)(TRANSFERS_OF_A_RUN * ms / 1000));
		return remedy(d, "give it more: --limit http=TIME");
	}
	enum status s = sealed_open("osv", &fd, d);
	if (s)
		return s;
	struct fetch_request request = {
		.url = url,
		.accept = "application/json",
		.compressed = true,
		.max_size = max,
		/* An answer of a service is small: however it drips, it is here by then. */
		.whole_ms = (uint32_t)(ms < INT32_MAX ? ms : INT32_MAX),
		.body = body,
		.content_type = body.data ? "application/json" : NULL,
		.hosts = &sv->host,
		.n_hosts = 1,
		.out_fd = fd,
	};
	s = fetcher_submit(sv->fetcher, &request, id, d);
	if (s == OK)
		*ret_fd = take_fd(&fd);
	return s;
}

/* The failure of a transfer as a sentence; NULL: it did not fail. */
static const char *why_failed(struct service *sv, const struct fetch_result *r)
{
	if (r->status == OK)
		return NULL;
	return arena_printf(sv->a, "%s", r->text[0] ? r->text : "the service has no answer");
}

/* ---- queries ---- */

static void want(struct service *sv, size_t lookup, const struct batch_id *id)
{
	size_t at = 0;
	while (at < sv->n_wanted && !bytes_equal(sv->wanted[at].id.id, id->id))
		at++;
	if (at == ADVISORY_FETCH_MAX) {
		lookup_fail(&sv->lookups[lookup], "there are more advisories than are fetched in one run");
		return;
	}
	if (at == sv->n_wanted) {
		sv->wanted = arena_grow(sv->a, sv->wanted, sv->n_wanted, sizeof *sv->wanted);
		sv->wanted[sv->n_wanted++] = (struct wanted){ .id = { arena_copy(sv->a, id->id), arena_copy(sv->a, id->modified) },
							      .fd = -1 };
	}
	sv->of[lookup] = arena_grow(sv->a, sv->of[lookup], sv->n_of[lookup], sizeof **sv->of);
	sv->of[lookup][sv->n_of[lookup]++] = at;
}

static enum status parse_answer(struct service *sv, int fd, size_t n, struct arena *a, struct batch_answer *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf ask;
	CLEANUP(buf_done) struct buf reply;
	buf_init(&ask, 16);
	buf_init(&reply, OSV_BATCH_MAX);
	wire_put_u32(&ask, (uint32_t)n);
	enum status s = helper_call(sv->run, "hwb-parse", "osv-batch", buf_bytes(&ask), &fd, 1, &reply, d);
	return s ? s : batch_read(arena_copy(a, buf_bytes(&reply)), n, a, ret, d);
}

/* As many of the queries as one call takes, purls apart: a service that refuses one refuses them all. Returns how many. */
static size_t put_body(struct service *sv, const struct query *queries, size_t n, struct buf *out)
{
	static const char end[] = "]}";
	size_t i = 0;
	buf_clear(out);
	buf_add(out, BYTES("{\"queries\":["));
	for (; i < n && i < BATCH_QUERIES_MAX; i++) {
		const struct lookup *l = &sv->lookups[queries[i].lookup];
		struct batch_query q = { .is_purl = l->is_purl, .name = l->name, .version = l->version, .token = queries[i].token };
		if (l->is_purl != sv->lookups[queries[0].lookup].is_purl)
			break;
		size_t before = out->size;
		buf_add(out, i ? BYTES(",") : BYTES(""));
		batch_put_query(out, &q);
		if (out->size + sizeof end > FETCH_BODY_MAX && i) {
			out->size = before;
			break;
		}
	}
	buf_add(out, BYTES("]}"));
	return i;
}

/* One call. Queries whose answer goes on are appended to *more. */
static enum status ask_some(struct service *sv, const struct query *queries, size_t n, struct bytes body, struct query **more,
			    size_t *n_more, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	struct diag why = { 0 };
	struct fetch_result result;
	struct batch_answer answer;
	const char *url = arena_printf(sv->a, "%sv1/querybatch", sv->options->service_url), *failed = NULL;
	enum status s = submit(sv, url, body, OSV_BATCH_MAX, 0, &fd, &why);
	if (s == OK)
		s = fetcher_wait(sv->fetcher, &result, &why);
	if (s == OK)
		failed = why_failed(sv, &result);
	if (s == OK && !failed)
		s = parse_answer(sv, fd, n, sv->a, &answer, &why);
	if (s == ERR_CANCELLED)
		return run_check(sv->run, d);
	if (failed && result.status == ERR_USAGE)
		return fail(d, ERR_USAGE, 0, "%s", failed);
	if (s)
		failed = arena_printf(sv->a, "the answer of the service: %s", why.text);
	bool refused = failed && s == OK && result.http_code == 400;
	for (size_t i = 0; i < n; i++) {
		if (refused && sv->lookups[queries[i].lookup].is_purl) {
			sv->lookups[queries[i].lookup].uncovered = "the service knows no such packages";
			continue;
		}
		if (failed) {
			lookup_fail(&sv->lookups[queries[i].lookup], failed);
			continue;
		}
		for (size_t k = 0; k < answer.results[i].n_ids; k++)
			want(sv, queries[i].lookup, &answer.results[i].ids[k]);
		if (!answer.results[i].token.data)
			continue;
		*more = arena_grow(sv->a, *more, *n_more, sizeof **more);
		(*more)[(*n_more)++] = (struct query){ queries[i].lookup, answer.results[i].token };
	}
	return OK;
}

static enum status ask_all(struct service *sv, size_t n, struct diag *d)
{
	CLEANUP(buf_done) struct buf body;
	struct query *queries = ARENA_ARRAY(sv->a, struct query, n);
	buf_init(&body, 2 * FETCH_BODY_MAX);
	size_t n_asked = 0;
	for (size_t i = 0; i < n; i++)
		if (!sv->lookups[i].uncovered)
			queries[n_asked++].lookup = i;
	n = n_asked;
	for (size_t page = 0; n && page < ADVISORY_PAGES_MAX; page++) {
		struct query *more = NULL;
		size_t n_more = 0;
		for (size_t at = 0, some; at < n; at += some) {
			some = put_body(sv, queries + at, n - at, &body);
			enum status s = ask_some(sv, queries + at, some, buf_bytes(&body), &more, &n_more, d);
			if (s)
				return s;
		}
		queries = more;
		n = n_more;
	}
	for (size_t i = 0; i < n; i++)
		lookup_fail(&sv->lookups[queries[i].lookup], "the service has more pages than are read");
	return OK;
}

/* ---- records ---- */

static enum status read_record(struct service *sv, struct bytes record, struct wanted *w, struct diag *d)
{
	struct advisory *v = ARENA_NEW(sv->a, struct advisory);
	struct wire wire = wire_over(arena_copy(sv->a, record));
	enum status s = advisory_read(&wire, sv->a, v, d);
	if (s == OK)
		s = wire_end(&wire, "osv-record", d);
	if (s == OK && !bytes_equal(v->id, w->id.id))
		s = fail(d, ERR_FORMAT, 0, "it is another advisory, '%.*s'", BYTES_ARG(v->id));
	if (s == OK)
		w->record = v;
	return s;
}

/* A kept one counts while it is young (a clock that was set back makes none), and the service knows of no newer one. */
static void read_kept(struct service *sv, struct wanted *w)
{
	CLEANUP(buf_done) struct buf record;
	struct stat st;
	CLEANUP(fd_close) int fd = openat(sv->records_dir, arena_string(sv->a, w->id.id), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	buf_init(&record, OSV_RECORD_MAX);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	int64_t age = sv->options->now_unix - (int64_t)st.st_mtime;
	if (age < 0 || age > RECORD_LIFETIME_S || file_read_fd(fd, &record, NULL) || read_record(sv, buf_bytes(&record), w, NULL))
		return;
	if (w->id.modified.size && !bytes_equal(w->id.modified, w->record->modified))
		w->record = NULL;
}

static void take_record(struct service *sv, struct wanted *w)
{
	CLEANUP(buf_done) struct buf record;
	struct diag why = { 0 };
	buf_init(&record, OSV_RECORD_MAX);
	enum status s = helper_call(sv->run, "hwb-parse", "osv-record", (struct bytes){ NULL, 0 }, &w->fd, 1, &record, &why);
	if (s == OK)
		s = read_record(sv, buf_bytes(&record), w, &why);
	if (s)
		w->why = arena_printf(sv->a, "the advisory '%.*s': %s", BYTES_ARG(w->id.id), why.text);
	else if (sv->records_dir >= 0) /* for speed only */
		(void)!file_replace(sv->records_dir, arena_string(sv->a, w->id.id), buf_bytes(&record), 0600, false, NULL);
}

static enum status submit_records(struct service *sv, size_t *next, size_t *n_flying, struct diag *d)
{
	for (; *next < sv->n_wanted && *n_flying < FETCH_IN_FLIGHT; ++*next) {
		struct wanted *w = &sv->wanted[*next];
		if (w->record)
			continue;
		const char *url = arena_printf(sv->a, "%sv1/vulns/%.*s", sv->options->service_url, BYTES_ARG(w->id.id));
		enum status s = submit(sv, url, (struct bytes){ NULL, 0 }, OSV_RECORD_MAX, *next, &w->fd, d);
		if (s)
			return s;
		++*n_flying;
	}
	return OK;
}

static enum status fetch_records(struct service *sv, struct diag *d)
{
	size_t next = 0, n_flying = 0;
	for (size_t i = 0; i < sv->n_wanted && sv->records_dir >= 0; i++)
		read_kept(sv, &sv->wanted[i]);
	for (;;) {
		struct fetch_result result;
		enum status s = submit_records(sv, &next, &n_flying, d);
		if (s)
			return s;
		if (!n_flying)
			return OK;
		s = fetcher_wait(sv->fetcher, &result, d);
		if (s)
			return s;
		n_flying--;
		struct wanted *w = result.id < sv->n_wanted ? &sv->wanted[result.id] : NULL;
		if (!w || w->fd < 0)
			return fail(d, ERR_IO, 0, "an advisory came that nobody asked for");
		w->why = why_failed(sv, &result);
		if (!w->why)
			take_record(sv, w);
		fd_close(&w->fd);
	}
}

/* A service that names an advisory which is not about the package has made a mistake, or the advisory has changed: that is no no. */
static bool is_about(const struct advisory *v, const struct lookup *l)
{
	for (size_t i = 0; i < v->n_packages; i++)
		if (v->packages[i].is_pypi != l->is_purl && bytes_equal(v->packages[i].name, l->name))
			return true;
	return false;
}

static void take_found(struct service *sv, struct lookup *l, const struct advisory *v)
{
	if (is_about(v, l)) {
		lookup_add(l, v, sv->a);
		return;
	}
	const char *why = arena_printf(sv->a, "the service names '%.*s', which is not about it", BYTES_ARG(v->id));
	if (l->is_purl) /* it may well be, by another name of the ecosystem */
		l->uncovered = why;
	else
		lookup_fail(l, why);
}

static void hand_out(struct service *sv, size_t n, const char *lost)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sv->n_of[i]; k++) {
			const struct wanted *w = &sv->wanted[sv->of[i][k]];
			if (w->record)
				take_found(sv, &sv->lookups[i], w->record);
			else
				lookup_fail(&sv->lookups[i], w->why ? w->why : lost);
		}
}

/* CACHE/vuln/records; without it everything is asked for anew. */
static int open_records(const struct advisory_options *o)
{
	CLEANUP(fd_close) int dir = -1;
	if (o->is_foreign || o->cache_dir < 0 || directory_make(o->cache_dir, "vuln/records", true, &dir, NULL))
		return -1;
	return take_fd(&dir);
}

enum status service_ask(const struct run_context *run, const struct advisory_options *options, struct lookup *lookups, size_t n,
			struct arena *a, struct diag *d)
{
	CLEANUP(fd_close) int records_dir = open_records(options);
	struct diag why = { 0 };
	struct service sv = {
		.run = run,
		.options = options,
		.a = a,
		.records_dir = records_dir,
		.lookups = lookups,
		.of = ARENA_ARRAY(a, size_t *, n),
		.n_of = ARENA_ARRAY(a, size_t, n),
	};
	enum status s = open_fetcher(&sv, d);
	if (s == OK)
		s = ask_all(&sv, n, d);
	if (s) {
		fetcher_free(sv.fetcher);
		return s;
	}
	s = fetch_records(&sv, &why);
	for (size_t i = 0; i < sv.n_wanted; i++)
		fd_close(&sv.wanted[i].fd);
	fetcher_free(sv.fetcher);
	if (s == ERR_CANCELLED)
		return run_check(run, d);
	hand_out(&sv, n, s ? arena_string(a, bytes_of(why.text)) : "it was not fetched");
	return OK;
}

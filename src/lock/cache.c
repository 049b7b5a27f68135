#include "lock/cache.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/wire.h"
#include "host/file.h"
#include "index/page.h"
#include "lock/candidates.h"

/* A change to the record, or to what the resolver would answer, gets a new number. */
enum { CACHE_FORMAT = 4 };
/* A key is made of at most: 200 requirements of 32 KiB, constraints, tags. A record: 10,000 pins of about 1 KiB. */
enum { KEY_TEXT_MAX = 256 << 20, RECORD_MAX = 64 << 20, PINS_MAX = 10000, EXTRAS_MAX = 4096 };

static const char folder[] = "resolve";

/* ---- the key ---- */

static void put_list(struct buf *b, const struct bytes *items, size_t n)
{
	wire_put_u32(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		wire_put_bytes(b, items[i]);
}

static void put_constraint(const struct lock_constraint *c, struct buf *b)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, KEY_TEXT_MAX);
	wire_put_bytes(b, c->name);
	specifier_write(&c->specifier, &text);
	wire_put_bytes(b, buf_bytes(&text));
	buf_clear(&text);
	if (c->marker)
		marker_write(c->marker, &text);
	wire_put_bytes(b, buf_bytes(&text));
	wire_put_bytes(b, bytes_make(c->digests, c->n_digests * sizeof *c->digests));
}

static void put_pin_key(const struct lock_pin *pin, struct buf *b)
{
	wire_put_bytes(b, pin->name);
	wire_put_bytes(b, pin->version);
	wire_put_bytes(b, pin->file.url);
	wire_put_bytes(b, bytes_make(pin->file.digest.bytes, SHA256_SIZE));
	wire_put_string(b, pin->hash_source);
}

static void put_interpreter(const struct interpreter *i, struct buf *b)
{
	wire_put_bytes(b, i->implementation);
	wire_put_bytes(b, i->version);
	put_list(b, i->tags, i->n_tags);
	put_list(b, i->env.field, MARKER_N_FIELDS);
}

struct sha256 cache_key(const struct lock_request *request, const struct lock_source *source)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, KEY_TEXT_MAX);
	wire_put_string(&b, "hwb resolution " HWB_VERSION);
	wire_put_u32(&b, CACHE_FORMAT);
	put_list(&b, request->requires, request->n_requires);
	wire_put_u32(&b, (uint32_t)request->n_constraints);
	for (size_t i = 0; i < request->n_constraints; i++)
		put_constraint(&request->constraints[i], &b);
	wire_put_u32(&b, (uint32_t)request->n_preferred);
	for (size_t i = 0; i < request->n_preferred; i++)
		put_pin_key(&request->preferred[i], &b);
	wire_put_u32(&b, (uint32_t)request->n_hints);
	for (size_t i = 0; i < request->n_hints; i++) {
		wire_put_bytes(&b, request->hints[i].name);
		wire_put_bytes(&b, request->hints[i].version);
	}
	put_interpreter(request->python, &b);
	wire_put_u32(&b, request->allow_prereleases);
	wire_put_u64(&b, (uint64_t)request->exclude_newer);
	wire_put_u64(&b, (uint64_t)request->min_age);
	put_list(&b, request->min_age_exempt, request->n_min_age_exempt);
	put_list(&b, request->allow_urls, request->n_allow_urls);
	source->fingerprint(source->context, &b);
	return sha256_of(buf_bytes(&b));
}

/* ---- the record ---- */

/* hash_source is one of these words; what comes back from the disk points at them again. */
static const char *const words[] = { "index", "local", "constraint", "lock", "url" };

static uint32_t word_number(const char *word)
{
	uint32_t i = 0;
	while (i < COUNT(words) && strcmp(word, words[i]) != 0)
		i++;
	return i;
}

static void put_pin(const struct lock_pin *pin, struct buf *out)
{
	CLEANUP(buf_done) struct buf page;
	struct index_file file = pin->file;
	struct index_project one = {
		.files = &file,
		.n_files = 1,
		.index = pin->file.index,
		.status = pin->file.status,
		.status_reason = pin->file.status_reason,
	};
	buf_init(&page, RECORD_MAX);
	page_write(&one, &page);
	wire_put_bytes(out, pin->name);
	wire_put_bytes(out, pin->version);
	wire_put_u32(out, word_number(pin->hash_source));
	wire_put_u32(out, word_number(pin->file.hash_source));
	put_list(out, pin->extras, pin->n_extras);
	wire_put_bytes(out, buf_bytes(&page));
	buf_clear(&page);
	if (file.built_from) {
		struct index_file sdist = *file.built_from;
		one.files = &sdist;
		page_write(&one, &page);
	}
	wire_put_bytes(out, buf_bytes(&page));
}

void cache_write(const struct lock_result *result, const struct sha256 *key, int64_t written_unix, struct buf *out)
{
	wire_put_u32(out, CACHE_FORMAT);
	wire_put_bytes(out, bytes_make(key->bytes, SHA256_SIZE));
	wire_put_u64(out, (uint64_t)written_unix);
	wire_put_u32(out, (uint32_t)result->n_pins);
	for (size_t i = 0; i < result->n_pins; i++)
		put_pin(&result->pins[i], out);
}

static bool read_extras(struct wire *w, struct arena *a, struct lock_pin *pin)
{
	uint32_t n = wire_get_count(w, 4);
	if (w->bad || n > EXTRAS_MAX)
		return false;
	struct bytes *extras = ARENA_ARRAY(a, struct bytes, n);
	for (uint32_t i = 0; i < n; i++) {
		extras[i] = arena_copy(a, wire_get_bytes(w));
		if (!name_is_normalized(extras[i]))
			return false;
	}
	pin->extras = extras;
	pin->n_extras = n;
	return true;
}

/* The file must be a wheel of that project and that version, with its digest. */
static bool read_pin(struct wire *w, struct arena *a, struct lock_pin *ret)
{
	CLEANUP(buf_done) struct buf version;
	struct index_project one;
	buf_init(&version, VERSION_SIZE_MAX * 2);
	ret->name = arena_copy(a, wire_get_bytes(w));
	ret->version = arena_copy(a, wire_get_bytes(w));
	uint32_t hash_source = wire_get_u32(w), file_source = wire_get_u32(w);
	if (w->bad || hash_source >= COUNT(words) || file_source >= COUNT(words) || !read_extras(w, a, ret))
		return false;
	struct bytes page = wire_get_bytes(w);
	if (w->bad || page_read(page, ret->name, words[file_source], a, &one, NULL) || one.n_files != 1)
		return false;
	ret->file = one.files[0];
	ret->hash_source = words[hash_source];
	version_write(&ret->file.version, &version);
	page = wire_get_bytes(w);
	if (page.size) {
		struct index_project sdist;
		if (page_read(page, ret->name, words[file_source], a, &sdist, NULL) || sdist.n_files != 1)
			return false;
		ret->file.built_from = &sdist.files[0];
		ret->file.is_built = true;
	}
	return !w->bad && ret->file.kind == INDEX_WHEEL && ret->file.has_digest && bytes_equal(buf_bytes(&version), ret->version);
}

enum status cache_read(struct bytes record, const struct sha256 *key, struct arena *a, struct lock_result *ret,
		       int64_t *ret_written_unix, struct diag *d)
{
	struct wire w = wire_over(record);
	uint32_t format = wire_get_u32(&w);
	struct bytes own_key = wire_get_bytes(&w);
	int64_t written = (int64_t)wire_get_u64(&w);
	uint32_t n = wire_get_count(&w, 24);
	if (w.bad || format != CACHE_FORMAT || !bytes_equal(own_key, bytes_make(key->bytes, SHA256_SIZE)) || n > PINS_MAX)
		return fail(d, ERR_FORMAT, 0, "not a kept resolution of this question");
	struct lock_pin *pins = ARENA_ARRAY(a, struct lock_pin, n);
	for (uint32_t i = 0; i < n; i++)
		if (!read_pin(&w, a, &pins[i]) || (i && bytes_compare(pins[i - 1].name, pins[i].name) >= 0))
			return fail(d, ERR_FORMAT, 0, "the kept resolution is malformed at pin %u", i);
	enum status s = wire_end(&w, "kept resolution", d);
	if (s)
		return s;
	*ret = (struct lock_result){ .pins = pins, .n_pins = n, .from_cache = true };
	*ret_written_unix = written;
	return OK;
}

/* ---- the files ---- */

/* A pin of an earlier phase was old enough then. Any other is looked at again: the clock may have been put back. */
static bool is_preferred(const struct lock_request *request, const struct lock_pin *pin)
{
	for (size_t i = 0; i < request->n_preferred; i++)
		if (sha256_equal(&request->preferred[i].file.digest, &pin->file.digest))
			return true;
	return false;
}

static bool has_young_pin(const struct lock_request *request, const struct lock_result *result)
{
	for (size_t i = 0; i < result->n_pins; i++)
		if (!is_preferred(request, &result->pins[i]) &&
		    file_is_young(request, clock_unix(), result->pins[i].name, &result->pins[i].file))
			return true;
	return false;
}

bool cache_find(const struct run_context *run, const struct lock_request *request, const struct lock_source *source,
		const struct sha256 *key, struct arena *a, struct lock_result *ret)
{
	CLEANUP(buf_done) struct buf record;
	char text[SHA256_TEXT_SIZE], path[sizeof folder + 1 + SHA256_TEXT_SIZE];
	struct lock_result result;
	int64_t written;
	int dir = source->cache_dir(source->context);
	if (dir < 0)
		return false;
	buf_init(&record, RECORD_MAX);
	sha256_text(key, text);
	(void)snprintf(path, sizeof path, "%s/%s", folder, text);
	if (file_read(dir, path, &record, NULL) || cache_read(buf_bytes(&record), key, a, &result, &written, NULL))
		return false;
	int64_t age = clock_unix() - written;
	if (!request->offline && (age < 0 || age > CACHE_LIFETIME_S))
		return false;
	if (result.n_pins > run->limits->packages || has_young_pin(request, &result))
		return false;
	*ret = result;
	return true;
}

void cache_keep(const struct lock_request *request, const struct lock_source *source, const struct sha256 *key,
		const struct lock_result *result)
{
	CLEANUP(buf_done) struct buf record;
	CLEANUP(fd_close) int resolve_dir = -1;
	char text[SHA256_TEXT_SIZE];
	int dir = source->cache_dir(source->context);
	if (dir < 0 || directory_make(dir, folder, true, &resolve_dir, NULL))
		return;
	buf_init(&record, RECORD_MAX);
	/* What pages of any age said must not pass for fresh once there is a network again. */
	cache_write(result, key, request->offline ? 0 : clock_unix(), &record);
	sha256_text(key, text);
	if (!record.full)
		(void)!file_replace(resolve_dir, text, buf_bytes(&record), 0600, false, NULL);
}

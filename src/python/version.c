#include "python/version.h"

#include "python/scan.h"

/* Where the parts are in the text, before anything is allocated. */
struct parts {
	struct bytes epoch, release, pre_n, post_n, dev_n, local;
	enum version_pre pre;
	bool has_post, has_dev;
};

struct spelling {
	struct bytes word;
	enum version_pre pre;
};

/* Longer words first where one starts another. */
static const struct spelling pre_words[] = {
	{ LIT("alpha"), VERSION_A },    { LIT("a"), VERSION_A },    { LIT("beta"), VERSION_B }, { LIT("b"), VERSION_B },
	{ LIT("preview"), VERSION_RC }, { LIT("pre"), VERSION_RC }, { LIT("c"), VERSION_RC },   { LIT("rc"), VERSION_RC },
};
static const struct spelling post_words[] = {
	{ LIT("post"), VERSION_FINAL },
	{ LIT("rev"), VERSION_FINAL },
	{ LIT("r"), VERSION_FINAL },
};
static const struct spelling dev_words[] = { { LIT("dev"), VERSION_FINAL } };

static const char *const pre_letters[] = { [VERSION_A] = "a", [VERSION_B] = "b", [VERSION_RC] = "rc", [VERSION_FINAL] = "" };

static struct bytes take_digits(struct scan *s)
{
	size_t from = s->at;
	while (!scan_is_end(s) && byte_is_digit(s->text.data[s->at]))
		s->at++;
	return bytes_part(s->text, from, s->at - from);
}

static void skip_separator(struct scan *s)
{
	int c = scan_peek(s);
	if (c == '.' || c == '-' || c == '_')
		s->at++;
}

/* One optional part: separator? word separator? digits?. On success moves *s and returns the row that matched. */
static const struct spelling *take_part(struct scan *s, const struct spelling *words, size_t n, struct bytes *ret_digits)
{
	struct scan t = *s;
	skip_separator(&t);
	for (size_t i = 0; i < n; i++) {
		if (!bytes_equal_nocase(bytes_part(t.text, t.at, words[i].word.size), words[i].word))
			continue;
		t.at += words[i].word.size;
		skip_separator(&t);
		*ret_digits = take_digits(&t);
		*s = t;
		return &words[i];
	}
	return NULL;
}

static bool take_release(struct scan *s, struct parts *p)
{
	struct bytes first = take_digits(s);
	if (first.size == 0)
		return false;
	if (scan_peek(s) == '!') {
		struct scan after = *s;
		after.at++;
		struct bytes release = take_digits(&after);
		if (release.size > 0) {
			p->epoch = first;
			*s = after;
			first = release;
		}
	}
	size_t from = s->at - first.size;
	while (scan_peek(s) == '.') {
		struct scan after = *s;
		after.at++;
		if (take_digits(&after).size == 0)
			break;
		*s = after;
	}
	p->release = bytes_part(s->text, from, s->at - from);
	return true;
}

static void take_post(struct scan *s, struct parts *p)
{
	struct scan t = *s;
	if (scan_peek(&t) == '-') { /* "1.0-1" is a post-release too */
		t.at++;
		p->post_n = take_digits(&t);
		if (p->post_n.size > 0) {
			p->has_post = true;
			*s = t;
			return;
		}
	}
	p->has_post = take_part(s, post_words, COUNT(post_words), &p->post_n) != NULL;
}

static void take_local(struct scan *s, struct parts *p)
{
	if (scan_peek(s) != '+')
		return;
	size_t from = s->at + 1, end = from;
	for (size_t i = from; i < s->text.size; i++) {
		unsigned char c = s->text.data[i];
		bool separator = c == '.' || c == '-' || c == '_';
		if (byte_is_alnum(c))
			end = i + 1;
		else if (!separator || i == from || end != i) /* a separator stands between two parts */
			break;
	}
	if (end == from)
		return;
	p->local = bytes_part(s->text, from, end - from);
	s->at = end;
}

/* The longest version at the front; returns its size, 0 for none. */
static size_t scan_parts(struct bytes text, struct parts *p)
{
	struct scan s = { text, 0 };
	*p = (struct parts){ .pre = VERSION_FINAL };
	if (scan_peek(&s) == 'v' || scan_peek(&s) == 'V')
		s.at++;
	if (!take_release(&s, p))
		return 0;
	const struct spelling *pre = take_part(&s, pre_words, COUNT(pre_words), &p->pre_n);
	if (pre)
		p->pre = pre->pre;
	take_post(&s, p);
	p->has_dev = take_part(&s, dev_words, COUNT(dev_words), &p->dev_n) != NULL;
	take_local(&s, p);
	return s.at;
}

size_t version_prefix(struct bytes text)
{
	struct parts p;
	return scan_parts(text, &p);
}

/* Without leading zeros; nothing at all means 0. */
static struct bytes number(struct bytes digits)
{
	while (digits.size > 1 && digits.data[0] == '0')
		digits = bytes_from(digits, 1);
	return digits.size > 0 ? digits : BYTES("0");
}

static size_t count_of(struct bytes b, const char *separators)
{
	size_t n = 1;
	for (size_t i = 0; i < b.size; i++)
		n += strchr(separators, b.data[i]) != NULL;
	return n;
}

static void set_release(struct bytes text, struct arena *a, struct version *v)
{
	v->n_release = count_of(text, ".");
	struct bytes *release = ARENA_ARRAY(a, struct bytes, v->n_release);
	for (size_t i = 0; i < v->n_release; i++)
		release[i] = number(bytes_cut(&text, '.'));
	v->release = release;
}

static void set_local(struct bytes text, struct arena *a, struct version *v)
{
	if (text.size == 0)
		return;
	v->n_local = count_of(text, ".-_");
	struct version_local *local = ARENA_ARRAY(a, struct version_local, v->n_local);
	struct scan s = { text, 0 };
	for (size_t i = 0; i < v->n_local; i++) {
		size_t from = s.at;
		bool digits = true;
		for (; !scan_is_end(&s) && byte_is_alnum(text.data[s.at]); s.at++)
			digits = digits && byte_is_digit(text.data[s.at]);
		struct bytes part = bytes_part(text, from, s.at - from);
		local[i] = (struct version_local){ digits ? number(part) : part, digits };
		s.at++;
	}
	v->local = local;
}

static struct bytes lower_copy(struct bytes text, struct arena *a)
{
	unsigned char *copy = arena_alloc(a, text.size + 1, 1);
	for (size_t i = 0; i < text.size; i++)
		copy[i] = byte_lower(text.data[i]);
	return bytes_make(copy, text.size);
}

enum status version_parse(struct bytes text, struct arena *a, struct version *ret_version, struct diag *d)
{
	if (text.size > VERSION_SIZE_MAX)
		return fail(d, ERR_LIMIT, VERSION_SIZE_MAX, "a version of %zu bytes is longer than %d", text.size, VERSION_SIZE_MAX);
	struct bytes trimmed = bytes_trim(text);
	size_t end = version_prefix(trimmed);
	if (end == 0 || end != trimmed.size)
		return fail(d, ERR_FORMAT, end, "'%.*s' is not a version (PEP 440)", SHOWN(text));
	struct parts p;
	(void)scan_parts(lower_copy(trimmed, a), &p);
	struct version v = {
		.epoch = number(p.epoch),
		.pre = p.pre,
		.has_post = p.has_post,
		.has_dev = p.has_dev,
		.pre_n = number(p.pre_n),
		.post_n = number(p.post_n),
		.dev_n = number(p.dev_n),
	};
	set_release(p.release, a, &v);
	set_local(p.local, a, &v);
	*ret_version = v;
	return OK;
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

/* Without leading zeros the longer number is the greater. */
static int compare_numbers(struct bytes a, struct bytes b)
{
	if (a.size != b.size)
		return a.size < b.size ? -1 : 1;
	return sign(bytes_compare(a, b));
}

static struct bytes release_part(const struct version *v, size_t i)
{
	return i < v->n_release ? v->release[i] : BYTES("0");
}

static int compare_release(const struct version *a, const struct version *b)
{
	size_t n = a->n_release > b->n_release ? a->n_release : b->n_release;
	for (size_t i = 0; i < n; i++) {
		int c = compare_numbers(release_part(a, i), release_part(b, i));
		if (c != 0)
			return c;
	}
	return 0;
}

/* dev-only < a < b < rc < no pre-release (PEP 440, "Summary of permitted suffixes and relative ordering"). */
static int pre_rank(const struct version *v)
{
	bool dev_only = v->pre == VERSION_FINAL && !v->has_post && v->has_dev;
	return dev_only ? -1 : (int)v->pre;
}

static int compare_suffix(const struct version *a, const struct version *b)
{
	if (pre_rank(a) != pre_rank(b))
		return pre_rank(a) < pre_rank(b) ? -1 : 1;
	int c = a->pre == VERSION_FINAL ? 0 : compare_numbers(a->pre_n, b->pre_n);
	if (c != 0)
		return c;
	if (a->has_post != b->has_post)
		return a->has_post ? 1 : -1;
	c = a->has_post ? compare_numbers(a->post_n, b->post_n) : 0;
	if (c != 0)
		return c;
	if (a->has_dev != b->has_dev)
		return a->has_dev ? -1 : 1;
	return a->has_dev ? compare_numbers(a->dev_n, b->dev_n) : 0;
}

static int compare_local(const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < a->n_local && i < b->n_local; i++) {
		const struct version_local *x = &a->local[i], *y = &b->local[i];
		if (x->number != y->number)
			return x->number ? 1 : -1;
		int c = x->number ? compare_numbers(x->text, y->text) : sign(bytes_compare(x->text, y->text));
		if (c != 0)
			return c;
	}
	return (a->n_local > b->n_local) - (a->n_local < b->n_local);
}

static int compare_public(const struct version *a, const struct version *b)
{
	int c = compare_numbers(a->epoch, b->epoch);
	if (c == 0)
		c = compare_release(a, b);
	return c != 0 ? c : compare_suffix(a, b);
}

int version_compare(const struct version *a, const struct version *b)
{
	int c = compare_public(a, b);
	return c != 0 ? c : compare_local(a, b);
}

bool version_same_public(const struct version *a, const struct version *b)
{
	return compare_public(a, b) == 0;
}

bool version_same_base(const struct version *a, const struct version *b)
{
	return compare_numbers(a->epoch, b->epoch) == 0 && compare_release(a, b) == 0;
}

bool version_has_prefix(const struct version *v, const struct version *prefix, size_t n_release)
{
	if (compare_numbers(v->epoch, prefix->epoch) != 0)
		return false;
	for (size_t i = 0; i < n_release; i++)
		if (compare_numbers(release_part(v, i), release_part(prefix, i)) != 0)
			return false;
	return true;
}

static void write_with_release(const struct version *v, size_t n_release, struct buf *out)
{
	if (!bytes_equal(v->epoch, BYTES("0"))) {
		buf_add(out, v->epoch);
		buf_add_byte(out, '!');
	}
	for (size_t i = 0; i < n_release; i++) {
		if (i > 0)
			buf_add_byte(out, '.');
		buf_add(out, v->release[i]);
	}
	if (v->pre != VERSION_FINAL) {
		buf_add_string(out, pre_letters[v->pre]);
		buf_add(out, v->pre_n);
	}
	if (v->has_post) {
		buf_add_string(out, ".post");
		buf_add(out, v->post_n);
	}
	if (v->has_dev) {
		buf_add_string(out, ".dev");
		buf_add(out, v->dev_n);
	}
	for (size_t i = 0; i < v->n_local; i++) {
		buf_add_byte(out, i == 0 ? '+' : '.');
		buf_add(out, v->local[i].text);
	}
}

void version_write(const struct version *v, struct buf *out)
{
	write_with_release(v, v->n_release, out);
}

void version_write_trimmed(const struct version *v, struct buf *out)
{
	size_t n = v->n_release;
	while (n > 1 && bytes_equal(v->release[n - 1], BYTES("0")))
		n--;
	write_with_release(v, n, out);
}

struct version version_public(const struct version *v)
{
	struct version out = *v;
	out.local = NULL;
	out.n_local = 0;
	return out;
}

struct version version_base(const struct version *v)
{
	return (struct version){ .epoch = v->epoch, .release = v->release, .n_release = v->n_release, .pre = VERSION_FINAL };
}

bool version_is_prerelease(const struct version *v)
{
	return v->pre != VERSION_FINAL || v->has_dev;
}

bool version_is_postrelease(const struct version *v)
{
	return v->has_post;
}

bool version_is_dev(const struct version *v)
{
	return v->has_dev;
}

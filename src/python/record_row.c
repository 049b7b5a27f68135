#include "python/record_row.h"

#include "base/buf.h"
#include "base/encode.h"
#include "base/number.h"
#include "format/unicode.h"
#include "python/scan.h"

static const struct algorithm {
	const char *name;
	size_t size; /* bytes of a digest */
} algorithms[] = {
	[RECORD_NO_DIGEST] = { "", 0 },
	[RECORD_SHA256] = { "sha256", 32 },
	[RECORD_SHA384] = { "sha384", 48 },
	[RECORD_SHA512] = { "sha512", 64 },
};

/* PEP 427: "md5 and sha1 are not permitted"; sha224 is weaker than sha256, which it asks for at least. */
static const struct bytes refused[] = { LIT("md5"), LIT("sha1"), LIT("sha224") };

const char *record_algorithm_name(enum record_algorithm algorithm)
{
	return algorithms[algorithm].name;
}

size_t record_digest_size(enum record_algorithm algorithm)
{
	return algorithms[algorithm].size;
}

/* Readers that split RECORD with splitlines() see two rows at a line break of Unicode, and uninstall what the second one names. */
static bool is_path(struct bytes path)
{
	if (path.size > RECORD_PATH_MAX || !bytes_is_utf8(path))
		return false;
	for (size_t i = 0; i < path.size; i++)
		if (path.data[i] < ' ' || path.data[i] == 0x7f || path.data[i] == '\\' ||
		    (path.data[i] >= 0x80 && unicode_line_break(bytes_from(path, i))))
			return false;
	struct bytes rest = path;
	if (path.size == 0)
		return false;
	while (rest.data) {
		struct bytes part = bytes_cut(&rest, '/');
		if (part.size == 0 || bytes_equal(part, BYTES(".")) || bytes_equal(part, BYTES("..")))
			return false;
	}
	return true;
}

/* RECORD cannot hold its own digest, nor that of a signature over it. */
static bool may_lack_digest(struct bytes path)
{
	static const struct bytes names[] = { LIT(".dist-info/RECORD"), LIT(".dist-info/RECORD.jws"), LIT(".dist-info/RECORD.p7s") };
	for (size_t i = 0; i < COUNT(names); i++)
		if (bytes_ends(path, names[i]) && bytes_find(path, '/') == path.size - names[i].size + strlen(".dist-info"))
			return true;
	return false;
}

static enum status parse_digest(struct bytes hash, struct record_row *row, struct diag *d)
{
	struct bytes rest = hash, name = bytes_cut(&rest, '=');
	for (size_t i = 0; i < COUNT(refused); i++)
		if (bytes_equal_nocase(name, refused[i]))
			return fail_rule(d, "R03", ERR_REFUSED, 0, "'%.*s' has a %.*s digest; PEP 427 wants sha256 or stronger",
					 SHOWN(row->path), BYTES_ARG(refused[i]));
	enum record_algorithm algorithm = RECORD_SHA256;
	while (algorithm <= RECORD_SHA512 && !bytes_equal(name, bytes_of(algorithms[algorithm].name)))
		algorithm++;
	if (algorithm > RECORD_SHA512)
		return fail_rule(d, "R03", ERR_FORMAT, 0, "'%.*s' has a digest of unknown kind '%.*s'", SHOWN(row->path),
				 SHOWN(name));
	CLEANUP(buf_done) struct buf digest;
	buf_init(&digest, sizeof row->digest_bytes);
	if (rest.size > 2 * sizeof row->digest_bytes || base64_parse(rest, BASE64_URL_NO_PAD, &digest) != OK || digest.full ||
	    digest.size != algorithms[algorithm].size)
		return fail_rule(d, "R03", ERR_FORMAT, 0, "'%.*s' has a malformed %s digest '%.*s'", SHOWN(row->path),
				 algorithms[algorithm].name, SHOWN(rest));
	bytes_copy(row->digest_bytes, buf_bytes(&digest));
	row->algorithm = algorithm;
	row->digest = rest;
	return OK;
}

enum status record_row_parse(struct bytes path, struct bytes hash, struct bytes size, struct record_row *ret_row, struct diag *d)
{
	struct record_row row = { .path = path };
	if (!is_path(path))
		return fail(d, ERR_FORMAT, 0, "'%.*s' is not a normalised relative path", SHOWN(path));
	if (hash.size == 0 && !may_lack_digest(path))
		return fail_rule(d, "R03", ERR_FORMAT, 0, "'%.*s' has no digest", SHOWN(path));
	enum status s = hash.size > 0 ? parse_digest(hash, &row, d) : OK;
	if (s != OK)
		return s;
	row.has_size = size.size > 0;
	if (row.has_size && number_parse_u64(size, INT64_MAX, &row.size) != OK)
		return fail_rule(d, "R04", ERR_FORMAT, 0, "'%.*s' has the size '%.*s'", SHOWN(path), SHOWN(size));
	*ret_row = row;
	return OK;
}

static int compare_rows(const void *x, const void *y)
{
	const struct record_row *a = *(const struct record_row *const *)x, *b = *(const struct record_row *const *)y;
	int c = bytes_compare(a->path, b->path);
	return c != 0 ? c : (a->line > b->line) - (a->line < b->line);
}

enum status record_check_unique(const struct record_row *rows, size_t n, struct arena *a, struct diag *d)
{
	const struct record_row **sorted = ARENA_ARRAY(a, const struct record_row *, n);
	for (size_t i = 0; i < n; i++)
		sorted[i] = &rows[i];
	if (n > 1)
		qsort(sorted, n, sizeof(sorted[0]), compare_rows);
	for (size_t i = 1; i < n; i++) {
		if (!bytes_equal(sorted[i - 1]->path, sorted[i]->path))
			continue;
		enum status s = fail(d, ERR_FORMAT, 0, "'%.*s' is listed twice", SHOWN(sorted[i]->path));
		locate(d, sorted[i]->line, 0);
		return s;
	}
	return OK;
}

#include "publish/s3_place.h"

#include "net/url.h"

enum { PREFIX_MAX = 512, REGION_MAX = 32 };

bool s3_is_url(const char *url)
{
	return strncmp(url, "s3://", 5) == 0;
}

static bool is_bucket(struct bytes b)
{
	for (size_t i = 0; i < b.size; i++)
		if (!byte_is_lower(b.data[i]) && !byte_is_digit(b.data[i]) && b.data[i] != '-' && b.data[i] != '.')
			return false;
	return b.size >= 3 && b.size <= 63 && byte_is_alnum(b.data[0]) && byte_is_alnum(b.data[b.size - 1]);
}

static bool is_prefix(struct bytes b)
{
	if (b.size > PREFIX_MAX)
		return false;
	while (b.data) {
		struct bytes part = bytes_cut(&b, '/');
		if (!part.size || bytes_equal(part, BYTES(".")) || bytes_equal(part, BYTES("..")))
			return false;
		for (size_t i = 0; i < part.size; i++)
			if (!byte_is_alnum(part.data[i]) && !strchr("-_.~", part.data[i]))
				return false;
	}
	return true;
}

enum status s3_region_check(struct bytes region, struct diag *d)
{
	bool valid = region.size > 0 && region.size <= REGION_MAX;
	for (size_t i = 0; valid && i < region.size; i++)
		valid = byte_is_alnum(region.data[i]) || region.data[i] == '-';
	if (valid)
		return OK;
	return fail(d, ERR_USAGE, 0, "the region of the store is not 1 to %d letters, digits and '-'", REGION_MAX);
}

enum status s3_endpoint_parse(struct bytes endpoint, struct arena *a, const char **ret, struct diag *d)
{
	struct url url;
	if (url_parse(endpoint, a, &url, d)) {
		(void)explain(d, "the endpoint of the store");
		return recode(d, ERR_USAGE);
	}
	if (url.userinfo.data || url.query.data || url.fragment.data || url.scheme == URL_FILE || url.path.size > 1) {
		(void)fail(d, ERR_USAGE, 0, "the endpoint of the store is not the URL of a host alone");
		return remedy(d, "write it as https://HOST or https://HOST:PORT; bucket and prefix belong into s3://BUCKET/PREFIX");
	}
	*ret = url_text(&url, a);
	return OK;
}

enum status s3_place_parse(const char *url, const char *endpoint, const char *region, struct arena *a, struct s3_place *ret,
			   struct diag *d)
{
	struct bytes rest = bytes_from(bytes_of(url), 5), bucket;
	while (rest.size && rest.data[rest.size - 1] == '/')
		rest.size--;
	bucket = bytes_cut(&rest, '/');
	if (!s3_is_url(url) || !is_bucket(bucket) || (rest.data && !is_prefix(rest))) {
		(void)fail(d, ERR_USAGE, 0, "the URL of the store is not s3://BUCKET or s3://BUCKET/PREFIX");
		return remedy(d,
			      "a bucket has 3 to 63 of a-z, 0-9, '-' and '.'; a prefix letters, digits and '-_.~' between slashes");
	}
	struct s3_place p = { .bucket = arena_string(a, bucket),
			      .prefix = arena_string(a, rest),
			      .region = region ? region : "us-east-1" };
	p.name = arena_printf(a, "s3://%s%s%s", p.bucket, p.prefix[0] ? "/" : "", p.prefix);
	/* By path, not by host: one origin for every bucket, and certificates fit names with dots. */
	const char *host = endpoint ? endpoint : arena_printf(a, "https://s3.%s.amazonaws.com", p.region);
	enum status s = s3_region_check(bytes_of(p.region), d);
	if (s == OK)
		s = s3_endpoint_parse(bytes_of(host), a, &p.endpoint, d);
	if (s == OK)
		*ret = p;
	return s;
}

#include "publish/oidc_json.h"

#include "base/encode.h"
#include "format/json.h"
#include "redact/hide.h"

static enum status parse_object(struct bytes text, struct arena *a, const struct json **ret, struct diag *d)
{
	enum status s = json_parse(text, a, ret, NULL);
	if (s) /* its own words repeat what is there, which may be a token */
		return fail(d, s, 0, "it is no JSON, or too much of it");
	if ((*ret)->type != JSON_TYPE_OBJECT)
		s = fail(d, ERR_FORMAT, 0, "it is %s, not an object", json_type_name((*ret)->type));
	return s;
}

/* A string that must be there. */
static enum status get_string(const struct json *object, const char *key, struct bytes *ret, struct diag *d)
{
	enum status s = json_get_string(object, key, ret, d);
	return s == ERR_ABSENT ? fail(d, ERR_FORMAT, 0, "it has no '%s'", key) : s;
}

/* Cut, and what is not printable ASCII as '?'. */
static struct bytes make_words(struct bytes text, struct arena *a)
{
	struct bytes part = bytes_part(text, 0, OIDC_WORDS_MAX);
	unsigned char *copy = ARENA_ARRAY(a, unsigned char, part.size + 1);
	for (size_t i = 0; i < part.size; i++)
		copy[i] = part.data[i] >= ' ' && part.data[i] <= '~' ? part.data[i] : '?';
	return bytes_make(copy, part.size);
}

static struct bytes get_words(const struct json *object, const char *key, struct arena *a)
{
	const struct json *value = json_find(object, key);
	if (!value)
		return (struct bytes){ NULL, 0 };
	switch (value->type) {
	case JSON_TYPE_STRING:
		return make_words(value->string, a);
	case JSON_TYPE_BOOLEAN:
		return value->boolean ? BYTES("true") : BYTES("false");
	case JSON_TYPE_INTEGER:
		return bytes_of(arena_printf(a, "%lld", (long long)value->integer));
	case JSON_TYPE_NULL:
	case JSON_TYPE_REAL:
	case JSON_TYPE_ARRAY:
	case JSON_TYPE_OBJECT:
		break;
	}
	return (struct bytes){ NULL, 0 };
}

/* A registry wants false; what only looks like it ("false", 0, []) is another kind of answer. null is none. */
static struct bytes get_flag(const struct json *object, const char *key)
{
	const struct json *value = json_find(object, key);
	if (!value || value->type == JSON_TYPE_NULL)
		return (struct bytes){ NULL, 0 };
	if (value->type != JSON_TYPE_BOOLEAN)
		return BYTES(OIDC_NO_FLAG);
	return value->boolean ? BYTES("true") : BYTES("false");
}

/* Its strings, whole ones, as many as there is room for; ", ..." says that there were more. */
static struct bytes get_list(const struct json *object, const char *key, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	static const struct bytes comma = LIT(", "), more = LIT("...");
	const struct json *list = json_find(object, key);
	if (!list || list->type != JSON_TYPE_ARRAY)
		return get_words(object, key, a);
	buf_init(&out, OIDC_WORDS_MAX);
	for (size_t i = 0; i < list->n_items; i++) {
		struct bytes item = list->items[i].type == JSON_TYPE_STRING ? list->items[i].string : BYTES("");
		if (!item.size)
			continue;
		bool is_fit = out.size + comma.size + item.size + comma.size + more.size <= OIDC_WORDS_MAX;
		buf_add(&out, out.size ? comma : BYTES(""));
		buf_add(&out, is_fit ? item : more);
		if (!is_fit)
			break;
	}
	return make_words(buf_bytes(&out), a);
}

static struct bytes get_claim(const struct json *payload, enum oidc_claim claim, struct arena *a)
{
	const char *key = oidc_claim_name(claim);
	switch (oidc_claim_kind(claim)) {
	case OIDC_WORDS:
		return get_words(payload, key, a);
	case OIDC_FLAG:
		return get_flag(payload, key);
	case OIDC_LIST:
		return get_list(payload, key, a);
	}
	return (struct bytes){ NULL, 0 };
}

/* Seconds since 1970; some issuers write fractions. 0: none. */
static int64_t get_time(const struct json *object, const char *key)
{
	const double most = 253402300799.0; /* the end of the year 9999 */
	const struct json *value = json_find(object, key);
	if (!value || (value->type != JSON_TYPE_INTEGER && value->type != JSON_TYPE_REAL) ||
	    !(value->real >= 0 && value->real <= most))
		return 0;
	return (int64_t)value->real;
}

enum status oidc_audience_parse(struct bytes text, struct arena *a, struct bytes *ret, struct diag *d)
{
	const struct json *root;
	struct bytes audience;
	enum status s = parse_object(text, a, &root, d);
	if (s == OK)
		s = get_string(root, "audience", &audience, d);
	if (s == OK && !oidc_is_audience(audience))
		s = fail(d, ERR_FORMAT, 0, "its 'audience' is not 1 to %d letters, digits and '._:/-'", OIDC_AUDIENCE_MAX);
	if (s == OK)
		*ret = audience;
	return s;
}

enum status oidc_token_parse(struct bytes text, enum oidc_source source, struct arena *a, struct bytes *ret, struct diag *d)
{
	static const char *const keys[N_OIDC_SOURCES] = {
		[OIDC_VALUE] = "value", [OIDC_TOKEN] = "token", [OIDC_ACCESS] = "access_token", [OIDC_PLAIN] = NULL
	};
	const struct json *root;
	struct bytes token = bytes_trim(text);
	enum status s = keys[source] ? parse_object(text, a, &root, d) : OK;
	if (s == OK && keys[source])
		s = get_string(root, keys[source], &token, d);
	if (s)
		return s;
	/* The words never have a part of it. */
	if (source == OIDC_ACCESS ? !oidc_is_token(token) : !oidc_is_jwt(token))
		return fail(d, ERR_FORMAT, 0, "what it gives is no token of at most %d bytes", OIDC_TOKEN_MAX);
	*ret = token;
	return OK;
}

/* What a server says for people: it may repeat what it was sent. */
static struct oidc_sentence get_sentence(const struct json *object, const char *key, struct hiding *h)
{
	struct bytes text;
	if (json_get_string(object, key, &text, NULL))
		return (struct oidc_sentence){ .is_cut = false };
	text = hide_in_text(h, text);
	struct bytes shown = hide_cut(text, OIDC_WORDS_MAX);
	return (struct oidc_sentence){ make_words(shown, h->arena), shown.size < text.size };
}

static void take_errors(const struct json *root, struct arena *a, struct hiding *h, struct oidc_mint *m)
{
	const struct json *list = json_find(root, "errors");
	for (size_t i = 0; list && list->type == JSON_TYPE_ARRAY && i < list->n_items && m->n_errors < OIDC_ERRORS_MAX; i++) {
		struct bytes code = get_words(&list->items[i], "code", a);
		bool is_word = code.size <= 64;
		for (size_t k = 0; k < code.size; k++)
			is_word &= byte_is_lower(code.data[k]) || code.data[k] == '-';
		m->errors[m->n_errors++] = (struct oidc_error){
			.code = is_word ? code : BYTES(""),
			.description = get_sentence(&list->items[i], "description", h),
		};
	}
}

enum status oidc_mint_parse(struct bytes text, bool is_refusal, struct arena *a, struct oidc_mint *ret, struct diag *d)
{
	const struct json *root;
	struct oidc_mint m = { .n_errors = 0 };
	enum status s = parse_object(text, a, &root, d);
	if (s == OK && !is_refusal)
		s = get_string(root, "token", &m.token, d);
	if (s)
		return s;
	m.expires = get_time(root, "expires");
	if (!is_refusal && !oidc_is_token(m.token))
		return fail(d, ERR_FORMAT, 0, "its 'token' is none of 1 to %d printable bytes", OIDC_TOKEN_MAX);
	if (!is_refusal && m.expires == 0)
		return fail(d, ERR_FORMAT, 0, "its 'expires' is no time");
	if (is_refusal) {
		struct hiding h = { .arena = a };
		m.message = get_sentence(root, "message", &h);
		take_errors(root, a, &h, &m);
	}
	*ret = m;
	return OK;
}

/* RFC 7519 4.1.3: one, or a list. */
static enum status take_audience(const struct json *root, struct arena *a, struct bytes *ret, struct diag *d)
{
	const struct json *aud = json_find(root, "aud");
	*ret = get_words(root, "aud", a);
	if (!aud || aud->type != JSON_TYPE_ARRAY)
		return OK;
	if (aud->n_items != 1 || aud->items[0].type != JSON_TYPE_STRING)
		return fail(d, ERR_FORMAT, 0, "its 'aud' is a list of %zu, where one audience should be", aud->n_items);
	*ret = make_words(aud->items[0].string, a);
	return OK;
}

enum status oidc_claims_parse(struct bytes jwt, struct arena *a, struct oidc_claims *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf payload;
	const struct json *root;
	struct oidc_claims claims = { .expires = 0 };
	struct bytes rest = jwt;
	buf_init(&payload, OIDC_TOKEN_MAX);
	payload.secret = true;
	if (!oidc_is_jwt(jwt))
		return fail(d, ERR_FORMAT, 0, "it is no JWT of at most %d bytes", OIDC_TOKEN_MAX);
	(void)bytes_cut(&rest, '.');
	if (base64_parse(bytes_cut(&rest, '.'), BASE64_URL_NO_PAD, &payload))
		return fail(d, ERR_FORMAT, 0, "its second part is not base64url");
	enum status s = parse_object(buf_bytes(&payload), a, &root, d);
	if (s)
		return s;
	for (size_t i = 0; i < N_CLAIMS; i++)
		claims.values[i] = get_claim(root, (enum oidc_claim)i, a);
	claims.expires = get_time(root, "exp");
	s = take_audience(root, a, &claims.values[CLAIM_AUDIENCE], d);
	if (s == OK)
		*ret = claims;
	return s;
}

#include "python/vectors.h"

#include "format/json.h"
#include "format/json_write.h"
#include "python/metadata.h"
#include "python/name.h"

/* The largest answer is a METADATA's list of requirements, each a little longer than in the question. */
enum { TEXT_MAX = 4 * VECTORS_LINE_MAX };

/* Makes canonical text and puts it as a JSON string. */
#define PUT_TEXT(w, write, thing) \
	do { \
		CLEANUP(buf_done) struct buf text_; \
		buf_init(&text_, TEXT_MAX); \
		write((thing), &text_); \
		json_put_string((w), buf_bytes(&text_)); \
	} while (0)

static enum status answer_version_parse(const struct json *in, struct arena *a, struct json_writer *w, struct diag *d)
{
	struct bytes text;
	struct version v;
	enum status s = json_get_string(in, "v", &text, d);
	if (s == OK)
		s = version_parse(text, a, &v, d);
	if (s == OK)
		PUT_TEXT(w, version_write, &v);
	return s;
}

static enum status answer_version_cmp(const struct json *in, struct arena *a, struct json_writer *w, struct diag *d)
{
	static const char *const keys[] = { "a", "b" };
	struct version v[2];
	for (size_t i = 0; i < 2; i++) {
		struct bytes text;
		enum status s = json_get_string(in, keys[i], &text, d);
		if (s == OK)
			s = version_parse(text, a, &v[i], d);
		if (s != OK)
			return s;
	}
	json_put_integer(w, version_compare(&v[0], &v[1]));
	return OK;
}

static enum status get_specifier(const struct json *in, struct arena *a, struct specifier *ret, struct diag *d)
{
	struct bytes text;
	enum status s = json_get_string(in, "s", &text, d);
	return s == OK ? specifier_parse(text, a, ret, d) : s;
}

static enum status answer_spec_parse(const struct json *in, struct arena *a, struct json_writer *w, struct diag *d)
{
	struct specifier set;
	enum status s = get_specifier(in, a, &set, d);
	if (s == OK)
		PUT_TEXT(w, specifier_write, &set);
	return s;
}

static enum status answer_spec_contains(const struct json *in, struct arena *a, struct json_writer *w, struct diag *d)
{
	struct specifier set;
	struct bytes text;
	struct version v;
	enum status s = get_specifier(in, a, &set, d);
	if (s == OK)
		s = json_get_string(in, "v", &text, d);
	if (s != OK)
		return s;
	bool is_version = version_parse(text, a, &v, NULL) == OK;
	enum specifier_prereleases mode = SPECIFIER_DEFAULT;
	const struct json *prereleases = json_find(in, "prereleases");
	if (prereleases && prereleases->type == JSON_TYPE_BOOLEAN)
		mode = prereleases->boolean ? SPECIFIER_ALLOW : SPECIFIER_DENY;
	json_put_bool(w, specifier_contains(&set, is_version ? &v : NULL, text, mode));
	return OK;
}

static enum status answer_marker_eval(const struct json *in, struct arena *a, struct json_writer *w, struct diag *d)
{
	struct bytes text;
	const struct json *fields;
	const struct marker *m;
	enum status s = json_get_string(in, "m", &text, d);
	if (s == OK)
		s = json_get_object(in, "env", &fields, d);
	if (s == OK)
		s = marker_parse(text, a, &m, d);
	if (s != OK)
		return s;
	struct marker_env env = { 0 };
	for (enum marker_variable v = 0; v < MARKER_N_FIELDS; v++) {
		const struct json *value = json_find(fields, marker_variable_name(v));
		env.field[v] = value ? value->string : BYTES("");
	}
	const struct json *extra = json_find(fields, "extra");
	bool result = false;
	s = marker_evaluate(m, &env, extra ? extra->string : BYTES(""), &result, d);
	if (s == OK)
		json_put_bool(w, result);
	return s;
}

static void put_list(struct json_writer *w, const char *key, const struct bytes *items, size_t n)
{
	json_key(w, key);
	json_array_begin(w);
	for (size_t i = 0; i < n; i++)
		json_put_string(w, items[i]);
	json_array_end(w);
}

static enum status answer_req_parse(const struct json *in, struct arena *a, struct json_writer *w, struct diag *d)
{
	struct bytes text;
	struct requirement r;
	enum status s = json_get_string(in, "r", &text, d);
	if (s == OK)
		s = requirement_parse(text, a, &r, d);
	if (s != OK)
		return s;
	json_object_begin(w);
	json_pair_string(w, "name", r.raw_name);
	put_list(w, "extras", r.extras, r.n_extras);
	json_key(w, "specifier");
	PUT_TEXT(w, specifier_write, &r.specifier);
	json_key(w, "url");
	if (r.url.size > 0)
		json_put_string(w, r.url);
	else
		json_put_null(w);
	json_key(w, "marker");
	if (r.marker)
		PUT_TEXT(w, marker_write, r.marker);
	else
		json_put_null(w);
	json_object_end(w);
	return OK;
}

static enum status answer_name_norm(const struct json *in, struct arena *a, struct json_writer *w, struct diag *d)
{
	struct bytes name;
	enum status s = json_get_string(in, "n", &name, d);
	if (s == OK && !name_is_valid(name))
		s = fail(d, ERR_FORMAT, 0, "not a valid name (PEP 508)");
	if (s == OK)
		json_put_string(w, name_normalize(name, a));
	return s;
}

static int compare_bytes(const void *x, const void *y)
{
	return bytes_compare(*(const struct bytes *)x, *(const struct bytes *)y);
}

static void put_tags(const struct wheel_name *n, struct arena *a, struct json_writer *w)
{
	size_t count = 0;
	struct bytes *tags = ARENA_ARRAY(a, struct bytes, n->n_python * n->n_abi * n->n_platform);
	for (size_t i = 0; i < n->n_python; i++)
		for (size_t j = 0; j < n->n_abi; j++)
			for (size_t k = 0; k < n->n_platform; k++)
				tags[count++] = bytes_of(arena_printf(a, "%.*s-%.*s-%.*s", BYTES_ARG(n->python[i]),
								      BYTES_ARG(n->abi[j]), BYTES_ARG(n->platform[k])));
	qsort(tags, count, sizeof *tags, compare_bytes);
	json_array_begin(w);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || !bytes_equal(tags[i - 1], tags[i]))
			json_put_string(w, tags[i]);
	json_array_end(w);
}

static enum status answer_wheelname(const struct json *in, struct arena *a, struct json_writer *w, struct diag *d)
{
	struct bytes text;
	struct wheel_name n;
	enum status s = json_get_string(in, "f", &text, d);
	if (s == OK)
		s = wheel_name_parse(text, a, &n, d);
	if (s != OK)
		return s;
	json_object_begin(w);
	json_pair_string(w, "name", n.name);
	json_key(w, "version");
	PUT_TEXT(w, version_write, &n.version);
	json_key(w, "build");
	if (n.build_number.size > 0) {
		json_array_begin(w);
		json_put_string(w, n.build_number);
		json_put_string(w, n.build_suffix);
		json_array_end(w);
	} else {
		json_put_null(w);
	}
	json_key(w, "tags");
	put_tags(&n, a, w);
	json_object_end(w);
	return OK;
}

/* What a requirement asks for beyond its name: "clauses; marker". */
static void write_conditions(const struct requirement *r, struct buf *out)
{
	specifier_write(&r->specifier, out);
	if (r->marker) {
		buf_add_string(out, "; ");
		marker_write(r->marker, out);
	}
}

static enum status answer_metadata(const struct json *in, struct arena *a, struct json_writer *w, struct diag *d)
{
	struct bytes text;
	struct metadata m;
	enum status s = json_get_string(in, "text", &text, d);
	if (s == OK)
		s = metadata_parse(text, a, &m, d);
	if (s != OK)
		return s;
	json_object_begin(w);
	json_pair_string(w, "metadata_version", m.metadata_version);
	json_pair_string(w, "name", m.raw_name);
	json_key(w, "version");
	PUT_TEXT(w, version_write, &m.version);
	json_key(w, "requires_dist");
	json_array_begin(w);
	for (size_t i = 0; i < m.n_requires; i++)
		PUT_TEXT(w, write_conditions, &m.requires[i]);
	json_array_end(w);
	json_key(w, "requires_python");
	if (m.has_requires_python)
		PUT_TEXT(w, specifier_write, &m.requires_python);
	else
		json_put_null(w);
	put_list(w, "provides_extra", m.extras, m.n_extras);
	put_list(w, "dynamic", m.dynamic, m.n_dynamic);
	json_object_end(w);
	return OK;
}

static const struct {
	const char *fn;
	enum status (*answer)(const struct json *in, struct arena *a, struct json_writer *w, struct diag *d);
} questions[] = {
	{ "version.parse", answer_version_parse }, { "version.cmp", answer_version_cmp },   { "spec.parse", answer_spec_parse },
	{ "spec.contains", answer_spec_contains }, { "marker.eval", answer_marker_eval },   { "req.parse", answer_req_parse },
	{ "name.norm", answer_name_norm },         { "wheelname.parse", answer_wheelname }, { "metadata.parse", answer_metadata },
};

static enum status answer(struct bytes line, struct arena *a, struct buf *value, struct diag *d)
{
	const struct json *root, *in;
	struct bytes fn;
	if (line.size > VECTORS_LINE_MAX)
		return fail(d, ERR_LIMIT, VECTORS_LINE_MAX, "the question is longer than %d bytes", VECTORS_LINE_MAX);
	enum status s = json_parse(line, a, &root, d);
	if (s == OK)
		s = json_get_string(root, "fn", &fn, d);
	if (s == OK)
		s = json_get_object(root, "in", &in, d);
	if (s != OK)
		return s;
	for (size_t i = 0; i < COUNT(questions); i++) {
		if (bytes_equal(fn, bytes_of(questions[i].fn))) {
			struct json_writer w;
			json_writer_init(&w, value, false);
			s = questions[i].answer(in, a, &w, d);
			return s == OK ? buf_check(value, "the answer", d) : s;
		}
	}
	return fail(d, ERR_FORMAT, 0, "there is no function '%.*s'", BYTES_ARG(bytes_part(fn, 0, 40)));
}

void vectors_answer(struct bytes line, struct arena *a, struct buf *reply)
{
	struct diag d = { 0 };
	CLEANUP(buf_done) struct buf value;
	buf_init(&value, TEXT_MAX);
	if (answer(line, a, &value, &d) == OK) {
		buf_add_string(reply, "{\"ok\":true,\"value\":");
		buf_add(reply, buf_bytes(&value));
	} else {
		buf_add_string(reply, "{\"ok\":false,\"error\":");
		json_write_string(reply, bytes_of(d.text));
	}
	buf_add_byte(reply, '}');
}

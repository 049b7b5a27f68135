/* The model of a wheel, or those of a report, in hwb-parse. */
#include "describe/verbs.h"

#include "base/wire.h"
#include "describe/describe.h"
#include "describe/facts.h"
#include "format/json.h"
#include "redact/hide.h"

/* The largest report that hwb writes. */
enum { REPORT_MAX = 64 << 20 };

static struct bytes hide(void *context, struct bytes text)
{
	return text.size ? hide_in_text(context, text) : text;
}

static enum status put(struct sbom *s, struct arena *a, struct buf *reply, struct diag *d)
{
	struct hiding hiding = { .arena = a };
	if (!name_is_valid(s->name) || !s->version.size)
		return fail(d, ERR_FORMAT, 0, "a document without the name and the version of its wheel");
	sbom_map_texts(s, hide, &hiding);
	sbom_put_record(s, reply);
	return OK;
}

struct request {
	uint32_t kind;
	struct bytes file_name;
	bool is_verified;
	struct zip_limits limits;
};

static enum status describe_wheel(const struct request *r, struct bytes file, struct arena *a, struct buf *reply, struct diag *d)
{
	struct sbom sbom = { .file_name = r->file_name };
	struct wheel wheel;
	enum status s = wheel_open(file, r->file_name, &r->limits, a, &wheel, d);
	if (s == OK)
		s = facts_of_metadata(&wheel, a, &sbom, d);
	if (s == OK)
		s = facts_of_libraries(&wheel, r->is_verified, a, &sbom, d);
	if (s == OK)
		s = facts_of_documents(&wheel, a, &sbom, d);
	if (s)
		return s;
	sbom.timestamp = facts_newest_time(&wheel.zip);
	wire_put_u32(reply, 1);
	return put(&sbom, a, reply, d);
}

static enum status describe_report(struct bytes file, struct arena *a, struct buf *reply, struct diag *d)
{
	CLEANUP(buf_done) struct buf records;
	const struct json *root, *artefacts;
	uint32_t n = 0;
	buf_init(&records, HELPER_REPLY_MAX / 2);
	enum status s = json_parse(file, a, &root, d);
	if (s == OK)
		s = json_get_array(root, "artifacts", &artefacts, d);
	if (s)
		return s == ERR_ABSENT ? fail(d, ERR_FORMAT, 0, "it is no report of a build: it has no artifacts") : s;
	for (JSON_EACH(artefact, artefacts)) {
		const struct json *document = json_find(artefact, "sbom");
		struct sbom sbom;
		if (!document)
			continue;
		s = sbom_read_cyclonedx_tree(document, a, &sbom, d);
		if (s == OK)
			s = put(&sbom, a, &records, d);
		if (s)
			return s;
		n++;
	}
	if (!n)
		return fail(d, ERR_FORMAT, 0, "the report has no wheel with a bill of materials");
	wire_put_u32(reply, n);
	buf_add(reply, buf_bytes(&records));
	return buf_check(&records, "the reply", d);
}

enum status describe_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct request r = { .kind = wire_get_u32(&w), .limits = zip_limits_default() };
	struct hiding hiding = { .arena = call->arena };
	struct bytes file;
	r.file_name = wire_get_bytes(&w);
	r.is_verified = wire_get_u32(&w);
	r.limits.n_members = wire_get_u64(&w);
	uint64_t size_max = wire_get_u64(&w);
	if (size_max > r.limits.total_size)
		r.limits.total_size = size_max;
	enum status s = wire_end(&w, "describe", d);
	if (s == OK && r.kind >= N_DESCRIBE_KINDS)
		s = fail(d, ERR_FORMAT, 0, "no such kind of file");
	if (s == OK)
		s = verb_map(call, 0, r.kind == DESCRIBE_REPORT ? REPORT_MAX : VERB_FILE_MAX, &file, d);
	if (s == OK)
		s = r.kind == DESCRIBE_REPORT ? describe_report(file, call->arena, reply, d)
					      : describe_wheel(&r, file, call->arena, reply, d);
	if (s)
		hide_in_diag(&hiding, d);
	return s;
}

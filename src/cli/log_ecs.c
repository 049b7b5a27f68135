#include "cli/log_ecs.h"

#include "audit/chain.h"
#include "format/json_write.h"
#include "net/url.h"
#include "python/name.h"

/* The first row whose event begins so; ECS allows these categories and types alone. */
static const struct {
	const char *event, *category, *type;
} kinds[] = {
	{ "run.started", "process", "start" },
	{ "run.finished", "process", "end" },
	{ "sandbox.started", "process", "start" },
	{ "sandbox.finished", "process", "end" },
	{ "network.", "network", "connection" },
	{ "dependency.installed", "package", "installation" },
	{ "publish.", "package", "change" },
	{ "credential.", "authentication", "info" },
	{ "policy.", "configuration", "change" },
	{ "artifact.written", "file", "creation" },
	{ "artifact.", "file", "info" },
	{ "source.", "file", "access" },
	{ "scan.", "package", "info" },
	{ "lock.", "package", "info" },
	{ "secret.", "threat", "indicator" },
	{ "build.started", "process", "start" },
	{ "", "process", "info" },
};

/* What an event's name alone says of its outcome; everything else is "unknown", which ECS has for that. */
static const struct {
	const char *end, *outcome;
} outcomes[] = {
	{ ".failed", "failure" },   { ".completed", "success" },  { ".written", "success" }, { ".installed", "success" },
	{ ".created", "success" },  { ".fetched", "success" },    { ".used", "success" },    { ".imported", "success" },
	{ ".repaired", "success" }, { "secret.leak", "failure" },
};

static struct bytes text_of(const struct json *root, const char *key)
{
	struct bytes text;
	return json_get_string(root, key, &text, NULL) == OK ? text : (struct bytes){ NULL, 0 };
}

static void pair(struct json_writer *w, const char *key, struct bytes value)
{
	if (value.data)
		json_pair_string(w, key, value);
}

static void begin(struct json_writer *w, const char *key)
{
	json_key(w, key);
	json_object_begin(w);
}

static void array_of(struct json_writer *w, const char *key, const char *value)
{
	json_key(w, key);
	json_array_begin(w);
	json_put_string(w, bytes_of(value));
	json_array_end(w);
}

static const char *outcome_of(const struct json *root, struct bytes event)
{
	int64_t code;
	bool refused;
	struct bytes outcome = text_of(root, "outcome"), verdict = text_of(root, "verdict");
	if (json_get_integer(root, "exit_code", &code, NULL) == OK)
		return code ? "failure" : "success";
	if (json_get_boolean(root, "refused", &refused, NULL) == OK)
		return refused ? "failure" : "success";
	if (verdict.data)
		return bytes_equal(verdict, BYTES("allowed")) ? "success" : "failure";
	if (outcome.data)
		return bytes_equal(outcome, BYTES("passed"))    ? "success"
		       : bytes_equal(outcome, BYTES("refused")) ? "failure"
								: "unknown";
	for (size_t i = 0; i < COUNT(outcomes); i++)
		if (bytes_ends(event, bytes_of(outcomes[i].end)))
			return outcomes[i].outcome;
	return "unknown";
}

static void put_event(struct json_writer *w, struct bytes line, const struct json *root)
{
	char digest[SHA256_TEXT_SIZE];
	struct sha256 hash = sha256_of(line);
	struct bytes event = text_of(root, "event");
	size_t row = 0;
	int64_t seq;
	while (!bytes_starts(event, bytes_of(kinds[row].event))) /* the last row fits all */
		row++;
	sha256_text(&hash, digest);
	begin(w, "event");
	json_pair_cstring(w, "kind", "event");
	json_pair_cstring(w, "module", "hwb");
	json_pair_cstring(w, "dataset", "hwb.audit");
	json_pair_string(w, "action", event);
	array_of(w, "category", kinds[row].category);
	array_of(w, "type", kinds[row].type);
	json_pair_cstring(w, "outcome", outcome_of(root, event));
	if (json_get_integer(root, "seq", &seq, NULL) == OK)
		json_pair_integer(w, "sequence", seq);
	json_pair_cstring(w, "hash", digest);
	json_object_end(w);
}

/* Of an event about an artefact: "package" and "version" are said, or its file name has them. */
static void put_package(struct json_writer *w, const struct json *root, struct bytes file, struct bytes sha256, struct arena *a)
{
	struct bytes name = text_of(root, "package"), version = text_of(root, "version");
	struct wheel_name wheel;
	bool is_wheel = file.data && wheel_name_parse(file, a, &wheel, NULL) == OK;
	if (!name.data && is_wheel) {
		name = wheel.name;
		version = wheel.raw_version;
	}
	if (!name.data)
		return;
	begin(w, "package");
	json_pair_string(w, "name", name);
	pair(w, "version", version);
	pair(w, "checksum", sha256);
	json_pair_cstring(w, "type", is_wheel ? "wheel" : "python");
	json_object_end(w);
}

static void put_file(struct json_writer *w, const struct json *root, struct bytes file, struct bytes sha256)
{
	int64_t size;
	if (!file.data)
		return;
	begin(w, "file");
	json_pair_string(w, "name", file);
	if (json_get_integer(root, "size", &size, NULL) == OK)
		json_pair_integer(w, "size", size);
	if (sha256.data) {
		begin(w, "hash");
		json_pair_string(w, "sha256", sha256);
		json_object_end(w);
	}
	json_object_end(w);
}

static void put_url(struct json_writer *w, const struct json *root, struct arena *a)
{
	struct bytes text = text_of(root, "registry");
	struct url url;
	if (!text.data)
		text = text_of(root, "url");
	if (!text.data || url_parse(text, a, &url, NULL))
		return;
	begin(w, "url");
	json_pair_string(w, "full", url_for_log(text, a));
	json_pair_cstring(w, "domain", url.host);
	json_object_end(w);
}

/* One name in an object of its own; nothing for an empty one. */
static void put_single(struct json_writer *w, const char *object, const char *key, struct bytes value)
{
	if (!value.data)
		return;
	begin(w, object);
	json_pair_string(w, key, value);
	json_object_end(w);
}

/* As deep as JSON_MAX_DEPTH, which json_parse holds it to. */
static void put_value(struct json_writer *w, const struct json *value)
{
	switch (value->type) {
	case JSON_TYPE_NULL:
		json_put_null(w);
		break;
	case JSON_TYPE_BOOLEAN:
		json_put_bool(w, value->boolean);
		break;
	case JSON_TYPE_INTEGER:
		json_put_integer(w, value->integer);
		break;
	case JSON_TYPE_REAL:
		json_put_real(w, value->real);
		break;
	case JSON_TYPE_STRING:
		json_put_string(w, value->string);
		break;
	case JSON_TYPE_ARRAY:
		json_array_begin(w);
		for (JSON_EACH(item, value))
			put_value(w, item);
		json_array_end(w);
		break;
	case JSON_TYPE_OBJECT:
		json_object_begin(w);
		for (JSON_EACH(item, value)) {
			json_key_bytes(w, value->keys[item - value->items]);
			put_value(w, item);
		}
		json_object_end(w);
		break;
	}
}

void ecs_put(struct bytes line, const struct json *root, struct buf *out)
{
	CLEANUP(arena_done) struct arena a;
	struct json_writer w;
	struct bytes file = text_of(root, "file"), sha256 = text_of(root, "sha256"), error = text_of(root, "error");
	bool is_artefact = bytes_starts(text_of(root, "event"), BYTES("artifact."));
	arena_init(&a);
	if (!file.data && is_artefact)
		file = text_of(root, "name");
	json_writer_init(&w, out, false);
	json_object_begin(&w);
	pair(&w, "@timestamp", text_of(root, "timestamp"));
	put_single(&w, "ecs", "version", BYTES("8.11.0"));
	put_event(&w, line, root);
	put_single(&w, "trace", "id", text_of(root, "run"));
	put_single(&w, "user", "name", text_of(root, "user"));
	put_single(&w, "host", "name", text_of(root, "host"));
	put_package(&w, root, file, sha256, &a);
	put_file(&w, root, file, sha256);
	put_url(&w, root, &a);
	put_single(&w, "error", "message", error.data ? error : text_of(root, "reason"));
	json_key(&w, "hwb");
	put_value(&w, root);
	json_object_end(&w);
}

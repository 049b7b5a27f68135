#include "publish/journal.h"

#include "base/clock.h"
#include "base/encode.h"
#include "format/json.h"
#include "format/json_write.h"
#include "host/file.h"

enum { ENTRY_MAX = 32 << 10 };

static const char *const states[] = { [JOURNAL_INTENT] = "intent", [JOURNAL_RECEIPT] = "receipt" };

enum status journal_open(int home, int *ret_dir, struct diag *d)
{
	enum status s = directory_make(home, "publish", true, ret_dir, d);
	return s ? explain(d, "the journal of uploads") : OK;
}

/* A name for both: file names may be longer than a folder takes, and registries are URLs. */
static void make_name(const char *registry, struct bytes file, char out[SHA256_TEXT_SIZE + 8])
{
	struct sha256_stream stream;
	char text[SHA256_TEXT_SIZE];
	sha256_start(&stream);
	sha256_add(&stream, bytes_of(registry));
	sha256_add(&stream, bytes_make("", 1));
	sha256_add(&stream, file);
	struct sha256 digest = sha256_end(&stream);
	sha256_text(&digest, text);
	(void)snprintf(out, SHA256_TEXT_SIZE + 8, "%s.json", text);
}

static enum status take(const struct json *root, struct arena *a, struct journal_entry *e, struct diag *d)
{
	struct bytes state, digest, run;
	enum status s = json_get_string(root, "state", &state, d);
	if (s == OK)
		s = json_get_string(root, "sha256", &digest, d);
	if (s == OK)
		s = json_get_string(root, "run", &run, d);
	if (s || sha256_parse(digest, &e->digest))
		return fail(d, ERR_FORMAT, 0, "it is no entry of the journal");
	e->run = arena_string(a, run);
	for (size_t i = JOURNAL_INTENT; i < COUNT(states); i++)
		if (bytes_equal(state, bytes_of(states[i])))
			e->state = (enum journal_state)i;
	return e->state ? OK : fail(d, ERR_FORMAT, 0, "it is in no state that is known");
}

enum status journal_read(int dir, const char *registry, struct bytes file, struct arena *a, struct journal_entry *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	char name[SHA256_TEXT_SIZE + 8];
	const struct json *root;
	struct journal_entry e = { .registry = registry, .file = file, .run = "" };
	buf_init(&text, ENTRY_MAX);
	make_name(registry, file, name);
	enum status s = file_read(dir, name, &text, d);
	if (s == OK)
		s = json_parse(buf_bytes(&text), a, &root, d);
	if (s == OK)
		s = take(root, a, &e, d);
	if (s && s != ERR_ABSENT) {
		(void)explain(d, "the journal of uploads, '%s'", name);
		return remedy(d, "look whether the registry has '%.*s', and remove that file from HWB_HOME/publish", BYTES_ARG(file));
	}
	*ret = e;
	return OK; /* also when there is none */
}

enum status journal_write(int dir, const struct journal_entry *e, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	char name[SHA256_TEXT_SIZE + 8], digest[SHA256_TEXT_SIZE], now[CLOCK_TEXT_SIZE];
	struct json_writer w;
	buf_init(&text, ENTRY_MAX);
	make_name(e->registry, e->file, name);
	sha256_text(&e->digest, digest);
	clock_text_now(now);
	json_writer_init(&w, &text, false);
	json_object_begin(&w);
	json_pair_cstring(&w, "state", states[e->state]);
	json_pair_cstring(&w, "registry", e->registry);
	json_pair_string(&w, "file", e->file);
	json_pair_cstring(&w, "sha256", digest);
	json_pair_cstring(&w, "run", e->run);
	json_pair_cstring(&w, "time", now);
	json_object_end(&w);
	buf_add_byte(&text, '\n');
	enum status s = text.full ? fail(d, ERR_IO, 0, "an entry is too long")
				  : file_replace(dir, name, buf_bytes(&text), 0600, e->state == JOURNAL_INTENT, d);
	return s ? explain(d, "the journal of uploads") : OK;
}

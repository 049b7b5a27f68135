#include "audit/view.h"

#include <errno.h>
#include <fcntl.h>

#include "audit/chain.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "format/json_write.h"
#include "host/file.h"

/* What every event has, and a line for people does not say again. */
static bool is_common(struct bytes key)
{
	static const char *const common[] = { "timestamp",   "event", "seq",  "prev", "run",
					      "environment", "image", "user", "host", "isolation" };
	for (size_t i = 0; i < COUNT(common); i++)
		if (bytes_equal(key, bytes_of(common[i])))
			return true;
	return false;
}

static void put_field(struct bytes key, const struct json *value, struct buf *out)
{
	/* Strings as JSON: a line stays a line, whoever wrote the words. */
	if (value->type == JSON_TYPE_STRING) {
		buf_printf(out, " %.*s=", BYTES_ARG(key));
		json_write_string(out, bytes_part(value->string, 0, 200));
	} else if (value->type == JSON_TYPE_INTEGER)
		buf_printf(out, " %.*s=%lld", BYTES_ARG(key), (long long)value->integer);
	else if (value->type == JSON_TYPE_BOOLEAN)
		buf_printf(out, " %.*s=%s", BYTES_ARG(key), value->boolean ? "true" : "false");
	else if (value->type == JSON_TYPE_ARRAY)
		buf_printf(out, " %.*s=[%zu]", BYTES_ARG(key), value->n_items);
}

bool view_put(const struct json *root, struct buf *out)
{
	struct bytes timestamp, event, run;
	if (json_get_string(root, "timestamp", &timestamp, NULL) || json_get_string(root, "event", &event, NULL) ||
	    json_get_string(root, "run", &run, NULL))
		return false;
	buf_printf(out, "%.*s %-20.*s %.*s", BYTES_ARG(timestamp), BYTES_ARG(event), BYTES_ARG(bytes_part(run, 0, 8)));
	for (JSON_EACH(item, root)) {
		struct bytes key = root->keys[item - root->items];
		if (!is_common(key))
			put_field(key, item, out);
	}
	return true;
}

bool view_is_publishing(const char *event, struct bytes fields)
{
	if (bytes_starts(bytes_of(event), BYTES("publish.")))
		return true;
	/* The credential of an index is used by every build that needs it, and has no registry. */
	return strcmp(event, "credential.used") == 0 && bytes_search(fields, BYTES("\"registry\":")) < fields.size;
}

enum status view_append(int dir, const char *timestamp, struct bytes line, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text;
	const struct json *root;
	char name[32];
	arena_init(&a);
	buf_init(&text, 2 * AUDIT_LINE_MAX);
	if (json_parse(line, &a, &root, NULL) || !view_put(root, &text))
		return fail(d, ERR_LOG, 0, "an event of publishing cannot be read back");
	buf_add_byte(&text, '\n');
	(void)snprintf(name, sizeof name, "publish-%.10s.log", timestamp);
	CLEANUP(fd_close) int fd = openat(dir, name, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(d, ERR_LOG, 0, "open '%s': %s", name, strerror(errno));
	return fd_write_all(fd, buf_bytes(&text), d) ? recode(d, ERR_LOG) : OK;
}

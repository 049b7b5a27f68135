/* The "zip-list" verb: the members of an archive as our reader sees them, a JSON object a line; for `hwb debug zip-list`. */
#include "check/verbs.h"
#include "format/json_write.h"
#include "format/zip.h"

static void put_entry(const struct zip_entry *e, struct buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, false);
	json_object_begin(&w);
	json_pair_string(&w, "name", e->name);
	json_pair_unsigned(&w, "method", e->method);
	json_pair_unsigned(&w, "size", e->size);
	json_pair_unsigned(&w, "packed_size", e->packed_size);
	json_pair_unsigned(&w, "crc32", e->crc32);
	json_pair_unsigned(&w, "mode", e->unix_mode);
	json_object_end(&w);
	buf_add_byte(out, '\n');
}

enum status zip_list_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct zip_limits limits = zip_limits_default();
	struct zip zip;
	struct bytes file;
	enum status s = verb_map(call, 0, VERB_FILE_MAX, &file, d);
	if (s == OK)
		s = zip_open(file, &limits, call->arena, &zip, d);
	for (size_t i = 0; s == OK && i < zip.n_entries; i++)
		put_entry(&zip.entries[i], reply);
	return s;
}

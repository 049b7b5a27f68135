/* The B and S09 checks of one wheel on their own, for tests/wheels/policy.py and by hand: binaries-of WHEEL [NAME].
 * NAME: the file name whose tags count, when not the file's own. A JSON object a line: id, path, message. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fd.h"
#include "check/binaries.h"
#include "check/pyc.h"
#include "format/json_write.h"
#include "format/zip.h"
#include "host/file.h"

enum { MEMBER_MAX = 1 << 30 };

static void put(void *context, const char *id, struct bytes path, const char *sentence)
{
	struct json_writer w;
	struct buf *out = context;
	json_writer_init(&w, out, false);
	json_object_begin(&w);
	json_pair_cstring(&w, "id", id);
	json_pair_string(&w, "path", path);
	json_pair_cstring(&w, "message", sentence);
	json_object_end(&w);
	buf_add_byte(out, '\n');
}

static struct bytes data_folder(const struct zip *zip)
{
	for (size_t i = 0; i < zip->n_entries; i++) {
		struct bytes top = bytes_part(zip->entries[i].name, 0, bytes_find(zip->entries[i].name, '/'));
		if (bytes_ends(top, BYTES(".data")))
			return top;
	}
	return (struct bytes){ NULL, 0 };
}

static bool is_pure(const struct zip *zip)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, 1 << 20);
	for (size_t i = 0; i < zip->n_entries; i++)
		if (bytes_ends(zip->entries[i].name, BYTES(".dist-info/WHEEL")))
			(void)!zip_read(zip, &zip->entries[i], &text, NULL);
	struct bytes key = BYTES("Root-Is-Purelib: true");
	return bytes_search(buf_bytes(&text), key) < text.size;
}

enum pass { PASS_COMPILED, PASS_ALL };

static enum status check_members(const struct zip *zip, struct binaries *b, struct pyc_check *p, enum pass pass, struct diag *d)
{
	for (size_t i = 0; i < zip->n_entries; i++) {
		const struct zip_entry *e = &zip->entries[i];
		CLEANUP(buf_done) struct buf content;
		if (e->is_dir || (pass == PASS_COMPILED && !bytes_ends(e->name, BYTES(".pyc"))))
			continue;
		buf_init(&content, MEMBER_MAX);
		enum status s = zip_read(zip, e, &content, d);
		if (s)
			return s;
		if (pass == PASS_COMPILED) {
			pyc_member(p, e->name, buf_bytes(&content));
			continue;
		}
		binaries_member(b, e->name, buf_bytes(&content));
		if (pyc_wants(p, e->name))
			pyc_source(p, e->name, buf_bytes(&content));
	}
	return OK;
}

static enum status check_wheel(const char *path, struct bytes name, struct buf *out, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf file;
	struct zip_limits limits = zip_limits_default();
	struct wheel_name parsed;
	struct zip zip;
	arena_init(&a);
	buf_init(&file, MEMBER_MAX);
	enum status s = file_read(AT_FDCWD, path, &file, d);
	if (s == OK)
		s = wheel_name_parse(name, &a, &parsed, d);
	if (s == OK)
		s = zip_open(buf_bytes(&file), &limits, &a, &zip, d);
	if (s)
		return s;
	struct binaries_request request = { .name = &parsed, .data_folder = data_folder(&zip), .root_is_purelib = is_pure(&zip) };
	struct binaries *b = binaries_new(&request, put, out, &a);
	struct pyc_check *p = pyc_new(&parsed, put, out, &a);
	s = check_members(&zip, b, p, PASS_COMPILED, d);
	if (s == OK)
		s = check_members(&zip, b, p, PASS_ALL, d);
	binaries_finish(b);
	pyc_finish(p);
	return s;
}

int main(int argc, char **argv)
{
	CLEANUP(buf_done) struct buf out;
	struct diag d = { 0 };
	if (argc < 2)
		return 2;
	struct bytes path = bytes_of(argv[1]);
	size_t slash = bytes_find_last(path, '/');
	struct bytes name = argc > 2 ? bytes_of(argv[2]) : slash < path.size ? bytes_from(path, slash + 1) : path;
	buf_init(&out, 64 << 20);
	enum status s = check_wheel(argv[1], name, &out, &d);
	if (fd_write_all(1, buf_bytes(&out), NULL) || s) {
		(void)fprintf(stderr, "%s\n", d.text);
		return 10;
	}
	return 0;
}

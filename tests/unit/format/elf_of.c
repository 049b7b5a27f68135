/* One ELF file as our reader sees it, for tests/unit/format/readelf.py and by hand: elf-of FILE... Lines of JSON: for each file
 * one object of the file, then one for each dynamic symbol. */
#include <fcntl.h>
#include <stdio.h>

#include "base/fd.h"
#include "format/elf.h"
#include "format/json_write.h"
#include "host/file.h"

enum { FILE_MAX = 1 << 30 };

static void put_file(const struct elf *e, const char *path, struct buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, false);
	json_object_begin(&w);
	json_pair_cstring(&w, "file", path);
	json_pair_unsigned(&w, "class", e->is_64 ? 64 : 32);
	json_pair_bool(&w, "big", e->is_big);
	json_pair_unsigned(&w, "type", e->type);
	json_pair_unsigned(&w, "machine", e->machine);
	json_pair_string(&w, "interpreter", e->interpreter);
	json_pair_string(&w, "soname", e->soname);
	json_pair_string(&w, "rpath", e->rpath);
	json_pair_string(&w, "runpath", e->runpath);
	json_pair_bool(&w, "textrel", e->has_text_relocations);
	json_pair_bool(&w, "now", e->is_bound_now);
	json_pair_bool(&w, "pie", e->is_pie);
	json_pair_bool(&w, "relro", e->has_relro);
	json_pair_bool(&w, "stack", e->is_stack_executable);
	json_pair_unsigned(&w, "symbols", e->n_symbols);
	json_key(&w, "needed");
	json_array_begin(&w);
	for (size_t i = 0; i < e->n_needed; i++)
		json_put_string(&w, e->needed[i]);
	json_array_end(&w);
	json_key(&w, "versions");
	json_array_begin(&w);
	for (size_t i = 0; i < e->n_versions; i++) {
		json_array_begin(&w);
		json_put_string(&w, e->versions[i].file);
		json_put_string(&w, e->versions[i].name);
		json_array_end(&w);
	}
	json_array_end(&w);
	json_object_end(&w);
	buf_add_byte(out, '\n');
}

static void put_symbol(const struct elf_symbol *s, struct buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, false);
	json_object_begin(&w);
	json_pair_string(&w, "name", s->name);
	json_pair_unsigned(&w, "bind", s->bind);
	json_pair_unsigned(&w, "kind", s->kind);
	json_pair_unsigned(&w, "visibility", s->visibility);
	json_pair_bool(&w, "undefined", s->is_undefined);
	json_pair_string(&w, "version", s->version ? s->version->name : (struct bytes){ NULL, 0 });
	json_object_end(&w);
	buf_add_byte(out, '\n');
}

static enum status put_all(const char *path, struct buf *out, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf file;
	struct elf e;
	struct elf_symbol symbol;
	arena_init(&a);
	buf_init(&file, FILE_MAX);
	enum status s = file_read(AT_FDCWD, path, &file, d);
	if (s == OK)
		s = elf_open(buf_bytes(&file), &a, &e, d);
	if (s)
		return s;
	put_file(&e, path, out);
	struct elf_symbols it = elf_symbols_start(&e);
	while ((s = elf_symbols_next(&it, &symbol, d)) == OK)
		put_symbol(&symbol, out);
	return s == ERR_ABSENT ? OK : s;
}

int main(int argc, char **argv)
{
	int failed = 0;
	for (int i = 1; i < argc; i++) {
		CLEANUP(buf_done) struct buf out;
		struct diag d = { 0 };
		buf_init(&out, FILE_MAX);
		if (put_all(argv[i], &out, &d)) {
			(void)fprintf(stderr, "%s: %s\n", argv[i], d.text);
			failed = 1;
			continue;
		}
		if (fd_write_all(1, buf_bytes(&out), NULL))
			return 2;
	}
	return failed;
}

/* Where the modules of a wheel come from: byte for byte out of the source, or made by the build (S16), and SBOM files (M08). */
#include <stdlib.h>

#include "check/checking.h"
#include "format/deflate.h"
#include "format/json.h"
#include "format/snapshot.h"

struct source_file {
	uint32_t crc32;
	struct bytes content;
};

static int compare(const void *a, const void *b)
{
	const struct source_file *x = a, *y = b;
	if (x->crc32 != y->crc32)
		return x->crc32 < y->crc32 ? -1 : 1;
	return x->content.size < y->content.size ? -1 : x->content.size > y->content.size;
}

void check_read_source(struct checking *c, struct bytes snapshot)
{
	struct snapshot_reader r;
	struct snapshot_entry e;
	if (snapshot_open(snapshot, &r, NULL))
		return;
	while (snapshot_next(&r, &e, NULL) == OK) {
		if (e.type == 'd' || e.type == 'l')
			continue;
		c->source_files = arena_grow(c->arena, c->source_files, c->n_source_files, sizeof *c->source_files);
		c->source_files[c->n_source_files++] = (struct source_file){ crc32_update(0, e.content), e.content };
		if (bytes_equal(e.path, BYTES("PKG-INFO")) && !c->pkg_info.size)
			c->pkg_info = bytes_part(e.content, 0, METADATA_SIZE_MAX);
	}
	if (c->n_source_files)
		qsort(c->source_files, c->n_source_files, sizeof *c->source_files, compare);
}

/* A CRC is no proof: of those that have the same one the bytes are compared. */
static bool is_in_source(const struct checking *c, const struct zip_entry *e, struct bytes content)
{
	struct source_file key = { e->crc32, content };
	size_t low = 0, high = c->n_source_files;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare(&c->source_files[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < c->n_source_files && compare(&c->source_files[low], &key) == 0; low++)
		if (bytes_equal(c->source_files[low].content, content))
			return true;
	return false;
}

static void check_sbom(struct checking *c, const struct zip_entry *e, struct bytes content)
{
	CLEANUP(arena_done) struct arena scratch;
	const struct json *root;
	struct diag d = { 0 };
	arena_init(&scratch);
	if (bytes_ends(e->name, BYTES(".json"))) {
		if (json_parse(content, &scratch, &root, &d))
			(void)finding_add(&c->findings, "M08", e->name, "%s", d.text);
	} else if (!bytes_ends(e->name, BYTES(".xml")) && !bytes_ends(e->name, BYTES(".spdx"))) {
		(void)finding_add(&c->findings, "M08", e->name, "it is neither JSON nor XML");
	} else if (bytes_ends(e->name, BYTES(".xml")) && (!bytes_is_utf8(content) || !bytes_starts(bytes_trim(content), BYTES("<")))) {
		(void)finding_add(&c->findings, "M08", e->name, "it is no XML");
	}
}

void check_origin(struct checking *c, const struct zip_entry *e, struct bytes content)
{
	bool in_info = bytes_starts(e->name, c->wheel.dist_info) &&
		       bytes_starts(bytes_from(e->name, c->wheel.dist_info.size), BYTES("/"));
	if (in_info) {
		if (bytes_starts(bytes_from(e->name, c->wheel.dist_info.size), BYTES("/sboms/")) && !e->is_dir)
			check_sbom(c, e, content);
		return;
	}
	if (c->n_source_files && content.size && bytes_ends(e->name, BYTES(".py")) && !is_in_source(c, e, content))
		(void)finding_add(&c->findings, "S16", e->name,
				  "no file of the source has this content: the build made or changed it");
}

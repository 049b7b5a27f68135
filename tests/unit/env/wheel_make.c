#include "wheel_make.h"

#include "base/encode.h"
#include "crypto/digest.h"
#include "format/deflate.h"
#include "harness.h"

static void put(struct buf *out, uint64_t n, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		buf_add_byte(out, (unsigned char)(n >> (8 * i) & 255));
}

struct archive {
	struct buf *out, directory;
	struct deflater *deflater;
	uint32_t dos_time;
	size_t n, start;
};

static void add(struct archive *a, const struct made_member *m)
{
	struct bytes name = bytes_of(m->name), content = bytes_of(m->content), data = content;
	CLEANUP(buf_done) struct buf packed;
	uint32_t crc = crc32_update(0, content) + m->crc_add;
	uint64_t offset = a->out->size - a->start;
	buf_init(&packed, 1 << 20);
	unsigned method = a->deflater && deflate_whole(a->deflater, content, content.size, &packed) ? 8 : 0;
	if (method)
		data = buf_bytes(&packed);
	put(a->out, 0x04034b50, 4);
	put(a->out, 20, 2);
	put(a->out, 0, 2);
	put(a->out, method, 2);
	put(a->out, a->dos_time, 4);
	put(a->out, crc, 4);
	put(a->out, data.size, 4);
	put(a->out, content.size, 4);
	put(a->out, name.size, 4);
	buf_add(a->out, name);
	buf_add(a->out, data);
	put(&a->directory, 0x02014b50, 4);
	put(&a->directory, 0x0314, 2);
	put(&a->directory, 20, 2);
	put(&a->directory, 0, 2);
	put(&a->directory, method, 2);
	put(&a->directory, a->dos_time, 4);
	put(&a->directory, crc, 4);
	put(&a->directory, data.size, 4);
	put(&a->directory, content.size, 4);
	put(&a->directory, name.size, 4);
	put(&a->directory, 0, 6);
	put(&a->directory, (uint64_t)(m->mode ? m->mode : 0100644) << 16 | (bytes_ends(name, BYTES("/")) ? 16U : 0U), 4);
	put(&a->directory, offset, 4);
	buf_add(&a->directory, name);
	a->n++;
}

static void write_record(const struct made_wheel *w, const char *own_name, struct buf *out)
{
	for (size_t i = 0; i < MADE_MEMBERS_MAX && w->members[i].name; i++) {
		const struct made_member *m = &w->members[i];
		struct sha256 h = sha256_of(bytes_of(m->content));
		if (m->record && m->record[0])
			buf_printf(out, "%s\n", m->record);
		if (m->record || bytes_ends(bytes_of(m->name), BYTES("/")))
			continue;
		buf_printf(out, "%s,sha256=", m->name);
		base64_write(bytes_make(h.bytes, sizeof h.bytes), BASE64_URL_NO_PAD, out);
		buf_printf(out, ",%zu\n", m->content ? strlen(m->content) : 0);
	}
	buf_add_string(out, w->record_more ? w->record_more : "");
	buf_printf(out, "%s,,\n", own_name);
}

void wheel_make(const struct made_wheel *w, struct buf *out)
{
	CLEANUP(buf_done) struct buf record;
	const char *record_name = w->record_name ? w->record_name : MADE_INFO "RECORD";
	struct archive a = { .out = out, .dos_time = w->dos_time ? w->dos_time : 0x00210000, .start = out->size };
	struct made_member all[MADE_MEMBERS_MAX + 1] = { { 0 } };
	size_t n = 0;
	buf_init(&record, 1 << 20);
	buf_init(&a.directory, 1 << 20);
	if (w->deflated)
		a.deflater = deflater_new(9);
	write_record(w, record_name, &record);
	while (n < MADE_MEMBERS_MAX && w->members[n].name) {
		all[n] = w->members[n];
		n++;
	}
	if (record_name[0])
		all[n++] = (struct made_member){ .name = record_name, .content = w->own_record ? w->own_record : buf_string(&record) };
	for (size_t i = 0; i < n; i++)
		add(&a, &all[w->reversed ? n - 1 - i : i]);
	size_t directory = out->size - a.start;
	buf_add(out, buf_bytes(&a.directory));
	put(out, 0x06054b50, 4);
	put(out, 0, 4);
	put(out, a.n, 2);
	put(out, a.n, 2);
	put(out, a.directory.size, 4);
	put(out, directory, 4);
	put(out, 0, 2);
	buf_done(&a.directory);
	if (a.deflater)
		deflater_free(a.deflater);
	CHECK(!out->full);
}

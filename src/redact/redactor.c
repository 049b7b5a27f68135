#include "redact/redactor.h"

#include "base/cleanup.h"

/* A value of six bytes becomes a mask of sixteen, and that may be hidden with its line: never longer. */
enum { PIECE = 256 << 10, GROWTH = 4, PENDING_MAX = GROWTH * (PIECE + SECRET_WINDOW) + (1 << 20) };

void redactor_init(struct redactor *r, const struct known *known, struct secret_scanner *scanner)
{
	*r = (struct redactor){ .walk = { .scanner = scanner } };
	known_stream_init(&r->known, known);
	buf_init(&r->pending, PENDING_MAX);
	r->pending.secret = true;
}

void redactor_done(struct redactor *r)
{
	buf_done(&r->pending);
}

size_t redactor_room(size_t piece_size)
{
	return GROWTH * (piece_size + PENDING_MAX);
}

struct looking {
	struct redactor *redactor;
	struct secret_masking masking;
};

static void put_mask(void *context, const struct secret_span *span)
{
	struct looking *l = context;
	secret_mask(&l->masking, span);
	if (!span->continues)
		l->redactor->hits[span->rule]++;
}

static void look(struct redactor *r, bool is_last, struct buf *out)
{
	struct bytes text = buf_bytes(&r->pending);
	struct looking l = { r, { text, 0, out } };
	size_t done = secret_walk(&r->walk, text, is_last, put_mask, &l);
	secret_mask_rest(&l.masking, done);
	struct bytes rest = bytes_from(text, done);
	if (!done)
		return;
	memmove(r->pending.data, rest.data, rest.size);
	r->pending.size = rest.size;
}

void redactor_add(struct redactor *r, struct bytes piece, struct buf *out)
{
	for (; piece.size; piece = bytes_from(piece, PIECE)) {
		size_t before = r->pending.size;
		known_stream_add(&r->known, bytes_part(piece, 0, PIECE), &r->pending);
		struct bytes fresh = bytes_from(buf_bytes(&r->pending), before);
		/* Without a newline there is nothing new to see until the line is as long as a window. */
		if (bytes_find(fresh, '\n') < fresh.size || r->pending.size >= SECRET_WINDOW)
			look(r, false, out);
	}
	r->hits[SECRET_RULE_KNOWN] += r->known.n_masks;
	r->known.n_masks = 0;
}

void redactor_end(struct redactor *r, struct buf *out)
{
	known_stream_end(&r->known, &r->pending);
	look(r, true, out);
	r->hits[SECRET_RULE_KNOWN] += r->known.n_masks;
	r->known.n_masks = 0;
	r->walk = (struct secret_walk){ .scanner = r->walk.scanner };
}

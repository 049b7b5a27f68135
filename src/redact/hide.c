#include "redact/hide.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "redact/mask.h"
#include "redact/secrets.h"

static bool is_of_word(unsigned char c)
{
	return byte_is_alnum(c) || strchr("_-.+=", c);
}

struct bytes hide_cut(struct bytes text, size_t max)
{
	struct bytes head = bytes_part(text, 0, max);
	if (head.size == text.size)
		return head;
	while (head.size && is_of_word(head.data[head.size - 1]) && is_of_word(text.data[head.size]))
		head.size--;
	return head;
}

struct bytes hide_in_text(struct hiding *h, struct bytes text)
{
	CLEANUP(buf_done) struct buf out;
	struct secret_masking m = { text, 0, &out };
	if (!text.size)
		return text;
	if (!h->scanner)
		h->scanner = secret_scanner_new(h->arena, false, NULL);
	buf_init(&out, (text.size + 1) * (MASK_SIZE_MAX + 1));
	secret_find(h->scanner, text, secret_mask, &m);
	if (!m.written)
		return text;
	secret_mask_rest(&m, text.size);
	return arena_copy(h->arena, buf_bytes(&out));
}

void hide_in_findings(struct hiding *h, struct finding_list *list)
{
	for (size_t i = 0; i < list->n_items; i++) {
		struct finding *f = &list->items[i];
		struct bytes evidence = hide_in_text(h, f->evidence);
		f->path = hide_in_text(h, f->path);
		f->message = hide_in_text(h, f->message);
		if (evidence.data != f->evidence.data)
			f->evidence_column = 0; /* it counts in what was there before */
		f->evidence = evidence;
	}
}

void hide_in_diag(struct hiding *h, struct diag *d)
{
	if (!d)
		return;
	struct bytes text = hide_in_text(h, bytes_of(d->text));
	(void)snprintf(d->text, sizeof d->text, "%s", arena_string(h->arena, text));
}

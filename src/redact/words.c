#include "redact/words.h"

#include "redact/known.h"

struct bytes words_hide(const struct run_context *run, struct bytes text, bool is_cut, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	if (!run->known)
		return text;
	buf_init(&out, (text.size + 1) * MASK_SIZE_MAX);
	if (is_cut)
		known_redact_cut(run->known, text, &out);
	else
		known_redact(run->known, text, &out);
	return arena_copy(a, buf_bytes(&out));
}

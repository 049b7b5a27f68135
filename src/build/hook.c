#include "build/hook.h"

#include "base/wire.h"

static enum status check_shape(const struct hook_answer *answer, struct diag *d)
{
	static const struct {
		size_t least, most;
	} counts[] = {
		[HOOK_NAME] = { 1, 1 },
		[HOOK_LIST] = { 0, HOOK_STRINGS_MAX },
		[HOOK_ABSENT] = { 0, 0 },
		[HOOK_ERROR] = { 2, 2 },
	};
	if (answer->kind < HOOK_NAME || answer->kind > HOOK_ERROR)
		return fail(d, ERR_BACKEND, 0, "the hook's answer is of no known kind");
	if (answer->n_strings < counts[answer->kind].least || answer->n_strings > counts[answer->kind].most)
		return fail(d, ERR_BACKEND, 0, "the hook's answer has the wrong number of values");
	return OK;
}

enum status hook_answer_parse(struct bytes packet, struct arena *a, struct hook_answer *ret, struct diag *d)
{
	struct wire w = wire_over(packet);
	struct hook_answer answer = { .kind = (enum hook_kind)wire_get_u32(&w) };
	answer.n_strings = wire_get_count(&w, 4);
	enum status s = packet.size > HOOK_PACKET_MAX ? ERR_LIMIT : check_shape(&answer, d);
	if (s)
		return s == ERR_LIMIT ? fail(d, ERR_BACKEND, 0, "the hook's answer is too long") : s;
	answer.strings = ARENA_ARRAY(a, struct bytes, answer.n_strings);
	for (size_t i = 0; i < answer.n_strings; i++) {
		answer.strings[i] = arena_copy(a, wire_get_bytes(&w));
		/* An error's words may hold anything: they are escaped on their way out. */
		if (answer.kind != HOOK_ERROR && !bytes_is_utf8(answer.strings[i]))
			return fail(d, ERR_BACKEND, 0, "the hook's answer is not UTF-8");
	}
	if (wire_end(&w, "hook answer", d))
		return fail(d, ERR_BACKEND, 0, "the hook's answer is malformed");
	*ret = answer;
	return OK;
}

static void put_strings(struct buf *b, const char *const *strings, size_t n)
{
	for (size_t i = 0; i < n; i++)
		wire_put_string(b, strings[i]);
}

void hook_request_start(const char *backend, const char *const *paths, size_t n_paths, const char *const *preload, size_t n_preload,
			struct buf *b)
{
	char count[24];
	(void)snprintf(count, sizeof count, "%zu", n_paths);
	buf_clear(b);
	wire_put_u32(b, (uint32_t)(3 + n_paths + n_preload));
	wire_put_string(b, "start");
	wire_put_string(b, backend);
	wire_put_string(b, count);
	put_strings(b, paths, n_paths);
	put_strings(b, preload, n_preload);
}

void hook_request_call(const char *hook, bool in_fork, const char *directory, const char *const *settings, size_t n_settings,
		       struct buf *b)
{
	buf_clear(b);
	wire_put_u32(b, (uint32_t)(4 + 2 * n_settings));
	wire_put_string(b, "call");
	wire_put_string(b, in_fork ? "fork" : "last");
	wire_put_string(b, hook);
	wire_put_string(b, directory);
	put_strings(b, settings, 2 * n_settings);
}

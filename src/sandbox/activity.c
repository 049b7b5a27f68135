#include "sandbox/activity.h"

#include "system_call_names.h"

void activity_init(struct activity *act, struct arena *a)
{
	*act = (struct activity){ .arena = a };
}

static bool same_program(const struct activity_program *p, const struct activity_program *q)
{
	if (!bytes_equal(p->path, q->path) || p->n_args != q->n_args || p->is_cut != q->is_cut)
		return false;
	for (size_t i = 0; i < p->n_args; i++)
		if (!bytes_equal(p->args[i], q->args[i]))
			return false;
	return true;
}

static void keep_program(struct activity *act, const struct activity_program *program)
{
	act->n_started += program->n_times;
	for (size_t i = 0; i < act->n_programs; i++)
		if (same_program(&act->programs[i], program)) {
			act->programs[i].n_times += program->n_times;
			return;
		}
	if (act->n_programs == ACTIVITY_KEPT)
		return;
	struct activity_program kept = *program;
	kept.path = arena_copy(act->arena, program->path);
	kept.args = ARENA_ARRAY(act->arena, struct bytes, program->n_args + 1);
	for (size_t i = 0; i < program->n_args; i++)
		kept.args[i] = arena_copy(act->arena, program->args[i]);
	act->programs = arena_grow(act->arena, act->programs, act->n_programs, sizeof *act->programs);
	act->programs[act->n_programs++] = kept;
}

static void keep_attempt(struct activity *act, const struct activity_attempt *attempt)
{
	act->n_tried += attempt->n_times;
	for (size_t i = 0; i < act->n_attempts; i++) {
		struct activity_attempt *old = &act->attempts[i];
		if (old->way == attempt->way && old->port == attempt->port && bytes_equal(old->host, attempt->host)) {
			old->n_times += attempt->n_times;
			return;
		}
	}
	if (act->n_attempts == ACTIVITY_KEPT)
		return;
	struct activity_attempt kept = *attempt;
	kept.host = arena_copy(act->arena, attempt->host);
	act->attempts = arena_grow(act->arena, act->attempts, act->n_attempts, sizeof *act->attempts);
	act->attempts[act->n_attempts++] = kept;
}

static const char *call_name(unsigned number)
{
	for (size_t i = 0; i < COUNT(system_calls); i++)
		if (system_calls[i].number == number)
			return system_calls[i].name;
	return "unknown";
}

static void keep_call(struct activity *act, unsigned number, uint64_t n_times)
{
	for (size_t i = 0; i < act->n_calls; i++)
		if (act->calls[i].number == number) {
			act->calls[i].n_times += n_times;
			return;
		}
	if (act->n_calls == ACTIVITY_CALLS)
		return;
	act->calls = arena_grow(act->arena, act->calls, act->n_calls, sizeof *act->calls);
	act->calls[act->n_calls++] = (struct activity_call){ call_name(number), number, n_times };
}

static void take_program(struct activity *act, struct wire *w)
{
	struct bytes args[ACTIVITY_ARGS_MAX];
	struct activity_program program = { .path = wire_get_bytes(w), .args = args, .n_times = 1 };
	program.is_cut = wire_get_u32(w) != 0;
	program.n_args = wire_get_count(w, 4);
	for (size_t i = 0; i < program.n_args && i < ACTIVITY_ARGS_MAX; i++)
		args[i] = wire_get_bytes(w);
	if (program.n_args <= ACTIVITY_ARGS_MAX && wire_end(w, "program", NULL) == OK)
		keep_program(act, &program);
}

static void take_attempt(struct activity *act, enum activity_way way, struct wire *w)
{
	struct activity_attempt attempt = { .way = way, .host = wire_get_bytes(w), .n_times = 1 };
	attempt.port = (uint16_t)wire_get_u32(w);
	if (wire_end(w, "attempt", NULL) == OK)
		keep_attempt(act, &attempt);
}

/* *sum: the number of all; times: how often the row was seen, NULL for one that is not kept. */
static void take_again(struct activity *act, uint64_t *(*times)(struct activity *act, uint32_t row), uint64_t *sum, struct wire *w)
{
	uint32_t n = wire_get_count(w, 12);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t *kept = times(act, wire_get_u32(w));
		uint64_t n_more = wire_get_u64(w);
		*sum += n_more;
		if (kept)
			*kept += n_more;
	}
}

static uint64_t *program_times(struct activity *act, uint32_t row)
{
	return row < act->n_programs ? &act->programs[row].n_times : NULL;
}

static uint64_t *attempt_times(struct activity *act, uint32_t row)
{
	return row < act->n_attempts ? &act->attempts[row].n_times : NULL;
}

void activity_take(struct activity *act, struct wire *w)
{
	switch (wire_get_u32(w)) {
	case SEEN_PROGRAM:
		take_program(act, w);
		break;
	case SEEN_CONNECT:
		take_attempt(act, ACTIVITY_CONNECT, w);
		break;
	case SEEN_NAME:
		take_attempt(act, ACTIVITY_NAME, w);
		break;
	case SEEN_PROGRAMS_AGAIN:
		take_again(act, program_times, &act->n_started, w);
		break;
	case SEEN_ATTEMPTS_AGAIN:
		take_again(act, attempt_times, &act->n_tried, w);
		break;
	default:
		break;
	}
}

void activity_take_sums(struct activity *act, struct wire *w)
{
	act->recorded = wire_get_u32(w) != 0;
	act->n_started += wire_get_u64(w); /* what was only counted */
	act->n_tried += wire_get_u64(w);
	act->disk_size = wire_get_u64(w);
	uint32_t n_calls = wire_get_count(w, 12);
	for (uint32_t i = 0; i < n_calls; i++) {
		uint32_t number = wire_get_u32(w);
		keep_call(act, number, wire_get_u64(w));
	}
	act->n_left = wire_get_u64(w);
	uint32_t n_names = wire_get_count(w, 4);
	for (uint32_t i = 0; i < n_names; i++) {
		struct bytes name = wire_get_bytes(w);
		if (act->n_left_names < ACTIVITY_LEFT_MAX)
			act->left[act->n_left_names++] = arena_copy(act->arena, name);
	}
}

void activity_add(struct activity *sum, const struct activity *one)
{
	uint64_t n_started = sum->n_started + one->n_started, n_tried = sum->n_tried + one->n_tried;
	for (size_t i = 0; i < one->n_programs; i++)
		keep_program(sum, &one->programs[i]);
	for (size_t i = 0; i < one->n_attempts; i++)
		keep_attempt(sum, &one->attempts[i]);
	for (size_t i = 0; i < one->n_calls; i++)
		keep_call(sum, one->calls[i].number, one->calls[i].n_times);
	for (size_t i = 0; i < one->n_left_names && sum->n_left_names < ACTIVITY_LEFT_MAX; i++)
		sum->left[sum->n_left_names++] = arena_copy(sum->arena, one->left[i]);
	sum->n_left += one->n_left;
	sum->n_started = n_started;
	sum->n_tried = n_tried;
	sum->disk_size = one->disk_size > sum->disk_size ? one->disk_size : sum->disk_size;
	sum->recorded = one->recorded;
}

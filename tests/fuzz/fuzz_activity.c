/* What the launcher tells of a build: a first byte says whether one sighting or the sums. Needs sandbox, base. */
#include "sandbox/activity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct activity act, sum;
	if (size == 0)
		return 0;
	struct wire w = wire_over(bytes_make(data + 1, size - 1));
	arena_init(&a);
	activity_init(&act, &a);
	activity_init(&sum, &a);
	if (data[0] & 1)
		activity_take_sums(&act, &w);
	else
		activity_take(&act, &w);
	expect(act.n_programs <= ACTIVITY_KEPT && act.n_attempts <= ACTIVITY_KEPT && act.n_calls <= ACTIVITY_CALLS);
	expect(act.n_left_names <= ACTIVITY_LEFT_MAX);
	for (size_t i = 0; i < act.n_programs; i++)
		expect(act.programs[i].n_args <= ACTIVITY_ARGS_MAX);
	for (size_t i = 0; i < act.n_calls; i++)
		expect(act.calls[i].name != NULL);
	activity_add(&sum, &act);
	expect(sum.n_started == act.n_started && sum.n_tried == act.n_tried && sum.n_calls == act.n_calls);
	return 0;
}

/* The time of stages: wall, and processor time of us and of our finished children. */
#include <sys/resource.h>

#include "base/clock.h"
#include "cli/pipeline.h"

static uint64_t cpu_ms(void)
{
	uint64_t sum = 0;
	const int who[] = { RUSAGE_SELF, RUSAGE_CHILDREN };
	for (size_t i = 0; i < COUNT(who); i++) {
		struct rusage u;
		if (getrusage((__rusage_who_t)who[i], &u) == 0)
			sum += (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
			       (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
	}
	return sum;
}

struct stage_time pipeline_stage_begin(struct pipeline *p, const char *name)
{
	console_stage(p->console, name);
	return (struct stage_time){ name, clock_ms(), cpu_ms() };
}

void pipeline_stage_end(struct pipeline *p, struct stage_time begun)
{
	console_stage(p->console, NULL);
	if (p->n_stages < STAGES_MAX)
		p->stages[p->n_stages++] = (struct stage_time){ begun.name, clock_ms() - begun.ms, cpu_ms() - begun.cpu_ms };
}

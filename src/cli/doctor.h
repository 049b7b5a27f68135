/* What `hwb doctor` has found so far; for cmd_doctor.c, which prints it, and doctor_modes.c, which tries the isolation modes. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "base/arena.h"
#include "base/run.h"
#include "cli/settings.h"

/* WEAKER: builds run, with less around them. */
enum outcome { GOOD, MISSING, WEAKER };

struct finding_row {
	const char *name;
	enum outcome outcome;
	const char *text, *help; /* help may be "" */
};

struct container;

struct mode_row {
	struct finding_row found;
	uint64_t controls; /* enum sandbox_control, a bit each; 0 when it does not work */
	const struct container *container; /* of one that works, else NULL */
	const char *engine; /* of containers, when one works, whatever became of the trial; else NULL */
};

/* Tries one program in every mode there is; ret has N_MODES rows. Everything lives as long as a. */
void doctor_try_modes(const struct settings *s, struct arena *a, struct mode_row *ret);

#endif

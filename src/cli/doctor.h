/* What `hwb doctor` has found so far; for cmd_doctor.c, which prints it, and doctor_modes.c, which tries the isolation modes,
 * and doctor_publish.c, which goes through what matters for publishing. */
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

/* UNKNOWN: it could not be found out, which is no pass. */
enum publish_verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_UNKNOWN };

struct publish_check {
	const char *name;
	enum publish_verdict verdict;
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

/* The check list for whoever publishes the project in that directory, in a fixed order. ret: the rows, which live as long as a; *ret_n: how
 * many. What could not be looked at is a row that says so. */
void doctor_check_publishing(const struct settings *s, const char *project, struct arena *a, struct publish_check **ret,
			     size_t *ret_n);

#endif

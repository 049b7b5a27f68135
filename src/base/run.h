/* What one run of hwb carries through every stage. */
#ifndef BASE_RUN_H
#define BASE_RUN_H

#include <signal.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/status.h"

struct audit;
struct container;
struct known;

/* How a stranger's code is kept in (DESIGN.md section 3, "Isolation modes"). Chosen once for a run, never changed in silence:
 * namespaces of our own, a container of podman or docker, or Landlock and seccomp alone, which is weaker. */
enum isolation_mode { MODE_SANDBOX, MODE_CONTAINER, MODE_LANDLOCK, N_MODES };
/* "sandbox", "container", "landlock": for people, records and reports. */
const char *isolation_mode_name(enum isolation_mode mode);

struct run_context {
	const char *id; /* 32 hexadecimal digits, new for each run */
	struct audit *audit; /* NULL in tests: events go nowhere */
	const struct limits *limits;
	enum isolation_mode mode;
	const struct container *container; /* of MODE_CONTAINER: sandbox/container.h */
	const char *run_path; /* of MODE_LANDLOCK: below which directory each program gets one of its own */
	const char *spool_path; /* the directory for large files without a name, host/spool.h; NULL: they are kept in memory */
	const struct known *known; /* what nobody may see, redact/known.h; NULL: nothing. See redact/words.h */
	const volatile sig_atomic_t *cancelled; /* the number of the signal that asked us to stop, else 0; may be NULL */
};

/* ERR_CANCELLED once a signal has asked the run to stop. */
MUST_USE enum status run_check(const struct run_context *run, struct diag *d);

#endif

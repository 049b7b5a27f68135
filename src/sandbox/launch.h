/* The main of hwb-sandbox, with its descriptors laid out as sandbox/spec.h says. */
#ifndef SANDBOX_LAUNCH_H
#define SANDBOX_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>

/* Runs one sandbox to its end. mode: by its name, isolation_mode_name. Returns the exit status: 0 when SANDBOX_GONE was sent, 125 when it could not be set up. */
int launch_main(const char *mode);

/* ---- for the modes that have a file of their own ---- */

/* Whether this user namespace has that id at all; map: /proc/self/uid_map or gid_map. */
bool launch_id_is_mapped(const char *map, uint32_t id);
/* Gives up the groups, as root. 0, or -1 with errno. */
int launch_drop_groups(void);
/* The log and what came with the orders belong to the inside: as long as we held the log, its end would never be seen. */
void launch_close_given(void);
/* Watches until the first process is gone, hwb is, or a limit is reached; then kills that process. */
struct guard;
void launch_guard(struct guard *g);

/* Tells hwb which step failed, with errno. Returns 125. */
int launch_refuse(const char *step, const char *detail);

#endif

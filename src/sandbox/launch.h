/* The main of hwb-sandbox, with its descriptors laid out as sandbox/spec.h says. */
#ifndef SANDBOX_LAUNCH_H
#define SANDBOX_LAUNCH_H

/* Runs one sandbox to its end. mode: by its name, isolation_mode_name. Returns the exit status: 0 when SANDBOX_GONE was sent, 125 when it could not be set up. */
int launch_main(const char *mode);

/* Tells hwb which step failed, with errno. Returns 125. */
int launch_refuse(const char *step, const char *detail);

#endif

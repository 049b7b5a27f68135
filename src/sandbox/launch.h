/* The main of hwb-sandbox, with its descriptors laid out as sandbox/spec.h says. */
#ifndef SANDBOX_LAUNCH_H
#define SANDBOX_LAUNCH_H

/* Runs one sandbox to its end. Returns the exit status: 0 when SANDBOX_GONE was sent, 125 when it could not be set up. */
int launch_main(void);

#endif

/* Starts tests/server/fake_index.py for a test program and kills it at the end. */
#ifndef TESTS_NET_FAKE_H
#define TESTS_NET_FAKE_H

#include <stdint.h>
#include <sys/types.h>

enum { FAKE_PATH_MAX = 512 };

struct fake {
	pid_t pid;
	uint16_t port;
	char dir[FAKE_PATH_MAX]; /* a new directory: what is put there is served below /files/ */
	char ca_file[FAKE_PATH_MAX]; /* with tls: the certificate, made for localhost, not for 127.0.0.1 */
};

/* Needs SRC_ROOT and PYTHON in the environment (tests/unit/net/meson.build). Prints a TAP bail-out and exits when it cannot.
 * Returns 0, or -1 when tls is asked for and there is no openssl program. */
int fake_start(struct fake *f, int tls);
void fake_put(const struct fake *f, const char *name, const void *data, size_t size);
void fake_stop(struct fake *f);
/* A variable of the environment that meson sets. */
const char *fake_variable(const char *name);

#endif

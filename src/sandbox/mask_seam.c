/* For tests: the one place below cli/ that reads the environment. hwb reads it, and hands it on to its launcher. */
#include "sandbox/mask.h"

#include <errno.h>

#include "base/bytes.h"
#include "base/number.h"

#define VARIABLE "HWB_TEST_MASK"

static const char *const names[N_MASKS] = {
	[MASK_PID_MAX] = "pid-max", [MASK_MOUNT_API] = "mount-api", [MASK_NOTIFY] = "notify", [MASK_KILLABLE] = "killable"
};

static struct bytes masks(void)
{
	const char *text = getenv(VARIABLE);
	return bytes_of(text ? text : "");
}

bool mask_refuses(enum mask m)
{
	struct bytes rest = masks();
	while (rest.size) {
		if (!bytes_equal(bytes_cut(&rest, ','), bytes_of(names[m])))
			continue;
		errno = ENOSYS;
		return true;
	}
	return false;
}

int mask_landlock(int abi)
{
	static const struct bytes key = LIT("landlock=");
	struct bytes rest = masks();
	uint64_t most = (uint64_t)abi;
	while (rest.size) {
		struct bytes word = bytes_cut(&rest, ',');
		if (bytes_starts(word, key) && number_parse_u64(bytes_from(word, key.size), (uint64_t)abi, &most) == OK)
			return (int)most;
	}
	return abi;
}

const char *const *mask_env(void)
{
	static const char *env[2];
	static char room[256];
	(void)snprintf(room, sizeof room, VARIABLE "=%.*s", BYTES_ARG(masks()));
	env[0] = room;
	return env;
}

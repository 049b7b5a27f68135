/* Where a repository lives, by the text of its .git/config (git-config(1), "CONFIGURATION FILE"). No git is run. */
#ifndef CLI_GIT_REMOTE_H
#define CLI_GIT_REMOTE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

/* A config of hand and tools has some kilobytes. */
enum { GIT_CONFIG_MAX = 1 << 20, GIT_REMOTE_PART_MAX = 255 };

/* Letters, digits, '.', '_' and '-' alone; owner has '/' too, for the groups of GitLab. Never what stands before '@' in the URL. */
struct git_remote {
	const char *host, *owner, *repository; /* the last without ".git" */
};

/* The URL of the remote "origin" in the text of a config: the last one that is there, as git takes it. Includes are not followed. Lives as
 * long as a. ERR_ABSENT: there is none. ERR_FORMAT: it is not https, ssh or host:path, or has other characters; the words never repeat it. */
MUST_USE enum status git_remote_find(struct bytes text, struct arena *a, struct git_remote *ret, struct diag *d);

#endif

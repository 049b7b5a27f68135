/* What `hwb init` writes: a pipeline of two jobs. The one that builds runs the project's code and has no identity; the one that publishes has
 * one and runs no code of the project. */
#ifndef CLI_CI_TEMPLATES_H
#define CLI_CI_TEMPLATES_H

#include "base/arena.h"
#include "base/buf.h"
#include "publish/registry.h"

struct ci_choices {
	const char *project; /* a valid name; NULL: not known */
	const struct registry_kind *registry; /* where the releases go: one with a word, whose identities have that as their audience */
	const char *environment; /* letters, digits, '.', '_', '-' */
	const char *action; /* OWNER/REPO@COMMIT; NULL: hwb is on the runner */
	bool is_locked; /* there is a pylock.build.toml */
	const char *python; /* "3.12": the one that it is for; NULL: several, or not known */
};

/* .github/workflows/release.yml; every action by its full commit, of data/ci-actions.txt. ERR_ABSENT: that has no pin for one of them. */
MUST_USE enum status ci_put_github(const struct ci_choices *c, struct arena *a, struct buf *out, struct diag *d);
/* .gitlab-ci.yml. */
void ci_put_gitlab(const struct ci_choices *c, struct buf *out);

#endif

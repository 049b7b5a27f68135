/* What a run in a container needs to know (--isolation container): the engine, the image, and where its run directories go.
 * Found by container_find, then fixed for the run; it travels to the launcher in the sandbox's specification. */
#ifndef SANDBOX_CONTAINER_H
#define SANDBOX_CONTAINER_H

#include "base/arena.h"
#include "base/run.h"

struct container {
	const char *engine; /* absolute path of podman, docker or what speaks like them */
	const char *image; /* as the operator named it */
	const char *image_id; /* "sha256:" and 64 digits: what is run, whatever a tag says by then */
	const char *image_digest; /* "name@sha256:..." as the engine has it from a registry, else image_id */
	const char *const *env; /* of the engine's own process, "K=V" */
	size_t n_env;
	const char *const *arguments; /* of the operator's, before the image; for podman without root the mapping of the user before them */
	size_t n_arguments;
	const char *run_path; /* each container gets a directory of its own below this one */
};

/* What container_find goes by. */
struct container_request {
	const char *engine; /* path or name; NULL: podman, then docker, whichever works */
	const char *path_variable; /* where names are looked for */
	const char *image;
	bool may_pull; /* fetch an image that is not here */
	bool must_be_pinned; /* --locked: only "name@sha256:..." will do */
	const char *const *pull_env; /* for fetching alone: where the engine's credentials are */
	size_t n_pull_env;
	const char *const *env;
	size_t n_env;
	const char *const *arguments;
	size_t n_arguments;
	const char *run_path;
};

/* The first half of container_find: an engine that works, whatever the image. ERR_ISOLATION with the remedy, ERR_CANCELLED. */
MUST_USE enum status container_find_engine(const struct run_context *run, const struct container_request *request, struct arena *a,
					   const char **ret_path, struct diag *d);

/* Finds the engine and resolves the image to what it is now. Strings live as long as a.
 * ERR_ISOLATION: no engine that works, no such image (names the remedy), a tag where a digest is due. ERR_CANCELLED. */
MUST_USE enum status container_find(const struct run_context *run, const struct container_request *request, struct arena *a,
				    struct container *ret, struct diag *d);

/* Whether an image's name pins its bytes: "...@sha256:" and 64 digits. ERR_ISOLATION names what is missing. */
MUST_USE enum status container_check_pinned(const char *image, struct diag *d);

#endif

/* The bills of materials of a build's wheels: what the wheel says of itself and what hwb saw of its making. */
#ifndef CLI_DESCRIBING_H
#define CLI_DESCRIBING_H

#include "cli/pipeline.h"
#include "pack/pack.h"

/* Settings that contradict each other. ERR_USAGE. */
MUST_USE enum status describing_check(const struct settings *settings, struct diag *d);

/* The wheel is complete: p->line's reader of it begins. ERR_IO. */
MUST_USE enum status describing_ask(struct pipeline *p, struct bytes file_name, struct diag *d);
/* With --embed-sbom: what the packer is to put in. Else nothing is done. ERR_UNCHECKED, ERR_LIMIT, ERR_CANCELLED. */
MUST_USE enum status describing_embed(struct pipeline *p, struct pack_request *request, struct diag *d);
/* The model of the finished wheel into artefact->sbom, which lives as long as the pipeline, and the event. Errors as above, ERR_LOG. */
MUST_USE enum status describing_finish(struct pipeline *p, struct artefact *artefact, struct diag *d);
/* With --sbom: the documents beside the wheel, each whole or not at all. ERR_IO. */
MUST_USE enum status describing_write(struct pipeline *p, int out_dir, const char *out_path, const struct artefact *artefact,
				      struct diag *d);

/* What strangers wrote, as people and their programs get it: known secrets hidden, escaped. context: struct describing_texts *. */
struct describing_texts {
	const struct console *console;
	struct arena *arena;
};
struct bytes describing_clean(void *context, struct bytes text);
/* "NAME.whl.cdx.json" or "NAME.whl.spdx.json" in dir. ERR_IO. */
MUST_USE enum status describing_save(const struct sbom *sbom, enum sbom_files format, int dir, const char *wheel, struct arena *a,
				     const char **ret_name, struct diag *d);
/* The event sbom.created, with the sha256 of the CycloneDX document. ERR_LOG, ERR_LIMIT. */
MUST_USE enum status describing_note(const struct sbom *sbom, struct bytes wheel, struct audit *audit, struct diag *d);
/* The name of the document in .dist-info. */
#define DESCRIBING_EMBEDDED "sboms/hwb.cdx.json"

#endif

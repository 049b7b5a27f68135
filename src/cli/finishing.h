/* From what a backend made to an artefact that is written: repaired, packed, checked, described. */
#ifndef CLI_FINISHING_H
#define CLI_FINISHING_H

#include "build/build.h"
#include "cli/pipeline.h"

/* The wheel in p->line, under the backend's name for it. ERR_ARTEFACT: it is refused; ERR_IO, ERR_UNCHECKED. */
MUST_USE enum status finishing_wheel(struct pipeline *p, struct build_result *built, int out_dir, const char *out_path,
				     struct diag *d);
/* An artefact that is written into p->artefacts, and the event. ERR_LOG. */
MUST_USE enum status finishing_remember(struct pipeline *p, struct artefact artefact, struct diag *d);

#endif

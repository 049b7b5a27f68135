/* What waits for a wheel while the backend makes it: a memory file for its bytes, and the programs that will pack, check and describe it.
 * Their start costs more than the packing of a small wheel. */
#ifndef CLI_WHEEL_LINE_H
#define CLI_WHEEL_LINE_H

#include "base/run.h"
#include "host/helper.h"
#include "pack/pack.h"

struct sbom;

struct wheel_line {
	int raw_fd; /* what the backend makes goes there */
	int source_fd; /* what it is made from: the pipeline's, for the checker */
	bool keep_archive; /* no packer: the backend's archive is the artefact */
	struct packer packer;
	struct helper checker, describer;
	struct sbom *facts; /* what the describer said; NULL: not yet (cli/describing.h) */
	bool is_started;
};

/* Opens the memory file. source_fd: the snapshot, borrowed. ERR_IO. */
MUST_USE enum status wheel_line_open(bool keep_archive, int source_fd, struct wheel_line *ret, struct diag *d);
/* Starts the programs, once; NULL is fine. ERR_IO. */
MUST_USE enum status wheel_line_start(const struct run_context *run, struct wheel_line *l, struct diag *d);
/* Another wheel takes the place of what the backend made: a sealed memory file, which is the line's from now on. Programs that wait for
 * the old one are ended; wheel_line_start starts new ones. */
void wheel_line_replace(struct wheel_line *l, int fd);
/* Ends and closes what is left. */
void wheel_line_done(struct wheel_line *l);

#endif

/* The pipeline of DESIGN.md section 1, for one source and one interpreter: the only place that sees all stages and holds their
 * loops (lock, env, get_requires, lock again; sdist, its unpacked tree, wheel). */
#ifndef CLI_PIPELINE_H
#define CLI_PIPELINE_H

#include "advisory/advisory.h"
#include "base/arena.h"
#include "base/run.h"
#include "check/check.h"
#include "cli/console.h"
#include "cli/credentials.h"
#include "cli/network.h"
#include "cli/settings.h"
#include "cli/wheel_line.h"
#include "env/cargo.h"
#include "env/env.h"
#include "host/helper.h"
#include "lock/lock.h"
#include "sandbox/sandbox.h"
#include "scan/scan.h"
#include "source/source.h"

struct stage_time {
	const char *name;
	uint64_t ms, cpu_ms;
};

struct sbom;

struct artefact {
	const char *name, *path; /* path: absolute */
	const char *kind; /* "wheel" or "sdist" */
	uint64_t size;
	struct sha256 digest;
	struct sha256 backend_digest; /* of what the backend made, before it was packed anew */
	const char *compressor; /* NULL: the backend's own archive was kept */
	const struct sbom *sbom; /* of a wheel; else NULL */
};

enum { STAGES_MAX = 32, ARTEFACTS_MAX = 8 };

/* Everything a report tells; filled as far as the run came, also when it failed. */
struct output_filter;
struct lock_file;

struct pipeline {
	const struct run_context *run;
	struct settings *settings;
	struct console *console;
	struct arena *arena;
	struct index *index;
	struct credentials credentials; /* for the index */
	int log_fd; /* build-DATE.log; -1: none */

	struct env_python python;
	struct source_result source;
	struct lock_file *lock_file; /* that counts; NULL: none. cli/locking.h */
	bool said_stale;
	struct lock_result lock;
	const struct lock_hint *hints; /* versions to try first, of a lock that is made anew */
	size_t n_hints;
	struct bytes *dynamic; /* what backends asked for besides: pipeline_lock */
	size_t n_dynamic;
	struct env_result env;
	struct cargo_source rust;
	struct cargo_result crates;
	struct output_filter *filter; /* of the run */
	struct sandbox *ahead; /* made while the source is read, for the first build */
	struct sandbox_result sandbox; /* of the last build */
	struct activity activity; /* of all builds of the run */
	struct network network;
	int shell_code; /* what the shell ended with */
	int keep_dir; /* the output folder, for --keep; -1 */
	const char *keep_path;
	struct wheel_line *line; /* while a wheel is built, else NULL */
	bool has_source, has_lock, has_env, has_sandbox;
	struct advisory_subject *audited; /* pins that were looked up (cli/advisories.h), and what came of it: for the SBOM too */
	struct advisory_verdict *verdicts;
	size_t n_audited;
	bool made_env; /* in this run: what pays off from the next use on can wait for it */
	struct helper scanner; /* of the source; cli/source_scan.h */
	bool is_scanning;
	struct finding_list findings; /* of the sources, then of the wheel, as they came */
	struct artefact artefacts[ARTEFACTS_MAX];
	size_t n_artefacts;
	struct stage_time stages[STAGES_MAX];
	size_t n_stages;
};

/* Builds what the settings ask for from one source. The artefacts are written; their paths are in p->artefacts. */
MUST_USE enum status pipeline_build(struct pipeline *p, const char *source_word, const char *python_word, struct diag *d);

/* Fills the caches with what pipeline_build needs: requirements of both phases, for which the backend is asked in the sandbox, and
 * the crates of a Cargo.lock. Writes no artefact. */
MUST_USE enum status pipeline_fetch(struct pipeline *p, const char *source_word, const char *python_word, struct diag *d);

/* Asks what pipeline_build would need for any artefact, in both phases: p->dynamic. Writes nothing and uses no lock. */
MUST_USE enum status pipeline_lock(struct pipeline *p, const char *source_word, const char *python_word, struct diag *d);

/* Makes ready what pipeline_build would build a wheel with, and opens a shell there (cli/shell.h). A backend that does not say what
 * it needs is no reason to stop: it may be why somebody wants to look. */
MUST_USE enum status pipeline_shell(struct pipeline *p, const char *source_word, const char *python_word, struct diag *d);

/* Takes the source and scans it: nothing of it runs. ERR_UNCHECKED when it could not be scanned. */
MUST_USE enum status pipeline_scan(struct pipeline *p, const char *source_word, struct scan_result *ret, struct diag *d);

/* Where a pin comes from, for people and logs: the URL of its index without credentials, or the folder. Lives as long as p->arena. */
struct bytes pipeline_index_of(const struct pipeline *p, const struct lock_pin *pin);

/* Closes what it holds. */
void pipeline_done(struct pipeline *p);

#endif

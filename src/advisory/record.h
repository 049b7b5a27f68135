/* One advisory as hwb keeps it: what hwb-parse makes of OSV's JSON (OSV schema 1.7), what the cache and the imported export hold. */
#ifndef ADVISORY_RECORD_H
#define ADVISORY_RECORD_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/wire.h"

/* Of one advisory. The largest seen name some 3,000 versions, 40 packages, 30 aliases; a token is the server's own. */
enum {
	ADVISORY_ID_MAX = 100,
	ADVISORY_ALIASES_MAX = 256,
	ADVISORY_PACKAGES_MAX = 1000,
	ADVISORY_VERSIONS_MAX = 20000,
	ADVISORY_RANGES_MAX = 1000,
	ADVISORY_EVENTS_MAX = 2000,
	ADVISORY_WORD_MAX = 1024, /* a version, a purl, a time */
	ADVISORY_TEXT_MAX = 500
};

enum advisory_event_kind { EVENT_FIXED, EVENT_INTRODUCED, EVENT_LAST_AFFECTED, EVENT_LIMIT, N_EVENT_KINDS };

struct advisory_event {
	enum advisory_event_kind kind;
	struct bytes version; /* as written; "0" introduces before all, a limit of "*" is behind all */
};

/* Of type ECOSYSTEM: those of GIT and SEMVER are not kept. */
struct advisory_range {
	const struct advisory_event *events;
	size_t n_events;
};

struct advisory_package {
	bool is_pypi;
	struct bytes name; /* normalised of PyPI, else the purl, without a version */
	const struct bytes *versions; /* as written */
	size_t n_versions;
	const struct advisory_range *ranges;
	size_t n_ranges;
};

struct advisory {
	struct bytes id;
	struct bytes modified; /* as written */
	int64_t modified_unix;
	int64_t withdrawn_unix; /* INT64_MAX: it stands */
	struct bytes summary, severity; /* for people, each at most ADVISORY_TEXT_MAX; severity: a CVSS vector; {NULL, 0}: none */
	const struct bytes *aliases;
	size_t n_aliases;
	const struct advisory_package *packages;
	size_t n_packages;
};

/* Letters, digits and "._:-", the first a letter or digit, at most ADVISORY_ID_MAX: it becomes part of a URL and a file's name. */
bool advisory_id_is_valid(struct bytes id);
/* An advisory of the malware feed. */
bool advisory_is_malware(struct bytes id);

void advisory_write(const struct advisory *v, struct buf *out);
/* Takes one from a record that holds more. Everything is checked again: ids, names, numbers, sizes. *ret lives as long as a; it borrows
 * from the record. ERR_FORMAT. */
MUST_USE enum status advisory_read(struct wire *w, struct arena *a, struct advisory *ret, struct diag *d);

#endif

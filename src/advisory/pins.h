/* Lists of packages that somebody else made: a requirements file, the report of a build. hwb-parse reads them, hwb gets a record. */
#ifndef ADVISORY_PINS_H
#define ADVISORY_PINS_H

#include "advisory/advisory.h"
#include "base/buf.h"
#include "python/name.h"
#include "python/requirement.h"

enum pins_kind { PINS_REQUIREMENTS, PINS_REPORT, N_PINS_KINDS };
/* A requirements file with hashes, the report of many builds. */
enum { PINS_MAX = ADVISORY_SUBJECTS_MAX, PINS_TEXT_MAX = 64 << 20, PIN_WORDS_MAX = 300 };

struct pin {
	bool is_purl; /* name is all of a purl before its version, version what is behind '@'; else a package of PyPI */
	struct bytes name; /* normalised; {NULL, 0} when even that could not be read */
	struct bytes version; /* {NULL, 0}: none */
	struct bytes open; /* the requirement, when several versions would do */
	struct bytes unreadable; /* why it cannot be looked up */
	uint32_t line;
};
struct pins {
	struct pin *items;
	size_t n;
};

/* Requirements as pip has them: comments, continued lines, hashes. Markers are not asked: what is needed anywhere is looked up. A line that
 * is not a requirement (-r, a URL, a path) is a pin that cannot be looked up, not an error. ERR_LIMIT. */
MUST_USE enum status pins_parse_requirements(struct bytes text, struct arena *a, struct pins *ret, struct diag *d);
/* The report of `hwb build --report`. ERR_FORMAT: it is none. ERR_LIMIT. */
MUST_USE enum status pins_parse_report(struct bytes text, struct arena *a, struct pins *ret, struct diag *d);
/* What a wheel's SBOMs (PEP 770, CycloneDX: components with a purl, at any depth) say of what is bundled in it. Those of PyPI become pins
 * of PyPI. text: one SBOM; what is found is appended to *pins. ERR_FORMAT: no CycloneDX in JSON. ERR_LIMIT. */
MUST_USE enum status pins_parse_sbom(struct bytes text, struct arena *a, struct pins *pins, struct diag *d);
/* One requirement: pinned by ==X or ===X, open, or a URL. Texts live as long as a. */
struct pin pin_of(const struct requirement *q, struct arena *a);

void pins_write(const struct pins *p, struct buf *out);
/* Checked again. *ret borrows from the record, its array lives as long as a. ERR_FORMAT. */
MUST_USE enum status pins_read(struct bytes record, struct arena *a, struct pins *ret, struct diag *d);

#endif

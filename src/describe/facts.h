/* What a wheel says of itself, for the model. Internal to src/describe; only hwb-parse links it. */
#ifndef DESCRIBE_FACTS_H
#define DESCRIBE_FACTS_H

#include "describe/sbom.h"
#include "python/wheel.h"

/* Name, version, authors, licences, links and requirements of METADATA. Lives as long as a. ERR_FORMAT, ERR_LIMIT. */
MUST_USE enum status facts_of_metadata(const struct wheel *wheel, struct arena *a, struct sbom *ret, struct diag *d);
/* The shared libraries in folders such as NAME.libs and .dylibs, where auditwheel, delvewheel and delocate put them, and what the
 * documents in .dist-info/sboms/ list; those that make no sense are named in unread. trust_record: digests are those of RECORD, else
 * the libraries are read. ERR_FORMAT, ERR_LIMIT. */
MUST_USE enum status facts_of_libraries(const struct wheel *wheel, bool trust_record, struct arena *a, struct sbom *s,
					struct diag *d);
MUST_USE enum status facts_of_documents(const struct wheel *wheel, struct arena *a, struct sbom *s, struct diag *d);
/* The newest time of a member, not before 1980: for a wheel of which nothing else is known. */
int64_t facts_newest_time(const struct zip *zip);

#endif

/* The values of single fields of core metadata; private to src/check. Each reports what is wrong with one value. */
#ifndef CHECK_FIELD_VALUES_H
#define CHECK_FIELD_VALUES_H

#include "check/checking.h"

struct field_place {
	struct checking *checking;
	const char *path; /* "METADATA" */
	const struct rfc822_field *field;
	unsigned metadata_age; /* 24 for Metadata-Version 2.4; 0: unknown */
};
typedef void field_check(const struct field_place *p, struct bytes value);

field_check field_summary, field_url, field_project_url, field_classifier, field_requires, field_content_type,
	field_license_expression, field_license_file, field_import_name;

/* "NAME: 'value' words", at the field's line. NULL when it was only counted. */
struct finding *field_finding(const struct field_place *p, const char *id, struct bytes value, const char *words);

#endif

/* Names of projects and extras, and the file names of wheels and sdists.
 * PEP 503, 508, 685; binary and source distribution formats of packaging.python.org (PEP 427, 625). */
#ifndef PYTHON_NAME_H
#define PYTHON_NAME_H

#include "python/version.h"

/* Longest project name and longest file name: what one directory entry can hold. */
enum { NAME_SIZE_MAX = 255, DIST_NAME_SIZE_MAX = 255 };

/* Letters, digits, '.', '_' and '-', first and last a letter or digit (PEP 508 "Names"; the same for extras),
 * at most NAME_SIZE_MAX bytes. */
bool name_is_valid(struct bytes name);
/* Valid and already in normal form. */
bool name_is_normalized(struct bytes name);
/* Lower case, runs of ".-_" as one "-" (PEP 503; PEP 685 says the same of extras). Never fails: whether name is
 * valid is for name_is_valid to say. The result lives as long as a. */
struct bytes name_normalize(struct bytes name, struct arena *a);
/* Do both normalise to the same text? No memory needed. */
bool name_equal(struct bytes a, struct bytes b);

/* A wheel's file name in parts; everything lives in the arena of the parse. */
struct wheel_name {
	struct bytes name; /* normalised */
	struct bytes raw_name; /* as in the file name */
	struct bytes raw_version; /* as in the file name */
	struct version version;
	struct bytes build_number; /* digits without leading zeros; {NULL, 0}: no build tag */
	struct bytes build_suffix; /* what follows the digits */
	const struct bytes *python, *abi, *platform; /* lower case, as compressed tag sets list them */
	size_t n_python, n_abi, n_platform;
};

/* Tags a wheel's name may expand to: real ones stay under 50, and each one is a look-up. */
enum { WHEEL_TAGS_MAX = 1024 };

/* filename: the last part of a path or URL, decoded. '.' and capitals in the name are accepted (older tools write them).
 * ERR_FORMAT says which part is wrong; ERR_LIMIT. */
MUST_USE enum status wheel_name_parse(struct bytes filename, struct arena *a, struct wheel_name *ret_name, struct diag *d);
/* Order of build tags: none first, then by number, then by suffix (PEP 427 "File name convention"): -1, 0, 1. */
int wheel_build_compare(const struct wheel_name *a, const struct wheel_name *b);

struct sdist_name {
	struct bytes raw_version; /* as in the file name */
	struct version version;
	bool is_zip; /* else .tar.gz */
};

/* project: normalised name the file is listed under; it tells where the name ends, for older file names have '-' in it.
 * ERR_FORMAT: not .tar.gz or .zip, another project's file, or no version. ERR_LIMIT. */
MUST_USE enum status sdist_name_parse(struct bytes filename, struct bytes project, struct arena *a, struct sdist_name *ret_name,
				      struct diag *d);

#endif

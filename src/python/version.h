/* Versions of Python distributions: parse, order, write.
 * PEP 440 ("Version specifiers" of packaging.python.org), with numbers of any length. */
#ifndef PYTHON_VERSION_H
#define PYTHON_VERSION_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"

/* A text longer than this is refused: real ones have less than 100 bytes, and comparing is linear in it. */
enum { VERSION_SIZE_MAX = 4096 };

enum version_pre { VERSION_A, VERSION_B, VERSION_RC, VERSION_FINAL };

/* One part of a local version: text in lower case, or a number. */
struct version_local {
	struct bytes text;
	bool number;
};

/* Numbers are digits without leading zeros, "0" at least. Zeroed memory is not a version. */
struct version {
	struct bytes epoch;
	const struct bytes *release;
	size_t n_release; /* at least 1 */
	enum version_pre pre; /* VERSION_FINAL: no pre-release part */
	bool has_post, has_dev;
	struct bytes pre_n, post_n, dev_n; /* meaningful when their part is there */
	const struct version_local *local;
	size_t n_local; /* 0: no local version */
};

/* The whole of text, blanks around it allowed, in any spelling that PEP 440 normalises.
 * *ret_version lives as long as a and borrows nothing from text. ERR_FORMAT, ERR_LIMIT (VERSION_SIZE_MAX). */
MUST_USE enum status version_parse(struct bytes text, struct arena *a, struct version *ret_version, struct diag *d);

/* Bytes of the longest version at the front of text (no blanks skipped), 0 when there is none. */
size_t version_prefix(struct bytes text);

/* PEP 440 order, local versions included: -1, 0, 1. "1.0" equals "1". */
int version_compare(const struct version *a, const struct version *b);
/* Equal but for their local parts. */
bool version_same_public(const struct version *a, const struct version *b);
/* Same epoch and release (trailing zeros mean nothing). */
bool version_same_base(const struct version *a, const struct version *b);
/* v has the epoch of prefix, and its release, padded with zeros, starts with the first n_release parts of prefix. */
bool version_has_prefix(const struct version *v, const struct version *prefix, size_t n_release);

/* Canonical text, trailing zeros of the release kept. */
void version_write(const struct version *v, struct buf *out);
/* The same, but without trailing zeros: equal versions give equal texts. */
void version_write_trimmed(const struct version *v, struct buf *out);

/* v without its local part; v without anything but epoch and release. They share v's memory. */
struct version version_public(const struct version *v);
struct version version_base(const struct version *v);

/* A dev release counts as a pre-release (PEP 440, "Handling of pre-releases"). */
bool version_is_prerelease(const struct version *v);
bool version_is_postrelease(const struct version *v);
bool version_is_dev(const struct version *v);

#endif

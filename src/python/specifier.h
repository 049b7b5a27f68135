/* Sets of version specifiers: ">=1.0,!=1.5.*".
 * PEP 440 "Version specifiers", decided like pypa/packaging 26.3 where the text leaves room. */
#ifndef PYTHON_SPECIFIER_H
#define PYTHON_SPECIFIER_H

#include "python/version.h"

/* Longer or bigger sets are refused: the largest seen have a dozen clauses. */
enum { SPECIFIER_SIZE_MAX = 16 * 1024, SPECIFIER_CLAUSES_MAX = 256 };

enum specifier_op {
	SPECIFIER_ARBITRARY, /* === */
	SPECIFIER_COMPATIBLE, /* ~= */
	SPECIFIER_EQUAL, /* == */
	SPECIFIER_NOT_EQUAL, /* != */
	SPECIFIER_AT_MOST, /* <= */
	SPECIFIER_AT_LEAST, /* >= */
	SPECIFIER_LESS, /* < */
	SPECIFIER_GREATER, /* > */
};

struct specifier_clause {
	enum specifier_op op;
	struct bytes text; /* the version as written, with its ".*" */
	bool prefix; /* == or != with ".*" */
	bool has_version; /* false only for an arbitrary text that is no version */
	struct version version; /* without the ".*" */
};

/* In canonical order: sorted by text, without doubles. Zeroed memory is the empty set, which contains everything. */
struct specifier {
	const struct specifier_clause *clauses;
	size_t n_clauses;
};

/* text: clauses separated by commas; empty ones are skipped, so "" and ">=1," are valid.
 * *ret_set lives as long as a and borrows nothing from text.
 * ERR_FORMAT with the clause and its offset, ERR_LIMIT. */
MUST_USE enum status specifier_parse(struct bytes text, struct arena *a, struct specifier *ret_set, struct diag *d);

/* Bytes of one clause at the front of text: operator, blanks, version (a dangling ".*" of other operators and
 * local versions where they are not allowed are left); 0 when there is none. For readers of requirements. */
size_t specifier_clause_prefix(struct bytes text);

enum specifier_prereleases {
	SPECIFIER_DEFAULT, /* PEP 440's rule for a single candidate: a pre-release counts, for there is nothing else */
	SPECIFIER_ALLOW,
	SPECIFIER_DENY, /* pre-releases and dev releases are not in the set, even if it names one */
};

/* Is the version in the set? version: NULL when text is no version; then only === and the empty set can contain it.
 * text: as the index or file name spells it, for ===, which ignores ASCII case and nothing else. */
bool specifier_contains(const struct specifier *set, const struct version *version, struct bytes text,
			enum specifier_prereleases prereleases);

/* A clause other than != names a pre-release, which is how a user asks for them. */
bool specifier_names_prerelease(const struct specifier *set);

/* "!=1.5.*,>=1.0": as str(SpecifierSet) of packaging writes it. */
void specifier_write(const struct specifier *set, struct buf *out);

#endif

/* What the files of the check of one artefact share; private to src/check. Each group of reference/wheel-checks.md section 3 is a file:
 * archive.c (Z), identity.c (I), fields.c (M), install.c and entry_points.c (S); RECORD (R) is python/wheel.h's. */
#ifndef CHECK_CHECKING_H
#define CHECK_CHECKING_H

#include "finding/finding.h"
#include "format/rfc822.h"
#include "python/metadata.h"
#include "python/wheel.h"

struct checking {
	struct arena *arena;
	struct bytes file_name, want_name, want_version, pkg_info; /* of the request (check/verbs.h) */
	struct finding_list findings;
	struct wheel wheel; /* not for an sdist; without .dist-info when that makes no sense */
	bool root_is_purelib; /* as WHEEL has it */
	bool has_name; /* the file name is that of a wheel */
	struct metadata metadata; /* METADATA, or PKG-INFO */
	bool has_metadata;
	struct rfc822 fields; /* the same as it is written, also when metadata makes no sense */
	bool has_fields;
	struct source_file *source_files; /* that a wheel was built from; origin.c */
	size_t n_source_files;
	struct secret_scanner *scanner; /* credentials.c */
	struct bytes tree; /* of an sdist: its snapshot (format/snapshot.h) */
	struct room room; /* of a wheel: for the member at hand; the caller's room_init and room_done */
};

/* All of a wheel: file_name and what else the request has are set, arena and findings.arena too. */
void check_whole(struct checking *c, struct bytes file, const struct zip_limits *limits);

/* What the members hold, in the order of the archive: everything below that ends in _content or looks at bytes. */
void check_members(struct checking *c);

/* The archive as a whole, and each name and mode in it. */
void check_archive(struct checking *c);
/* Is it another kind of archive as well, or does one follow? failure: why it could not be opened, or zero. */
void check_polyglot(struct checking *c, struct bytes file, const struct diag *failure);
void check_entry(struct checking *c, const struct zip_entry *e);
/* What executable bits and names need the content for. content: whole, or its first bytes. */
void check_entry_content(struct checking *c, const struct zip_entry *e, struct bytes content);

/* METADATA into metadata and fields; what it names against the file name and what was wanted. */
void check_identity(struct checking *c);
void check_wheel_file(struct checking *c);

/* METADATA's or PKG-INFO's text into metadata and fields; path: how findings name it. */
void check_fields_read(struct checking *c, struct bytes text, const char *path);
/* Every field by itself, and what the sdist promised. */
void check_fields(struct checking *c, const char *path);
void check_promises(struct checking *c);

/* entry_points.txt, and scripts by name. */
void check_entry_points(struct checking *c);
/* Where things land: top-level names, .data, .pth. */
void check_install(struct checking *c);
/* The places of all members, once each. */
void check_destinations(struct checking *c);
void check_install_content(struct checking *c, const struct zip_entry *e, struct bytes content);
/* The source that a wheel was built from, as a snapshot, for check_origin; its PKG-INFO, unless another came with the request. */
void check_read_source(struct checking *c, struct bytes snapshot);
void check_origin(struct checking *c, const struct zip_entry *e, struct bytes content);
/* Folders of the machine that built it. */
void check_build_path(struct checking *c, const struct zip_entry *e, struct bytes content);
/* How both replies begin: the findings, and the name and version of the metadata, without what looks like a credential. The last thing
 * that is done. */
void check_write_findings(struct checking *c, struct buf *reply);
/* Secrets in one file. path: how findings name it. */
void check_credentials(struct checking *c, struct bytes path, struct bytes content);
/* Is that name of a script an interpreter's, or a tool's of every environment? path: where it was found. */
void check_script_name(struct checking *c, struct bytes path, struct bytes name);
/* Whether the wheel has that dotted module ("a.b": a/b.py, a/b/__init__.py, an extension, or a folder). */
bool check_has_module(const struct checking *c, struct bytes dotted);
/* The sdist has that file. */
bool check_has_source(const struct checking *c, struct bytes path);
/* The member at .dist-info/name is there. */
bool check_has_info(const struct checking *c, struct bytes name);

#endif

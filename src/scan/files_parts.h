/* What the parts of the scan of files share. Private to files.c and the files that are named here. */
#ifndef SCAN_FILES_PARTS_H
#define SCAN_FILES_PARTS_H

#include "scan/code_text.h"
#include "scan/files.h"
#include "scan/py_text.h"

struct source_file {
	struct bytes path, name, content; /* name: the last part of path */
	bool executable;
	bool queued, scanned; /* as a build file */
	bool named; /* the files of this name were all queued; kept at the first of them in by_name */
};

struct file_scan {
	struct arena *arena; /* dies with the scan */
	const struct scan_files_request *request;
	struct fact_list *facts;
	struct source_file *files; /* sorted by path */
	size_t n_files;
	struct source_file **by_name; /* scripts and *.cmake, sorted by name */
	size_t n_by_name;
	struct source_file **queue; /* the build zone */
	size_t n_queue;
	struct bytes *links; /* paths of symbolic links, sorted */
	size_t n_links;
	uint32_t n_told[N_ZONES];
	uint64_t read; /* bytes searched for credentials */
	bool key_told, token_told; /* of tests and examples */
	bool program_told; /* of those that the build could start */
	size_t n_macros; /* crates of procedural macros */
	const struct toml_value *pyproject; /* NULL: none that can be read */
	struct text_matcher texts;
};

/* A place in a file that moves on: lines are counted once when the offsets of a pass grow. */
struct spot {
	struct file_scan *scan;
	const struct source_file *file;
	struct bytes text; /* what offsets mean; usually the file's content */
	enum scan_zone zone;
	size_t at, line_start;
	uint32_t line;
};

/* files.c */
struct spot spot_of(struct file_scan *scan, const struct source_file *file, enum scan_zone zone);
/* A fact at an offset, its line as evidence. */
void spot_tell(struct spot *s, const char *id, struct bytes name, size_t at);
/* The same with an evidence of the caller's, for lines that hold a secret. */
void spot_tell_as(struct spot *s, const char *id, struct bytes name, size_t at, struct bytes evidence);
/* A fact of the whole file. */
void file_tell(struct file_scan *scan, const struct source_file *file, enum scan_zone zone, const char *id, struct bytes name);
struct source_file *file_find(const struct file_scan *scan, struct bytes path);
void file_enqueue(struct file_scan *scan, struct source_file *file); /* NULL: nothing to do */
/* "a/b" of "a/b/c", "" of "c". */
struct bytes folder_of(struct bytes path);
/* folder + "/" + path with "./" and "a/.." taken out; {NULL, 0} when it leaves the tree or is too long. Lives as long as the scan. */
struct bytes path_join(struct file_scan *scan, struct bytes folder, struct bytes path);
/* Whether path or a folder on the way to it is a symbolic link. */
bool path_has_link(const struct file_scan *scan, struct bytes path);
/* Tests, documentation, examples: what is in them is not built into anything. */
bool path_is_example(struct bytes path);
/* The zone of a file that no build file is: ZONE_IMPORT for what may be shipped. */
enum scan_zone path_zone(struct bytes path);

/* build_files.c: which files the build runs. */
void build_files_scan(struct file_scan *scan);
/* Queues the scripts that a text of the build names, "make" for a Makefile included. */
void build_mentions(struct file_scan *scan, struct bytes text);
/* Queues every script or *.cmake of this name. */
void build_by_name(struct file_scan *scan, struct bytes name);

/* One language each. Scans a file, and queues what it includes when the zone is ZONE_BUILD. */
void rust_file_scan(struct file_scan *scan, const struct source_file *file, enum scan_zone zone);
void meson_file_scan(struct file_scan *scan, const struct source_file *file, enum scan_zone zone);
void cmake_file_scan(struct file_scan *scan, const struct source_file *file, enum scan_zone zone);
void shell_file_scan(struct file_scan *scan, const struct source_file *file, enum scan_zone zone);
void cargo_file_scan(struct file_scan *scan, const struct source_file *file, enum scan_zone zone);
void wrap_file_scan(struct file_scan *scan, const struct source_file *file, enum scan_zone zone);

/* What every language may name: places of credentials, hosts for stolen things. text: without comments, offsets as in the file. */
void build_text_scan(struct spot *s, struct bytes text);
/* "curl", "/usr/bin/wget" and the like, that do nothing else. */
bool is_fetch_program(struct bytes program);
/* Tells build.shell-fetch and the like when the arguments do that. text: one call, with its strings. */
void build_command_scan(struct spot *s, struct bytes text, size_t at);

/* requires.c, config_files.c: pyproject.toml, settings of package tools. */
void requires_scan(struct file_scan *scan);
void config_file_scan(struct file_scan *scan, const struct source_file *file);
/* binaries_in_tree.c */
void binary_file_scan(struct file_scan *scan, const struct source_file *file);
/* credentials.c */
void credential_file_scan(struct file_scan *scan, const struct source_file *file);
/* file_names.c */
void file_names_scan(struct file_scan *scan);

#endif

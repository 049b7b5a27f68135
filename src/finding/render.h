/* Findings for people, programs and CI systems: one renderer for scan, check and build. Texts come from strangers; whoever prints
 * says how they are made safe. */
#ifndef FINDING_RENDER_H
#define FINDING_RENDER_H

#include "finding/finding.h"
#include "finding/policy.h"
#include "format/json_write.h"

/* Appends text without what could steer a terminal, and without secrets. Newlines stay out too. */
typedef void finding_safe(void *context, struct bytes text, struct buf *out);

/* What was looked at: one artefact or one source. */
struct finding_subject {
	struct bytes path; /* as the user named it */
	bool is_tree; /* findings are of files below path; else of members of the file that path is */
	const struct finding_list *list; /* sorted, policy applied */
	struct bytes unchecked; /* why it could not be looked at; {NULL, 0}: it was */
};

/* The member that a finding of an artefact, or the file that one of a tree is about; {NULL, 0}: the artefact itself. */
struct bytes finding_member(const struct finding_subject *s, const struct finding *f);

struct finding_style {
	bool colour;
	bool with_info; /* else infos are counted, not shown */
	bool with_all; /* else of one id only the first few of each artefact */
	finding_safe *safe;
	void *context;
};

/* "path:line:column: error[ID]: message", the line of source with a caret, "help: ..."; what is allowed with its reason. */
void finding_write_text(const struct finding_subject *s, const struct finding_style *style, struct buf *out);
/* A workflow command of GitHub a finding: "::error file=...,line=...,title=ID::message"; one without a title for what could not be
 * looked at. */
void finding_write_github(const struct finding_subject *s, const struct finding_style *style, struct buf *out);
/* A string of a stranger's as a member of the object that is open. */
void finding_pair_safe(struct json_writer *w, const char *key, struct bytes text, const struct finding_style *style);
/* The object of DESIGN.md section 5, "Finding". artefact: named in it, {NULL, 0}: not. */
void finding_put_json(struct json_writer *w, const struct finding *f, struct bytes artefact, const struct finding_style *style);
/* A whole log of SARIF 2.1.0 with one run. command: "check"; version: of hwb. */
void finding_write_sarif(const struct finding_subject *subjects, size_t n, const char *command, const char *version,
			 const struct finding_style *style, struct buf *out);

/* How many count, by severity, and how many are allowed. */
struct finding_counts {
	size_t n[SEVERITY_ERROR + 1], n_allowed;
};
struct finding_counts finding_count(const struct finding_list *list);

#endif

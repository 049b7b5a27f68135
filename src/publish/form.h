/* The fields of the upload form that a distribution's own metadata gives (the legacy upload API; core metadata specifications).
 * Registries take metadata from the form, not from the file: hwb-parse makes it of METADATA or PKG-INFO, hwb checks it again. */
#ifndef PUBLISH_FORM_H
#define PUBLISH_FORM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/run.h"
#include "host/helper.h"
#include "net/upload.h"

enum form_value {
	FORM_TEXT,
	FORM_NAME, /* runs of anything but letters, digits and '.' become one '-' */
	FORM_KEYWORDS, /* one list with ", " between its words */
	FORM_URL, /* "Label, url" */
	FORM_DESCRIPTION, /* a header, or the text below the headers */
};

struct form_row {
	const char *header, *field; /* "Platform" is "platform", and "Classifier" is "classifiers": the form has its own mind */
	bool repeated;
	unsigned since; /* minor number of metadata 2.x in which the header means something: 0, else it is left out before */
	enum form_value value;
};
/* In the order in which they are sent. */
const struct form_row *form_rows(size_t *ret_n);

struct form {
	struct upload_field *fields; /* of the metadata, then filetype and pyversion */
	size_t n_fields;
	struct bytes name, version; /* as the metadata has them */
};

enum form_kind { FORM_WHEEL, FORM_SDIST };

/* The record that hwb-parse sends. The reader checks it again: each name of the table, single ones once, text without NUL, metadata_version,
 * name and version there. ERR_FORMAT, ERR_LIMIT. Lives as long as a and borrows nothing. */
void form_write(const struct form *form, struct buf *out);
MUST_USE enum status form_read(struct bytes record, struct arena *a, struct form *ret, struct diag *d);

/* The form of a headers-and-description text. file_name: gives pyversion. Lives as long as a and borrows text. ERR_FORMAT, ERR_LIMIT. */
MUST_USE enum status form_make(struct bytes text, enum form_kind kind, struct bytes file_name, struct arena *a, struct form *ret,
			       struct diag *d);

/* The Python that a file's name is for, as the form has it: "cp312", "py2.py3", "source"; {NULL, 0}: it is no name of a wheel. */
struct bytes form_python(enum form_kind kind, struct bytes file_name);
/* "bdist_wheel", "sdist". */
const char *form_filetype(enum form_kind kind);
/* A field that every form has once: "name", "version", "filetype", "pyversion". */
struct bytes form_find(const struct form *form, const char *name);

/* Asks hwb-parse. fd: the wheel, or the snapshot of an sdist. ERR_ARTEFACT: there is no metadata, or it makes no sense. ERR_UNCHECKED,
 * ERR_CANCELLED. */
MUST_USE enum status form_ask(const struct run_context *run, int fd, enum form_kind kind, struct bytes file_name, struct arena *a,
			      struct form *ret, struct diag *d);

/* The same of a wheel, by the process that checks it: form_prepare makes the question, which lives as long as a, and form_take reads what was
 * answered. */
struct helper_also *form_prepare(struct bytes file_name, struct arena *a);
MUST_USE enum status form_take(struct helper_also *also, struct bytes file_name, struct arena *a, struct form *ret, struct diag *d);

#endif

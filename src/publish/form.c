#include "publish/form.h"

#include "base/wire.h"
#include "format/rfc822.h"
#include "python/metadata.h"
#include "python/name.h"

enum { RECORD_FORMAT = 1 };

static const struct form_row rows[] = {
	{ "Metadata-Version", "metadata_version", false, 0, FORM_TEXT },
	{ "Name", "name", false, 0, FORM_NAME },
	{ "Version", "version", false, 0, FORM_TEXT },
	{ "Summary", "summary", false, 0, FORM_TEXT },
	{ "Description", "description", false, 0, FORM_DESCRIPTION },
	{ "Description-Content-Type", "description_content_type", false, 0, FORM_TEXT },
	{ "Keywords", "keywords", false, 0, FORM_KEYWORDS },
	{ "Home-page", "home_page", false, 0, FORM_TEXT },
	{ "Download-URL", "download_url", false, 0, FORM_TEXT },
	{ "Author", "author", false, 0, FORM_TEXT },
	{ "Author-email", "author_email", false, 0, FORM_TEXT },
	{ "Maintainer", "maintainer", false, 0, FORM_TEXT },
	{ "Maintainer-email", "maintainer_email", false, 0, FORM_TEXT },
	{ "License", "license", false, 0, FORM_TEXT },
	/* Older backends write these where they mean nothing, and registries refuse the upload for it. */
	{ "License-Expression", "license_expression", false, 4, FORM_TEXT },
	{ "License-File", "license_file", true, 4, FORM_TEXT },
	{ "Classifier", "classifiers", true, 0, FORM_TEXT },
	{ "Platform", "platform", true, 0, FORM_TEXT },
	{ "Supported-Platform", "supported_platform", true, 0, FORM_TEXT },
	{ "Requires-Python", "requires_python", false, 0, FORM_TEXT },
	{ "Requires-Dist", "requires_dist", true, 0, FORM_TEXT },
	{ "Provides-Dist", "provides_dist", true, 0, FORM_TEXT },
	{ "Obsoletes-Dist", "obsoletes_dist", true, 0, FORM_TEXT },
	{ "Requires-External", "requires_external", true, 0, FORM_TEXT },
	{ "Project-URL", "project_urls", true, 0, FORM_URL },
	{ "Provides-Extra", "provides_extra", true, 0, FORM_TEXT },
	{ "Dynamic", "dynamic", true, 0, FORM_TEXT },
	{ "Import-Name", "import_name", true, 5, FORM_TEXT },
	{ "Import-Namespace", "import_namespace", true, 5, FORM_TEXT },
	{ "Requires", "requires", true, 0, FORM_TEXT },
	{ "Provides", "provides", true, 0, FORM_TEXT },
	{ "Obsoletes", "obsoletes", true, 0, FORM_TEXT },
};

const struct form_row *form_rows(size_t *ret_n)
{
	*ret_n = COUNT(rows);
	return rows;
}

/* ---- making, in hwb-parse ---- */

struct making {
	struct arena *arena;
	struct form *form;
	unsigned minor; /* of Metadata-Version */
};

static void add(struct making *m, const char *name, struct bytes value)
{
	struct form *f = m->form;
	f->fields = arena_grow(m->arena, f->fields, f->n_fields, sizeof *f->fields);
	f->fields[f->n_fields++] = (struct upload_field){ name, value };
}

static struct bytes safe_name(struct bytes name, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, name.size + 1);
	for (size_t i = 0; i < name.size; i++) {
		bool stays = byte_is_alnum(name.data[i]) || name.data[i] == '.';
		if (stays || !out.size || out.data[out.size - 1] != '-')
			buf_add_byte(&out, stays ? name.data[i] : '-');
	}
	return arena_copy(a, buf_bytes(&out));
}

static struct bytes joined_keywords(struct bytes list, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, list.size * 2 + 2);
	bool is_first = true;
	while (list.data) {
		struct bytes word = bytes_trim(bytes_cut(&list, ','));
		if (!is_first)
			buf_add(&out, BYTES(", "));
		buf_add(&out, word);
		is_first = false;
	}
	return arena_copy(a, buf_bytes(&out));
}

static struct bytes labelled_url(struct bytes value, struct arena *a)
{
	struct bytes label = bytes_cut(&value, ',');
	label = bytes_trim(label);
	value = bytes_trim(value);
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, label.size + value.size + 3);
	buf_add(&out, label);
	buf_add(&out, BYTES(", "));
	buf_add(&out, value);
	return arena_copy(a, buf_bytes(&out));
}

static struct bytes converted(const struct form_row *row, struct bytes value, struct arena *a)
{
	switch (row->value) {
	case FORM_NAME:
		return safe_name(value, a);
	case FORM_KEYWORDS:
		return joined_keywords(value, a);
	case FORM_URL:
		return labelled_url(value, a);
	case FORM_TEXT:
	case FORM_DESCRIPTION:
		break;
	}
	return value;
}

static enum status take_row(struct making *m, const struct form_row *row, const struct rfc822 *block, struct diag *d)
{
	size_t n = 0;
	if (m->minor < row->since)
		return OK;
	if (row->value == FORM_DESCRIPTION && block->body.size) {
		if (!bytes_is_utf8(block->body) || bytes_find(block->body, '\0') < block->body.size)
			return fail(d, ERR_FORMAT, 0, "the description is not text in UTF-8");
		add(m, row->field, block->body);
		return OK;
	}
	for (const struct rfc822_field *f = rfc822_find(block, row->header, NULL); f; f = rfc822_find(block, row->header, f)) {
		struct bytes value = bytes_trim(f->value);
		/* What distutils wrote where nothing was said. */
		if (!value.size || bytes_equal(value, BYTES("UNKNOWN")))
			continue;
		if (n++ && !row->repeated)
			return fail(d, ERR_FORMAT, 0, "%s is there twice, the second time at line %u", row->header,
				    (unsigned)f->line);
		add(m, row->field, converted(row, value, m->arena));
	}
	return OK;
}

static unsigned minor_of(struct bytes metadata_version)
{
	struct bytes rest = metadata_version, major = bytes_cut(&rest, '.');
	bool good = bytes_equal(major, BYTES("2")) && rest.size == 1 && byte_is_digit(rest.data[0]);
	return good ? (unsigned)(rest.data[0] - '0') : 0;
}

const char *form_filetype(enum form_kind kind)
{
	return kind == FORM_WHEEL ? "bdist_wheel" : "sdist";
}

struct bytes form_find(const struct form *f, const char *name)
{
	size_t i = 0;
	while (i < f->n_fields && strcmp(f->fields[i].name, name) != 0)
		i++;
	return i < f->n_fields ? f->fields[i].value : (struct bytes){ NULL, 0 };
}

/* Of a wheel the third part from behind. */
struct bytes form_python(enum form_kind kind, struct bytes file_name)
{
	if (kind != FORM_WHEEL)
		return BYTES("source");
	struct bytes rest = bytes_part(file_name, 0, file_name.size > 4 ? file_name.size - 4 : 0);
	for (int i = 0; i < 2; i++)
		rest = bytes_part(rest, 0, bytes_find_last(rest, '-') < rest.size ? bytes_find_last(rest, '-') : 0);
	size_t dash = bytes_find_last(rest, '-');
	return dash < rest.size ? bytes_from(rest, dash + 1) : (struct bytes){ NULL, 0 };
}

enum status form_make(struct bytes text, enum form_kind kind, struct bytes file_name, struct arena *a, struct form *ret,
		      struct diag *d)
{
	struct form form = { 0 };
	struct making m = { a, &form, 0 };
	struct metadata metadata;
	struct rfc822 block;
	enum status s = metadata_parse(text, a, &metadata, d);
	if (s == OK)
		s = rfc822_parse(text, a, &block, d);
	if (s)
		return s;
	m.minor = minor_of(metadata.metadata_version);
	for (size_t i = 0; s == OK && i < COUNT(rows); i++)
		s = take_row(&m, &rows[i], &block, d);
	if (s)
		return explain(d, "metadata");
	add(&m, "filetype", bytes_of(form_filetype(kind)));
	add(&m, "pyversion", form_python(kind, file_name));
	form.name = metadata.raw_name;
	form.version = metadata.raw_version;
	*ret = form;
	return OK;
}

/* ---- the record ---- */

void form_write(const struct form *f, struct buf *out)
{
	wire_put_u32(out, RECORD_FORMAT);
	wire_put_bytes(out, f->name);
	wire_put_bytes(out, f->version);
	wire_put_u32(out, (uint32_t)f->n_fields);
	for (size_t i = 0; i < f->n_fields; i++) {
		wire_put_string(out, f->fields[i].name);
		wire_put_bytes(out, f->fields[i].value);
	}
}

enum { ROW_FILETYPE = COUNT(rows), ROW_PYVERSION, N_NAMES };

/* The table's own string, so that nobody else's is sent; NULL: it is not in the table. */
static const char *known_name(const char *name, size_t *ret_row)
{
	static const char *const more[] = { "filetype", "pyversion" };
	for (*ret_row = 0; *ret_row < N_NAMES; ++*ret_row) {
		const char *known = *ret_row < COUNT(rows) ? rows[*ret_row].field : more[*ret_row - COUNT(rows)];
		if (strcmp(known, name) == 0)
			return known;
	}
	return NULL;
}

static enum status read_fields(struct wire *w, struct arena *a, struct form *f, struct diag *d)
{
	uint32_t seen[N_NAMES] = { 0 };
	size_t row;
	uint32_t n = wire_get_count(w, 8);
	if (w->bad || n > UPLOAD_FIELDS_MAX)
		return fail(d, ERR_FORMAT, 0, "a form has more fields than a form can have");
	f->fields = ARENA_ARRAY(a, struct upload_field, n + 1);
	for (; f->n_fields < n; f->n_fields++) {
		struct upload_field *field = &f->fields[f->n_fields];
		const char *name = wire_get_string(w, a);
		field->name = known_name(name, &row);
		field->value = arena_copy(a, wire_get_bytes(w));
		if (w->bad || !field->name)
			return fail(d, ERR_FORMAT, 0, "a form has a field that no form has");
		bool once = row >= COUNT(rows) || !rows[row].repeated;
		if ((seen[row]++ && once) || !field->value.size || !bytes_is_utf8(field->value) ||
		    bytes_find(field->value, '\0') < field->value.size)
			return fail(d, ERR_FORMAT, 0, "the field '%s' of a form is empty, no text or there twice", field->name);
	}
	for (row = 0; row < N_NAMES; row++)
		if (!seen[row] && (row < 3 || row >= COUNT(rows)))
			return fail(d, ERR_FORMAT, 0, "a form lacks its name, version, kind or Python");
	return OK;
}

enum status form_read(struct bytes record, struct arena *a, struct form *ret, struct diag *d)
{
	struct wire w = wire_over(record);
	struct form f = { 0 };
	if (wire_get_u32(&w) != RECORD_FORMAT)
		return fail(d, ERR_FORMAT, 0, "a form of another version");
	f.name = arena_copy(a, wire_get_bytes(&w));
	f.version = arena_copy(a, wire_get_bytes(&w));
	enum status s = read_fields(&w, a, &f, d);
	if (s == OK)
		s = wire_end(&w, "form", d);
	if (s == OK && (!name_is_valid(f.name) || !f.version.size || f.version.size > VERSION_SIZE_MAX))
		s = fail(d, ERR_FORMAT, 0, "a form has no name or no version");
	if (s == OK)
		*ret = f;
	return s;
}

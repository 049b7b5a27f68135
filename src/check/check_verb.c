/* The checks of a wheel, in hwb-parse: archive, identity, metadata, RECORD, what it installs. What stops a look is a finding too, for
 * it refuses. */
#include "check/verbs.h"

#include "base/wire.h"
#include "check/checking.h"

static void add_failure(struct checking *c, const struct diag *d)
{
	struct finding *f = finding_add(&c->findings, d->rule ? d->rule : c->has_name ? "Z02" : "I01", c->file_name, "%s", d->text);
	if (!f)
		return;
	f->offset = d->offset;
	f->ends = true;
}

/* Name and archive; false: there is nothing to go on with. */
static bool open_archive(struct checking *c, struct bytes file, const struct zip_limits *limits)
{
	struct diag d = { 0 };
	c->has_name = wheel_name_parse(c->file_name, c->arena, &c->wheel.name, &d) == OK;
	if (!c->has_name)
		add_failure(c, &d);
	d = (struct diag){ .code = OK };
	bool opened = zip_open(file, limits, c->arena, &c->wheel.zip, &d) == OK;
	if (!opened)
		add_failure(c, &d);
	check_polyglot(c, file, &d);
	return opened;
}

/* What needs the name and the folder that belongs to it. */
static void check_as_wheel(struct checking *c)
{
	check_identity(c);
	check_wheel_file(c);
	check_fields(c, "METADATA");
	check_promises(c);
	check_entry_points(c);
	check_install(c);
	check_destinations(c);
}

void check_whole(struct checking *c, struct bytes file, const struct zip_limits *limits)
{
	struct diag d = { 0 };
	if (!open_archive(c, file, limits))
		return;
	check_archive(c);
	for (size_t i = 0; i < c->wheel.zip.n_entries; i++)
		check_entry(c, &c->wheel.zip.entries[i]);
	bool has_folder = c->has_name && wheel_find_folders(&c->wheel, c->arena, &d) == OK;
	if (c->has_name && !has_folder)
		add_failure(c, &d);
	/* The wheel can be looked at without it: the operator may take it all the same. */
	if (has_folder && wheel_read_record(&c->wheel, c->arena, &d))
		(void)finding_add(&c->findings, d.rule, c->file_name, "%s", d.text);
	if (has_folder)
		check_as_wheel(c);
	check_members(c);
}

static void write_reply(struct checking *c, struct buf *reply)
{
	check_write_findings(c, reply);
	struct bytes tags = c->file_name;
	tags.size = tags.size > 4 ? tags.size - 4 : 0;
	size_t skip = 0, dashes = 0;
	for (size_t i = tags.size; i > 0 && dashes < 3; i--)
		if (tags.data[i - 1] == '-' && ++dashes == 3)
			skip = i;
	wire_put_bytes(reply, bytes_from(tags, skip));
	wire_put_u32(reply, (uint32_t)c->wheel.zip.n_entries);
	wire_put_u64(reply, c->wheel.zip.total_size);
}

enum status check_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct checking c = { .arena = call->arena, .findings = { .arena = call->arena } };
	struct zip_limits limits = zip_limits_default();
	struct bytes file, source;
	c.file_name = wire_get_bytes(&w);
	c.want_name = wire_get_bytes(&w);
	c.want_version = wire_get_bytes(&w);
	c.pkg_info = wire_get_bytes(&w);
	limits.n_members = wire_get_u64(&w);
	uint64_t size_max = wire_get_u64(&w);
	bool has_source = wire_get_u32(&w);
	enum status s = wire_end(&w, "check", d);
	if (s == OK)
		s = verb_map(call, 0, VERB_FILE_MAX, &file, d);
	if (s == OK && has_source)
		s = verb_map(call, 2, VERB_FILE_MAX, &source, d);
	if (s)
		return s;
	room_init(&c.room, call->fds[1]);
	if (has_source)
		check_read_source(&c, source);
	if (size_max > limits.total_size)
		limits.total_size = size_max;
	check_whole(&c, file, &limits);
	room_done(&c.room);
	write_reply(&c, reply);
	return OK;
}

/* What the members of a wheel hold, each read once: RECORD, what is executable, what it installs, binaries; compiled modules need a
 * second look, because what they are compared with may come behind them. */
#include "check/binaries.h"
#include "check/checking.h"
#include "check/pyc.h"

static void take_breach(void *context, const char *id, struct bytes path, const char *sentence)
{
	struct checking *c = context;
	(void)finding_add(&c->findings, id, path, "%s", sentence);
}

/* The checks of single files speak of the file, with a verb first. */
static void take_verb(void *context, const char *id, struct bytes path, const char *sentence)
{
	struct checking *c = context;
	struct finding *f = finding_add(&c->findings, id, path, "it %s", sentence);
	/* A wheel that promises nothing beyond this kind of machine is for the one that built it, whose libraries it may name. */
	if (strcmp(id, "B05") == 0 && c->has_name && c->wheel.name.n_platform == 1 &&
	    bytes_starts(c->wheel.name.platform[0], BYTES("linux_")))
		finding_lower(f, SEVERITY_WARNING);
}

struct looking {
	struct checking *checking;
	struct binaries *binaries; /* NULL: the file name does not say for which machine it is */
	size_t n_compiled;
};

static void note_breach(void *context, const char *id, struct bytes path, const char *sentence)
{
	struct looking *l = context;
	take_breach(l->checking, id, path, sentence);
}

static void look_at(void *context, const struct zip_entry *e, struct bytes content)
{
	struct looking *l = context;
	struct checking *c = l->checking;
	if (!content.size && e->size)
		(void)finding_add(&c->findings, "S20", e->name, "it has %llu MiB, more than is looked at",
				  (unsigned long long)(e->size >> 20));
	check_entry_content(c, e, content);
	check_install_content(c, e, content);
	check_origin(c, e, content);
	check_credentials(c, e->name, content);
	check_build_path(c, e, content);
	if (l->binaries)
		binaries_member(l->binaries, e->name, content);
	l->n_compiled += bytes_ends(e->name, BYTES(".pyc"));
}

/* All members of one kind, read again; what cannot be read has been reported. */
static void again(struct checking *c, struct pyc_check *p, bool compiled)
{
	for (size_t i = 0; i < c->wheel.zip.n_entries; i++) {
		const struct zip_entry *e = &c->wheel.zip.entries[i];
		struct bytes content;
		bool is_compiled = bytes_ends(e->name, BYTES(".pyc"));
		if (e->is_dir || (compiled ? !is_compiled : is_compiled || !pyc_wants(p, e->name)))
			continue;
		if (zip_read_large(&c->wheel.zip, e, WHEEL_VISIT_MAX, &c->room, &content, NULL))
			continue;
		if (compiled)
			pyc_member(p, e->name, content);
		else
			pyc_source(p, e->name, content);
	}
}

static void check_compiled(struct checking *c)
{
	struct pyc_check *p = pyc_new(&c->wheel.name, take_verb, c, c->arena);
	again(c, p, true);
	again(c, p, false);
	pyc_finish(p);
}

void check_members(struct checking *c)
{
	struct looking l = { .checking = c };
	struct binaries_request request = { &c->wheel.name, c->wheel.data, c->root_is_purelib };
	struct diag d = { 0 };
	if (c->has_name)
		l.binaries = binaries_new(&request, take_verb, c, c->arena);
	struct wheel_visit visit = { look_at, &c->room };
	(void)!wheel_verify(&c->wheel, c->arena, note_breach, &visit, &l, &d); /* what it cannot read it has reported */
	if (l.binaries)
		binaries_finish(l.binaries);
	if (c->has_name && l.n_compiled)
		check_compiled(c);
}

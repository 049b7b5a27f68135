#include "scan/fact.h"

const char *scan_zone_name(enum scan_zone zone)
{
	static const char *const names[N_ZONES] = { "build", "import", "rest" };
	return zone < N_ZONES ? names[zone] : "?";
}

const char *fact_kind_name(enum fact_kind kind)
{
	static const char *const names[N_FACT_KINDS] = {
		[FACT_NET] = "net",
		[FACT_PROC] = "proc",
		[FACT_DYN_EXEC] = "dyn-exec",
		[FACT_DECODE] = "decode",
		[FACT_ENV] = "env-read",
		[FACT_CRED] = "cred-path",
		[FACT_PERSISTENCE] = "persistence",
		[FACT_EXFIL] = "exfil-host",
		[FACT_FILE] = "fs-outside",
		[FACT_NATIVE] = "native-load",
		[FACT_HOOK] = "hook",
		[FACT_OBFUSCATION] = "obfuscation",
		[FACT_BINARY] = "binary",
		[FACT_ARCHIVE] = "archive",
		[FACT_REQUIRE] = "require",
		[FACT_UNPARSED] = "unparsed",
		[FACT_SHIPPED] = "shipped",
	};
	return kind < N_FACT_KINDS ? names[kind] : "?";
}

const struct fact_rule *fact_rule(struct bytes id)
{
	size_t n;
	const struct fact_rule *rules = fact_rules(&n);
	for (size_t i = 0; i < n; i++)
		if (bytes_equal(id, bytes_of(rules[i].id)))
			return &rules[i];
	return NULL;
}

uint32_t fact_add(struct fact_list *list, const char *id, const struct fact *f)
{
	const struct fact_rule *rule = fact_rule(bytes_of(id));
	if (!rule)
		return NO_FACT;
	if (list->n_facts == FACTS_MAX) {
		list->cut = true;
		return NO_FACT;
	}
	list->facts = arena_grow(list->arena, list->facts, list->n_facts, sizeof *list->facts);
	struct fact *made = &list->facts[list->n_facts];
	*made = *f;
	made->rule = rule;
	made->path = arena_copy(list->arena, f->path);
	made->name = arena_copy(list->arena, bytes_part(f->name, 0, FACT_NAME_MAX));
	made->evidence = arena_copy(list->arena, bytes_part(f->evidence, 0, EVIDENCE_MAX));
	return (uint32_t)list->n_facts++;
}

/* A sink has few sources and they come one after the other: looking back a little finds the repeats that matter. */
void flow_add(struct fact_list *list, uint32_t from, uint32_t to)
{
	enum { LOOK_BACK = 32 };
	if (from == NO_FACT || to == NO_FACT || from == to)
		return;
	for (size_t i = list->n_flows, n = 0; i > 0 && n < LOOK_BACK; n++)
		if (list->flows[--i].from == from && list->flows[i].to == to)
			return;
	if (list->n_flows == FLOWS_MAX) {
		list->cut = true;
		return;
	}
	list->flows = arena_grow(list->arena, list->flows, list->n_flows, sizeof *list->flows);
	list->flows[list->n_flows++] = (struct flow){ from, to };
}

static bool is_inside_character(struct bytes line, size_t at)
{
	return at < line.size && (line.data[at] & 0xc0) == 0x80;
}

struct bytes fact_evidence(struct bytes line, size_t at)
{
	enum { BEFORE = 60 };
	size_t from = line.size > EVIDENCE_MAX && at > BEFORE ? at - BEFORE : 0;
	if (from > line.size)
		from = line.size;
	size_t to = line.size - from > EVIDENCE_MAX ? from + EVIDENCE_MAX : line.size;
	for (int i = 0; i < 3 && is_inside_character(line, from); i++)
		from++;
	for (int i = 0; i < 3 && to > from && is_inside_character(line, to); i++)
		to--;
	return bytes_trim(bytes_part(line, from, to - from));
}

uint32_t fact_evidence_column(struct bytes line, size_t at, struct bytes evidence)
{
	const unsigned char *place = line.data + at;
	bool is_inside = at < line.size && place >= evidence.data && place < evidence.data + evidence.size;
	return is_inside ? (uint32_t)(place - evidence.data) + 1 : 0;
}

void fact_list_write(const struct fact_list *list, struct buf *out)
{
	wire_put_u32(out, (uint32_t)list->n_facts);
	for (size_t i = 0; i < list->n_facts; i++) {
		const struct fact *f = &list->facts[i];
		wire_put_string(out, f->rule->id);
		wire_put_u32(out, f->zone);
		wire_put_bytes(out, f->path);
		wire_put_bytes(out, f->name);
		wire_put_bytes(out, f->evidence);
		wire_put_u32(out, f->evidence_column);
		wire_put_u32(out, f->line);
		wire_put_u32(out, f->column);
		wire_put_u32(out, f->at_import);
	}
	wire_put_u32(out, (uint32_t)list->n_flows);
	for (size_t i = 0; i < list->n_flows; i++) {
		wire_put_u32(out, list->flows[i].from);
		wire_put_u32(out, list->flows[i].to);
	}
	wire_put_u32(out, list->cut);
}

static bool read_fact(struct wire *w, struct arena *a, struct fact *ret)
{
	ret->rule = fact_rule(wire_get_bytes(w));
	ret->zone = wire_get_u32(w);
	struct bytes path = wire_get_bytes(w), name = wire_get_bytes(w), evidence = wire_get_bytes(w);
	ret->evidence_column = wire_get_u32(w);
	ret->line = wire_get_u32(w);
	ret->column = wire_get_u32(w);
	uint32_t at_import = wire_get_u32(w);
	ret->at_import = at_import == 1;
	if (w->bad || !ret->rule || ret->zone >= N_ZONES || at_import > 1)
		return false;
	if (path.size > FACT_PATH_MAX || name.size > FACT_NAME_MAX || evidence.size > EVIDENCE_MAX ||
	    ret->evidence_column > EVIDENCE_MAX)
		return false;
	ret->path = arena_copy(a, path);
	ret->name = arena_copy(a, name);
	ret->evidence = arena_copy(a, evidence);
	return true;
}

enum status fact_list_read(struct wire *w, struct fact_list *ret, struct diag *d)
{
	struct fact_list list = { .arena = ret->arena };
	uint32_t n = wire_get_count(w, 36);
	bool good = !w->bad && n <= FACTS_MAX;
	if (good)
		list.facts = ARENA_ARRAY(ret->arena, struct fact, n);
	for (; good && list.n_facts < n; list.n_facts++)
		good = read_fact(w, ret->arena, &list.facts[list.n_facts]);
	uint32_t n_flows = good ? wire_get_count(w, 8) : 0;
	good = good && !w->bad && n_flows <= FLOWS_MAX;
	if (good)
		list.flows = ARENA_ARRAY(ret->arena, struct flow, n_flows);
	for (; good && list.n_flows < n_flows; list.n_flows++) {
		struct flow flow = { wire_get_u32(w), 0 };
		flow.to = wire_get_u32(w);
		good = !w->bad && flow.from < n && flow.to < n;
		list.flows[list.n_flows] = flow;
	}
	list.cut = wire_get_u32(w) == 1;
	if (!good || w->bad)
		return fail(d, ERR_FORMAT, 0, "the list of facts is malformed");
	*ret = list;
	return OK;
}

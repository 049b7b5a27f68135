/* Facts with their places, and what texts say. */
#include "scan/py_scan.h"

enum { FACTS_PER_RULE = 100 }; /* of one id in one file; later ones stand for themselves by the last one */

static struct bytes line_at(struct bytes text, uint32_t line_start)
{
	size_t end = line_start;
	size_t most = (size_t)line_start + 4096;
	while (end < text.size && end < most && text.data[end] != '\n' && text.data[end] != '\r')
		end++;
	return bytes_part(text, line_start, end - line_start);
}

/* A fact that is there already: the last of its id, or any when the file is read for the second time. */
static uint32_t known_fact(const struct py_scan *s, const struct fact *f, uint32_t last)
{
	for (size_t i = s->second ? s->facts->n_facts : last; i > (s->second ? s->first_fact : 0) && i > 0; i--) {
		const struct fact *k = &s->facts->facts[i - 1];
		if (k->rule == f->rule && k->line == f->line && k->column == f->column &&
		    bytes_equal(k->name, bytes_part(f->name, 0, FACT_NAME_MAX)))
			return (uint32_t)(i - 1);
		if (!s->second)
			break;
	}
	return NO_FACT;
}

static uint32_t add(struct py_scan *s, const char *id, struct bytes name, uint32_t line, uint32_t line_start, uint32_t at)
{
	size_t n;
	const struct fact_rule *rule = fact_rule(bytes_of(id));
	if (!rule)
		return NO_FACT;
	size_t row = (size_t)(rule - fact_rules(&n));
	struct bytes text = s->parser ? s->parser->text : EMPTY;
	uint32_t column = at - line_start;
	/* of a very long line only what is around the place */
	uint32_t from = column > 2048 ? at - 1024 : line_start;
	struct fact f = { .rule = rule,
			  .zone = s->request->zone,
			  .path = s->request->path,
			  .name = name,
			  .line = s->exec_depth ? s->outer.line : line,
			  .column = s->exec_depth ? s->outer.column : column + 1,
			  .at_import = !py_in_function(s) };
	uint32_t known = known_fact(s, &f, s->last_of_rule[row]);
	if (known != NO_FACT)
		return known;
	if (s->n_of_rule[row] >= FACTS_PER_RULE)
		return s->last_of_rule[row] ? s->last_of_rule[row] - 1 : NO_FACT;
	struct bytes whole = line_at(text, from);
	f.evidence = fact_evidence(whole, at - from);
	f.evidence_column = fact_evidence_column(whole, at - from, f.evidence);
	uint32_t made = fact_add(s->facts, id, &f);
	s->n_of_rule[row]++;
	if (made != NO_FACT)
		s->last_of_rule[row] = made + 1;
	return made;
}

uint32_t py_fact(struct py_scan *s, const char *id, uint32_t token, struct bytes name)
{
	const struct py_token *t = &s->parser->tokens[token];
	return add(s, id, name, t->line, t->line_start, t->start);
}

void py_fact_sight(void *scan, enum py_sight sight, uint32_t line, uint32_t line_start, uint32_t at)
{
	static const char *const ids[] = {
		[SIGHT_HIDDEN_RIGHT] = "py.hidden-right", [SIGHT_LONG_LINE] = "py.long-line", [SIGHT_BIDI_CODE] = "py.bidi-code",
		[SIGHT_BIDI_TEXT] = "py.bidi-text",       [SIGHT_NUL] = "py.not-text",
	};
	struct py_scan *s = scan;
	(void)add(s, ids[sight], EMPTY, line, line_start, at);
}

static void text_fact(struct py_scan *s, struct py_value *v, const char *id, enum py_taint taint, uint32_t token)
{
	if (!v->taint[taint]) {
		uint32_t fact = py_fact(s, id, token, v->text);
		v->taint[taint] = fact == NO_FACT ? 0 : fact + 1;
	}
}

void py_look_at_text(struct py_scan *s, struct py_value *v, uint32_t token)
{
	struct bytes text = bytes_part(v->text, 0, s->looks_left < v->text.size ? 256 : v->text.size);
	s->looks_left -= text.size < s->looks_left ? text.size : s->looks_left;
	unsigned bits = text_match(&s->matcher, text);
	v->text_bits = (uint16_t)bits;
	if (bits & TEXT_CRED)
		text_fact(s, v, "py.cred-path", T_CRED, token);
	if (bits & TEXT_EXFIL)
		text_fact(s, v, "py.exfil-host", T_EXFIL, token);
	if (bits & TEXT_MINER)
		text_fact(s, v, "py.miner", T_EXFIL, token);
	if (bits & TEXT_PERSISTENCE)
		text_fact(s, v, "py.persistence", T_PERSISTENCE, token);
	if (text_entropy(text) > 480)
		(void)py_fact(s, "py.entropy", token, EMPTY);
}

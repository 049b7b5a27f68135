/* Statements, one logical line after the other. A line that cannot be read costs itself alone. */
#include "scan/py_import.h"
#include "scan/py_scan.h"
#include "scan/py_rules.h"

#define NODE(s, n) py_node((s)->parser, (n))

static bool at_end(const struct py_parser *p)
{
	return p->tokens[p->at].kind == PY_END;
}

/* The ':' of a compound statement; what stands behind it on the line is read on. */
static void suite(struct py_scan *s)
{
	if (!py_take(s->parser, W_COLON))
		s->parser->failed = true;
}

static struct py_value evaluate(struct py_scan *s, uint32_t node)
{
	if (s->parser->failed)
		return (struct py_value){ .kind = V_UNKNOWN };
	return py_eval(s, node);
}

static void condition(struct py_scan *s)
{
	(void)evaluate(s, py_parse_expression(s->parser, LEVEL_NAMED));
	suite(s);
}

static void type_parameters(struct py_scan *s)
{
	struct py_parser *p = s->parser;
	if (!py_take(p, W_LSQUARE))
		return;
	uint32_t n = py_node_new(p, N_TUPLE, p->at);
	py_parse_parameters(p, W_RSQUARE, n);
	(void)py_take(p, W_RSQUARE);
}

static void define(struct py_scan *s)
{
	struct py_parser *p = s->parser;
	if (p->tokens[p->at].kind != PY_NAME) {
		p->failed = true;
		return;
	}
	struct bytes name = py_name_of(s, p->at++);
	struct py_function *f = py_function_new(s);
	struct py_value v = { .kind = V_FUNCTION, .function = f };
	type_parameters(s);
	uint32_t node = py_node_new(p, N_LAMBDA, p->at);
	if (!py_take(p, W_LPAREN))
		p->failed = true;
	py_parse_parameters(p, W_RPAREN, node);
	(void)py_take(p, W_RPAREN);
	if (!p->failed && py_take(p, W_ARROW))
		(void)evaluate(s, py_parse_list(p, LEVEL_TEST));
	if (p->failed)
		return;
	py_bind(s, py_symbol(s, name), &v);
	py_bind_member(s, name, &v);
	(void)py_scope_push(s, SCOPE_FUNCTION, s->indent, f);
	py_bind_parameters(s, node, f);
	suite(s);
}

static bool is_command(const struct py_value *base)
{
	return base->kind == V_NAME && (bytes_starts(base->name->text, BYTES("setuptools.command.")) ||
					bytes_starts(base->name->text, BYTES("distutils.command.")));
}

static void define_class(struct py_scan *s)
{
	struct py_parser *p = s->parser;
	struct py_value v = { .kind = V_UNKNOWN };
	if (p->tokens[p->at].kind != PY_NAME) {
		p->failed = true;
		return;
	}
	uint32_t token = p->at;
	struct bytes name = py_name_of(s, p->at++);
	type_parameters(s);
	if (py_take(p, W_LPAREN)) {
		uint32_t bases = py_node_new(p, N_TUPLE, p->at);
		py_parse_arguments(p, bases);
		for (uint32_t child = p->failed ? 0 : NODE(s, bases)->first; child; child = NODE(s, child)->next) {
			struct py_value base = py_eval(s, child);
			if (is_command(&base))
				(void)py_fact(s, "py.cmdclass", token, base.name->text);
		}
	}
	if (p->failed)
		return;
	py_bind(s, py_symbol(s, name), &v);
	if (py_scope_push(s, SCOPE_CLASS, s->indent, NULL))
		s->scopes[s->n_scopes - 1].name = py_symbol(s, name)->name;
	suite(s);
}

static void loop(struct py_scan *s)
{
	struct py_parser *p = s->parser;
	uint32_t target = py_parse_list(p, LEVEL_BITS);
	if (!py_take(p, W_IN))
		p->failed = true;
	uint32_t token = p->at, iterable = p->failed ? 0 : py_parse_list(p, LEVEL_NAMED);
	if (p->failed)
		return;
	struct py_value v = py_eval(s, iterable), one = py_element(s, &v, token);
	py_assign(s, target, &one);
	suite(s);
}

/* "a as b, c": true when all of it was read up to `closing`. */
static bool with_items(struct py_scan *s, enum py_word closing)
{
	struct py_parser *p = s->parser;
	do {
		if (py_word_at(p) == closing)
			break;
		uint32_t item = py_parse_expression(p, LEVEL_NAMED);
		uint32_t target = !p->failed && py_take(p, W_AS) ? py_parse_expression(p, LEVEL_BITS) : 0;
		if (p->failed)
			return false;
		struct py_value v = py_eval(s, item);
		if (target)
			py_assign(s, target, &v);
	} while (py_take(p, W_COMMA));
	return py_word_at(p) == closing;
}

static void with(struct py_scan *s)
{
	struct py_parser *p = s->parser;
	uint32_t start = p->at, nesting = p->nesting;
	if (!with_items(s, W_COLON)) {
		p->failed = false;
		p->nesting = nesting;
		p->at = start;
		if (!py_take(p, W_LPAREN) || !with_items(s, W_RPAREN))
			p->failed = true;
		(void)py_take(p, W_RPAREN);
	}
	suite(s);
}

static void except(struct py_scan *s)
{
	struct py_parser *p = s->parser;
	(void)py_take(p, W_STAR);
	if (py_word_at(p) != W_COLON)
		(void)evaluate(s, py_parse_list(p, LEVEL_TEST));
	if (py_take(p, W_AS)) {
		struct py_value v = { .kind = V_UNKNOWN };
		uint32_t target = py_parse_expression(p, LEVEL_BITS);
		if (!p->failed)
			py_assign(s, target, &v);
	}
	suite(s);
}

static void give_back(struct py_scan *s)
{
	if (at_end(s->parser) || py_word_at(s->parser) == W_SEMICOLON)
		return;
	struct py_value v = evaluate(s, py_parse_list(s->parser, LEVEL_TEST));
	py_give_back(s, &v);
}

static void declare(struct py_scan *s, bool nonlocal)
{
	struct py_parser *p = s->parser;
	do {
		if (p->tokens[p->at].kind != PY_NAME) {
			p->failed = true;
			return;
		}
		struct bytes name = py_name_of(s, p->at++);
		py_bind_global(s, py_symbol(s, name), nonlocal);
	} while (py_take(p, W_COMMA));
}

/* Expressions with commas, "from" or ">>" between, as raise, assert, del and the print of Python 2 have them. */
static void expressions(struct py_scan *s)
{
	struct py_parser *p = s->parser;
	(void)py_take(p, W_SHIFT);
	while (!p->failed && !at_end(p) && py_word_at(p) != W_SEMICOLON) {
		(void)evaluate(s, py_parse_list(p, LEVEL_TEST));
		if (!py_take(p, W_FROM) && !py_take(p, W_COMMA))
			break;
	}
}

static struct py_value call_exec(struct py_scan *s, uint32_t token, const struct py_value *code)
{
	struct py_argument argument = { .value = *code };
	struct py_call c = {
		.token = token, .callee = py_name_value(py_name(s, BYTES("builtins.exec"))), .arguments = &argument, .n = 1
	};
	return py_use(s, &c);
}

/* exec code in globals, locals */
static void exec_statement(struct py_scan *s, uint32_t token)
{
	struct py_parser *p = s->parser;
	struct py_value code = evaluate(s, py_parse_expression(p, LEVEL_BITS));
	if (!p->failed)
		(void)call_exec(s, token, &code);
	if (py_take(p, W_IN))
		(void)evaluate(s, py_parse_list(p, LEVEL_TEST));
}

static void decorate(struct py_scan *s, uint32_t token)
{
	struct py_value v = evaluate(s, py_parse_expression(s->parser, LEVEL_NAMED));
	if (v.kind != V_NAME || !v.name->rule || !v.name->rule->fact)
		return;
	py_reveal(s, &v, token);
	struct py_call c = { .token = token, .callee = v };
	(void)py_use(s, &c);
	if (v.name->rule->action == A_EXEC)
		(void)py_fact(s, "py.unknown-code", token, v.name->text);
}

/* A pattern is no expression: its guard and body are. */
static void match_case(struct py_scan *s)
{
	struct py_parser *p = s->parser;
	uint32_t first = p->at;
	for (; !at_end(p); p->at++) {
		const struct py_token *t = &p->tokens[p->at];
		enum py_word next = (enum py_word)t[1].word;
		if (t->depth == 0 && (t->word == W_COLON || t->word == W_IF))
			break;
		if (t->kind != PY_NAME || t->word != W_NONE || next == W_LPAREN || next == W_DOT || next == W_ASSIGN)
			continue;
		bool whole = p->at == first && (next == W_COLON || next == W_IF);
		struct py_value v = whole ? s->subject : py_element(s, &s->subject, p->at);
		py_bind(s, py_symbol(s, py_name_of(s, p->at)), &v);
	}
	if (py_take(p, W_IF))
		(void)evaluate(s, py_parse_expression(p, LEVEL_NAMED));
	suite(s);
}

static void type_alias(struct py_scan *s)
{
	struct py_parser *p = s->parser;
	struct py_value v = { .kind = V_UNKNOWN };
	py_bind(s, py_symbol(s, py_name_of(s, p->at++)), &v);
	type_parameters(s);
	if (!py_take(p, W_ASSIGN))
		p->failed = true;
	(void)evaluate(s, p->failed ? 0 : py_parse_list(p, LEVEL_TEST));
}

static void augment(struct py_scan *s, uint32_t target, uint32_t operator)
{
	struct py_value both[2] = { py_eval(s, target), { .kind = V_UNKNOWN } }, v;
	both[1] = evaluate(s, py_parse_list(s->parser, LEVEL_TEST));
	bool plus = s->parser->text.data[s->parser->tokens[operator].start] == '+';
	bool texts = plus && both[0].kind != V_INT && both[0].kind != V_LIST;
	if (texts) {
		v = py_fold_sum(s, both, 2, EMPTY);
		/* in a loop it is only one of many pieces */
		if (s->indent > s->scopes[s->n_scopes - 1].body && v.kind != V_UNKNOWN)
			v = (struct py_value){ .kind = V_UNKNOWN, .flags = F_ASSEMBLED };
	} else {
		v = (struct py_value){ .kind = V_UNKNOWN };
	}
	py_taint(&v, &both[0]);
	py_taint(&v, &both[1]);
	py_assign(s, target, &v);
}

static void expression_statement(struct py_scan *s)
{
	enum { TARGETS_MAX = 16 };
	struct py_parser *p = s->parser;
	uint32_t targets[TARGETS_MAX], n = 0, node = py_parse_list(p, LEVEL_NAMED);
	while (!p->failed && py_take(p, W_ASSIGN)) {
		if (n < TARGETS_MAX)
			targets[n++] = node;
		node = py_parse_list(p, LEVEL_NAMED);
	}
	if (p->failed)
		return;
	if (n == 0 && py_word_at(p) == W_AUGMENTED) {
		augment(s, node, p->at++);
		return;
	}
	if (n == 0 && py_take(p, W_COLON)) {
		(void)evaluate(s, py_parse_expression(p, LEVEL_TEST));
		struct py_value v = { .kind = V_UNKNOWN };
		bool given = !p->failed && py_take(p, W_ASSIGN);
		if (given)
			v = evaluate(s, py_parse_list(p, LEVEL_TEST));
		if (given && !p->failed)
			py_assign(s, node, &v);
		else if (!p->failed && NODE(s, node)->kind != N_NAME)
			(void)py_eval(s, node);
		return;
	}
	if (n == 0 && NODE(s, node)->kind == N_STRING && !NODE(s, node)->first) /* a docstring */
		return;
	struct py_value v = py_eval(s, node);
	for (uint32_t i = 0; i < n; i++)
		py_assign(s, targets[i], &v);
	s->last = v;
}

/* What follows makes print and exec a statement, as in Python 2. */
static bool is_old_statement(const struct py_token *next)
{
	if (next->kind == PY_NAME)
		return next->word != W_AND && next->word != W_OR && next->word != W_IF && next->word != W_ELSE &&
		       next->word != W_IN && next->word != W_IS && next->word != W_AS;
	return next->kind == PY_NUMBER || next->kind == PY_STRING || next->kind == PY_FSTRING || next->word == W_BACKTICK;
}

static bool has_colon(const struct py_parser *p)
{
	for (uint32_t i = p->at; p->tokens[i].kind != PY_END; i++)
		if (p->tokens[i].depth == 0 && (p->tokens[i].word == W_COLON || p->tokens[i].word == W_SEMICOLON))
			return p->tokens[i].word == W_COLON;
	return false;
}

/* match, case, type, print, exec: statements only where nothing else is meant. */
static bool soft_statement(struct py_scan *s, enum py_word word)
{
	struct py_parser *p = s->parser;
	const struct py_token *next = &p->tokens[p->at + 1];
	uint32_t token = p->at;
	bool name_next = next->kind == PY_NAME && next->word != W_AND && next->word != W_OR && next->word != W_IF &&
			 next->word != W_IN && next->word != W_IS;
	bool opens = next->word == W_LPAREN || next->word == W_LSQUARE || next->word == W_LBRACE || next->word == W_STAR ||
		     next->word == W_MINUS || next->word == W_TILDE || next->word == W_ELLIPSIS;
	bool begins = name_next || opens || next->kind == PY_NUMBER || next->kind == PY_STRING || next->kind == PY_FSTRING;
	if (word == W_MATCH && begins && has_colon(p)) {
		p->at++;
		s->subject = evaluate(s, py_parse_list(p, LEVEL_NAMED));
		suite(s);
	} else if (word == W_CASE && begins && has_colon(p)) {
		p->at++;
		match_case(s);
	} else if (word == W_TYPE && next->kind == PY_NAME && next->word != W_IN && next->word != W_IS && next->word != W_IF &&
		   next->word != W_AND && next->word != W_OR) {
		p->at++;
		type_alias(s);
	} else if (word == W_PRINT && (is_old_statement(next) || next->word == W_SHIFT)) {
		p->at++;
		expressions(s);
	} else if (word == W_EXEC && is_old_statement(next)) {
		p->at++;
		exec_statement(s, token);
	} else {
		return false;
	}
	return true;
}

static void statement(struct py_scan *s)
{
	struct py_parser *p = s->parser;
	uint32_t token = p->at;
	enum py_word word = py_word_at(p);
	if (soft_statement(s, word))
		return;
	if (word == W_ASYNC &&
	    (p->tokens[p->at + 1].word == W_DEF || p->tokens[p->at + 1].word == W_FOR || p->tokens[p->at + 1].word == W_WITH))
		word = (enum py_word)p->tokens[++p->at].word;
	p->at++;
	switch ((int)word) {
	case W_IMPORT:
		py_import(s);
		break;
	case W_FROM:
		py_import_from(s);
		break;
	case W_DEF:
		define(s);
		break;
	case W_CLASS:
		define_class(s);
		break;
	case W_IF:
	case W_ELIF:
	case W_WHILE:
		condition(s);
		break;
	case W_ELSE:
	case W_TRY:
	case W_FINALLY:
		suite(s);
		break;
	case W_EXCEPT:
		except(s);
		break;
	case W_FOR:
		loop(s);
		break;
	case W_WITH:
		with(s);
		break;
	case W_RETURN:
		give_back(s);
		break;
	case W_DEL:
	case W_ASSERT:
	case W_RAISE:
		expressions(s);
		break;
	case W_GLOBAL:
	case W_NONLOCAL:
		declare(s, word == W_NONLOCAL);
		break;
	case W_PASS:
	case W_BREAK:
	case W_CONTINUE:
		break;
	case W_AT:
		decorate(s, token);
		break;
	default:
		p->at--;
		expression_statement(s);
		break;
	}
}

static bool opens_suite(const struct py_parser *p)
{
	return p->at > 0 && p->tokens[p->at - 1].word == W_COLON && p->tokens[p->at - 1].depth == 0;
}

/* Text that is executed and cannot be read may still be what another Python reads. */
static void tell_unparsed(struct py_scan *s, const struct py_line *line)
{
	static const char *const faults[] = {
		[FAULT_NONE] = "syntax",   [FAULT_STRING] = "an open string",        [FAULT_BRACKETS] = "brackets",
		[FAULT_DEPTH] = "nesting", [FAULT_TOKENS] = "a very long statement", [FAULT_CHARACTER] = "a character",
	};
	uint32_t token = s->parser->at < line->n_tokens ? s->parser->at : 0;
	(void)py_fact(s, s->exec_depth ? "py.unknown-code" : "py.unparsed", token, bytes_of(faults[line->fault]));
}

static void read_line(struct py_scan *s, const struct py_line *line)
{
	struct py_parser *p = s->parser;
	py_parser_line(p, line);
	while (s->n_scopes > s->floor && line->indent <= s->scopes[s->n_scopes - 1].indent)
		py_scope_pop(s);
	s->indent = line->indent;
	if (s->scopes[s->n_scopes - 1].body == UINT32_MAX)
		s->scopes[s->n_scopes - 1].body = line->indent;
	while (!line->fault && !p->failed && !at_end(p)) {
		statement(s);
		if (!py_take(p, W_SEMICOLON) && !opens_suite(p))
			break;
	}
	if (line->fault || p->failed || !at_end(p))
		tell_unparsed(s, line);
}

void py_run_text(struct py_scan *s, struct bytes text)
{
	CLEANUP(py_lexer_done) struct py_lexer lexer;
	CLEANUP(py_parser_done) struct py_parser parser;
	struct py_parser *outer = s->parser;
	uint32_t floor = s->floor, indent = s->indent;
	struct py_line line;
	py_parser_init(&parser, text);
	py_lexer_init(&lexer, text, py_fact_sight, s);
	s->parser = &parser;
	s->floor = s->n_scopes;
	while (py_lexer_next(&lexer, &line))
		read_line(s, &line);
	while (s->n_scopes > s->floor)
		py_scope_pop(s);
	s->parser = outer;
	s->floor = floor;
	s->indent = indent;
}

/* import and from: which names stand for which modules. */
#include "scan/py_import.h"

static void tell(struct py_scan *s, struct bytes module, struct bytes name, struct bytes as, uint32_t token)
{
	const struct py_request *r = s->request;
	if (r->listener && !s->exec_depth && !s->second)
		r->listener->import(r->listener->context, module, name, as, s->parser->tokens[token].line);
	if (!r->imported || s->second)
		return;
	r->imported(r->context, module);
	unsigned char made[256];
	bool dotted = module.size && module.data[module.size - 1] != '.';
	if (name.size && name.data[0] != '*' && module.size + name.size < sizeof made) {
		bytes_copy(made, module);
		made[module.size] = '.';
		bytes_copy(made + module.size + dotted, name);
		r->imported(r->context, bytes_make(made, module.size + dotted + name.size));
	}
}

/* Code that a tool made unreadable begins by importing that tool. */
static void look_at_module(struct py_scan *s, struct bytes module, uint32_t token)
{
	static const char *const tools[] = { "pyarmor_runtime", "pytransform", "sourcedefender" };
	for (size_t i = 0; i < COUNT(tools); i++)
		if (bytes_starts(module, bytes_of(tools[i])) ||
		    (bytes_starts(module, BYTES(".")) && bytes_search(module, bytes_of(tools[i])) < module.size))
			(void)py_fact(s, "py.protected", token, module);
}

/* "a.b.c", its blanks left out, after the dots that are in *text already. */
static void dotted_name(struct py_scan *s, unsigned char *text, size_t *size, size_t room)
{
	struct py_parser *p = s->parser;
	for (;;) {
		if (p->tokens[p->at].kind != PY_NAME) {
			p->failed = true;
			return;
		}
		struct bytes part = py_name_of(s, p->at++);
		if (*size + part.size + 1 < room) {
			bytes_copy(text + *size, part);
			*size += part.size;
		}
		if (py_word_at(p) != W_DOT)
			return;
		p->at++;
		if (*size + 1 < room)
			text[(*size)++] = '.';
	}
}

static struct bytes alias(struct py_scan *s)
{
	struct py_parser *p = s->parser;
	if (!py_take(p, W_AS))
		return EMPTY;
	if (p->tokens[p->at].kind != PY_NAME) {
		p->failed = true;
		return EMPTY;
	}
	return py_name_of(s, p->at++);
}

void py_import(struct py_scan *s)
{
	struct py_parser *p = s->parser;
	do {
		unsigned char text[256];
		size_t size = 0;
		uint32_t token = p->at;
		dotted_name(s, text, &size, sizeof text);
		struct bytes module = bytes_make(text, size), as = p->failed ? EMPTY : alias(s);
		if (p->failed)
			return;
		tell(s, module, EMPTY, as, token);
		look_at_module(s, module, token);
		struct bytes top = bytes_part(module, 0, bytes_find(module, '.'));
		struct py_value v = py_name_value(py_name(s, as.size ? module : top));
		py_bind(s, py_symbol(s, as.size ? as : top), &v);
	} while (py_take(p, W_COMMA));
}

static void take_star(struct py_scan *s, struct bytes module, uint32_t token)
{
	tell(s, module, BYTES("*"), EMPTY, token);
	struct py_name *name = py_name(s, module);
	if (name && module.data[0] != '.' && s->n_stars < COUNT(s->stars))
		s->stars[s->n_stars++] = name;
	/* from socket import * takes socket.socket as well */
	size_t dot = bytes_find_last(module, '.');
	struct bytes last = dot < module.size ? bytes_from(module, dot + 1) : module;
	struct py_name *own = name ? py_name_join(s, name->text, last) : NULL;
	struct py_value v = py_name_value(own);
	if (own && own->rule && module.data[0] != '.')
		py_bind(s, py_symbol(s, last), &v);
}

static void take_names(struct py_scan *s, struct bytes module, uint32_t token)
{
	struct py_parser *p = s->parser;
	bool round = py_take(p, W_LPAREN);
	do {
		if (round && py_word_at(p) == W_RPAREN)
			break;
		if (p->tokens[p->at].kind != PY_NAME) {
			p->failed = true;
			return;
		}
		struct bytes name = py_name_of(s, p->at++), as = alias(s);
		if (p->failed)
			return;
		tell(s, module, name, as, token);
		struct py_value v = py_name_value(py_name_join(s, module, name));
		py_bind(s, py_symbol(s, as.size ? as : name), &v);
	} while (py_take(p, W_COMMA));
	if (round && !py_take(p, W_RPAREN))
		p->failed = true;
}

void py_import_from(struct py_scan *s)
{
	struct py_parser *p = s->parser;
	unsigned char text[256];
	size_t size = 0;
	uint32_t token = p->at;
	for (; py_word_at(p) == W_DOT || py_word_at(p) == W_ELLIPSIS; p->at++)
		for (int n = py_word_at(p) == W_DOT ? 1 : 3; n > 0 && size < 60; n--)
			text[size++] = '.';
	if (py_word_at(p) != W_IMPORT)
		dotted_name(s, text, &size, sizeof text);
	struct bytes module = bytes_make(text, size);
	if (p->failed || !py_take(p, W_IMPORT) || !size) {
		p->failed = true;
		return;
	}
	look_at_module(s, module, token);
	if (py_take(p, W_STAR))
		take_star(s, module, token);
	else
		take_names(s, module, token);
}

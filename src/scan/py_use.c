/* A use of a name that has a rule: its fact, what flows into it, what comes out. */
#include "scan/py_scan.h"

#include "format/unicode.h"
#include "scan/py_rules.h"

static bool is_text(const struct py_value *v)
{
	return v->kind == V_TEXT || v->kind == V_BYTES;
}

static struct bytes callee_text(const struct py_call *c)
{
	return c->callee.kind == V_NAME ? c->callee.name->text : c->callee.text;
}

/* Everything tainted that goes into the call reaches the fact; a parameter makes it a place where the function's caller reaches. */
static void flow_in(struct py_scan *s, const struct py_value *v, uint32_t fact, enum fact_kind kind)
{
	for (size_t t = 0; t < T_PARAMETER; t++)
		if (v->taint[t] && v->taint[t] != TAINT_NO_FACT)
			flow_add(s->facts, v->taint[t] - 1, fact);
	if (!v->taint[T_PARAMETER])
		return;
	for (uint32_t i = s->n_scopes; i > 0; i--)
		if (s->scopes[i - 1].kind == SCOPE_FUNCTION && s->scopes[i - 1].function) {
			s->scopes[i - 1].function->sinks[kind] = fact + 1;
			s->scopes[i - 1].function->sink_parameters[kind] |= v->taint[T_PARAMETER];
			break;
		}
}

uint32_t py_use_fact(struct py_scan *s, const struct py_call *c, const char *id)
{
	const struct fact_rule *rule = fact_rule(bytes_of(id));
	uint32_t fact = py_fact(s, id, c->token, callee_text(c));
	if (fact == NO_FACT || !rule)
		return NO_FACT;
	flow_in(s, &c->callee, fact, rule->kind);
	for (uint32_t i = 0; i < c->n; i++) {
		struct py_value v = c->arguments[i].value;
		if (rule->kind == FACT_PROC && bytes_equal(c->arguments[i].keyword, BYTES("env")))
			continue;
		py_taint_by_path(s, &v);
		flow_in(s, &v, fact, rule->kind);
	}
	return fact;
}

static struct py_value result_of(struct py_scan *s, const struct py_call *c)
{
	struct py_value v = { .kind = V_UNKNOWN };
	v.name = c->callee.kind == V_NAME ? py_name_join(s, c->callee.name->text, BYTES("()")) : NULL;
	v.kind = v.name ? V_NAME : V_UNKNOWN;
	py_taint(&v, &c->callee);
	for (uint32_t i = 0; i < c->n; i++)
		py_taint(&v, &c->arguments[i].value);
	return v;
}

static void taint_with(struct py_value *v, enum py_taint taint, uint32_t fact)
{
	v->taint[taint] = fact == NO_FACT ? TAINT_NO_FACT : fact + 1;
}

/* The command of a call that starts a program: its words in one text. */
static struct py_value command_of(struct py_scan *s, const struct py_value *v)
{
	if (v->kind == V_LIST)
		return py_fold_sum(s, v->items, v->n_items, BYTES(" "));
	return *v;
}

static struct bytes first_word(struct bytes text)
{
	text = bytes_trim(text);
	for (;;) {
		struct bytes word = bytes_part(text, 0, bytes_find(text, ' '));
		if (bytes_find(word, '=') == word.size || word.size == text.size)
			return word;
		text = bytes_trim(bytes_from(text, word.size));
	}
}

void py_look_at_command(struct py_scan *s, const struct py_value *v, uint32_t token, bool is_program)
{
	static const struct {
		unsigned bit;
		const char *id;
	} rows[] = {
		{ TEXT_SHELL_FETCH, "py.shell-fetch" },
		{ TEXT_REVERSE_SHELL, "py.reverse-shell" },
		{ TEXT_ENCODED_COMMAND, "py.encoded-command" },
		{ TEXT_UPLOAD, "py.upload" },
		{ TEXT_PIP, "py.pip-install" },
	};
	struct py_value command = command_of(s, v);
	if (!command.text.size)
		return;
	py_look_at_text(s, &command, token);
	for (size_t k = 0; k < COUNT(rows); k++)
		if (command.text_bits & rows[k].bit)
			(void)py_fact(s, rows[k].id, token, command.text);
	const struct py_value *program = v->kind == V_LIST && v->n_items ? &v->items[0] : v;
	bool known = is_text(program) && program->text.size && !(program->flags & F_PARTIAL);
	struct bytes word = first_word(command.text);
	if (is_program && known && word.size && !py_is_tool(word) && word.data[0] != '{' && word.data[0] != '-')
		(void)py_fact(s, "py.odd-program", token, word);
}

static void look_at_commands(struct py_scan *s, const struct py_call *c, uint32_t fact)
{
	for (uint32_t i = 0; i < c->n; i++) {
		if (c->arguments[i].keyword.size && !bytes_equal(c->arguments[i].keyword, BYTES("args")))
			continue;
		struct py_value command = command_of(s, &c->arguments[i].value);
		if (command.text.size)
			py_look_at_text(s, &command, c->token);
		flow_in(s, &command, fact, FACT_PROC);
		py_look_at_command(s, &c->arguments[i].value, c->token, i == 0);
	}
}

static struct py_value use_call(struct py_scan *s, const struct py_call *c, const struct py_rule *rule)
{
	struct py_value v = result_of(s, c);
	if (!rule->fact)
		return v;
	uint32_t fact = py_use_fact(s, c, rule->fact);
	const struct fact_rule *what = fact_rule(bytes_of(rule->fact));
	switch ((int)what->kind) {
	case FACT_NET:
		taint_with(&v, T_NET, fact);
		if (strcmp(rule->fact, "py.urlretrieve") == 0 && c->n > 1) {
			py_write_to(s, &c->arguments[1].value, &v);
			struct py_value path = c->arguments[1].value;
			path.target = path.origin;
			py_write_to(s, &path, &v);
		}
		break;
	case FACT_DECODE:
		taint_with(&v, T_DECODE, fact);
		break;
	case FACT_ENV:
		taint_with(&v, T_ENV, fact);
		break;
	case FACT_CRED:
		taint_with(&v, T_CRED, fact);
		break;
	case FACT_PROC:
		look_at_commands(s, c, fact);
		break;
	default:
		break;
	}
	return v;
}

static bool has_taint(const struct py_value *v)
{
	return v->taint[T_DECODE] || v->taint[T_NET] || v->taint[T_ENV] || v->taint[T_CRED];
}

/* Code that was put together at this place is as good as decoded. */
static void assembled(struct py_scan *s, const struct py_call *c, uint32_t fact)
{
	flow_add(s->facts, py_fact(s, "py.assembled", c->token, EMPTY), fact);
}

static void read_code(struct py_scan *s, const struct py_call *c, struct bytes code, struct py_value *ret)
{
	if (s->exec_depth == PY_EXEC_DEPTH || code.size > s->exec_left) {
		(void)py_fact(s, "py.too-complex", c->token, BYTES("code in code"));
		return;
	}
	const struct py_token *t = &s->parser->tokens[c->token];
	if (!s->exec_depth)
		s->outer = (struct fact){ .line = t->line, .column = t->start - t->line_start + 1 };
	s->exec_left -= code.size;
	s->exec_depth++;
	s->last = (struct py_value){ .kind = V_UNKNOWN };
	py_run_text(s, code);
	s->exec_depth--;
	*ret = s->last;
}

/* Calls what it is given as code: exec, eval, runcode. */
static struct py_value use_exec(struct py_scan *s, const struct py_call *c, const struct py_rule *rule)
{
	struct py_value v = { .kind = V_UNKNOWN };
	uint32_t fact = py_use_fact(s, c, rule->fact);
	const struct py_value *code = py_argument(c, 0, "source");
	if (!code)
		return v;
	struct py_value from = *code;
	py_taint_by_path(s, &from);
	if (from.flags & F_ASSEMBLED && !from.taint[T_DECODE])
		assembled(s, c, fact);
	if (is_text(&from)) {
		/* its names are found in the namespace that is given */
		const struct py_value *space = py_argument(c, 1, "globals");
		read_code(s, c, from.text, &v);
		if (space && space->origin && space->kind == V_DICT)
			py_bind(s, space->origin, &(struct py_value){ .kind = V_SPACE });
		return v;
	}
	bool own = from.taint[T_FILE] && from.flags & F_OWN;
	if (!has_taint(&from) && !own && !(from.flags & F_ASSEMBLED))
		(void)py_use_fact(s, c, "py.unknown-code");
	py_taint(&v, &from);
	return v;
}

/* What it compiles stays what it is. */
static struct py_value use_compile(struct py_scan *s, const struct py_call *c, const struct py_rule *rule)
{
	if (rule->fact)
		(void)py_use_fact(s, c, rule->fact);
	const struct py_value *code = py_argument(c, 0, "source");
	struct py_value v = code ? *code : (struct py_value){ .kind = V_UNKNOWN };
	v.origin = NULL;
	return v;
}

static struct py_value use_import(struct py_scan *s, const struct py_call *c, const struct py_rule *rule)
{
	struct py_value v = { .kind = V_UNKNOWN };
	const struct py_value *module = py_argument(c, 0, "name");
	if (rule->fact)
		(void)py_use_fact(s, c, rule->fact);
	if (!module || module->kind != V_TEXT) {
		if (module && module->flags & F_ASSEMBLED)
			(void)py_fact(s, "py.hidden-name", c->token, BYTES("an import"));
		(void)py_use_fact(s, c, "py.unknown-import");
		v.flags |= F_COMPUTED;
		return v;
	}
	if (module->flags & (F_ASSEMBLED | F_PIECES) || module->taint[T_DECODE])
		(void)py_fact(s, "py.hidden-name", c->token, module->text);
	if (s->request->imported)
		s->request->imported(s->request->context, module->text);
	struct bytes dotted = module->text;
	/* __import__("a.b") gives a */
	if (bytes_equal(callee_text(c), BYTES("builtins.__import__")) && c->n < 4)
		dotted = bytes_part(dotted, 0, bytes_find(dotted, '.'));
	/* pkgutil.resolve_name("os:system") */
	size_t colon = bytes_find(dotted, ':');
	if (colon == dotted.size)
		return py_name_value(py_name(s, dotted));
	struct py_name *name = py_name_join(s, bytes_part(dotted, 0, colon), bytes_from(dotted, colon + 1));
	v = py_name_value(name);
	py_reveal(s, &v, c->token);
	return v;
}

/* A path inside the project: relative, or from __file__; what is not known is believed. */
static bool is_outside(const struct py_value *path)
{
	struct bytes text = path->text;
	bool temporary = path->kind == V_NAME && bytes_starts(path->name->text, BYTES("tempfile."));
	return temporary || (text.size && (text.data[0] == '/' || text.data[0] == '~')) || path->taint[T_CRED] || path->taint[T_NET];
}

static struct py_value use_load(struct py_scan *s, const struct py_call *c, const struct py_rule *rule)
{
	uint32_t fact = py_use_fact(s, c, rule->fact);
	(void)fact;
	bool known = false;
	for (uint32_t i = 0; i < c->n; i++)
		known |= c->arguments[i].value.kind != V_UNKNOWN || c->arguments[i].value.flags & (F_OWN | F_PARTIAL);
	for (uint32_t i = 0; i < c->n; i++)
		known &= !is_outside(&c->arguments[i].value);
	if (!known && (strncmp(rule->name, "runpy", 5) == 0 || strcmp(rule->name, "builtins.execfile") == 0))
		(void)py_use_fact(s, c, "py.unknown-code");
	return result_of(s, c);
}

/* Modules whose names run programs or code: which of them is taken matters. */
static bool is_powerful(struct bytes module)
{
	static const char *const names[] = { "os",     "subprocess", "socket",         "builtins", "ctypes",   "importlib",
					     "pty",    "runpy",      "urllib.request", "urllib",   "requests", "marshal",
					     "pickle", "base64",     "codecs",         "zlib",     "shutil" };
	for (size_t i = 0; i < COUNT(names); i++)
		if (bytes_equal(module, bytes_of(names[i])))
			return true;
	return false;
}

static struct py_value use_getattr(struct py_scan *s, const struct py_call *c)
{
	const struct py_value *object = py_argument(c, 0, NULL), *name = py_argument(c, 1, NULL);
	struct py_value v = { .kind = V_UNKNOWN };
	if (!object || !name)
		return v;
	if (name->kind == V_TEXT) {
		v = py_attribute(s, object, name->text, c->token);
		py_reveal(s, &v, c->token);
		return v;
	}
	if (object->kind == V_NAME && is_powerful(object->name->text))
		v.flags |= F_POWERFUL;
	py_taint(&v, object);
	v.flags |= F_COMPUTED;
	return v;
}

static struct py_value use_setattr(struct py_scan *s, const struct py_call *c)
{
	const struct py_value *object = py_argument(c, 0, NULL);
	if (object && object->kind == V_NAME && bytes_equal(object->name->text, BYTES("builtins")))
		(void)py_use_fact(s, c, "py.builtins-write");
	return (struct py_value){ .kind = V_UNKNOWN };
}

static struct py_value use_namespace(const struct py_call *c)
{
	struct py_value v = { .kind = V_SPACE };
	const struct py_value *of = py_argument(c, 0, NULL);
	if (of && of->kind == V_NAME)
		v.name = of->name;
	else if (of)
		return (struct py_value){ .kind = V_UNKNOWN };
	return v;
}

static bool is_manifest(struct bytes path)
{
	static const char *const names[] = { "setup.py", "pyproject.toml", "package.json", "setup.cfg", "__init__.py" };
	size_t slash = bytes_find_last(path, '/');
	struct bytes base = slash < path.size ? bytes_from(path, slash + 1) : path;
	for (size_t i = 0; i < COUNT(names); i++)
		if (bytes_equal(base, bytes_of(names[i])))
			return true;
	return false;
}

static void look_at_write(struct py_scan *s, const struct py_call *c, const struct py_value *path)
{
	unsigned bits = path->text_bits ? path->text_bits : text_match(&s->matcher, path->text);
	if (bits & TEXT_PTH && bytes_ends(path->text, BYTES(".pth")))
		(void)py_use_fact(s, c, "py.pth-write");
	if (bits & TEXT_SITECUSTOMIZE)
		(void)py_use_fact(s, c, "py.sitecustomize-write");
	if (is_manifest(path->text))
		(void)py_use_fact(s, c, "py.manifest-write");
	if (path->taint[T_PERSISTENCE] || (path->text.size && (path->text.data[0] == '/' || path->text.data[0] == '~')))
		(void)py_use_fact(s, c, "py.write-outside");
}

static struct py_value use_open(struct py_scan *s, const struct py_call *c)
{
	struct bytes name = callee_text(c);
	struct py_value v = result_of(s, c);
	bool method = bytes_starts(name, BYTES("pathlib.Path"));
	const struct py_value *path = method ? &c->callee : py_argument(c, 0, "file"), *mode = py_argument(c, method ? 0 : 1, "mode");
	bool write = bytes_search(name, BYTES(".write_")) < name.size || bytes_starts(name, BYTES("tempfile."));
	for (size_t i = 0; mode && mode->kind == V_TEXT && mode->text.size <= 4 && i < mode->text.size; i++)
		write |= memchr("wax+", mode->text.data[i], 4) != NULL;
	if (!path)
		path = &v;
	v.text = path->text;
	v.target = path->origin;
	if (write) {
		look_at_write(s, c, path);
		v.flags |= F_WRITE;
	} else if (!is_outside(path)) {
		v.taint[T_FILE] = TAINT_NO_FACT;
		v.flags |= F_OWN;
	}
	if (write && method && c->n)
		py_write_to(s, path, &c->arguments[0].value);
	py_taint_by_path(s, &v);
	return v;
}

static struct py_value use_chr(struct py_scan *s, const struct py_call *c)
{
	struct py_value v = { .kind = V_UNKNOWN };
	const struct py_value *code = py_argument(c, 0, NULL);
	unsigned char text[4];
	if (code && code->kind == V_INT && unicode_ok((uint32_t)code->number) && code->number >= 0 && code->number < 0x110000)
		v = py_text_value(s, V_TEXT, bytes_make(text, unicode_write((uint32_t)code->number, text)));
	else if (code)
		py_taint(&v, code);
	v.flags |= F_ASSEMBLED;
	return v;
}

static struct py_value use_sequence(struct py_scan *s, const struct py_call *c, bool backwards)
{
	const struct py_value *of = py_argument(c, 0, NULL);
	if (!of)
		return py_list_value(s, NULL, 0);
	if (backwards)
		return py_fold_slice(s, of, NULL, NULL, -1);
	struct py_value v = *of;
	v.origin = NULL;
	for (uint32_t i = 1; i < c->n; i++)
		py_taint(&v, &c->arguments[i].value);
	if (v.kind == V_NAME)
		v.kind = V_UNKNOWN;
	return v;
}

/* zip(a, b), enumerate(a): one group stands for all. */
static struct py_value use_zip(struct py_scan *s, const struct py_call *c, bool counts)
{
	struct py_value parts[8] = { { .kind = V_UNKNOWN } }, group;
	size_t n = counts;
	for (uint32_t i = 0; i < c->n && n < COUNT(parts); i++)
		if (!c->arguments[i].keyword.size)
			parts[n++] = py_element(s, &c->arguments[i].value, c->token);
	group = py_list_value(s, parts, n);
	return py_list_value(s, &group, 1);
}

/* map(f, list): worked out for lists that are known and functions that fold. */
static struct py_value use_map(struct py_scan *s, const struct py_call *c)
{
	struct py_value v = { .kind = V_UNKNOWN };
	const struct py_value *function = py_argument(c, 0, NULL), *list = py_argument(c, 1, NULL);
	for (uint32_t i = 1; i < c->n; i++)
		py_taint(&v, &c->arguments[i].value);
	if (!function || !list)
		return v;
	bool folds = function->kind == V_NAME && function->name->rule && !function->name->rule->fact && list->kind == V_LIST;
	if (!folds || list->n_items > s->steps_left || list->n_items * sizeof v > s->fold_left) {
		if (function->kind == V_FUNCTION)
			py_taint(&v, &function->function->result);
		return v;
	}
	s->steps_left -= list->n_items;
	struct py_value *made = ARENA_ARRAY(s->arena, struct py_value, list->n_items + 1);
	for (uint32_t i = 0; i < list->n_items; i++) {
		struct py_argument one = { .value = list->items[i] };
		struct py_call inner = { .node = c->node, .token = c->token, .callee = *function, .arguments = &one, .n = 1 };
		made[i] = py_use(s, &inner);
	}
	return py_list_value(s, made, list->n_items);
}

static struct py_value use_decode(struct py_scan *s, const struct py_call *c, const struct py_rule *rule)
{
	const struct py_value *data = py_argument(c, 0, NULL), *codec = py_argument(c, 1, "encoding");
	struct bytes function = callee_text(c);
	struct py_value v = { .kind = V_UNKNOWN };
	if (rule->action == A_CODECS) {
		if (!codec || codec->kind != V_TEXT || !py_is_hiding_codec(codec->text))
			return result_of(s, c);
		function = codec->text;
	}
	uint32_t fact = py_use_fact(s, c, rule->fact);
	if (data)
		v = py_decode(s, function, data);
	if (rule->action == A_CODECS && v.kind == V_BYTES)
		v.kind = V_TEXT;
	taint_with(&v, T_DECODE, fact);
	if (is_text(&v) && v.text.size > 3)
		py_look_at_text(s, &v, c->token);
	return v;
}

static struct py_value keep_arguments(struct py_scan *s, const struct py_call *c, enum py_value_kind kind, bool is_method)
{
	struct py_value items[8], v;
	const struct py_value *first = py_argument(c, 0, NULL);
	size_t n = 0;
	if (!first)
		return (struct py_value){ .kind = V_UNKNOWN };
	for (; n < COUNT(items) && n + 1 < c->n; n++)
		items[n] = c->arguments[n + 1].value;
	v = py_list_value(s, items, n);
	v.kind = (uint8_t)kind;
	v.number = is_method;
	v.name = first->kind == V_NAME ? first->name : NULL;
	v.text = first->text;
	if (kind == V_GETTER && first->kind != V_TEXT)
		v.kind = V_UNKNOWN;
	if (kind == V_PARTIAL && first->kind != V_NAME)
		v = *first;
	return v;
}

static struct py_value use_path(struct py_scan *s, const struct py_call *c, bool expands)
{
	struct py_value items[12], v;
	size_t n = 0;
	if (expands && c->n == 0)
		v = (struct py_value){ .kind = V_UNKNOWN, .flags = F_PARTIAL, .text = BYTES("~") };
	if (c->callee.text.size)
		items[n++] = c->callee;
	for (uint32_t i = 0; i < c->n && n < COUNT(items); i++)
		items[n++] = c->arguments[i].value;
	if (n) {
		v = py_fold_sum(s, items, n, BYTES("/"));
		v.flags |= v.text.size ? F_PARTIAL : 0;
		v.origin = items[0].origin;
		if (v.text.size > 3)
			py_look_at_text(s, &v, c->token);
	} else if (!expands) {
		v = (struct py_value){ .kind = V_UNKNOWN };
	}
	if (bytes_starts(callee_text(c), BYTES("pathlib."))) {
		v.name = py_name(s, BYTES("pathlib.Path()"));
		v.kind = v.name ? V_NAME : V_UNKNOWN;
	}
	return v;
}

/* setup(cmdclass={...}, setup_requires=[...]) */
static struct py_value use_setup(struct py_scan *s, const struct py_call *c)
{
	for (uint32_t i = 0; i < c->n; i++) {
		const struct py_argument *a = &c->arguments[i];
		if (bytes_equal(a->keyword, BYTES("setup_requires")))
			(void)py_fact(s, "py.setup-requires", c->token, a->keyword);
		if (bytes_equal(a->keyword, BYTES("dependency_links")))
			(void)py_fact(s, "py.dependency-links", c->token, a->keyword);
		if (!bytes_equal(a->keyword, BYTES("cmdclass")))
			continue;
		if (a->value.kind != V_DICT || a->value.n_items == 0)
			(void)py_fact(s, "py.cmdclass", c->token, BYTES("cmdclass"));
		for (uint32_t k = 0; a->value.kind == V_DICT && k + 1 < a->value.n_items; k += 2)
			(void)py_fact(s, "py.cmdclass", c->token, is_text(&a->value.items[k]) ? a->value.items[k].text : BYTES("?"));
	}
	return (struct py_value){ .kind = V_UNKNOWN };
}

static struct py_value use_environment(struct py_scan *s, const struct py_call *c, const struct py_rule *rule)
{
	struct py_value v = { .kind = V_UNKNOWN };
	const struct py_value *name = py_argument(c, 0, "key");
	bool secret = name && py_is_secret(name->text) && strcmp(rule->fact, "py.env-read") == 0;
	uint32_t fact = py_fact(s, secret ? "py.env-secret" : rule->fact, c->token,
				name && name->text.size ? name->text : callee_text(c));
	taint_with(&v, T_ENV, fact);
	if (strcmp(rule->fact, "py.env-all") == 0)
		v.flags |= F_ALL_ENV;
	for (uint32_t i = 0; i < c->n; i++)
		py_taint(&v, &c->arguments[i].value);
	return v;
}

struct py_value py_use(struct py_scan *s, const struct py_call *c)
{
	const struct py_rule *rule = c->callee.name->rule;
	if (!rule)
		return result_of(s, c);
	switch (rule->action) {
	case A_CALL:
		return use_call(s, c, rule);
	case A_EXEC:
		return use_exec(s, c, rule);
	case A_COMPILE:
		return use_compile(s, c, rule);
	case A_IMPORT:
		return use_import(s, c, rule);
	case A_LOAD:
		return use_load(s, c, rule);
	case A_GETATTR:
		return use_getattr(s, c);
	case A_SETATTR:
		return use_setattr(s, c);
	case A_NAMESPACE:
		return use_namespace(c);
	case A_OPEN:
		return use_open(s, c);
	case A_CHR:
		return use_chr(s, c);
	case A_TEXT:
		return py_fold_text(s, c, rule->name[9] == 'b');
	case A_SEQUENCE:
	case A_REVERSED:
		return use_sequence(s, c, rule->action == A_REVERSED);
	case A_MAP:
		return use_map(s, c);
	case A_HEX:
	case A_BASE64:
	case A_ZLIB:
	case A_CODECS:
		return use_decode(s, c, rule);
	case A_PARTIAL:
		return keep_arguments(s, c, V_PARTIAL, false);
	case A_ATTRGETTER:
	case A_METHODCALLER:
		return keep_arguments(s, c, V_GETTER, rule->action == A_METHODCALLER);
	case A_JOIN_PATH:
	case A_EXPAND:
		return use_path(s, c, rule->action == A_EXPAND);
	case A_SETUP:
		return use_setup(s, c);
	case A_ENV:
		return use_environment(s, c, rule);
	case A_ZIP:
		return use_zip(s, c, rule->name[9] == 'e');
	case A_SAME:
		if (c->n && !c->arguments[0].keyword.size)
			return c->arguments[0].value;
		break;
	case A_PASS:
		break;
	}
	return result_of(s, c);
}

#include "base/cleanup.h"
#include "base/number.h"
#include "cli/option.h"
#include "cli/option_take.h"
#include "cli/settings_parts.h"

FLAG(take_quiet, quiet)

TAKE(take_verbose)
{
	UNUSED(a);
	UNUSED(value);
	UNUSED(d);
	s->verbose++;
	return OK;
}

TAKE(take_color)
{
	return setting_put_flag(s, a, "console.color", value ? value : "always", d);
}

FLAG(take_no_progress, no_progress)

TAKE(take_cache_dir)
{
	return setting_put_flag(s, a, "build.cache-dir", value, d);
}

/* options_parse looks for it before everything else. */
TAKE(take_no_config)
{
	UNUSED(s);
	UNUSED(a);
	UNUSED(value);
	UNUSED(d);
	return OK;
}

static const struct option common[] = {
	{ "--quiet", 'q', { 0 }, NULL, "Say only warnings and errors.", take_quiet },
	{ "--verbose", 'v', { 0 }, NULL, "Say more, and show the build's output as it comes.", take_verbose },
	{ "--color", 0, { "--colour" }, "auto|always|never", "Whether there is colour.", take_color },
	{ "--no-progress", 0, { 0 }, NULL, "No line that is overwritten.", take_no_progress },
	{ "--cache-dir", 0, { 0 }, "DIR", "The cache, instead of $XDG_CACHE_HOME/hwb.", take_cache_dir },
	{ "--no-config", 0, { 0 }, NULL, "Read neither hwb.toml nor pip.conf.", take_no_config },
	{ "--help", 'h', { 0 }, NULL, "Say this.", NULL },
	{ 0 },
};

const struct option *options_common(void)
{
	return common;
}

/* ---- parsing ---- */

/* Options that belong to one verb of their command, as they came. */
struct of_verb {
	const struct option *options[16];
	size_t n;
};

struct parse {
	const struct command *command;
	struct settings *settings;
	struct arena *arena;
	bool *ret_help;
	struct of_verb *of_verb;
	struct diag *d;
};

static bool has_name(const struct option *o, struct bytes name)
{
	if (bytes_equal(name, bytes_of(o->name)))
		return true;
	for (size_t i = 0; i < COUNT(o->aliases) && o->aliases[i]; i++)
		if (bytes_equal(name, bytes_of(o->aliases[i])))
			return true;
	return false;
}

static bool offers(const struct command *command, const struct option *o)
{
	for (size_t i = 0; command->names[i]; i++)
		if (strcmp(command->names[i], o->name) == 0)
			return true;
	return false;
}

/* The first row from o on that the command has, in the table that o is of. */
static const struct option *offered(const struct command *command, const struct option *o, bool is_borrowed)
{
	while (o && o->name && is_borrowed && !offers(command, o))
		o++;
	return o && o->name ? o : NULL;
}

static bool is_of(const struct option *table, const struct option *o)
{
	for (const struct option *row = table; row && row->name; row++)
		if (row == o)
			return true;
	return false;
}

const struct option *options_next(const struct command *command, const struct option *after)
{
	const struct option *const tables[] = { command->options, command->borrowed, common };
	size_t i = 0;
	while (after && !is_of(tables[i], after))
		i++;
	const struct option *next = after ? offered(command, after + 1, i == 1) : NULL;
	for (i += after != NULL; !next && i < COUNT(tables); i++)
		next = offered(command, tables[i], i == 1);
	return next;
}

static const struct option *find(const struct parse *p, struct bytes name, char letter)
{
	for (const struct option *o = options_next(p->command, NULL); o; o = options_next(p->command, o))
		if (letter ? o->letter == letter : has_name(o, name))
			return o;
	return NULL;
}

/* "--strict": the option that takes this for its value, of those that take one of a few words. */
static const struct option *find_by_word(const struct parse *p, struct bytes word)
{
	for (const struct option *o = options_next(p->command, NULL); o; o = options_next(p->command, o))
		for (struct bytes rest = bytes_of(o->value ? o->value : ""); rest.data;) {
			struct bytes one = bytes_cut(&rest, '|');
			if (one.size && byte_is_lower(one.data[0]) && bytes_equal(one, word))
				return o;
		}
	return NULL;
}

static enum status unknown(const struct parse *p, struct bytes name)
{
	const struct option *by_word = bytes_starts(name, BYTES("--")) ? find_by_word(p, bytes_from(name, 2)) : NULL;
	const char *names[256];
	size_t n = 0;
	for (const struct option *o = options_next(p->command, NULL); o && n + COUNT(o->aliases) < COUNT(names);
	     o = options_next(p->command, o)) {
		names[n++] = o->name;
		for (size_t k = 0; k < COUNT(o->aliases) && o->aliases[k]; k++)
			names[n++] = o->aliases[k];
	}
	const char *nearest = word_nearest(name, names, n);
	(void)fail(p->d, ERR_USAGE, 0, "hwb %s has no option '%.*s'", p->command->name, BYTES_ARG(bytes_part(name, 0, 100)));
	if (by_word)
		return remedy(p->d, "did you mean '%s %.*s'?", by_word->name, BYTES_ARG(bytes_from(name, 2)));
	return nearest ? remedy(p->d, "did you mean '%s'?", nearest) : remedy(p->d, "'hwb %s --help' has the list", p->command->name);
}

/* "gc: remove ..." is about the verb gc, "show|export: ..." about both. */
static struct bytes verb_of(const struct option *o)
{
	struct bytes what = bytes_of(o->what), verb = bytes_cut(&what, ':');
	return what.data && verb.size && byte_is_lower(verb.data[0]) ? verb : (struct bytes){ NULL, 0 };
}

static bool is_for_verb(const struct option *o, const char *word)
{
	for (struct bytes rest = verb_of(o); rest.data;)
		if (bytes_equal(bytes_cut(&rest, '|'), bytes_of(word)))
			return true;
	return false;
}

static enum status check_verbs(const struct parse *p)
{
	const struct strings *words = &p->settings->sources;
	for (size_t i = 0; words->n && i < p->of_verb->n; i++) {
		const struct option *o = p->of_verb->options[i];
		if (is_for_verb(o, words->items[0]))
			continue;
		return fail(p->d, ERR_USAGE, 0, "%s is for 'hwb %s %.*s', not for 'hwb %s %.100s'", o->name, p->command->name,
			    BYTES_ARG(verb_of(o)), p->command->name, words->items[0]);
	}
	return OK;
}

static enum status take(const struct parse *p, const struct option *o, const char *value)
{
	if (verb_of(o).size && p->of_verb->n < COUNT(p->of_verb->options))
		p->of_verb->options[p->of_verb->n++] = o;
	if (!o->take) {
		*p->ret_help = true;
		return OK;
	}
	enum status s = o->take(p->settings, p->arena, value, p->d);
	return s ? explain(p->d, "%s", o->name) : OK;
}

/* The userinfo of a URL anywhere in an argument: it would stand in the process list and the shell's history. For http and https
 * a user name alone is refused too, because it is usually a token. */
static bool has_password(struct bytes text)
{
	for (size_t at; (at = bytes_search(text, BYTES("://"))) < text.size;) {
		struct bytes scheme = bytes_part(text, 0, at);
		bool is_http = bytes_ends(scheme, BYTES("http")) || bytes_ends(scheme, BYTES("https"));
		text = bytes_from(text, at + 3);
		size_t end = 0;
		while (end < text.size && text.data[end] != '/' && text.data[end] != '?' && text.data[end] != '#' &&
		       !byte_is_blank(text.data[end]))
			end++;
		struct bytes host = bytes_part(text, 0, end);
		size_t userinfo = bytes_find_last(host, '@');
		if (userinfo < host.size && userinfo && (is_http || bytes_find(bytes_part(host, 0, userinfo), ':') < userinfo))
			return true;
	}
	return false;
}

static enum status refuse_password(const struct parse *p, const char *what)
{
	(void)fail(p->d, ERR_USAGE, 0, "%s: a URL on the command line may not carry a user name or password: others can see it",
		   what);
	return remedy(
		p->d,
		"set HWB_INDEX_<NAME>_USERNAME and HWB_INDEX_<NAME>_PASSWORD (NAME is DEFAULT, or [index] name), or use --netrc");
}

static enum status take_long(const struct parse *p, char ***argv)
{
	struct bytes rest = bytes_of(**argv), name = bytes_cut(&rest, '=');
	const struct option *o = find(p, name, 0);
	if (!o)
		return unknown(p, name);
	if (rest.data && !o->value)
		return fail(p->d, ERR_USAGE, 0, "%s takes no value", o->name);
	const char *value = rest.data ? (const char *)rest.data : NULL;
	if (!value && o->value && o->value[0] != '[') {
		value = (*argv)[1];
		if (!value)
			return fail(p->d, ERR_USAGE, 0, "%s takes a value: %s", o->name, o->value);
		++*argv;
	}
	if (value && has_password(bytes_of(value)))
		return refuse_password(p, o->name);
	return take(p, o, value);
}

/* "-v", "-qv", "-o dir", "-odir". */
static enum status take_short(const struct parse *p, char ***argv)
{
	for (const char *c = **argv + 1; *c; c++) {
		const struct option *o = find(p, (struct bytes){ NULL, 0 }, *c);
		enum status s;
		if (!o)
			return unknown(p, bytes_of((char[]){ '-', *c, '\0' }));
		if (!o->value || o->value[0] == '[') {
			s = take(p, o, NULL);
			if (s)
				return s;
			continue;
		}
		const char *value = c[1] ? c + 1 : (*argv)[1];
		if (!value)
			return fail(p->d, ERR_USAGE, 0, "-%c (%s) takes a value: %s", *c, o->name, o->value);
		*argv += !c[1];
		return has_password(bytes_of(value)) ? refuse_password(p, o->name) : take(p, o, value);
	}
	return OK;
}

static enum status take_word(const struct parse *p, const char *word)
{
	if (has_password(bytes_of(word)))
		return refuse_password(p, "the source");
	if (!p->command->arguments[0])
		return fail(p->d, ERR_USAGE, 0, "hwb %s takes no argument, not '%.100s'", p->command->name, word);
	strings_add(&p->settings->sources, p->arena, bytes_of(word));
	return OK;
}

static bool wants_no_config(char **argv)
{
	for (; *argv && strcmp(*argv, "--") != 0; argv++)
		if (strcmp(*argv, "--no-config") == 0)
			return true;
	return false;
}

static enum status parse_all(const struct parse *p, char **argv)
{
	bool only_words = false;
	for (; *argv; argv++) {
		enum status s;
		if (!only_words && strcmp(*argv, "--") == 0) {
			only_words = true;
			continue;
		}
		if (only_words || (*argv)[0] != '-' || (*argv)[1] == '\0')
			s = take_word(p, *argv);
		else
			s = (*argv)[1] == '-' ? take_long(p, &argv) : take_short(p, &argv);
		if (s || *p->ret_help)
			return s;
	}
	return OK;
}

enum status options_parse(const struct command *command, char **argv, struct settings *s, struct arena *a, bool *ret_help,
			  struct diag *d)
{
	struct diag scratch = { 0 };
	bool help = false;
	struct of_verb of_verb = { .n = 0 };
	struct parse p = {
		.command = command, .settings = s, .arena = a, .ret_help = &help, .of_verb = &of_verb, .d = d ? d : &scratch
	};
	if (wants_no_config(argv)) {
		struct settings_places places = settings_places_default();
		places.no_files = true;
		enum status status = settings_load_from(s->environment, &places, a, s, p.d);
		if (status)
			return status;
	}
	enum status status = parse_all(&p, argv);
	if (status == OK && !help)
		status = check_verbs(&p);
	if (status == OK && !help)
		status = settings_finish(s, a, p.d);
	*ret_help = help;
	return status;
}

/* ---- before the command ---- */

static const struct option *find_common(struct bytes name, char letter)
{
	for (const struct option *o = common; o->name; o++)
		if (letter ? o->letter == letter : has_name(o, name))
			return o;
	return NULL;
}

enum status options_before_command(char **argv, size_t *ret_n, struct diag *d)
{
	struct bytes rest = bytes_of(argv[0]), name = bytes_cut(&rest, '=');
	bool is_long = bytes_starts(name, BYTES("--")), known = true;
	const struct option *o = is_long ? find_common(name, 0) : NULL;
	for (const char *c = argv[0] + 1; !is_long && *c; c++)
		known = known && find_common((struct bytes){ NULL, 0 }, *c); /* no common letter takes a value */
	if (is_long ? !o : !known || !argv[0][1]) {
		(void)fail(d, ERR_USAGE, 0, "'%.*s' before the command is no common option", BYTES_ARG(bytes_part(name, 0, 100)));
		return remedy(d, "the command comes first: hwb COMMAND [OPTIONS]; 'hwb --help' has the list");
	}
	bool takes_next = o && o->value && !rest.data;
	if (takes_next && !argv[1])
		return fail(d, ERR_USAGE, 0, "%s takes a value: %s", o->name, o->value);
	*ret_n = takes_next ? 2 : 1;
	return OK;
}

/* ---- help ---- */

enum { HELP_COLUMN = 32 };

static void put_option(const struct option *o, struct buf *out)
{
	CLEANUP(buf_done) struct buf left;
	buf_init(&left, 4096);
	if (o->letter)
		buf_printf(&left, "  -%c, %s", o->letter, o->name);
	else
		buf_printf(&left, "      %s", o->name);
	if (o->value)
		buf_printf(&left, o->value[0] == '[' ? "[=%.*s]" : " %.*s", (int)strlen(o->value) - 2 * (o->value[0] == '['),
			   o->value + (o->value[0] == '['));
	if (left.size + 2 > HELP_COLUMN)
		buf_printf(out, "%s\n%*s", buf_string(&left), HELP_COLUMN, "");
	else
		buf_printf(out, "%-*s", HELP_COLUMN, buf_string(&left));
	buf_add_string(out, o->what);
	for (size_t i = 0; i < COUNT(o->aliases) && o->aliases[i]; i++)
		buf_printf(out, "%s%s%s", i ? ", " : " (also ", o->aliases[i],
			   i + 1 == COUNT(o->aliases) || !o->aliases[i + 1] ? ")" : "");
	buf_add_byte(out, '\n');
}

void options_help(const struct command *command, struct buf *out)
{
	buf_printf(out, "hwb %s: %s\n\nusage: hwb %s [OPTIONS]%s%s\n\n", command->name, command->what, command->name,
		   command->arguments[0] ? " " : "", command->arguments);
	const struct option *first = options_next(command, NULL);
	for (const struct option *o = first; o; o = options_next(command, o)) {
		if (o == common && o != first)
			buf_add_byte(out, '\n');
		put_option(o, out);
	}
}

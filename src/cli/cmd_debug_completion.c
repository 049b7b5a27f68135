/* `hwb debug completion bash|zsh|fish`: what a shell offers behind TAB, from the very tables that parse the command line.
 * completions/ holds what this prints. What an option takes is read from the word that --help shows for it. */
#include "base/cleanup.h"
#include "base/fd.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/debug.h"
#include "cli/exit.h"

enum { SCRIPT_MAX = 1 << 20 };

enum takes { TAKES_NOTHING, TAKES_TEXT, TAKES_FILE, TAKES_FOLDER, TAKES_WORD };

struct values {
	enum takes takes;
	bool optional; /* "--netrc[=FILE]": only behind "=" */
	const char *words; /* of TAKES_WORD: "auto always never" */
	const char *name; /* as --help has it, without brackets */
};

/* "DIR|URL", "[FILE]", "[SRC...]", "VERSION|PATH", "show|verify|path", "add NAME|list": alternatives; those in lower case are the words
 * themselves. */
static struct values values_of(const char *text, struct arena *a)
{
	static const struct {
		const char *name;
		enum takes takes;
	} kinds[] = { { "FILE", TAKES_FILE }, { "PATH", TAKES_FILE }, { "SRC", TAKES_FILE }, { "DIR", TAKES_FOLDER } };
	struct values v = { .takes = TAKES_NOTHING, .words = "", .name = "" };
	struct bytes rest = bytes_of(text);
	if (!rest.size)
		return v;
	v.optional = rest.data[0] == '[';
	rest = bytes_from(rest, v.optional);
	while (rest.size && (bytes_ends(rest, BYTES("]")) || bytes_ends(rest, BYTES("."))))
		rest.size--;
	v.name = arena_string(a, rest);
	v.takes = TAKES_TEXT;
	while (rest.data) {
		struct bytes more = bytes_cut(&rest, '|'), one = bytes_cut(&more, ' ');
		for (size_t i = 0; i < COUNT(kinds); i++)
			if (bytes_equal(one, bytes_of(kinds[i].name)))
				v.takes = kinds[i].takes;
		if (!one.size || !byte_is_lower(one.data[0]))
			continue;
		v.takes = TAKES_WORD;
		v.words = arena_printf(a, "%s%s%.*s", v.words, v.words[0] ? " " : "", BYTES_ARG(one));
	}
	return v;
}

/* `hwb help` is no command of the table; it takes the name of one. */
static const char help_what[] = "print the commands, or the options of one";

static void put_command_names(const struct command *all, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s", i ? " " : "", all[i].name);
}

/* One way to write an option: "--out-dir", "--outdir" or "-o". */
typedef void spelling_writer(struct buf *out, const struct command *c, const struct option *o, const char *spelling, struct arena *a);

static void each_spelling(const struct command *c, const struct option *o, struct arena *a, struct buf *out, spelling_writer *write)
{
	write(out, c, o, o->name, a);
	for (size_t i = 0; i < COUNT(o->aliases) && o->aliases[i]; i++)
		write(out, c, o, o->aliases[i], a);
	if (o->letter)
		write(out, c, o, (const char[]){ '-', o->letter, '\0' }, a);
}

static void each_option(const struct command *c, struct arena *a, struct buf *out, spelling_writer *write)
{
	for (const struct option *o = options_next(c, NULL); o; o = options_next(c, o))
		each_spelling(c, o, a, out, write);
}

/* Text for inside of '...': each of these characters gets this before it. */
static void put_quoted(struct buf *out, const char *text, const char *special, const char *before)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			buf_add_string(out, before);
		buf_add_byte(out, (unsigned char)*text);
	}
}

/* ---- bash ---- */

static void bash_spelling(struct buf *out, const struct command *c, const struct option *o, const char *spelling, struct arena *a)
{
	(void)c;
	(void)o;
	(void)a;
	buf_printf(out, "%s ", spelling);
}

static void bash_answer(const struct values *v, struct buf *out)
{
	static const char *const answers[] = {
		[TAKES_NOTHING] = ":", [TAKES_TEXT] = ":", [TAKES_FILE] = "_hwb_paths -f", [TAKES_FOLDER] = "_hwb_paths -d"
	};
	if (v->takes == TAKES_WORD)
		buf_printf(out, "_hwb_words \"%s\" ;;\n", v->words);
	else
		buf_printf(out, "%s ;;\n", answers[v->takes]);
}

static void bash_value(struct buf *out, const struct command *c, const struct option *o, const char *spelling, struct arena *a)
{
	struct values v = values_of(o->value, a);
	bool is_long = spelling[1] == '-';
	if (v.takes == TAKES_NOTHING || (v.optional && !is_long))
		return;
	buf_add_byte(out, '\t');
	if (is_long)
		buf_printf(out, "\"%s %s=\"%s", c->name, spelling, v.optional ? "" : " | ");
	if (!v.optional)
		buf_printf(out, "\"%s %s\"", c->name, spelling);
	buf_add_string(out, ") ");
	bash_answer(&v, out);
}

static void bash_script(const struct command *all, size_t n, struct arena *a, struct buf *out)
{
	buf_add_string(out, "_hwb_words() {\n\tmapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\")\n}\n\n"
			    "_hwb_paths() {\n\tcompopt -o filenames\n\tmapfile -t COMPREPLY < <(compgen \"$1\" -- \"$cur\")\n}\n\n"
			    "_hwb_options() {\n\tcase $1 in\n");
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "\t%s) _hwb_words \"", all[i].name);
		each_option(&all[i], a, out, bash_spelling);
		buf_add_string(out, "\" ;;\n");
	}
	buf_add_string(out, "\tesac\n}\n\n# Fails for an option that takes no value.\n_hwb_value() {\n\tcase \"$1 $2\" in\n");
	for (size_t i = 0; i < n; i++)
		each_option(&all[i], a, out, bash_value);
	buf_add_string(out, "\t*) return 1 ;;\n\tesac\n}\n\n_hwb_argument() {\n\tcase $1 in\n");
	for (size_t i = 0; i < n; i++) {
		struct values v = values_of(all[i].arguments, a);
		buf_printf(out, "\t%s) ", all[i].name);
		bash_answer(&v, out);
	}
	buf_add_string(out, "\thelp) _hwb_words \"");
	put_command_names(all, n, out);
	buf_add_string(out, "\" ;;\n\tesac\n}\n\n_hwb() {\n"
			    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}\n"
			    "\tCOMPREPLY=()\n"
			    "\tif ((COMP_CWORD == 1)); then\n"
			    "\t\t_hwb_words \"");
	put_command_names(all, n, out);
	buf_add_string(out, " help --help --version\"\n\t\treturn\n\tfi\n"
			    "\t# \"--color=never\" comes as three words.\n"
			    "\tif [[ $cur == = ]]; then\n"
			    "\t\tcur='' prev+='='\n"
			    "\telif [[ $prev == = ]]; then\n"
			    "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}=\n"
			    "\tfi\n"
			    "\tif [[ \" ${COMP_WORDS[*]:0:COMP_CWORD} \" == *' -- '* ]]; then\n"
			    "\t\t_hwb_paths -f\n"
			    "\telif _hwb_value \"$command\" \"$prev\"; then\n"
			    "\t\treturn\n"
			    "\telif [[ $cur == -* ]]; then\n"
			    "\t\t_hwb_options \"$command\"\n"
			    "\telse\n"
			    "\t\t_hwb_argument \"$command\"\n"
			    "\tfi\n"
			    "}\n\n"
			    "complete -F _hwb hwb\n");
}

/* ---- zsh ---- */

static void zsh_text(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			buf_add_string(out, "'\\'");
		else if (strchr("[]:\\", *text))
			buf_add_byte(out, '\\');
		buf_add_byte(out, (unsigned char)*text);
	}
}

/* ":FILE:_files"; with two colons it may be left away. */
static void zsh_answer(const struct values *v, struct buf *out)
{
	static const char *const answers[] = {
		[TAKES_NOTHING] = "", [TAKES_TEXT] = " ", [TAKES_FILE] = "_files", [TAKES_FOLDER] = "_files -/"
	};
	if (v->takes == TAKES_NOTHING)
		return;
	buf_printf(out, "%s", v->optional ? "::" : ":");
	zsh_text(out, v->takes == TAKES_WORD ? "word" : v->name);
	if (v->takes == TAKES_WORD)
		buf_printf(out, ":(%s)", v->words);
	else
		buf_printf(out, ":%s", answers[v->takes]);
}

/* '*--out-dir=[Where artefacts go.]:DIR:_files -/': "=" or the next word, "=-" only "=", "+" this word or the next. */
static void zsh_spelling(struct buf *out, const struct command *c, const struct option *o, const char *spelling, struct arena *a)
{
	struct values v = values_of(o->value, a);
	bool is_long = spelling[1] == '-', takes = v.takes != TAKES_NOTHING && (is_long || !v.optional);
	(void)c;
	buf_printf(out, " \\\n\t\t\t'*%s%s[", spelling, !takes ? "" : !is_long ? "+" : v.optional ? "=-" : "=");
	zsh_text(out, o->what);
	buf_add_byte(out, ']');
	if (takes)
		zsh_answer(&v, out);
	buf_add_byte(out, '\'');
}

static void zsh_script(const struct command *all, size_t n, struct arena *a, struct buf *out)
{
	buf_add_string(out, "_hwb() {\n\tlocal -a commands=(\n");
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "\t\t'%s:", all[i].name);
		put_quoted(out, all[i].what, "'", "'\\'");
		buf_add_string(out, "'\n");
	}
	buf_printf(out, "\t\t'help:%s'\n", help_what);
	buf_add_string(out, "\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe -t commands command commands\n\t\treturn\n\tfi\n"
			    "\tshift words\n\t(( CURRENT-- ))\n\tcase $words[1] in\n");
	for (size_t i = 0; i < n; i++) {
		struct values v = values_of(all[i].arguments, a);
		buf_printf(out, "\t%s)\n\t\t_arguments -s -S", all[i].name);
		each_option(&all[i], a, out, zsh_spelling);
		if (v.takes != TAKES_NOTHING) {
			v.optional = false;
			buf_add_string(out, " \\\n\t\t\t'*");
			zsh_answer(&v, out);
			buf_add_byte(out, '\'');
		}
		buf_add_string(out, "\n\t\t;;\n");
	}
	buf_add_string(out, "\thelp)\n\t\t_arguments '*:word:(");
	put_command_names(all, n, out);
	buf_add_string(out, ")'\n\t\t;;\n");
	buf_add_string(out, "\tesac\n}\n\n_hwb \"$@\"\n");
}

/* ---- fish ---- */

static void fish_spelling(struct buf *out, const struct command *c, const struct option *o, const char *spelling, struct arena *a)
{
	static const char *const answers[] = {
		[TAKES_NOTHING] = "", [TAKES_TEXT] = " -x", [TAKES_FILE] = " -r -F", [TAKES_FOLDER] = " -x -a '(__fish_complete_directories)'"
	};
	struct values v = values_of(o->value, a);
	bool is_long = spelling[1] == '-';
	buf_printf(out, "complete -c hwb -n '__hwb_is %s' %s %s", c->name, is_long ? "-l" : "-s", spelling + (is_long ? 2 : 1));
	if (!v.optional && v.takes == TAKES_WORD)
		buf_printf(out, " -x -a '%s'", v.words);
	else if (!v.optional)
		buf_add_string(out, answers[v.takes]);
	buf_add_string(out, " -d '");
	put_quoted(out, o->what, "'\\", "\\");
	buf_add_string(out, "'\n");
}

static void fish_script(const struct command *all, size_t n, struct arena *a, struct buf *out)
{
	buf_add_string(out, "function __hwb_is\n\tset -l words (commandline -opc)\n"
			    "\ttest (count $words) -gt 1; and test $words[2] = $argv[1]\nend\n\n"
			    "function __hwb_begins\n\ttest (count (commandline -opc)) -eq 1\nend\n\n"
			    "complete -c hwb -f\n");
	for (size_t i = 0; i < n; i++) {
		struct values v = values_of(all[i].arguments, a);
		buf_printf(out, "\ncomplete -c hwb -n __hwb_begins -a %s -d '", all[i].name);
		put_quoted(out, all[i].what, "'\\", "\\");
		buf_add_string(out, "'\n");
		if (v.takes == TAKES_WORD)
			buf_printf(out, "complete -c hwb -n '__hwb_is %s' -a '%s'\n", all[i].name, v.words);
		else if (v.takes == TAKES_FILE)
			buf_printf(out, "complete -c hwb -n '__hwb_is %s' -F\n", all[i].name);
		each_option(&all[i], a, out, fish_spelling);
	}
	buf_printf(out, "\ncomplete -c hwb -n __hwb_begins -a help -d '%s'\ncomplete -c hwb -n '__hwb_is help' -a '", help_what);
	put_command_names(all, n, out);
	buf_add_string(out, "'\n");
}

/* ---- the verb ---- */

static const struct {
	const char *name, *first_line;
	void (*write)(const struct command *all, size_t n, struct arena *a, struct buf *out);
} shells[] = {
	{ "bash", "# bash completion for hwb", bash_script },
	{ "zsh", "#compdef hwb", zsh_script },
	{ "fish", "# fish completion for hwb", fish_script },
};

int debug_completion(struct settings *s, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	struct diag d = { 0 };
	size_t n;
	const struct command *all = commands_all(&n);
	enum status status = ERR_USAGE;
	buf_init(&out, SCRIPT_MAX);
	(void)fail(&d, ERR_USAGE, 0, "hwb debug completion takes one of: bash, zsh, fish");
	for (size_t i = 0; s->sources.n == 2 && i < COUNT(shells); i++) {
		if (strcmp(s->sources.items[1], shells[i].name) != 0)
			continue;
		buf_printf(&out, "%s\n# Made by `hwb debug completion %s`: change the tables of hwb instead.\n\n",
			   shells[i].first_line, shells[i].name);
		shells[i].write(all, n, a, &out);
		status = buf_check(&out, "the script", &d);
		if (status == OK)
			status = fd_write_all(1, buf_bytes(&out), &d);
	}
	if (status)
		console_error(console_open(s, environ, a), &d);
	return (int)exit_code_of(status);
}

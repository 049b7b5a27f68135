/* configure, Makefile, *.sh: commands that fetch, decode and run (POSIX shell 2.9; GNU make, "Recipe Syntax"). Not a shell: it knows
 * where a command begins, pipes and substitutions, not what variables hold. */
#include <string.h>

#include "scan/files_parts.h"

enum {
	RUNS = 1, /* a shell or another interpreter, or what takes code as text */
	FETCHES = 2,
	CONNECTS = 4,
	DECODES = 8,
	PREFIX = 16, /* the command is behind it */
	KEYWORD = 32, /* the same, but it takes no options */
	TELLS = 64, /* runs its arguments unless they say "only look" */
};

static const struct {
	const char *name;
	unsigned is;
} commands[] = {
	{ "sh", RUNS },        { "bash", RUNS },       { "dash", RUNS },
	{ "zsh", RUNS },       { "ksh", RUNS },        { "python", RUNS },
	{ "python3", RUNS },   { "perl", RUNS },       { "ruby", RUNS },
	{ "node", RUNS },      { "php", RUNS },        { "eval", RUNS },
	{ "source", RUNS },    { ".", RUNS },          { "curl", FETCHES },
	{ "wget", FETCHES },   { "aria2c", FETCHES },  { "lwp-download", FETCHES },
	{ "nc", CONNECTS },    { "ncat", CONNECTS },   { "netcat", CONNECTS },
	{ "socat", CONNECTS }, { "telnet", CONNECTS }, { "ssh", CONNECTS },
	{ "scp", CONNECTS },   { "sftp", CONNECTS },   { "ftp", CONNECTS },
	{ "tftp", CONNECTS },  { "base64", DECODES },  { "uudecode", DECODES },
	{ "xxd", DECODES },    { "openssl", DECODES }, { "sudo", PREFIX },
	{ "exec", PREFIX },    { "env", PREFIX },      { "time", PREFIX },
	{ "nice", PREFIX },    { "nohup", PREFIX },    { "xargs", PREFIX },
	{ "command", TELLS },  { "then", KEYWORD },    { "do", KEYWORD },
	{ "else", KEYWORD },   { "elif", KEYWORD },    { "if", KEYWORD },
	{ "while", KEYWORD },  { "until", KEYWORD },   { "shell", KEYWORD },
	{ "!", KEYWORD },      { "{", KEYWORD },
};

/* Programs that fetch by a word of theirs. */
static const struct {
	const char *command, *word;
} installers[] = {
	{ "git", "clone" },       { "git", "fetch" },     { "git", "submodule" }, { "pip", "install" },  { "pip3", "install" },
	{ "pip", "download" },    { "npm", "install" },   { "npm", "ci" },        { "yarn", "install" }, { "pnpm", "install" },
	{ "npx", "-y" },          { "cargo", "install" }, { "go", "install" },    { "go", "get" },       { "gem", "install" },
	{ "apt-get", "install" }, { "apt", "install" },   { "apk", "add" },       { "yum", "install" },  { "dnf", "install" },
	{ "brew", "install" },    { "conda", "install" }, { "svn", "checkout" },  { "hg", "clone" },
};

struct shell_walk {
	struct spot *spot;
	struct bytes code;
	bool at_command, after_prefix, looks; /* looks: behind "command", whose -v only looks */
	unsigned seen; /* of this statement */
	bool piped; /* a pipe stands between what was seen and here */
	bool decodes; /* the command is one that can decode */
	unsigned inside; /* open parentheses */
	unsigned lines; /* of this statement, when parentheses hold it open */
	struct bytes command;
};

static void statement_end(struct shell_walk *w)
{
	enum { LINES_MAX = 16 }; /* parentheses of a case hold nothing open */
	w->at_command = true;
	w->after_prefix = w->looks = w->decodes = w->piped = false;
	w->command.size = 0;
	if (w->inside && ++w->lines < LINES_MAX)
		return;
	w->seen = w->inside = w->lines = 0;
}

static unsigned command_is(struct bytes name)
{
	for (size_t i = 0; i < COUNT(commands); i++)
		if (bytes_equal(name, bytes_of(commands[i].name)))
			return commands[i].is;
	return 0;
}

/* NAME=value before a command. */
static bool is_assignment(struct bytes word)
{
	size_t sign = bytes_find(word, '=');
	for (size_t i = 0; i < sign && i < word.size; i++)
		if (!byte_is_alnum(word.data[i]) && word.data[i] != '_')
			return false;
	return sign > 0 && sign < word.size;
}

/* What is fetched or decoded and then run. */
static void tell_run(struct shell_walk *w, unsigned is, size_t at)
{
	bool behind = w->piped && (is & RUNS), before = w->inside && (w->seen & RUNS);
	unsigned what = behind ? w->seen : before ? is : 0;
	if (what & (FETCHES | CONNECTS))
		spot_tell(w->spot, "sh.fetch-run", w->command, at);
	if (what & DECODES)
		spot_tell(w->spot, "sh.decode-run", w->command, at);
}

static void run_command(struct shell_walk *w, struct bytes word, size_t at)
{
	unsigned is = command_is(word);
	w->command = word;
	w->decodes = is & DECODES;
	if (is & FETCHES)
		spot_tell(w->spot, "sh.fetch", word, at);
	if (is & CONNECTS)
		spot_tell(w->spot, "sh.connect", word, at);
	if (is & ~(unsigned)DECODES)
		tell_run(w, is, at);
	w->seen |= is & ~(unsigned)DECODES;
	if (bytes_equal(word, BYTES("eval"))) {
		size_t next = code_skip(w->code, at + word.size);
		next += next < w->code.size && w->code.data[next] == '(';
		if (bytes_starts(bytes_from(w->code, next), BYTES("$(")) || bytes_starts(bytes_from(w->code, next), BYTES("`")))
			spot_tell(w->spot, "sh.eval", BYTES("eval"), at);
	}
}

static void take_argument(struct shell_walk *w, struct bytes word, size_t at)
{
	bool decode = bytes_equal(word, BYTES("-d")) || bytes_equal(word, BYTES("-D")) || bytes_equal(word, BYTES("--decode")) ||
		      bytes_equal(word, BYTES("-r")) || bytes_equal(word, BYTES("-di"));
	if (w->decodes && (decode || bytes_equal(w->command, BYTES("uudecode")))) {
		w->decodes = false;
		tell_run(w, DECODES, at);
		w->seen |= DECODES;
	}
	for (size_t i = 0; i < COUNT(installers); i++)
		if (bytes_equal(word, bytes_of(installers[i].word)) && bytes_equal(w->command, bytes_of(installers[i].command)))
			spot_tell(w->spot, "sh.install", w->command, at);
	bool module = bytes_equal(word, BYTES("pip")) || bytes_equal(word, BYTES("pip3"));
	if (module && bytes_starts(w->command, BYTES("python")))
		w->command = BYTES("pip");
}

static void take_word(struct shell_walk *w, struct bytes word, size_t at)
{
	while (w->at_command && word.size > 1 && (word.data[0] == '@' || word.data[0] == '-' || word.data[0] == '+') &&
	       !w->after_prefix) {
		word = bytes_from(word, 1); /* of a recipe of make: silent, go on, always */
		at++;
	}
	if (!w->at_command) {
		take_argument(w, word, at);
		return;
	}
	if (w->after_prefix && word.size && word.data[0] == '-') {
		bool only_looks = w->looks && word.size > 1 && byte_lower(word.data[1]) == 'v';
		w->at_command = !only_looks;
		return;
	}
	if (is_assignment(word) || !word.size)
		return;
	size_t slash = bytes_find_last(word, '/');
	struct bytes name = slash < word.size ? bytes_from(word, slash + 1) : word;
	unsigned is = command_is(name);
	w->after_prefix = is & (PREFIX | TELLS);
	w->looks = is & TELLS;
	if (is & (PREFIX | TELLS | KEYWORD))
		return;
	w->at_command = false;
	run_command(w, name, slash < word.size ? at + slash + 1 : at);
}

static bool is_at(const struct shell_walk *w, size_t at, const char *text)
{
	return bytes_starts(bytes_from(w->code, at), bytes_of(text));
}

/* A byte that ends a word and says what comes next. Returns how many bytes it takes. */
static size_t take_separator(struct shell_walk *w, size_t at)
{
	unsigned char c = w->code.data[at];
	if (c == '\n' || c == ';') {
		statement_end(w);
	} else if (is_at(w, at, "&&") || is_at(w, at, "||")) {
		statement_end(w);
		return 2;
	} else if (c == '&') {
		bool redirect = at > 0 && (w->code.data[at - 1] == '>' || w->code.data[at - 1] == '<');
		if (!redirect && !is_at(w, at, "&>"))
			statement_end(w);
	} else if (c == '|') {
		w->at_command = w->piped = true;
		w->after_prefix = w->decodes = false;
	} else if (c == '(' || c == '`') {
		w->at_command = true;
		w->after_prefix = w->decodes = false;
		w->inside += w->inside < 1000;
	} else if (c == ')') {
		w->inside -= w->inside > 0;
		w->at_command = w->inside == 0 && w->command.size == 0;
	}
	return 1;
}

static bool is_separator(unsigned char c)
{
	return byte_is_blank(c) || strchr("\n;&|()`<>", c);
}

static void walk(struct spot *spot, struct bytes code)
{
	struct shell_walk w = { .spot = spot, .code = code, .at_command = true };
	for (size_t at = 0; at < code.size;) {
		size_t from = at;
		if (is_at(&w, at, "\\\n")) { /* a line that goes on */
			at += 2;
			continue;
		}
		while (at < code.size && !is_separator(code.data[at]) && !is_at(&w, at, "\\\n"))
			at++;
		if (at > from)
			take_word(&w, bytes_part(code, from, at - from), from);
		else
			at += take_separator(&w, at);
	}
}

/* A name that the shell itself takes for a connection (bash(1), "Redirection"). */
static void scan_devices(struct spot *spot, struct bytes code)
{
	static const char *const names[] = { "/dev/tcp/", "/dev/udp/" };
	for (size_t i = 0; i < COUNT(names); i++) {
		size_t at = bytes_search(code, bytes_of(names[i]));
		if (at < code.size)
			spot_tell(spot, "sh.dev-tcp", bytes_of(names[i]), at);
	}
}

void shell_file_scan(struct file_scan *scan, const struct source_file *file, enum scan_zone zone)
{
	bool make = bytes_search(file->name, BYTES("akefile")) < file->name.size || bytes_ends(file->name, BYTES(".mk")) ||
		    bytes_ends(file->name, BYTES(".mak"));
	struct bytes code = code_text(file->content, make ? CODE_MAKE : CODE_SHELL, false, scan->arena);
	struct spot spot = spot_of(scan, file, zone);
	walk(&spot, code);
	scan_devices(&spot, code);
	build_text_scan(&spot, code);
	if (zone == ZONE_BUILD)
		build_mentions(scan, code);
}

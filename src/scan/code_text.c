#include "scan/code_text.h"

#include <string.h>

#include "base/status.h"

struct masker {
	struct bytes in;
	unsigned char *out;
	size_t at;
	bool keep_strings;
};

static unsigned char peek(const struct masker *m, size_t ahead)
{
	return ahead < m->in.size - m->at ? m->in.data[m->at + ahead] : 0;
}

/* Goes on to `to`, which may be beyond the end; what is passed becomes blanks, its line ends stay. */
static void blank(struct masker *m, size_t to)
{
	for (; m->at < to && m->at < m->in.size; m->at++)
		if (m->in.data[m->at] != '\n')
			m->out[m->at] = ' ';
}

static void pass(struct masker *m, size_t n)
{
	m->at = m->in.size - m->at < n ? m->in.size : m->at + n;
}

static void string_to(struct masker *m, size_t to)
{
	if (m->keep_strings)
		pass(m, to > m->at ? to - m->at : 0);
	else
		blank(m, to);
}

static size_t line_end(const struct masker *m)
{
	return m->at + bytes_find(bytes_from(m->in, m->at), '\n');
}

/* Where the next `close` is, an escape and what is behind it left out; line_only: at the latest at the end of the line. */
static size_t quote_end(struct bytes in, size_t at, unsigned char close, bool escapes, bool line_only)
{
	while (at < in.size && in.data[at] != close && !(line_only && in.data[at] == '\n'))
		at += escapes && in.data[at] == '\\' ? 2 : 1;
	return at < in.size ? at : in.size;
}

static void quoted(struct masker *m, unsigned char close, bool escapes, bool line_only)
{
	pass(m, 1);
	string_to(m, quote_end(m->in, m->at, close, escapes, line_only));
	pass(m, 1);
}

static bool is_word_byte(unsigned char c)
{
	return byte_is_alnum(c) || c == '_' || c >= 0x80;
}

static bool in_word(const struct masker *m)
{
	return m->at > 0 && is_word_byte(m->in.data[m->at - 1]);
}

static void rust_block_comment(struct masker *m)
{
	size_t depth = 0, at = m->at;
	do {
		bool more = at + 1 < m->in.size;
		if (more && m->in.data[at] == '/' && m->in.data[at + 1] == '*') {
			depth++;
			at += 2;
		} else if (more && m->in.data[at] == '*' && m->in.data[at + 1] == '/') {
			depth--;
			at += 2;
		} else {
			at++;
		}
	} while (depth && at < m->in.size);
	blank(m, at);
}

/* r"..", r#".."#, br"..", cr"..". Returns whether there was one. */
static bool rust_raw_string(struct masker *m)
{
	size_t ahead = peek(m, 0) == 'b' || peek(m, 0) == 'c' ? 1 : 0, hashes = 0;
	if (in_word(m) || peek(m, ahead) != 'r')
		return false;
	for (ahead++; peek(m, ahead) == '#' && hashes < 255; ahead++)
		hashes++;
	if (peek(m, ahead) != '"')
		return false;
	pass(m, ahead + 1);
	size_t at = m->at;
	for (size_t run = 0; at < m->in.size; at++) {
		bool quote = m->in.data[at] == '"';
		if (quote && hashes == 0)
			break;
		run = quote ? 1 : run && m->in.data[at] == '#' ? run + 1 : 0;
		if (run == hashes + 1) {
			at -= hashes;
			break;
		}
	}
	string_to(m, at);
	pass(m, 1 + hashes);
	return true;
}

/* 'x', '\n', '\u{1f600}', a character of several bytes; but not the 'a of a lifetime. */
static void rust_apostrophe(struct masker *m)
{
	enum { LONGEST = 12 }; /* '\u{10ffff}' */
	size_t ahead = 1;
	if (peek(m, 1) == '\\')
		ahead = quote_end(bytes_part(m->in, m->at, LONGEST), 1, '\'', true, true);
	else
		while (ahead < 5 && (ahead == 1 || peek(m, ahead) >= 0x80) && peek(m, ahead))
			ahead++;
	if (peek(m, ahead) != '\'')
		pass(m, 1);
	else {
		pass(m, 1);
		string_to(m, m->at + ahead - 1);
		pass(m, 1);
	}
}

static void rust_step(struct masker *m)
{
	unsigned char c = peek(m, 0);
	if (c == '/' && peek(m, 1) == '/')
		blank(m, line_end(m));
	else if (c == '/' && peek(m, 1) == '*')
		rust_block_comment(m);
	else if (c == '"')
		quoted(m, '"', true, false);
	else if (c == '\'')
		rust_apostrophe(m);
	else if (!(c == 'r' || c == 'b' || c == 'c') || !rust_raw_string(m))
		pass(m, 1);
}

static void meson_step(struct masker *m)
{
	static const unsigned char triple[] = "'''";
	unsigned char c = peek(m, 0);
	if (c == '#') {
		blank(m, line_end(m));
	} else if (c == '\'' && peek(m, 1) == '\'' && peek(m, 2) == '\'') {
		pass(m, 3);
		string_to(m, m->at + bytes_search(bytes_from(m->in, m->at), bytes_make(triple, 3)));
		pass(m, 3);
	} else if (c == '\'') {
		quoted(m, '\'', true, true);
	} else {
		pass(m, 1);
	}
}

/* "[[" or "[==[" from m->at + ahead: the size of the opening, 0 for none. */
static size_t cmake_bracket(const struct masker *m, size_t ahead)
{
	size_t n = 1;
	if (peek(m, ahead) != '[')
		return 0;
	while (peek(m, ahead + n) == '=')
		n++;
	return peek(m, ahead + n) == '[' ? n + 1 : 0;
}

/* Where "]==]" with as many signs as the opening begins. */
static size_t cmake_bracket_end(const struct masker *m, size_t at, size_t opening)
{
	size_t run = 0;
	for (; at < m->in.size; at++) {
		unsigned char c = m->in.data[at];
		if (c == ']' && run == opening - 1)
			return at + 1 - opening;
		run = c == ']' ? 1 : run && c == '=' ? run + 1 : 0;
	}
	return m->in.size;
}

static void cmake_step(struct masker *m)
{
	unsigned char c = peek(m, 0);
	size_t opening = c == '#' ? cmake_bracket(m, 1) : c == '[' ? cmake_bracket(m, 0) : 0;
	if (c == '#' && opening) {
		blank(m, cmake_bracket_end(m, m->at + 1 + opening, opening) + opening);
	} else if (c == '#') {
		blank(m, line_end(m));
	} else if (opening) {
		size_t end = cmake_bracket_end(m, m->at + opening, opening);
		pass(m, opening);
		string_to(m, end);
		pass(m, opening);
	} else if (c == '"') {
		quoted(m, '"', true, false);
	} else {
		pass(m, c == '\\' ? 2 : 1);
	}
}

/* Shell: what may be inside of what. A heredoc is a string that ends at an offset. */
enum { SHELL_DEPTH_MAX = 64, HEREDOCS_MAX = 4 };
struct shell_frame {
	enum { SHELL_CODE, SHELL_STRING, SHELL_HEREDOC } kind;
	unsigned char close;
	size_t end;
};
struct heredoc {
	struct bytes word;
	bool tabs, literal; /* "<<-": tabs before the word; a quoted word: nothing is substituted */
};
struct shell {
	struct masker m;
	bool line_only; /* make: a quote does not go beyond its line */
	struct shell_frame frames[SHELL_DEPTH_MAX];
	size_t n;
	struct heredoc heredocs[HEREDOCS_MAX];
	size_t n_heredocs;
	size_t known_to; /* up to here, the end of a line, line_has_shell is known */
	bool has_shell;
};

static void push(struct shell *s, struct shell_frame frame)
{
	if (s->n < SHELL_DEPTH_MAX)
		s->frames[s->n++] = frame;
}

static bool is_shell_word(struct bytes word)
{
	static const char *const names[] = { "sh", "bash", "dash", "zsh", "ksh", "python", "python3", "perl", "ruby", "node", "php" };
	word = bytes_from(word, bytes_find_last(word, '/') == word.size ? 0 : bytes_find_last(word, '/') + 1);
	for (size_t i = 0; i < COUNT(names); i++)
		if (bytes_equal(word, bytes_of(names[i])))
			return true;
	return false;
}

static bool is_shell_break(unsigned char c)
{
	return byte_is_blank(c) || (c && strchr(";&|()<>`", c));
}

/* Whether the line that is read starts a shell or the like: what stands below it for a program to read is code then. */
static bool line_has_shell(struct shell *s)
{
	struct bytes in = s->m.in;
	size_t from = s->m.at;
	if (from < s->known_to)
		return s->has_shell;
	while (from > s->known_to && in.data[from - 1] != '\n')
		from--;
	s->known_to = line_end(&s->m);
	s->has_shell = false;
	while (from < s->known_to && !s->has_shell) {
		size_t word = from;
		while (from < s->known_to && !is_shell_break(in.data[from]))
			from++;
		s->has_shell = is_shell_word(bytes_part(in, word, from - word));
		from++;
	}
	return s->has_shell;
}

/* At "<<": remembers the word that ends the text below this line. */
static void heredoc_begin(struct shell *s)
{
	struct masker *m = &s->m;
	struct heredoc h = { .tabs = peek(m, 2) == '-' };
	bool is_code = line_has_shell(s);
	pass(m, h.tabs ? 3 : 2);
	while (peek(m, 0) == ' ' || peek(m, 0) == '\t')
		pass(m, 1);
	unsigned char quote = peek(m, 0);
	h.literal = quote == '\'' || quote == '"' || quote == '\\';
	if (h.literal)
		pass(m, 1);
	size_t from = m->at, most = from + 128;
	while (m->at < m->in.size && m->at < most && !is_shell_break(peek(m, 0)) && peek(m, 0) != '\'' && peek(m, 0) != '"')
		pass(m, 1);
	h.word = bytes_part(m->in, from, m->at - from);
	if (h.literal && (peek(m, 0) == '\'' || peek(m, 0) == '"'))
		pass(m, 1);
	if (h.word.size && !is_code && s->n_heredocs < HEREDOCS_MAX)
		s->heredocs[s->n_heredocs++] = h;
}

/* At the start of the text of h: where its last line begins. */
static size_t heredoc_end(struct bytes in, size_t at, const struct heredoc *h)
{
	while (at < in.size) {
		size_t size = bytes_find(bytes_from(in, at), '\n');
		struct bytes line = bytes_part(in, at, size);
		while (h->tabs && line.size && line.data[0] == '\t')
			line = bytes_from(line, 1);
		if (bytes_equal(line, h->word))
			return at;
		at += size + 1;
	}
	return in.size;
}

/* Behind the end of a line: the first of the texts that were announced in it. */
static void heredoc_enter(struct shell *s)
{
	struct heredoc h = s->heredocs[0];
	size_t end = heredoc_end(s->m.in, s->m.at, &h);
	s->n_heredocs--;
	for (size_t i = 0; i < s->n_heredocs; i++)
		s->heredocs[i] = s->heredocs[i + 1];
	if (h.literal || s->n == SHELL_DEPTH_MAX)
		string_to(&s->m, end);
	else
		push(s, (struct shell_frame){ SHELL_HEREDOC, 0, end });
}

/* Whether the word before offset at says that a string behind it is run. */
static bool runs_string(struct bytes in, size_t at)
{
	while (at > 0 && (in.data[at - 1] == ' ' || in.data[at - 1] == '\t'))
		at--;
	size_t from = at;
	while (from > 0 && at - from < 5 && !is_shell_break(in.data[from - 1]))
		from--;
	struct bytes word = bytes_part(in, from, at - from);
	return bytes_equal(word, BYTES("eval")) ||
	       (word.size > 1 && word.size < 5 && word.data[0] == '-' && bytes_ends(word, BYTES("c")));
}

static void shell_quote(struct shell *s, unsigned char quote, bool escapes)
{
	struct masker *m = &s->m;
	if (runs_string(m->in, m->at)) {
		size_t end = quote_end(m->in, m->at + 1, quote, escapes, s->line_only);
		m->out[m->at] = '(';
		if (end < m->in.size && m->in.data[end] == quote)
			m->out[end] = ')';
		pass(m, end + 1 - m->at);
	} else if (quote == '"') {
		size_t end = s->line_only ? quote_end(m->in, m->at + 1, quote, true, true) : SIZE_MAX;
		pass(m, 1);
		push(s, (struct shell_frame){ SHELL_STRING, '"', end });
	} else {
		quoted(m, quote, escapes, s->line_only);
	}
}

static void shell_code_step(struct shell *s, unsigned char c, unsigned char close)
{
	struct masker *m = &s->m;
	bool at_word = m->at == 0 || is_shell_break(m->in.data[m->at - 1]);
	if (c == '\\') {
		pass(m, 2);
	} else if (c == '#' && at_word) {
		blank(m, line_end(m));
	} else if (c == '\'') {
		shell_quote(s, '\'', m->at > 0 && m->in.data[m->at - 1] == '$');
	} else if (c == '"') {
		shell_quote(s, '"', true);
	} else if (c == '<' && peek(m, 1) == '<' && peek(m, 2) != '<' && !s->line_only) {
		heredoc_begin(s);
	} else if (c == '<' && peek(m, 1) == '<' && peek(m, 2) == '<') {
		pass(m, 3);
	} else {
		pass(m, 1);
		if (c == '(')
			push(s, (struct shell_frame){ SHELL_CODE, ')', SIZE_MAX });
		else if (close && c == close && s->n)
			s->n--;
		if (c == '\n' && s->n_heredocs)
			heredoc_enter(s);
	}
}

static void shell_string_step(struct shell *s, unsigned char c)
{
	struct masker *m = &s->m;
	const struct shell_frame *top = &s->frames[s->n - 1];
	if (m->at >= top->end || (top->kind == SHELL_STRING && c == top->close)) {
		if (top->kind == SHELL_STRING)
			pass(m, 1);
		s->n--;
	} else if (c == '$' && peek(m, 1) == '(') {
		pass(m, 2);
		push(s, (struct shell_frame){ SHELL_CODE, ')', SIZE_MAX });
	} else if (c == '`') {
		pass(m, 1);
		push(s, (struct shell_frame){ SHELL_CODE, '`', SIZE_MAX });
	} else {
		string_to(m, m->at + (c == '\\' ? 2 : 1));
	}
}

static void shell_text(struct masker m, bool line_only)
{
	struct shell s = { .m = m, .line_only = line_only };
	while (s.m.at < s.m.in.size) {
		const struct shell_frame *top = s.n ? &s.frames[s.n - 1] : NULL;
		unsigned char c = peek(&s.m, 0);
		if (top && top->kind != SHELL_CODE)
			shell_string_step(&s, c);
		else
			shell_code_step(&s, c, top ? top->close : 0);
	}
}

struct bytes code_text(struct bytes text, enum code_language language, bool keep_strings, struct arena *a)
{
	struct masker m = { .in = text, .out = arena_alloc(a, text.size + 1, 1), .keep_strings = keep_strings };
	bytes_copy(m.out, text);
	if (language == CODE_SHELL || language == CODE_MAKE)
		shell_text(m, language == CODE_MAKE);
	else
		while (m.at < text.size) {
			if (language == CODE_RUST)
				rust_step(&m);
			else if (language == CODE_MESON)
				meson_step(&m);
			else
				cmake_step(&m);
		}
	return bytes_make(m.out, text.size);
}

size_t code_find(struct bytes code, size_t from, struct bytes word, bool nocase)
{
	for (size_t at = from; at < code.size; at++) {
		if (nocase) {
			while (at < code.size && byte_lower(code.data[at]) != byte_lower(word.data[0]))
				at++;
			if (!bytes_equal_nocase(bytes_part(code, at, word.size), word))
				continue;
		} else {
			at += bytes_search(bytes_from(code, at), word);
		}
		if (at >= code.size)
			break;
		bool left = at > 0 && is_word_byte(code.data[at - 1]);
		bool right = at + word.size < code.size && is_word_byte(code.data[at + word.size]);
		if (!left && !right)
			return at;
	}
	return code.size;
}

size_t code_skip(struct bytes code, size_t at)
{
	while (at < code.size && byte_is_blank(code.data[at]))
		at++;
	return at;
}

size_t code_call_end(struct bytes code, size_t open)
{
	enum { WINDOW = 8 << 10 };
	size_t depth = 0, at = open;
	for (; at < code.size && at - open < WINDOW; at++) {
		depth += code.data[at] == '(';
		if (code.data[at] == ')' && --depth == 0)
			return at + 1;
	}
	return at;
}

struct bytes code_string(struct bytes code, struct bytes text, size_t at, size_t end)
{
	end = end < code.size ? end : code.size;
	at = code_skip(code, at);
	if (at >= end || (code.data[at] != '\'' && code.data[at] != '"'))
		return (struct bytes){ NULL, 0 };
	size_t size = bytes_find(bytes_part(code, at + 1, end - at - 1), code.data[at]);
	return bytes_part(text, at + 1, size);
}

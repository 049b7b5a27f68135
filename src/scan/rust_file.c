/* build.rs and procedural macros: Rust that runs while cargo builds (The Cargo Book, "Build Scripts"). */
#include <string.h>

#include "scan/files_parts.h"

enum { WORDS_MAX = 64 }; /* places of one word in one file that are told */

static const struct {
	const char *word, *id;
	char behind; /* what must follow, blanks left out; 0: anything */
} words[] = {
	{ "Command", "rust.command", 0 },
	{ "execv", "rust.command", '(' },
	{ "execve", "rust.command", '(' },
	{ "execvp", "rust.command", '(' },
	{ "system", "rust.command", '(' },
	{ "popen", "rust.command", '(' },
	{ "TcpStream", "rust.net", 0 },
	{ "TcpListener", "rust.net", 0 },
	{ "UdpSocket", "rust.net", 0 },
	{ "ToSocketAddrs", "rust.net", 0 },
	{ "reqwest", "rust.net", 0 },
	{ "ureq", "rust.net", 0 },
	{ "curl", "rust.net", ':' },
	{ "isahc", "rust.net", 0 },
	{ "hyper", "rust.net", ':' },
	{ "attohttpc", "rust.net", 0 },
	{ "minreq", "rust.net", 0 },
	{ "native_tls", "rust.net", 0 },
	{ "rustls", "rust.net", ':' },
	{ "git2", "rust.net", ':' },
	{ "vars", "rust.env-all", '(' },
	{ "vars_os", "rust.env-all", '(' },
	{ "var", "rust.env", '(' },
	{ "var_os", "rust.env", '(' },
	{ "env", "rust.env", '!' },
	{ "option_env", "rust.env", '!' },
	{ "include_bytes", "rust.include", '!' },
	{ "include_str", "rust.include", '!' },
	{ "include", "rust.include", '!' },
	{ "dlopen", "rust.load", '(' },
	{ "Library", "rust.load", ':' },
	{ "transmute", "rust.load", 0 },
};

static bool has_word(struct bytes name, const char *word)
{
	return bytes_search(name, bytes_of(word)) < name.size;
}

static bool is_secret_name(struct bytes name)
{
	return has_word(name, "TOKEN") || has_word(name, "SECRET") || has_word(name, "PASSWORD") || has_word(name, "CREDENTIAL") ||
	       has_word(name, "API_KEY") || has_word(name, "ACCESS_KEY") || has_word(name, "PRIVATE_KEY");
}

/* The id for a word at its place, NULL when it means nothing there. */
static const char *id_at(struct bytes code, struct bytes text, size_t which, size_t next, struct bytes *ret_name)
{
	const char *id = words[which].id;
	if (bytes_equal(bytes_of(words[which].word), BYTES("Command")) && bytes_starts(bytes_from(code, next), BYTES("::new("))) {
		struct bytes program = code_string(code, text, next + strlen("::new("), next + 1024);
		*ret_name = program.size ? program : *ret_name;
		return is_fetch_program(program) ? "rust.fetch" : id;
	}
	if (!words[which].behind)
		return id;
	if (next >= code.size || code.data[next] != (unsigned char)words[which].behind)
		return NULL;
	size_t open = words[which].behind == '!' ? code_skip(code, next + 1) : next;
	*ret_name = code_string(code, text, open + 1, open + 1024);
	if (bytes_equal(bytes_of(id), BYTES("rust.env")))
		return is_secret_name(*ret_name) ? "rust.env-secret" : NULL;
	if (bytes_equal(bytes_of(id), BYTES("rust.include")))
		return ret_name->size && !bytes_ends(*ret_name, BYTES(".rs")) ? id : NULL;
	return id;
}

static bool scan_word(struct spot *spot, struct bytes code, struct bytes text, size_t which)
{
	struct bytes word = bytes_of(words[which].word);
	size_t n = 0;
	for (size_t at = 0; n < WORDS_MAX && (at = code_find(code, at, word, false)) < code.size; at += word.size) {
		struct bytes name = word;
		const char *id = id_at(code, text, which, code_skip(code, at + word.size), &name);
		if (!id)
			continue;
		spot_tell(spot, id, name.size ? name : word, at);
		n++;
	}
	return n > 0;
}

void rust_file_scan(struct file_scan *scan, const struct source_file *file, enum scan_zone zone)
{
	struct bytes code = code_text(file->content, CODE_RUST, false, scan->arena);
	struct bytes text = code_text(file->content, CODE_RUST, true, scan->arena);
	bool runs = false;
	for (size_t i = 0; i < COUNT(words); i++) {
		struct spot spot = spot_of(scan, file, zone);
		bool found = scan_word(&spot, code, text, i);
		runs = runs || (found && bytes_equal(bytes_of(words[i].id), BYTES("rust.command")));
	}
	struct spot spot = spot_of(scan, file, zone);
	build_text_scan(&spot, text);
	enum { PART = 32 << 10 };
	for (size_t at = 0; runs && at < text.size; at += PART)
		build_command_scan(&spot, bytes_part(text, at, PART), at);
}

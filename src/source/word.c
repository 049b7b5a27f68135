/* What the user's word means. */
#include <sys/stat.h>

#include "net/url.h"
#include "python/name.h"
#include "python/requirement.h"
#include "source/source.h"

static const struct bytes archive_suffixes[] = {
	LIT(".tar.gz"), LIT(".tgz"), LIT(".zip"), LIT(".tar.xz"), LIT(".tar.zst"), LIT(".tar.bz2"), LIT(".tar"),
};

static bool is_archive_name(struct bytes name)
{
	for (size_t i = 0; i < COUNT(archive_suffixes); i++)
		if (bytes_ends(name, archive_suffixes[i]))
			return true;
	return false;
}

/* Files of a project, and artefacts: what a user points at by mistake. Nothing that ends so is a name for an index to be asked for. */
static const struct bytes file_suffixes[] = { LIT(".py"), LIT(".toml"), LIT(".cfg"), LIT(".whl"), LIT(".egg") };

static bool is_file_name(struct bytes name)
{
	for (size_t i = 0; i < COUNT(file_suffixes); i++)
		if (bytes_ends(name, file_suffixes[i]))
			return true;
	return false;
}

/* A file that is there and is no archive. */
static enum status refuse_file(struct bytes path, struct diag *d)
{
	static const struct bytes of_projects[] = { LIT("pyproject.toml"), LIT("setup.py"), LIT("setup.cfg") };
	size_t slash = bytes_find_last(path, '/');
	struct bytes name = bytes_base_name(path);
	struct bytes folder = slash < path.size ? bytes_part(path, 0, slash ? slash : 1) : BYTES(".");
	for (size_t i = 0; i < COUNT(of_projects); i++)
		if (bytes_equal(name, of_projects[i])) {
			(void)fail(d, ERR_USAGE, 0, "'%.*s' is a file, not a source: name its directory", BYTES_ARG(path));
			return remedy(d, "that is '%.*s'", BYTES_ARG(folder));
		}
	if (bytes_ends(name, BYTES(".whl")))
		return fail(d, ERR_USAGE, 0, "'%.*s' is a wheel already", BYTES_ARG(path));
	(void)fail(d, ERR_USAGE, 0, "'%.*s' is a file, and no archive that hwb builds from", BYTES_ARG(path));
	return remedy(d, "name a directory or an sdist (.tar.gz, .zip)");
}

static enum status refuse_absent(struct bytes path, struct diag *d)
{
	(void)fail(d, ERR_USAGE, 0, "there is no source '%.*s'", BYTES_ARG(path));
	if (is_file_name(path) && bytes_find(path, '/') == path.size)
		return remedy(d, "a project of the index with such a name is asked for by its version: '%.*s==...'", BYTES_ARG(path));
	return ERR_USAGE;
}

/* "git+ssh://host/path", "ssh://host/path" and "git@host:path", as people copy them. The word is not repeated: it may hold a token. */
static bool is_git_over_ssh(struct bytes word)
{
	if (bytes_starts(word, BYTES("git+")))
		word = bytes_from(word, 4);
	size_t at = bytes_find(word, '@'), colon = bytes_find(word, ':');
	bool is_scp = at < colon && colon < word.size && bytes_find(word, '/') > colon && bytes_find(word, ' ') == word.size;
	return is_scp || bytes_starts(word, BYTES("ssh://"));
}

static enum status no_password(const struct url *u, struct diag *d)
{
	if (!u->userinfo.data || bytes_find(u->userinfo, ':') == u->userinfo.size)
		return OK;
	(void)fail(d, ERR_USAGE, 0, "a password in a URL on the command line is visible to everybody on this machine");
	return remedy(d, "use HWB_INDEX_<NAME>_USERNAME and HWB_INDEX_<NAME>_PASSWORD, or --netrc");
}

static enum status parse_url(struct bytes text, struct arena *a, struct source_word *ret, struct diag *d)
{
	struct url u;
	struct bytes hash;
	ret->kind = SOURCE_URL;
	enum status s = url_parse(text, a, &u, d);
	if (s == OK)
		s = no_password(&u, d);
	if (s) {
		(void)explain(d, "the source's URL");
		return recode(d, ERR_USAGE);
	}
	if (url_fragment_find(&u, "sha256", a, &hash, NULL) || sha256_parse(hash, &ret->digest)) {
		(void)fail(d, ERR_USAGE, 0, "'%.*s' has no #sha256=", BYTES_ARG(url_for_log(text, a)));
		return remedy(d, "add #sha256= and the 64 hexadecimal digits of the archive");
	}
	ret->has_digest = true;
	ret->url = bytes_of(url_text(&u, a));
	return OK;
}

/* "git+https://host/path@ref#subdirectory=d": the ref is behind the last '@' of the path. */
static enum status parse_git(struct bytes text, struct arena *a, struct source_word *ret, struct diag *d)
{
	struct url u;
	ret->kind = SOURCE_GIT;
	enum status s = url_parse(bytes_from(text, 4), a, &u, d);
	if (s == OK)
		s = no_password(&u, d);
	if (s) {
		(void)explain(d, "the source's URL");
		return recode(d, ERR_USAGE);
	}
	if (u.scheme == URL_HTTP)
		return fail(d, ERR_USAGE, 0, "git over http is not supported; use git+https");
	size_t at = bytes_find_last(u.path, '@');
	if (at < u.path.size) {
		if (url_decode(bytes_from(u.path, at + 1), a, &ret->ref, d))
			return recode(d, ERR_USAGE);
		u.path.size = at;
	}
	if (ret->ref.size && ret->ref.data[0] == '-')
		return fail(d, ERR_USAGE, 0, "the git ref '%.*s' starts with '-'", BYTES_ARG(ret->ref));
	(void)!url_fragment_find(&u, "subdirectory", a, &ret->subdirectory, NULL);
	while (ret->subdirectory.size && ret->subdirectory.data[ret->subdirectory.size - 1] == '/')
		ret->subdirectory.size--;
	if (ret->subdirectory.size && !project_path_is_valid(ret->subdirectory))
		return fail(d, ERR_USAGE, 0, "the subdirectory '%.*s' is not a relative path", BYTES_ARG(ret->subdirectory));
	ret->url = bytes_of(url_text(&u, a));
	return OK;
}

static enum status parse_name(const char *word, struct arena *a, struct source_word *ret, struct diag *d)
{
	struct requirement r;
	if (requirement_parse(bytes_of(word), a, &r, NULL) || r.n_extras || r.url.size || r.marker) {
		(void)fail(d, ERR_USAGE, 0, "'%s' is no directory, no archive, no URL and no NAME or NAME==VERSION", word);
		return remedy(d, "name a directory, an sdist (.tar.gz, .zip), https://...#sha256=..., git+https://... or a project");
	}
	ret->kind = SOURCE_INDEX;
	ret->name = r.name;
	ret->specifier = r.specifier;
	return OK;
}

enum status source_word_parse(const char *word, struct arena *a, struct source_word *ret, struct diag *d)
{
	struct source_word w = { .kind = SOURCE_DIRECTORY };
	struct bytes text = arena_copy(a, bytes_of(word));
	struct stat st;
	enum status s = OK;
	if (is_git_over_ssh(text))
		s = fail(d, ERR_USAGE, 0, "git over ssh is not supported; use git+https://HOST/PATH");
	else if (bytes_starts(text, BYTES("git+")))
		s = parse_git(text, a, &w, d);
	else if (bytes_starts(text, BYTES("https://")) || bytes_starts(text, BYTES("http://")))
		s = parse_url(text, a, &w, d);
	else if (stat(word, &st) == 0) {
		w.kind = S_ISDIR(st.st_mode) ? SOURCE_DIRECTORY : SOURCE_ARCHIVE;
		w.path = text;
		if (w.kind == SOURCE_ARCHIVE && !is_archive_name(text))
			s = refuse_file(text, d);
	} else if (bytes_find(text, '/') < text.size || is_archive_name(text) || is_file_name(text) ||
		   bytes_starts(text, BYTES("."))) {
		s = refuse_absent(text, d);
	} else {
		s = parse_name(word, a, &w, d);
	}
	if (s == OK)
		*ret = w;
	return s;
}

#include "source/exclude.h"

#include "base/status.h"

enum match { MATCH_NAME, MATCH_PREFIX, MATCH_TOP_LEVEL, MATCH_BELOW };

static const struct {
	struct bytes name;
	enum match match;
	bool directory;
	enum exclusion result;
	const char *why;
} rules[] = {
	{ LIT("__pycache__"), MATCH_NAME, true, EXCLUDE_SILENTLY, NULL },
	{ LIT("build"), MATCH_TOP_LEVEL, true, EXCLUDE_SILENTLY, NULL },
	{ LIT("dist"), MATCH_TOP_LEVEL, true, EXCLUDE_SILENTLY, NULL },
	{ LIT(".hg"), MATCH_NAME, true, EXCLUDE_SILENTLY, NULL },
	{ LIT(".bzr"), MATCH_NAME, true, EXCLUDE_SILENTLY, NULL },
	{ LIT(".git"), MATCH_BELOW, true, EXCLUDE_REPORTED, "a repository inside the source: its configuration can hold credentials" },
	{ LIT(".svn"), MATCH_NAME, true, EXCLUDE_SILENTLY, NULL },
	{ LIT(".tox"), MATCH_TOP_LEVEL, true, EXCLUDE_SILENTLY, NULL },
	{ LIT(".nox"), MATCH_TOP_LEVEL, true, EXCLUDE_SILENTLY, NULL },
	{ LIT(".mypy_cache"), MATCH_NAME, true, EXCLUDE_SILENTLY, NULL },
	{ LIT(".pytest_cache"), MATCH_NAME, true, EXCLUDE_SILENTLY, NULL },
	{ LIT(".ruff_cache"), MATCH_NAME, true, EXCLUDE_SILENTLY, NULL },
	{ LIT(".env"), MATCH_NAME, false, EXCLUDE_REPORTED, "credentials" },
	{ LIT(".pypirc"), MATCH_NAME, false, EXCLUDE_REPORTED, "credentials" },
	{ LIT(".netrc"), MATCH_NAME, false, EXCLUDE_REPORTED, "credentials" },
	{ LIT("_netrc"), MATCH_NAME, false, EXCLUDE_REPORTED, "credentials" },
	{ LIT(".npmrc"), MATCH_NAME, false, EXCLUDE_REPORTED, "credentials" },
	{ LIT(".git-credentials"), MATCH_NAME, false, EXCLUDE_REPORTED, "credentials" },
	{ LIT(".env."), MATCH_PREFIX, false, EXCLUDE_REPORTED, "credentials" },
	{ LIT("id_rsa"), MATCH_NAME, false, EXCLUDE_REPORTED, "a private key" },
	{ LIT("id_dsa"), MATCH_NAME, false, EXCLUDE_REPORTED, "a private key" },
	{ LIT("id_ecdsa"), MATCH_NAME, false, EXCLUDE_REPORTED, "a private key" },
	{ LIT("id_ed25519"), MATCH_NAME, false, EXCLUDE_REPORTED, "a private key" },
	{ LIT(".ssh"), MATCH_NAME, true, EXCLUDE_REPORTED, "credentials" },
	{ LIT(".aws"), MATCH_NAME, true, EXCLUDE_REPORTED, "credentials" },
	{ LIT(".gnupg"), MATCH_NAME, true, EXCLUDE_REPORTED, "credentials" },
};

/* Templates that projects ship on purpose. */
static bool is_template(struct bytes name)
{
	return bytes_ends(name, BYTES(".example")) || bytes_ends(name, BYTES(".sample")) || bytes_ends(name, BYTES(".template")) ||
	       bytes_ends(name, BYTES(".dist"));
}

enum exclusion exclude_check(struct bytes path, struct bytes name, bool is_directory, const char **ret_why)
{
	for (size_t i = 0; i < COUNT(rules); i++) {
		if (rules[i].directory != is_directory)
			continue;
		bool hit = rules[i].match == MATCH_PREFIX      ? bytes_starts(name, rules[i].name) && !is_template(name)
			   : rules[i].match == MATCH_TOP_LEVEL ? bytes_equal(path, rules[i].name)
			   : rules[i].match == MATCH_BELOW     ? bytes_equal(name, rules[i].name) && path.size > name.size
							       : bytes_equal(name, rules[i].name);
		if (hit) {
			*ret_why = rules[i].why;
			return rules[i].result;
		}
	}
	return EXCLUDE_NOT;
}

bool exclude_keeps_git(struct bytes path)
{
	static const struct bytes files[] = { LIT(".git/HEAD"), LIT(".git/packed-refs"), LIT(".git/index"), LIT(".git/shallow") };
	static const struct bytes folders[] = { LIT(".git/refs"), LIT(".git/objects") };
	if (bytes_equal(path, BYTES(".git/objects/info/alternates")) || bytes_equal(path, BYTES(".git/objects/info/http-alternates")))
		return false;
	for (size_t i = 0; i < COUNT(files); i++)
		if (bytes_equal(path, files[i]))
			return true;
	for (size_t i = 0; i < COUNT(folders); i++)
		if (bytes_starts(path, folders[i]) && (path.size == folders[i].size || path.data[folders[i].size] == '/'))
			return true;
	return false;
}

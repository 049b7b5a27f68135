#include "cli/git_remote.h"

#include "net/url.h"

/* [remote "origin"], blanks between the words; section names have no case, the quoted part has. */
static bool is_origin(struct bytes line)
{
	if (!bytes_starts(line, BYTES("[")))
		return false;
	struct bytes rest = bytes_from(line, 1), section = bytes_cut(&rest, '"'), name = bytes_cut(&rest, '"');
	return bytes_equal_nocase(bytes_trim(section), BYTES("remote")) && bytes_equal(name, BYTES("origin")) &&
	       bytes_starts(bytes_trim(rest), BYTES("]"));
}

/* The value of "url = ..."; {NULL, 0}: it is another line. */
static struct bytes url_of(struct bytes line)
{
	struct bytes rest = line, key = bytes_cut(&rest, '=');
	if (!rest.data || !bytes_equal_nocase(bytes_trim(key), BYTES("url")))
		return (struct bytes){ NULL, 0 };
	rest = bytes_trim(rest);
	if (rest.size >= 2 && rest.data[0] == '"' && rest.data[rest.size - 1] == '"')
		rest = bytes_part(rest, 1, rest.size - 2);
	return rest;
}

static bool is_plain(struct bytes part, bool may_slash)
{
	for (size_t i = 0; i < part.size; i++) {
		unsigned char c = part.data[i];
		if (!byte_is_alnum(c) && c != '.' && c != '_' && c != '-' && !(may_slash && c == '/'))
			return false;
	}
	return part.size > 0 && part.size <= GIT_REMOTE_PART_MAX && part.data[0] != '-' && part.data[0] != '.';
}

/* "https://host/owner/repo.git", "ssh://git@host:22/owner/repo", "git@host:owner/repo.git" to host and path. */
static bool split(struct bytes url, struct bytes *ret_host, struct bytes *ret_path)
{
	size_t scheme = bytes_search(url, BYTES("://"));
	struct bytes rest = scheme < url.size ? bytes_from(url, scheme + 3) : url, name = bytes_part(url, 0, scheme);
	if (scheme < url.size && !bytes_equal_nocase(name, BYTES("https")) && !bytes_equal_nocase(name, BYTES("ssh")) &&
	    !bytes_equal_nocase(name, BYTES("git+ssh")))
		return false;
	struct bytes host = bytes_cut(&rest, scheme < url.size ? '/' : ':');
	size_t at = bytes_find_last(host, '@');
	if (at < host.size)
		host = bytes_from(host, at + 1);
	*ret_host = scheme < url.size ? bytes_cut(&host, ':') : host;
	*ret_path = rest;
	return rest.data != NULL;
}

static enum status parse(struct bytes url, struct arena *a, struct git_remote *ret, struct diag *d)
{
	struct bytes host, path;
	bool is_good = split(url, &host, &path);
	while (is_good && bytes_ends(path, BYTES("/")))
		path.size--;
	if (is_good && bytes_ends(path, BYTES(".git")))
		path.size -= 4;
	size_t slash = is_good ? bytes_find_last(path, '/') : 0;
	is_good = is_good && slash < path.size && url_is_host_name(host) && is_plain(bytes_part(path, 0, slash), true) &&
		  is_plain(bytes_from(path, slash + 1), false);
	if (!is_good)
		return fail(d, ERR_FORMAT, 0, "the URL of the remote 'origin' is not of the form https://HOST/OWNER/REPOSITORY");
	*ret = (struct git_remote){ arena_string(a, host), arena_string(a, bytes_part(path, 0, slash)),
				    arena_string(a, bytes_from(path, slash + 1)) };
	return OK;
}

enum status git_remote_find(struct bytes text, struct arena *a, struct git_remote *ret, struct diag *d)
{
	struct bytes url = { NULL, 0 };
	bool in_origin = false;
	if (text.size > GIT_CONFIG_MAX)
		return fail(d, ERR_FORMAT, 0, "'.git/config' is larger than %d bytes", GIT_CONFIG_MAX);
	while (text.data) {
		struct bytes line = bytes_trim(bytes_cut(&text, '\n'));
		if (bytes_starts(line, BYTES("[")))
			in_origin = is_origin(line);
		struct bytes found = in_origin ? url_of(line) : (struct bytes){ NULL, 0 };
		if (found.data)
			url = found;
	}
	if (!url.data)
		return fail(d, ERR_ABSENT, 0, "'.git/config' has no remote 'origin' with a URL");
	return parse(url, a, ret, d);
}

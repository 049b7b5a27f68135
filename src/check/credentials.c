/* S11: secrets in an artefact, by the names of files and by the forms of credentials (redact/tokens.h). What is found is never shown,
 * nor what other findings say of it. */
#include "base/wire.h"
#include "check/checking.h"
#include "redact/hide.h"
#include "redact/tokens.h"

/* Files that hold credentials whatever is in them. */
static const char *const names[] = { ".env",       ".pypirc",         ".netrc",   "_netrc",     ".npmrc",    ".git-credentials",
				     "id_rsa",     "id_dsa",          "id_ecdsa", "id_ed25519", ".htpasswd", ".dockercfg",
				     "kubeconfig", "credentials.json" };

/* A file of a package's own that is called so (credentials.json is data of some) counts when it is not below the package's tests. */
static bool is_of_credentials(struct bytes path)
{
	size_t slash = bytes_find_last(path, '/');
	struct bytes name = slash < path.size ? bytes_from(path, slash + 1) : path;
	for (size_t i = 0; i < COUNT(names); i++)
		if (bytes_equal(name, bytes_of(names[i])))
			return true;
	return bytes_ends(path, BYTES(".aws/credentials")) || bytes_ends(path, BYTES(".docker/config.json"));
}

struct looking {
	struct checking *checking;
	struct bytes path;
	bool is_trial; /* a test's, whose keys open nothing as a rule */
};

static void take(void *context, const struct token_place *place)
{
	struct looking *l = context;
	struct finding *f = finding_add(&l->checking->findings, "S11", l->path, "there is a secret in it, by its form: %s",
					place->rule);
	if (!f)
		return;
	f->line = place->line;
	f->offset = place->offset;
	if (!place->is_sure || l->is_trial)
		finding_lower(f, SEVERITY_WARNING);
}

static bool is_trial(struct bytes path)
{
	static const char *const folders[] = { "test", "tests", "testing", "testdata", "examples", "example", "docs", "doc" };
	while (path.data) {
		struct bytes part = bytes_cut(&path, '/');
		for (size_t i = 0; path.data && i < COUNT(folders); i++)
			if (bytes_equal_nocase(part, bytes_of(folders[i])))
				return true;
	}
	return false;
}

void check_credentials(struct checking *c, struct bytes path, struct bytes content)
{
	struct looking l = { .checking = c, .path = path, .is_trial = is_trial(path) };
	if (is_of_credentials(path) && content.size) {
		struct finding *f = finding_add(&c->findings, "S11", path, "a file of that name holds credentials");
		if (l.is_trial)
			finding_lower(f, SEVERITY_WARNING);
	}
	if (!c->scanner)
		c->scanner = tokens_scanner_new(c->arena);
	tokens_find(c->scanner, content, take, &l);
}

void check_write_findings(struct checking *c, struct buf *reply)
{
	struct hiding h = { .arena = c->arena, .scanner = c->scanner };
	if (c->scanner) /* the one that looked at the files: another would cost a small wheel a tenth of its time */
		secret_scanner_as_is(c->scanner, false);
	hide_in_findings(&h, &c->findings);
	finding_list_write(&c->findings, reply);
	wire_put_bytes(reply, c->has_metadata ? hide_in_text(&h, c->metadata.raw_name) : (struct bytes){ NULL, 0 });
	wire_put_bytes(reply, c->has_metadata ? hide_in_text(&h, c->metadata.raw_version) : (struct bytes){ NULL, 0 });
}

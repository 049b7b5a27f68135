#include <fcntl.h>
#include <sys/stat.h>

#include "harness.h"
#include "index/state.h"
#include "place.h"

static struct limits limits;
static const struct run_context run = { .id = "x", .limits = &limits };

static enum status open_with(const struct place *p, const char *name, const char *const *folders, size_t n, struct index **ret,
			     struct diag *d)
{
	limits_init(&limits);
	static const struct index_place place = { "DEFAULT", "https://example.org/simple/" };
	struct index_options o = {
		.places = &place,
		.n_places = 1,
		.offline = true,
		.no_index = true,
		.cache_path = place_path(p, name),
		.find_links = folders,
		.n_find_links = n,
		.exclude_newer = INT64_MAX,
	};
	return index_open(&run, &o, ret, d);
}

static struct index *open_index(const struct place *p, const char *const *folders, size_t n)
{
	struct index *i = NULL;
	struct diag d = { 0 };
	if (open_with(p, "cache", folders, n, &i, &d))
		test_fail(__FILE__, __LINE__, "%s", d.text);
	return i;
}

static void a_cache_is_made_for_its_owner_alone(void)
{
	CLEANUP(place_done) struct place p;
	struct stat st;
	place_make(&p);
	(void)umask(0);
	index_free(open_index(&p, NULL, 0));
	static const char *const folders[] = { "cache", "cache/blob", "cache/index", "cache/metadata" };
	for (size_t i = 0; i < COUNT(folders); i++)
		CHECK_ROW(fstatat(p.fd, folders[i], &st, 0) == 0 && (st.st_mode & 0777) == 0700, folders[i]);
	index_free(NULL);
}

static void a_cache_from_elsewhere_is_known_as_such(void)
{
	CLEANUP(place_done) struct place p;
	struct index *i;
	place_make(&p);
	i = open_index(&p, NULL, 0);
	CHECK(!index_cache_is_foreign(i));
	index_free(i);
	i = open_index(&p, NULL, 0);
	CHECK(!index_cache_is_foreign(i)); /* and stays ours */
	index_free(i);
	/* A copy: the same bytes in another directory. */
	CHECK(mkdirat(p.fd, "copy", 0700) == 0 && renameat(p.fd, "cache/id", p.fd, "copy/id") == 0);
	CHECK(mkdirat(p.fd, "moved", 0700) == 0 && renameat(p.fd, "copy/id", p.fd, "moved/id") == 0);
	struct diag d = { 0 };
	CHECK(open_with(&p, "moved", NULL, 0, &i, &d) == OK && index_cache_is_foreign(i));
	index_free(i);
	/* One that has something, but no id. */
	i = open_index(&p, NULL, 0);
	CHECK(index_cache_is_foreign(i));
	index_free(i);
	/* And it is not adopted by being used. */
	i = open_index(&p, NULL, 0);
	CHECK(index_cache_is_foreign(i));
	index_free(i);
}

static void a_cache_that_others_can_write_is_refused(void)
{
	static const struct {
		const char *name;
		mode_t mode;
		enum status want;
	} rows[] = {
		{ "ours alone", 0700, OK },     { "readable for all", 0755, OK },       { "for the group", 0770, ERR_USAGE },
		{ "for all", 0707, ERR_USAGE }, { "sticky for all", 01777, ERR_USAGE },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(place_done) struct place p;
		struct index *index = NULL;
		struct diag d = { 0 };
		place_make(&p);
		place_folder(&p, "cache");
		CHECK(fchmodat(p.fd, "cache", rows[i].mode, 0) == 0);
		CHECK_ROW(open_with(&p, "cache", NULL, 0, &index, &d) == rows[i].want && (index != NULL) == (rows[i].want == OK),
			  rows[i].name);
		CHECK_ROW(!rows[i].want || strstr(d.text, "written by others"), rows[i].name);
		index_free(index);
	}
}

static void a_cache_of_somebody_else_is_refused(void)
{
	CLEANUP(place_done) struct place p;
	struct index *index = NULL;
	struct diag d = { 0 };
	if (geteuid() != 0)
		test_skip("only root can give a directory away");
	place_make(&p);
	place_folder(&p, "cache");
	CHECK(fchownat(p.fd, "cache", 12345, 12345, 0) == 0);
	CHECK(open_with(&p, "cache", NULL, 0, &index, &d) == ERR_USAGE && strstr(d.text, "12345") && !index);
	place_file(&p, "file", BYTES("x"), 0600);
	CHECK(open_with(&p, "file", NULL, 0, &index, &d) == ERR_IO && !index);
}

/* As transfer.c makes one: without a name, in the cache's own file system. */
static int unnamed_file(struct index *i, struct bytes content)
{
	int fd = openat(index_cache_dir(i), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0400);
	if (fd < 0)
		test_skip("no O_TMPFILE here");
	CHECK(write(fd, content.data, content.size) == (ssize_t)content.size);
	return fd;
}

static const char *blob_name(const struct sha256 *h)
{
	static char name[128];
	char hex[SHA256_TEXT_SIZE];
	sha256_text(h, hex);
	(void)snprintf(name, sizeof name, "cache/blob/sha256/%.2s/%s", hex, hex);
	return name;
}

static void a_blob_is_found_under_its_digest(void)
{
	CLEANUP(place_done) struct place p;
	struct sha256 h = sha256_of(BYTES("content"));
	uint64_t size = 7;
	struct stat st;
	place_make(&p);
	struct index *i = open_index(&p, NULL, 0);
	int fd = -1;
	CHECK(blob_open(i, &h, &fd, NULL) == ERR_ABSENT && fd == -1);
	for (int again = 0; again < 2; again++) {
		CLEANUP(fd_close) int from = unnamed_file(i, BYTES("content"));
		CHECK(blob_store(i, from, &h, again ? NULL : &size, BYTES("https://example.org/x"), NULL) == OK);
	}
	CHECK(fstatat(p.fd, blob_name(&h), &st, 0) == 0 && (st.st_mode & 0777) == 0444 && st.st_nlink == 1);
	CHECK(blob_open(i, &h, &fd, NULL) == OK);
	CLEANUP(buf_done) struct buf got;
	buf_init(&got, 100);
	memory_read(fd, &got);
	CHECK_BYTES(buf_bytes(&got), BYTES("content"));
	CHECK((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY);
	fd_close(&fd);
	index_free(i);
}

static void bytes_that_were_not_promised_never_enter(void)
{
	CLEANUP(place_done) struct place p;
	struct sha256 want = sha256_of(BYTES("promised")), got = sha256_of(BYTES("delivered"));
	char want_text[SHA256_TEXT_SIZE], got_text[SHA256_TEXT_SIZE];
	struct diag d = { 0 };
	uint64_t size = 8;
	place_make(&p);
	struct index *i = open_index(&p, NULL, 0);
	sha256_text(&want, want_text);
	sha256_text(&got, got_text);
	CLEANUP(fd_close) int fd = unnamed_file(i, BYTES("delivered"));
	CHECK(blob_store(i, fd, &want, NULL, BYTES("https://me:secret@example.org/x?token=secret"), &d) == ERR_HASH);
	CHECK(strstr(d.text, want_text) && strstr(d.text, got_text) && strstr(d.text, "example.org/x") && d.help[0]);
	CHECK(!strstr(d.text, "secret"));
	CHECK(blob_store(i, fd, &got, &size, BYTES("https://example.org/x"), &d) == ERR_HASH && strstr(d.text, "9 bytes"));
	CHECK(faccessat(p.fd, blob_name(&want), F_OK, 0) && faccessat(p.fd, blob_name(&got), F_OK, 0));
	limits.download_size = 8;
	CHECK(blob_store(i, fd, &got, NULL, BYTES("https://example.org/x"), &d) == ERR_LIMIT);
	index_free(i);
}

static void a_blob_that_changed_is_removed_and_absent(void)
{
	CLEANUP(place_done) struct place p;
	struct sha256 h = sha256_of(BYTES("content"));
	static const char *const changes[] = { "changed", "shorter", "a link", "empty" };
	for (size_t k = 0; k < COUNT(changes); k++) {
		place_make(&p);
		struct index *i = open_index(&p, NULL, 0);
		CLEANUP(fd_close) int from = unnamed_file(i, BYTES("content"));
		int fd = -1;
		CHECK(blob_store(i, from, &h, NULL, BYTES("https://example.org/x"), NULL) == OK);
		if (k == 2) {
			place_file(&p, "elsewhere", BYTES("content"), 0644);
			CHECK(unlinkat(p.fd, blob_name(&h), 0) == 0 && symlinkat("../../../../elsewhere", p.fd, blob_name(&h)) == 0);
		} else {
			CHECK(unlinkat(p.fd, blob_name(&h), 0) == 0);
			place_file(&p, blob_name(&h), k == 0 ? BYTES("CONTENT") : k == 1 ? BYTES("conten") : BYTES(""), 0444);
		}
		CHECK_ROW(blob_open(i, &h, &fd, NULL) == ERR_ABSENT && fd == -1, changes[k]);
		CHECK_ROW(k == 2 || faccessat(p.fd, blob_name(&h), F_OK, 0), changes[k]);
		index_free(i);
		place_done(&p);
	}
	place_make(&p);
}

static void folders_give_their_wheels_with_the_digest_of_today(void)
{
	CLEANUP(place_done) struct place p;
	const struct index_project *project;
	struct diag d = { 0 };
	place_make(&p);
	place_file(&p, "one/a_b-2.0-py3-none-any.whl", BYTES("two"), 0644);
	place_file(&p, "one/a_b-1.0.tar.gz", BYTES("one"), 0644);
	place_file(&p, "one/other-1.0-py3-none-any.whl", BYTES("other"), 0644);
	place_file(&p, "one/.a_b-3.0-py3-none-any.whl", BYTES("hidden"), 0644);
	place_file(&p, "one/README", BYTES("text"), 0644);
	place_file(&p, "two #1/A.b-1.5-py3-none-any.whl", BYTES("fifteen"), 0644);
	CHECK(symlinkat("not/there", p.fd, "one/a_b-9.0-py3-none-any.whl") == 0);
	char first[128], second[128];
	(void)snprintf(first, sizeof first, "%s", place_path(&p, "one"));
	(void)snprintf(second, sizeof second, "file://%s", place_path(&p, "two #1"));
	const char *folders[] = { first, second };
	struct index *i = open_index(&p, folders, 2);
	if (index_project(i, BYTES("a-b"), &project, &d))
		test_fail(__FILE__, __LINE__, "%s", d.text);
	static const struct {
		const char *name, *content;
	} want[] = {
		{ "a_b-1.0.tar.gz", "one" },
		{ "A.b-1.5-py3-none-any.whl", "fifteen" },
		{ "a_b-2.0-py3-none-any.whl", "two" },
	};
	CHECK_NUMBER(project->n_files, COUNT(want));
	for (size_t k = 0; k < COUNT(want); k++) {
		const struct index_file *f = &project->files[k];
		struct sha256 h = sha256_of(bytes_of(want[k].content));
		CLEANUP(fd_close) int fd = -1;
		CHECK_BYTES(f->filename, bytes_of(want[k].name));
		CHECK_ROW(strcmp(f->hash_source, "local") == 0 && f->has_digest && sha256_equal(&f->digest, &h), want[k].name);
		CHECK_ROW(f->has_size && f->size == strlen(want[k].content) && bytes_starts(f->url, BYTES("file:///")), want[k].name);
		CHECK_ROW(index_download(i, f, &fd, &d) == OK && fd >= 0, want[k].name);
	}
	CHECK(bytes_search(project->files[1].url, BYTES("two%20%231/")) < project->files[1].url.size);
	/* It was hashed once; other bytes under the same name are not what was chosen. */
	place_file(&p, "one/a_b-2.0-py3-none-any.whl", BYTES("TWO"), 0644);
	int fd = -1;
	CHECK(index_download(i, &project->files[2], &fd, &d) == ERR_HASH && fd == -1);
	CHECK(index_project(i, BYTES("nothing"), &project, &d) == ERR_ABSENT && strstr(d.text, "'nothing'") &&
	      strstr(d.text, "find-links"));
	index_free(i);
}

static void a_folder_that_is_not_there_is_named(void)
{
	CLEANUP(place_done) struct place p;
	const struct index_project *project;
	struct diag d = { 0 };
	place_make(&p);
	const char *folders[] = { "/nothing/there" };
	struct index *i = open_index(&p, folders, 1);
	CHECK(index_project(i, BYTES("a"), &project, &d) == ERR_USAGE && strstr(d.text, "'/nothing/there'"));
	index_free(i);
}

static void without_a_digest_nothing_is_downloaded(void)
{
	CLEANUP(place_done) struct place p;
	struct diag d = { 0 };
	const struct metadata *m;
	int fd = -1;
	place_make(&p);
	struct index *i = open_index(&p, NULL, 0);
	struct index_file f = { .filename = BYTES("a-1.0.tar.gz"), .url = BYTES("https://example.org/a-1.0.tar.gz") };
	const struct index_file *files[] = { &f };
	CHECK(index_download(i, &f, &fd, &d) == ERR_HASH && fd == -1 && strstr(d.text, "'a-1.0.tar.gz'"));
	CHECK(index_download_all(i, files, 1, &d) == ERR_HASH);
	CHECK(index_metadata(i, &f, &m, &d) == ERR_HASH);
	f.has_digest = true;
	CHECK(index_download(i, &f, &fd, &d) == ERR_NETWORK && strstr(d.help, "--offline"));
	index_free(i);
}

static void the_fingerprint_follows_the_folders(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(buf_done) struct buf was;
	static const char *const changes[] = { "nothing",      "a new file",  "another size",
					       "another time", "a file gone", "a hidden file" };
	buf_init(&was, 65536);
	place_make(&p);
	char folder[128];
	(void)snprintf(folder, sizeof folder, "%s", place_path(&p, "one"));
	place_file(&p, "one/a-1.0.tar.gz", BYTES("one"), 0644);
	place_time(&p, "one/a-1.0.tar.gz", 1000);
	const char *folders[] = { folder };
	struct index *i = open_index(&p, folders, 1);
	index_fingerprint(i, &was);
	for (size_t k = 0; k < COUNT(changes); k++) {
		CLEANUP(buf_done) struct buf now;
		buf_init(&now, 65536);
		switch (k) {
		case 1:
			place_file(&p, "one/b-1.0.tar.gz", BYTES("x"), 0644);
			break;
		case 2:
			place_file(&p, "one/b-1.0.tar.gz", BYTES("xy"), 0644);
			break;
		case 3:
			place_time(&p, "one/b-1.0.tar.gz", 2000);
			break;
		case 4:
			CHECK(unlinkat(p.fd, "one/b-1.0.tar.gz", 0) == 0);
			break;
		case 5:
			place_file(&p, "one/.x", BYTES("x"), 0644);
			break;
		default:
			break;
		}
		index_fingerprint(i, &now);
		CHECK_ROW(bytes_equal(buf_bytes(&was), buf_bytes(&now)) == (k == 0 || k == 5), changes[k]);
		buf_clear(&was);
		buf_add(&was, buf_bytes(&now));
	}
	index_free(i);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a cache is made for its owner alone", a_cache_is_made_for_its_owner_alone },
		{ "a cache from elsewhere is known as such", a_cache_from_elsewhere_is_known_as_such },
		{ "a cache that others can write is refused", a_cache_that_others_can_write_is_refused },
		{ "a cache of somebody else is refused", a_cache_of_somebody_else_is_refused },
		{ "a blob is found under its digest", a_blob_is_found_under_its_digest },
		{ "bytes that were not promised never enter", bytes_that_were_not_promised_never_enter },
		{ "a blob that changed is removed and absent", a_blob_that_changed_is_removed_and_absent },
		{ "folders give their wheels with the digest of today", folders_give_their_wheels_with_the_digest_of_today },
		{ "a folder that is not there is named", a_folder_that_is_not_there_is_named },
		{ "without a digest nothing is downloaded", without_a_digest_nothing_is_downloaded },
		{ "the fingerprint follows the folders", the_fingerprint_follows_the_folders },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}

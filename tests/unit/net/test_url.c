#include "net/url.h"

#include "base/buf.h"
#include "harness.h"

static const struct {
	const char *in;
	enum status want;
	const char *out;
} spellings[] = {
	/* out: what url_text makes of it */
	{ "https://host.tst/simple/", OK, "https://host.tst/simple/" },
	{ "https://h", OK, "https://h/" },
	{ "HTTPS://HoSt.Tst:443/a/./b/../c?q=1&r#sha256=ab", OK, "https://host.tst/a/c?q=1&r" },
	{ "http://h:8080/%7Euser/a%2Fb", OK, "http://h:8080/%7Euser/a%2Fb" },
	{ "https://u:p%40@h/x", OK, "https://h/x" },
	{ "https://h?", OK, "https://h/?" },
	{ "https://h/..", OK, "https://h/" },
	{ "https://h/a/b/../../../..//c/.", OK, "https://h//c/" },
	{ "https://127.0.0.1:1/", OK, "https://127.0.0.1:1/" },
	{ "https://[::1]:8443/", OK, "https://[::1]:8443/" },
	{ "https://[0:0:0:0:0:0:0:1]/", OK, "https://[::1]/" },
	{ "https://xn--bcher-kva.example/", OK, "https://xn--bcher-kva.example/" },
	{ "https://1.example/1!2.0", OK, "https://1.example/1!2.0" },
	{ "file:///tmp/a%20b", OK, "file:///tmp/a%20b" },
	{ "file://localhost/tmp", OK, "file:///tmp" },
	{ "", ERR_FORMAT, NULL },
	{ "https", ERR_FORMAT, NULL },
	{ "https:", ERR_FORMAT, NULL },
	{ "https://", ERR_FORMAT, NULL },
	{ "https:///x", ERR_FORMAT, NULL },
	{ "https:/h/x", ERR_FORMAT, NULL },
	{ "ftp://h/", ERR_FORMAT, NULL },
	{ "git+https://h/", ERR_FORMAT, NULL },
	{ " https://h/", ERR_FORMAT, NULL },
	{ "javascript:alert(1)", ERR_FORMAT, NULL },
	{ "https://h/a b", ERR_FORMAT, NULL },
	{ "https://h/a\tb", ERR_FORMAT, NULL },
	{ "https://h/\xc3\xa9", ERR_FORMAT, NULL },
	{ "https://h/a\\b", ERR_FORMAT, NULL },
	{ "https://h\\@evil/", ERR_FORMAT, NULL },
	{ "https://h/%", ERR_FORMAT, NULL },
	{ "https://h/%4", ERR_FORMAT, NULL },
	{ "https://h/%4g", ERR_FORMAT, NULL },
	{ "https://h/%00", ERR_FORMAT, NULL },
	{ "https://h/%2e%2e/x", ERR_FORMAT, NULL },
	{ "https://h/.%2E/x", ERR_FORMAT, NULL },
	{ "https://h/%2e", ERR_FORMAT, NULL },
	{ "https://b\xc3\xbc"
	  "cher.example/",
	  ERR_FORMAT, NULL },
	{ "https://h./", ERR_FORMAT, NULL },
	{ "https://.h/", ERR_FORMAT, NULL },
	{ "https://a..b/", ERR_FORMAT, NULL },
	{ "https://-a/", ERR_FORMAT, NULL },
	{ "https://a-/", ERR_FORMAT, NULL },
	{ "https://a%2eb/", ERR_FORMAT, NULL },
	{ "https://127.1/", ERR_FORMAT, NULL },
	{ "https://2130706433/", ERR_FORMAT, NULL },
	{ "https://0x7f000001/", ERR_FORMAT, NULL },
	{ "https://127.0.0.01/", ERR_FORMAT, NULL },
	{ "https://1.2.3.256/", ERR_FORMAT, NULL },
	{ "https://h:/", ERR_FORMAT, NULL },
	{ "https://h:0/", ERR_FORMAT, NULL },
	{ "https://h:65536/", ERR_FORMAT, NULL },
	{ "https://h:080/", ERR_FORMAT, NULL },
	{ "https://h:+1/", ERR_FORMAT, NULL },
	{ "https://h:65535/", OK, "https://h:65535/" },
	{ "https://[::1/", ERR_FORMAT, NULL },
	{ "https://::1/", ERR_FORMAT, NULL },
	{ "https://[fe80::1%25eth0]/", ERR_FORMAT, NULL },
	{ "https://[127.0.0.1]/", ERR_FORMAT, NULL },
	{ "https://[]/", ERR_FORMAT, NULL },
	{ "https://a@b@h/", ERR_FORMAT, NULL },
	{ "https://h/?a b", ERR_FORMAT, NULL },
	{ "https://h/#a#b", ERR_FORMAT, NULL },
	{ "file://host/x", ERR_FORMAT, NULL },
	{ "file:///x?y", ERR_FORMAT, NULL },
	{ "file:x", ERR_FORMAT, NULL },
};

static void urls_are_read_strictly(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(spellings); i++) {
		struct url u;
		struct diag d = { 0 };
		enum status s = url_parse(bytes_of(spellings[i].in), &a, &u, &d);
		CHECK_ROW(s == spellings[i].want, spellings[i].in);
		CHECK_ROW(s == OK ? strcmp(url_text(&u, &a), spellings[i].out) == 0 : d.text[0] != '\0', spellings[i].in);
	}
}

static void the_parts_are_where_they_belong(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct url u;
	const char *user, *password;
	struct bytes value;
	CHECK(url_parse(BYTES("https://me%40x:p%3Aw@Files.Example:444/d/na%20me.whl?k=v"
			      "#sha256=ab&subdirectory=a%2Fb&x&y=1&y=2"),
			&a, &u, NULL) == OK);
	CHECK(u.scheme == URL_HTTPS && strcmp(u.host, "files.example") == 0 && u.port == 444);
	CHECK_BYTES(u.query, BYTES("k=v"));
	CHECK(url_credentials(&u, &a, &user, &password, NULL) == OK);
	CHECK(strcmp(user, "me@x") == 0 && strcmp(password, "p:w") == 0);
	CHECK(url_file_name(&u, &a, &value, NULL) == OK);
	CHECK_BYTES(value, BYTES("na me.whl"));
	CHECK(url_fragment_find(&u, "sha256", &a, &value, NULL) == OK);
	CHECK_BYTES(value, BYTES("ab"));
	CHECK(url_fragment_find(&u, "subdirectory", &a, &value, NULL) == OK);
	CHECK_BYTES(value, BYTES("a/b"));
	CHECK(url_fragment_find(&u, "sha", &a, &value, NULL) == ERR_ABSENT);
	CHECK(url_fragment_find(&u, "x", &a, &value, NULL) == ERR_ABSENT);
	CHECK(url_fragment_find(&u, "y", &a, &value, NULL) == ERR_FORMAT);
	CHECK(strcmp(url_origin(&u, &a), "https://files.example:444") == 0);
	CHECK(url_parse(BYTES("https://h/"), &a, &u, NULL) == OK);
	CHECK(url_credentials(&u, &a, &user, &password, NULL) == ERR_ABSENT);
	CHECK(url_parse(BYTES("https://token@h/"), &a, &u, NULL) == OK);
	CHECK(url_credentials(&u, &a, &user, &password, NULL) == OK && strcmp(user, "token") == 0 && password[0] == '\0');
}

static void file_names_cannot_leave_their_directory(void)
{
	static const struct {
		const char *in;
		enum status want;
	} rows[] = {
		{ "https://h/a/b.whl", OK },       { "https://h/a/", ERR_ABSENT },    { "https://h", ERR_ABSENT },
		{ "https://h/a%2fb", ERR_FORMAT }, { "https://h/a%5cb", ERR_FORMAT }, { "https://h/a%0ab", ERR_FORMAT },
		{ "https://h/%ff", ERR_FORMAT },   { "https://h/a%20b", OK },         { "https://h/..%2f..%2fetc", ERR_FORMAT },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct url u;
		struct bytes name;
		CHECK_ROW(url_parse(bytes_of(rows[i].in), &a, &u, NULL) == OK, rows[i].in);
		CHECK_ROW(url_file_name(&u, &a, &name, NULL) == rows[i].want, rows[i].in);
	}
}

static void references_resolve_as_in_rfc_3986_section_5_4(void)
{
	static const struct {
		const char *reference, *want;
	} rows[] = {
		{ "g", "https://a/b/c/g" },
		{ "./g", "https://a/b/c/g" },
		{ "g/", "https://a/b/c/g/" },
		{ "/g", "https://a/g" },
		{ "//g", "https://g/" },
		{ "?y", "https://a/b/c/d;p?y" },
		{ "g?y", "https://a/b/c/g?y" },
		{ "#s", "https://a/b/c/d;p?q" },
		{ "g#s", "https://a/b/c/g" },
		{ "g?y#s", "https://a/b/c/g?y" },
		{ ";x", "https://a/b/c/;x" },
		{ "g;x", "https://a/b/c/g;x" },
		{ "", "https://a/b/c/d;p?q" },
		{ ".", "https://a/b/c/" },
		{ "./", "https://a/b/c/" },
		{ "..", "https://a/b/" },
		{ "../", "https://a/b/" },
		{ "../g", "https://a/b/g" },
		{ "../..", "https://a/" },
		{ "../../g", "https://a/g" },
		{ "../../../g", "https://a/g" },
		{ "/./g", "https://a/g" },
		{ "/../g", "https://a/g" },
		{ "g.", "https://a/b/c/g." },
		{ ".g", "https://a/b/c/.g" },
		{ "g..", "https://a/b/c/g.." },
		{ "./../g", "https://a/b/g" },
		{ "./g/.", "https://a/b/c/g/" },
		{ "g/../h", "https://a/b/c/h" },
		{ "g;x=1/../y", "https://a/b/c/y" },
		{ "g?y/./x", "https://a/b/c/g?y/./x" },
		{ "http://h/x", "http://h/x" },
		{ "//u@h:1/", "https://h:1/" },
		{ "javascript:x", NULL },
		{ "/a b", NULL },
		{ "//", NULL },
		{ "mailto:a@b", NULL },
		{ "///x", NULL },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct url base, file;
	CHECK(url_parse(BYTES("https://user:secret@a/b/c/d;p?q"), &a, &base, NULL) == OK);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct url u;
		enum status s = url_resolve(&base, bytes_of(rows[i].reference), &a, &u, NULL);
		CHECK_ROW((s == OK) == (rows[i].want != NULL), rows[i].reference);
		CHECK_ROW(s || strcmp(url_text(&u, &a), rows[i].want) == 0, rows[i].reference);
	}
	CHECK(url_resolve(&base, BYTES("g"), &a, &file, NULL) == OK && file.userinfo.data == NULL);
	CHECK(url_parse(BYTES("file:///srv/simple/x/"), &a, &base, NULL) == OK);
	CHECK(url_resolve(&base, BYTES("../../y.whl"), &a, &file, NULL) == OK);
	CHECK(strcmp(url_text(&file, &a), "file:///srv/y.whl") == 0);
}

static void what_is_logged_holds_no_secret(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "https://user:hunter2@h/x", "https://h/x" },
		{ "https://h/x?token=hunter2&a=b", "https://h/x?token=...&a=..." },
		{ "https://h/x?hunter2", "https://h/x?..." },
		{ "https://h/x#sha256=ab&hunter2&egg=n", "https://h/x#sha256=ab&egg=n" },
		{ "git+https://hunter2@h/r.git#subdirectory=d", "git+https://h/r.git#subdirectory=d" },
		{ "https://u:hunter2/@h/x", "https://h/x" },
		{ "https://u:hun?ter2@h/x", "https://h/x" },
		{ "https://u:hun#ter2@h/x y", "https://h/x?y" },
		{ "hunter2@h/x", "h/x" },
		{ "ssh://u:hunter2@h/x?a=hunter2", "ssh://h/x" },
		{ "ssh://h/\x1b[31m", "ssh://h/?[31m" },
		{ "not a url", "not?a?url" },
		{ "hunter2:x@y://h/", "y://h/" },
		{ "", "" },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes got = url_for_log(bytes_of(rows[i].in), &a);
		CHECK_BYTES(got, bytes_of(rows[i].want));
		CHECK_ROW(bytes_search(got, BYTES("hunter2")) == got.size, rows[i].in);
	}
}

static void the_words_of_an_error_do_not_repeat_the_url(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct url u;
	static const char *const rows[] = { "https://hunter2@h:x/", "https://u:hunter2@h/ ", "hunter2://h", "https://hunter2@@h/" };
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct diag d = { 0 };
		CHECK_ROW(url_parse(bytes_of(rows[i]), &a, &u, &d) == ERR_FORMAT, rows[i]);
		CHECK_ROW(!strstr(d.text, "hunter2"), rows[i]);
	}
}

static void hosts_and_origins_compare_by_port_too(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct url u, v;
	CHECK(url_parse(BYTES("https://Files.example/"), &a, &u, NULL) == OK);
	CHECK(url_parse(BYTES("https://files.example:443/x"), &a, &v, NULL) == OK);
	CHECK(url_same_origin(&u, &v));
	CHECK(url_host_is(&u, "FILES.example") && url_host_is(&u, "files.example:443"));
	CHECK(!url_host_is(&u, "files.example:444") && !url_host_is(&u, "s.files.example") && !url_host_is(&u, "example"));
	CHECK(!url_host_is(&u, ""));
	CHECK(url_parse(BYTES("http://files.example/"), &a, &v, NULL) == OK && !url_same_origin(&u, &v));
	CHECK(url_parse(BYTES("http://[::1]:80/"), &a, &v, NULL) == OK && url_host_is(&v, "[::1]") && url_host_is(&v, "[::1]:80"));
	CHECK(url_is_loopback(&v) && !url_is_loopback(&u));
	CHECK(url_parse(BYTES("http://127.8.8.8/"), &a, &v, NULL) == OK && url_is_loopback(&v));
	CHECK(url_parse(BYTES("http://127.example/"), &a, &v, NULL) == OK && !url_is_loopback(&v));
	CHECK(url_parse(BYTES("http://localhost.evil.example/"), &a, &v, NULL) == OK && !url_is_loopback(&v));
}

static void the_limits_hold_exactly(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	char text[URL_SIZE_MAX + 2];
	struct url u;
	memset(text, 'a', sizeof text);
	memcpy(text, "https://h/", 10);
	CHECK(url_parse(bytes_make(text, URL_SIZE_MAX), &a, &u, NULL) == OK);
	CHECK(url_parse(bytes_make(text, URL_SIZE_MAX + 1), &a, &u, NULL) == ERR_LIMIT);
	CHECK(url_resolve(&u, bytes_make(text, sizeof text), &a, &u, NULL) == ERR_LIMIT);
	memset(text, 'a', sizeof text);
	for (size_t i = 63; i < sizeof text; i += 64)
		text[i] = '.';
	CHECK(url_is_host_name(bytes_make(text, 253)) && !url_is_host_name(bytes_make(text, 254)));
	memset(text, 'a', 64);
	CHECK(url_is_host_name(bytes_make(text, 63)) && !url_is_host_name(bytes_make(text, 64)));
}

static void a_cut_url_never_crashes(void)
{
	static const char whole[] = "https://us%40er:pa%3Ass@[2001:db8::1]:8443/a/../b%20c/./d?x=%41&y=z#sha256=00&subdirectory=a%2Fb";
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t cut = 0; cut <= sizeof whole - 1; cut++) {
		CLEANUP(buf_done) struct buf copy; /* of its own size, so that the sanitizer sees its end */
		struct url u;
		buf_init(&copy, sizeof whole);
		buf_add(&copy, bytes_make(whole, cut));
		(void)url_for_log(buf_bytes(&copy), &a);
		if (url_parse(buf_bytes(&copy), &a, &u, NULL) == OK)
			CHECK(cut > 8 && url_text(&u, &a)[0] == 'h');
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "URLs are read strictly", urls_are_read_strictly },
		{ "the parts are where they belong", the_parts_are_where_they_belong },
		{ "file names cannot leave their directory", file_names_cannot_leave_their_directory },
		{ "references resolve as in RFC 3986 section 5.4", references_resolve_as_in_rfc_3986_section_5_4 },
		{ "what is logged holds no secret", what_is_logged_holds_no_secret },
		{ "the words of an error do not repeat the URL", the_words_of_an_error_do_not_repeat_the_url },
		{ "hosts and origins compare by port too", hosts_and_origins_compare_by_port_too },
		{ "the limits hold exactly", the_limits_hold_exactly },
		{ "a cut URL never crashes", a_cut_url_never_crashes },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}

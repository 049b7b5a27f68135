/* The decisions of hwb-net, without a socket. */
#include "base/buf.h"
#include "harness.h"
#include "net/address.h"
#include "net/connect.h"
#include "net/fetch_policy.h"
#include "net/fetch_wire.h"
#include "net/hello.h"
#include "net/proxy_wire.h"

static void the_proxy_reads_one_request_strictly(void)
{
	static const struct {
		struct bytes in;
		int want;
		const char *host;
		uint16_t port;
	} rows[] = {
		{ LIT("CONNECT host.tst:443 HTTP/1.1\r\n\r\n"), 0, "host.tst", 443 },
		{ LIT("CONNECT HoSt.tst:8443 HTTP/1.0\r\nHost: host.tst\r\nProxy-Connection:\tkeep-alive\r\n\r\n"), 0, "host.tst",
		  8443 },
		{ LIT("CONNECT h:1 HTTP/1.1\r\nX:\r\n\r\n"), 0, "h", 1 },
		{ LIT("GET http://host.tst/ HTTP/1.1\r\n\r\n"), 405, NULL, 0 },
		{ LIT("connect host.tst:443 HTTP/1.1\r\n\r\n"), 405, NULL, 0 },
		{ LIT("CONNECT host.tst:443 HTTP/2.0\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT host.tst:443 HTTP/1.1 \r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT  host.tst:443 HTTP/1.1\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT host.tst:443\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT host.tst:443 HTTP/1.1\n\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT host.tst:443 HTTP/1.1\r\nA: b\nC: d\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT host.tst:443 HTTP/1.1\r\nA: b\rC: d\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT host.tst:443 HTTP/1.1\r\n A: b\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT host.tst:443 HTTP/1.1\r\nA : b\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT host.tst:443 HTTP/1.1\r\nA: \0b\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT host.tst\0.evil:443 HTTP/1.1\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT user@host.tst:443 HTTP/1.1\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT host.tst:443@evil.example:443 HTTP/1.1\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT host.tst HTTP/1.1\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT host.tst: HTTP/1.1\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT host.tst:0443 HTTP/1.1\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT host.tst:65979 HTTP/1.1\r\n\r\n"), 400, NULL, 0 }, /* 443 + 65536 */
		{ LIT("CONNECT host.tst:4a HTTP/1.1\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT host.tst.:443 HTTP/1.1\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT .host.tst:443 HTTP/1.1\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT host%2etst:443 HTTP/1.1\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT https://host.tst:443 HTTP/1.1\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT :443 HTTP/1.1\r\n\r\n"), 400, NULL, 0 },
		{ LIT("CONNECT 127.0.0.1:443 HTTP/1.1\r\n\r\n"), 403, NULL, 0 },
		{ LIT("CONNECT 127.1:443 HTTP/1.1\r\n\r\n"), 403, NULL, 0 },
		{ LIT("CONNECT 2130706433:443 HTTP/1.1\r\n\r\n"), 403, NULL, 0 },
		{ LIT("CONNECT 0x7f.0x1:443 HTTP/1.1\r\n\r\n"), 403, NULL, 0 },
		{ LIT("CONNECT [::1]:443 HTTP/1.1\r\n\r\n"), 403, NULL, 0 },
		{ LIT("CONNECT ::1:443 HTTP/1.1\r\n\r\n"), 403, NULL, 0 },
		{ LIT("\r\n\r\n"), 400, NULL, 0 },
		{ LIT(""), 400, NULL, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct connect_request r = { .port = 0 };
		const char *reason = NULL, *shown = (const char *)rows[i].in.data;
		int code = connect_parse(rows[i].in, &r, &reason);
		if (code != rows[i].want)
			test_fail(__FILE__, __LINE__, "row %zu '%s': %d (%s)", i, shown, code, reason ? reason : "");
		CHECK_ROW(code ? reason != NULL : strcmp(r.host, rows[i].host) == 0 && r.port == rows[i].port, shown);
		for (size_t cut = 0; cut < rows[i].in.size; cut++)
			CHECK_ROW(connect_parse(bytes_part(rows[i].in, 0, cut), &r, &reason) != 0, shown);
	}
	CHECK(connect_head_size(BYTES("a\r\n\r\nbody")) == 5 && connect_head_size(BYTES("a\r\n\r")) == 0);
}

static void addresses_inside_are_not_public(void)
{
	static const struct {
		const char *in;
		bool want;
	} rows[] = {
		{ "8.8.8.8", true },
		{ "1.1.1.1", true },
		{ "100.63.255.255", true },
		{ "100.64.0.0", false },
		{ "100.128.0.0", true },
		{ "172.15.255.255", true },
		{ "172.16.0.0", false },
		{ "172.31.255.255", false },
		{ "172.32.0.0", true },
		{ "0.0.0.0", false },
		{ "10.1.2.3", false },
		{ "127.0.0.1", false },
		{ "169.254.169.254", false },
		{ "192.168.1.1", false },
		{ "192.0.0.1", false },
		{ "192.0.1.1", true },
		{ "198.18.0.1", false },
		{ "198.20.0.0", true },
		{ "224.0.0.1", false },
		{ "240.0.0.1", false },
		{ "255.255.255.255", false },
		{ "223.255.255.255", true },
		{ "2606:4700::1", true },
		{ "2a04:4e42::223", true },
		{ "::", false },
		{ "::1", false },
		{ "fe80::1", false },
		{ "fc00::1", false },
		{ "fd12::1", false },
		{ "ff02::1", false },
		{ "::ffff:8.8.8.8", false },
		{ "::ffff:127.0.0.1", false },
		{ "::7f00:1", false },
		{ "2001:db8::1", false },
		{ "2001::1", false },
		{ "2001:1ff::1", false },
		{ "2001:200::1", true },
		{ "2002:7f00:1::", false },
		{ "64:ff9b::8.8.8.8", true },
		{ "64:ff9b::10.0.0.1", false },
		{ "64:ff9b::127.0.0.1", false },
		{ "64:ff9b:1::8.8.8.8", false },
		{ "fec0::1", false },
		{ "100::1", false },
		{ "3fff::1", false },
		{ "3fff:1000::1", true },
		{ "4000::1", false },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct address a;
		unsigned prefix;
		CHECK_ROW(cidr_parse(bytes_of(rows[i].in), &a, &prefix, NULL) == OK, rows[i].in);
		CHECK_ROW(address_is_public(&a) == rows[i].want, rows[i].in);
	}
}

static void ranges_are_exact(void)
{
	static const struct {
		const char *range, *address;
		bool want;
	} rows[] = {
		{ "10.0.0.0/8", "10.255.0.1", true }, { "10.0.0.0/8", "11.0.0.0", false }, { "10.1.2.3", "10.1.2.3", true },
		{ "10.1.2.3", "10.1.2.2", false },    { "10.1.2.2/31", "10.1.2.3", true }, { "0.0.0.0/0", "1.2.3.4", true },
		{ "0.0.0.0/0", "::1", false },        { "fd00::/9", "fd7f::1", true },     { "fd00::/9", "fd80::1", false },
		{ "::1/128", "::1", true },
	};
	static const char *const bad[] = {
		"", "10.0.0.0/33", "10.0.0.1/8", "10.0.0/8", "x", "10.0.0.0/", "10.0.0.0/-1", "fd00::1/8", "::/129", "10.0.0.0/8/8",
	};
	struct address net, a;
	unsigned prefix, unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_ROW(cidr_parse(bytes_of(rows[i].range), &net, &prefix, NULL) == OK, rows[i].range);
		CHECK_ROW(cidr_parse(bytes_of(rows[i].address), &a, &unused, NULL) == OK, rows[i].address);
		CHECK_ROW(cidr_has(&net, prefix, &a) == rows[i].want, rows[i].address);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK_ROW(cidr_parse(bytes_of(bad[i]), &net, &prefix, NULL) == ERR_FORMAT, bad[i]);
}

static void the_list_is_exact(void)
{
	const struct proxy_host allowed[] = { { "Git.example", 443 }, { "git.example", 8443 } };
	const struct proxy_private privates[] = { { "git.example", "10.0.0.0/8" }, { "any.example", NULL } };
	struct proxy_options o = { .allowed = allowed, .n_allowed = 2, .allow_private = privates, .n_allow_private = 2 };
	struct address inside = { .bytes = { 10, 1 }, .size = 4 }, loopback = { .bytes = { 127, 0, 0, 1 }, .size = 4 };
	struct address outside = { .bytes = { 8, 8, 8, 8 }, .size = 4 };
	CHECK(proxy_check_options(&o, NULL) == OK);
	CHECK(proxy_allows(&o, "git.example", 443) && proxy_allows(&o, "git.example", 8443));
	CHECK(!proxy_allows(&o, "git.example", 444) && !proxy_allows(&o, "a.git.example", 443) && !proxy_allows(&o, "example", 443));
	CHECK(proxy_allows_address(&o, "git.example", &inside) && !proxy_allows_address(&o, "git.example", &loopback));
	CHECK(!proxy_allows_address(&o, "other.example", &inside) && proxy_allows_address(&o, "other.example", &outside));
	CHECK(proxy_allows_address(&o, "ANY.example", &loopback));
	o.any_host = true;
	CHECK(proxy_allows(&o, "other.example", 443) && !proxy_allows(&o, "other.example", 80));
	const struct proxy_host odd[] = { { "127.0.0.1", 443 }, { "h.", 443 }, { "h", 0 }, { "*.example", 443 } };
	for (size_t i = 0; i < COUNT(odd); i++) {
		struct proxy_options wrong = { .allowed = &odd[i], .n_allowed = 1 };
		CHECK_ROW(proxy_check_options(&wrong, NULL) == ERR_USAGE, odd[i].host);
	}
}

/* Builds a hello: one record, the given server name (NULL: none), and an extension of the given type (0: none). */
static void build_hello(struct buf *out, const char *name, unsigned extension)
{
	CLEANUP(buf_done) struct buf e;
	buf_init(&e, 2000);
	if (name) {
		size_t n = strlen(name);
		const unsigned char head[] = { 0, 0, 0, (unsigned char)(n + 5), 0, (unsigned char)(n + 3), 0, 0, (unsigned char)n };
		buf_add(&e, bytes_make(head, sizeof head));
		buf_add_string(&e, name);
	}
	const unsigned char more[] = { (unsigned char)(extension >> 8), (unsigned char)extension, 0, 1, 0 };
	if (extension)
		buf_add(&e, bytes_make(more, sizeof more));
	size_t body = 2 + 32 + 1 + 4 + 2 + 2 + e.size;
	const unsigned char head[] = { 22,
				       3,
				       1,
				       (unsigned char)((body + 4) >> 8),
				       (unsigned char)(body + 4),
				       1,
				       0,
				       (unsigned char)(body >> 8),
				       (unsigned char)body,
				       3,
				       3 };
	const unsigned char middle[] = { 0, 0, 2, 0x13, 1, 1, 0, (unsigned char)(e.size >> 8), (unsigned char)e.size };
	buf_add(out, bytes_make(head, sizeof head));
	for (unsigned i = 0; i < 32; i++)
		buf_add_byte(out, (unsigned char)i);
	buf_add(out, bytes_make(middle, sizeof middle));
	buf_add(out, buf_bytes(&e));
}

static void a_hello_must_name_its_host_in_the_open(void)
{
	static const struct {
		const char *name;
		unsigned extension;
		enum hello_verdict want;
		const char *words;
	} rows[] = {
		{ "host.tst", 0, HELLO_GOOD, "" },
		{ "HOST.tst", 43, HELLO_GOOD, "" },
		{ "host.tst", 0xfe0d, HELLO_BAD, "encrypted" },
		{ "host.tst", 0xffce, HELLO_BAD, "encrypted" },
		{ "evil.org", 0, HELLO_BAD, "another host" },
		{ NULL, 0, HELLO_BAD, "no host" },
		{ NULL, 43, HELLO_BAD, "no host" },
		{ "host.tst.", 0, HELLO_BAD, "another host" },
		{ "", 0, HELLO_BAD, "another host" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf hello;
		const char *reason = "";
		buf_init(&hello, 4000);
		build_hello(&hello, rows[i].name, rows[i].extension);
		CHECK_NUMBER(hello_check(buf_bytes(&hello), "host.tst", &reason), rows[i].want);
		CHECK(strstr(reason, rows[i].words));
		for (size_t cut = 0; cut < hello.size; cut++)
			CHECK_NUMBER(hello_check(bytes_part(buf_bytes(&hello), 0, cut), "host.tst", &reason), HELLO_MORE);
	}
}

static void a_hello_may_come_in_many_records(void)
{
	CLEANUP(buf_done) struct buf hello, cut;
	const char *reason = "";
	buf_init(&hello, 4000);
	buf_init(&cut, 40000);
	build_hello(&hello, "host.tst", 43);
	for (size_t i = 5; i < hello.size; i++) { /* one byte a record */
		const unsigned char record[] = { 22, 3, 1, 0, 1, hello.data[i] };
		CHECK_NUMBER(hello_check(buf_bytes(&cut), "host.tst", &reason), HELLO_MORE);
		buf_add(&cut, bytes_make(record, sizeof record));
	}
	CHECK_NUMBER(hello_check(buf_bytes(&cut), "host.tst", &reason), HELLO_GOOD);
	buf_add_string(&cut, "early data is the server's to judge");
	CHECK_NUMBER(hello_check(buf_bytes(&cut), "host.tst", &reason), HELLO_GOOD);
	static const struct {
		struct bytes in;
		enum hello_verdict want;
	} rows[] = {
		{ LIT("GET / HTTP/1.1\r\n\r\n"), HELLO_BAD },
		{ LIT("SSH-2.0-x\r\n"), HELLO_BAD },
		{ LIT("\x16\x03\x01\0\0"), HELLO_BAD },
		{ LIT("\x16\x03\x01\xff\xff"), HELLO_BAD },
		{ LIT("\x16\x02"), HELLO_BAD },
		{ LIT("\x16\x03\x01\0\x01\x02"), HELLO_BAD },
		{ LIT("\x16\x03\x01\0\x04\x01\xff\xff\xff"), HELLO_BAD },
		{ LIT("\x16\x03\x01\0\x05\x01\0\0\0\0"), HELLO_BAD },
		{ LIT("\x16\x03\x01\0\x04\x01\0\0\0"), HELLO_BAD },
		{ LIT("\x80\x2e\x01"), HELLO_BAD },
		{ LIT("\x16"), HELLO_MORE },
		{ LIT(""), HELLO_MORE },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_NUMBER(hello_check(rows[i].in, "host.tst", &reason), rows[i].want);
	buf_clear(&cut);
	buf_add(&cut, BYTES("\x16\x03\x01\x40\0\x01\0\x2f\xfd")); /* one byte more than fits */
	CHECK_NUMBER(hello_check(buf_bytes(&cut), "host.tst", &reason), HELLO_BAD);
	cut.data[8] = 0xfc;
	CHECK_NUMBER(hello_check(buf_bytes(&cut), "host.tst", &reason), HELLO_MORE);
}

static struct url parsed(struct arena *a, const char *text)
{
	struct url u;
	CHECK_ROW(url_parse(bytes_of(text), a, &u, NULL) == OK, text);
	return u;
}

static void redirects_follow_the_rules(void)
{
	static const struct {
		const char *from, *to;
		bool listed, want;
	} rows[] = {
		{ "https://a/x", "https://a/y", false, true },
		{ "https://a/x", "https://b/y", false, true },
		{ "https://a/x", "https://b/y", true, false },
		{ "https://a/x", "https://c/y", true, true },
		{ "https://a/x", "https://c:444/y", true, false },
		{ "https://a/x", "http://a/y", false, false },
		{ "https://a/x", "http://127.0.0.1/y", false, false },
		{ "http://127.0.0.1/x", "http://127.0.0.1/y", false, true },
		{ "http://127.0.0.1/x", "http://plain/y", false, true },
		{ "http://plain/x", "http://other/y", false, false },
		{ "http://plain/x", "https://a/y", false, true },
		{ "https://a/x", "file:///y", false, false },
		{ "https://a/x", "https://u:p@a/y", false, false },
		{ "https://a/x", "http://plain/y", false, false },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct fetch_options o = { .allow_http_loopback = true, .http_hosts = (const char *const[]){ "plain" }, .n_http_hosts = 1 };
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct url from = parsed(&a, rows[i].from), to = parsed(&a, rows[i].to);
		struct fetch_request r = { .hosts = (const char *const[]){ "c" }, .n_hosts = rows[i].listed };
		enum status s = fetch_check_redirect(&o, &r, &from, &from, &to, NULL);
		CHECK_ROW(s == (rows[i].want ? OK : ERR_NETWORK), rows[i].to);
	}
}

static void credentials_need_their_exact_origin(void)
{
	static const struct {
		const char *origin, *url;
		bool want;
	} rows[] = {
		{ "https://a", "https://a/x", true },
		{ "https://A:443/", "https://a/x", true },
		{ "https://a", "https://a:444/x", false },
		{ "https://a", "http://a:443/x", false },
		{ "https://a", "https://b.a/x", false },
		{ "a", "https://a/x", false },
		{ "https://[::1]:1", "https://[0::1]:1/", true },
		{ "", "https://a/", false },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct url u = parsed(&a, rows[i].url);
		struct fetch_request r = { .user = "u", .password = "p", .auth_origin = rows[i].origin };
		CHECK_ROW(fetch_wants_credentials(&r, &u, &a) == rows[i].want, rows[i].url);
		r.user = NULL;
		CHECK_ROW(!fetch_wants_credentials(&r, &u, &a), rows[i].url);
	}
}

static void delays_double_up_to_half_a_minute(void)
{
	struct fetch_options o = { .backoff_ms = 500 };
	static const struct {
		uint32_t n_tries, random, retry_after, want;
	} rows[] = {
		{ 1, 0, 0, 250 },  { 1, UINT32_MAX, 0, 499 },   { 2, 0, 0, 500 },
		{ 3, 0, 0, 1000 }, { 7, 0, 0, 15000 },          { 4000000000, UINT32_MAX, 0, 29999 },
		{ 1, 0, 2, 2000 }, { 7, UINT32_MAX, 2, 29999 },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_NUMBER(fetch_retry_delay(&o, rows[i].n_tries, rows[i].random, rows[i].retry_after), rows[i].want);
}

static void records_read_back_and_break_at_every_cut(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf start, get, done, proxy;
	arena_init(&a);
	buf_init(&start, 1000);
	buf_init(&get, 1000);
	buf_init(&done, 1000);
	buf_init(&proxy, 1000);
	const char *const hosts[] = { "h1", "h2:8080" };
	fetch_wire_put_start(&start,
			     &(struct fetch_options){ .ca_file = "/ca", .retries = 7, .http_hosts = hosts, .n_http_hosts = 2 });
	fetch_wire_put_get(&get,
			   &(struct fetch_request){ .url = "https://h/",
						    .range = "0-1",
						    .user = "u",
						    .password = "",
						    .max_size = 9,
						    .whole_ms = 5,
						    .body = BYTES("{}"),
						    .content_type = "a/b",
						    .bearer = "b",
						    .metadata_flavor = "f",
						    .refusals = true,
						    .hosts = hosts,
						    .n_hosts = 1 },
			   77);
	fetch_wire_put_done(&done, &(struct fetch_result){ .id = 77, .status = ERR_LIMIT, .retry_after_s = 8, .text = "a\x1b[31m" });
	const struct proxy_host allowed = { "h", 443 };
	proxy_wire_put_start(&proxy, &(struct proxy_options){ .allowed = &allowed, .n_allowed = 1, .max_down = 5 });
	struct fetch_options o;
	struct fetch_request r;
	struct fetch_result result;
	struct proxy_options po;
	uint64_t id;
	for (size_t cut = 0; cut < 300; cut++) {
		CHECK((fetch_wire_get_start(bytes_part(buf_bytes(&start), 0, cut), &a, &o, NULL) == OK) == (cut >= start.size));
		CHECK((fetch_wire_get_get(bytes_part(buf_bytes(&get), 0, cut), &a, &r, &id, NULL) == OK) == (cut >= get.size));
		CHECK((fetch_wire_get_done(bytes_part(buf_bytes(&done), 0, cut), &a, &result, NULL) == OK) == (cut >= done.size));
		CHECK((proxy_wire_get_start(bytes_part(buf_bytes(&proxy), 0, cut), &a, &po, NULL) == OK) == (cut >= proxy.size));
	}
	CHECK(strcmp(o.ca_file, "/ca") == 0 && !o.proxy_url && o.retries == 7);
	CHECK(o.n_http_hosts == 2 && strcmp(o.http_hosts[1], "h2:8080") == 0);
	CHECK(id == 77 && strcmp(r.range, "0-1") == 0 && !r.accept && r.password[0] == '\0' && r.max_size == 9 && r.n_hosts == 1);
	CHECK_BYTES(r.body, BYTES("{}"));
	CHECK(strcmp(r.content_type, "a/b") == 0 && r.whole_ms == 5);
	CHECK(strcmp(r.bearer, "b") == 0 && strcmp(r.metadata_flavor, "f") == 0 && r.refusals);
	CHECK(result.retry_after_s == 8);
	CHECK(result.id == 77 && result.status == ERR_LIMIT && strcmp(result.text, "a?[31m") == 0);
	CHECK(po.n_allowed == 1 && po.allowed[0].port == 443 && po.max_down == 5);
	done.data[12] = ERR_HASH; /* a status that no transfer has */
	CHECK(fetch_wire_get_done(buf_bytes(&done), &a, &result, NULL) == ERR_FORMAT);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "the proxy reads one request strictly", the_proxy_reads_one_request_strictly },
		{ "addresses inside are not public", addresses_inside_are_not_public },
		{ "ranges are exact", ranges_are_exact },
		{ "the list is exact", the_list_is_exact },
		{ "a hello must name its host in the open", a_hello_must_name_its_host_in_the_open },
		{ "a hello may come in many records but not as something else", a_hello_may_come_in_many_records },
		{ "redirects follow the rules", redirects_follow_the_rules },
		{ "credentials need their exact origin", credentials_need_their_exact_origin },
		{ "delays double up to half a minute", delays_double_up_to_half_a_minute },
		{ "records read back and break at every cut", records_read_back_and_break_at_every_cut },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}

#include "crypto/digest.h"

#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/encode.h"
#include "harness.h"

static void check_sha256(const char *row, const struct sha256 *h, const char *want)
{
	char text[SHA256_TEXT_SIZE];
	sha256_text(h, text);
	CHECK_ROW(strcmp(text, want) == 0, row);
}

/* FIPS 180-4, "Example computations"; the million of a is its longest. */
static const struct {
	const char *in, *sha256, *sha384, *sha512;
} vectors[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	  "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
	  "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	  "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
	  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
	  "3391fdddfc8dc7393707a65b1b4709397cf8b1d162af05abfe8f450de5f36bc6b0455a8520bc4e6f5fe95b1fe3c8452b",
	  "204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c33596fd15c13b1b07f9aa1d3bea57789ca031ad85c7a71dd70354ec631238ca3445" },
};

static void the_vectors_of_fips_180_4_hold(void)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		unsigned char digest[SHA512_SIZE];
		char text[2 * SHA512_SIZE + 1];
		struct sha256 h = sha256_of(bytes_of(vectors[i].in));
		check_sha256(vectors[i].in, &h, vectors[i].sha256);
		sha384_of(bytes_of(vectors[i].in), digest);
		hex_write(bytes_make(digest, 48), text);
		CHECK_ROW(strcmp(text, vectors[i].sha384) == 0, vectors[i].in);
		sha512_of(bytes_of(vectors[i].in), digest);
		hex_write(bytes_make(digest, SHA512_SIZE), text);
		CHECK_ROW(strcmp(text, vectors[i].sha512) == 0, vectors[i].in);
	}
}

static void a_million_of_a_in_odd_pieces_is_the_same(void)
{
	static const size_t pieces[] = { 1, 7, 63, 64, 65, 997, 8191, 1000000 };
	static unsigned char block[1000000];
	memset(block, 'a', sizeof block);
	for (size_t i = 0; i < COUNT(pieces); i++) {
		struct sha256_stream s;
		char row[32];
		(void)snprintf(row, sizeof row, "pieces of %zu", pieces[i]);
		sha256_start(&s);
		sha256_add(&s, (struct bytes){ NULL, 0 });
		for (size_t done = 0; done < sizeof block; done += pieces[i])
			sha256_add(&s, bytes_part(bytes_make(block, sizeof block), done, pieces[i]));
		struct sha256 h = sha256_end(&s);
		check_sha256(row, &h, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	}
}

static void a_stream_can_be_started_again(void)
{
	struct sha256_stream s;
	sha256_start(&s);
	sha256_add(&s, BYTES("something else"));
	sha256_start(&s);
	sha256_add(&s, BYTES("abc"));
	struct sha256 h = sha256_end(&s);
	check_sha256("again", &h, vectors[1].sha256);
}

/* Sizes around the block that sha256_of_fd reads. */
static void a_file_is_hashed_from_its_start_whatever_was_read(void)
{
	static const size_t sizes[] = { 0, 1, 8191, 8192, 8193, 100000 };
	static unsigned char content[100000];
	for (size_t i = 0; i < sizeof content; i++)
		content[i] = (unsigned char)(i * 31 >> 3);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		CLEANUP(fd_close) int fd = memfd_create("test", MFD_CLOEXEC);
		struct sha256 h, want = sha256_of(bytes_make(content, sizes[i]));
		uint64_t size = 77;
		CHECK(fd >= 0 && write(fd, content, sizes[i]) == (ssize_t)sizes[i]);
		CHECK(lseek(fd, (off_t)sizes[i] / 2, SEEK_SET) >= 0);
		CHECK(sha256_of_fd(fd, sizes[i], &h, &size, NULL) == OK && sha256_equal(&h, &want));
		CHECK_NUMBER(size, sizes[i]);
		CHECK_NUMBER(lseek(fd, 0, SEEK_CUR), sizes[i] / 2);
	}
}

static void a_file_over_the_limit_is_refused_and_nothing_is_returned(void)
{
	static const struct {
		const char *name;
		uint64_t max;
		enum status want;
	} rows[] = {
		{ "exactly", 10, OK },
		{ "one more", 9, ERR_LIMIT },
		{ "none", 0, ERR_LIMIT },
	};
	CLEANUP(fd_close) int fd = memfd_create("test", MFD_CLOEXEC);
	CHECK(fd >= 0 && write(fd, "0123456789", 10) == 10);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sha256 h = { { 1 } }, was = h;
		uint64_t size = 77;
		struct diag d = { 0 };
		CHECK_ROW(sha256_of_fd(fd, rows[i].max, &h, &size, &d) == rows[i].want, rows[i].name);
		CHECK_ROW(rows[i].want == OK || (size == 77 && sha256_equal(&h, &was) && d.text[0]), rows[i].name);
	}
	struct sha256 h;
	uint64_t size;
	CHECK(sha256_of_fd(-1, 10, &h, &size, NULL) == ERR_IO);
}

static void a_digest_is_64_hexadecimal_digits(void)
{
#define DIGITS "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a"
	static const struct {
		const char *name, *in;
		enum status want;
	} rows[] = {
		{ "as it is written", DIGITS "d", OK },
		{ "capitals", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD", OK },
		{ "one digit less", DIGITS, ERR_FORMAT },
		{ "one digit more", DIGITS "d0", ERR_FORMAT },
		{ "nothing", "", ERR_FORMAT },
		{ "not a digit", DIGITS "g", ERR_FORMAT },
		{ "a blank", DIGITS " ", ERR_FORMAT },
		{ "a prefix", "0x" DIGITS "d", ERR_FORMAT },
		{ "a blank before", " " DIGITS, ERR_FORMAT },
	};
	struct sha256 want = sha256_of(BYTES("abc"));
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sha256 h = { { 0 } };
		CHECK_ROW(sha256_parse(bytes_of(rows[i].in), &h) == rows[i].want, rows[i].name);
		CHECK_ROW(rows[i].want || sha256_equal(&h, &want), rows[i].name);
	}
}

static void digests_differ_in_any_byte(void)
{
	struct sha256 a = sha256_of(BYTES("abc"));
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		struct sha256 b = a;
		CHECK(sha256_equal(&a, &b));
		b.bytes[i] ^= 1;
		CHECK(!sha256_equal(&a, &b));
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "the vectors of FIPS 180-4 hold", the_vectors_of_fips_180_4_hold },
		{ "a million of a in odd pieces is the same", a_million_of_a_in_odd_pieces_is_the_same },
		{ "a stream can be started again", a_stream_can_be_started_again },
		{ "a file is hashed from its start, whatever was read of it", a_file_is_hashed_from_its_start_whatever_was_read },
		{ "a file over the limit is refused and nothing is returned",
		  a_file_over_the_limit_is_refused_and_nothing_is_returned },
		{ "a digest is 64 hexadecimal digits", a_digest_is_64_hexadecimal_digits },
		{ "digests differ in any byte", digests_differ_in_any_byte },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}

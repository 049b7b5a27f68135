#include "net/address.h"

#include <arpa/inet.h>

#include "base/number.h"

struct block {
	unsigned char bytes[16];
	uint8_t prefix;
};

/* RFC 6890 and the IANA special-purpose registry: everything that is not globally reachable. */
static const struct block not_public_v4[] = {
	{ { 0 }, 8 },
	{ { 10 }, 8 },
	{ { 100, 64 }, 10 },
	{ { 127 }, 8 },
	{ { 169, 254 }, 16 },
	{ { 172, 16 }, 12 },
	{ { 192, 0, 0 }, 24 },
	{ { 192, 0, 2 }, 24 },
	{ { 192, 88, 99 }, 24 },
	{ { 192, 168 }, 16 },
	{ { 198, 18 }, 15 },
	{ { 198, 51, 100 }, 24 },
	{ { 203, 0, 113 }, 24 },
	{ { 224 }, 3 },
};

/* Inside 2000::/3, the only space that is global unicast at all. */
static const struct block not_public_v6[] = {
	{ { 0x20, 0x01, 0x00 }, 23 }, /* protocol assignments, Teredo */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
	{ { 0x20, 0x02 }, 16 }, /* 6to4: an IPv4 address of anyone's choice */
	{ { 0x3f, 0xff, 0x00 }, 20 }, /* documentation */
};

static const struct block global_v6 = { { 0x20 }, 3 };
static const struct block nat64 = { { 0x00, 0x64, 0xff, 0x9b }, 96 };

static bool is_in(const unsigned char *a, const unsigned char *net, unsigned prefix)
{
	unsigned whole = prefix / 8, bits = prefix % 8;
	if (memcmp(a, net, whole) != 0)
		return false;
	return bits == 0 || (a[whole] ^ net[whole]) >> (8 - bits) == 0;
}

static bool is_in_any(const unsigned char *a, const struct block *blocks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_in(a, blocks[i].bytes, blocks[i].prefix))
			return true;
	return false;
}

bool address_is_public(const struct address *a)
{
	if (a->size == 4)
		return !is_in_any(a->bytes, not_public_v4, COUNT(not_public_v4));
	if (a->size != 16)
		return false;
	if (is_in(a->bytes, nat64.bytes, nat64.prefix))
		return !is_in_any(a->bytes + 12, not_public_v4, COUNT(not_public_v4));
	return is_in(a->bytes, global_v6.bytes, global_v6.prefix) && !is_in_any(a->bytes, not_public_v6, COUNT(not_public_v6));
}

static bool has_bits_below(const struct address *a, unsigned prefix)
{
	for (unsigned bit = prefix; bit < 8U * a->size; bit++)
		if (a->bytes[bit / 8] >> (7 - bit % 8) & 1)
			return true;
	return false;
}

enum status cidr_parse(struct bytes text, struct address *ret, unsigned *ret_prefix, struct diag *d)
{
	char literal[INET6_ADDRSTRLEN] = "";
	struct address a = { .size = 0 };
	size_t slash = bytes_find(text, '/');
	uint64_t prefix;
	if (slash < sizeof literal && bytes_find(text, '\0') == text.size) {
		bytes_copy(literal, bytes_part(text, 0, slash));
		if (inet_pton(AF_INET, literal, a.bytes) == 1)
			a.size = 4;
		else if (inet_pton(AF_INET6, literal, a.bytes) == 1)
			a.size = 16;
	}
	prefix = 8U * a.size;
	if (a.size == 0 || (slash < text.size && number_parse_u64(bytes_from(text, slash + 1), prefix, &prefix)))
		return fail(d, ERR_FORMAT, 0, "'%.*s' is not an address range such as 10.0.0.0/8",
			    BYTES_ARG(bytes_part(text, 0, 64)));
	if (has_bits_below(&a, (unsigned)prefix))
		return fail(d, ERR_FORMAT, 0, "'%.*s' has bits set below its prefix", BYTES_ARG(bytes_part(text, 0, 64)));
	*ret = a;
	*ret_prefix = (unsigned)prefix;
	return OK;
}

bool cidr_has(const struct address *net, unsigned prefix, const struct address *a)
{
	return net->size == a->size && is_in(a->bytes, net->bytes, prefix);
}

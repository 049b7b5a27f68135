/* Which addresses a name may lead to: a name on the list must not become a way into the host's own networks. Pure. */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include "base/bytes.h"
#include "base/status.h"

/* An IPv4 or IPv6 address in network order. */
struct address {
	unsigned char bytes[16];
	uint8_t size; /* 4 or 16 */
};

/* Globally reachable unicast by the registries of RFC 6890. Not so: loopback, link-local (169.254.169.254 too), private, shared,
 * ULA, multicast, unspecified, documentation, benchmark, IPv4 within IPv6 (mapped, 6to4, Teredo), except the NAT64 prefix
 * 64:ff9b::/96 around a public IPv4 address: networks without IPv4 have no other way. */
bool address_is_public(const struct address *a);

/* Parses "10.0.0.0/8", "fd00::/8" or a single address. Bits below the prefix must be zero. ERR_FORMAT. */
MUST_USE enum status cidr_parse(struct bytes text, struct address *ret, unsigned *ret_prefix, struct diag *d);
bool cidr_has(const struct address *net, unsigned prefix, const struct address *a);

#endif

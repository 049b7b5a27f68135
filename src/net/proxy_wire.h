/* The records between proxy (hwb) and hwb-net proxy: start one way, ready back; stop one way, then attempts and a summary
 * back. Private to src/net. */
#ifndef NET_PROXY_WIRE_H
#define NET_PROXY_WIRE_H

#include "base/buf.h"
#include "net/address.h"
#include "net/proxy.h"

enum proxy_record { PROXY_START = 0x70737472, PROXY_READY, PROXY_STOP, PROXY_ATTEMPT, PROXY_SUMMARY };

void proxy_wire_put_start(struct buf *out, const struct proxy_options *options);
void proxy_wire_put_attempt(struct buf *out, const struct proxy_attempt *attempt);
/* Only the counts. */
void proxy_wire_put_summary(struct buf *out, const struct proxy_report *report);
/* PROXY_READY and PROXY_STOP hold nothing but their kind. */
void proxy_wire_put_kind(struct buf *out, enum proxy_record kind);

/* The first word of a record, 0 when there is none. */
uint32_t proxy_wire_kind(struct bytes record);
/* Strings go to a. ERR_FORMAT. */
MUST_USE enum status proxy_wire_get_start(struct bytes record, struct arena *a, struct proxy_options *ret, struct diag *d);
MUST_USE enum status proxy_wire_get_attempt(struct bytes record, struct arena *a, struct proxy_attempt *ret, struct diag *d);
MUST_USE enum status proxy_wire_get_summary(struct bytes record, struct proxy_report *ret, struct diag *d);

/* May a connection go to that name and port; does a name's address stay within what is allowed? Decisions only. */
bool proxy_allows(const struct proxy_options *o, const char *host, uint16_t port);
bool proxy_allows_address(const struct proxy_options *o, const char *host, const struct address *to);
/* Host names and ranges are well formed. ERR_USAGE. */
MUST_USE enum status proxy_check_options(const struct proxy_options *o, struct diag *d);

#endif

/* The records between fetcher (hwb) and hwb-net fetch: the first is the start record, then get records with their output
 * descriptor one way and done records the other. Private to src/net. */
#ifndef NET_FETCH_WIRE_H
#define NET_FETCH_WIRE_H

#include "base/arena.h"
#include "base/buf.h"
#include "net/fetch.h"

/* Both append to out; buf_check says whether it fitted. */
void fetch_wire_put_start(struct buf *out, const struct fetch_options *options);
void fetch_wire_put_get(struct buf *out, const struct fetch_request *request, uint64_t id);
void fetch_wire_put_done(struct buf *out, const struct fetch_result *result);

/* Strings go to a; absent ones are NULL again; program_dir and out_fd do not travel. ERR_FORMAT. */
MUST_USE enum status fetch_wire_get_start(struct bytes record, struct arena *a, struct fetch_options *ret, struct diag *d);
MUST_USE enum status fetch_wire_get_get(struct bytes record, struct arena *a, struct fetch_request *ret, uint64_t *ret_id,
					struct diag *d);
/* The strings are made printable on the way. */
MUST_USE enum status fetch_wire_get_done(struct bytes record, struct arena *a, struct fetch_result *ret, struct diag *d);

#endif

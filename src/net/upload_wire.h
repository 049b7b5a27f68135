/* The records between uploader (hwb) and hwb-net upload: one start record; for each upload an upload record with the file, then a fields
 * record with a memory file that holds the form's fields, then an answer record with the answer's memory file; progress records and
 * one answered record the other way, with the slot of the upload. Private to src/net. */
#ifndef NET_UPLOAD_WIRE_H
#define NET_UPLOAD_WIRE_H

#include "base/arena.h"
#include "base/buf.h"
#include "net/upload.h"

/* All append to out; buf_check says whether it fitted. */
void upload_wire_put_start(struct buf *out, const char *url, const struct fetch_options *options);
void upload_wire_put_upload(struct buf *out, const struct upload_request *request);
void upload_wire_put_hand(struct buf *out, bool is_answer);
void upload_wire_put_fields(struct buf *out, const struct upload_request *request);
void upload_wire_put_progress(struct buf *out, unsigned slot, uint64_t sent);
void upload_wire_put_answered(struct buf *out, const struct upload_answer *answer);

/* Strings go to a, the fields' values are borrowed from the record; descriptors do not travel in it. ERR_FORMAT. */
MUST_USE enum status upload_wire_get_start(struct bytes record, struct arena *a, const char **ret_url, struct fetch_options *ret,
					   struct diag *d);
MUST_USE enum status upload_wire_get_upload(struct bytes record, struct arena *a, struct upload_request *ret, struct diag *d);
MUST_USE enum status upload_wire_get_hand(struct bytes record, bool is_answer, struct diag *d);
MUST_USE enum status upload_wire_get_fields(struct bytes record, struct arena *a, struct upload_request *ret, struct diag *d);
/* What hwb hears: progress of ret->slot, or its end. The strings are made printable on the way. */
MUST_USE enum status upload_wire_get_reply(struct bytes record, struct arena *a, bool *ret_ended, uint64_t *ret_sent,
					   struct upload_answer *ret, struct diag *d);

#endif

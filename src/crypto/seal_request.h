/* What hwb-seal is asked: seal.h's arguments as a record. */
#ifndef CRYPTO_SEAL_REQUEST_H
#define CRYPTO_SEAL_REQUEST_H

#include "crypto/seal.h"

struct seal_request {
	struct seal seal;
	struct bytes passphrase, open, text; /* SECRET, in the open, and either; borrowed */
};

/* *out should be marked secret. */
void seal_request_write(const struct seal_request *r, struct buf *out);
/* Borrows from record. ERR_FORMAT. */
MUST_USE enum status seal_request_read(struct bytes record, struct seal_request *ret, struct diag *d);

#endif

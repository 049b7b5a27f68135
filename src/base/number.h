/* Numbers out of text, never wrapping, never half. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include "base/bytes.h"
#include "base/status.h"

/* The whole of b as a decimal number <= max: digits only, at least one. ERR_FORMAT or ERR_LIMIT. */
MUST_USE enum status number_parse_u64(struct bytes b, uint64_t max, uint64_t *ret);
/* The whole of b as an octal number <= max. ERR_FORMAT or ERR_LIMIT. */
MUST_USE enum status number_parse_octal(struct bytes b, uint64_t max, uint64_t *ret);
/* A size with an optional K, M, G or T behind it (powers of 1024), as in "512M". */
MUST_USE enum status number_parse_size(struct bytes b, uint64_t max, uint64_t *ret);
/* A duration in milliseconds: a number with ms, s, m or h behind it; without one, seconds. */
MUST_USE enum status number_parse_duration(struct bytes b, uint64_t max_ms, uint64_t *ret_ms);

/* "%s" behind a word that is counted: "1 program", "2 programs". */
#define PLURAL(n) ((n) == 1 ? "" : "s")

#endif

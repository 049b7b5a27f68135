/* Time: a monotonic clock for durations, the wall clock as text for records. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"

/* Milliseconds since an arbitrary start; never goes back. */
uint64_t clock_ms(void);
/* Seconds since 1970. */
int64_t clock_unix(void);

enum { CLOCK_TEXT_SIZE = 32 };
/* "2026-11-23T21:10:00.123Z" for now. */
void clock_text_now(char out[CLOCK_TEXT_SIZE]);
/* "2026-11-23T21:10:00Z" for that second. */
void clock_text(int64_t unix_seconds, char out[CLOCK_TEXT_SIZE]);
/* RFC 3339 ("2026-11-23T21:10:00.5Z", an offset is allowed) or a date ("2026-11-23", meaning its start in UTC)
 * to seconds since 1970, fractions dropped. ERR_FORMAT. */
MUST_USE enum status clock_parse(struct bytes text, int64_t *ret_unix);

#endif

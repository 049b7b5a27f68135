/* SPDX licence expressions as packaging metadata has them (PEP 639; SPDX 2.3, annex D): "MIT OR (Apache-2.0 WITH LLVM-exception)".
 * Identifiers without regard to case, from data/spdx-licenses.txt. */
#ifndef FORMAT_SPDX_EXPRESSION_H
#define FORMAT_SPDX_EXPRESSION_H

#include "base/bytes.h"
#include "base/status.h"

/* The longest known, of a Linux distribution's Python, has some 800 bytes. */
enum { SPDX_EXPRESSION_SIZE_MAX = 65536, SPDX_EXPRESSION_DEPTH_MAX = 100 };

/* The whole of text; AND, OR and WITH in any case, as pypa/packaging reads them. ERR_FORMAT names the word that is wrong; ERR_LIMIT. */
MUST_USE enum status spdx_expression_check(struct bytes text, struct diag *d);

#endif

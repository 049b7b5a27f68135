/* The stable ABI of CPython (PEP 384, PEP 652), from data/stable-abi.txt. */
#ifndef CHECK_STABLE_ABI_H
#define CHECK_STABLE_ABI_H

#include "base/bytes.h"

/* The minor version of Python 3 that brought the symbol into the stable ABI; 0 when it is not in it. */
unsigned stable_abi_since(struct bytes symbol);

#endif

/* The import statements. Private to src/scan/py_*.c. */
#ifndef SCAN_PY_IMPORT_H
#define SCAN_PY_IMPORT_H

#include "scan/py_scan.h"

/* Behind the word "import". */
void py_import(struct py_scan *s);
/* Behind the word "from". */
void py_import_from(struct py_scan *s);

#endif

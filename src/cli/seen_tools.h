/* Which of the programs that a build started are compilers, linkers and drivers of builds: by their names, for nothing but the name
 * tells. */
#ifndef CLI_SEEN_TOOLS_H
#define CLI_SEEN_TOOLS_H

#include "base/bytes.h"

/* The last name of the path when it is one of those, with a target and a version around it ("x86_64-linux-gnu-gcc-12"), else
 * {NULL, 0}. Borrowed from path. */
struct bytes seen_tool_name(struct bytes path);

#endif

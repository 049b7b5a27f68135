/* Programs of the system by their names, as a shell finds them; our own: host/self.h. */
#ifndef HOST_ON_PATH_H
#define HOST_ON_PATH_H

#include "base/arena.h"

/* The first executable of that name in the folders of path_variable (the value of PATH; NULL: none), of which only absolute ones count: what is in
 * another depends on where we are. NULL: there is none. Lives as long as a. */
const char *on_path_find(const char *path_variable, const char *name, struct arena *a);

#endif

/* For builds with a sanitizer, whose runtime needs the file system and many more calls. */
#include "host/confine.h"

enum status confine_self(struct diag *d)
{
	(void)d;
	return OK;
}

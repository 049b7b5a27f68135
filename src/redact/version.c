#include "redact/version.h"

#include "redaction_version.h"

const char *redaction_version(void)
{
	return REDACTION_VERSION;
}

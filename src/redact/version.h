/* Which rules this hwb hides credentials by. For records; without the rules themselves, which only hwb-parse has. */
#ifndef REDACT_VERSION_H
#define REDACT_VERSION_H

/* "2026.11.26": changes whenever data/redaction.txt does. Static. */
const char *redaction_version(void);

#endif

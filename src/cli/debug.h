/* The verbs of `hwb debug` that need more than bytes in and text out. Private to cmd_debug*.c. */
#ifndef CLI_DEBUG_H
#define CLI_DEBUG_H

#include "cli/settings.h"

/* `hwb debug sandbox -- ARGV...`: the payload's output on stdout, its exit status (128 + signal) as the result; 5 when there was
 * no sandbox, 9 for a limit. */
int debug_sandbox(struct settings *s, struct arena *a);

/* `hwb debug oidc UPLOAD-URL [AUDIENCE [GOOGLE-IAM-URL]]`: has a token minted as publishing would, says whose and for how long, shows the SHA-256 of it,
 * and forgets it. 7 when there is none. */
int debug_oidc(struct settings *s, struct arena *a);

/* `hwb debug completion bash|zsh|fish`: the script on stdout. */
int debug_completion(struct settings *s, struct arena *a);

#endif

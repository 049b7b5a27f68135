/* The terminal: sentences on stderr, results on stdout, everything from outside escaped and redacted on its way.
 * Colour, progress and folding marks depend on where stderr goes. Only cli/ includes this. */
#ifndef CLI_CONSOLE_H
#define CLI_CONSOLE_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"
#include "cli/exit.h"
#include "cli/settings.h"

struct console;

/* Looks at stderr (terminal or not) and the environment (NO_COLOR, GITHUB_ACTIONS, GITLAB_CI) once. env: the process environment.
 * Knows as secrets: the settings' credentials, the proxy's password, and variables with names such as *_TOKEN. Says the settings'
 * warnings. */
struct console *console_open(const struct settings *s, char **env, struct arena *a);

/* "hwb: error: text" with "  help: ..." on a line of its own, from a diag; "file:line:column" when the diag has them. */
void console_error(struct console *c, const struct diag *d);
void console_warning(struct console *c, const char *format, ...) PRINTF_LIKE(2, 3);
/* A line of what happens ("resolved 2 distributions in 12 ms"); not with -q. */
void console_note(struct console *c, const char *format, ...) PRINTF_LIKE(2, 3);
/* The start of a stage: a folding group in CI, a status line that is overwritten on a terminal. NULL ends it. */
void console_stage(struct console *c, const char *name);
void console_progress(struct console *c, const char *what, uint64_t done, uint64_t size);

/* The build's own output, hostile. With -v it streams; otherwise the last 50 lines are kept and shown by console_tail after a
 * failure, with where all of it is. Under GITHUB_ACTIONS inside ::stop-commands::. */
void console_output(struct console *c, struct bytes output);
void console_tail(struct console *c, const char *whole_is_at);

/* Appends a text, redacted and escaped, to something that is printed later. Newlines and tabs stay; no line
 * begins with a command for a CI system (cli/escape.h). */
void console_put_safe(const struct console *c, struct bytes text, struct buf *out);
/* Prints what is safe already, and perhaps coloured. */
enum console_stream { CONSOLE_STDERR, CONSOLE_STDOUT };
void console_print(struct console *c, struct bytes safe, enum console_stream to);
bool console_has_colour(const struct console *c, enum console_stream to);

/* To stdout: one artefact's path a line, or the JSON object. */
void console_result(struct console *c, struct bytes line);
/* After the last result: what the program ends with instead of code. A result that could not be written is EXIT_UNCHECKED, for nobody has
 * seen it, and says so; when its reader went away there is no sentence, and a failure stays what it was. */
enum exit_code console_end(struct console *c, enum exit_code code);

/* From now on this value is "[REDACTED:known]" in everything that is printed or handed to the log, in all its encodings (redact/known.h).
 * false: too short, too long or too common to be masked, or there are too many; the caller says so. */
bool console_add_secret(struct console *c, struct bytes secret);
/* The same for one that is dead soon, and that makes room for newer ones (known_add_brief). */
bool console_add_brief_secret(struct console *c, struct bytes secret);
/* At the very end, when nothing is said any more: wipes them. */
void console_forget(struct console *c);
/* Whether "NAME=value" looks like a credential by its name: paths and numbers under such names (SSH_TOKEN_FILE, TOKEN_LIFETIME=86400) are
 * none. */
bool console_is_secret_variable(struct bytes variable);
/* For run_context.known: whoever puts a stranger's words into a sentence hides them by it (redact/words.h). */
const struct known *console_known(const struct console *c);
/* How many of these values were hidden in console_output. */
uint64_t console_n_hidden(const struct console *c);
/* A text, redacted but not escaped, for files that hwb writes. is_cut: its end is missing, or may be; what could be the beginning of
 * a secret there is hidden as well. Redact before you cut, where you can. */
void console_redact(const struct console *c, struct bytes text, bool is_cut, struct buf *out);
/* One sentence for a record: redacted, in a. */
const char *console_redacted(const struct console *c, const char *text, struct arena *a);
/* The same for the words of a failure, which may have been cut at DIAG_TEXT_SIZE. */
const char *console_redacted_diag(const struct console *c, const struct diag *d, struct arena *a);
/* Who gets the build's output as people get it, redacted and escaped, whatever -q and -v say: the build log. NULL: nobody. What
 * could be the beginning of a secret is held back until console_output_end, which console_stage and console_tail call too. */
void console_set_log(struct console *c, void (*write)(void *context, struct bytes output), void *context);
void console_output_end(struct console *c);

/* Escapes what could steer a terminal or a CI system: C0, DEL, C1, invalid UTF-8 as \xNN, marks that change the direction of
 * text as \uNNNN, the '[' of "##word["; newline and tab stay, CR before newline is dropped, other CR becomes \r. Appends to out. */
void console_escape(struct bytes text, struct buf *out);

#endif

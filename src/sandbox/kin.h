/* Ending every process that came of us where no pid namespace does it. Private to hwb-sandbox. */
#ifndef SANDBOX_KIN_H
#define SANDBOX_KIN_H

/* Stops, kills and reaps descendants until there is none. The caller is a child subreaper (prctl(2)): whoever loses its parent
 * becomes its child, so that without children there are no descendants. Returns only then. */
void kin_end(void);

#endif

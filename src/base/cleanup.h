/* Locals that own something give it back at the end of their scope.
 * CLEANUP(fd_close) int fd = -1;   hand over with take_fd(&fd). */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#define CLEANUP(f) __attribute__((cleanup(f)))

/* Closes *fd when it is >= 0 and sets it to -1; errno is kept. */
void fd_close(int *fd);

/* Hands the descriptor over: returns *fd and sets it to -1. */
int take_fd(int *fd);

#endif

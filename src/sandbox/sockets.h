/* What the sockets of the inside hold in the kernel, which no process's own account shows: sent and not yet received, also in
 * sockets that are on their way in a message. sock_diag(7), asked inside the network namespace. Private to hwb-sandbox. */
#ifndef SANDBOX_SOCKETS_H
#define SANDBOX_SOCKETS_H

#include <stdint.h>
#include <sys/types.h>

/* A descriptor that keeps asking about the caller's network namespace, wherever it is handed; -1 when the kernel has none. */
int sockets_open(void);
/* Bytes that all local, TCP, UDP and netlink sockets of that namespace hold, in which the process pid is; kinds that the kernel cannot
 * tell of count nothing. */
uint64_t sockets_memory(int fd, pid_t pid);
/* Where that namespace is the host's: bytes of the local sockets that this user has made. Linux 5.3 and newer. */
uint64_t sockets_memory_of(int fd, uint32_t owner);

#endif

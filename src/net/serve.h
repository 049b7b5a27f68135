/* The roles of hwb-net, each to the end of its channel. For src/programs/net_main.c only. */
#ifndef NET_SERVE_H
#define NET_SERVE_H

#include "base/status.h"

/* Serves a fetcher (net/fetch.h) on that channel until it closes. OK, or why it could not go on. */
MUST_USE enum status fetch_serve(int channel_fd, struct diag *d);

/* Serves an uploader (net/upload.h), the same. */
MUST_USE enum status upload_serve(int channel_fd, struct diag *d);

/* Serves a proxy (net/proxy.h) on that channel for the listening socket until told to stop. Same. */
MUST_USE enum status proxy_serve(int channel_fd, int listen_fd, struct diag *d);

#endif

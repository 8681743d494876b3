#pragma once
#include <arpa/inet.h>
#include <microhttpd.h>
#include <string.h>

// MHD_start_daemon is variadic.
static inline struct MHD_Daemon *bongsu_http_start(const struct sockaddr *address, int is_version6,
                                                   MHD_AccessHandlerCallback handler, void *context,
                                                   unsigned int connections, unsigned int timeout_seconds) {
  unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | (is_version6 ? MHD_USE_IPv6 : 0);
  return MHD_start_daemon(flags, 0, NULL, NULL, handler, context, MHD_OPTION_SOCK_ADDR, address,
                          MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_CONNECTION_TIMEOUT, timeout_seconds,
                          MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32768, MHD_OPTION_END);
}

static inline unsigned int bongsu_http_port(struct MHD_Daemon *daemon) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
  return info ? info->port : 0;
}

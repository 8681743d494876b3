#pragma once
#include <arpa/inet.h>
#include <microhttpd.h>
#include <string.h>

// MHD_start_daemon is variadic.
static inline struct MHD_Daemon *bongsu_http_start(const struct sockaddr *address, MHD_AccessHandlerCallback handler,
                                                   void *context, unsigned int connections,
                                                   unsigned int timeout_seconds) {
  return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, handler, context, MHD_OPTION_SOCK_ADDR,
                          address, MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_CONNECTION_TIMEOUT,
                          timeout_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32768, MHD_OPTION_END);
}

static inline unsigned int bongsu_http_port(struct MHD_Daemon *daemon) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
  return info ? info->port : 0;
}

// Queues a copy of the body; MHD_NO ends the connection.
static inline enum MHD_Result bongsu_http_answer(struct MHD_Connection *connection, unsigned int status,
                                                 const char *content_type, const void *body, size_t length) {
  struct MHD_Response *response = MHD_create_response_from_buffer(length, (void *)body, MHD_RESPMEM_MUST_COPY);
  if (!response) return MHD_NO;
  MHD_add_response_header(response, "Content-Type", content_type);
  enum MHD_Result result = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return result;
}

#pragma once
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdbool.h>

// Variadics that Swift cannot call.

/// Copies key and value and appends the record to its topic's queue, for a partition of the partitioner's choice.
/// A key or value that is there but has no address is an empty one, not a null one. On success the headers belong to
/// librdkafka, on failure they stay the caller's.
static inline rd_kafka_resp_err_t crd_produce(rd_kafka_t *client, rd_kafka_topic_t *topic, bool has_key,
                                              const void *key, size_t key_size, bool has_value, const void *value,
                                              size_t value_size, rd_kafka_headers_t *headers, void *opaque) {
  return rd_kafka_producev(client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                           RD_KAFKA_V_KEY(has_key && !key ? "" : key, key_size),
                           RD_KAFKA_V_VALUE((void *)(has_value && !value ? "" : value), value_size),
                           RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
}

/// Sets a fatal error as if the broker had caused it.
static inline rd_kafka_resp_err_t crd_test_fatal_error(rd_kafka_t *client, rd_kafka_resp_err_t code,
                                                       const char *reason) {
  return rd_kafka_test_fatal_error(client, code, reason);
}

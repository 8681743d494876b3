#pragma once
#include <librdkafka/rdkafka.h>

// One record; the headers are taken when it is accepted, as rd_kafka_producev is variadic.
static inline rd_kafka_resp_err_t crd_bench_produce(
    rd_kafka_t *client, const char *topic, void *key, size_t key_size, void *value, size_t value_size,
    rd_kafka_headers_t *headers) {
  if (headers == NULL)
    return rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                             RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE(value, value_size), RD_KAFKA_V_END);
  rd_kafka_resp_err_t error =
      rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                        RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE(value, value_size),
                        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
  if (error) rd_kafka_headers_destroy(headers);
  return error;
}

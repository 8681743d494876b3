#pragma once
#include <librdkafka/rdkafka.h>

// rd_kafka_producev is variadic. It is called without RD_KAFKA_V_PARTITION, so the topic's partitioner decides; with
// a partition that does not exist librdkafka 2.0.2 would free the headers twice.
// Returns NULL on success; the headers then belong to librdkafka.
static inline rd_kafka_resp_err_t bongsu_produce(rd_kafka_t *rk, rd_kafka_topic_t *topic, const void *key,
                                                 size_t key_length, const void *value, size_t value_length,
                                                 rd_kafka_headers_t *headers, void *opaque) {
  return headers ? rd_kafka_producev(rk, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                     RD_KAFKA_V_KEY(key, key_length), RD_KAFKA_V_VALUE((void *)value, value_length),
                                     RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END)
                 : rd_kafka_producev(rk, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                     RD_KAFKA_V_KEY(key, key_length), RD_KAFKA_V_VALUE((void *)value, value_length),
                                     RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
}

/* The least that moves rows from a slot to a topic without losing one: what Bongsu's relay is measured against.
   One thread, no reconnection, no metrics, no quarantine: any fault ends it. */
#include <libpq-fe.h>
#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "flight.h"
#include "pgoutput.h"

enum { STATUS_INTERVAL_MS = 100, FLUSH_MS = 10000, DRAIN_EVERY_ROWS = 256, TRANSACTION_TEXT = 40 };
static const int64_t EPOCH_2000_US = 946684800LL * 1000000;

static volatile sig_atomic_t stopping;
static struct flight flight;

struct loop {
  PGconn *postgres;
  rd_kafka_t *kafka;
  rd_kafka_topic_t *topic;
  int wake;
  struct relation relation;
  char lsn[TRANSACTION_TEXT], committed_at[TRANSACTION_TEXT]; /* of the transaction being read */
  unsigned ordinal;
  uint64_t sent_status; /* the position last told to PostgreSQL */
  int64_t sent_status_at_ms;
};

static void on_signal(int signal) {
  (void)signal;
  stopping = 1;
}

static int64_t clock_us(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static int64_t now_ms(void) { return clock_us(CLOCK_MONOTONIC) / 1000; }

static void on_delivery(rd_kafka_t *kafka, const rd_kafka_message_t *message, void *opaque) {
  (void)kafka, (void)opaque;
  if (message->err) fail("delivery", rd_kafka_err2str(message->err));
  flight_acknowledge(&flight, (uint64_t)(uintptr_t)message->_private);
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
  char reason[256];
  if (rd_kafka_conf_set(conf, name, value, reason, sizeof reason) != RD_KAFKA_CONF_OK) fail(name, reason);
}

/* Metadata first: without it the first rows wait for it, a second and tens of megabytes. */
static void warm(struct loop *loop) {
  const struct rd_kafka_metadata *metadata;
  rd_kafka_resp_err_t error = rd_kafka_metadata(loop->kafka, 0, loop->topic, &metadata, FLUSH_MS);
  if (error) fail("metadata", rd_kafka_err2str(error));
  rd_kafka_metadata_destroy(metadata);
}

static void open_kafka(struct loop *loop, const char *bootstrap, const char *topic, char **properties) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", bootstrap);
  set(conf, "enable.idempotence", "true");
  set(conf, "acks", "all");
  set(conf, "message.timeout.ms", "0");
  set(conf, "socket.nagle.disable", "true");
  set(conf, "partitioner", "murmur2_random");
  set(conf, "linger.ms", "1");
  set(conf, "queue.buffering.max.messages", "100000");
  for (; *properties; properties++) {
    char *equals = strchr(*properties, '=');
    if (!equals) fail("NAME=VALUE is wanted, not", *properties);
    *equals = 0;
    set(conf, *properties, equals + 1);
  }
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  char reason[256];
  loop->kafka = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
  if (!loop->kafka) fail("rd_kafka_new", reason);
  loop->topic = rd_kafka_topic_new(loop->kafka, topic, NULL);
  warm(loop);
  loop->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  static const uint64_t one = 1;
  rd_kafka_queue_t *events = rd_kafka_queue_get_main(loop->kafka);
  rd_kafka_queue_io_event_enable(events, loop->wake, &one, sizeof one);
  rd_kafka_queue_destroy(events);
}

static void open_postgres(struct loop *loop, const char *conninfo, const char *slot, const char *publication) {
  const char *names[] = {"dbname", "replication", "client_encoding", NULL};
  const char *values[] = {conninfo, "database", "UTF8", NULL};
  loop->postgres = PQconnectdbParams(names, values, 1);
  if (PQstatus(loop->postgres) != CONNECTION_OK) fail("PostgreSQL", PQerrorMessage(loop->postgres));
  char start[512];
  snprintf(start, sizeof start,
           "START_REPLICATION SLOT \"%s\" LOGICAL 0/0 (proto_version '1', publication_names '\"%s\"')", slot, publication);
  PGresult *result = PQexec(loop->postgres, start);
  if (PQresultStatus(result) != PGRES_COPY_BOTH) fail("START_REPLICATION", PQerrorMessage(loop->postgres));
  PQclear(result);
  PQsetnonblocking(loop->postgres, 1);
}

static void put64(char *at, uint64_t value) {
  value = __builtin_bswap64(value);
  memcpy(at, &value, sizeof value);
}

static void send_status(struct loop *loop) {
  char status[34] = {'r'};
  for (int field = 0; field < 3; field++) put64(status + 1 + 8 * field, flight.confirmed);
  put64(status + 25, (uint64_t)(clock_us(CLOCK_REALTIME) - EPOCH_2000_US));
  if (PQputCopyData(loop->postgres, status, sizeof status) < 0 || PQflush(loop->postgres) < 0)
    fail("status", PQerrorMessage(loop->postgres));
  loop->sent_status = flight.confirmed;
  loop->sent_status_at_ms = now_ms();
}

/* At once when all is acknowledged, as that is when somebody waits for it; else a few times a second. */
static void confirm(struct loop *loop) {
  rd_kafka_poll(loop->kafka, 0);
  if (flight.confirmed == loop->sent_status) return;
  if (flight_is_empty(&flight) || now_ms() - loop->sent_status_at_ms >= STATUS_INTERVAL_MS) send_status(loop);
}

static void wait_for_room(struct loop *loop) {
  rd_kafka_poll(loop->kafka, STATUS_INTERVAL_MS);
  confirm(loop);
}

#define HEADER(NAME, BYTES, COUNT) \
  {.vtype = RD_KAFKA_VTYPE_HEADER, .u.header = {.name = NAME, .val = BYTES, .size = (ssize_t)(COUNT)}}
#define MEMORY(SLICE) {.ptr = (void *)(SLICE).bytes, .size = (SLICE).count}

static void produce(struct loop *loop, const struct slice row[COLUMN_COUNT]) {
  char ordinal[16];
  int ordinal_count = snprintf(ordinal, sizeof ordinal, "%u", loop->ordinal++);
  rd_kafka_vu_t parts[] = {
      {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = loop->topic},
      {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
      {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = (void *)(uintptr_t)flight.produced},
      {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = MEMORY(row[COLUMN_AGGREGATE_ID])},
      {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = MEMORY(row[COLUMN_PAYLOAD])},
      HEADER("id", row[COLUMN_ID].bytes, row[COLUMN_ID].count),
      HEADER("type", row[COLUMN_TYPE].bytes, row[COLUMN_TYPE].count),
      HEADER("aggregatetype", row[COLUMN_AGGREGATE_TYPE].bytes, row[COLUMN_AGGREGATE_TYPE].count),
      HEADER("lsn", loop->lsn, strlen(loop->lsn)),
      HEADER("ordinal", ordinal, ordinal_count),
      HEADER("committed_at", loop->committed_at, strlen(loop->committed_at)),
  };
  while (flight_is_full(&flight)) wait_for_room(loop);
  for (;;) {
    rd_kafka_error_t *error = rd_kafka_produceva(loop->kafka, parts, sizeof parts / sizeof *parts);
    if (!error) break;
    if (rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR__QUEUE_FULL) fail("produce", rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    wait_for_room(loop);
  }
  if (++flight.produced % DRAIN_EVERY_ROWS == 0) confirm(loop);
}

static void begin(struct loop *loop, struct cursor c) {
  uint64_t lsn = take64(&c);
  int64_t at = (int64_t)take64(&c) + EPOCH_2000_US;
  snprintf(loop->lsn, sizeof loop->lsn, "%X/%X", (unsigned)(lsn >> 32), (unsigned)lsn);
  snprintf(loop->committed_at, sizeof loop->committed_at, "%lld", (long long)at);
  loop->ordinal = 0;
}

static void receive_change(struct loop *loop, struct cursor c) {
  struct slice row[COLUMN_COUNT];
  switch (take8(&c)) {
    case 'B': begin(loop, c); break;
    case 'R': decode_relation(c, &loop->relation); break;
    case 'I':
      decode_insert(c, &loop->relation, row);
      produce(loop, row);
      break;
    case 'C':
      take8(&c), take64(&c);
      flight_commit(&flight, take64(&c));
      break;
  }
}

static void receive(struct loop *loop, struct cursor c) {
  switch (take8(&c)) {
    case 'w':
      take64(&c), take64(&c), take64(&c);
      receive_change(loop, c);
      break;
    case 'k': {
      uint64_t wal_end = take64(&c);
      take64(&c);
      if (flight_is_empty(&flight) && wal_end > flight.confirmed) flight.confirmed = wal_end;
      if (take8(&c)) send_status(loop);
      break;
    }
  }
}

/* False when nothing more is buffered. */
static bool receive_one(struct loop *loop) {
  char *bytes;
  int count = PQgetCopyData(loop->postgres, &bytes, 1);
  if (count < 0) fail("the stream ended", PQerrorMessage(loop->postgres));
  if (count == 0) return false;
  receive(loop, (struct cursor){bytes, bytes + count});
  PQfreemem(bytes);
  return true;
}

static void wait_for_either(struct loop *loop) {
  struct pollfd ready[] = {{PQsocket(loop->postgres), POLLIN, 0}, {loop->wake, POLLIN, 0}};
  poll(ready, 2, STATUS_INTERVAL_MS);
  uint64_t count;
  if (ready[1].revents && read(loop->wake, &count, sizeof count) < 0) return;
  if (ready[0].revents && !PQconsumeInput(loop->postgres)) fail("PostgreSQL", PQerrorMessage(loop->postgres));
}

int main(int argc, char **argv) {
  if (argc < 6) fail("usage", "CRelayLoop CONNINFO SLOT PUBLICATION BOOTSTRAP TOPIC [NAME=VALUE]...");
  signal(SIGTERM, on_signal);
  static struct loop loop;
  open_kafka(&loop, argv[4], argv[5], argv + 6);
  open_postgres(&loop, argv[1], argv[2], argv[3]);
  while (!stopping) {
    while (!stopping && receive_one(&loop)) {}
    confirm(&loop);
    wait_for_either(&loop);
  }
  rd_kafka_flush(loop.kafka, FLUSH_MS);
  send_status(&loop);
  PQfinish(loop.postgres);
  return 0;
}

#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Rows handed to Kafka and the commits they belong to. Kafka acknowledges in order within a partition only, so a
   commit may be confirmed when it and everything before it is acknowledged. */

enum { FLIGHT_ROWS = 1 << 18, FLIGHT_COMMITS = 1 << 18 };

struct flight {
  uint64_t produced, settled; /* rows: handed over, acknowledged without a gap */
  uint64_t first_commit, last_commit;
  uint64_t confirmed; /* WAL position that the slot may move to */
  bool acknowledged[FLIGHT_ROWS];
  struct { uint64_t rows, end; } commits[FLIGHT_COMMITS];
};

bool flight_is_full(const struct flight *flight);
bool flight_is_empty(const struct flight *flight);
void flight_acknowledge(struct flight *flight, uint64_t row);
void flight_commit(struct flight *flight, uint64_t end);

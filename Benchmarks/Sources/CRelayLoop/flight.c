#include "flight.h"

bool flight_is_full(const struct flight *flight) {
  return flight->produced - flight->settled >= FLIGHT_ROWS || flight->last_commit - flight->first_commit >= FLIGHT_COMMITS;
}

bool flight_is_empty(const struct flight *flight) {
  return flight->produced == flight->settled && flight->first_commit == flight->last_commit;
}

static void confirm(struct flight *flight) {
  while (flight->first_commit < flight->last_commit
         && flight->commits[flight->first_commit % FLIGHT_COMMITS].rows <= flight->settled) {
    flight->confirmed = flight->commits[flight->first_commit % FLIGHT_COMMITS].end;
    flight->first_commit++;
  }
}

void flight_acknowledge(struct flight *flight, uint64_t row) {
  flight->acknowledged[row % FLIGHT_ROWS] = true;
  while (flight->settled < flight->produced && flight->acknowledged[flight->settled % FLIGHT_ROWS]) {
    flight->acknowledged[flight->settled % FLIGHT_ROWS] = false;
    flight->settled++;
  }
  confirm(flight);
}

void flight_commit(struct flight *flight, uint64_t end) {
  flight->commits[flight->last_commit % FLIGHT_COMMITS].rows = flight->produced;
  flight->commits[flight->last_commit % FLIGHT_COMMITS].end = end;
  flight->last_commit++;
  confirm(flight);
}

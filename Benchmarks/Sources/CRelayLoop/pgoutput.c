#include "pgoutput.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fail(const char *what, const char *detail) {
  fprintf(stderr, "CRelayLoop: %s: %s\n", what, detail);
  exit(1);
}

static const char *take(struct cursor *c, size_t count) {
  if ((size_t)(c->end - c->next) < count) fail("pgoutput", "truncated message");
  const char *at = c->next;
  c->next += count;
  return at;
}

uint8_t take8(struct cursor *c) { return (uint8_t)*take(c, 1); }

uint16_t take16(struct cursor *c) {
  uint16_t value;
  memcpy(&value, take(c, sizeof value), sizeof value);
  return __builtin_bswap16(value);
}

uint32_t take32(struct cursor *c) {
  uint32_t value;
  memcpy(&value, take(c, sizeof value), sizeof value);
  return __builtin_bswap32(value);
}

uint64_t take64(struct cursor *c) {
  uint64_t value;
  memcpy(&value, take(c, sizeof value), sizeof value);
  return __builtin_bswap64(value);
}

static const char *take_name(struct cursor *c) {
  const char *name = c->next;
  while (take8(c) != 0) {}
  return name;
}

void decode_relation(struct cursor c, struct relation *into) {
  static const char *const names[COLUMN_COUNT] = {"id", "aggregatetype", "aggregateid", "type", "payload"};
  take32(&c);
  take_name(&c);
  take_name(&c);
  take8(&c);
  for (int column = 0; column < COLUMN_COUNT; column++) into->position[column] = -1;
  int count = take16(&c);
  for (int position = 0; position < count; position++) {
    take8(&c);
    const char *name = take_name(&c);
    take64(&c); /* type and modifier */
    for (int column = 0; column < COLUMN_COUNT; column++)
      if (strcmp(name, names[column]) == 0) into->position[column] = position;
  }
  for (int column = 0; column < COLUMN_COUNT; column++)
    if (into->position[column] < 0) fail("the published table lacks the column", names[column]);
}

void decode_insert(struct cursor c, const struct relation *relation, struct slice row[COLUMN_COUNT]) {
  take32(&c);
  if (take8(&c) != 'N') fail("pgoutput", "an insert without a new tuple");
  int count = take16(&c);
  for (int position = 0; position < count; position++) {
    struct slice field = {NULL, 0};
    uint8_t kind = take8(&c);
    if (kind == 't' || kind == 'b') {
      field.count = take32(&c);
      field.bytes = take(&c, field.count);
    }
    for (int column = 0; column < COLUMN_COUNT; column++)
      if (relation->position[column] == position) row[column] = field;
  }
}

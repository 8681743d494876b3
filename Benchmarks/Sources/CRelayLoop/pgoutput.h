#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The part of pgoutput version 1 that an outbox needs: begin, relation, insert, commit. */

struct slice {
  const char *bytes; /* NULL for an SQL null */
  size_t count;
};

enum column { COLUMN_ID, COLUMN_AGGREGATE_TYPE, COLUMN_AGGREGATE_ID, COLUMN_TYPE, COLUMN_PAYLOAD, COLUMN_COUNT };

/* Where each of our columns stands in the rows of the published table. */
struct relation {
  int position[COLUMN_COUNT];
};

struct cursor {
  const char *next, *end;
};

uint8_t take8(struct cursor *c);
uint16_t take16(struct cursor *c);
uint32_t take32(struct cursor *c);
uint64_t take64(struct cursor *c);

void decode_relation(struct cursor c, struct relation *into);
void decode_insert(struct cursor c, const struct relation *relation, struct slice row[COLUMN_COUNT]);
_Noreturn void fail(const char *what, const char *detail);

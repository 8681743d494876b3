#pragma once
// CRC32C by the processor's own instruction, which Swift cannot name: eight bytes a step, where the machine has it.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>

static inline int bongsu_crc32c_available(void) {
  unsigned int a, b, c = 0, d;
  return __get_cpuid(1, &a, &b, &c, &d) && (c & (1u << 20)) != 0;
}

__attribute__((target("sse4.2"), noinline)) static uint32_t bongsu_crc32c(
    uint32_t state, const void *bytes, size_t count) {
  const unsigned char *next = (const unsigned char *)bytes;
  uint64_t wide = state;
  for (; count >= 8; count -= 8, next += 8) {
    uint64_t word;
    memcpy(&word, next, 8);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  uint32_t narrow = (uint32_t)wide;
  for (; count > 0; count--) narrow = __builtin_ia32_crc32qi(narrow, *next++);
  return narrow;
}
#else
static inline int bongsu_crc32c_available(void) { return 0; }

static inline uint32_t bongsu_crc32c(uint32_t state, const void *bytes, size_t count) { return state; }
#endif

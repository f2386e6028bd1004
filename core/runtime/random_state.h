// The seed and the running number (ordinal) of random operators. Every random operator takes one
// ordinal in program order, whether it runs eagerly or in a plan, so both draw the same numbers.
#pragma once

#include <stdint.h>

#include "runtime/memory/pool.h"

namespace weft {

// The seed, and the first of the ordinals that take_ordinals gave.
struct RandomKey {
  uint64_t seed;
  uint64_t first_ordinal;
};

// What a segment of a program drew, call by call, so that it can run again with the same numbers.
struct Draws {
  PoolVector<RandomKey> keys;
  size_t next = 0;          // index of the key that the repetition takes next
  Draws* around = nullptr;  // the segment that this one is part of
};

void seed_random(uint64_t seed, uint64_t first_ordinal = 0);
RandomKey take_ordinals(uint64_t count);  // with 0, only reads where the counter is

// The calling thread draws from {seed, next ordinal} of the caller's own, which count on; null:
// from the one counter again. Gives what was set before. take_ordinals(0) and seed_random always
// mean the one counter.
uint64_t* draw_from(uint64_t* own);

}  // namespace weft

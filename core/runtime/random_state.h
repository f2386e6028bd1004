// The seed and the running number of random operators. Every random operator takes one ordinal,
// in program order, whether it runs eagerly or in a plan.
#pragma once

#include <stdint.h>

#include "runtime/memory/pool.h"

namespace weft {

struct RandomKey {
  uint64_t seed;
  uint64_t first_ordinal;
};

// What a part of a program drew, call by call, so that it can run again with the same numbers.
struct Draws {
  PoolVector<RandomKey> keys;
  size_t next = 0;          // that a repetition gets
  Draws* around = nullptr;  // of which it is a part
};

void seed_random(uint64_t seed, uint64_t first_ordinal = 0);
RandomKey take_ordinals(uint64_t count);  // 0 tells where the numbers are

}  // namespace weft

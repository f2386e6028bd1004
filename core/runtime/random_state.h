// The seed and the running number of random operators. Every random operator takes one ordinal,
// in program order, whether it runs eagerly or in a plan.
#pragma once

#include <stdint.h>

namespace weft {

struct RandomKey {
  uint64_t seed;
  uint64_t first_ordinal;
};

void seed_random(uint64_t seed, uint64_t first_ordinal = 0);
RandomKey take_ordinals(uint64_t count);  // 0 tells where the numbers are

}  // namespace weft

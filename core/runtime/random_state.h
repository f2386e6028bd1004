// The seed and the running number of random operators. Every random operator takes one ordinal,
// in program order, whether it runs eagerly or in a plan.
#pragma once

#include <stdint.h>

namespace weft {

struct RandomKey {
  uint64_t seed;
  uint64_t first_ordinal;
};

void seed_random(uint64_t seed);  // ordinals start at 0 again
RandomKey take_ordinals(uint64_t count);

}  // namespace weft

#include "runtime/random_state.h"

#include <mutex>

namespace weft {
namespace {

constinit std::mutex mutex;
constinit uint64_t current_seed = 0;
constinit uint64_t next_ordinal = 0;

}  // namespace

void seed_random(uint64_t seed, uint64_t first_ordinal) {
  const std::lock_guard lock(mutex);
  current_seed = seed;
  next_ordinal = first_ordinal;
}

RandomKey take_ordinals(uint64_t count) {
  const std::lock_guard lock(mutex);
  const RandomKey key{current_seed, next_ordinal};
  next_ordinal += count;
  return key;
}

}  // namespace weft

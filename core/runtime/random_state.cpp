// The one counter of random operators, and the lists of a checkpoint that runs twice.

#include "runtime/random_state.h"

#include <mutex>
#include <utility>

#include "runtime/thread_state.h"

namespace weft {
namespace {

constinit std::mutex mutex;
constinit uint64_t current_seed = 0;
constinit uint64_t next_ordinal = 0;
// The generator that this thread draws from instead (draw_from). No thread's state is needed for
// it.
constinit thread_local uint64_t* own_generator __attribute__((tls_model("initial-exec"))) = nullptr;

// The next `count` ordinals for this caller; threads that draw at once share no number.
RandomKey take_next(uint64_t count) {
  if (own_generator && count) {
    const RandomKey key{own_generator[0], own_generator[1]};
    own_generator[1] += count;
    return key;
  }
  const std::lock_guard lock(mutex);
  const RandomKey key{current_seed, next_ordinal};
  next_ordinal += count;
  return key;
}

}  // namespace

void seed_random(uint64_t seed, uint64_t first_ordinal) {
  const std::lock_guard lock(mutex);
  current_seed = seed;
  next_ordinal = first_ordinal;
}

// While a segment runs again it gets the numbers of its first run, in the same order. All segments
// around it note them, too.
RandomKey take_ordinals(uint64_t count) {
  ThreadState& state = thread_state();
  if (count == 0 || state.outside > 0 || !(state.again || state.draws)) return take_next(count);
  const bool repeats = state.again && state.again->next < state.again->keys.size();
  const RandomKey key = repeats ? state.again->keys[state.again->next++] : take_next(count);
  for (Draws* draws = state.draws; draws; draws = draws->around) draws->keys.push_back(key);
  return key;
}

uint64_t* draw_from(uint64_t* own) { return std::exchange(own_generator, own); }

}  // namespace weft

// Packing: offsets of buffers in the arena, such that buffers that are alive at the same time share
// no bytes. Each buffer is an interval of steps with a number of bytes, so this is dynamic storage
// allocation, which is NP-hard: heuristics first, an exact search where buffers are few.
#pragma once

#include <stdint.h>

#include <span>

#include "runtime/memory/pool.h"

namespace weft::executor {

// The group of branches that a step belongs to, and its branch in that group.
struct BranchId {
  static constexpr int32_t kNone = -1;     // the step is in no group
  static constexpr int32_t kSeveral = -2;  // for a buffer that several branches of a group use

  int32_t group = kNone;
  int32_t branch = kNone;

  // May the two run at the same time? Steps in different branches of one group have no order.
  bool is_concurrent_with(const BranchId& other) const {
    return group != kNone && group == other.group && branch != other.branch;
  }
};

// A buffer to be placed.
struct ArenaBuffer {
  int64_t bytes = 0;
  // The steps at which it is alive: from `first` to `last`, both included.
  int32_t first = 0;
  int32_t last = 0;
  // The branches of these two steps. If other branches of that group use the buffer, too: kSeveral.
  BranchId first_branch, last_branch;
  int64_t offset = 0;  // the result, a multiple of kAlignment

  // Is it dead before `other` begins, in whatever order branches run?
  bool ends_before(const ArenaBuffer& other) const {
    return last < other.first && !last_branch.is_concurrent_with(other.first_branch);
  }
  // Must the two not share bytes? That is so unless one surely ends before the other begins.
  bool conflicts_with(const ArenaBuffer& other) const {
    return !ends_before(other) && !other.ends_before(*this);
  }
};

// Bytes rounded up to kAlignment: what a buffer occupies in the arena.
inline int64_t aligned(int64_t bytes) {
  constexpr auto kUnit = static_cast<int64_t>(kAlignment);
  return (bytes + kUnit - 1) / kUnit * kUnit;
}

// The most bytes that are alive at one time: no packing needs fewer. `branch_ids`: by step; the
// steps of a branch follow one another. `of_groups` receives the maximum of each group.
int64_t live_bytes(std::span<const ArenaBuffer> buffers, std::span<const BranchId> branch_ids,
                   std::span<int64_t> of_groups);

// What was achieved.
struct ArenaPacking {
  int64_t bytes = 0;    // size of the arena
  bool proven = false;  // no placement of these buffers needs fewer
};

// Sets the offsets. Several orders are tried, the best is improved, and where few buffers conflict
// the optimum is searched for. It stops at `bound` (live_bytes), which cannot be beaten. The work
// is bounded, and the same buffers always get the same offsets.
ArenaPacking pack(std::span<ArenaBuffer> buffers, int64_t bound);

// Moves buffers within the arena, so that each half of a buffer lies, where there is room, where
// the same half of an earlier buffer was. With two threads, each thread computes the same half of
// most arrays, so it then writes to lines that its own cache has. Between cores without a common
// cache, fetching a line from the other core takes longer than from memory. Arenas that are larger
// than caches stay as they are.
void settle_halves(std::span<ArenaBuffer> buffers, int64_t arena);

// ---- parts of it -------------------------------------------------------------------------------

// The exact search takes at most so many buffers, and tries at most so many placements before it
// gives up. Its worst case grows with the factorial of the buffers.
inline constexpr size_t kMaxExact = 24;
inline constexpr int64_t kMaxExactTries = 20000;

// Searches for offsets that end below `below`: the lowest end there is, or any end at or below
// `enough`. `buffers`: at most kMaxExact, none of them empty. Returns the end, or `below` with the
// offsets unchanged if it found none. `finished`: the search was complete, so no lower end is left
// to be found.
int64_t pack_exactly(std::span<ArenaBuffer* const> buffers, int64_t below, int64_t enough,
                     bool& finished);

}  // namespace weft::executor

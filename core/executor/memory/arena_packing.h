// Offsets of buffers in the arena: which bytes each holds while it is alive.
#pragma once

#include <stdint.h>

#include <span>

#include "runtime/memory/pool.h"

namespace weft::executor {

// Of a step: the group of branches and the branch that it belongs to.
struct BranchId {
  static constexpr int32_t kNone = -1;
  static constexpr int32_t kSeveral = -2;  // of a buffer that several branches of a group use

  int32_t group = kNone;
  int32_t branch = kNone;

  // In one group, steps of two branches have no order.
  bool runs_beside(const BranchId& other) const {
    return group != kNone && group == other.group && branch != other.branch;
  }
};

struct ArenaBuffer {
  int64_t bytes = 0;
  int32_t first = 0;  // steps at which it is alive, both included
  int32_t last = 0;
  BranchId first_branch, last_branch;  // of these steps; of all steps in that group that use it
  int64_t offset = 0;                  // the result, a multiple of kAlignment

  bool ends_before(const ArenaBuffer& other) const {
    return last < other.first && !last_branch.runs_beside(other.first_branch);
  }
  bool conflicts_with(const ArenaBuffer& other) const {
    return !ends_before(other) && !other.ends_before(*this);
  }
};

inline int64_t aligned(int64_t bytes) {
  constexpr auto kUnit = static_cast<int64_t>(kAlignment);
  return (bytes + kUnit - 1) / kUnit * kUnit;
}

// Most bytes alive at one time: no placement needs fewer. `lanes` is by step; the steps of a
// branch follow one another. `of_groups` receives the most of each group.
int64_t live_bytes(std::span<const ArenaBuffer> buffers, std::span<const BranchId> branch_ids,
                   std::span<int64_t> of_groups);

struct ArenaPacking {
  int64_t bytes = 0;    // of the arena
  bool proven = false;  // no placement of these buffers needs fewer
};

// Sets offsets. Several orders are tried, the best is improved, and where few buffers are in
// conflict the optimum is searched for. Work is bounded, and the same buffers get the same offsets.
ArenaPacking pack(std::span<ArenaBuffer> buffers, int64_t bound);

// Moves buffers within the arena, so that each half of one lies, where there is room, in the place
// of the same half of another one before it. Of two threads each makes the same half of most arrays
// and then writes what its own cache has; between cores that share no cache a line that the other
// core has takes longer than one from memory. Arenas that outgrow caches stay as they are.
void settle_halves(std::span<ArenaBuffer> buffers, int64_t arena);

// ---- parts of it -------------------------------------------------------------------------------

// Buffers that the exact search takes, and places that it tries before it gives up.
inline constexpr size_t kMaxExact = 24;
inline constexpr int64_t kMaxExactTries = 20000;

// Looks for offsets whose end is below `below`, the lowest there is unless it is below `enough`.
// `buffers` are at most kMaxExact, none of zero bytes. Returns that end, or `below` with offsets
// as they were. `finished`: no lower one exists.
int64_t pack_exactly(std::span<ArenaBuffer* const> buffers, int64_t below, int64_t enough,
                     bool& finished);

}  // namespace weft::executor

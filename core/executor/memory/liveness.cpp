// The lower bound of packing: the most bytes that are alive at one time. Within a group of branches
// the steps have no fixed order, so the worst case counts: every branch at its own peak.
#include <algorithm>
#include <utility>
#include <vector>

#include "executor/memory/arena_packing.h"
#include "weft_parts.h"

namespace weft::executor {
namespace {

// Bytes that begin and end to be alive, by step.
class Live {
 public:
  explicit Live(size_t steps) : begins_(steps, 0), ends_(steps, 0) {}
  void add(int32_t first, int32_t last, int64_t bytes) {
    begins_[static_cast<size_t>(first)] += bytes;
    ends_[static_cast<size_t>(last)] += bytes;
  }
  // The peak over the steps [first, last]. `now`: the bytes alive before the first step;
  // afterwards, those alive behind the last.
  int64_t maximum(int32_t first, int32_t last, int64_t& now) const {
    int64_t maximum = now;
    for (auto step = static_cast<size_t>(first); step <= static_cast<size_t>(last); ++step) {
      maximum = std::max(maximum, now += begins_[step]);
      now -= ends_[step];
    }
    return maximum;
  }

 private:
  std::vector<int64_t> begins_, ends_;
};

// One past the last step of the group that `begin` is in; `begin + 1` if it is in none.
size_t end_of_group(std::span<const BranchId> branch_ids, size_t begin) {
  size_t end = begin + 1;
  while (branch_ids[begin].group != BranchId::kNone && end < branch_ids.size() &&
         branch_ids[end].group == branch_ids[begin].group)
    ++end;
  return end;
}

// The bytes that may be alive at one time in a group: each branch may be at its peak while all
// others are at theirs. A buffer that lives in one branch counts there; others count all the time.
int64_t live_in_group(std::span<const ArenaBuffer> buffers, std::span<const BranchId> branch_ids,
                      size_t begin, size_t end) {
  const int32_t group = branch_ids[begin].group;
  const auto from = static_cast<int32_t>(begin), to = static_cast<int32_t>(end);
  int64_t live = 0;
  // The range of steps of each branch.
  std::vector<std::pair<int32_t, int32_t>> branches;
  for (int32_t step = from; step < to; ++step)
    if (step == from || branch_ids[static_cast<size_t>(step)].is_concurrent_with(
                            branch_ids[static_cast<size_t>(step) - 1]))
      branches.emplace_back(step, step + 1);
    else
      branches.back().second = step + 1;
  Live own(end);
  for (const ArenaBuffer& b : buffers) {
    if (b.last < from || b.first >= to) continue;
    const bool starts = b.first_branch.group == group, ends = b.last_branch.group == group;
    const int32_t branch = starts ? b.first_branch.branch
                           : ends ? b.last_branch.branch
                                  : BranchId::kSeveral;
    if (branch == BranchId::kSeveral) {
      live += aligned(b.bytes);
      continue;
    }
    const auto steps = std::ranges::find_if(branches, [&](const auto& range) {
      return branch_ids[static_cast<size_t>(range.first)].branch == branch;
    });
    // From where the branch begins to use it, or from its first step, to the last use or the last
    // step.
    own.add(starts ? b.first : steps->first, ends ? b.last : steps->second - 1, aligned(b.bytes));
  }
  for (const auto& [first, last] : branches) {
    int64_t now = 0;
    live += own.maximum(first, last - 1, now);
  }
  return live;
}

}  // namespace

int64_t live_bytes(std::span<const ArenaBuffer> buffers, std::span<const BranchId> branch_ids,
                   std::span<int64_t> of_groups) {
  // A plan that computes nothing still has inputs and outputs in the arena of a target.
  if (branch_ids.empty()) {
    int64_t all = 0;
    for (const ArenaBuffer& b : buffers) all += aligned(b.bytes);
    return all;
  }
  Live whole(branch_ids.size());
  for (const ArenaBuffer& b : buffers) whole.add(b.first, b.last, aligned(b.bytes));
  int64_t maximum = 0, now = 0;
  for (size_t begin = 0; begin < branch_ids.size();) {
    const size_t end = end_of_group(branch_ids, begin);
    int64_t here = whole.maximum(static_cast<int32_t>(begin), static_cast<int32_t>(end) - 1, now);
    if (WEFT_KEEPS_branches && branch_ids[begin].group != BranchId::kNone)
      here = of_groups[static_cast<size_t>(branch_ids[begin].group)] =
          live_in_group(buffers, branch_ids, begin, end);
    maximum = std::max(maximum, here);
    begin = end;
  }
  return maximum;
}

}  // namespace weft::executor

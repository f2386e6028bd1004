// A consuming backward pass writes its values over residuals after their last read: memory that was
// kept for the last layers makes room for the gradients of the first.
#include <algorithm>
#include <numeric>

#include "executor/memory/placement_impl.h"

namespace weft::executor {
namespace {

// The lowest offset at which `buffer` shares no bytes with those that are alive with it.
int64_t lowest_gap(const ArenaBuffer& buffer, std::span<const ArenaBuffer> placed) {
  std::vector<std::pair<int64_t, int64_t>> taken;
  for (const ArenaBuffer& other : placed)
    if (buffer.conflicts_with(other))
      taken.emplace_back(other.offset, other.offset + aligned(other.bytes));
  std::ranges::sort(taken);
  int64_t at = 0;
  for (const auto& [begin, end] : taken) {
    if (begin - at >= aligned(buffer.bytes)) break;
    at = std::max(at, end);
  }
  return at;
}

}  // namespace

// Moves buffers that fit into the residual region out of the list for the arena, the largest first.
// Scratch stays in the arena, where steps expect it.
void Placement::move_to_residuals(std::vector<ArenaBuffer>& buffers, std::vector<int32_t>& owners,
                                  const std::vector<bool>& is_scratch) {
  std::vector<ArenaBuffer> placed;
  int64_t end = 0;
  for (const Allocation& allocation : allocations_) {
    if (!allocation.given || allocation.root != MemoryRoot::kResidual) continue;
    end = std::max(end, allocation.offset + aligned(allocation.bytes));
    if (allocation.last >= 0)  // it is there from before the first step
      placed.push_back({allocation.bytes, -1, allocation.last, BranchId(), allocation.last_branch,
                        allocation.offset});
  }
  std::vector<size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater(), [&](size_t i) { return buffers[i].bytes; });
  std::vector<bool> moved(buffers.size(), false);
  for (const size_t i : order) {
    Allocation& allocation = allocations_[static_cast<size_t>(owners[i])];
    if (is_scratch[static_cast<size_t>(owners[i])]) continue;
    const int64_t at = lowest_gap(buffers[i], placed);
    if (at + aligned(buffers[i].bytes) > end) continue;
    moved[i] = true;
    allocation.root = MemoryRoot::kResidual;
    allocation.offset = buffers[i].offset = at;
    placed.push_back(buffers[i]);
  }
  size_t kept = 0;
  for (size_t i = 0; i < buffers.size(); ++i) {
    if (moved[i]) continue;
    buffers[kept] = buffers[i];
    owners[kept++] = owners[i];
  }
  buffers.resize(kept);
  owners.resize(kept);
}

}  // namespace weft::executor

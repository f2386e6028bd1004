// Exact packing of few buffers by branch and bound.
//
// In a packing where no buffer can move down, each lies at 0 or directly on a buffer that it
// conflicts with. If buffers are placed by rising offset, each one therefore lies on the highest of
// its placed neighbours. So an order determines the packing, and only orders with non-decreasing
// offsets need be tried. A branch is cut when a buffer, or all buffers that are alive at one step,
// cannot end below the best end known.
#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "executor/memory/arena_packing.h"

namespace weft::executor {
namespace {

// A set of buffers, a bit for each.
using Set = uint32_t;
static_assert(kMaxExact <= 32);

// The search, depth first. Its state on the way down is in the arguments of place().
class Search {
 public:
  Search(std::span<ArenaBuffer* const> buffers, int64_t below, int64_t enough)
      : buffers_(buffers), best_(below), enough_(enough) {
    for (size_t i = 0; i < buffers.size(); ++i) {
      bytes_[i] = aligned(buffers[i]->bytes);
      // Buffers alive at the step where this one begins. The set of every other step is a subset of
      // one of these, so they are enough for the bound.
      Set alive = 0;
      for (size_t k = 0; k < buffers.size(); ++k) {
        if (k != i && buffers[i]->conflicts_with(*buffers[k])) neighbours_[i] |= Set{1} << k;
        if (buffers[k]->first <= buffers[i]->first && buffers[i]->first <= buffers[k]->last)
          alive |= Set{1} << k;
      }
      alive_[i] = alive;
    }
  }

  // Searches and writes the best offsets into the buffers.
  int64_t run(bool& finished) {
    const Set all = buffers_.size() == 32 ? ~Set{0} : (Set{1} << buffers_.size()) - 1;
    std::array<int64_t, kMaxExact> heights{};
    place(all, heights, 0, 0);
    finished = tries_ < kMaxExactTries;
    for (size_t i = 0; i < buffers_.size() && found_; ++i) buffers_[i]->offset = best_offsets_[i];
    return best_;
  }

 private:
  using Heights = std::array<int64_t, kMaxExact>;

  // Calls `use` for each buffer of the set.
  template <class Use>
  static void for_each(Set set, const Use& use) {
    for (; set != 0; set &= set - 1) use(static_cast<size_t>(std::countr_zero(set)));
  }

  // Can the rest still end below the best? The buffers left that are alive together must fit above
  // their lowest possible offset: not below the buffer placed last, nor inside a placed neighbour.
  bool can_improve(Set left, const Heights& heights, int64_t last) const {
    bool can = true;
    for_each(left, [&](size_t i) {
      int64_t low = INT64_MAX, sum = 0;
      for_each(left & alive_[i], [&](size_t k) {
        low = std::min(low, std::max(heights[k], last));
        sum += bytes_[k];
      });
      can = can && low + sum < best_ && std::max(heights[i], last) + bytes_[i] < best_;
    });
    return can;
  }

  // Tries every next buffer. `heights`: by buffer, the highest end of its placed neighbours, which
  // is where it would lie. `last`: the offset of the buffer placed last. Buffers at the same offset
  // do not conflict, so only one order of them is tried: rising indices, from `from` on.
  void place(Set left, const Heights& heights, int64_t last, size_t from) {
    if (left == 0) return keep();
    if (best_ <= enough_ || tries_ >= kMaxExactTries || !can_improve(left, heights, last)) return;
    std::array<size_t, kMaxExact> next;
    size_t count = 0;
    for_each(left, [&](size_t i) {
      if (heights[i] > last || (heights[i] == last && i >= from)) next[count++] = i;
    });
    std::sort(next.begin(), next.begin() + count, [&](size_t a, size_t b) {
      if (heights[a] != heights[b]) return heights[a] < heights[b];
      return bytes_[a] != bytes_[b] ? bytes_[a] > bytes_[b] : a < b;
    });
    for (size_t k = 0; k < count; ++k) {
      const size_t i = next[k];
      ++tries_;
      offsets_[i] = heights[i];
      Heights raised = heights;
      for_each(left & neighbours_[i], [&](size_t other) {
        raised[other] = std::max(raised[other], heights[i] + bytes_[i]);
      });
      place(left & ~(Set{1} << i), raised, heights[i], i + 1);
    }
  }

  // All buffers are placed: keeps the offsets if they are the best so far.
  void keep() {
    int64_t top = 0;
    for (size_t i = 0; i < buffers_.size(); ++i) top = std::max(top, offsets_[i] + bytes_[i]);
    if (top >= best_) return;
    best_ = top;
    best_offsets_ = offsets_;
    found_ = true;
  }

  std::span<ArenaBuffer* const> buffers_;
  int64_t best_;
  const int64_t enough_;  // an end that is low enough
  bool found_ = false;
  int64_t tries_ = 0;  // buffers placed so far, over all branches
  std::array<int64_t, kMaxExact> bytes_{}, offsets_{}, best_offsets_{};
  std::array<Set, kMaxExact> neighbours_{}, alive_{};
};

}  // namespace

int64_t pack_exactly(std::span<ArenaBuffer* const> buffers, int64_t below, int64_t enough,
                     bool& finished) {
  return Search(buffers, below, enough).run(finished);
}

}  // namespace weft::executor

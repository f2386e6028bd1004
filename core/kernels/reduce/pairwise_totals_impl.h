// The tree in which totals of blocks combine: neighbours first, so that rounding errors grow with
// the logarithm of the number of blocks (Higham, "The Accuracy of Floating Point Summation", 1993).
#pragma once

#include <algorithm>
#include <bit>

#include "kernels/reduce/reduce_kernels_impl.h"

namespace weft::kernels {

// A stack of totals of 1, 2, 4, … blocks that wait for a partner of the same size, like the digits
// of a binary counter. The number of blocks alone decides how they combine. The memory is the
// caller's.
class PairwiseTotals {
 public:
  PairwiseTotals(const ReduceParts& parts, char* memory, int64_t bytes)
      : parts_(parts), top_(memory), bytes_(bytes) {}
  // Bytes for so many blocks with totals of `bytes` each: one for each level, and the next block's.
  static constexpr int64_t memory(int64_t blocks, int64_t bytes) {
    return (std::bit_width(static_cast<uint64_t>(blocks)) + 1) * bytes;
  }

  char* next() { return top_; }  // where the caller writes the next block's total
  // The level of the largest subtree that may come next, of at most `blocks` blocks; it has
  // 2^level.
  int level(int64_t blocks) const {
    const int maximum = std::bit_width(static_cast<uint64_t>(blocks)) - 1;
    return blocks_ == 0 ? maximum : std::min(maximum, std::countr_zero(blocks_));
  }
  // Takes the total at next(), of 2^level blocks. Each carry joins two subtrees of equal size.
  void push(int level = 0) {
    for (uint64_t carry = blocks_ >> level; carry & 1; carry >>= 1) join();
    blocks_ += uint64_t{1} << level;
    top_ += bytes_;
  }
  // The total of all blocks, of which there must be one; the tree is empty then.
  const char* total() {
    top_ -= bytes_;
    for (int joins = std::popcount(blocks_) - 1; joins > 0; --joins) join();
    blocks_ = 0;
    return top_;
  }

 private:
  // The earlier subtree is the left operand.
  void join() {
    top_ -= bytes_;
    parts_.combine(top_, top_ + bytes_, bytes_);
  }

  const ReduceParts& parts_;
  char* top_;
  const int64_t bytes_;
  uint64_t blocks_ = 0;
};

}  // namespace weft::kernels

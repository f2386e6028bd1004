// How a kernel's units of work are shared among threads.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/range.h"
#include "runtime/engine/threads.h"

namespace weft::ops {

// Elements below which splitting costs more than it gains (about 0.4 µs of work).
inline constexpr int64_t kElementwiseGrain = 16384;

// Pieces worth a thread, at most, that these units make; `work` in elements of cheap arithmetic.
inline int64_t pieces_of_work(int64_t units, int64_t work) {
  return std::max<int64_t>(1, std::min(units, work / kElementwiseGrain));
}

// Runs body(range, scratch) over the units, on several threads when `work` (in elements of cheap
// arithmetic) is large; each thread gets `scratch_bytes` of the call's scratch.
template <class Body>
void split_work(int64_t units, int64_t work, void* scratch, int64_t scratch_bytes,
                const Body& body) {
  const int64_t pieces = pieces_of_work(units, work);
  if (pieces == 1) {
    body(kernels::Range{0, units}, scratch);
    return;
  }
  const int64_t grain = std::max<int64_t>(1, (units + pieces - 1) / pieces);
  parallel_for(units, grain, [&](int64_t begin, int64_t end, int thread) {
    body(kernels::Range{begin, end}, static_cast<char*>(scratch) + thread * scratch_bytes);
  });
}

}  // namespace weft::ops

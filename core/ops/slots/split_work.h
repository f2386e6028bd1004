// How threads share a kernel's units of work.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/range.h"
#include "runtime/engine/threads.h"

namespace weft::ops {

// Below this number of elements splitting costs more than it gains; they are about 0.4 µs of work.
inline constexpr int64_t kElementwiseGrain = 16384;

// The number of pieces that are worth a thread; `work` is counted in elements of cheap arithmetic.
inline int64_t pieces_of_work(int64_t units, int64_t work) {
  return std::max<int64_t>(1, std::min(units, work / kElementwiseGrain));
}

// Runs body(range, scratch) over the units, on several threads if `work` is large. Each thread gets
// `scratch_bytes` of the call's scratch.
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

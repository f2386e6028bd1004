// Shared by operators that read or add at computed positions along one axis.
#pragma once

#include <atomic>

#include "kernels/indexing.h"
#include "ops/kernel_call.h"
#include "ops/op.h"
#include "ops/split_work.h"

namespace weft::ops {

// The array seen as [outer, axis, inner].
kernels::Indexing split_at(const TensorView& data, int axis, bool clip);

// The attribute `axis`, counted from the front; inference has checked it.
int axis_of(const AttributeReader& a, int rank);

// "clip" clamps indices, "raise" refuses the first one outside; gives clip as a bool.
Result<bool> read_mode(const AttributeReader& a);

// Refuses indices outside [-extent, extent), naming the first; where they are clipped, only an axis
// that has no element for them. `argument`: what the operator calls them.
Status check_indices(std::string_view op, const TensorView& indices,
                     const kernels::Indexing& problem, std::string_view argument = "index");

// Runs body(rows) on all rows of `cols` indices, each once it is known to lie inside: so indices
// are read from memory once. Not all rows are run where one is outside. `work`: as split_work has
// it.
template <class Body>
Status run_inside(std::string_view op, const TensorView& indices, const kernels::Indexing& problem,
                  int64_t cols, int64_t work, const Body& body) {
  constexpr int64_t kAtOnce = 1024;  // indices, which stay in the first-level cache
  const int64_t count = elements_of(indices);
  if (count == 0) return {};
  if (problem.axis == 0) return check_indices(op, indices, problem);
  const auto* const numbers = static_cast<const int64_t*>(indices.data);
  const int64_t step = std::max<int64_t>(1, kAtOnce / cols);
  std::atomic<bool> inside = true;
  split_work(count / cols, work, nullptr, 0, [&](kernels::Range rows, void*) {
    for (int64_t row = rows.begin; row < rows.end; row += step) {
      const kernels::Range part{row, std::min(rows.end, row + step)};
      const int64_t* const first = numbers + part.begin * cols;
      if (problem.clip || kernels::all_inside(first, (part.end - part.begin) * cols, problem.axis))
        body(part);
      else
        inside.store(false, std::memory_order_relaxed);
    }
  });
  return inside ? Status() : check_indices(op, indices, problem);
}

}  // namespace weft::ops

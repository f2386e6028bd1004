// What operators share that read or add at computed positions along one axis.
#pragma once

#include <atomic>

#include "kernels/indexing/indexing.h"
#include "ops/op.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {

// What happens to indices outside an axis.
enum class IndexMode : uint8_t {
  kRaise,   // refused; negative ones inside the extent count from the end
  kStrict,  // refused, negative ones as well: labels and tokens
  kClip,    // clamped
};

constexpr std::string_view kModeDoc =
    "raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative "
    "ones to 0";

struct AxisIndexing : kernels::Indexing {
  IndexMode mode;
};

// The array seen as (outer, axis, inner).
AxisIndexing split_at(const TensorView& data, int axis, IndexMode mode);

// Indices of any integer dtype as int64. Numbers that int64 cannot hold lie outside every axis:
// they become its largest number, since a negative one would count from the end.
Value as_index(const Value& x);

// The attribute `axis`, counted from the front; inference has checked it.
int axis_of(const AttributeReader& a, int rank);

// Reads the attribute `mode`.
Result<IndexMode> read_mode(const AttributeReader& a);

// Does the mode allow all of them?
bool are_inside(const int64_t* indices, int64_t count, const AxisIndexing& problem);

// Refuses indices outside [-extent, extent), or [0, extent) in mode strict, and names the first
// one. Clipped indices are only refused if the axis has no element. `argument` is the operator's
// name for them; `hint` says what a negative one may have meant.
Status check_indices(std::string_view op, const TensorView& indices, const AxisIndexing& problem,
                     std::string_view argument = "index", std::string_view hint = {});

// Runs body(rows) on all rows of `cols` indices, each as soon as it is known to lie inside, so that
// indices are read from memory once. If an index is outside, some rows are not run. `work` is that
// of split_work.
template <class Body>
Status run_inside(std::string_view op, const TensorView& indices, const AxisIndexing& problem,
                  int64_t cols, int64_t work, const Body& body) {
  constexpr int64_t kAtOnce = 1024;  // these indices stay in the first-level cache
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
      if (problem.clip || are_inside(first, (part.end - part.begin) * cols, problem))
        body(part);
      else
        inside.store(false, std::memory_order_relaxed);
    }
  });
  return inside ? Status() : check_indices(op, indices, problem);
}

}  // namespace weft::ops

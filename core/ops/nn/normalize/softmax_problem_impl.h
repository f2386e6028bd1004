// What operators over rows along an axis share: the problem for kernels/normalize/softmax.h, and a
// slot with its scratch.
#pragma once

#include "kernels/normalize/softmax.h"
#include "ops/indexing/axis_index_impl.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {

// Rows run along `axis`; `inner` is the distance of neighbouring elements of a row.
inline kernels::Softmax softmax_problem(const OpDef& op, std::span<const Argument> attributes,
                                        DType dtype, const Shape& shape, bool logarithm = false) {
  const int axis = axis_of(op.reader(attributes), shape.rank());
  kernels::Softmax problem{dtype, 1, shape[axis], logarithm};
  for (int i = 0; i < shape.rank(); ++i) {
    if (i != axis) problem.rows *= shape[i];
    if (i > axis) problem.inner *= shape[i];
  }
  return problem;
}
inline kernels::Softmax softmax_problem(const KernelCall& call, bool logarithm = false) {
  return softmax_problem(call.op, call.attributes, call.in[0].dtype, shape_of(call.in[0]),
                         logarithm);
}

// The slot of a kernel that reads `arrays` arrays of rows; the first of them is input 0.
template <int arrays>
Slot softmax_slot(KernelFunction run) {
  Slot slot = dense_slot(run);
  slot.scratch_bytes = [](const SlotTypes& t, int threads) {
    const auto problem = softmax_problem(t.op, t.attributes, t.in[0].dtype, t.in[0].shape);
    return threads * kernels::softmax_scratch(problem, arrays);
  };
  return slot;
}

}  // namespace weft::ops

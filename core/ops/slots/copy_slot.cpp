// Copying elements with any strides, split over threads.

#include "ops/slots/copy_slot.h"

#include "kernels/elementwise/copy.h"
#include "ops/op.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

// An output of another shape (reshape) is dense, so it can be viewed with the input's shape:
// row-major order is the same.
Status run(const KernelCall& call) {
  if (shape_of(call.in[0]) == shape_of(call.out[0])) {
    copy_elements(call.out[0], call.in[0]);
    return {};
  }
  TensorView to = call.in[0];
  to.data = call.out[0].data;
  int64_t stride = 1;
  for (int axis = to.rank - 1; axis >= 0; --axis) {
    to.strides[axis] = stride;
    stride *= to.shape[axis];
  }
  copy_elements(to, call.in[0]);
  return {};
}

}  // namespace

void copy_elements(const TensorView& to, const TensorView& from) {
  const int64_t units = kernels::copy_units(to, from);
  split_work(units, elements_of(to), nullptr, 0,
             [&](kernels::Range range, void*) { kernels::run_copy(to, from, range); });
}

Slot copy_slot() {
  Slot slot;
  slot.run = run;
  slot.exactness = Exactness::kExact;
  return slot;
}

}  // namespace weft::ops

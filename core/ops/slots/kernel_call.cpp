// Broadcasting a view by strides.

#include "ops/slots/kernel_call.h"

namespace weft::ops {

TensorView broadcast_view(const TensorView& in, const Shape& shape) {
  TensorView view = in;
  view.rank = shape.rank();
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const int own = axis - (shape.rank() - in.rank);
    const bool repeats = own < 0 || in.shape[own] == 1;
    view.shape[axis] = shape[axis];
    view.strides[axis] = repeats ? 0 : in.strides[own];
  }
  return view;
}

}  // namespace weft::ops

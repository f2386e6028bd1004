// Short helpers for the run functions of slots: shapes and types of the views they get.
#pragma once

#include <span>

#include "base/shape.h"
#include "ops/slots/slot.h"

namespace weft::ops {

inline Shape shape_of(const TensorView& view) {
  return Shape(std::span<const int64_t>(view.shape, static_cast<size_t>(view.rank)));
}

inline int64_t elements_of(const TensorView& view) { return shape_of(view).elements(); }

inline TensorType type_of(const TensorView& view) { return {view.dtype, shape_of(view)}; }

// The array viewed with a shape that it broadcasts to: missing and repeated axes get stride 0.
TensorView broadcast_view(const TensorView& in, const Shape& shape);

// The slot of a kernel that reads dense inputs.
inline Slot dense_slot(KernelFunction run) {
  Slot slot;
  slot.run = run;
  slot.strides = Strides::kDense;
  return slot;
}

// The same for a kernel that gives equal bits in every build, because it only moves elements or
// computes with integers.
inline Slot exact_dense_slot(KernelFunction run) {
  Slot slot = dense_slot(run);
  slot.exactness = Exactness::kExact;
  return slot;
}

}  // namespace weft::ops

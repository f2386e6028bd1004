// What is known of a value before it is computed: its dtype and its shape.
#pragma once

#include <string>

#include "base/dtype.h"
#include "base/shape.h"

namespace weft::ops {

struct TensorType {
  DType dtype = DType::kFloat32;
  Shape shape;

  int64_t bytes() const { return (Checked(shape.elements()) * size_of(dtype)).value(); }
  friend bool operator==(const TensorType&, const TensorType&) = default;
};

std::string to_string(const TensorType& type);  // float32(2, 3)

}  // namespace weft::ops

// The text of a type.

#include "ops/type.h"

namespace weft::ops {

std::string to_string(const TensorType& type) {
  return std::string(name_of(type.dtype)) + weft::to_string(type.shape);
}

}  // namespace weft::ops

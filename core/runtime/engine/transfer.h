// Copies between the program's memory and the memory of devices, in the engine's order.
#pragma once

#include <string_view>

#include "runtime/tensor.h"

namespace weft {

// The first byte that a view touches, and the number of bytes from there to the end of the last
// one.
struct ByteRange {
  char* begin = nullptr;
  int64_t bytes = 0;
};
ByteRange range_of(const TensorView& view);

// The same content and geometry in the memory of `device` (null: the program's memory). The new
// storage may still be filled when the call returns: wait before reading it. The array must not be
// traced.
Result<Ref<Tensor>> transfer(const Tensor& tensor, Device* device);

// The error for reading the value of a traced array, with a hint at what to use instead.
Status traced_value_error(std::string_view reader);

// The array itself, or a copy of a device's array, once it can be read in the program's memory; the
// failure if its content is one. `reader` names the operator in the error for a traced array.
Result<Ref<Tensor>> readable(Tensor& tensor, std::string_view reader);

}  // namespace weft

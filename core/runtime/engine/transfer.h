// Copies between the program's memory and that of devices, in the engine's order.
#pragma once

#include <string_view>

#include "runtime/tensor.h"

namespace weft {

// The first byte that a view touches and the number of bytes from there.
struct ByteRange {
  char* begin = nullptr;
  int64_t bytes = 0;
};
ByteRange range_of(const TensorView& view);

// The same content and geometry on a storage elsewhere (null: in the program's memory), which is
// being filled: wait before reading it. The array is not traced.
Result<Ref<Tensor>> transfer(const Tensor& tensor, Device* device);

Status traced_value_error(std::string_view reader);

// The array itself, or a copy of what a device has, when it can be read in the program's memory;
// the failure if its content is one. `reader` names the operator in the error for a traced array.
Result<Ref<Tensor>> readable(Tensor& tensor, std::string_view reader);

}  // namespace weft

// Bools from outside. In Weft a bool is one byte, 0 or 1, and kernels rely on it: they add these
// bytes, multiply by them and compare them. Other programs allow any bits (a uint8 mask of 0 and
// 255 seen as bool, DLPack, files), where every value but 0 is true. So memory that the library did
// not write is checked here once, when it comes in; memory whose bytes are sound is not copied.
#pragma once

#include <cstdint>

#include "base/view.h"

namespace weft {

// Are all bytes 0 or 1?
bool are_bools(const void* data, int64_t bytes);
// Bytes that are not 0 become 1.
void make_bools(void* data, int64_t bytes);

// The same for the elements of an array with any strides; the bytes between them are not touched.
// For other dtypes are_bools is true and make_bools does nothing.
bool are_bools(const TensorView& view);
void make_bools(const TensorView& view);

}  // namespace weft

// Bools from outside. Here a bool is one byte, 0 or 1, and kernels rely on it: they add bytes up,
// multiply by them and compare them. Others' bools may have any bits (a uint8 mask of 0 and 255
// seen as bool, DLPack, files), and every one but 0 is true. So whatever comes from memory that
// the library did not write passes here once, at the border; memory with sound bytes stays where
// it is.
#pragma once

#include <cstdint>

#include "base/view.h"

namespace weft {

// Are all bytes 0 or 1?
bool are_bools(const void* data, int64_t bytes);
// Bytes that are not 0 become 1.
void make_bools(void* data, int64_t bytes);

// The same of the elements of an array in any geometry; what lies between them is not touched.
// True and without effect for other dtypes.
bool are_bools(const TensorView& view);
void make_bools(const TensorView& view);

}  // namespace weft

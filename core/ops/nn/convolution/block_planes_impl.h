// Images between plain arrays and blocks of channels.
#pragma once

#include <cstdint>

#include "base/view.h"

namespace weft::ops {

// Blocks of channels of some images, plain or with the channels behind the pixels.
struct Planes {
  DType dtype;
  int64_t images, blocks, rows, cols, block;
};

// A thread turns what it convolves before or after: images, or rows of a single one.
void transpose_planes(const Planes& planes, const void* from, void* to, bool into_blocks);

}  // namespace weft::ops

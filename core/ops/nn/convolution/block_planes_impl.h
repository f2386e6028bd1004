// Copies images between plain arrays (N, C, H, W) and channel blocks (N, C / B, H, W, B).
#pragma once

#include <cstdint>

#include "base/view.h"

namespace weft::ops {

// The planes of some images: C / B = `blocks` blocks of `block` channels each.
struct Planes {
  DType dtype;
  int64_t images, blocks, rows, cols, block;
};

// Work is split so that a thread moves what it convolves next, or has just convolved: whole images,
// or rows of a single one.
void transpose_planes(const Planes& planes, const void* from, void* to, bool into_blocks);

}  // namespace weft::ops

// The kernel of copy.h: moving one tile. Rooms that gather or transpose elements call it, too.
#pragma once

#include "kernels/isa/declare_kernels.h"
#include "kernels/range.h"

namespace weft::kernels {

// A rectangle of elements of one size, moved from one strided array to another.
struct StridedTile {
  void* to;
  const void* from;
  int64_t to_row, from_row;  // bytes
  int64_t to_col, from_col;  // bytes; from_col may be 0
  int64_t rows, cols;
  int64_t size;  // bytes of an element: 1, 2, 4 or 8
};

WEFT_KERNELS(void move(const StridedTile& tile);)

}  // namespace weft::kernels

// How the elements of a value lie in memory. Row-major is the default and, today, all that
// kernels accept; a blocked layout (NCHW16c with a halo) is a property of a value's type, changed
// only by relayout nodes, so that it can arrive without touching the graph.
#pragma once

#include <stdint.h>

namespace weft {

struct Layout {
  int8_t blocked_axis = -1;  // -1: row-major; else this axis is split into blocks of `block`
  int16_t block = 1;         // elements of the innermost block
  int16_t halo = 0;          // rows and columns of fill around each spatial plane
  int16_t channel_padding = 0;
  float halo_fill = 0;

  bool row_major() const { return blocked_axis < 0 && halo == 0 && channel_padding == 0; }
  friend bool operator==(const Layout&, const Layout&) = default;
};

}  // namespace weft

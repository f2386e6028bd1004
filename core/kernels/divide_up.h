// Division that rounds up, for sources that are not compiled per instruction set. (Those have one
// in their own namespace, so that no inline function is shared between instruction sets.)
#pragma once

#include <stdint.h>

namespace weft::kernels {

// b > 0.
constexpr int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace weft::kernels

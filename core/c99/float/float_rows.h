// What the loops of float convolutions and products are made of, in C and for Helium.
#pragma once

#include "c99/text/source.h"

namespace weft::c99 {

// weft_add_row_f32(y, x, factor, count): y += factor x; and weft_add_apart_f32(y, x, step, factor,
// count): elements of x lie `step` apart.
void define_add_row(Source& source);
// weft_four_dots_f32(x, y, step, count, sums): of x and four rows of y, `step` apart. With Helium
// each is four chains of fused products, else one.
void define_four_dots(Source& source);

}  // namespace weft::c99

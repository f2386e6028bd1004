// The innermost loops of float convolutions and products, in C and for Helium. Both forms use fused
// multiply-adds.
#pragma once

#include "c99/text/source.h"

namespace weft::c99 {

// weft_add_row_f32(y, x, factor, count): y += factor * x. weft_add_apart_f32(y, x, step, factor,
// count): the same with elements of x `step` apart.
void define_add_row(Source& source);
// weft_four_dots_f32(x, y, step, count, sums): the dot products of x and four rows of y, `step`
// apart. Plain C adds each in one chain in ascending order. Helium adds four partial sums, one in
// each lane, so its last bits may differ.
void define_four_dots(Source& source);

}  // namespace weft::c99

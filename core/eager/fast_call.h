// The short way through an eager call, for what small programs are made of: elementwise operators
// on dense arrays of one shape (or an array and a number), and views. A few comparisons of words at
// hand decide; anything unusual takes the general way. Results are the same bits either way.
#pragma once

#include <span>

#include "ops/op.h"

namespace weft::eager {

// True if the call was made (or failed, with `status`); false if nothing was done.
bool call_fast(const ops::OpDef& op, std::span<const ops::Argument> arguments,
               std::span<Tensor*> outs, Status* status);

// A view operator's results as geometries on the box of its input, recorded where that has a
// history. `in` and `types` are the types of the input and of the results. False where the input's
// strides do not allow views.
Result<bool> make_views(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                        Tensor& base, const ops::TensorType& in,
                        std::span<const ops::TensorType> types, std::span<Ref<Tensor>> views);

}  // namespace weft::eager

// Shared by operators that read or add at computed positions along one axis.
#pragma once

#include "kernels/indexing.h"
#include "ops/op.h"

namespace weft::ops {

// The array seen as [outer, axis, inner].
kernels::Indexing split_at(const TensorView& data, int axis, bool clip);

// The attribute `axis`, counted from the front; inference has checked it.
int axis_of(const AttributeReader& a, int rank);

// "clip" clamps indices, "raise" refuses the first one outside; gives clip as a bool.
Result<bool> read_mode(const AttributeReader& a);

// Refuses indices outside [-extent, extent), naming the first; where they are clipped, only an axis
// that has no element for them.
Status check_indices(std::string_view op, const TensorView& indices,
                     const kernels::Indexing& problem);

}  // namespace weft::ops

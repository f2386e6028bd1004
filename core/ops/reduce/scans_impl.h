// Running sums, running products, and the linear recurrence under both.
#pragma once

#include "ops/builder.h"

namespace weft::ops {

// h[k] = factor[k] h[k - 1] + term[k] along an axis, from h[-1] = start. An absent factor is 1, an
// absent term 0. `reverse` runs from the last element to the first.
Value recurrence(const Value& factor, const Value& term, int axis, bool reverse, double start);

// The elements moved by one along the axis: away from its start, or from its end if `reverse`. The
// free position gets `fill`.
Value shifted(const Value& x, int axis, bool reverse, double fill);

}  // namespace weft::ops

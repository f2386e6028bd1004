// Running sums, running products, and the linear recurrence under both.
#pragma once

#include "ops/builder.h"

namespace weft::ops {

// h[k] = factor[k] h[k-1] + term[k] along an axis, from h[-1] = start; an absent factor is 1 and an
// absent term 0. `reverse` runs from the last element to the first.
Value recurrence(const Value& factor, const Value& term, int axis, bool reverse, double start);

// The elements moved one place along the axis, away from its start or, reversed, from its end; the
// free place is filled.
Value shifted(const Value& x, int axis, bool reverse, double fill);

}  // namespace weft::ops

// Products of complex numbers along an axis: all of them, or up to each one.

#include <algorithm>

#include "base/errors.h"
#include "ops/complex/arithmetic.h"
#include "ops/complex/functions.h"
#include "ops/registry.h"
#include "ops/rules.h"

namespace weft::ops::complex_forms {
namespace {

// The input in the dtype that was asked for; the cast refuses to lose imaginary parts.
Value in_asked_dtype(const ComplexContext& c) {
  if (!c.has("dtype")) return c.inputs[0];
  return c.builder.call("cast", {c.inputs[0]}, {c.get("dtype")});
}

}  // namespace

// Halves are multiplied with halves until one is left.
Complexes product(const ComplexContext& c) {
  Value z = in_asked_dtype(c);
  const Shape shape = z.shape();
  const bool keepdims = c.flag("keepdims");
  Shape axes;
  if (c.has("axis"))
    for (int64_t axis : c.ints("axis")) {
      const Result<int> normal = normalize_axis(axis, shape.rank(), "prod", "axis");
      if (!normal.ok()) {
        c.builder.fail(normal.status());
        return real(c.in[0].re);
      }
      axes.push_back(normal.value());
    }
  else
    for (int axis = 0; axis < shape.rank(); ++axis) axes.push_back(axis);
  Shape kept, extents = shape;
  for (int64_t axis : axes) {
    const int a = static_cast<int>(axis);
    if (extents[a] == 0) {
      extents[a] = 1;
      const TensorType type{part_of(z.dtype()), extents};
      z = joined({zeros(c.in[0].re, type) + 1.0, zeros(c.in[0].re, type)});
    }
    for (int64_t size = z.shape()[a]; size > 1; size = z.shape()[a]) {
      const int64_t half = size / 2;
      Value folded = slice(z, a, 0, half) * slice(z, a, half, half);
      if (size % 2) {
        const Value parts[] = {folded, slice(z, a, size - 1, 1)};
        folded = concatenate(parts, a);
      }
      z = folded;
    }
    extents[a] = 1;
  }
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (keepdims || std::ranges::find(axes, int64_t{axis}) == axes.end())
      kept.push_back(extents[axis]);
  return one(planes_of(reshape(z, kept)));
}

// Each step multiplies every element by the one `step` before it, which has joined as many (Hillis
// and Steele, "Data parallel algorithms", 1986).
Complexes running_product(const ComplexContext& c) {
  Value z = in_asked_dtype(c);
  const bool flat = !c.has("axis");
  if (flat) z = reshape(z, {z.shape().elements()});
  const Result<int> axis =
      normalize_axis(flat ? 0 : c.integer("axis"), z.rank(), "cumprod", "axis");
  if (!axis.ok()) {
    c.builder.fail(axis.status());
    return real(c.in[0].re);
  }
  const int a = axis.value();
  const int64_t count = z.shape()[a];
  for (int64_t step = 1; step < count; step *= 2) {
    const Value parts[] = {slice(z, a, 0, step),
                           slice(z, a, 0, count - step) * slice(z, a, step, count - step)};
    z = concatenate(parts, a);
  }
  return one(planes_of(z));
}

}  // namespace weft::ops::complex_forms

// The order of complex numbers, which is NumPy's: by the real parts, then by the imaginary ones.
// Numbers with a NaN come last: first those whose imaginary part is one, then those whose real part
// is, then those of which both are; among equals of these the other part decides.

#include "base/errors.h"
#include "ops/complex/arithmetic.h"
#include "ops/complex/functions.h"
#include "ops/registry.h"
#include "ops/rules.h"

namespace weft::ops::complex_forms {
namespace {

Value picked(const Value& x, const Value& order, int64_t axis) {
  return x.builder().call("take_along_axis", {x, order}, {Argument::of_int(axis)});
}

// Sorts are stable, so the key that counts most is sorted last.
Value order_of(const Complex& z, int64_t axis, bool descending) {
  Builder& builder = z.re.builder();
  const auto sorted = [&](const Value& key) {
    return builder.call("sort_order", {key},
                        {Argument::of_int(axis), Argument::of_bool(descending)});
  };
  const Value im = imaginary(z);
  const DType part = z.re.dtype();
  const Value nans = cast(applied("isnan", z.re), part) * 2.0 + cast(applied("isnan", im), part);
  Value order = sorted(im);
  for (const Value& key : {z.re, nans})
    order = picked(order, sorted(picked(key, order, axis)), axis);
  return order;
}

int axis_of(const ComplexContext& c) {
  const int rank = c.in[0].re.rank();
  const auto axis = static_cast<int>(c.integer("axis"));
  return axis < 0 ? axis + rank : axis;
}

}  // namespace

// The operator's own composition, of pairs. A number is an array of the parts' dtype.
Complexes composed(const ComplexContext& c) {
  DType part = DType::kFloat32;
  for (const Complex& z : c.in)
    if (z.re && !z.re.is_scalar()) part = promote(part, z.re.dtype());
  Values inputs;
  for (size_t i = 0; i < c.inputs.size(); ++i) {
    const Value& input = c.inputs[i];
    if (!input || !input.is_scalar())
      inputs.push_back(input);
    else if (c.in[i].im)
      inputs.push_back(joined(c.in[i]));
    else
      inputs.push_back(
          c.builder.call("full", {},
                         {Argument::of_ints({}), Argument::of_float(input.scalar().as_double()),
                          Argument::of_dtype(part)}));
  }
  const ComposeContext context(c.op(), c.all(), c.builder, inputs);
  Complexes results;
  for (const Value& value : c.op().composition(context)) results.push_back(planes_of(value));
  return results;
}

Complexes order(const ComplexContext& c) {
  const int axis = axis_of(c);
  const Value whole = order_of(c.in[0], axis, c.flag("descending"));
  return real(c.has("count") ? slice(whole, axis, 0, c.integer("count")) : whole);
}

// Elements and values are put in order together, those first that come before their equals. How
// many elements come before a value is then a running sum.
Complexes search(const ComplexContext& c) {
  const bool right = c.flag("right");
  const Shape shape = c.inputs[1].shape();
  const int64_t count = c.inputs[0].shape().elements(), values = shape.elements();
  const auto joined = [&](const Value& elements, const Value& sought) {
    const Value flat = reshape(sought, {values});
    const Value parts[] = {right ? elements : flat, right ? flat : elements};
    return concatenate(parts, 0);
  };
  const Complex both{joined(c.in[0].re, c.in[1].re),
                     joined(imaginary(c.in[0]), imaginary(c.in[1]))};
  const Value order = order_of(both, 0, false);
  Builder& builder = c.builder;
  const Value edge = scalar(order, static_cast<double>(right ? count : values));
  const Value is_element = builder.call(right ? "less" : "greater_equal", {order, edge});
  const Value before =
      builder.call("cumsum", {cast(is_element, DType::kInt64)}, {Argument::of_int(0)});
  const Value places = builder.call("sort_order", {order}, {Argument::of_int(0)});
  const Value found = picked(before, slice(places, 0, right ? count : 0, values), 0);
  return real(reshape(found, shape));
}

}  // namespace weft::ops::complex_forms

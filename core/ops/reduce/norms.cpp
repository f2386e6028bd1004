// Logarithms of sums of exponentials, without overflow, and norms, with gradients at zero:
// composites.

#include <cmath>
#include <limits>

#include "base/errors.h"
#include "ops/rules.h"
#include "ops/slots/reduce_slot.h"

namespace weft::ops {
namespace {

// log(s) with a derivative of 1 at 0. There it is multiplied by exponentials of -inf, which are 0;
// the infinite derivative would make NaN of them.
Value log_from_zero(const Value& s) {
  const Value is_positive = greater(s, scalar(s, 0));
  return where(is_positive, log(where(is_positive, s, scalar(s, 1))),
               s - std::numeric_limits<double>::infinity());
}

// log Σ exp(x) = m + log Σ exp(x - m) with m the largest element, so exp cannot overflow. m cancels
// in the derivative, so it counts as a constant. An infinite m is not subtracted: infinity -
// infinity is NaN.
Result<Value> logsumexp(const ComposeContext& c) {
  WEFT_ASSIGN(const uint32_t mask, reduced_axes(c));
  const Value& x = c.in(0);
  const auto total_of = [&](const Value& terms) {
    return log_from_zero(c.builder.call("sum", {exp(terms)}, {c.get("axis"), c.get("keepdims")}));
  };
  if (reduced_count(x.shape(), mask) == 0) return total_of(x);
  const Value maximum = c.builder.call("max", {x}, {c.get("axis"), Argument::of_bool(true)});
  const Value bounded = where(c.builder.call("isfinite", {maximum}), maximum, scalar(maximum, 0));
  const Value shift = c.builder.call("stop_gradient", {bounded});
  const Value total = total_of(x - shift);
  return total + reshape(shift, total.shape());
}

Value reduced(const ComposeContext& c, std::string_view op, const Value& x) {
  return c.builder.call(op, {x}, {c.get("axis"), c.get("keepdims")});
}

// The norm of the matrices in two axes: the largest or smallest sum of magnitudes in a column
// (orders 1 and -1) or in a row (infinite orders).
Result<Value> matrix_norm(const ComposeContext& c, const Value& x, uint32_t mask, double order) {
  const auto axes = c.ints("axis");
  const bool over_rows = std::fabs(order) == 1;
  if (!over_rows && !std::isinf(order))
    return errors::unsupported("norm", "`ord` of matrices must be None, 1, -1, inf or -inf; got ",
                               order);
  const int64_t summed[] = {axes[over_rows ? 0 : 1]}, searched[] = {axes[over_rows ? 1 : 0]};
  const Value sums = sum(c.builder.call("abs", {x}), summed, true);
  const Value found = c.builder.call(order > 0 ? "max" : "min", {sums},
                                     {Argument::of_ints(searched), Argument::of_bool(true)});
  return reshape(found, rules::reduced_shape(x.shape(), mask, c.flag("keepdims")));
}

// (Σ |x|^p)^(1 / p) with p = `order`. The derivative is taken as 0 where the norm is 0 and, for p
// below 1, where an element is 0: powers have infinite slopes there.
Value of_order(const ComposeContext& c, const Value& x, const Value& size, double order) {
  const auto power = [&](const Value& base, double exponent) {
    return c.builder.call("power", {base, scalar(x, exponent)});
  };
  const auto where_positive = [&](const Value& base, double exponent) {
    const Value is_positive = greater(base, scalar(base, 0));
    const Value at_zero = c.builder.call("stop_gradient", {power(base, exponent)});
    return where(is_positive, power(where(is_positive, base, scalar(base, 1)), exponent), at_zero);
  };
  const Value powers = order < 1 ? where_positive(size, order) : power(size, order);
  const Value total = reduced(c, "sum", powers);
  if (order > 0) return where_positive(total, 1 / order);
  // For negative p an element of 0 makes the total infinite, and the norm 0.
  const Value is_finite = c.builder.call("isfinite", {total});
  const Value at_infinity = c.builder.call("stop_gradient", {power(total, 1 / order)});
  return where(is_finite, power(where(is_finite, total, scalar(total, 1)), 1 / order), at_infinity);
}

Result<Value> norm_of(const ComposeContext& c, const Value& x) {
  WEFT_ASSIGN(const uint32_t mask, reduced_axes(c));
  const double order = c.has("ord") ? c.real("ord") : 2;
  const size_t axes = c.has("axis") ? c.ints("axis").size() : static_cast<size_t>(x.rank());
  if (c.has("ord") && c.has("axis") && axes == 2) return matrix_norm(c, x, mask, order);
  if (c.has("ord") && axes != 1)
    return errors::invalid_value(
        "norm",
        "`axis` must be one axis for vectors or two for matrices where `ord` is given; got ", axes,
        " axes");
  if (order == 2) return root_from_zero(reduced(c, "sum", c.builder.call("square", {x})));
  const Value size = c.builder.call("abs", {x});
  if (std::isinf(order)) return reduced(c, order > 0 ? "max" : "min", size);
  if (order == 1) return reduced(c, "sum", size);
  if (order == 0) {
    // The norm of order 0 is a count. The sign of the zeros keeps the history, with derivatives of
    // 0.
    const Value is_there = c.builder.call("not_equal", {x, scalar(x, 0)});
    return reduced(c, "sum", where(is_there, scalar(x, 1), c.builder.call("sign", {x})));
  }
  return of_order(c, x, size, order);
}

// Halves are computed in float32: their squares soon exceed the largest half.
Result<Value> norm(const ComposeContext& c) {
  const Value& x = c.in(0);
  const bool is_half = size_of(x.dtype()) < 4;
  WEFT_ASSIGN(const Value found, norm_of(c, is_half ? cast(x, DType::kFloat32) : x));
  return cast(found, x.dtype());
}

}  // namespace

WEFT_OP(logsumexp) {
  op.doc("Logarithm of the sum of exponentials over axes, without overflow.")
      .in(Namespace::kNpx)
      .input("x", "any real dtype; bool and integers become the default float");
  reduce_attributes(op);
  op.promote(Promotion::kFloat).compose(checked<logsumexp>).like("scipy.special.logsumexp");
  sample_reduction(op);
}

WEFT_OP(norm) {
  op.doc(
        "Length of vectors or matrices over axes; by default the root of the sum of squares, whose "
        "gradient at zero is zero.")
      .in(Namespace::kNpx)
      .input("x", "any real dtype; bool and integers become the default float")
      .optional(AttributeKind::kFloat, "ord",
                "order: any of vectors, 1, -1, inf or -inf of matrices; none: 2, of all axes");
  reduce_attributes(op);
  op.promote(Promotion::kFloat)
      .compose(checked<norm>)
      .like("numpy.linalg.norm")
      .domain(0.5, 2)
      .sample(R"({"shapes": [[2, 3, 4]], "axis": [0, 2]})")
      .sample(R"({"shapes": [[2, 3]], "axis": 1, "ord": 3, "keepdims": true})")
      .sample(R"({"shapes": [[2, 3]], "axis": 0, "ord": 1})")
      .sample(R"({"shapes": [[2, 3]], "axis": [0, 1], "ord": 1})")
      .sample(R"({"shapes": [[2, 3]], "axis": [1, 0], "ord": -1, "keepdims": true})")
      .sample(R"({"shapes": [[0, 3]], "axis": 1})")
      .sample(R"({"shapes": [[5]]})");
}

}  // namespace weft::ops

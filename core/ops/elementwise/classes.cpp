// Questions about the kind of a number (NaN, infinite, negative), as bool, and operators that
// replace the odd ones. All are composites of comparisons and choices.

#include <limits>

#include "ops/elementwise/families_impl.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Value magnitude(const ComposeContext& c) { return c.builder.call("abs", {c.in(0)}); }

// NaN is the only value that differs from itself.
Values isnan(const ComposeContext& c) { return {c.builder.call("not_equal", {c.in(0), c.in(0)})}; }
Values isinf(const ComposeContext& c) { return {equal(magnitude(c), scalar(c.in(0), kInfinity))}; }
Values isfinite(const ComposeContext& c) {
  return {c.builder.call("less", {magnitude(c), scalar(c.in(0), kInfinity)})};
}

// Zero has a sign, too, and only copysign sees it.
Values signbit(const ComposeContext& c) {
  const Value& x = c.in(0);
  const Value signed_one =
      is_floating(x.dtype()) ? c.builder.call("copysign", {scalar(x, 1), x}) : x;
  return {c.builder.call("less", {signed_one, Value(&c.builder, Argument::of_int(0))})};
}

Values logical_xor(const ComposeContext& c) {
  return {c.builder.call("not_equal", {c.builder.call("logical_not", {c.in(0)}),
                                       c.builder.call("logical_not", {c.in(1)})})};
}

// Each operand is replaced by the other one where it is NaN; NaN is left only where both are NaN.
Values without_nan(const ComposeContext& c, std::string_view extreme) {
  const Value& a = c.in(0);
  const Value& b = c.in(1);
  const Value first = where(c.builder.call("not_equal", {a, a}), b, a);
  const Value second = where(c.builder.call("not_equal", {b, b}), a, b);
  return {c.builder.call(extreme, {first, second})};
}

// The upper bound is applied last, so it wins if the bounds cross, as in NumPy.
Values clip(const ComposeContext& c) {
  const auto bound = [&](size_t i) { return i < c.inputs.size() ? c.in(i) : Value(); };
  const Value low = bound(1), high = bound(2);
  if (!low && !high) return {c.builder.call("copy", {c.in(0)})};
  Value x = c.in(0);
  if (low) x = c.builder.call("maximum", {x, low});
  if (high) x = c.builder.call("minimum", {x, high});
  return {x};
}

// The largest finite number of the dtype.
double largest(DType dtype) {
  switch (dtype) {
    case DType::kFloat16: return 65504;
    case DType::kBFloat16: return 0x1.fep127;
    case DType::kFloat32: return std::numeric_limits<float>::max();
    default: return std::numeric_limits<double>::max();
  }
}

Values nan_to_num(const ComposeContext& c) {
  const Value& x = c.in(0);
  if (!is_floating(x.dtype())) return {c.builder.call("copy", {x})};
  const double maximum = largest(x.dtype());
  const double high = c.has("posinf") ? c.real("posinf") : maximum;
  const double low = c.has("neginf") ? c.real("neginf") : -maximum;
  const Value real = where(c.builder.call("not_equal", {x, x}), scalar(x, c.real("nan")), x);
  const Value bounded = where(equal(x, scalar(x, kInfinity)), scalar(x, high), real);
  return {where(equal(x, scalar(x, -kInfinity)), scalar(x, low), bounded)};
}

// A question has a bool for each element and no gradient.
OpDef& question(OpDef& op, Composition composition) {
  op.input("x", "any real dtype").no_gradient("piecewise constant").compose(composition);
  op.sample(R"({"shapes": [[3]], "dtypes": ["int64"]})");
  return sample_unary(op);
}

}  // namespace

WEFT_OP(isnan) {
  question(op, isnan).doc("Truth of x being NaN, element by element.").like("numpy.isnan");
}
WEFT_OP(isinf) {
  question(op, isinf)
      .doc("Truth of x being infinite, of either sign, element by element.")
      .like("numpy.isinf");
}
WEFT_OP(isfinite) {
  question(op, isfinite)
      .doc("Truth of x being neither infinite nor NaN, element by element.")
      .like("numpy.isfinite");
}
WEFT_OP(signbit) {
  question(op, signbit)
      .doc("Truth of x having a minus sign, zeros and NaN included, element by element.");
}

WEFT_OP(logical_xor) {
  op.doc("Truth of either x1 or x2, not both, element by element; anything but zero is true.")
      .input("x1", "any real dtype")
      .input("x2", "second operand, broadcast against `x1`")
      .infer(rules::broadcast)
      .no_gradient("piecewise constant")
      .compose(logical_xor)
      .like("numpy.logical_xor");
  sample_binary(op, "\"bool\"");
  sample_binary(op);
}

WEFT_OP(fmax) {
  op.doc("The larger of two arrays, element by element; NaN only where both are NaN.")
      .input("x1", "any real dtype")
      .input("x2", "second operand, broadcast against `x1`")
      .promote(Promotion::kCommon)
      .infer(rules::broadcast)
      .compose([](const ComposeContext& c) { return without_nan(c, "maximum"); })
      .like("numpy.fmax");
  sample_binary(op);
}
WEFT_OP(fmin) {
  op.doc("The smaller of two arrays, element by element; NaN only where both are NaN.")
      .input("x1", "any real dtype")
      .input("x2", "second operand, broadcast against `x1`")
      .promote(Promotion::kCommon)
      .infer(rules::broadcast)
      .compose([](const ComposeContext& c) { return without_nan(c, "minimum"); })
      .like("numpy.fmin");
  sample_binary(op);
}

WEFT_OP(clip) {
  op.doc("x held within bounds, element by element; NaN stays NaN. The upper bound wins.")
      .input("x", "any real dtype")
      .optional_input("min", "lower bound, broadcast against `x`; none leaves it open")
      .optional_input("max", "upper bound, broadcast against `x`; none leaves it open")
      .promote(Promotion::kCommon)
      .infer(rules::broadcast)
      .compose(clip)
      .like("numpy.clip")
      .sample(R"({"shapes": [[2, 3], [], [3]]})")
      .sample(R"({"shapes": [[2, 1, 3], [4, 1], []]})")
      .sample(R"({"shapes": [[0], [], []]})")
      .sample(R"({"shapes": [[], [], []]})")
      .sample(R"({"shapes": [[4], [4]]})")
      .sample(R"({"shapes": [[2, 3], null, [3]]})")
      .sample(R"({"shapes": [[3]]})");
}

WEFT_OP(nan_to_num) {
  op.doc("x with numbers in the place of NaN and infinities, element by element.")
      .input("x", "any real dtype")
      .real("nan", 0, "takes the place of NaN")
      .optional(AttributeKind::kFloat, "posinf", "that of infinity; none: the largest number")
      .optional(AttributeKind::kFloat, "neginf", "that of -infinity; none: the smallest number")
      .compose(nan_to_num)
      .sample(R"({"shapes": [[2, 3]], "nan": 1.5, "posinf": 2, "neginf": -3})");
  sample_unary(op);
}

}  // namespace weft::ops

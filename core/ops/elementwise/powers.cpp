// Powers, squares among them, reciprocals of roots, and lengths.

#include "base/errors.h"
#include "ops/elementwise/families_impl.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// Both follow from the output y: d(1 / x) = -y² dx, and d x^(-1/2) = -y³ / 2 dx.
Values reciprocal_gradient(const GradContext& g) { return {-(g.dout() * (g.out() * g.out()))}; }

Values rsqrt_gradient(const GradContext& g) {
  return {g.dout() * (g.out() * g.out() * g.out() * -0.5)};
}

Values square_gradient(const GradContext& g) { return {g.dout() * (2.0 * g.in(0))}; }

Values hypot_gradient(const GradContext& g) {
  // The length has a kink at the origin; its derivative there is taken as 0.
  const Value is_origin = equal(g.out(), scalar(g.out(), 0));
  const Value share =
      where(is_origin, g.out(), g.dout() / where(is_origin, scalar(g.out(), 1), g.out()));
  return {share * g.in(0), share * g.in(1)};
}

// d x^y = y x^(y - 1) dx + x^y log(x) dy. Where one factor is zero the other may be infinite: x^(y
// - 1) for y = 0, and log(x) for x = 0. The product is 0 there, and the infinity is kept out.
Values pow_gradient(const GradContext& g) {
  const Value& x = g.in(0);
  const Value& y = g.in(1);
  const Value zero = scalar(g.dout(), 0);
  Value of_base, of_exponent;
  if (g.needs(0)) {
    const Value slope = y * g.builder().call("pow", {x, y - 1.0});
    of_base = where(equal(y, zero), zero, g.dout() * slope);
  }
  if (g.needs(1)) {
    const Value is_zero = equal(x, zero);
    const Value slope = g.out() * log(where(is_zero, scalar(g.dout(), 1), x));
    of_exponent = where(is_zero, zero, g.dout() * slope);
  }
  return {of_base, of_exponent};
}

// If the exponent is a number with an operator of its own, the power becomes that operator. This
// happens here and nowhere else, so that every way to write a power gives the same bits.
Result<Value> power(const ComposeContext& c) {
  const Value& x = c.in(0);
  const Value& y = c.in(1);
  if (y.is_scalar() && !x.is_scalar()) {
    const double exponent = y.scalar().as_double();
    const bool floats = is_floating(x.dtype());
    // Only signed dtypes are asked: for uint64, an exponent of 2^63 or more is a negative integer
    // with the same bits.
    if (kind_of(x.dtype()) == DTypeKind::kSigned && y.scalar().tag != Tag::kFloat && exponent < 0)
      return errors::invalid_value("power", "`x2` must not be negative for an array of ", x.dtype(),
                                   "; got ", y.scalar().integer,
                                   "; integers have no negative powers, cast with "
                                   "`x1.astype('float32')`");
    const auto square = [&](const Value& of) { return c.builder.call("square", {of}); };
    if (exponent == 2) return square(x);
    // The products are within 2 ulp of the power. Halves would be rounded between the products.
    if (size_of(x.dtype()) >= 4 || (!floats && x.dtype() != DType::kBool)) {
      if (exponent == 3) return square(x) * x;
      if (exponent == 4) return square(square(x));
      if (floats && exponent == -2) return square(c.builder.call("reciprocal", {x}));
    }
    if (floats && exponent == 0.5) return c.builder.call("sqrt", {x});
    if (floats && exponent == -1) return c.builder.call("reciprocal", {x});
  }
  return c.builder.call("pow", {x, y});
}

}  // namespace

WEFT_OP(reciprocal) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kReciprocal);
  op.doc("1 / x, element by element; integers give the default float.")
      .gradient(reciprocal_gradient)
      .like("numpy.reciprocal")
      .domain(0.5, 3);
}

WEFT_OP(rsqrt) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kRsqrt);
  op.doc("1 / sqrt(x), element by element.")
      .in(Namespace::kNpx)
      .gradient(rsqrt_gradient)
      .domain(0.3, 4);
}

WEFT_OP(hypot) {
  binary(op, Promotion::kFloat, kernels::FormulaId::kHypot);
  op.doc("Length sqrt(x1^2 + x2^2) without overflow, element by element.")
      .gradient(hypot_gradient)
      .like("numpy.hypot")
      .domain(0.3, 3);
}

WEFT_OP(square) {
  unary(op, Promotion::kCommon, kernels::FormulaId::kSquare);
  op.doc("Product of each element with itself.").gradient(square_gradient).like("numpy.square");
}

WEFT_OP(pow) {
  binary(op, Promotion::kCommon, kernels::FormulaId::kPower, "any real dtype but bool");
  op.doc("x1 to the power of x2, by the general formula, element by element.")
      .in(Namespace::kInternal)
      .gradient(pow_gradient)
      .like("numpy.power")
      .domain(0.4, 2.5);
}

WEFT_OP(power) {
  op.doc(
        "x1 to the power of x2, element by element. Integers wrap; their negative powers are "
        "truncated to 0, 1 or -1, and refused where the exponent is a number.")
      .input("x1", "any real dtype but bool")
      .input("x2", "exponent, broadcast against `x1`")
      .promote(Promotion::kCommon)
      .infer(rules::broadcast)
      .compose(checked<power>)
      .like("numpy.power")
      .domain(0.4, 2.5)
      .sample(R"({"shapes": [[3], [3]], "dtypes": ["int64", "int64"]})");
  sample_binary(op);
}

}  // namespace weft::ops

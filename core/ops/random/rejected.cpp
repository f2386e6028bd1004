// Random numbers that are drawn by rejection or choice, and have gradients nonetheless: those of
// the number whose rank among all numbers stays (kernels/random/slopes.h). They have no derivatives
// of second order.
#include "ops/random/samplers_impl.h"

namespace weft::ops {
namespace {

Values gamma_gradient(const GradContext& g) {
  const Value slope = g.builder().call("gamma_slope", {g.in(0), log(g.out())});
  return {g.dout() * (g.out() * slope)};
}

Values log_gamma_gradient(const GradContext& g) {
  return {g.dout() * g.builder().call("gamma_slope", {g.in(0), g.out()})};
}

Values wald_gradient(const GradContext& g) {
  const Value& mean = g.in(0);
  const Value& scale = g.in(1);
  const Value slope = g.builder().call("wald_slope", {mean, scale, g.out()});
  return {g.dout() * slope, g.needs(1) ? g.dout() * ((g.out() - mean * slope) / scale) : Value()};
}

Values vonmises_gradient(const GradContext& g) {
  return {g.dout() * g.builder().call("vonmises_slope", {g.in(0), g.out()})};
}

// What all four samples of an operator with one parameter are.
void sample_one(OpDef& op) {
  op.sample(R"({"shapes": [[3, 5]]})")
      .sample(R"({"shapes": [[101]]})")
      .sample(R"({"shapes": [[]]})")
      .sample(R"({"shapes": [[2, 0]]})");
}

}  // namespace

WEFT_OP(standard_gamma) {
  op.doc("Random numbers of the gamma distribution of scale 1; NaN where there is none.")
      .in(Namespace::kInternal)
      .input("shape", "float32 or float64: the shape parameter, at least 0")
      .gradient(gamma_gradient)
      .domain(0.3, 9);
  sample_one(op);
  draws<kernels::sample_gamma>(op);
}

WEFT_OP(log_standard_gamma) {
  op.doc("Logarithms of random numbers of the gamma distribution; NaN where there is none.")
      .in(Namespace::kInternal)
      .input("shape", "float32 or float64: the shape parameter, at least 0")
      .gradient(log_gamma_gradient)
      .domain(0.3, 9);
  sample_one(op);
  draws<kernels::sample_log_gamma>(op);
}

WEFT_OP(gamma_slope) {
  op.doc("How the logarithm of a gamma number moves with the shape parameter.")
      .in(Namespace::kInternal)
      .input("shape", "float32 or float64: the shape parameter, above 0")
      .input("logarithm", "of the number, of the same shape")
      .domain(-2, 2)
      .sample(R"({"shapes": [[3, 5], [3, 5]], "ranges": [[0.1, 9], null]})")
      .sample(R"({"shapes": [[101], [101]], "ranges": [[90, 110], [4.2, 4.8]]})")
      .sample(R"({"shapes": [[], []], "ranges": [[0.01, 0.02], null]})")
      .sample(R"({"shapes": [[2, 0], [2, 0]], "ranges": [[0.1, 9], null]})");
  slopes<kernels::slope_of_log_gamma>(op);
}

WEFT_OP(wald) {
  op.doc("Random numbers of Wald's distribution; NaN where there is none.")
      .in(Namespace::kInternal)
      .input("mean", "float32 or float64: above 0")
      .input("scale", "of the same shape, above 0")
      .gradient(wald_gradient)
      .domain(0.3, 4)
      .sample(R"({"shapes": [[3, 5], [3, 5]]})")
      .sample(R"({"shapes": [[101], [101]]})")
      .sample(R"({"shapes": [[], []]})")
      .sample(R"({"shapes": [[2, 0], [2, 0]]})");
  draws<kernels::sample_wald>(op);
}

WEFT_OP(wald_slope) {
  op.doc("How a number of Wald's distribution moves with the mean.")
      .in(Namespace::kInternal)
      .input("mean", "float32 or float64: above 0")
      .input("scale", "of the same shape, above 0")
      .input("x", "the number, of the same shape")
      .domain(0.3, 4)
      .sample(R"({"shapes": [[3, 5], [3, 5], [3, 5]]})")
      .sample(R"({"shapes": [[101], [101], [101]], "ranges": [null, [40, 90], null]})")
      .sample(R"({"shapes": [[], [], []]})")
      .sample(R"({"shapes": [[2, 0], [2, 0], [2, 0]]})");
  slopes<kernels::slope_of_wald>(op);
}

WEFT_OP(vonmises) {
  op.doc("Random angles of the distribution of von Mises; NaN where there is none.")
      .in(Namespace::kInternal)
      .input("kappa", "float32 or float64: how close to 0 they are, at least 0")
      .gradient(vonmises_gradient)
      .domain(0.3, 9);
  sample_one(op);
  draws<kernels::sample_vonmises>(op);
}

WEFT_OP(vonmises_slope) {
  op.doc("How a random angle moves with the concentration.")
      .in(Namespace::kInternal)
      .input("kappa", "float32 or float64: at least 0")
      .input("x", "the angle, of the same shape")
      .domain(-3, 3)
      .sample(R"({"shapes": [[3, 5], [3, 5]], "ranges": [[0.1, 9], null]})")
      .sample(R"({"shapes": [[101], [101]], "ranges": [[20, 90], [-0.5, 0.5]]})")
      .sample(R"({"shapes": [[], []], "ranges": [[0.1, 2], null]})")
      .sample(R"({"shapes": [[2, 0], [2, 0]], "ranges": [[0.1, 9], null]})");
  slopes<kernels::slope_of_vonmises>(op);
}

}  // namespace weft::ops

#include "ops/elementwise/families.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) {
  return {g.builder().call("sigmoid_gradient", {g.dout(), g.out()})};
}

}  // namespace

WEFT_OP(sigmoid) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kSigmoid);
  op.doc("Logistic function 1 / (1 + exp(-x)), element by element.")
      .in(Namespace::kNpx)
      .gradient(gradient)
      .like("scipy.special.expit");
}

// An operator, so that eager code computes it in one pass.
WEFT_OP(sigmoid_gradient) {
  op.doc("The cotangent of sigmoid's argument.")
      .in(Namespace::kInternal)
      .input("dout", "floating, the cotangent of its result")
      .input("y", "floating, its result")
      .promote(Promotion::kCommon)
      .infer(floating_pair)
      .compose([](const ComposeContext& c) {
        const Value &dout = c.in(0), &y = c.in(1);
        return Values{dout * y * (1.0 - y)};
      })
      .sample(R"({"shapes": [[2, 3], [2, 3]]})");
}

}  // namespace weft::ops

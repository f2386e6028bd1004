#include "ops/elementwise/families.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) {
  return {g.builder().call("tanh_gradient", {g.dout(), g.out()})};
}

}  // namespace

WEFT_OP(tanh) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kTanh);
  op.doc("Hyperbolic tangent, element by element.").gradient(gradient).like("numpy.tanh");
}

// An operator, so that eager code computes it in one pass.
WEFT_OP(tanh_gradient) {
  op.doc("The cotangent of tanh's argument.")
      .in(Namespace::kInternal)
      .input("dout", "floating, the cotangent of its result")
      .input("y", "floating, its result")
      .promote(Promotion::kCommon)
      .infer(floating_pair)
      .compose([](const ComposeContext& c) {
        const Value &dout = c.in(0), &y = c.in(1);
        return Values{dout * (1.0 - y * y)};
      })
      .sample(R"({"shapes": [[2, 3], [2, 3]]})");
}

}  // namespace weft::ops

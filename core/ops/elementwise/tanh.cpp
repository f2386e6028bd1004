#include "kernels/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {g.dout() * (1.0 - g.out() * g.out())}; }

}  // namespace

WEFT_OP(tanh) {
  op.doc("Hyperbolic tangent, element by element.")
      .input("x", "any real dtype; bool and integers become the default float")
      .promote(Promotion::kFloat)
      .infer(rules::broadcast)
      .gradient(gradient)
      .kernel(kernels::FormulaId::kTanh)
      .like("numpy.tanh")
      .sample(R"({"shapes": [[2, 3]]})")
      .sample(R"({"shapes": [[]]})");
}

}  // namespace weft::ops

#include "kernels/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {g.dout() * g.out() * (1.0 - g.out())}; }

}  // namespace

WEFT_OP(sigmoid) {
  op.doc("Logistic function 1 / (1 + exp(-x)), element by element.")
      .in(Namespace::kNpx)
      .input("x", "any real dtype; bool and integers become the default float")
      .promote(Promotion::kFloat)
      .infer(rules::broadcast)
      .gradient(gradient)
      .kernel(kernels::FormulaId::kSigmoid)
      .like("scipy.special.expit")
      .sample(R"({"shapes": [[2, 3]]})")
      .sample(R"({"shapes": [[]]})");
}

}  // namespace weft::ops

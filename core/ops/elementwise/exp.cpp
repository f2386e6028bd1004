#include "kernels/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {g.dout() * g.out()}; }

}  // namespace

WEFT_OP(exp) {
  op.doc("Exponential function, element by element.")
      .input("x", "any real dtype; bool and integers become the default float")
      .promote(Promotion::kFloat)
      .infer(rules::broadcast)
      .gradient(gradient)
      .kernel(kernels::FormulaId::kExp)
      .like("numpy.exp")
      .sample(R"({"shapes": [[2, 3]]})")
      .sample(R"({"shapes": [[]]})");
}

}  // namespace weft::ops

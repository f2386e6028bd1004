#include "kernels/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {g.dout() / g.in(0)}; }

}  // namespace

WEFT_OP(log) {
  op.doc("Natural logarithm, element by element.")
      .input("x", "any real dtype; bool and integers become the default float")
      .promote(Promotion::kFloat)
      .infer(rules::broadcast)
      .gradient(gradient)
      .kernel(kernels::FormulaId::kLog)
      .like("numpy.log")
      .domain(0.2, 4)
      .sample(R"({"shapes": [[2, 3]]})")
      .sample(R"({"shapes": [[]]})");
}

}  // namespace weft::ops

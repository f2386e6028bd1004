#include "kernels/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// The derivative at 0 is taken as 0; the output alone tells where that is.
Values gradient(const GradContext& g) {
  return {where(greater(g.out(), scalar(g.out(), 0)), g.dout(), scalar(g.dout(), 0))};
}

}  // namespace

WEFT_OP(relu) {
  op.doc("Positive part max(x, 0), element by element; NaN stays NaN.")
      .in(Namespace::kNpx)
      .input("x", "any real dtype")
      .promote(Promotion::kCommon)
      .infer(rules::broadcast)
      .gradient(gradient)
      .kernel(kernels::FormulaId::kRelu)
      .like("torch.nn.functional.relu")
      .sample(R"({"shapes": [[2, 3]]})")
      .sample(R"({"shapes": [[]]})");
}

}  // namespace weft::ops

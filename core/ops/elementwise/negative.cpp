#include "kernels/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {-g.dout()}; }

}  // namespace

WEFT_OP(negative) {
  op.doc("The negative, element by element.")
      .input("x", "any real dtype")
      .promote(Promotion::kCommon)
      .infer(rules::broadcast)
      .gradient(gradient)
      .kernel(kernels::FormulaId::kNegative)
      .like("numpy.negative")
      .sample(R"({"shapes": [[2, 3]]})")
      .sample(R"({"shapes": [[]]})");
}

}  // namespace weft::ops

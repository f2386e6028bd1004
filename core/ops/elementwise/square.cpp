#include "kernels/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {g.dout() * (2.0 * g.in(0))}; }

}  // namespace

WEFT_OP(square) {
  op.doc("Product of each element with itself.")
      .input("x", "any real dtype")
      .promote(Promotion::kCommon)
      .infer(rules::broadcast)
      .gradient(gradient)
      .kernel(kernels::FormulaId::kSquare)
      .like("numpy.square")
      .sample(R"({"shapes": [[2, 3]]})");
}

}  // namespace weft::ops

#include "kernels/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {g.dout() * g.builder().call("sign", {g.in(0)})}; }

}  // namespace

WEFT_OP(abs) {
  op.doc("Absolute value, element by element.")
      .input("x", "any real dtype")
      .promote(Promotion::kCommon)
      .infer(rules::broadcast)
      .gradient(gradient)
      .kernel(kernels::FormulaId::kAbsolute)
      .like("numpy.abs")
      .sample(R"({"shapes": [[2, 3]]})")
      .sample(R"({"shapes": [[]]})");
}

}  // namespace weft::ops

// An operator with a gradient rule on a formula that is there already, in one file.
#include "kernels/elementwise/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {g.dout() * g.in(1), g.dout() * g.in(0)}; }

}  // namespace

WEFT_OP(throwaway_product) {
  op.doc("Product of two arrays, element by element.")
      .in(Namespace::kNpx)
      .input("a", "any real dtype: first factor")
      .input("b", "second factor, broadcast against `a`")
      .promote(Promotion::kCommon)
      .infer(rules::broadcast)
      .gradient(gradient)
      .kernel(kernels::FormulaId::kMultiply)
      .like("numpy.multiply")
      .sample(R"({"shapes": [[2, 3], [2, 3]]})")
      .sample(R"({"shapes": [[2, 1, 3], [4, 1]]})");
}

}  // namespace weft::ops

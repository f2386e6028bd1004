// Choice by a mask: the cotangent goes to the side that was chosen, zeros to the other. A NaN on
// the side that was not chosen stays out of the gradient.

#include "base/errors.h"
#include "kernels/elementwise/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Result<Types> infer(const InferContext& c) {
  if (c.in[0].dtype != DType::kBool)
    return errors::invalid_type("where", "`condition` must be bool; got ", c.in[0].dtype,
                                "; compare it: `condition != 0`");
  return rules::broadcast(c);
}

Values gradient(const GradContext& g) {
  const Value zero = scalar(g.dout(), 0);
  return {Value(), where(g.in(0), g.dout(), zero), where(g.in(0), zero, g.dout())};
}

}  // namespace

WEFT_OP(where) {
  op.doc("Elements of `x` where the condition holds, else of `y`.")
      .index_input("condition", "bool: mask, broadcast against the others")
      .input("x", "any dtype, taken where true")
      .input("y", "taken where false")
      .promote(Promotion::kCommon)
      .computes(Precision::kFollows)
      .infer(infer)
      .gradient(gradient)
      .kernel(kernels::FormulaId::kWhere)
      .like("numpy.where")
      .sample(R"({"shapes": [[2, 3], [2, 3], [3]], "dtypes": ["bool", null, null]})")
      .sample(R"({"shapes": [[3], [], [2, 1]], "dtypes": ["bool", null, null]})")
      .sample(R"({"shapes": [[], [], []], "dtypes": ["bool", null, null]})")
      .sample(R"({"shapes": [[0, 3], [3], [1, 3]], "dtypes": ["bool", null, null]})");
}

}  // namespace weft::ops

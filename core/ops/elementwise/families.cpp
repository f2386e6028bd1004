#include "ops/elementwise/families.h"

#include "ops/rules.h"

namespace weft::ops {

OpDef& unary(OpDef& op, Promotion promotion, kernels::FormulaId formula) {
  const bool floats = promotion == Promotion::kFloat;
  op.input("x",
           floats ? "any real dtype; bool and integers become the default float" : "any real dtype")
      .promote(promotion)
      .infer(rules::broadcast)
      .kernel(formula);
  return sample_unary(op);
}

OpDef& binary(OpDef& op, Promotion promotion, kernels::FormulaId formula) {
  op.input("x1", "first operand")
      .input("x2", "second operand, broadcast against `x1`")
      .promote(promotion)
      .infer(rules::broadcast)
      .kernel(formula);
  return sample_binary(op);
}

OpDef& sample_unary(OpDef& op, std::string_view dtype) {
  for (std::string_view shape : {"[2, 3]", "[]", "[0]", "[2, 1, 3]"})
    op.sample("{\"shapes\": [" + std::string(shape) + "], \"dtypes\": [" + std::string(dtype) +
              "]}");
  return op;
}

OpDef& sample_binary(OpDef& op, std::string_view dtype) {
  const std::string both = std::string(dtype) + ", " + std::string(dtype);
  for (std::string_view shapes :
       {"[2, 3], [2, 3]", "[2, 1, 3], [4, 1]", "[5], []", "[], []", "[0, 3], [3]"})
    op.sample("{\"shapes\": [" + std::string(shapes) + "], \"dtypes\": [" + both + "]}");
  return op;
}

Values zero_gradient(const GradContext& g) { return Values(g.inputs()); }

}  // namespace weft::ops

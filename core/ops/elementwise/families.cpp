// The shared parts of elementwise definitions, and the samples with which the derived tests try
// them.

#include "ops/elementwise/families_impl.h"

#include "ops/rules.h"

namespace weft::ops {
namespace {

constexpr std::string_view kToFloat = "any real dtype; bool and integers become the default float";

}  // namespace

OpDef& unary(OpDef& op, Promotion promotion, kernels::FormulaId formula) {
  op.input("x", promotion == Promotion::kFloat ? kToFloat : "any real dtype")
      .promote(promotion)
      .infer(rules::broadcast)
      .kernel(formula);
  return sample_unary(op);
}

OpDef& binary(OpDef& op, Promotion promotion, kernels::FormulaId formula, std::string_view dtypes) {
  op.input("x1", promotion == Promotion::kFloat ? kToFloat : dtypes)
      .input("x2", "the same, broadcast against `x1`")
      .promote(promotion)
      .infer(rules::broadcast)
      .kernel(formula);
  return sample_binary(op);
}

OpDef& sample_unary(OpDef& op, std::string_view dtype) {
  if constexpr (!kKeepsAll) return op;
  for (std::string_view shape : {"[2, 3]", "[]", "[0]", "[2, 1, 3]"})
    op.sample("{\"shapes\": [" + std::string(shape) + "], \"dtypes\": [" + std::string(dtype) +
              "]}");
  return op;
}

OpDef& sample_binary(OpDef& op, std::string_view dtype) {
  if constexpr (!kKeepsAll) return op;
  const std::string both = std::string(dtype) + ", " + std::string(dtype);
  for (std::string_view shapes :
       {"[2, 3], [2, 3]", "[2, 1, 3], [4, 1]", "[5], []", "[], []", "[0, 3], [3]"})
    op.sample("{\"shapes\": [" + std::string(shapes) + "], \"dtypes\": [" + both + "]}");
  return op;
}

Values zero_gradient(const GradContext& g) { return Values(g.inputs()); }

}  // namespace weft::ops

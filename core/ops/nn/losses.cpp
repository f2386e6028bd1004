// The elementwise parts of losses, as composites: eager code computes them in one pass. Means over
// samples are taken outside (python/weft/gluon/loss.py).

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Value call(const Value& x, std::string_view op) { return x.builder().call(op, {x}); }

// Halved before the product: the square of a half-precision number soon exceeds the largest one.
Values half_squares(const ComposeContext& c) {
  const Value gap = c.in(0) - c.in(1);
  return {gap * (gap * 0.5)};
}

// Huber, "Robust Estimation of a Location Parameter" (1964), divided by rho. The signed difference
// is squared, not |gap|: the second derivative through |gap| would be 0 where both are equal.
Values huber(const ComposeContext& c) {
  const double rho = c.real("rho");
  const Value gap = c.in(0) - c.in(1), size = call(gap, "abs");
  const Value inside = call(gap, "square") * (0.5 / rho);
  return {where(greater(size, scalar(size, rho)), size - 0.5 * rho, inside)};
}

// -log(sigmoid(pred)) for label 1 and -log(sigmoid(-pred)) for label 0. exp(-|pred|) never
// overflows.
//
// It is written with choices, because each side is smooth at 0 and beyond; so derivatives of all
// orders are right there. relu(pred) and |pred| both have a derivative of 0 at 0, and these errors
// would not cancel.
Values logistic(const ComposeContext& c) {
  const Value &pred = c.in(0), &label = c.in(1);
  const Value is_positive = greater(pred, scalar(pred, 0));
  const Value rest = call(call(where(is_positive, -pred, pred), "exp"), "log1p");
  return {where(is_positive, pred, scalar(pred, 0)) - pred * label + rest};
}

OpDef& elements(OpDef& op, DocText doc, Composition composition) {
  return op.doc(doc)
      .in(Namespace::kInternal)
      .input("pred", "any real dtype; bool and integers become the default float")
      .input("label", "broadcast against pred")
      .promote(Promotion::kFloat)
      .compose(composition)
      .sample(R"({"shapes": [[2, 3], [2, 3]]})")
      .sample(R"({"shapes": [[4], []]})");
}

}  // namespace

WEFT_OP(half_square_elements) {
  elements(op, "Half of the squared difference of each element.", half_squares);
}

WEFT_OP(huber_elements) {
  elements(op, "Half of the squared difference divided by rho up to rho, then linear.", huber)
      .real("rho", 1, "where the loss becomes linear")
      .sample(R"({"shapes": [[5], [5]], "rho": 0.5})");
}

WEFT_OP(logistic_elements) {
  elements(op, "Cross entropy of sigmoid(pred) and a label between 0 and 1.", logistic);
}

}  // namespace weft::ops

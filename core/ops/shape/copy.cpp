// Copies: one with its gradient, and one that stops it.

#include "ops/rules.h"
#include "ops/slots/copy_slot.h"

namespace weft::ops {

WEFT_OP(copy) {
  op.doc("A new array with the same elements.")
      .input("x", "any dtype")
      .computes(Precision::kFollows)
      .infer(rules::same_as_input)
      .gradient([](const GradContext& g) { return Values{g.dout()}; })
      .kernel(copy_slot())
      .like("numpy.copy")
      .sample(R"({"shapes": [[2, 3]]})");
}

WEFT_OP(stop_gradient) {
  op.doc("The same elements as a constant: no gradient flows to `x`.")
      .in(Namespace::kNpx)
      .input("x", "any dtype")
      .computes(Precision::kFollows)
      .infer(rules::same_as_input)
      .gradient([](const GradContext&) { return Values{Value()}; })
      .kernel(copy_slot())
      .sample(R"({"shapes": [[2, 3]]})");
}

}  // namespace weft::ops

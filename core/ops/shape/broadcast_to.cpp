// Stretching an array to a shape. The transpose of repeating elements is summing them: the sweep
// does it, so the rule returns the cotangent itself.

#include "base/errors.h"
#include "ops/rules.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {
namespace {

Result<Types> infer(const InferContext& c) {
  const auto asked = c.ints("shape");
  WEFT_ASSIGN([[maybe_unused]] const int64_t elements,
              checked_elements(asked, "broadcast_to", "shape"));
  const Shape target(asked);
  WEFT_ASSIGN(const Shape shape, broadcast(c.in[0].shape, target, "broadcast_to", "x", "shape"));
  if (!(shape == target))
    return errors::invalid_value("broadcast_to", "`x` of shape ", c.in[0].shape,
                                 " does not broadcast to `shape` ", target);
  return Types{{c.in[0].dtype, shape}};
}

Status run(const KernelCall& call) {
  copy_elements(call.out[0], broadcast_view(call.in[0], shape_of(call.out[0])));
  return {};
}

Slot slot() {
  Slot s = copy_slot();
  s.run = run;
  return s;
}

}  // namespace

WEFT_OP(broadcast_to) {
  op.doc("The array stretched to a shape that it broadcasts to, as a new array.")
      .input("x", "any dtype")
      .required(AttributeKind::kInts, "shape", "extents of the result")
      .computes(Precision::kFollows)
      .infer(infer)
      .gradient([](const GradContext& g) { return Values{g.dout()}; })  // the sweep sums back
      .kernel(slot())
      .like("numpy.broadcast_to")
      .sample(R"({"shapes": [[2, 1]], "shape": [4, 2, 3]})");
}

}  // namespace weft::ops

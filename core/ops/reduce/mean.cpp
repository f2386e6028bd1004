#include "ops/reduce_slot.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Values compose(const ComposeContext& c) {
  const TensorType type = c.in(0).type();
  const Result<uint32_t> axes =
      rules::axes_mask(InferContext(c.op(), {&type, 1}, c.all()), "axis", type.shape.rank());
  if (!axes.ok()) {
    c.builder.fail(axes.status());
    return {c.in(0)};
  }
  const Value x = is_floating(type.dtype) ? c.in(0) : cast(c.in(0), DType::kFloat32);
  const Value total = c.builder.call("sum", {x}, {c.get("axis"), c.get("keepdims")});
  const int64_t kept = total.shape().elements();
  const int64_t count = kept == 0 ? 0 : type.shape.elements() / kept;
  return {total / static_cast<double>(count)};
}

}  // namespace

WEFT_OP(mean) {
  op.doc("Arithmetic mean over axes; bool and integers give the default float.")
      .input("x", "any real dtype");
  reduce_attributes(op);
  op.compose(compose)
      .like("numpy.mean")
      .sample(R"({"shapes": [[2, 3, 4]], "axis": [0, 2]})")
      .sample(R"({"shapes": [[5]]})")
      .sample(R"({"shapes": [[2, 3]], "axis": -1, "keepdims": true})");
}

}  // namespace weft::ops

#include "ops/rules.h"

namespace weft::ops {
namespace {

Values compose(const ComposeContext& c) {
  const Value log_probability =
      c.flag("from_logits") ? c.in(0) : c.builder.call("log_softmax", {c.in(0)}, {c.get("axis")});
  if (c.flag("sparse_label"))
    return {-c.builder.call("pick", {log_probability, c.in(1)}, {c.get("axis")})};
  const int64_t axis[] = {c.integer("axis")};
  return {-sum(log_probability * c.in(1), axis, false)};
}

}  // namespace

WEFT_OP(softmax_cross_entropy) {
  op.doc("Cross entropy of softmax(data) and labels, one loss per sample.")
      .in(Namespace::kNpx)
      .input("data", "scores, shape (..., C) when axis is -1")
      .index_input("label", "class indices without the axis, or probabilities of data's shape")
      .integer("axis", -1, "axis of the classes")
      .boolean("sparse_label", true, "labels are class indices")
      .boolean("from_logits", false, "data holds log-probabilities already")
      .compose(compose)
      .sample(R"({"shapes": [[4, 3], [4]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[4, 3], [4, 3]], "sparse_label": false})");
}

}  // namespace weft::ops

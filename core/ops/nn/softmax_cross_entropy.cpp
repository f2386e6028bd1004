#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Result<Types> check(const InferContext& c) {
  const Shape& data = c.in[0].shape;
  WEFT_ASSIGN(const int axis, normalize_axis(c.integer("axis"), data.rank(), c.op().name, "axis"));
  const Shape labels =
      c.flag("sparse_label") ? rules::reduced_shape(data, uint32_t{1} << axis, false) : data;
  if (c.in[1].shape != labels)
    return errors::invalid_value(c.op().name, "`label` must have shape ", labels,
                                 c.flag("sparse_label") ? ", `data`'s without the axis" : "",
                                 "; got ", c.in[1].shape);
  return Types();
}

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
      .input("data", "any real dtype: scores, shape (..., C) when axis is -1")
      .index_input(
          "label",
          "any real dtype: class indices without the axis, or probabilities of data's shape")
      .integer("axis", -1, "axis of the classes")
      .boolean("sparse_label", true, "labels are class indices")
      .boolean("from_logits", false, "data holds log-probabilities already")
      .infer(check)
      .compose(compose)
      .sample(R"({"shapes": [[4, 3], [4]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[4, 3], [4, 3]], "sparse_label": false})")
      .sample(R"({"shapes": [[2, 3, 4], [2, 4]], "dtypes": [null, "int32"], "axis": 1})")
      .sample(
          R"({"shapes": [[2, 3], [2, 3]], "axis": 0, "sparse_label": false, "from_logits": true})");
}

}  // namespace weft::ops

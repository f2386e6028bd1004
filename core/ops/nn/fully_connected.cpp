// The affine map x Wᵀ + b, as a composite: a plan fuses the bias into the product.

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Values refuse(const ComposeContext& c, Status status) {
  c.builder.fail(std::move(status));
  return {c.in(0)};
}

// x Wᵀ + b. The transpose only changes strides, which the product reads directly.
Values compose(const ComposeContext& c) {
  const Shape data = c.in(0).shape();
  const Shape weight = c.in(1).shape();
  if (data.rank() < 2)
    return refuse(c, errors::invalid_value("fully_connected",
                                           "`data` must have at least 2 axes; got shape ", data));
  const bool flatten = c.flag("flatten");
  const int64_t features =
      flatten ? Shape(data.span().subspan(1)).elements() : data[data.rank() - 1];
  if (weight.rank() != 2 || weight[1] != features)
    return refuse(
        c, errors::invalid_value("fully_connected", "`weight` must have shape (units, ", features,
                                 ") for `data` of shape ", data, "; got ", weight));
  if (c.inputs.size() > 2 && c.in(2) && c.in(2).shape() != Shape{weight[0]})
    return refuse(c, errors::invalid_value("fully_connected", "`bias` must have shape (", weight[0],
                                           ",); got ", c.in(2).shape()));
  // One product for all rows: then the gradient of the weight is one product, too, and no sum over
  // the leading axes.
  Shape leading(data.span().subspan(0, flatten ? 1 : static_cast<size_t>(data.rank() - 1)));
  const Value x = reshape(c.in(0), {leading.elements(), features});
  const Value product = matmul(x, swap_last_axes(c.in(1)));
  leading.push_back(weight[0]);
  const Value y = reshape(product, leading);
  return {c.inputs.size() > 2 && c.in(2) ? y + c.in(2) : y};
}

}  // namespace

WEFT_OP(fully_connected) {
  op.doc("Affine map of the features: data weightᵀ + bias.")
      .in(Namespace::kNpx)
      .input("data", "any real dtype, shape (N, ...) when flatten, else (..., features)")
      .input("weight", "shape (units, features)")
      .optional_input("bias", "shape (units,)")
      .boolean("flatten", true, "merge all axes of data but the first")
      .promote(Promotion::kExact)
      .compose(compose)
      .sample(R"({"shapes": [[2, 3, 2], [4, 6], [4]]})")
      .sample(R"({"shapes": [[2, 3], [4, 3]]})")
      .sample(R"({"shapes": [[2, 3, 5], [4, 5], [4]], "flatten": false})");
}

}  // namespace weft::ops

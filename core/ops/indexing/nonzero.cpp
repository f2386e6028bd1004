// Where a mask is true, as indices. The result's extent is a value of the mask, so it is given: who
// calls this has counted, or has an example of the count (graph/sizes.h), which may be any.
#include "base/errors.h"
#include "ops/kernel_call.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Result<Types> infer(const InferContext& c) {
  const Shape& mask = c.in[0].shape;
  if (c.in[0].dtype != DType::kBool)
    return errors::invalid_type("nonzero_rows", "`mask` must be bool; got ", c.in[0].dtype);
  const int64_t count = c.integer("count");
  if (count < 0)
    return errors::invalid_value("nonzero_rows", "`count` must be at least 0; got ", count);
  return Types{{DType::kInt64, Shape{mask.rank(), count}, {}}};
}

Status run(const KernelCall& call) {
  const TensorView& mask = call.in[0];
  const int64_t count = call.out[0].shape[1];
  const auto* truths = static_cast<const uint8_t*>(mask.data);
  auto* rows = static_cast<int64_t*>(call.out[0].data);
  const int64_t elements = elements_of(mask);
  int64_t found = 0;
  for (int64_t i = 0; i < elements; ++i) {
    if (!truths[i]) continue;
    if (found < count) {
      int64_t rest = i;
      for (int axis = mask.rank - 1; axis >= 0; --axis) {
        rows[axis * count + found] = rest % mask.shape[axis];
        rest /= mask.shape[axis];
      }
    }
    ++found;
  }
  if (found == count) return {};
  return errors::invalid_value("nonzero_rows", "`count` must be the number of true elements, ",
                               found, "; got ", count);
}

}  // namespace

WEFT_OP(nonzero_rows) {
  op.doc("Indices of the true elements in row-major order, one row for each axis.")
      .in(Namespace::kInternal)
      .input("mask", "bool")
      .required(AttributeKind::kInt, "count", "number of true elements")
      .infer(infer)
      .no_gradient("integers")
      .kernel(dense_slot(run))
      .sample(R"({"shapes": [[0, 3]], "dtypes": ["bool"], "count": 0})")
      // The counts are those of the masks that the tests draw.
      .sample(R"({"shapes": [[3, 4]], "dtypes": ["bool"], "count": 6})")
      .sample(R"({"shapes": [[2, 3, 2]], "dtypes": ["bool"], "count": 6})");
}

}  // namespace weft::ops

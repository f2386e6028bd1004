// The indices of a mask's true elements. The result's extent depends on the mask's values, so it is
// an attribute: the caller has counted, or has an example of the count, which may be any number
// (graph/sizes/sizes.h).

#include <algorithm>

#include "base/errors.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {
namespace {

Result<Types> infer(const InferContext& c) {
  const Shape& mask = c.in[0].shape;
  if (c.in[0].dtype != DType::kBool)
    return errors::invalid_type("nonzero_rows", "`mask` must be bool; got ", c.in[0].dtype);
  const int64_t count = c.integer("count");
  if (count < 0)
    return errors::invalid_value("nonzero_rows", "`count` must be at least 0; got ", count);
  return Types{{DType::kInt64, Shape{mask.rank(), count}}};
}

constexpr int64_t kBlock = 512;

// The positions of the true elements among at most kBlock; one store each and no branch to
// mispredict.
int64_t places_in(const uint8_t* truths, int64_t first, int64_t count, int64_t* places) {
  int64_t found = 0;
  for (int64_t i = 0; i < count; ++i) {
    places[found] = first + i;
    found += truths[i] != 0;
  }
  return found;
}

// Works along lines of the last axis: only that axis's indices are searched; the others stay the
// same.
Status run(const KernelCall& call) {
  const TensorView& mask = call.in[0];
  const int64_t count = call.out[0].shape[1], elements = elements_of(mask);
  const auto* truths = static_cast<const uint8_t*>(mask.data);
  auto* const rows = static_cast<int64_t*>(call.out[0].data);
  const int last = mask.rank - 1;
  const int64_t line = mask.rank > 0 ? mask.shape[last] : 1;
  int64_t index[kMaxRank] = {}, places[kBlock];
  int64_t found = 0;
  for (int64_t at = 0; at < elements; at += line) {
    for (int64_t first = 0; first < line; first += kBlock) {
      const int64_t n =
          places_in(truths + at + first, first, std::min(kBlock, line - first), places);
      if (const int64_t fit = std::min(n, count - found); fit > 0 && mask.rank > 0) {
        for (int axis = 0; axis < last; ++axis)
          std::fill_n(rows + axis * count + found, fit, index[axis]);
        std::copy_n(places, fit, rows + last * count + found);
      }
      found += n;
    }
    for (int axis = last - 1; axis >= 0 && ++index[axis] == mask.shape[axis]; --axis)
      index[axis] = 0;
  }
  if (found == count) return {};
  return errors::invalid_value("index", "the mask must choose as many elements as `value` has, ",
                               count, "; got ", found);
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

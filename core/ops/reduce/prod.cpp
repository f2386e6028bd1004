// The product over axes. Its partial derivative by an element is the product of all others.

#include "ops/reduce/scans_impl.h"
#include "ops/rules.h"
#include "ops/slots/reduce_slot.h"

namespace weft::ops {
namespace {

// That product is the one of all elements before it times the one of all behind it: without a
// division, which a zero would break. The reduced axes are moved to the end and merged to one.
Values gradient(const GradContext& g) {
  const TensorType type = g.in(0).type();
  const int rank = type.shape.rank();
  const uint32_t mask =
      rules::axes_mask(InferContext(g.op(), {&type, 1}, g.all()), "axis", rank).value();
  int64_t order[kMaxRank], back[kMaxRank];
  Shape moved, rows, results;
  int place = 0;
  int64_t length = 1;
  for (const bool reduced : {false, true}) {
    for (int axis = 0; axis < rank; ++axis) {
      if ((mask >> axis & 1) != static_cast<uint32_t>(reduced)) continue;
      back[axis] = place;
      order[place++] = axis;
      moved.push_back(type.shape[axis]);
      if (reduced)
        length *= type.shape[axis];
      else
        rows.push_back(type.shape[axis]);
    }
  }
  // Without a reduced axis there is nothing to multiply by, and at full rank no room for another
  // axis.
  if (mask == 0) return {g.dout()};
  results = rows;
  results.push_back(1);
  rows.push_back(length);
  const int last = rows.rank() - 1;
  const auto axes = [&](const int64_t* values) {
    return std::span<const int64_t>(values, static_cast<size_t>(rank));
  };
  const Value x = reshape(transpose(cast(g.in(0), g.dout().dtype()), axes(order)), rows);
  const Value before = recurrence(shifted(x, last, false, 1), Value(), last, false, 1);
  const Value behind = recurrence(shifted(x, last, true, 1), Value(), last, true, 1);
  const Value partial = before * behind * reshape(g.dout(), results);
  return {transpose(reshape(partial, moved), axes(back))};
}

}  // namespace

WEFT_OP(prod) {
  op.doc("Product over axes; bool and integers multiply in 64 bits. An empty product is 1.")
      .input("x", "any real dtype");
  reduce_attributes(op);
  accumulator_attribute(op);
  op.infer(infer_reduction<kernels::Reduction::kProd>)
      .gradient(gradient)
      .kernel(reduce_slot(kernels::Reduction::kProd))
      .like("numpy.prod")
      .sample(R"({"shapes": [[2, 0]], "axis": 1})")
      .sample(R"({"shapes": [[4, 3]], "axis": 0, "dtype": "float64", "dtypes": ["int32"]})");
  sample_reduction(op);
}

}  // namespace weft::ops

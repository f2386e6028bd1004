// The same elements in row-major order with another shape; a view if the strides allow. The
// gradient reshapes back.

#include "base/errors.h"
#include "ops/rules.h"
#include "ops/slots/copy_slot.h"

namespace weft::ops {
namespace {

// One extent may be -1: it is what remains.
Result<Types> infer(const InferContext& c) {
  const int64_t elements = c.in[0].shape.elements();
  const auto asked = c.ints("newshape");
  if (asked.size() > static_cast<size_t>(kMaxRank))
    return errors::rank_too_large("reshape", "newshape", static_cast<int64_t>(asked.size()));
  Shape shape;
  int64_t known = 1;
  int unknown = -1;
  for (int64_t extent : asked) {
    if (extent < -1 || (extent == -1 && unknown >= 0))
      return errors::invalid_value(
          "reshape", "`newshape` may have one -1 and else extents of at least 0; got ",
          Shape(asked));
    if (extent == -1)
      unknown = shape.rank();
    else if (__builtin_mul_overflow(known, extent, &known))
      return errors::too_many_elements("reshape", "newshape", Shape(asked));
    shape.push_back(extent);
  }
  const bool fits = unknown < 0 ? known == elements : known != 0 && elements % known == 0;
  if (!fits)
    return errors::invalid_value("reshape", "`newshape` ", Shape(asked),
                                 " must have as many elements as `x`, ", elements, "; got shape ",
                                 c.in[0].shape);
  if (unknown >= 0) shape[unknown] = elements / known;
  return Types{{c.in[0].dtype, shape}};
}

// Finds strides of the new shape on the old memory, if they exist: groups of old axes that are
// contiguous among themselves are divided into new axes (NumPy's _attempt_nocopy_reshape).
std::optional<Geometry> view(const InferContext&, const Geometry& input, const TensorType& output,
                             size_t) {
  Geometry result{output.shape, dense_strides(output.shape), input.offset};
  if (output.shape.elements() == 0 || is_dense(input.shape, input.strides)) return result;
  Shape old_shape;
  Shape old_strides;
  for (int axis = 0; axis < input.shape.rank(); ++axis) {
    if (input.shape[axis] == 1) continue;
    old_shape.push_back(input.shape[axis]);
    old_strides.push_back(input.strides[axis]);
  }
  // Old axes of extent 1 are gone by now. Each round takes the fewest old and new axes with equal
  // products.
  int old_begin = 0;
  int new_begin = 0;
  while (old_begin < old_shape.rank()) {
    int old_end = old_begin + 1;
    int new_end = new_begin + 1;
    int64_t old_product = old_shape[old_begin];
    int64_t new_product = output.shape[new_begin];
    while (old_product != new_product) {
      if (old_product < new_product)
        old_product *= old_shape[old_end++];
      else
        new_product *= output.shape[new_end++];
    }
    for (int axis = old_begin; axis + 1 < old_end; ++axis)
      if (old_strides[axis] != old_shape[axis + 1] * old_strides[axis + 1]) return std::nullopt;
    int64_t stride = old_strides[old_end - 1];
    for (int axis = new_end - 1; axis >= new_begin; --axis) {
      result.strides[axis] = stride;
      stride *= output.shape[axis];
    }
    old_begin = old_end;
    new_begin = new_end;
  }
  return result;
}

Values gradient(const GradContext& g) { return {reshape(g.dout(), g.in(0).shape())}; }

}  // namespace

WEFT_OP(reshape) {
  op.doc("The same elements in row-major order under another shape; a view where strides allow.")
      .input("x", "any dtype")
      .required(AttributeKind::kInts, "newshape", "extents; one may be -1, the rest")
      .infer(infer)
      .gradient(gradient)
      .kernel(copy_slot())
      .view(view)
      .like("numpy.reshape")
      .sample(R"({"shapes": [[2, 3, 4]], "newshape": [6, -1]})")
      .sample(R"({"shapes": [[1]], "newshape": []})");
}

}  // namespace weft::ops

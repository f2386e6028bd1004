// Permutes the axes; a view. The gradient permutes back.

#include "base/errors.h"
#include "ops/rules.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {
namespace {

// The requested permutation; without one the axes are reversed.
Result<Shape> permutation(const InferContext& c) {
  const int rank = c.in[0].shape.rank();
  Shape axes;
  if (!c.has("axes")) {
    for (int axis = rank - 1; axis >= 0; --axis) axes.push_back(axis);
    return axes;
  }
  const auto asked = c.ints("axes");
  if (asked.size() != static_cast<size_t>(rank))
    return errors::invalid_value("transpose", "`axes` must name each of the ", rank,
                                 " axes once; got ", asked.size(), " of them");
  uint32_t seen = 0;
  for (int64_t axis : asked) {
    WEFT_ASSIGN(const int normal, normalize_axis(axis, rank, "transpose", "axes"));
    if (seen >> normal & 1)
      return errors::invalid_value("transpose", "`axes` must not repeat an axis; got ", axis,
                                   " twice");
    seen |= uint32_t{1} << normal;
    axes.push_back(normal);
  }
  return axes;
}

Result<Types> infer(const InferContext& c) {
  WEFT_ASSIGN(const Shape axes, permutation(c));
  Shape shape;
  for (int64_t axis : axes) shape.push_back(c.in[0].shape[static_cast<int>(axis)]);
  return Types{{c.in[0].dtype, shape}};
}

std::optional<Geometry> view(const InferContext& c, const Geometry& input, const TensorType& out,
                             size_t) {
  Geometry result{out.shape, {}, input.offset};
  const Shape axes = permutation(c).value();
  for (int64_t axis : axes) result.strides.push_back(input.strides[static_cast<int>(axis)]);
  return result;
}

// Reads the input in the order of the output.
Status run(const KernelCall& call) {
  const TensorView& in = call.in[0];
  const TensorType type = type_of(in);
  const InferContext context(call.op, {&type, 1}, call.attributes);
  TensorView turned = in;
  const Shape axes = permutation(context).value();
  for (int axis = 0; axis < in.rank; ++axis) {
    turned.shape[axis] = in.shape[axes[axis]];
    turned.strides[axis] = in.strides[axes[axis]];
  }
  copy_elements(call.out[0], turned);
  return {};
}

// The inverse permutation: axis axes[i] of the input became axis i.
Values gradient(const GradContext& g) {
  const TensorType type = g.in(0).type();
  if (!g.has("axes")) return {g.builder().call("transpose", {g.dout()})};
  const auto axes = g.ints("axes");
  int64_t inverse[kMaxRank];
  for (int64_t i = 0; i < type.shape.rank(); ++i)
    inverse[axes[i] < 0 ? axes[i] + type.shape.rank() : axes[i]] = i;
  return {transpose(g.dout(), {inverse, axes.size()})};
}

Slot slot() {
  Slot s = copy_slot();
  s.run = run;
  return s;
}

}  // namespace

WEFT_OP(transpose) {
  op.doc("The array with its axes permuted; a view.")
      .input("x", "any dtype")
      .optional(AttributeKind::kInts, "axes", "permutation of the axes; none reverses them")
      .infer(infer)
      .gradient(gradient)
      .kernel(slot())
      .view(view)
      .like("numpy.transpose")
      .sample(R"({"shapes": [[2, 3, 4]]})")
      .sample(R"({"shapes": [[2, 3, 4]], "axes": [1, -1, 0]})");
}

}  // namespace weft::ops

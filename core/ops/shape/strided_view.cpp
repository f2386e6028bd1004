// The two primitives under views: strided_view reads a part of an array by offset and strides, and
// update replaces a part. Both address the row-major elements of their base. Each is the gradient
// of the other: reading's adjoint writes into zeros.

#include "base/errors.h"
#include "ops/registry.h"
#include "ops/rules.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {
namespace {

Geometry geometry(const AttributeReader& a) {
  return {Shape(a.ints("shape")), Shape(a.ints("strides")), a.integer("offset")};
}

// Do all elements of the part lie inside a base of `elements` elements? Strides may be negative.
Status check_inside(std::string_view op, const Geometry& g, int64_t elements) {
  if (g.shape.rank() != g.strides.rank())
    return errors::invalid_value(op, "`shape` ", g.shape, " and `strides` ", g.strides,
                                 " must have one length");
  WEFT_ASSIGN(const int64_t count, checked_elements(g.shape.span(), op, "shape"));
  if (count == 0) return {};
  int64_t low = g.offset;
  int64_t high = g.offset;
  bool too_far = false;
  for (int axis = 0; axis < g.shape.rank(); ++axis) {
    int64_t reach = 0;
    too_far |= __builtin_mul_overflow(g.shape[axis] - 1, g.strides[axis], &reach);
    int64_t& end = reach < 0 ? low : high;
    too_far |= __builtin_add_overflow(end, reach, &end);
  }
  if (too_far)
    return errors::index_out_of_range(op, "`strides` must stay within the ", elements,
                                      " elements of the base; got ", g.strides, " for shape ",
                                      g.shape);
  if (low >= 0 && high < elements) return {};
  return errors::index_out_of_range(op, "the view must stay within the ", elements,
                                    " elements of the base; got elements ", low, " to ", high);
}

TensorView part_of(const TensorView& base, const Geometry& g) {
  TensorView part = base;
  part.data = static_cast<char*>(base.data) + g.offset * size_of(base.dtype);
  part.rank = g.shape.rank();
  for (int axis = 0; axis < part.rank; ++axis) {
    part.shape[axis] = g.shape[axis];
    part.strides[axis] = g.strides[axis];
  }
  return part;
}

Result<Types> infer_view(const InferContext& c) {
  const Geometry g = geometry(c);
  WEFT_TRY(check_inside("strided_view", g, c.in[0].shape.elements()));
  return Types{{c.in[0].dtype, g.shape}};
}

Result<Types> infer_update(const InferContext& c) {
  const Geometry g = geometry(c);
  WEFT_TRY(check_inside("update", g, c.in[0].shape.elements()));
  WEFT_ASSIGN(const Shape shape,
              broadcast(c.in[1].shape, g.shape, "update", "value", "the part written"));
  if (!(shape == g.shape))
    return errors::invalid_value("update", "`value` of shape ", c.in[1].shape,
                                 " does not broadcast to the part written, ", g.shape);
  return Types{{c.in[0].dtype, c.in[0].shape}};
}

// Only a dense base has its row-major elements at their numbers.
std::optional<Geometry> view_rule(const InferContext& c, const Geometry& input, const TensorType&,
                                  size_t) {
  if (!is_dense(input.shape, input.strides)) return std::nullopt;
  Geometry g = geometry(c);
  g.offset += input.offset;
  return g;
}

Status run_view(const KernelCall& call) {
  copy_elements(call.out[0], part_of(call.in[0], geometry(call.op.reader(call.attributes))));
  return {};
}

// If a plan put the output over the base, only the part is written.
Status run_update(const KernelCall& call) {
  const Geometry g = geometry(call.op.reader(call.attributes));
  if (call.out[0].data != call.in[0].data) copy_elements(call.out[0], call.in[0]);
  const TensorView part = part_of(call.out[0], g);
  copy_elements(part, broadcast_view(call.in[1], g.shape));
  return {};
}

// Reads any strides: an array that repeats one element need not be made dense first.
Slot update_slot() {
  Slot slot = exact_dense_slot(run_update);
  slot.strides = Strides::kAny;
  return slot;
}

Value update(const Value& base, const Value& value, std::span<const Argument> attributes) {
  const Value inputs[] = {base, value};
  return base.builder().emit(op_named("update"), inputs, attributes)[0];
}

Value view(const Value& base, std::span<const Argument> attributes) {
  return base.builder().emit(op_named("strided_view"), {&base, 1}, attributes)[0];
}

Values view_gradient(const GradContext& g) {
  return {update(zeros(g.dout(), g.in(0).type()), g.dout(), g.all())};
}

// The part that was replaced has no influence, so its cotangent is zero.
Values update_gradient(const GradContext& g) {
  const Value zero = zeros(g.dout(), {g.dout().dtype(), Shape()});
  return {g.needs(0) ? update(g.dout(), zero, g.all()) : Value(),
          g.needs(1) ? view(g.dout(), g.all()) : Value()};
}

void geometry_attributes(OpDef& op) {
  op.required(AttributeKind::kInt, "offset", "first element of the part")
      .required(AttributeKind::kInts, "shape", "extents of the part")
      .required(AttributeKind::kInts, "strides", "its strides in elements of the base");
}

}  // namespace

WEFT_OP(strided_view) {
  op.doc("Part of an array's row-major elements, by offset and strides; a view.")
      .in(Namespace::kInternal)
      .input("x", "any dtype");
  geometry_attributes(op);
  op.infer(infer_view)
      .gradient(view_gradient)
      .kernel(exact_dense_slot(run_view))
      .view(view_rule)
      .sample(R"({"shapes": [[3, 4]], "offset": 1, "shape": [2, 2], "strides": [4, 2]})");
}

WEFT_OP(update) {
  op.doc("The array with one part of its row-major elements replaced.")
      .in(Namespace::kInternal)
      .input("x", "any dtype")
      .input("value", "broadcasts to the part; converted to x's dtype")
      .promote(Promotion::kCommon);
  geometry_attributes(op);
  op.infer(infer_update)
      .gradient(update_gradient)
      .kernel(update_slot())
      .sample(R"({"shapes": [[3, 4], [2]], "offset": 1, "shape": [2, 2], "strides": [4, 2]})");
}

}  // namespace weft::ops

// Joining arrays along an axis. The gradient splits the cotangent at the seams.

#include "base/errors.h"
#include "ops/registry.h"
#include "ops/rules.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {
namespace {

// The axis along which the arrays are joined. Without one they are joined as flat arrays.
Result<int> joined_axis(const InferContext& c) {
  const Shape& first = c.in[0].shape;
  for (size_t i = 1; i < c.in.size(); ++i)
    if (c.in[i].shape.rank() != first.rank() && c.has("axis"))
      return errors::invalid_value("concatenate", "`arrays` must have one rank; got shapes ", first,
                                   " and, for `", c.op().input_name(i), "`, ", c.in[i].shape);
  if (!c.has("axis")) return 0;
  if (first.rank() == 0)
    return errors::invalid_value("concatenate",
                                 "`arrays` must have at least one axis; got scalars; use `stack`");
  return normalize_axis(c.integer("axis"), first.rank(), "concatenate", "axis");
}

// The extents along the joined axis are summed; all other extents must agree.
Result<Types> infer(const InferContext& c) {
  WEFT_ASSIGN(const int joined, joined_axis(c));
  const bool flat = !c.has("axis");
  Shape shape = flat ? Shape{0} : c.in[0].shape;
  shape[joined] = 0;
  for (size_t i = 0; i < c.in.size(); ++i) {
    const Shape& part = c.in[i].shape;
    for (int axis = 0; axis < part.rank() && !flat; ++axis)
      if (axis != joined && part[axis] != shape[axis])
        return errors::invalid_value("concatenate", "`", c.op().input_name(i), "` of shape ", part,
                                     " must agree with `", c.op().input_name(0), "` of shape ",
                                     c.in[0].shape, " on all axes but ", joined, "; got ",
                                     part[axis], " and ", shape[axis], " on axis ", axis);
    if (__builtin_add_overflow(shape[joined], flat ? part.elements() : part[joined],
                               &shape[joined]))
      return errors::too_many_elements("concatenate", "arrays", part);
  }
  return Types{{c.in[0].dtype, shape}};
}

// Two arrays with one column each, whose elements alternate in the result, are copied as one array:
// the distance in memory from the one to the other is a stride.
bool copy_alternating(const KernelCall& call) {
  const TensorView& to = call.out[0];
  const int last = to.rank - 1;
  if (call.in.size() != 2 || call.in[0].shape[last] != 1 || call.in[1].shape[last] != 1)
    return false;
  TensorView from = call.in[0];
  if (!std::equal(from.strides, from.strides + last, call.in[1].strides)) return false;
  const auto first = reinterpret_cast<intptr_t>(from.data),
             second = reinterpret_cast<intptr_t>(call.in[1].data);
  const auto size = static_cast<intptr_t>(size_of(to.dtype));
  if ((second - first) % size != 0) return false;
  from.shape[last] = 2;
  from.strides[last] = (second - first) / size;
  copy_elements(to, from);
  return true;
}

// Each array is copied once, to its part of the result.
Status run(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const bool flat = !a.has("axis");
  TensorView place = call.out[0];
  int joined = flat ? 0 : static_cast<int>(a.integer("axis"));
  if (joined < 0) joined += place.rank;
  if (!flat && joined == place.rank - 1 && copy_alternating(call)) return {};
  for (const TensorView& part : call.in) {
    TensorView to = place;
    if (flat) {
      const Shape shape = shape_of(part);
      const Shape strides = dense_strides(shape);
      to.rank = part.rank;
      std::copy(shape.begin(), shape.end(), to.shape);
      std::copy(strides.begin(), strides.end(), to.strides);
    } else {
      to.shape[joined] = part.shape[joined];
    }
    copy_elements(to, part);
    const int64_t elements = flat ? elements_of(part) : part.shape[joined] * place.strides[joined];
    place.data = static_cast<char*>(place.data) + elements * size_of(place.dtype);
  }
  return {};
}

// The parts of the cotangent are views, cut at the seams.
Values gradient(const GradContext& g) {
  const int joined = g.has("axis") ? static_cast<int>(g.integer("axis")) : 0;
  const int axis = joined < 0 ? joined + g.in(0).rank() : joined;
  PoolVector<int64_t> seams;
  int64_t at = 0;
  for (size_t i = 0; i + 1 < g.inputs(); ++i) {
    const Shape part = g.in(i).shape();
    at += g.has("axis") ? part[axis] : part.elements();
    seams.push_back(at);
  }
  const Argument attributes[] = {Argument::of_ints(seams), Argument::of_int(axis)};
  Values parts = g.builder().emit(op_named("split"), {&g.dout(), 1}, attributes);
  for (size_t i = 0; i < parts.size() && i < g.inputs(); ++i)
    parts[i] = reshape(parts[i], g.in(i).shape());
  return parts;
}

Slot slot() {
  Slot s = copy_slot();
  s.run = run;
  return s;
}

// A sample with more arrays than a mask of inputs has bits.
std::string forty_columns() {
  std::string shapes;
  for (int i = 0; i < 40; ++i)
    shapes += (i ? ", [1, " : "[1, ") + std::to_string(i % 3 == 2 ? 2 : 1) + "]";
  return R"({"shapes": [)" + shapes + R"(], "axis": 1})";
}

}  // namespace

WEFT_OP(concatenate) {
  op.doc("Arrays joined along one of their axes.")
      .input_list("arrays", "any dtype, of shapes that agree on all other axes")
      .integer_or_none("axis", 0, "axis to join along; none joins the flat arrays")
      .promote(Promotion::kCommon)
      .computes(Precision::kFollows)
      .infer(infer)
      .gradient(gradient)
      .kernel(slot())
      .like("numpy.concatenate")
      .sample(R"({"shapes": [[2, 3], [1, 3], [4, 3]]})")
      .sample(R"({"shapes": [[2, 3], [2, 1]], "axis": -1})")
      .sample(R"({"shapes": [[2, 3], [], [4]], "axis": null})")
      .sample(R"({"shapes": [[2, 0, 2], [2, 3, 2]], "axis": 1})")
      .sample(R"({"shapes": [[3]]})")
      .sample(forty_columns());
}

}  // namespace weft::ops

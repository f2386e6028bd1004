// Sorting. One primitive gives the order as indices; everything else picks by these indices, and so
// its gradient is the pick's. The order is stable, and NaN counts as the largest.

#include "kernels/indexing/sort.h"
#include "base/errors.h"
#include "ops/registry.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

Result<Types> infer_order(const InferContext& c) {
  Shape shape = c.in[0].shape;
  WEFT_ASSIGN(const int64_t axis,
              normalize_axis(c.integer("axis"), shape.rank(), "sort_order", "axis"));
  if (is_half(c.in[0].dtype))
    return errors::invalid_type("sort_order", "`x` must not be of a half type; got ",
                                c.in[0].dtype);
  if (c.has("count")) {
    int64_t& extent = shape[static_cast<int>(axis)];
    if (c.integer("count") < 1 || c.integer("count") > extent)
      return errors::invalid_value("sort_order", "`count` must be in [1, ", extent, "]; got ",
                                   c.integer("count"));
    extent = c.integer("count");
  }
  return Types{{DType::kInt64, shape}};
}

int axis_in(std::span<const Argument> attributes, int rank) {
  const auto axis = static_cast<int>(attributes[0].integer);
  return axis < 0 ? axis + rank : axis;
}

int64_t scratch_of_order(const SlotTypes& types, int threads) {
  const Shape& shape = types.in[0].shape;
  return threads * kernels::sort_scratch(shape[axis_in(types.attributes, shape.rank())]);
}

// Each row along the axis is sorted by one thread; 32 is the work of a comparison sort for each
// element.
Status run_order(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const TensorView& x = call.in[0];
  const int axis = axis_in(call.attributes, x.rank);
  kernels::Sorting problem{
      x.dtype, 1, x.shape[axis], 1, call.out[0].shape[axis], a.flag("descending")};
  for (int i = 0; i < axis; ++i) problem.outer *= x.shape[i];
  for (int i = axis + 1; i < x.rank; ++i) problem.inner *= x.shape[i];
  if (elements_of(x) == 0) return {};
  split_work(problem.outer * problem.inner, 32 * elements_of(x), call.scratch,
             kernels::sort_scratch(problem.axis), [&](kernels::Range rows, void* scratch) {
               kernels::run_sort_order(problem, x.data, static_cast<int64_t*>(call.out[0].data),
                                       rows, scratch);
             });
  return {};
}

Result<Types> infer_search(const InferContext& c) {
  if (c.in[0].shape.rank() != 1)
    return errors::invalid_value("searchsorted", "`a` must have one axis; got shape ",
                                 c.in[0].shape);
  if (is_half(c.in[0].dtype))
    return errors::invalid_type("search_order", "`a` must not be of a half type; got ",
                                c.in[0].dtype);
  return Types{{DType::kInt64, c.in[1].shape}};
}

Status run_search(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const TensorView& values = call.in[1];
  split_work(elements_of(values), 8 * elements_of(values), nullptr, 0,
             [&](kernels::Range elements, void*) {
               kernels::run_search(values.dtype, call.in[0].data, call.in[0].shape[0], values.data,
                                   static_cast<int64_t*>(call.out[0].data), a.flag("right"),
                                   elements);
             });
  return {};
}

// Halves are compared in float32, which holds each of them exactly.
Value comparable(const Value& x) {
  return !x.is_scalar() && is_half(x.dtype()) ? cast(x, DType::kFloat32) : x;
}

// The array (flat if no axis was given) and the order of its rows.
struct Ordered {
  Value data, order;
  int64_t axis;
};

// `count`: how many of the first are wanted; none means all.
Result<Ordered> ordered(const ComposeContext& c, bool descending,
                        Argument count = Argument::none()) {
  Ordered found{c.in(0), {}, 0};
  if (!c.has("axis")) found.data = reshape(found.data, {found.data.shape().elements()});
  WEFT_ASSIGN(found.axis, normalize_axis(c.has("axis") ? c.integer("axis") : 0, found.data.rank(),
                                         c.op().name, "axis"));
  found.order =
      c.builder.call("sort_order", {comparable(found.data)},
                     {Argument::of_int(found.axis), Argument::of_bool(descending), count});
  return found;
}

Value taken(const Ordered& o, const Value& order) {
  return o.data.builder().call("take_along_axis", {o.data, order}, {Argument::of_int(o.axis)});
}

Result<Value> sort(const ComposeContext& c) {
  WEFT_ASSIGN(const Ordered o, ordered(c, c.flag("descending")));
  return taken(o, o.order);
}

Result<Value> argsort(const ComposeContext& c) {
  WEFT_ASSIGN(Ordered o, ordered(c, c.flag("descending")));
  return std::move(o.order);
}

// Only the first k of the order are computed.
Result<Values> topk(const ComposeContext& c) {
  const Shape& shape = c.in(0).shape();
  int64_t extent = shape.elements();
  if (c.has("axis")) {
    WEFT_ASSIGN(const int axis, normalize_axis(c.integer("axis"), shape.rank(), "topk", "axis"));
    extent = shape[axis];
  }
  const int64_t k = c.integer("k");
  if (k < 1 || k > extent)
    return errors::invalid_value("topk", "`k` must be in [1, ", extent, "]; got ", k);
  WEFT_ASSIGN(const Ordered o, ordered(c, !c.flag("is_ascend"), Argument::of_int(k)));
  return Values{taken(o, o.order), o.order};
}

Result<Value> searchsorted(const ComposeContext& c) {
  const auto side = c.text("side");
  if (side != "left" && side != "right")
    return errors::invalid_value("searchsorted", "`side` must be left or right; got ", side);
  return c.builder.call("search_order", {comparable(c.in(0)), comparable(c.in(1))},
                        {Argument::of_bool(side == "right")});
}

OpDef& order_attributes(OpDef& op) {
  return op.integer_or_none("axis", -1, "axis to sort along; none sorts the flat array")
      .boolean("descending", false, "the largest first");
}

}  // namespace

WEFT_OP(sort_order) {
  op.doc("Positions of the elements along an axis in stable order.")
      .in(Namespace::kInternal)
      .input("x", "any dtype but half types; NaN is the largest")
      .integer("axis", -1, "axis to sort along")
      .boolean("descending", false, "the largest first")
      .optional(AttributeKind::kInt, "count", "how many of the first; none: all")
      .infer(infer_order)
      .no_gradient("integers");
  Slot slot = exact_dense_slot(run_order);
  slot.scratch_bytes = scratch_of_order;
  op.kernel(slot)
      .sample(R"({"shapes": [[2, 40, 3]], "axis": 1})")
      .sample(R"({"shapes": [[5, 4]], "axis": 0, "descending": true})")
      .sample(R"({"shapes": [[3, 90, 2]], "axis": 1, "count": 5})")
      .sample(R"({"shapes": [[2, 300]], "descending": true, "count": 40})")
      .sample(R"({"shapes": [[2, 700]], "descending": true, "count": 7})")
      .sample(R"({"shapes": [[7]]})");
}

WEFT_OP(sort) {
  op.doc("The elements along an axis in ascending order, NaN last; equal ones keep their order.")
      .input("a", "any dtype");
  order_attributes(op)
      .compose(checked<sort>)
      .sample(R"({"shapes": [[3, 20]]})")
      .sample(R"({"shapes": [[3, 4]], "axis": 0, "descending": true})")
      .sample(R"({"shapes": [[3, 4]], "axis": null})")
      .sample(R"({"shapes": [[0, 4]], "axis": 0})");
}

WEFT_OP(argsort) {
  op.doc("Where the elements along an axis stand in ascending order, as int64; stable.")
      .input("a", "any dtype; NaN is the largest");
  order_attributes(op)
      .no_gradient("integers")
      .compose(checked<argsort>)
      .sample(R"({"shapes": [[3, 40]]})")
      .sample(R"({"shapes": [[5, 4]], "axis": 0, "descending": true, "dtypes": ["int32"]})")
      .sample(R"({"shapes": [[3, 4]], "axis": null})");
}

WEFT_OP(topk) {
  op.doc("The k largest elements along an axis, the largest first, and their positions as int64.")
      .in(Namespace::kNpx)
      .input("data", "any dtype; NaN is the largest")
      .integer("k", 1, "how many")
      .integer_or_none("axis", -1, "axis to look along; none looks in the flat array")
      .boolean("is_ascend", false, "the smallest, the smallest first")
      .outputs(2)
      .compose([](const ComposeContext& c) {
        Result<Values> found = topk(c);
        if (found.ok()) return found.take();
        c.builder.fail(found.status());
        return Values{c.in(0), c.in(0)};
      })
      .sample(R"({"shapes": [[3, 5]], "k": 2})")
      .sample(R"({"shapes": [[3, 5]], "k": 3, "axis": 0, "is_ascend": true})")
      .sample(R"({"shapes": [[3, 5]], "k": 4, "axis": null})");
}

WEFT_OP(search_order) {
  op.doc("How many elements of a sorted vector come before each value.")
      .in(Namespace::kInternal)
      .input("a", "any dtype but half types; ascending, one axis")
      .input("v", "any shape")
      .boolean("right", false, "count elements equal to the value")
      .promote(Promotion::kCommon)
      .infer(infer_search)
      .no_gradient("integers")
      .kernel(exact_dense_slot(run_search))
      .sample(R"({"shapes": [[0], [2, 3]]})")
      .sample(R"({"shapes": [[1], [9]], "right": true})");
}

WEFT_OP(searchsorted) {
  op.doc("Where in an ascending vector values would have to be inserted to keep it ascending.")
      .input("a", "any dtype; ascending, one axis")
      .input("v", "values of any shape")
      .text("side", "left", "left of elements equal to the value, or right of them")
      .promote(Promotion::kCommon)
      .no_gradient("piecewise constant")
      .compose(checked<searchsorted>)
      .like("numpy.searchsorted")
      .sample(R"({"shapes": [[1], [2, 5]]})")
      .sample(R"({"shapes": [[1], []], "side": "right"})");
}

}  // namespace weft::ops

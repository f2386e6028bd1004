// Picks one or several elements along an axis, for each position of the other axes; writes them;
// and the adjoint, which adds them into zeros.

#include <cstring>

#include "base/errors.h"
#include "kernels/indexing/places.h"
#include "ops/indexing/axis_index_impl.h"
#include "ops/rules.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

// Does the index have the data's shape, without the axis or with any extent there?
bool fits(const Shape& index, const Shape& data, int axis) {
  if (index == rules::reduced_shape(data, uint32_t{1} << axis, false)) return true;
  Shape wanted = data;
  if (index.rank() == data.rank()) wanted[axis] = index[axis];
  return index == wanted;
}

Status check_index(const InferContext& c, const Shape& data, const TensorType& index, int axis) {
  if (index.dtype != DType::kInt64)
    return errors::invalid_type(c.op().name, "`index` must be int64; got ", index.dtype);
  if (fits(index.shape, data, axis)) return {};
  return errors::invalid_value(c.op().name, "`index` must have the shape of `data`, ", data,
                               ", without axis ", axis, " or with any extent there; got ",
                               index.shape);
}

Result<Types> infer(const InferContext& c) {
  const Shape& data = c.in[0].shape;
  WEFT_ASSIGN(const int axis, normalize_axis(c.integer("axis"), data.rank(), "pick", "axis"));
  WEFT_TRY(read_mode(c).status());
  WEFT_TRY(check_index(c, data, c.in[1], axis));
  return Types{{c.in[0].dtype, c.in[1].shape}};
}

// The cotangent must have the shape that picking from data_shape gives.
Result<Types> infer_adjoint(const InferContext& c) {
  const Shape data(c.ints("data_shape"));
  WEFT_TRY(checked_elements(data.span(), "pick_adjoint", "data_shape").status());
  const TensorType picked[] = {{c.in[0].dtype, data}, c.in[1]};
  WEFT_ASSIGN(const Types forward, infer(InferContext(c.op(), picked, c.all())));
  if (c.in[0].shape != forward[0].shape)
    return errors::invalid_value("pick_adjoint", "`dout` must have shape ", forward[0].shape,
                                 "; got ", c.in[0].shape);
  return Types{picked[0]};
}

// `picked`: how many elements are picked along the axis; 1 if the index lacks it.
AxisIndexing problem_of(const KernelCall& call, const TensorView& data) {
  const AttributeReader a = call.op.reader(call.attributes);
  const int axis = axis_of(a, data.rank);
  AxisIndexing problem = split_at(data, axis, read_mode(a).value());
  if (call.in[1].rank == data.rank) problem.picked = call.in[1].shape[axis];
  return problem;
}

Status run(const KernelCall& call) {
  const auto problem = problem_of(call, call.in[0]);
  return run_inside("pick", call.in[1], problem, problem.inner, elements_of(call.in[1]),
                    [&](kernels::Range rows) {
                      kernels::run_pick(problem, call.in[0].data,
                                        static_cast<const int64_t*>(call.in[1].data),
                                        call.out[0].data, rows);
                    });
}

// For a kernel that reads its indices once: it may find a bad one after it has written results.
Slot slot_of(KernelFunction run) {
  Slot slot = dense_slot(run);
  slot.fails_midway = true;
  return slot;
}

Status run_adjoint(const KernelCall& call) {
  const auto problem = problem_of(call, call.out[0]);
  const int64_t units = kernels::pick_adjoint_units(problem);
  const auto add = [&](kernels::Range range) {
    kernels::run_pick_adjoint(problem, call.in[0].data,
                              static_cast<const int64_t*>(call.in[1].data), call.out[0].data,
                              range);
  };
  // A unit that has its own indices checks them while it reads them.
  const int64_t indices = problem.picked * problem.inner;
  const int64_t work = problem.outer * (problem.axis * problem.inner + indices);
  if (units == problem.outer && indices > 0)
    return run_inside("pick_adjoint", call.in[1], problem, indices, work, add);
  WEFT_TRY(check_indices("pick_adjoint", call.in[1], problem));
  split_work(units, work, nullptr, 0, [&](kernels::Range range, void*) { add(range); });
  return {};
}

Result<Types> infer_update(const InferContext& c) {
  WEFT_ASSIGN(const int axis,
              normalize_axis(c.integer("axis"), c.in[0].shape.rank(), "pick_update", "axis"));
  WEFT_TRY(check_index(c, c.in[0].shape, c.in[2], axis));
  if (c.in[1].shape != c.in[2].shape)
    return errors::invalid_value("pick_update", "`values` must have the shape of `index`, ",
                                 c.in[2].shape, "; got ", c.in[1].shape);
  return Types{c.in[0]};
}

// A copy of one position of the outer axes after another, each with its indices checked and its
// elements written while they are in the first-level cache.
Status update_copy(const KernelCall& call, const AxisIndexing& problem) {
  const auto* const from = static_cast<const char*>(call.in[0].data);
  auto* const to = static_cast<char*>(call.out[0].data);
  const int64_t indices = problem.picked * problem.inner;
  const int64_t bytes = problem.axis * problem.inner * size_of(call.out[0].dtype);
  const int64_t work = elements_of(call.out[0]) + 2 * elements_of(call.in[2]);
  return run_inside("pick_update", call.in[2], problem, indices, work, [&](kernels::Range rows) {
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      std::memcpy(to + row * bytes, from + row * bytes, static_cast<size_t>(bytes));
      kernels::run_pick_update(problem, call.in[1].data,
                               static_cast<const int64_t*>(call.in[2].data), to, {row, row + 1});
    }
  });
}

// In place all indices are checked before the first element is written.
Status run_update(const KernelCall& call) {
  const TensorView& out = call.out[0];
  const AttributeReader a = call.op.reader(call.attributes);
  const int axis = axis_of(a, out.rank);
  AxisIndexing problem = split_at(out, axis, IndexMode::kRaise);
  if (call.in[2].rank == out.rank) problem.picked = call.in[2].shape[axis];
  const int64_t units = kernels::pick_adjoint_units(problem);
  const bool is_copy = out.data != call.in[0].data;
  if (is_copy && units == problem.outer && problem.picked * problem.inner > 0)
    return update_copy(call, problem);
  WEFT_TRY(check_indices("pick_update", call.in[2], problem));
  if (is_copy) copy_elements(out, call.in[0]);
  split_work(units, 2 * elements_of(call.in[2]), nullptr, 0, [&](kernels::Range range, void*) {
    kernels::run_pick_update(problem, call.in[1].data, static_cast<const int64_t*>(call.in[2].data),
                             out.data, range);
  });
  return {};
}

// Several picked elements may be the same one: their sum needs more digits than halves have.
Values gradient(const GradContext& g) {
  const Shape data = g.in(0).shape();
  const DType dtype = g.dout().dtype();
  const bool widens = size_of(dtype) < 4 && g.in(1).rank() == data.rank();
  const Value dout = widens ? cast(g.dout(), DType::kFloat32) : g.dout();
  const Value sums =
      g.builder().call("pick_adjoint", {dout, g.in(1)},
                       {g.get("axis"), g.get("mode"), Argument::of_ints(data.span())});
  return {cast(sums, dtype), Value()};
}

Values gradient_adjoint(const GradContext& g) {
  return {g.builder().call("pick_rows", {g.dout(), g.in(1)}, {g.get("axis"), g.get("mode")}),
          Value()};
}

Value update(const GradContext& g, const Value& data, const Value& values) {
  return g.builder().call("pick_update", {data, values, g.in(2)}, {g.get("axis")});
}
Value elements(const GradContext& g, const Value& data) {
  return g.builder().call("pick_rows", {data, g.in(2)},
                          {g.get("axis"), Argument::of_string("raise")});
}

// A value that a later one has overwritten does not influence the result. Each value gets its
// number along the axis; it finds that number again only if it is still there.
Values gradient_update(const GradContext& g) {
  const Shape data = g.in(0).shape(), index = g.in(2).shape();
  Values cotangents(3);
  if (g.needs(0)) cotangents[0] = update(g, g.dout(), zeros(g.dout(), {g.dout().dtype(), index}));
  if (!g.needs(1)) return cotangents;
  cotangents[1] = elements(g, g.dout());
  if (index.rank() != data.rank()) return cotangents;
  int64_t axis = g.integer("axis");
  if (axis < 0) axis += data.rank();
  Shape along;
  along.resize(data.rank(), 1);
  along[static_cast<int>(axis)] = index[static_cast<int>(axis)];
  const Value numbers =
      broadcast_to(reshape(iota(g.builder(), 0, along[static_cast<int>(axis)]), along), index);
  const Value blank = zeros(g.dout(), {DType::kInt64, data});
  const Value found = elements(g, update(g, blank, numbers));
  cotangents[1] = where(equal(found, numbers), cotangents[1], scalar(cotangents[1], 0));
  return cotangents;
}

Result<Value> pick(const ComposeContext& c) {
  const Shape data = c.in(0).shape(), index = c.in(1).shape();
  WEFT_ASSIGN(const int axis, normalize_axis(c.integer("axis"), data.rank(), "pick", "axis"));
  const Shape shape = rules::reduced_shape(data, uint32_t{1} << axis, false);
  if (index != shape)
    return errors::invalid_value("pick", "`index` must have shape ", shape, ", `data`'s ", data,
                                 " without axis ", axis, "; got ", index);
  const Value picked =
      c.builder.call("pick_rows", {c.in(0), as_index(c.in(1))}, {c.get("axis"), c.get("mode")});
  if (!c.flag("keepdims")) return picked;
  return c.builder.call("expand_dims", {picked}, {c.get("axis")});
}

}  // namespace

WEFT_OP(pick_rows) {
  op.doc("One element or several along an axis for each position of the others.")
      .in(Namespace::kInternal)
      .input("data", "any dtype")
      .index_input("index",
                   "int64, data's shape without the axis or with any extent there; negative ones "
                   "count back")
      .integer("axis", -1, "axis that the indices count along")
      .text("mode", "raise", kModeDoc)
      .infer(infer)
      .gradient(gradient)
      .kernel(slot_of(run))
      .sample(R"({"shapes": [[4, 3], [4]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[2, 3, 4], [2, 4]], "dtypes": [null, "int64"], "axis": 1,
                  "mode": "clip"})")
      .sample(R"({"shapes": [[2, 3, 4], [2, 5, 4]], "dtypes": [null, "int64"], "axis": 1})")
      .sample(R"({"shapes": [[3, 4], [3, 6]], "dtypes": [null, "int64"]})");
}

WEFT_OP(pick_adjoint) {
  op.doc("Zeros with each element added at its index: the adjoint of pick.")
      .in(Namespace::kInternal)
      .input("dout", "any dtype: cotangent of pick")
      .index_input("index", "int64, shape of dout; negative ones count back")
      .integer("axis", -1, "axis that the indices count along")
      .text("mode", "raise", kModeDoc)
      .required(AttributeKind::kInts, "data_shape", "shape of the result")
      .infer(infer_adjoint)
      .gradient(gradient_adjoint)
      .kernel(slot_of(run_adjoint))
      .sample(R"({"shapes": [[4], [4]], "dtypes": [null, "int64"], "data_shape": [4, 3]})")
      .sample(R"({"shapes": [[2, 4], [2, 4]], "dtypes": [null, "int64"], "axis": 1,
                  "mode": "clip", "data_shape": [2, 3, 4]})")
      .sample(R"({"shapes": [[2, 5, 4], [2, 5, 4]], "dtypes": [null, "int64"], "axis": 1,
                  "data_shape": [2, 3, 4]})")
      .sample(R"({"shapes": [[], []], "dtypes": [null, "int64"], "data_shape": [3]})")
      .sample(R"({"shapes": [[0], [0]], "dtypes": [null, "int64"], "data_shape": [0, 3]})");
}

WEFT_OP(pick_update) {
  op.doc("The array with elements along an axis replaced, the last of equal places winning.")
      .in(Namespace::kInternal)
      .input("data", "any dtype")
      .input("values", "shape of index")
      .index_input("index",
                   "int64, data's shape without the axis or with any extent there; negative ones "
                   "count back")
      .integer("axis", -1, "axis that the indices count along")
      .promote(Promotion::kCommon)
      .infer(infer_update)
      .gradient(gradient_update)
      .kernel([] {
        Slot slot = exact_dense_slot(run_update);
        slot.updates = true;
        slot.fails_midway = true;
        return slot;
      }())
      .sample(R"({"shapes": [[4, 3], [4], [4]], "dtypes": [null, null, "int64"]})")
      .sample(R"({"shapes": [[2, 3, 4], [2, 5, 4], [2, 5, 4]], "dtypes": [null, null, "int64"],
                  "axis": 1})")
      .sample(R"({"shapes": [[3, 4], [3, 6], [3, 6]], "dtypes": [null, null, "int64"]})")
      .sample(R"({"shapes": [[0], [0], [0]], "dtypes": [null, null, "int64"]})");
}

WEFT_OP(pick) {
  op.doc("One element along an axis for each position of the others: data[i, index[i]].")
      .in(Namespace::kNpx)
      .input("data", "any dtype")
      .index_input("index",
                   "any real dtype, cut to integers, data's shape without the axis; negative ones "
                   "count back")
      .integer("axis", -1, "axis that the indices count along")
      .boolean("keepdims", false, "keep the axis with extent 1")
      .text("mode", "raise", kModeDoc)
      .compose(checked<pick>)
      .sample(R"({"shapes": [[4, 3], [4]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[2, 3, 4], [2, 4]], "dtypes": [null, "int32"], "axis": 1,
                  "keepdims": true})")
      .sample(R"({"shapes": [[3, 2], [3]], "dtypes": [null, "int64"], "mode": "clip"})");
}

}  // namespace weft::ops

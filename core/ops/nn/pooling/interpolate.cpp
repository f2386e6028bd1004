// Resizing images: resampled along one spatial axis after the other, and first along the axis that
// shrinks most, so that later steps have less to do. Each step is linear, y = A x; its gradient is
// the transposed step, Aᵀ dy, and the other way round.

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "kernels/indexing/resample.h"
#include "ops/problems/resample_problem.h"
#include "ops/registry.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

using kernels::Sampling;

constexpr std::pair<std::string_view, Sampling> kModes[] = {
    {"nearest", Sampling::kNearest}, {"nearest-exact", Sampling::kNearestExact},
    {"linear", Sampling::kLinear},   {"cubic", Sampling::kCubic},
    {"area", Sampling::kArea},
};

Result<Sampling> sampling_of(std::string_view mode) {
  for (const auto& [name, sampling] : kModes)
    if (name == mode) return sampling;
  return errors::invalid_value(
      "interpolate", "`mode` must be nearest, nearest-exact, linear, cubic or area; got ", mode);
}

// Only these have weights that `align_corners` and `antialias` could change.
bool has_filter(Sampling sampling) {
  return sampling == Sampling::kLinear || sampling == Sampling::kCubic;
}

// ---- one axis

// From `in` to `out` elements along an axis of `shape`.
kernels::Resample problem_of(const AttributeReader& a, DType dtype, const Shape& shape, int64_t in,
                             int64_t out) {
  const auto axis = static_cast<int>(a.integer("axis"));
  kernels::Resample p{dtype,
                      sampling_of(a.text("mode")).value(),
                      a.flag("align_corners"),
                      a.flag("antialias"),
                      1,
                      in,
                      out,
                      1};
  for (int i = 0; i < axis; ++i) p.outer *= shape[i];
  for (int i = axis + 1; i < shape.rank(); ++i) p.inner *= shape[i];
  return p;
}
Result<Types> infer_step(const InferContext& c) {
  WEFT_TRY(rules::require_lanes(c, 0));
  WEFT_TRY(sampling_of(c.text("mode")).status());
  const int64_t axis = c.integer("axis"), size = c.integer("size");
  Shape shape = c.in[0].shape;
  if (axis < 0 || axis >= shape.rank() || shape[static_cast<int>(axis)] < 1 || size < 1)
    return errors::invalid_value(c.op().name,
                                 "`axis` must be an axis with elements and `size` at least 1; got ",
                                 axis, " and ", size, " for shape ", shape);
  shape[static_cast<int>(axis)] = size;
  return Types{{c.in[0].dtype, shape}};
}

// Weights for each result, from the size of the table: an entry is a 16-byte header and its
// weights.
int64_t taps_of(const kernels::Resample& p) {
  return (kernels::resample_table_bytes(p) / p.out - 16) / size_of(p.dtype);
}

// The table of positions and weights is the same for every row; it is filled once for each call.
Status run(const KernelCall& call) {
  const auto p = resample_problem(call.op.reader(call.attributes), type_of(call.in[0]), false);
  kernels::fill_resample_table(p, call.scratch);
  split_work(kernels::resample_units(p), p.outer * p.out * p.inner * taps_of(p), nullptr, 0,
             [&](kernels::Range units, void*) {
               kernels::run_resample(p, call.scratch, call.in[0].data, call.out[0].data, units);
             });
  return {};
}

Status run_adjoint(const KernelCall& call) {
  const auto p = resample_problem(call.op.reader(call.attributes), type_of(call.in[0]), true);
  kernels::fill_resample_table(p, call.scratch);
  split_work(kernels::resample_adjoint_units(p), p.outer * p.out * p.inner * taps_of(p), nullptr, 0,
             [&](kernels::Range units, void*) {
               kernels::run_resample_adjoint(p, call.scratch, call.in[0].data, call.out[0].data,
                                             units);
             });
  return {};
}

template <bool kIsAdjoint>
Slot step_slot() {
  Slot slot = dense_slot(kIsAdjoint ? run_adjoint : run);
  slot.scratch_bytes = [](const SlotTypes& t, int) {
    return kernels::resample_table_bytes(
        resample_problem(t.op.reader(t.attributes), t.in[0], kIsAdjoint));
  };
  slot.cost = [](const SlotTypes& t) {
    const auto p = resample_problem(t.op.reader(t.attributes), t.in[0], kIsAdjoint);
    const int64_t products = p.outer * p.out * p.inner * taps_of(p);
    return Cost{2.0 * static_cast<double>(products),
                static_cast<double>(t.in[0].bytes() + t.out[0].bytes())};
  };
  return slot;
}

// One step: x resampled (or its adjoint applied) along one axis.
Value step(Builder& b, const char* name, const Value& x, int axis, int64_t size,
           const AttributeReader& a) {
  return b.call(name, {x},
                {Argument::of_int(axis), Argument::of_int(size), a.get("mode"),
                 a.get("align_corners"), a.get("antialias")});
}

template <bool kIsAdjoint>
Values gradient(const GradContext& g) {
  const auto axis = static_cast<int>(g.integer("axis"));
  return {step(g.builder(), kIsAdjoint ? "resample" : "resample_adjoint", g.dout(), axis,
               g.in(0).shape()[axis], g)};
}

void define_step(OpDef& op) {
  op.in(Namespace::kInternal)
      .input("x", "float32 or float64")
      .required(AttributeKind::kInt, "axis", "axis that changes")
      .required(AttributeKind::kInt, "size", "its extent in the result")
      .text("mode", "linear", "how results lie over elements: kernels/indexing/resample.h")
      .boolean("align_corners", false, "the outer ones lie over each other")
      .boolean("antialias", false, "a filter as wide as a step between results")
      .promote(Promotion::kExact)
      .infer(infer_step)
      .sample(R"({"shapes": [[2, 5, 3]], "axis": 1, "size": 9})")
      .sample(R"({"shapes": [[2, 5]], "axis": 1, "size": 8, "mode": "cubic"})")
      .sample(R"({"shapes": [[7, 2]], "axis": 0, "size": 4, "align_corners": true})")
      .sample(R"({"shapes": [[2, 9]], "axis": 1, "size": 4, "mode": "cubic", "antialias": true})")
      .sample(R"({"shapes": [[2, 9, 2]], "axis": 1, "size": 6, "mode": "area"})")
      .sample(R"({"shapes": [[2, 4]], "axis": 1, "size": 7, "mode": "nearest"})")
      .sample(R"({"shapes": [[4, 0]], "axis": 0, "size": 2, "mode": "nearest-exact"})")
      .sample(R"({"shapes": [[1]], "axis": 0, "size": 3, "align_corners": true})");
}

// ---- whole images

// The shape of the result from `size` or `scale_factor`; rounded down, as PyTorch does.
Result<Shape> result_shape(const ComposeContext& c) {
  Shape shape = c.in(0).shape();
  const int spatial = shape.rank() - 2;
  if (spatial < 1 || spatial > 3)
    return errors::invalid_value(
        "interpolate", "`data` must have shape (N, C, W), (N, C, H, W) or (N, C, D, H, W); got ",
        shape);
  if (c.has("size") == c.has("scale_factor"))
    return errors::invalid_value("interpolate",
                                 "either `size` or `scale_factor` must be given; got ",
                                 c.has("size") ? "both" : "neither");
  const std::span<const int64_t> sizes =
      c.has("size") ? c.ints("size") : std::span<const int64_t>();
  if (c.has("size") && sizes.size() != 1 && sizes.size() != static_cast<size_t>(spatial))
    return errors::invalid_value("interpolate", "`size` must be one extent or ", spatial,
                                 ", one for each spatial axis; got ", sizes.size());
  for (int i = 0; i < spatial; ++i) {
    int64_t& extent = shape[2 + i];
    if (extent < 1)
      return errors::invalid_value(
          "interpolate", "`data` must not be empty along spatial axes; got shape ", shape);
    if (!sizes.empty())
      extent = sizes[sizes.size() == 1 ? 0 : static_cast<size_t>(i)];
    else
      extent =
          static_cast<int64_t>(std::floor(static_cast<double>(extent) * c.real("scale_factor")));
    if (extent < 1)
      return errors::invalid_value("interpolate", "`", c.has("size") ? "size" : "scale_factor",
                                   "` must give at least one element along each axis; got shape ",
                                   shape);
  }
  return shape;
}

Result<Value> interpolate(const ComposeContext& c) {
  WEFT_ASSIGN(const Sampling sampling, sampling_of(c.text("mode")));
  for (const char* name : {"align_corners", "antialias"})
    if (c.flag(name) && !has_filter(sampling))
      return errors::invalid_value("interpolate", "`", name, "` needs `mode` linear or cubic; got ",
                                   c.text("mode"));
  if (c.flag("align_corners") && c.flag("antialias"))
    return errors::invalid_value("interpolate",
                                 "`align_corners` and `antialias` must not both be true");
  WEFT_ASSIGN(const Shape shape, result_shape(c));
  Value x = c.in(0);
  const Shape from = x.shape();
  const DType dtype = x.dtype();
  // Halves are resampled in float32: every axis would round them again.
  if (size_of(dtype) < 4) x = cast(x, DType::kFloat32);
  int axes[kMaxRank], count = 0;
  for (int axis = 2; axis < shape.rank(); ++axis)
    if (shape[axis] != from[axis]) axes[count++] = axis;
  std::stable_sort(axes, axes + count, [&](int a, int b) {
    return static_cast<double>(shape[a]) * static_cast<double>(from[b]) <
           static_cast<double>(shape[b]) * static_cast<double>(from[a]);
  });
  for (int i = 0; i < count; ++i) x = step(c.builder, "resample", x, axes[i], shape[axes[i]], c);
  if (count == 0) x = c.builder.call("copy", {x});
  return cast(x, dtype);
}

}  // namespace

// The adjoint's input has the extent of resample's results, so the two extents change places.
kernels::Resample resample_problem(const AttributeReader& a, const TensorType& in,
                                   bool is_adjoint) {
  const int64_t own = in.shape[static_cast<int>(a.integer("axis"))], size = a.integer("size");
  return problem_of(a, in.dtype, in.shape, is_adjoint ? size : own, is_adjoint ? own : size);
}

WEFT_OP(resample) {
  define_step(op);
  op.doc("Weighted sums of neighbouring elements along an axis.")
      .gradient(gradient<false>)
      .kernel(step_slot<false>());
}

WEFT_OP(resample_adjoint) {
  define_step(op);
  op.doc("The transposed resample: each element's shares, added up.")
      .gradient(gradient<true>)
      .kernel(step_slot<true>());
}

WEFT_OP(interpolate) {
  op.doc(
        "Images resized along their spatial axes, with the coordinates of PyTorch's interpolate, "
        "which follow from the extents.")
      .in(Namespace::kNpx)
      .input("data",
             "any real dtype; integers become the default float; shape (N, C, W), (N, C, H, W) or "
             "(N, C, "
             "D, H, W)")
      .optional(AttributeKind::kInts, "size", "spatial extents of the result, or one for all")
      .optional(AttributeKind::kFloat, "scale_factor",
                "factor of the spatial extents, in place of `size`")
      .text("mode", "nearest", "nearest, nearest-exact, linear, cubic or area (mean over cells)")
      .boolean("align_corners", false,
               "linear and cubic: the outer elements lie over those of the result")
      .boolean("antialias", false, "linear and cubic: a shrinking filter covers all elements")
      .promote(Promotion::kFloat)
      .compose(checked<interpolate>)
      .sample(R"({"shapes": [[2, 3, 4, 5]], "scale_factor": 2})")
      .sample(R"({"shapes": [[2, 3, 4, 5]], "size": [7, 3], "mode": "linear"})")
      .sample(R"({"shapes": [[1, 2, 5, 4]], "size": 6, "mode": "cubic"})")
      .sample(R"({"shapes": [[1, 2, 5, 4]], "size": 6, "mode": "cubic", "align_corners": true})")
      .sample(R"({"shapes": [[1, 2, 9, 8]], "size": [4, 3], "mode": "linear", "antialias": true})")
      .sample(R"({"shapes": [[1, 2, 9, 8]], "size": [4, 3], "mode": "cubic", "antialias": true})")
      .sample(R"({"shapes": [[1, 2, 3, 4, 5]], "size": [2, 5, 3], "mode": "area"})")
      .sample(R"({"shapes": [[2, 1, 6]], "scale_factor": 1.5, "mode": "nearest-exact"})")
      .sample(R"({"shapes": [[2, 1, 6]], "size": 6, "mode": "linear"})");
}

}  // namespace weft::ops

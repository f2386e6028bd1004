// Runs reductions over axes, and infers their types.
//
// Two things are hard. A sum or product in another dtype casts its input first, into scratch. And
// when there are few results, several threads share one result; the pairwise order of the sum is
// fixed, so the bits do not depend on the number of threads.

#include "ops/slots/reduce_slot.h"

#include <algorithm>
#include <cassert>

#include "base/errors.h"
#include "kernels/tiles/tile_reduce.h"
#include "ops/rules.h"
#include "ops/slots/elementwise_slot.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"
#include "weft_parts.h"

namespace weft::ops {
namespace {

// Sums and products have a neutral element (0 and 1) and a dtype of their own.
bool accumulates(kernels::Reduction reduction) {
  return reduction == kernels::Reduction::kSum || reduction == kernels::Reduction::kProd;
}

template <kernels::Reduction reduction>
bool casts_first(DType in, DType out) {
  return dtype_reduced_in(reduction, in, out) != in;
}

template <kernels::Reduction reduction>
int64_t scratch_bytes(const SlotTypes& types, int) {
  const bool casts = casts_first<reduction>(types.in[0].dtype, types.out[0].dtype);
  return casts ? types.in[0].shape.elements() * size_of(types.out[0].dtype) : 0;
}

constexpr int64_t kFewResults = 8;
constexpr int kSharers = 4;  // tasks for one result, whatever the number of threads

// Threads share one result of a dense array as tasks of a tile program without steps. Its tasks are
// subtrees of the pairwise order of the sum, so the bits equal those of run_reduce. Positions
// (argmax, argmin) cannot be shared this way.
bool is_shared(const kernels::Reduce& problem, const TensorView& in) {
  if constexpr (!WEFT_KEEPS_tiles) return false;
  const bool gives_place = problem.reduction == kernels::Reduction::kArgMax ||
                           problem.reduction == kernels::Reduction::kArgMin;
  const int inner = problem.reduced_rank - 1;
  return !gives_place && kernels::reduce_units(problem) <= kFewResults &&
         elements_of(in) > 2 * kElementwiseGrain && inner >= 0 &&
         is_dense(shape_of(in), Shape({in.strides, static_cast<size_t>(in.rank)})) &&
         problem.reduced_stride[inner] == 1;
}

void run_shared(const kernels::Reduce& problem, const TensorView& in, uint32_t axes, void* out) {
  constexpr int64_t kBytes = 32 * 1024;
  const Shape shape = shape_of(in);
  const kernels::TileLoop loop = kernels::make_tile_loop(shape, {&in, 1});
  const kernels::TileReduceLoop walk = kernels::make_tile_reduce(shape, axes, 0, kSharers);
  const DType dtypes[] = {in.dtype};
  const kernels::TileProgram nothing{{}, dtypes, 1};
  const kernels::TileReduction reductions[] = {{problem.reduction, 0, in.dtype}};
  const kernels::TileReduceProgram reducing{nothing, loop, walk, reductions, 1};
  void* const data[] = {in.data};
  void* const results[] = {out};
  alignas(64) char totals[kBytes];
  const kernels::TileReduceArrays arrays{data, results, totals};
  assert(kernels::tile_reduce_totals(reducing) <= kBytes);
  assert(kernels::tile_reduce_scratch(reducing) <= kBytes);
  split_work(kernels::tile_reduce_tasks(walk), elements_of(in), nullptr, 0,
             [&](kernels::Range tasks, void*) {
               alignas(64) char scratch[kBytes];
               kernels::run_tile_reduce(reducing, arrays, tasks, scratch, {});
             });
  alignas(64) char scratch[kBytes];
  kernels::finish_tile_reduce(reducing, arrays, scratch);
}

template <kernels::Reduction reduction>
Status run(const KernelCall& call) {
  const TensorType type = type_of(call.in[0]);
  TensorView in = call.in[0];
  if (casts_first<reduction>(type.dtype, call.out[0].dtype)) {
    in.data = call.scratch;
    in.dtype = call.out[0].dtype;
    int64_t stride = 1;
    for (int axis = in.rank - 1; axis >= 0; --axis) {
      in.strides[axis] = stride;
      stride *= in.shape[axis];
    }
    WEFT_TRY(run_one_step(kernels::cast_step(type.dtype, in.dtype), call.in, in));
  }
  const uint32_t axes = axes_of(call.op, type, call.attributes);
  const kernels::Reduce problem = kernels::make_reduce(reduction, in, axes);
  if (is_shared(problem, in)) {
    run_shared(problem, in, axes, call.out[0].data);
    return {};
  }
  const int64_t units = kernels::reduce_units(problem), group = kernels::reduce_unit_group(problem);
  split_work((units + group - 1) / group, units * kernels::reduce_unit_cost(problem), nullptr, 0,
             [&](kernels::Range groups, void*) {
               kernels::run_reduce(problem, in.data, call.out[0].data,
                                   {groups.begin * group, std::min(groups.end * group, units)});
             });
  return {};
}

}  // namespace

uint32_t axes_of(const OpDef& op, const TensorType& type, std::span<const Argument> attributes) {
  return rules::axes_mask(InferContext(op, {&type, 1}, attributes), "axis", type.shape.rank())
      .value();  // checked by inference
}

// Sums of integers widen inside the kernel; all other changes of dtype need a cast before.
DType dtype_reduced_in(kernels::Reduction reduction, DType in, DType out) {
  if (!accumulates(reduction) || in == out) return in;
  const bool casts =
      reduction == kernels::Reduction::kProd || kernels::result_dtype(reduction, in) != out;
  return casts ? out : in;
}

Slot reduce_slot(kernels::Reduction reduction) {
  Slot slot;
  switch (reduction) {
    case kernels::Reduction::kSum:
      slot.run = run<kernels::Reduction::kSum>;
      slot.scratch_bytes = scratch_bytes<kernels::Reduction::kSum>;
      break;
    case kernels::Reduction::kMax: slot.run = run<kernels::Reduction::kMax>; break;
    case kernels::Reduction::kMin: slot.run = run<kernels::Reduction::kMin>; break;
    case kernels::Reduction::kArgMax: slot.run = run<kernels::Reduction::kArgMax>; break;
    case kernels::Reduction::kArgMin: slot.run = run<kernels::Reduction::kArgMin>; break;
    case kernels::Reduction::kProd:
      slot.run = run<kernels::Reduction::kProd>;
      slot.scratch_bytes = scratch_bytes<kernels::Reduction::kProd>;
      break;
  }
  const bool gives_place =
      reduction == kernels::Reduction::kArgMax || reduction == kernels::Reduction::kArgMin;
  if (!gives_place) slot.reduction = reduction;
  return slot;
}

void reduce_attributes(OpDef& op) {
  op.optional(AttributeKind::kInts, "axis", "axis or axes to reduce; none reduces all")
      .boolean("keepdims", false, "keep the reduced axes with extent 1");
}

void accumulator_attribute(OpDef& op) {
  op.optional(AttributeKind::kDType, "dtype",
              "floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in "
              "their own");
}

OpDef& sample_reduction(OpDef& op) {
  return op.sample(R"({"shapes": [[2, 3, 4]], "axis": [0, 2]})")
      .sample(R"({"shapes": [[5]]})")
      .sample(R"({"shapes": [[]]})")
      .sample(R"({"shapes": [[0, 3]], "axis": 1})")
      .sample(R"({"shapes": [[2, 3]], "axis": -1, "keepdims": true})");
}

Result<uint32_t> reduced_axes(const ComposeContext& c) {
  const TensorType type = c.in(0).type();
  return rules::axes_mask(InferContext(c.op(), {&type, 1}, c.all()), "axis", type.shape.rank());
}

int64_t reduced_count(const Shape& shape, uint32_t mask) {
  int64_t count = 1;
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (mask >> axis & 1) count *= shape[axis];
  return count;
}

Result<Types> infer_reduction_of(kernels::Reduction reduction, const InferContext& c) {
  const Shape& shape = c.in[0].shape;
  WEFT_ASSIGN(const uint32_t mask, rules::axes_mask(c, "axis", shape.rank()));
  const bool arg =
      reduction == kernels::Reduction::kArgMax || reduction == kernels::Reduction::kArgMin;
  if (arg && c.has("axis") && c.ints("axis").size() != 1)
    return errors::invalid_value(c.op().name, "`axis` must be one axis or none; got ",
                                 c.ints("axis").size(), " axes");
  if (!accumulates(reduction))
    for (int axis = 0; axis < shape.rank(); ++axis)
      if ((mask >> axis & 1) && shape[axis] == 0)
        return errors::invalid_value(c.op().name, "`", c.op().inputs[0].name,
                                     "` must not be empty along the reduced axes; got shape ",
                                     shape);
  DType dtype = kernels::result_dtype(reduction, c.in[0].dtype);
  if (accumulates(reduction) && c.has("dtype")) {
    dtype = c.dtype("dtype");
    if (kernels::result_dtype(reduction, dtype) != dtype)
      return errors::invalid_type(c.op().name,
                                  "`dtype` must be a floating dtype, int64 or uint64; got ", dtype);
  }
  return Types{{dtype, rules::reduced_shape(shape, mask, c.flag("keepdims"))}};
}

// The inner `where` keeps the square root away from 0: its derivative there is infinite, and
// infinity times 0 would make the cotangent NaN.
Value root_from_zero(const Value& s) {
  const Value is_positive = greater(s, scalar(s, 0));
  return where(is_positive, s.builder().call("sqrt", {where(is_positive, s, scalar(s, 1))}), s);
}

Shape kept_shape(const GradContext& g) {
  const TensorType type = g.in(0).type();
  return rules::reduced_shape(type.shape, axes_of(g.op(), type, g.all()), true);
}

}  // namespace weft::ops

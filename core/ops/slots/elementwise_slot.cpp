// Runs one formula as a tile program with a single step, split over threads.

#include "ops/slots/elementwise_slot.h"

#include "base/errors.h"
#include "kernels/tiles/tile_program.h"
#include "ops/op.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

// A buffer on the stack for tiles of operands with odd strides. One step has few operands, so more
// is never asked for.
constexpr int64_t kTileScratchLimit = 64 * 1024;

Status run_formula(const KernelCall& call) {
  const DType dtype = call.in.back().dtype;  // the first input of `where` is a mask
  const kernels::StepKernel step = kernels::step_of(call.op.slot.formula, dtype);
  if (!step) return errors::unsupported(call.op.name, "there is no kernel for ", dtype);
  // The cost of one element in the unit of split_work: the formula and its pass over memory,
  // relative to an addition and its pass.
  const int64_t additions = kernels::cost_of(call.op.slot.formula) + kernels::kCostOfAPass;
  return run_one_step(step, call.in, call.out[0], additions / (1 + kernels::kCostOfAPass));
}

// Element i of the output reads element i of each operand, or the one element of a broadcast axis.
ElementBox same_box(const SlotTypes& types, const ElementBox& out, int operand) {
  const Shape& shape = types.in[operand].shape;
  ElementBox box;
  box.begin.resize(shape.rank());
  box.end.resize(shape.rank());
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const int of_out = axis + types.out[0].shape.rank() - shape.rank();
    const bool repeats = shape[axis] == 1;
    box.begin[axis] = repeats ? 0 : out.begin[of_out];
    box.end[axis] = repeats ? 1 : out.end[of_out];
  }
  return box;
}

}  // namespace

// External 0 is the output, and the inputs follow, broadcast to its shape by strides of 0.
Status run_one_step(kernels::StepKernel step, std::span<const TensorView> in, const TensorView& out,
                    int64_t cost) {
  kernels::TileStep tile_step{};
  tile_step.kernel = step;
  tile_step.out = 0;
  TensorView externals[1 + kernels::kMaxStepInputs];
  DType dtypes[1 + kernels::kMaxStepInputs];
  void* data[1 + kernels::kMaxStepInputs];
  externals[0] = out;
  for (size_t i = 0; i < kernels::kMaxStepInputs; ++i) {
    tile_step.in[i] = i < in.size() ? static_cast<int16_t>(i + 1) : int16_t{-1};
    if (i < in.size()) externals[i + 1] = broadcast_view(in[i], shape_of(out));
  }
  const size_t count = 1 + in.size();
  for (size_t i = 0; i < count; ++i) {
    dtypes[i] = externals[i].dtype;
    data[i] = externals[i].data;
  }
  const kernels::TileProgram program{{&tile_step, 1}, {dtypes, count}, static_cast<int>(count)};
  kernels::TileLoop loop = kernels::make_tile_loop(shape_of(out), {externals, count});
  kernels::transpose_rows(loop);
  const int64_t units = kernels::tile_units(loop);
  const int64_t scratch_bytes = kernels::tile_scratch(program, loop);
  if (scratch_bytes > kTileScratchLimit)
    return errors::internal("elementwise", "scratch of ", scratch_bytes, " bytes");
  const auto body = [&](kernels::Range range, void*) {
    alignas(64) char tile[kTileScratchLimit];
    kernels::run_tiles(program, loop, {data, count}, range, tile);
  };
  split_work(units, shape_of(out).elements() * cost, nullptr, 0, body);
  return {};
}

Slot elementwise_slot(kernels::FormulaId formula) {
  Slot slot;
  slot.run = run_formula;
  slot.strides = Strides::kAny;
  slot.overwrites = every_input;
  slot.elementwise = true;
  slot.formula = formula;
  slot.needs = same_box;
  return slot;
}

}  // namespace weft::ops

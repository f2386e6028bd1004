// Convolution over channel blocks, fused with a bias, the addition of an array (a residual) and a
// clamp. Only the pass `block` puts it into graphs; everything else uses convolution_image.
//
// Shapes: data (N, C / B, H, W, B), weights from pack_convolution, results (N, O / B, OH, OW, B).

#include "kernels/convolution/blocked/convolution_blocked.h"

#include "base/errors.h"
#include "ops/nn/convolution/convolution_costs_impl.h"
#include "ops/nn/convolution/packed_weights_impl.h"
#include "ops/nn/convolution/slices_impl.h"
#include "ops/problems/channel_blocks.h"
#include "ops/problems/convolution_problem.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

// ---- convolution

// The kernel's problem from attributes and shapes; refuses what does not fit. It runs at inference,
// and again for scratch, cost and run, so that all agree.
Result<kernels::BlockedConvolution> parse(const AttributeReader& a, DType dtype, const Shape& x,
                                          const Shape& w) {
  const std::string_view op = a.op().name;
  const bool is_plain = x.rank() == 4;
  if (!is_plain && !is_blocked(x))
    return errors::invalid_value(
        op,
        "`data` must have shape (N, C, H, W), or (N, C / B, H, W, B) with the block B of C; got ",
        x);
  const bool is_depthwise = w.rank() == 4;
  const int64_t winograd = a.integer("winograd");
  if (!is_depthwise && w.rank() != (winograd ? 5 : 6))
    return errors::invalid_value(op, "`weight` must come from pack_convolution; got shape ", w);
  WEFT_ASSIGN(const Window window, read_window(a, op, 2));
  kernels::Convolution p{};
  const Shape image = plain_shape(x);
  WEFT_ASSIGN(const SliceWindow slices, read_slices(a, image[0]));
  p.dtype = dtype;
  p.batch = slices.images(image[0]);
  p.groups = a.integer("num_group");
  p.in_channels = image[1] * slices.kernel;
  p.in_height = image[2];
  p.in_width = image[3];
  p.out_channels = a.integer("filters");
  const Shape kernel = packed_kernel(w, winograd);
  p.kernel_height = kernel[0];
  p.kernel_width = kernel[1];
  set_window(p, window);
  const int64_t in_block = is_plain ? 1 : x[4];
  if (p.groups < 1 || p.in_channels % p.groups != 0 || p.out_channels % p.groups != 0 ||
      !kernels::blocks_fit(p, in_block))
    return errors::invalid_value(op, "`num_group` must divide the channels of `data` ", x,
                                 " and the ", p.out_channels,
                                 " `filters` into groups of whole channel blocks; got ", p.groups);
  if (a.has("kernel") &&
      (window.kernel[1] != p.kernel_height || window.kernel[2] != p.kernel_width))
    return errors::invalid_value(op, "`kernel` must be the extents of `weight`, ",
                                 Shape{p.kernel_height, p.kernel_width}, "; got ",
                                 Shape(a.ints("kernel")));
  WEFT_TRY(check_winograd(a, p, in_block));
  if (winograd &&
      (window.stride[1] * window.stride[2] != 1 || window.dilate[1] * window.dilate[2] != 1))
    return errors::invalid_value(op, "`winograd` needs `stride` and `dilate` of 1; got ",
                                 Shape{window.stride[1], window.stride[2]}, " and ",
                                 Shape{window.dilate[1], window.dilate[2]});
  if (p.kernel_height < 1 || p.kernel_width < 1 || w != packed_shape(p, in_block, winograd))
    return errors::invalid_value(op, "`weight` must come from pack_convolution for `data` ", x,
                                 " and ", p.out_channels, " `filters`; got shape ", w);
  p.out_height = kernels::convolution_extent(p.in_height, p.kernel_height, p.stride_height,
                                             p.pad_top, window.pad_end[1], p.dilation_height);
  p.out_width = kernels::convolution_extent(p.in_width, p.kernel_width, p.stride_width, p.pad_left,
                                            window.pad_end[2], p.dilation_width);
  if (p.out_height < 1 || p.out_width < 1)
    return errors::invalid_value(op, "the window of `weight` must fit into the padded `data` ", x,
                                 "; got ", w);
  kernels::BlockedConvolution problem = kernels::in_blocks(p, in_block, winograd);
  problem.places = slices.places(image[1]);
  problem.depth_parts = kernels::depth_parts(p, in_block);
  if (a.has("low")) problem.low = static_cast<float>(a.real("low"));
  if (a.has("high")) problem.high = static_cast<float>(a.real("high"));
  return problem;
}

Shape output_shape(const kernels::BlockedConvolution& problem) {
  const kernels::Convolution& p = problem.shape;
  return blocked_shape({p.batch, p.out_channels, p.out_height, p.out_width}, problem.out_block);
}

Result<Types> infer(const InferContext& c) {
  WEFT_TRY(require_blocked_dtype(c));
  const DType dtype = c.in[0].dtype;
  WEFT_ASSIGN(const kernels::BlockedConvolution p, parse(c, dtype, c.in[0].shape, c.in[1].shape));
  if (c.given(2) && c.in[2].shape != Shape{p.shape.out_channels})
    return errors::invalid_value(c.op().name, "`bias` must have shape (", p.shape.out_channels,
                                 ",); got ", c.in[2].shape);
  if (c.given(3) && c.in[3].shape != output_shape(p))
    return errors::invalid_value(c.op().name, "`residual` must have shape ", output_shape(p),
                                 "; got ", c.in[3].shape);
  return Types{{dtype, output_shape(p)}};
}

kernels::BlockedConvolution problem_of(const SlotTypes& types) {
  const TensorType& x = types.in[0];
  return parse(types.op.reader(types.attributes), x.dtype, x.shape, types.in[1].shape).value();
}

// The work of the rows that this call makes (all, or a row tile).
int64_t work_of(const kernels::BlockedConvolution& problem) {
  const kernels::Convolution& p = problem.shape;
  return blocked_work(p) / std::max<int64_t>(1, p.out_height) *
         (problem.rows.end - problem.rows.begin);
}

// Adding parts of a sum over channels: half of what is read comes from other threads' caches, so
// one element counts as several.
int64_t work_of_adding(const kernels::BlockedConvolution& problem) {
  constexpr int64_t kElement = 8;
  return (problem.rows.end - problem.rows.begin) * problem.shape.out_width *
         problem.shape.out_channels * kElement;
}

// A row tile makes some rows only, and reads and writes ring buffers of rows.
void restrict_to(const RowTile& row_tile, kernels::BlockedConvolution& problem) {
  problem.rows = {row_tile.begin, row_tile.end};
  problem.x_ring_rows = row_tile.in_ring_rows[0];
  problem.results.height = row_tile.out_ring_rows;
  problem.residual_ring_rows =
      row_tile.in_ring_rows[3] > 0 ? row_tile.in_ring_rows[3] : row_tile.out_ring_rows;  // 0: none
}

// The rows that the windows of the output's rows read. A Winograd tile that sticks out of the image
// reads nothing else. For operand -1: the rows are rounded to whole Winograd tiles.
ElementBox needs(const SlotTypes& types, const ElementBox& out, int operand) {
  if (operand == 1 || operand == 2) return {Shape::absent(), Shape::absent()};
  if (operand == 3) return out;
  const kernels::BlockedConvolution problem = problem_of(types);
  const kernels::Convolution& p = problem.shape;
  ElementBox box = out;
  if (operand < 0) {
    const int64_t side = std::max<int64_t>(1, problem.winograd);
    box.begin[2] = out.begin[2] / side * side;
    box.end[2] = std::min(p.out_height, (out.end[2] + side - 1) / side * side);
    return box;
  }
  box.end = types.in[0].shape;
  box.begin = Shape();
  for (int axis = 0; axis < box.end.rank(); ++axis) box.begin.push_back(0);
  const int64_t from = out.begin[2] * p.stride_height - p.pad_top;
  const int64_t to = (out.end[2] - 1) * p.stride_height - p.pad_top +
                     (p.kernel_height - 1) * p.dilation_height + 1;
  box.begin[2] = std::clamp<int64_t>(from, 0, p.in_height);
  box.end[2] = std::clamp<int64_t>(to, box.begin[2], p.in_height);
  return box;
}

Status run(const KernelCall& call) {
  auto problem = *static_cast<const kernels::BlockedConvolution*>(call.problem);
  if (call.row_tile) restrict_to(*call.row_tile, problem);
  const auto array = [&](size_t i) { return call.in.size() > i ? call.in[i].data : nullptr; };
  const kernels::BlockedOperands operands = {
      array(0), array(1), array(2), array(3), call.out[0].data, static_cast<float*>(call.scratch)};
  const kernels::BlockedPlan plan = kernels::plan_blocked(problem);
  const int64_t of_parts = kernels::bytes_of_parts(problem);
  char* const of_threads = static_cast<char*>(call.scratch) + of_parts;
  split_work(plan.units, work_of(problem), of_threads, plan.scratch,
             [&](kernels::Range range, void* scratch) {
               kernels::run_blocked_convolution(plan, operands, range, scratch);
             });
  // A sum over many channels may be cut into parts that threads compute separately; here they are
  // added.
  if (of_parts > 0)
    split_work(
        problem.shape.out_channels / problem.out_block, work_of_adding(problem), nullptr, 0,
        [&](kernels::Range planes, void*) { kernels::add_depth_parts(problem, operands, planes); });
  return {};
}

Slot slot() {
  Slot s = dense_slot(run);
  s.problem = [](const SlotTypes& t) -> std::shared_ptr<const void> {
    return std::make_shared<const kernels::BlockedConvolution>(problem_of(t));
  };
  s.scratch_bytes = [](const SlotTypes& t, int threads) {
    kernels::BlockedConvolution problem = problem_of(t);
    if (t.rows > 0) problem.rows = {0, t.rows};
    return kernels::bytes_of_parts(problem) + threads * kernels::plan_blocked(problem).scratch;
  };
  s.cost = [](const SlotTypes& t) {
    Cost cost{2.0 * static_cast<double>(products(problem_of(t).shape)), 0};
    for (const TensorType& type : t.in)
      if (type.shape.rank() >= 0) cost.bytes += static_cast<double>(type.bytes());
    cost.bytes += static_cast<double>(t.out[0].bytes());
    return cost;
  };
  s.pieces = [](const SlotTypes& t) {
    const kernels::BlockedConvolution p = problem_of(t);
    return pieces_of_work(kernels::plan_blocked(p).units, work_of(p));
  };
  s.needs = needs;
  s.overwrites = [](const SlotTypes& t) {
    constexpr uint32_t kResidual = 1u << 3;
    return kernels::residual_may_be_result(problem_of(t)) ? kResidual : 0;
  };
  return s;
}

}  // namespace

WEFT_OP(convolution_blocked) {
  op.doc("Convolution over channel blocks; then a bias, an array that is added, and bounds.")
      .in(Namespace::kInternal)
      .input("data",
             "float32 or, without winograd of 4, bfloat16; shape (N, C / B, H, W, B) or, with few "
             "channels, (N, C, H, W)")
      .input("weight", "from pack_convolution")
      .optional_input("bias", "shape (filters,)")
      .optional_input("residual", "added to the result, of its shape")
      .promote(Promotion::kExact);
  convolution_attributes(op);
  op.required(AttributeKind::kInt, "filters", "channels of the result")
      .optional(AttributeKind::kFloat, "low", "lower bound of the result; none leaves it open")
      .optional(AttributeKind::kFloat, "high", "upper bound of the result; none leaves it open")
      .integer("winograd", 0, "side of Winograd's tiles, as the weight was packed")
      .optional(AttributeKind::kInts, "slices", kSlicesMeaning)
      .computes(Precision::kNarrow)
      .infer(infer)
      .no_gradient("the pass that makes it runs behind the gradients")
      .kernel(slot())
      .sample(R"({"shapes": [[2, 1, 6, 5, 16], [2, 1, 3, 2, 16, 16], [24], [2, 3, 3, 6, 8]],
                  "dtypes": ["float32", "float32", "float32", "float32"],
                  "kernel": [3, 2], "stride": [2, 1], "pad": [1, 1], "filters": 24, "low": 0})")
      .sample(R"({"shapes": [[1, 3, 7, 6], [1, 3, 3, 3, 1, 16]], "dtypes": ["float32", "float32"],
                  "pad": 1, "stride": 2, "filters": 16})")
      .sample(R"({"shapes": [[1, 3, 8, 6], [1, 3, 3, 3, 1, 16]], "dtypes": ["float32", "float32"],
                  "pad": [0, 0, 1, 1], "stride": 2, "filters": 16})")
      .sample(R"({"shapes": [[2, 2, 6, 4, 16], [2, 3, 3, 16]], "dtypes": ["float32", "float32"],
                  "pad": [0, 1, 1, 0], "stride": 2, "num_group": 32, "filters": 32})")
      .sample(R"({"shapes": [[1, 1, 5, 6, 16], [16, 2, 1, 16, 16]],
                  "dtypes": ["float32", "float32"], "pad": [0, 0, 2, 1], "filters": 32,
                  "winograd": 2})")
      .sample(R"({"shapes": [[2, 2, 5, 4, 16], [2, 3, 3, 16], [32]],
                  "dtypes": ["float32", "float32", "float32"],
                  "pad": 1, "num_group": 32, "filters": 32, "low": 0, "high": 6})")
      .sample(R"({"shapes": [[1, 4, 3, 4, 16], [4, 2, 1, 2, 16, 16], null, [1, 4, 3, 2, 16]],
                  "dtypes": ["float32", "float32", null, "float32"],
                  "num_group": 2, "dilate": [1, 2], "filters": 64})")
      .sample(R"({"shapes": [[2, 1, 5, 6, 16], [16, 2, 1, 16, 16], [32]],
                  "dtypes": ["float32", "float32", "float32"], "pad": [1, 0], "filters": 32,
                  "winograd": 2})")
      .sample(R"({"shapes": [[1, 3, 4, 3, 16], [1, 3, 1, 1, 16, 16], [16], [1, 1, 4, 3, 16]],
                  "dtypes": ["float32", "float32", "float32", "float32"], "filters": 16,
                  "low": 0})")
      .sample(R"({"shapes": [[8, 1, 3, 4, 8], [1, 2, 2, 3, 8, 16]],
                  "dtypes": ["float32", "float32"], "pad": [0, 1], "filters": 8,
                  "slices": [4, 2, 2]})")
      .sample(R"({"shapes": [[6, 1, 4, 5, 16], [16, 2, 3, 16, 16]],
                  "dtypes": ["float32", "float32"], "pad": 1, "filters": 32, "winograd": 2,
                  "slices": [3, 3, 1]})");
}

}  // namespace weft::ops

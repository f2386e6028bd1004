// Gradients of convolution over channel blocks, with respect to data and weight. Only the pass
// `block` puts them into graphs; everything else uses convolution_data and convolution_weight.

#include "base/errors.h"
#include "kernels/convolution/blocked/convolution_blocked.h"
#include "ops/nn/convolution/convolution_costs_impl.h"
#include "ops/nn/convolution/packed_weights_impl.h"
#include "ops/nn/convolution/slices_impl.h"
#include "ops/problems/channel_blocks.h"
#include "ops/problems/convolution_problem.h"
#include "ops/registry.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

using kernels::BlockedConvolution;
using kernels::Convolution;

Status require_float32(const InferContext& c) {
  if (c.in[0].dtype == DType::kFloat32) return {};
  return errors::invalid_type(c.op().name, "`", c.op().inputs[0].name, "` must be float32; got ",
                              c.in[0].dtype);
}

// The convolution of plain images of shape `data` with `kernel`; `dout` must have its result's
// shape.
Result<Convolution> shape_of_problem(const AttributeReader& a, DType dtype, const Shape& data,
                                     const Shape& kernel, const Shape& dout) {
  const std::string_view op = a.op().name;
  if (!is_blocked(dout))
    return errors::invalid_value(
        op, "`dout` must have shape (N, O / B, H, W, B) with the block B of O; got ", dout);
  WEFT_ASSIGN(const Window window, read_window(a, op, 2));
  if (kernel[0] < 1 || kernel[1] < 1 ||
      (a.has("kernel") && (window.kernel[1] != kernel[0] || window.kernel[2] != kernel[1])))
    return errors::invalid_value(op,
                                 "`kernel` must be the extents of the weight, at least 1: ", kernel,
                                 "; got ", Shape{window.kernel[1], window.kernel[2]});
  Convolution p{};
  p.dtype = dtype;
  p.batch = data[0];
  p.groups = a.integer("num_group");
  p.in_channels = data[1];
  p.in_height = data[2];
  p.in_width = data[3];
  p.out_channels = dout[1] * dout[4];
  p.kernel_height = kernel[0];
  p.kernel_width = kernel[1];
  set_window(p, window);
  p.out_height = kernels::convolution_extent(p.in_height, p.kernel_height, p.stride_height,
                                             p.pad_top, window.pad_end[1], p.dilation_height);
  p.out_width = kernels::convolution_extent(p.in_width, p.kernel_width, p.stride_width, p.pad_left,
                                            window.pad_end[2], p.dilation_width);
  if (p.groups < 1 || p.in_channels % p.groups != 0 || p.out_channels % p.groups != 0)
    return errors::invalid_value(op, "`num_group` must divide the ", p.in_channels,
                                 " channels and ", p.out_channels, " filters; got ", p.groups);
  const Shape result{p.batch, p.out_channels, p.out_height, p.out_width};
  if (p.out_height < 1 || p.out_width < 1 || plain_shape(dout) != result)
    return errors::invalid_value(op, "`dout` must be the blocks of an array of shape ", result,
                                 "; got shape ", dout);
  return p;
}

// Winograd's tiles overlap in a fixed way, which needs a stride and a dilation of 1.
Status check_steps(const AttributeReader& a, const Convolution& p) {
  if (a.integer("winograd") == 0 ||
      p.stride_height * p.stride_width * p.dilation_height * p.dilation_width == 1)
    return {};
  return errors::invalid_value(a.op().name, "`winograd` needs `stride` and `dilate` of 1; got ",
                               Shape{p.stride_height, p.stride_width}, " and ",
                               Shape{p.dilation_height, p.dilation_width});
}

Cost cost_of_problem(const Convolution& p, const SlotTypes& t) {
  return {2.0 * static_cast<double>(products(p)),
          static_cast<double>(t.in[0].bytes() + t.in[1].bytes() + t.out[0].bytes())};
}

// ---- of the data

// The gradient of the data is a convolution of dout with the adjoint's weights: channels and
// filters change places, and the kernel is mirrored.
Result<BlockedConvolution> parse_data(const AttributeReader& a, DType dtype, const Shape& dout,
                                      const Shape& w) {
  const std::string_view op = a.op().name;
  const Shape data(a.ints("data_shape"));
  WEFT_TRY(checked_elements(data.span(), op, "data_shape").status());
  if (data.rank() != 4)
    return errors::invalid_value(op, "`data_shape` must have four axes; got ", data);
  const int64_t winograd = a.integer("winograd");
  if (w.rank() != (winograd ? 5 : 6) && (winograd || w.rank() != 4))
    return errors::invalid_value(op, "`weight` must come from pack_convolution; got shape ", w);
  WEFT_ASSIGN(const Convolution p,
              shape_of_problem(a, dtype, data, packed_kernel(w, winograd), dout));
  const Convolution adjoint = kernels::adjoint_of(p);
  if (!kernels::blocks_fit(adjoint, dout[4]))
    return errors::invalid_value(op, "`num_group` must divide the channels of ", data,
                                 " and the filters of ", dout,
                                 " into groups of whole channel blocks; got ", p.groups);
  WEFT_TRY(check_winograd(a, adjoint, dout[4]));
  WEFT_TRY(check_steps(a, p));
  if (w != packed_shape(adjoint, dout[4], winograd))
    return errors::invalid_value(op, "`weight` must come from pack_convolution for `data_shape` ",
                                 data, " and `dout` ", dout, "; got shape ", w);
  return kernels::in_blocks(p, dout[4], winograd);
}

Result<Types> infer_data(const InferContext& c) {
  WEFT_TRY(require_blocked_dtype(c));
  const DType dtype = c.in[0].dtype;
  WEFT_TRY(parse_data(c, dtype, c.in[0].shape, c.in[1].shape).status());
  const Shape data(c.ints("data_shape"));
  return Types{{dtype, blocked_shape(data, channel_block(data[1]))}};
}

BlockedConvolution data_problem(const SlotTypes& t) {
  return parse_data(t.op.reader(t.attributes), t.in[0].dtype, t.in[0].shape, t.in[1].shape).value();
}

Status run_data(const KernelCall& call) {
  const auto problem = parse_data(call.op.reader(call.attributes), call.in[0].dtype,
                                  shape_of(call.in[0]), shape_of(call.in[1]))
                           .value();
  const kernels::BlockedOperands operands = {call.in[0].data, call.in[1].data, nullptr, nullptr,
                                             call.out[0].data};
  split_work(kernels::blocked_data_units(problem), blocked_work(problem.shape), call.scratch,
             kernels::blocked_data_scratch(problem), [&](kernels::Range range, void* scratch) {
               kernels::run_blocked_data(problem, operands, range, scratch);
             });
  return {};
}

Slot data_slot() {
  Slot s = dense_slot(run_data);
  s.scratch_bytes = [](const SlotTypes& t, int threads) {
    return threads * kernels::blocked_data_scratch(data_problem(t));
  };
  s.cost = [](const SlotTypes& t) { return cost_of_problem(data_problem(t).shape, t); };
  s.pieces = [](const SlotTypes& t) {
    const BlockedConvolution p = data_problem(t);
    return pieces_of_work(kernels::blocked_data_units(p), blocked_work(p.shape));
  };
  return s;
}

// ---- of the weight

Result<BlockedConvolution> parse_weight(const AttributeReader& a, const Shape& x,
                                        const Shape& dout) {
  const std::string_view op = a.op().name;
  const Shape w(a.ints("weight_shape"));
  WEFT_TRY(checked_elements(w.span(), op, "weight_shape").status());
  if (x.rank() != 4 && !is_blocked(x))
    return errors::invalid_value(
        op,
        "`data` must have shape (N, C, H, W), or (N, C / B, H, W, B) with the block B of C; got ",
        x);
  if (w.rank() != 4)
    return errors::invalid_value(op, "`weight_shape` must have four axes; got ", w);
  const Shape image = plain_shape(x);
  WEFT_ASSIGN(const SliceWindow slices, read_slices(a, image[0]));
  const Shape data{slices.images(image[0]), image[1] * slices.kernel, image[2], image[3]};
  WEFT_ASSIGN(const Convolution p, shape_of_problem(a, DType::kFloat32, data, {w[2], w[3]}, dout));
  const int64_t in_block = x.rank() == 4 ? 1 : x[4];
  if (!kernels::blocks_fit(p, in_block))
    return errors::invalid_value(op, "`num_group` must divide the channels of `data` ", x,
                                 " and the filters of `dout` ", dout,
                                 " into groups of whole channel blocks; got ", p.groups);
  if (w[0] != p.out_channels || w[1] * p.groups != p.in_channels)
    return errors::invalid_value(op, "`weight_shape` must fit `data` ", x, " and `dout` ", dout,
                                 "; got ", w);
  WEFT_TRY(check_winograd(a, p, in_block));
  WEFT_TRY(check_steps(a, p));
  BlockedConvolution problem = kernels::in_blocks(p, in_block, a.integer("winograd"));
  problem.places = slices.places(image[1]);
  return problem;
}

Result<Types> infer_weight(const InferContext& c) {
  WEFT_TRY(require_float32(c));
  WEFT_TRY(parse_weight(c, c.in[0].shape, c.in[1].shape).status());
  return Types{{DType::kFloat32, Shape(c.ints("weight_shape"))}};
}

BlockedConvolution weight_problem(const SlotTypes& t) {
  return parse_weight(t.op.reader(t.attributes), t.in[0].shape, t.in[1].shape).value();
}

Status run_weight(const KernelCall& call) {
  const auto problem =
      parse_weight(call.op.reader(call.attributes), shape_of(call.in[0]), shape_of(call.in[1]))
          .value();
  split_work(kernels::blocked_weight_units(problem), blocked_work(problem.shape), call.scratch,
             kernels::blocked_weight_scratch(problem), [&](kernels::Range range, void* scratch) {
               kernels::run_blocked_weight(problem, static_cast<const float*>(call.in[0].data),
                                           static_cast<const float*>(call.in[1].data),
                                           static_cast<float*>(call.out[0].data), range, scratch);
             });
  return {};
}

Slot weight_slot() {
  Slot s = dense_slot(run_weight);
  s.scratch_bytes = [](const SlotTypes& t, int threads) {
    return threads * kernels::blocked_weight_scratch(weight_problem(t));
  };
  s.cost = [](const SlotTypes& t) { return cost_of_problem(weight_problem(t).shape, t); };
  s.pieces = [](const SlotTypes& t) {
    const BlockedConvolution p = weight_problem(t);
    return pieces_of_work(kernels::blocked_weight_units(p), blocked_work(p.shape));
  };
  return s;
}

}  // namespace

WEFT_OP(convolution_data_blocked) {
  op.doc("Gradient of convolution with respect to its data, over channel blocks.")
      .in(Namespace::kInternal)
      .input("dout", "float32 or, without winograd of 4, bfloat16; shape (N, O / B, H, W, B)")
      .input("weight", "from pack_convolution, as the adjoint's")
      .promote(Promotion::kExact);
  convolution_attributes(op);
  op.required(AttributeKind::kInts, "data_shape", "shape (N, C, H, W) of the data")
      .integer("winograd", 0, "side of Winograd's tiles, as the weight was packed")
      .computes(Precision::kNarrow)
      .infer(infer_data)
      .no_gradient("the pass that makes it runs behind the gradients")
      .kernel(data_slot())
      .sample(R"({"shapes": [[2, 2, 3, 4, 16], [1, 2, 3, 2, 16, 16]],
                  "dtypes": ["float32", "float32"], "kernel": [3, 2], "stride": [2, 1],
                  "pad": [1, 0], "data_shape": [2, 8, 6, 5]})")
      .sample(R"({"shapes": [[1, 3, 4, 3, 8], [1, 3, 1, 1, 8, 16]],
                  "dtypes": ["float32", "float32"], "stride": 2, "data_shape": [1, 16, 7, 6]})")
      .sample(R"({"shapes": [[1, 1, 1, 2, 8], [1, 1, 1, 1, 8, 16]],
                  "dtypes": ["float32", "float32"], "stride": 2, "data_shape": [1, 8, 1, 3]})")
      .sample(R"({"shapes": [[2, 2, 3, 3, 16], [2, 3, 3, 16]], "dtypes": ["float32", "float32"],
                  "stride": 2, "pad": 1, "num_group": 32, "data_shape": [2, 32, 5, 6]})")
      .sample(R"({"shapes": [[1, 2, 3, 3, 16], [1, 2, 3, 3, 16, 16]],
                  "dtypes": ["float32", "float32"], "stride": 2, "pad": [0, 0, 1, 1],
                  "data_shape": [1, 16, 6, 6]})")
      .sample(R"({"shapes": [[1, 2, 4, 3, 16], [2, 1, 3, 1, 16, 16]],
                  "dtypes": ["float32", "float32"], "num_group": 2, "dilate": [2, 1],
                  "pad": [2, 0], "data_shape": [1, 32, 4, 3]})")
      .sample(R"({"shapes": [[1, 2, 5, 4, 16], [16, 1, 2, 16, 16]],
                  "dtypes": ["float32", "float32"], "pad": 1, "winograd": 2,
                  "data_shape": [1, 16, 5, 4]})");
}

WEFT_OP(convolution_weight_blocked) {
  op.doc("Gradient of convolution with respect to its weight, over channel blocks.")
      .in(Namespace::kInternal)
      .input("data", "float32, shape (N, C / B, H, W, B) or, with few channels, (N, C, H, W)")
      .input("dout", "float32, shape (N, O / B, H, W, B)")
      .promote(Promotion::kExact);
  convolution_attributes(op);
  op.required(AttributeKind::kInts, "weight_shape", "shape (O, C / groups, KH, KW) of the weight")
      .integer("winograd", 0, "side of Winograd's tiles, 2 or 4, that it is summed by")
      .optional(AttributeKind::kInts, "slices", kSlicesMeaning)
      .computes(Precision::kNarrow)
      .infer(infer_weight)
      .no_gradient("the pass that makes it runs behind the gradients")
      .kernel(weight_slot())
      .sample(R"({"shapes": [[2, 1, 6, 5, 16], [2, 3, 3, 4, 8]], "dtypes": ["float32", "float32"],
                  "kernel": [3, 2], "stride": [2, 1], "pad": [1, 0], "weight_shape": [24, 16, 3, 2]})")
      .sample(R"({"shapes": [[1, 3, 7, 6], [1, 1, 4, 3, 16]], "dtypes": ["float32", "float32"],
                  "pad": 1, "stride": 2, "weight_shape": [16, 3, 3, 3]})")
      .sample(R"({"shapes": [[1, 1, 6, 6, 16], [1, 1, 3, 3, 16]], "dtypes": ["float32", "float32"],
                  "pad": [0, 0, 1, 1], "stride": 2, "weight_shape": [16, 16, 3, 3]})")
      .sample(R"({"shapes": [[2, 2, 5, 4, 16], [2, 2, 5, 4, 16]], "dtypes": ["float32", "float32"],
                  "pad": 1, "num_group": 32, "weight_shape": [32, 1, 3, 3]})")
      .sample(R"({"shapes": [[1, 4, 3, 4, 16], [1, 4, 3, 2, 16]], "dtypes": ["float32", "float32"],
                  "num_group": 2, "dilate": [1, 2], "weight_shape": [64, 32, 1, 2]})")
      .sample(R"({"shapes": [[2, 1, 5, 6, 16], [2, 2, 5, 6, 16]], "dtypes": ["float32", "float32"],
                  "pad": 1, "weight_shape": [32, 16, 3, 3], "winograd": 2})")
      .sample(R"({"shapes": [[8, 1, 5, 3, 16], [6, 1, 5, 3, 8]], "dtypes": ["float32", "float32"],
                  "pad": 1, "weight_shape": [8, 32, 3, 3], "slices": [4, 2, 1]})")
      .sample(R"({"shapes": [[6, 1, 5, 6, 16], [4, 2, 5, 6, 16]], "dtypes": ["float32", "float32"],
                  "pad": 1, "weight_shape": [32, 32, 3, 3], "winograd": 2, "slices": [3, 2, 1]})");
}

}  // namespace weft::ops

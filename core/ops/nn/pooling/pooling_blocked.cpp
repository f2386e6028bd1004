// Pooling of images in channel blocks, and its gradient. Only the pass `block` puts them into
// graphs. For a maximum, the gradient reads which tap (element) of the window was the largest: one
// byte each.

#include <algorithm>

#include "base/errors.h"
#include "kernels/pooling/pooling.h"
#include "ops/nn/convolution/packed_weights_impl.h"
#include "ops/nn/convolution/window_impl.h"
#include "ops/problems/channel_blocks.h"
#include "ops/problems/pooling_problem.h"
#include "ops/registry.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

// A plane of the kernel is one block of channels of one image.
Result<kernels::Pooling> parse_blocked(const AttributeReader& a, DType dtype, const Shape& x) {
  if (!is_blocked(x))
    return errors::invalid_value(
        a.op().name, "`data` must have shape (N, C / B, H, W, B) with the block B of C; got ", x);
  WEFT_ASSIGN(kernels::Pooling p, pooling_problem(a, dtype, plain_shape(x)));
  p.planes = x[0] * x[1];
  return p;
}

Result<Types> infer_blocked(const InferContext& c) {
  const DType dtype = c.in[0].dtype;
  WEFT_TRY(require_blocked_dtype(c));
  const Shape x = c.in[0].shape;
  WEFT_ASSIGN(const bool average, is_average_pooling(c));
  if (!kernels::has_blocked_pool(average))
    return errors::unsupported(c.op().name, "`pool_type` ", average ? "avg" : "max",
                               " is not in this build of Weft, because no model of WEFT_OPS ",
                               "uses it");
  WEFT_ASSIGN(const kernels::Pooling p, parse_blocked(c, dtype, x));
  return Types{{dtype, Shape{x[0], x[1], p.out_height, p.out_width, x[4]}}};
}

Status run_blocked(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  auto p = parse_blocked(a, call.in[0].dtype, shape_of(call.in[0])).value();
  if (call.row_tile) {
    p.rows = {call.row_tile->begin, call.row_tile->end};
    p.in_ring_rows = call.row_tile->in_ring_rows[0];
    p.out_ring_rows = call.row_tile->out_ring_rows;
  }
  const int64_t block = call.in[0].shape[4], rows_made = p.rows.end - p.rows.begin;
  const bool average = is_average_pooling(a).value();
  const int64_t work = work_of(p) / p.out_height * rows_made * block;
  split_work(p.planes * rows_made, work, nullptr, 0, [&](kernels::Range rows, void*) {
    kernels::run_blocked_pool(p, block, average, call.in[0].data, call.out[0].data, rows);
  });
  return {};
}

// The rows that the windows of the output's rows read.
ElementBox needs_rows(const SlotTypes& types, const ElementBox& out, int operand) {
  if (operand < 0) return out;
  const Shape& x = types.in[0].shape;
  const auto p = parse_blocked(types.op.reader(types.attributes), types.in[0].dtype, x).value();
  ElementBox box{Shape(), x};
  box.begin.resize(x.rank(), 0);
  const int64_t from = out.begin[2] * p.stride_height - p.pad_top;
  const int64_t to = (out.end[2] - 1) * p.stride_height - p.pad_top + p.kernel_height;
  box.begin[2] = std::clamp<int64_t>(from, 0, p.in_height);
  box.end[2] = std::clamp<int64_t>(to, box.begin[2], p.in_height);
  return box;
}

Slot slot_of_pooling() {
  Slot slot = dense_slot(run_blocked);
  slot.needs = needs_rows;
  return slot;
}

// ---- taps of the maxima

Result<Types> infer_taps(const InferContext& c) {
  if (c.in[0].dtype != DType::kFloat32)
    return errors::invalid_type(c.op().name, "`data` must be float32; got ", c.in[0].dtype);
  WEFT_ASSIGN(Types types, infer_blocked(c));
  WEFT_ASSIGN(const kernels::Pooling p, parse_blocked(c, DType::kFloat32, c.in[0].shape));
  if (p.kernel_height * p.kernel_width > kernels::kMaxPoolTaps)
    return errors::invalid_value(c.op().name, "`kernel` must have at most ", kernels::kMaxPoolTaps,
                                 " elements; got ", p.kernel_height * p.kernel_width);
  types[0].dtype = DType::kUInt8;
  return types;
}

// A tap is the index of an element within its window, row by row.
Status run_taps(const KernelCall& call) {
  const auto p =
      parse_blocked(call.op.reader(call.attributes), DType::kFloat32, shape_of(call.in[0])).value();
  const int64_t block = call.in[0].shape[4];
  split_work(p.planes * p.out_height, work_of(p) * block, nullptr, 0,
             [&](kernels::Range rows, void*) {
               kernels::run_blocked_pool_taps(p, block, static_cast<const float*>(call.in[0].data),
                                              static_cast<uint8_t*>(call.out[0].data), rows);
             });
  return {};
}

// ---- gradients

// `dout` has the shape of the pooled blocks, the result that of `data_shape` in blocks.
Result<Types> infer_gradient(const InferContext& c) {
  const Shape data(c.ints("data_shape")), dout = c.in[0].shape;
  WEFT_TRY(checked_elements(data.span(), c.op().name, "data_shape").status());
  if (c.in[0].dtype != DType::kFloat32)
    return errors::invalid_type(c.op().name, "`dout` must be float32; got ", c.in[0].dtype);
  if (data.rank() != 4 || channel_block(data[1]) == 1)
    return errors::invalid_value(c.op().name, "`data_shape` must be (N, C, H, W) with blocks of ",
                                 "channels; got ", data);
  WEFT_ASSIGN(const kernels::Pooling p, pooling_problem(c, DType::kFloat32, data));
  const Shape pooled{data[0], data[1], p.out_height, p.out_width};
  if (dout != blocked_shape(pooled, channel_block(data[1])))
    return errors::invalid_value(c.op().name, "`dout` must be the blocks of an array of shape ",
                                 pooled, "; got shape ", dout);
  return Types{{DType::kFloat32, blocked_shape(data, channel_block(data[1]))}};
}

Result<Types> infer_scatter(const InferContext& c) {
  if (c.in[1].dtype != DType::kUInt8)
    return errors::invalid_type(c.op().name, "`taps` must be uint8; got ", c.in[1].dtype);
  if (c.in[1].shape != c.in[0].shape)
    return errors::invalid_value(c.op().name, "`dout` ", c.in[0].shape, " and `taps` ",
                                 c.in[1].shape, " must have one shape");
  return infer_gradient(c);
}

// With `taps`, dout goes to the element that was the largest; without, equally to all of a window.
void run_adjoint(const KernelCall& call, const uint8_t* taps) {
  const AttributeReader a = call.op.reader(call.attributes);
  auto p = pooling_problem(a, DType::kFloat32, plain_shape(shape_of(call.out[0]))).value();
  const int64_t block = call.out[0].shape[4];
  p.planes /= block;
  split_work(p.planes, work_of(p) * block, nullptr, 0, [&](kernels::Range planes, void*) {
    kernels::run_blocked_pool_adjoint(p, block, static_cast<const float*>(call.in[0].data), taps,
                                      static_cast<float*>(call.out[0].data), planes);
  });
}

Status run_scatter(const KernelCall& call) {
  run_adjoint(call, static_cast<const uint8_t*>(call.in[1].data));
  return {};
}
Status run_average_gradient(const KernelCall& call) {
  run_adjoint(call, nullptr);
  return {};
}

}  // namespace

WEFT_OP(pooling_blocked) {
  op.doc("Maximum or average over windows of images whose channels lie in blocks.")
      .in(Namespace::kInternal)
      .input("data", "float32 or bfloat16, shape (N, C / B, H, W, B)");
  pooling_attributes(op);
  op.infer(infer_blocked)
      .no_gradient("the pass that makes it runs behind the gradients")
      .kernel(slot_of_pooling())
      .sample(R"({"shapes": [[2, 1, 5, 6, 16]], "dtypes": ["float32"], "kernel": 3, "stride": 2,
                  "pad": 1})")
      .sample(R"({"shapes": [[1, 1, 6, 5, 8]], "dtypes": ["float32"], "kernel": [3, 2],
                  "stride": 2, "pad": [0, 0, 1, 1], "pool_type": "avg"})")
      .sample(R"({"shapes": [[1, 3, 5, 6, 8]], "dtypes": ["float32"], "kernel": [2, 3],
                  "pool_type": "avg", "pad": [1, 1], "count_include_pad": false,
                  "stride": 2, "pooling_convention": "full"})")
      .sample(R"({"shapes": [[2, 2, 3, 4, 16]], "dtypes": ["float32"], "global_pool": true,
                  "pool_type": "avg"})");
}

WEFT_OP(pooling_taps_blocked) {
  op.doc("Which tap of its window each maximum is, of images whose channels lie in blocks.")
      .in(Namespace::kInternal)
      .input("data", "float32, shape (N, C / B, H, W, B)");
  pooling_attributes(op);
  op.infer(infer_taps)
      .no_gradient("piecewise constant")
      .kernel(dense_slot(run_taps))
      .sample(R"({"shapes": [[2, 1, 5, 6, 16]], "dtypes": ["float32"], "kernel": 3, "stride": 2,
                  "pad": 1})")
      .sample(R"({"shapes": [[1, 3, 5, 6, 8]], "dtypes": ["float32"], "kernel": [2, 3],
                  "stride": 2, "pooling_convention": "full"})")
      .sample(R"({"shapes": [[1, 3, 3, 4, 8]], "dtypes": ["float32"], "global_pool": true,
                  "pool_type": "avg", "count_include_pad": false})");
}

WEFT_OP(pooling_scatter_blocked) {
  op.doc("Gradient of pooling_blocked by maxima.")
      .in(Namespace::kInternal)
      .input("dout", "float32, shape (N, C / B, OH, OW, B)")
      .index_input("taps", "uint8, from pooling_taps_blocked; shape of dout");
  pooling_attributes(op);
  op.required(AttributeKind::kInts, "data_shape", "shape (N, C, H, W) of the pooled data")
      .infer(infer_scatter)
      .no_gradient("the pass that makes it runs behind the gradients")
      .kernel(dense_slot(run_scatter))
      .sample(R"({"shapes": [[2, 1, 3, 3, 16], [2, 1, 3, 3, 16]], "dtypes": ["float32", "uint8"],
                  "kernel": 3, "stride": 2, "pad": 1, "data_shape": [2, 16, 5, 6]})")
      .sample(R"({"shapes": [[1, 3, 3, 3, 8], [1, 3, 3, 3, 8]], "dtypes": ["float32", "uint8"],
                  "kernel": [2, 3], "pool_type": "avg", "count_include_pad": false, "stride": 2,
                  "pooling_convention": "full", "data_shape": [1, 24, 6, 7]})")
      .sample(R"({"shapes": [[1, 1, 1, 1, 8], [1, 1, 1, 1, 8]], "dtypes": ["float32", "uint8"],
                  "global_pool": true, "data_shape": [1, 8, 3, 2]})");
}

WEFT_OP(pooling_average_gradient_blocked) {
  op.doc("Gradient of pooling_blocked by averages.")
      .in(Namespace::kInternal)
      .input("dout", "float32, shape (N, C / B, OH, OW, B)");
  pooling_attributes(op);
  op.required(AttributeKind::kInts, "data_shape", "shape (N, C, H, W) of the pooled data")
      .infer(infer_gradient)
      .no_gradient("the pass that makes it runs behind the gradients")
      .kernel(dense_slot(run_average_gradient))
      .sample(R"({"shapes": [[1, 3, 3, 3, 8]], "dtypes": ["float32"], "kernel": [2, 3],
                  "pool_type": "avg", "pad": [1, 1], "count_include_pad": false, "stride": 2,
                  "pooling_convention": "full", "data_shape": [1, 24, 4, 5]})")
      .sample(R"({"shapes": [[2, 2, 1, 1, 16]], "dtypes": ["float32"], "global_pool": true,
                  "pool_type": "avg", "data_shape": [2, 32, 3, 4]})");
}

}  // namespace weft::ops

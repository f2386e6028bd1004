// Pooling. The maximum is found once as indices; its value and gradients of every order are a
// gather and its adjoint, the scatter, at these indices. The average is linear.
#include "kernels/pooling.h"

#include <algorithm>

#include "base/errors.h"
#include "ops/channel_blocks.h"
#include "ops/kernel_call.h"
#include "ops/nn/window.h"
#include "ops/registry.h"
#include "ops/rules.h"
#include "ops/split_work.h"

namespace weft::ops {
namespace {

// Output extent: "valid" drops a last window that does not fit, "full" keeps it if it starts
// inside the image or its left padding.
int64_t extent(int64_t in, int64_t kernel, int64_t stride, int64_t pad, bool full) {
  const int64_t room = in + 2 * pad - kernel;
  if (room < 0) return 0;
  int64_t out = (full ? room + stride - 1 : room) / stride + 1;
  if (full && (out - 1) * stride >= in + pad) --out;
  return out;
}

Result<kernels::Pooling> parse(const AttributeReader& a, DType dtype, const Shape& x) {
  const std::string_view op = layer_name(a);
  const int spatial = x.rank() - 2;
  if (spatial != 1 && spatial != 2)
    return errors::invalid_value(
        op, "`data` must have shape (N, C, W), (N, C, H, W) or (N, C, D, H, W); got ", x);
  WEFT_ASSIGN(Window window, read_window(a, op, spatial));
  const bool global = a.flag("global_pool");
  if (!global && !a.has("kernel"))
    return errors::invalid_value(op, "`kernel` must be given unless `global_pool` is true");
  const auto convention = a.text("pooling_convention");
  if (convention != "valid" && convention != "full")
    return errors::invalid_value(op, "`pooling_convention` must be valid or full; got ",
                                 convention);
  if (global) window = Window{.spatial = spatial, .kernel = {1, height_of(x), width_of(x)}};
  if (height_of(x) < 1 || width_of(x) < 1)
    return errors::invalid_value(op, "`data` must not be empty along spatial axes; got shape ", x);
  kernels::Pooling p{};
  p.dtype = dtype;
  p.planes = x[0] * x[1];
  p.in_height = height_of(x);
  p.in_width = width_of(x);
  p.kernel_height = window.kernel[1];
  p.kernel_width = window.kernel[2];
  p.stride_height = window.stride[1];
  p.stride_width = window.stride[2];
  p.pad_top = p.pad_bottom = window.pad[1];
  p.pad_left = p.pad_right = window.pad[2];
  p.dilation_height = p.dilation_width = 1;
  p.count_include_pad = a.flag("count_include_pad");
  if (2 * p.pad_top > p.kernel_height || 2 * p.pad_left > p.kernel_width)
    return errors::invalid_value(op, "`pad` must be at most half of `kernel`");
  const bool full = convention == "full";
  p.out_height = extent(p.in_height, p.kernel_height, p.stride_height, p.pad_top, full);
  p.out_width = extent(p.in_width, p.kernel_width, p.stride_width, p.pad_left, full);
  if (p.out_height < 1 || p.out_width < 1)
    return errors::invalid_value(op, "`kernel` is larger than the padded `data` of shape ", x);
  return p;
}

Shape output_shape(const kernels::Pooling& p, const Shape& x) {
  return image_shape(x[0], x[1], x.rank() - 2, p.out_height, p.out_width);
}

Result<bool> is_average(const AttributeReader& a) {
  const auto type = a.text("pool_type");
  if (type == "max" || type == "avg") return type == "avg";
  return errors::invalid_value("pooling", "`pool_type` must be max or avg; got ", type);
}

Result<Types> infer(const InferContext& c) {
  WEFT_ASSIGN(const bool average, is_average(c));
  if (average) WEFT_TRY(rules::require_floating(c, 0));
  WEFT_ASSIGN(const kernels::Pooling p, parse(c, c.in[0].dtype, c.in[0].shape));
  return Types{{c.in[0].dtype, output_shape(p, c.in[0].shape), {}}};
}

int64_t work_of(const kernels::Pooling& p) {
  return p.planes * p.out_height * p.out_width * p.kernel_height * p.kernel_width;
}

Status run(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const auto p = parse(a, call.in[0].dtype, shape_of(call.in[0])).value();
  const bool average = is_average(a).value();
  split_work(p.planes, work_of(p), nullptr, 0, [&](kernels::Range range, void*) {
    if (average)
      kernels::run_average_pool(p, call.in[0].data, call.out[0].data, range);
    else
      kernels::run_max_pool(p, call.in[0].data, call.out[0].data, nullptr, range);
  });
  return {};
}

Values gradient(const GradContext& g) {
  const Shape x = g.in(0).shape();
  std::vector<Argument> attributes(g.all().begin(), g.all().end());
  if (is_average(g).value()) {
    attributes.push_back(Argument::of_ints(x.span()));
    return {g.builder().emit(op_named("pooling_average_gradient"), {&g.dout(), 1}, attributes)[0]};
  }
  const Value indices = g.builder().emit(op_named("pooling_indices"), {&g.in(0), 1}, attributes)[0];
  return {g.builder().call("pooling_scatter", {g.dout(), indices}, {Argument::of_ints(x.span())})};
}

// ---- over channel blocks

Result<kernels::Pooling> parse_blocked(const AttributeReader& a, const Shape& x) {
  if (!is_blocked(x))
    return errors::invalid_value(
        a.op().name, "`data` must have shape (N, C / B, H, W, B) with the block B of C; got ", x);
  WEFT_ASSIGN(kernels::Pooling p, parse(a, DType::kFloat32, plain_shape(x)));
  p.planes = x[0] * x[1];
  return p;
}

Result<Types> infer_blocked(const InferContext& c) {
  if (c.in[0].dtype != DType::kFloat32)
    return errors::invalid_type(c.op().name, "`data` must be float32; got ", c.in[0].dtype);
  const Shape x = c.in[0].shape;
  WEFT_TRY(is_average(c).status());
  WEFT_ASSIGN(const kernels::Pooling p, parse_blocked(c, x));
  return Types{{DType::kFloat32, Shape{x[0], x[1], p.out_height, p.out_width, x[4]}, {}}};
}

Status run_blocked(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const auto p = parse_blocked(a, shape_of(call.in[0])).value();
  const int64_t block = call.in[0].shape[4];
  const bool average = is_average(a).value();
  split_work(
      p.planes * p.out_height, work_of(p) * block, nullptr, 0, [&](kernels::Range rows, void*) {
        kernels::run_blocked_pool(p, block, average, static_cast<const float*>(call.in[0].data),
                                  static_cast<float*>(call.out[0].data), rows);
      });
  return {};
}

// ---- indices of the maxima

Result<Types> infer_indices(const InferContext& c) {
  WEFT_ASSIGN(const kernels::Pooling p, parse(c, c.in[0].dtype, c.in[0].shape));
  return Types{{DType::kInt64, output_shape(p, c.in[0].shape), {}}};
}

Status run_indices(const KernelCall& call) {
  const auto p =
      parse(call.op.reader(call.attributes), call.in[0].dtype, shape_of(call.in[0])).value();
  split_work(p.planes, work_of(p), nullptr, 0, [&](kernels::Range range, void*) {
    kernels::run_max_pool(p, call.in[0].data, nullptr, static_cast<int64_t*>(call.out[0].data),
                          range);
  });
  return {};
}

// ---- gather and scatter at indices inside each plane

int64_t plane_of(const TensorView& view) {
  int64_t elements = 1;
  for (int axis = 2; axis < view.rank; ++axis) elements *= view.shape[axis];
  return elements;
}

kernels::PlaneIndex plane_index(const TensorView& image, const TensorView& picked) {
  return {image.dtype, image.shape[0] * image.shape[1], plane_of(image), plane_of(picked)};
}

// Do image and picked elements have the same planes?
Status check_planes(const InferContext& c, const Shape& image, const Shape& indices) {
  WEFT_TRY(checked_elements(image.span(), c.op().name, "data_shape").status());
  if (c.in[1].dtype != DType::kInt64)
    return errors::invalid_type(c.op().name, "`indices` must be int64; got ", c.in[1].dtype);
  if (image.rank() >= 2 && indices.rank() >= 2 && image[0] == indices[0] && image[1] == indices[1])
    return {};
  return errors::invalid_value(c.op().name, "`indices` ", indices, " and the image ", image,
                               " must agree in their first two axes");
}

// Files and callers may bring indices that no pooling made.
Status check_offsets(const KernelCall& call, const kernels::PlaneIndex& problem) {
  const auto* indices = static_cast<const int64_t*>(call.in[1].data);
  uint64_t largest = 0;
  for (int64_t i = 0; i < problem.planes * problem.count; ++i)
    largest = std::max(largest, static_cast<uint64_t>(indices[i]));
  if (problem.planes * problem.count == 0 || largest < static_cast<uint64_t>(problem.extent))
    return {};
  return errors::index_out_of_range(call.op.name, "`indices` must be in [0, ", problem.extent,
                                    "); got ", static_cast<int64_t>(largest));
}

Result<Types> infer_gather(const InferContext& c) {
  WEFT_TRY(check_planes(c, c.in[0].shape, c.in[1].shape));
  return Types{{c.in[0].dtype, c.in[1].shape, {}}};
}
Result<Types> infer_scatter(const InferContext& c) {
  if (c.in[0].shape != c.in[1].shape)
    return errors::invalid_value("pooling_scatter", "`dout` ", c.in[0].shape, " and `indices` ",
                                 c.in[1].shape, " must have one shape");
  WEFT_TRY(check_planes(c, Shape(c.ints("data_shape")), c.in[1].shape));
  return Types{{c.in[0].dtype, Shape(c.ints("data_shape")), {}}};
}

Status run_gather(const KernelCall& call) {
  const auto problem = plane_index(call.in[0], call.in[1]);
  WEFT_TRY(check_offsets(call, problem));
  split_work(problem.planes, problem.planes * problem.count, nullptr, 0,
             [&](kernels::Range range, void*) {
               kernels::run_plane_gather(problem, call.in[0].data,
                                         static_cast<const int64_t*>(call.in[1].data),
                                         call.out[0].data, range);
             });
  return {};
}
Status run_scatter(const KernelCall& call) {
  const auto problem = plane_index(call.out[0], call.in[1]);
  WEFT_TRY(check_offsets(call, problem));
  split_work(problem.planes, problem.planes * problem.extent, nullptr, 0,
             [&](kernels::Range range, void*) {
               kernels::run_plane_scatter(problem, call.in[0].data,
                                          static_cast<const int64_t*>(call.in[1].data),
                                          call.out[0].data, range);
             });
  return {};
}

Values gradient_gather(const GradContext& g) {
  const Shape x = g.in(0).shape();
  return {g.builder().call("pooling_scatter", {g.dout(), g.in(1)}, {Argument::of_ints(x.span())}),
          Value()};
}
Values gradient_scatter(const GradContext& g) {
  return {g.builder().call("pooling_gather", {g.dout(), g.in(1)}), Value()};
}

// ---- adjoint of the average

Result<Types> infer_average_gradient(const InferContext& c) {
  const Shape data(c.ints("data_shape"));
  WEFT_TRY(checked_elements(data.span(), "pooling_average_gradient", "data_shape").status());
  WEFT_TRY(rules::require_floating(c, 0));
  WEFT_ASSIGN(const kernels::Pooling p, parse(c, c.in[0].dtype, data));
  if (c.in[0].shape != output_shape(p, data))
    return errors::invalid_value("pooling_average_gradient", "`dout` must have shape ",
                                 output_shape(p, data), "; got ", c.in[0].shape);
  return Types{{c.in[0].dtype, Shape(c.ints("data_shape")), {}}};
}
Status run_average_gradient(const KernelCall& call) {
  const auto p =
      parse(call.op.reader(call.attributes), call.out[0].dtype, shape_of(call.out[0])).value();
  split_work(p.planes, work_of(p), nullptr, 0, [&](kernels::Range range, void*) {
    kernels::run_average_pool_adjoint(p, call.in[0].data, call.out[0].data, range);
  });
  return {};
}
Values gradient_average_gradient(const GradContext& g) {
  const auto attributes = g.all().first(g.all().size() - 1);
  return {g.builder().emit(op_named("pooling_image"), {&g.dout(), 1}, attributes)[0]};
}

}  // namespace

WEFT_OP(pooling_image) {
  op.doc("Maximum or average over windows of one or two spatial axes.")
      .in(Namespace::kInternal)
      .input("data", "any real dtype for maxima, else floating; shape (N, C, W) or (N, C, H, W)");
  pooling_attributes(op);
  op.infer(infer)
      .gradient(gradient)
      .kernel(dense_slot(run))
      .sample(R"({"shapes": [[2, 3, 5, 6]], "kernel": [2, 3], "stride": [2, 1]})")
      .sample(R"({"shapes": [[2, 3, 5, 6]], "kernel": [2, 3], "pool_type": "avg", "pad": [1, 1],
                  "count_include_pad": false})")
      .sample(R"({"shapes": [[2, 3, 5, 6]], "kernel": 3, "stride": 2, "pad": 1,
                  "pooling_convention": "full"})")
      .sample(R"({"shapes": [[2, 3, 4]], "global_pool": true, "pool_type": "avg"})");
}

WEFT_OP(pooling_blocked) {
  op.doc("Maximum or average over windows of images whose channels lie in blocks.")
      .in(Namespace::kInternal)
      .input("data", "float32, shape (N, C / B, H, W, B)");
  pooling_attributes(op);
  op.infer(infer_blocked)
      .no_gradient("the pass that makes it runs behind the gradients")
      .kernel(dense_slot(run_blocked))
      .sample(R"({"shapes": [[2, 1, 5, 6, 16]], "dtypes": ["float32"], "kernel": 3, "stride": 2,
                  "pad": 1})")
      .sample(R"({"shapes": [[1, 3, 5, 6, 8]], "dtypes": ["float32"], "kernel": [2, 3],
                  "pool_type": "avg", "pad": [1, 1], "count_include_pad": false,
                  "stride": 2, "pooling_convention": "full"})")
      .sample(R"({"shapes": [[2, 2, 3, 4, 16]], "dtypes": ["float32"], "global_pool": true,
                  "pool_type": "avg"})");
}

WEFT_OP(pooling_indices) {
  op.doc("Offsets of max pooling's winners inside their image planes, as int64.")
      .in(Namespace::kInternal)
      .input("data", "any real dtype, shape (N, C, W) or (N, C, H, W)");
  pooling_attributes(op);
  op.infer(infer_indices)
      .no_gradient("piecewise constant")
      .kernel(dense_slot(run_indices))
      .sample(R"({"shapes": [[2, 3, 5, 6]], "kernel": [2, 3], "stride": [2, 1]})")
      .sample(R"({"shapes": [[2, 3, 6, 5]], "kernel": [3, 2], "stride": 2, "pad": [1, 0],
                  "pooling_convention": "full"})")
      .sample(R"({"shapes": [[2, 3, 5]], "global_pool": true, "pool_type": "avg",
                  "count_include_pad": false})");
}

WEFT_OP(pooling_gather) {
  op.doc("Elements of each image plane at given offsets.")
      .in(Namespace::kInternal)
      .input("data", "any dtype, shape (N, C, ...)")
      .index_input("indices", "int64 offsets, shape (N, C, ...)")
      .infer(infer_gather)
      .gradient(gradient_gather)
      .kernel(dense_slot(run_gather))
      .sample(R"({"shapes": [[2, 3, 4, 4], [2, 3, 2, 2]], "dtypes": [null, "int64"]})");
}

WEFT_OP(pooling_scatter) {
  op.doc("Adds each element to its offset in a plane of zeros: the adjoint of pooling_gather.")
      .in(Namespace::kInternal)
      .input("dout", "any dtype, shape (N, C, ...)")
      .index_input("indices", "int64 offsets, shape of dout")
      .required(AttributeKind::kInts, "data_shape", "shape of the result")
      .infer(infer_scatter)
      .gradient(gradient_scatter)
      .kernel(dense_slot(run_scatter))
      .sample(R"({"shapes": [[2, 3, 2, 2], [2, 3, 2, 2]], "dtypes": [null, "int64"],
                  "data_shape": [2, 3, 4, 4]})");
}

WEFT_OP(pooling_average_gradient) {
  op.doc("Gradient of average pooling.")
      .in(Namespace::kInternal)
      .input("dout", "floating: cotangent of the pooling");
  pooling_attributes(op);
  op.required(AttributeKind::kInts, "data_shape", "shape of the pooled data")
      .infer(infer_average_gradient)
      .gradient(gradient_average_gradient)
      .kernel(dense_slot(run_average_gradient))
      .sample(R"({"shapes": [[2, 3, 4, 4]], "kernel": [2, 3], "pool_type": "avg",
                  "data_shape": [2, 3, 5, 6]})")
      .sample(R"({"shapes": [[1, 2, 4, 3]], "kernel": 3, "pool_type": "avg", "stride": 2, "pad": 1,
                  "pooling_convention": "full", "count_include_pad": false,
                  "data_shape": [1, 2, 6, 5]})")
      .sample(R"({"shapes": [[2, 3, 1]], "pool_type": "avg", "global_pool": true,
                  "data_shape": [2, 3, 4]})");
}

}  // namespace weft::ops

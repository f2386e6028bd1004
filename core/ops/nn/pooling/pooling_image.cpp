// Pooling of images. The maximum is a choice: its indices are found once, and the value and
// gradients of every order are a gather at these indices and its adjoint, a scatter. The average is
// linear.

#include "kernels/pooling/pooling.h"

#include <algorithm>
#include <atomic>

#include "base/errors.h"
#include "ops/nn/convolution/window_impl.h"
#include "ops/problems/pooling_problem.h"
#include "ops/registry.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

Shape output_shape(const kernels::Pooling& p, const Shape& x) {
  return image_shape(x[0], x[1], x.rank() - 2, p.out_height, p.out_width);
}

Result<Types> infer(const InferContext& c) {
  WEFT_ASSIGN(const bool average, is_average_pooling(c));
  if (average) WEFT_TRY(rules::require_floating(c, 0));
  WEFT_ASSIGN(const kernels::Pooling p, pooling_problem(c, c.in[0].dtype, c.in[0].shape));
  return Types{{c.in[0].dtype, output_shape(p, c.in[0].shape)}};
}

Status run(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const auto p = pooling_problem(a, call.in[0].dtype, shape_of(call.in[0])).value();
  const bool average = is_average_pooling(a).value();
  split_work(p.planes, work_of(p), nullptr, 0, [&](kernels::Range range, void*) {
    if (average)
      kernels::run_average_pool(p, call.in[0].data, call.out[0].data, range);
    else
      kernels::run_max_pool(p, call.in[0].data, call.out[0].data, nullptr, range);
  });
  return {};
}

// A maximum is exact in every dtype, so halves lose nothing; an average would be rounded once more.
Slot slot() {
  Slot s = dense_slot(run);
  s.gains_in = [](const SlotTypes& t, DType) {
    return !is_average_pooling(op_named("pooling_image").reader(t.attributes)).value();
  };
  return s;
}

// Average: the adjoint of a linear map. Maximum: find the winners again and scatter dout to them;
// the forward pass need not keep indices.
Values gradient(const GradContext& g) {
  const Shape x = g.in(0).shape();
  std::vector<Argument> attributes(g.all().begin(), g.all().end());
  if (is_average_pooling(g).value()) {
    attributes.push_back(Argument::of_ints(x.span()));
    return {g.builder().emit(op_named("pooling_average_gradient"), {&g.dout(), 1}, attributes)[0]};
  }
  const Value indices = g.builder().emit(op_named("pooling_indices"), {&g.in(0), 1}, attributes)[0];
  return {g.builder().call("pooling_scatter", {g.dout(), indices}, {Argument::of_ints(x.span())})};
}

// ---- indices of the maxima

Result<Types> infer_indices(const InferContext& c) {
  WEFT_ASSIGN(const kernels::Pooling p, pooling_problem(c, c.in[0].dtype, c.in[0].shape));
  return Types{{DType::kInt64, output_shape(p, c.in[0].shape)}};
}

Status run_indices(const KernelCall& call) {
  const auto p =
      pooling_problem(call.op.reader(call.attributes), call.in[0].dtype, shape_of(call.in[0]))
          .value();
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

// An offset counts the elements of one plane (H, W) of image and channel.
kernels::PlaneIndex plane_index(const TensorView& image, const TensorView& picked) {
  return {image.dtype, image.shape[0] * image.shape[1], plane_of(image), plane_of(picked)};
}

// Do the image and the picked elements have the same planes (N, C)?
Status check_planes(const InferContext& c, const Shape& image, const Shape& indices) {
  WEFT_TRY(checked_elements(image.span(), c.op().name, "data_shape").status());
  if (c.in[1].dtype != DType::kInt64)
    return errors::invalid_type(c.op().name, "`indices` must be int64; got ", c.in[1].dtype);
  if (image.rank() >= 2 && indices.rank() >= 2 && image[0] == indices[0] && image[1] == indices[1])
    return {};
  return errors::invalid_value(c.op().name, "`indices` ", indices, " and the image ", image,
                               " must agree in their first two axes");
}

// Runs body(planes) for planes whose offsets lie inside; reports the others. Files and callers may
// bring indices that no pooling made. As unsigned numbers, negative ones are above every extent.
template <class Body>
Status at_offsets(const KernelCall& call, const kernels::PlaneIndex& problem, int64_t work,
                  const Body& body) {
  const auto* indices = static_cast<const int64_t*>(call.in[1].data);
  const auto is_inside = [&](uint64_t largest) {
    return problem.count == 0 || largest < static_cast<uint64_t>(problem.extent);
  };
  std::atomic<uint64_t> largest_of_all{0};
  split_work(problem.planes, work, nullptr, 0, [&](kernels::Range planes, void*) {
    uint64_t largest = 0;
    for (int64_t i = planes.begin * problem.count; i < planes.end * problem.count; ++i)
      largest = std::max(largest, static_cast<uint64_t>(indices[i]));
    if (is_inside(largest)) body(planes);
    uint64_t seen = largest_of_all.load();
    while (seen < largest && !largest_of_all.compare_exchange_weak(seen, largest)) {
    }
  });
  if (problem.planes == 0 || is_inside(largest_of_all)) return {};
  return errors::index_out_of_range(call.op.name, "`indices` must be in [0, ", problem.extent,
                                    "); got ", static_cast<int64_t>(largest_of_all.load()));
}

Result<Types> infer_gather(const InferContext& c) {
  WEFT_TRY(check_planes(c, c.in[0].shape, c.in[1].shape));
  return Types{{c.in[0].dtype, c.in[1].shape}};
}
Result<Types> infer_scatter(const InferContext& c) {
  if (c.in[0].shape != c.in[1].shape)
    return errors::invalid_value("pooling_scatter", "`dout` ", c.in[0].shape, " and `indices` ",
                                 c.in[1].shape, " must have one shape");
  WEFT_TRY(check_planes(c, Shape(c.ints("data_shape")), c.in[1].shape));
  return Types{{c.in[0].dtype, Shape(c.ints("data_shape"))}};
}

Status run_gather(const KernelCall& call) {
  const auto problem = plane_index(call.in[0], call.in[1]);
  return at_offsets(call, problem, problem.planes * problem.count, [&](kernels::Range planes) {
    kernels::run_plane_gather(problem, call.in[0].data,
                              static_cast<const int64_t*>(call.in[1].data), call.out[0].data,
                              planes);
  });
}
Status run_scatter(const KernelCall& call) {
  const auto problem = plane_index(call.out[0], call.in[1]);
  return at_offsets(call, problem, problem.planes * problem.extent, [&](kernels::Range planes) {
    kernels::run_plane_scatter(problem, call.in[0].data,
                               static_cast<const int64_t*>(call.in[1].data), call.out[0].data,
                               planes);
  });
}

// Gather and scatter are adjoint, so each is the other's gradient; indices have none.
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
  WEFT_ASSIGN(const kernels::Pooling p, pooling_problem(c, c.in[0].dtype, data));
  if (c.in[0].shape != output_shape(p, data))
    return errors::invalid_value("pooling_average_gradient", "`dout` must have shape ",
                                 output_shape(p, data), "; got ", c.in[0].shape);
  return Types{{c.in[0].dtype, Shape(c.ints("data_shape"))}};
}
Status run_average_gradient(const KernelCall& call) {
  const auto p =
      pooling_problem(call.op.reader(call.attributes), call.out[0].dtype, shape_of(call.out[0]))
          .value();
  split_work(p.planes, work_of(p), nullptr, 0, [&](kernels::Range range, void*) {
    kernels::run_average_pool_adjoint(p, call.in[0].data, call.out[0].data, range);
  });
  return {};
}
// The adjoint of the adjoint is the average itself.
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
  op.computes(Precision::kFollows)
      .infer(infer)
      .gradient(gradient)
      .kernel(slot())
      .images({0})
      .sample(R"({"shapes": [[2, 3, 5, 6]], "kernel": [2, 3], "stride": [2, 1]})")
      .sample(R"({"shapes": [[2, 3, 5, 6]], "kernel": [2, 3], "pool_type": "avg", "pad": [1, 1],
                  "count_include_pad": false})")
      .sample(R"({"shapes": [[2, 3, 5, 6]], "kernel": 3, "stride": 2, "pad": 1,
                  "pooling_convention": "full"})")
      .sample(R"({"shapes": [[2, 3, 4]], "global_pool": true, "pool_type": "avg"})")
      .sample(R"({"shapes": [[2, 3, 6, 5]], "kernel": [3, 2], "stride": 2, "pad": [0, 0, 1, 1]})")
      .sample(R"({"shapes": [[2, 3, 6, 5]], "kernel": [3, 2], "stride": 2, "pad": [0, 0, 1, 1],
                  "pool_type": "avg"})")
      .sample(R"({"shapes": [[2, 3, 6, 5]], "kernel": [3, 2], "stride": 2, "pad": [0, 0, 1, 1],
                  "pool_type": "avg", "count_include_pad": false})");
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

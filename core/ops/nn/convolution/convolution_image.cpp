// Convolution of images, y = x * w, and the two operators of its gradients. Each of the three is
// linear in both operands, and each is a gradient of the others. So derivatives of every order stay
// in this file.

#include "kernels/convolution/convolution.h"

#include <algorithm>
#include <cstring>

#include "base/errors.h"
#include "ops/nn/convolution/convolve_impl.h"
#include "ops/nn/convolution/window_impl.h"
#include "ops/problems/convolution_problem.h"
#include "ops/registry.h"
#include "ops/rules.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {
namespace {

Shape output_shape(const kernels::Convolution& p, int spatial) {
  return image_shape(p.batch, p.out_channels, spatial, p.out_height, p.out_width);
}

Cost cost_of_problem(const kernels::Convolution& p, const SlotTypes& types) {
  Cost cost{2.0 * static_cast<double>(products(p)), 0};
  for (const TensorType& type : types.in) cost.bytes += static_cast<double>(type.bytes());
  cost.bytes += static_cast<double>(types.out[0].bytes());
  return cost;
}

// ---- what the three have in common

using Made = ConvolutionResult;

template <Made kMade>
kernels::Convolution problem_of(const SlotTypes& t) {
  const TensorType& x = kMade == Made::kData ? t.out[0] : t.in[0];
  const TensorType& w = kMade == Made::kWeight ? t.out[0] : t.in[1];
  return convolution_problem(t.op.reader(t.attributes), x.dtype, x.shape, w.shape).value();
}

template <Made kMade>
kernels::Convolution problem_of(const KernelCall& call) {
  const TensorView& x = kMade == Made::kData ? call.out[0] : call.in[0];
  const TensorView& w = kMade == Made::kWeight ? call.out[0] : call.in[1];
  return convolution_problem(call.op.reader(call.attributes), x.dtype, shape_of(x), shape_of(w))
      .value();
}

void convolve(const KernelCall& call, const kernels::Convolution& p, Made made) {
  const void* const bias = call.in.size() > 2 ? call.in[2].data : nullptr;
  convolve(p, made, {call.in[0].data, call.in[1].data, bias, call.out[0].data}, call.scratch);
}

template <Made kMade>
Slot slot_of(KernelFunction run) {
  Slot s = dense_slot(run);
  s.scratch_bytes = [](const SlotTypes& t, int threads) {
    return scratch_to_convolve(problem_of<kMade>(t), kMade, threads);
  };
  s.cost = [](const SlotTypes& t) { return cost_of_problem(problem_of<kMade>(t), t); };
  s.pieces = [](const SlotTypes& t) { return pieces_to_convolve(problem_of<kMade>(t), kMade); };
  return s;
}

// ---- forward

Result<Types> infer(const InferContext& c) {
  WEFT_TRY(rules::require_floating(c, 0));
  WEFT_ASSIGN(const kernels::Convolution p,
              convolution_problem(c, c.in[0].dtype, c.in[0].shape, c.in[1].shape));
  if (c.given(2) && c.in[2].shape != Shape{p.out_channels})
    return errors::invalid_value("convolution", "`bias` must have shape (", p.out_channels,
                                 ",); got ", c.in[2].shape);
  return Types{{c.in[0].dtype, output_shape(p, c.in[0].shape.rank() - 2)}};
}

// Without channels there is nothing to sum over: the result is zeros, or the bias.
Status sum_of_nothing(const TensorView& out, const TensorView* bias) {
  if (!bias) {
    std::memset(out.data, 0, static_cast<size_t>(elements_of(out) * size_of(out.dtype)));
    return {};
  }
  TensorView channels = *bias;
  channels.rank = out.rank - 1;
  for (int axis = 1; axis < channels.rank; ++axis) {
    channels.shape[axis] = 1;
    channels.strides[axis] = 0;
  }
  copy_elements(out, broadcast_view(channels, shape_of(out)));
  return {};
}

Status run(const KernelCall& call) {
  const kernels::Convolution p = problem_of<Made::kForward>(call);
  const TensorView* bias = call.in.size() > 2 && call.in[2].data ? &call.in[2] : nullptr;
  if (p.in_channels == 0) return sum_of_nothing(call.out[0], bias);
  convolve(call, p, Made::kForward);
  return {};
}

// The attributes that the three operators share, copied from the forward call.
std::vector<Argument> shared(const AttributeReader& a) {
  return {a.get("kernel"), a.get("stride"), a.get("pad"), a.get("dilate"), a.get("num_group")};
}

Value emit(const GradContext& g, std::string_view op, std::initializer_list<Value> inputs,
           std::span<const int64_t> extents = {}) {
  std::vector<Argument> attributes = shared(g);
  if (!extents.empty()) attributes.push_back(Argument::of_ints(extents));
  return g.builder().emit(op_named(op), {inputs.begin(), inputs.size()}, attributes)[0];
}

// y is linear in x and in w: dx = data(dy, w), dw = weight(x, dy), and the bias sums dy.
Values gradient(const GradContext& g) {
  Values result(g.inputs());
  const Shape x = g.in(0).shape();
  const Shape w = g.in(1).shape();
  if (g.needs(0)) result[0] = emit(g, "convolution_data", {g.dout(), g.in(1)}, x.span());
  if (g.needs(1)) result[1] = emit(g, "convolution_weight", {g.in(0), g.dout()}, w.span());
  if (g.inputs() > 2 && g.needs(2)) {
    const int64_t axes[] = {0, 2, 3};
    result[2] = sum(g.dout(), {axes, static_cast<size_t>(x.rank() - 1)}, false);
  }
  return result;
}

// ---- gradient with respect to the data: inputs dout, weight

Result<Types> infer_data(const InferContext& c) {
  const Shape x(c.ints("data_shape"));
  WEFT_TRY(checked_elements(x.span(), "convolution_data", "data_shape").status());
  WEFT_TRY(rules::require_floating(c, 0));
  WEFT_ASSIGN(const kernels::Convolution p,
              convolution_problem(c, c.in[0].dtype, x, c.in[1].shape));
  if (c.in[0].shape != output_shape(p, x.rank() - 2))
    return errors::invalid_value("convolution_data", "`dout` must have shape ",
                                 output_shape(p, x.rank() - 2), "; got ", c.in[0].shape);
  return Types{{c.in[0].dtype, x}};
}

Status run_data(const KernelCall& call) {
  const kernels::Convolution p = problem_of<Made::kData>(call);
  if (p.out_channels == 0) return sum_of_nothing(call.out[0], nullptr);
  convolve(call, p, Made::kData);
  return {};
}

Values gradient_data(const GradContext& g) {
  Values result(2);
  const Shape w = g.in(1).shape();
  if (g.needs(0)) result[0] = emit(g, "convolution_image", {g.dout(), g.in(1)});
  if (g.needs(1)) result[1] = emit(g, "convolution_weight", {g.dout(), g.in(0)}, w.span());
  return result;
}

// ---- gradient with respect to the weight: inputs data, dout

Result<Types> infer_weight(const InferContext& c) {
  const Shape w(c.ints("weight_shape"));
  WEFT_TRY(checked_elements(w.span(), "convolution_weight", "weight_shape").status());
  WEFT_TRY(rules::require_floating(c, 0));
  WEFT_ASSIGN(const kernels::Convolution p,
              convolution_problem(c, c.in[0].dtype, c.in[0].shape, w));
  if (c.in[1].shape != output_shape(p, w.rank() - 2))
    return errors::invalid_value("convolution_weight", "`dout` must have shape ",
                                 output_shape(p, w.rank() - 2), "; got ", c.in[1].shape);
  return Types{{c.in[0].dtype, w}};
}

Status run_weight(const KernelCall& call) {
  convolve(call, problem_of<Made::kWeight>(call), Made::kWeight);
  return {};
}

Values gradient_weight(const GradContext& g) {
  Values result(2);
  const Shape x = g.in(0).shape();
  if (g.needs(0)) result[0] = emit(g, "convolution_data", {g.in(1), g.dout()}, x.span());
  if (g.needs(1)) result[1] = emit(g, "convolution_image", {g.in(0), g.dout()});
  return result;
}

void window_attributes(OpDef& op) {
  op.promote(Promotion::kExact);
  convolution_attributes(op);
}

}  // namespace

WEFT_OP(convolution_image) {
  op.doc("Convolution (correlation) over one or two spatial axes.")
      .in(Namespace::kInternal)
      .input("data", "floating, shape (N, C, W) or (N, C, H, W)")
      .input("weight", "shape (filters, C / groups, kernel...)")
      .optional_input("bias", "shape (filters,)");
  window_attributes(op);
  op.computes(Precision::kNarrow)
      .infer(infer)
      .gradient(gradient)
      .kernel(slot_of<Made::kForward>(run))
      .images({0})
      .sample(R"({"shapes": [[2, 3, 6, 5], [4, 3, 3, 2], [4]], "stride": [2, 1], "pad": [1, 0]})")
      .sample(R"({"shapes": [[1, 2, 5, 5], [3, 2, 1, 1]]})")
      .sample(R"({"shapes": [[2, 4, 7], [6, 2, 3]], "kernel": 3, "num_group": 2, "dilate": 2})")
      .sample(R"({"shapes": [[2, 2, 4, 4], [3, 2, 3, 3], [3]], "pad": 1})")
      .sample(R"({"shapes": [[2, 3, 6, 7], [4, 3, 3, 2]], "stride": 2, "pad": [0, 0, 1, 1]})")
      .sample(R"({"shapes": [[1, 2, 5, 4], [3, 2, 3, 3], [3]], "pad": [2, 0, 1, 2]})")
      .sample(R"({"shapes": [[1, 2, 5, 5], [3, 2, 3, 3]], "stride": 1000000})")
      .sample(R"({"shapes": [[1, 4, 4, 3], [4, 1, 1, 1]], "num_group": 4, "pad": [0, 0, 1, 2]})");
}

WEFT_OP(convolution_data) {
  op.doc("Gradient of convolution with respect to its data.")
      .in(Namespace::kInternal)
      .input("dout", "floating: cotangent of the convolution")
      .input("weight", "shape (filters, C / groups, kernel...)");
  window_attributes(op);
  op.required(AttributeKind::kInts, "data_shape", "shape of the data")
      .computes(Precision::kNarrow)
      .infer(infer_data)
      .gradient(gradient_data)
      .kernel(slot_of<Made::kData>(run_data))
      .sample(R"({"shapes": [[2, 4, 3, 4], [4, 3, 3, 2]], "stride": [2, 1], "pad": [1, 0],
                  "data_shape": [2, 3, 6, 5]})")
      .sample(R"({"shapes": [[2, 6, 3], [6, 2, 3]], "kernel": 3, "num_group": 2, "dilate": 2,
                  "data_shape": [2, 4, 7]})")
      .sample(R"({"shapes": [[1, 3, 4, 4], [3, 2, 3, 3]], "pad": 1, "data_shape": [1, 2, 4, 4]})")
      .sample(R"({"shapes": [[1, 2, 2, 2], [2, 2, 3, 2]], "stride": [1, 2],
                  "data_shape": [1, 2, 4, 4]})")
      .sample(R"({"shapes": [[1, 2, 2, 3], [2, 2, 2, 1]], "stride": [2, 1], "dilate": [3, 1],
                  "data_shape": [1, 2, 6, 3]})")
      .sample(R"({"shapes": [[1, 0, 3], [0, 2, 2]], "data_shape": [1, 2, 4]})")
      .sample(R"({"shapes": [[2, 4, 3, 4], [4, 3, 3, 2]], "stride": 2, "pad": [0, 0, 1, 1],
                  "data_shape": [2, 3, 6, 7]})")
      .sample(R"({"shapes": [[1, 3, 6, 4], [3, 2, 3, 3]], "pad": [2, 0, 1, 2],
                  "data_shape": [1, 2, 5, 4]})");
}

WEFT_OP(convolution_weight) {
  op.doc("Gradient of convolution with respect to its weight.")
      .in(Namespace::kInternal)
      .input("data", "floating: data of the convolution")
      .input("dout", "cotangent of the convolution");
  window_attributes(op);
  op.required(AttributeKind::kInts, "weight_shape", "shape of the weight")
      .computes(Precision::kNarrow)
      .infer(infer_weight)
      .gradient(gradient_weight)
      .kernel(slot_of<Made::kWeight>(run_weight))
      .sample(R"({"shapes": [[2, 3, 6, 5], [2, 4, 3, 4]], "stride": [2, 1], "pad": [1, 0],
                  "weight_shape": [4, 3, 3, 2]})")
      .sample(R"({"shapes": [[2, 4, 7], [2, 6, 3]], "kernel": 3, "num_group": 2, "dilate": 2,
                  "weight_shape": [6, 2, 3]})")
      .sample(R"({"shapes": [[1, 2, 4, 4], [1, 3, 4, 4]], "pad": 1, "weight_shape": [3, 2, 3, 3]})")
      .sample(R"({"shapes": [[0, 2, 4], [0, 3, 3]], "weight_shape": [3, 2, 2]})")
      .sample(R"({"shapes": [[2, 3, 6, 7], [2, 4, 3, 4]], "stride": 2, "pad": [0, 0, 1, 1],
                  "weight_shape": [4, 3, 3, 2]})")
      .sample(R"({"shapes": [[1, 2, 5, 4], [1, 3, 6, 4]], "pad": [2, 0, 1, 2],
                  "weight_shape": [3, 2, 3, 3]})");
}

}  // namespace weft::ops

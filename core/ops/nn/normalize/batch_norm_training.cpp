// Batch normalisation with the statistics of the batch, for channels with several neighbours in
// memory. Forward makes two passes over the data, backward two over data and cotangent. The
// gradient is a kernel; its own gradient is that of its formula in operators.
//
// Vectors of a bfloat16 array have float32, as all arithmetic has. A channel without elements (a
// mask may have chosen an empty batch) has the statistics 0.

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/normalize/channels.h"
#include "ops/problems/channel_blocks.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"
#include "ops/vjp.h"

namespace weft::ops {
namespace {

DType lanes_of(DType data) { return data == DType::kBFloat16 ? DType::kFloat32 : data; }

// Each vector has one number for each of the C channels.
Status check_vectors(const InferContext& c, int64_t channels,
                     std::initializer_list<size_t> vectors) {
  for (const size_t input : vectors) {
    if (!is_floating(c.in[input].dtype))
      return errors::invalid_type(c.op().name, "`", c.op().input_name(input),
                                  "` must be floating; got ", c.in[input].dtype);
    if (c.in[input].shape != Shape{channels})
      return errors::invalid_value(c.op().name, "`", c.op().input_name(input),
                                   "` must have shape (", channels, ",); got ", c.in[input].shape);
  }
  return {};
}

Status check(const InferContext& c, size_t data, std::initializer_list<size_t> vectors) {
  if (c.in[data].dtype != DType::kBFloat16) WEFT_TRY(rules::require_lanes(c, data));
  const Shape& shape = c.in[data].shape;
  if (shape.rank() < 2)
    return errors::invalid_value(c.op().name, "`data` must have at least 2 axes; got shape ",
                                 shape);
  return check_vectors(c, shape[1], vectors);
}

TensorType vector_type(const TensorType& data) {
  return {lanes_of(data.dtype), Shape{data.shape[1]}};
}

Result<Types> infer(const InferContext& c) {
  WEFT_TRY(check(c, 0, {1, 2}));
  return Types{c.in[0], vector_type(c.in[0]), vector_type(c.in[0])};
}

Result<Types> infer_gradient(const InferContext& c) {
  WEFT_TRY(check(c, 3, {1, 2, 4, 5, 6}));
  if (c.in[0].shape != c.in[3].shape)
    return errors::invalid_value(c.op().name, "`dout` ", c.in[0].shape, " and `data` ",
                                 c.in[3].shape, " must have one shape");
  return Types{c.in[3], vector_type(c.in[3]), vector_type(c.in[3])};
}

// (N, C, ...) as outer = N, channels = C, inner = the product of the other axes.
kernels::Channels problem_of(const TensorView& data) {
  kernels::Channels p{data.dtype, data.shape[0], data.shape[1], 1};
  for (int axis = 2; axis < data.rank; ++axis) p.inner *= data.shape[axis];
  return p;
}
int64_t elements_of(const kernels::Channels& p) { return p.outer * p.channels * p.inner; }

// A vector in the dtype that is computed in. If it must be converted, it is written at `free`,
// which then moves behind it.
template <class T>
const T* in_lanes(const TensorView& vector, T*& free) {
  const DType lanes = sizeof(T) == 4 ? DType::kFloat32 : DType::kFloat64;
  if (vector.dtype == lanes) return static_cast<const T*>(vector.data);
  T* const converted = free;
  const int64_t count = vector.shape[0];
  kernels::cast_step(vector.dtype, lanes)({converted, {vector.data}, 1, count, 0, {0}, 0});
  free += count;
  return converted;
}

// y = (x - mean) gamma / sqrt(variance + eps) + beta. An output may share memory with an input, so
// the vectors are written after everything has been read.
template <class T>
void forward(const KernelCall& call, const kernels::Channels& p, double eps) {
  const void* x = call.in[0].data;
  T* scale = static_cast<T*>(call.scratch);
  T *mean = scale + p.channels, *variance = mean + p.channels, *free = variance + p.channels;
  const T *gamma = in_lanes(call.in[1], free), *beta = in_lanes(call.in[2], free);
  split_work(p.units(), 2 * elements_of(p), nullptr, 0, [&](kernels::Range range, void*) {
    kernels::run_channel_moments(p, x, mean, variance, range);
  });
  for (int64_t c = 0; c < p.channels; ++c) {
    const double inverse = 1 / std::sqrt(static_cast<double>(variance[c]) + eps);
    scale[c] = static_cast<T>(gamma[c] * inverse);
  }
  const kernels::ChannelAffine operands{x, mean, scale, beta, call.out[0].data};
  split_work(p.planes(), elements_of(p), nullptr, 0,
             [&](kernels::Range range, void*) { kernels::run_channel_affine(p, operands, range); });
  std::copy_n(mean, p.channels, static_cast<T*>(call.out[1].data));
  std::copy_n(variance, p.channels, static_cast<T*>(call.out[2].data));
}

// With r = 1 / sqrt(variance + eps), c = x - mean and n elements in a channel:
//   dx = gamma r (dy - mean(dy) - c r² mean(dy c)) + dmean / n + dvar 2 c / n,
//   dgamma = r Σ dy c,  dbeta = Σ dy.
// As dx = scale dy + slope c + shift, the second pass is one multiply-add chain.
template <class T>
void backward(const KernelCall& call, const kernels::Channels& p, double eps) {
  const void *dy = call.in[0].data, *x = call.in[3].data;
  T* scale = static_cast<T*>(call.scratch);
  T *slope = scale + p.channels, *shift = slope + p.channels;
  T *dgamma = shift + p.channels, *dbeta = dgamma + p.channels, *free = dbeta + p.channels;
  const T *dmean = in_lanes(call.in[1], free), *dvariance = in_lanes(call.in[2], free);
  const T *gamma = in_lanes(call.in[4], free), *mean = in_lanes(call.in[5], free);
  const T* const variance = in_lanes(call.in[6], free);
  const kernels::ChannelSums sums{dy, x, mean, dbeta, dgamma};
  split_work(p.units(), 2 * elements_of(p), nullptr, 0,
             [&](kernels::Range range, void*) { kernels::run_channel_sums(p, sums, range); });
  const auto count = static_cast<double>(p.outer * p.inner);
  for (int64_t c = 0; c < p.channels; ++c) {
    const double inverse = 1 / std::sqrt(static_cast<double>(variance[c]) + eps);
    const double factor = static_cast<double>(gamma[c]) * inverse;
    const double product = static_cast<double>(dgamma[c]);
    scale[c] = static_cast<T>(factor);
    slope[c] = static_cast<T>(
        (2 * static_cast<double>(dvariance[c]) - factor * inverse * inverse * product) / count);
    shift[c] = static_cast<T>(
        (static_cast<double>(dmean[c]) - factor * static_cast<double>(dbeta[c])) / count);
    dgamma[c] = static_cast<T>(product * inverse);
  }
  const kernels::ChannelMix mix{dy, x, mean, scale, slope, shift, call.out[0].data};
  split_work(p.planes(), elements_of(p), nullptr, 0,
             [&](kernels::Range range, void*) { kernels::run_channel_mix(p, mix, range); });
  std::copy_n(dgamma, p.channels, static_cast<T*>(call.out[1].data));
  std::copy_n(dbeta, p.channels, static_cast<T*>(call.out[2].data));
}

Status run(const KernelCall& call) {
  const kernels::Channels p = problem_of(call.in[0]);
  const double eps = call.op.reader(call.attributes).real("eps");
  if (p.dtype == DType::kFloat64)
    forward<double>(call, p, eps);
  else
    forward<float>(call, p, eps);
  return {};
}

Status run_gradient(const KernelCall& call) {
  const kernels::Channels p = problem_of(call.in[3]);
  const double eps = call.op.reader(call.attributes).real("eps");
  if (p.dtype == DType::kFloat64)
    backward<double>(call, p, eps);
  else
    backward<float>(call, p, eps);
  return {};
}

// ---- over channel blocks: the same, of an array of shape (N, C / B, H, W, B)

Status check_blocked(const InferContext& c, size_t data, std::initializer_list<size_t> vectors) {
  const TensorType& type = c.in[data];
  if (type.dtype != DType::kFloat32 && type.dtype != DType::kBFloat16)
    return errors::invalid_type(c.op().name, "`", c.op().input_name(data),
                                "` must be float32 or bfloat16; got ", type.dtype);
  if (!is_blocked(type.shape))
    return errors::invalid_value(
        c.op().name, "`", c.op().input_name(data),
        "` must have shape (N, C / B, H, W, B) with the block B of C; got shape ", type.shape);
  return check_vectors(c, type.shape[1] * type.shape[4], vectors);
}

Result<Types> infer_blocked(const InferContext& c) {
  WEFT_TRY(check_blocked(c, 0, {1, 2}));
  const TensorType vector{DType::kFloat32, c.in[1].shape};
  return Types{c.in[0], vector, vector};
}

Result<Types> infer_gradient_blocked(const InferContext& c) {
  WEFT_TRY(check_blocked(c, 3, {1, 2, 4, 5, 6}));
  if (c.in[0].shape != c.in[3].shape)
    return errors::invalid_value(c.op().name, "`dout` ", c.in[0].shape, " and `data` ",
                                 c.in[3].shape, " must have one shape");
  const TensorType vector{DType::kFloat32, c.in[4].shape};
  return Types{c.in[3], vector, vector};
}

kernels::Channels blocked_problem(const TensorView& data) {
  return {data.dtype, data.shape[0], data.shape[1] * data.shape[4], data.shape[2] * data.shape[3],
          data.shape[4]};
}

Status run_blocked(const KernelCall& call) {
  forward<float>(call, blocked_problem(call.in[0]), call.op.reader(call.attributes).real("eps"));
  return {};
}
Status run_gradient_blocked(const KernelCall& call) {
  backward<float>(call, blocked_problem(call.in[3]), call.op.reader(call.attributes).real("eps"));
  return {};
}

int64_t scratch(const SlotTypes& t, int) { return 5 * t.out[1].bytes(); }
int64_t scratch_gradient(const SlotTypes& t, int) { return 10 * t.out[1].bytes(); }

Values gradient(const GradContext& g) {
  return g.builder().call_all(
      "batch_norm_training_gradient",
      {g.dout(0), g.dout(1), g.dout(2), g.in(0), g.in(1), g.out(1), g.out(2)}, {g.get("eps")});
}

// The formula of `backward` in operators.
Values formula(const ComposeContext& c) {
  const Shape shape = c.in(3).shape();
  Shape column{shape[1]};
  column.resize(shape.rank() - 1, 1);
  int64_t axes[kMaxRank], count = 0, elements = 1;
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (axis != 1) {
      axes[count++] = axis;
      elements *= shape[axis];
    }
  const auto n = static_cast<double>(elements);
  const auto total = [&](const Value& x) {
    return sum(x, {axes, static_cast<size_t>(count)}, false);
  };
  const auto spread = [&](const Value& x) { return reshape(x, column); };
  const Value dy = c.in(0), centred = c.in(3) - spread(c.in(5));
  const Value inverse = 1.0 / c.builder.call("sqrt", {c.in(6) + c.real("eps")});
  const Value product = total(dy * centred), all = total(dy), factor = c.in(4) * inverse;
  const Value slope = (c.in(2) * 2.0 - factor * inverse * inverse * product) / n;
  const Value shift = (c.in(1) - factor * all) / n;
  const Value dx = dy * spread(factor) + centred * spread(slope) + spread(shift);
  return {dx, product * inverse, all};
}

// The arithmetic is float32 for bfloat16 data, too; what the kernel gains is half the bytes.
Slot slot_of(KernelFunction function, int64_t (*bytes)(const SlotTypes&, int)) {
  Slot slot = dense_slot(function);
  slot.gains_in = [](const SlotTypes&, DType half) { return half == DType::kBFloat16; };
  slot.overwrites = every_input;
  slot.scratch_bytes = bytes;
  return slot;
}

// What the plain and the blocked operator share, except for the type of the image.
void define_forward(OpDef& op, std::string_view image) {
  op.in(Namespace::kInternal)
      .input("data", image)
      .input("gamma", "floating, shape (C,)")
      .input("beta", "floating, shape (C,)")
      .real("eps", 1e-5, "summand of the variance")
      .promote(Promotion::kExact)
      .computes(Precision::kFollows)
      .outputs(3);
  for (const size_t vector : {1, 2}) op.inputs[vector].keeps_dtype = true;
}

void define_gradient(OpDef& op, std::string_view image) {
  op.in(Namespace::kInternal)
      .input("dout", image)
      .input("dmean", "floating, shape (C,)")
      .input("dvariance", "floating, shape (C,)")
      .input("data", "shape of dout")
      .input("gamma", "floating, shape (C,)")
      .input("mean", "floating, shape (C,)")
      .input("variance", "floating, shape (C,)")
      .real("eps", 1e-5, "summand of the variance")
      .promote(Promotion::kExact)
      .computes(Precision::kFollows)
      .outputs(3);
  for (const size_t vector : {1, 2, 4, 5, 6}) op.inputs[vector].keeps_dtype = true;
}

}  // namespace

WEFT_OP(batch_norm_training) {
  define_forward(op, "float32, float64 or bfloat16, shape (N, C, ...)");
  op.doc("Channels normalised by the batch's statistics, and these: mean and variance.")
      .infer(infer)
      .gradient(gradient)
      .kernel(slot_of(run, scratch))
      .sample(R"({"shapes": [[3, 2, 2], [2], [2]]})")
      .sample(R"({"shapes": [[2, 2, 2, 3], [2], [2]], "eps": 0.1})")
      .sample(R"({"shapes": [[5, 2], [2], [2]]})")
      .sample(R"({"shapes": [[1, 2, 6], [2], [2]]})");
}

WEFT_OP(batch_norm_training_gradient) {
  define_gradient(op, "float32, float64 or bfloat16, shape (N, C, ...)");
  op.doc("Gradients of batch_norm_training: of data, gamma and beta.")
      .infer(infer_gradient)
      .gradient([](const GradContext& g) { return vjp(g, formula); })
      .kernel(slot_of(run_gradient, scratch_gradient))
      .domain(0.5, 2)
      .sample(R"({"shapes": [[3, 2, 2], [2], [2], [3, 2, 2], [2], [2], [2]]})")
      .sample(R"({"shapes": [[2, 2, 2, 3], [2], [2], [2, 2, 2, 3], [2], [2], [2]], "eps": 0.1})")
      .sample(R"({"shapes": [[5, 2], [2], [2], [5, 2], [2], [2], [2]]})")
      .sample(R"({"shapes": [[1, 2, 6], [2], [2], [1, 2, 6], [2], [2], [2]]})");
}

WEFT_OP(batch_norm_training_blocked) {
  define_forward(op, "float32 or bfloat16, shape (N, C / B, H, W, B)");
  op.doc("batch_norm_training of an image whose channels lie in blocks.")
      .infer(infer_blocked)
      .no_gradient("the pass that makes it runs behind the gradients")
      .kernel(slot_of(run_blocked, scratch))
      .sample(R"({"shapes": [[2, 3, 2, 3, 8], [24], [24]],
                  "dtypes": ["float32", "float32", "float32"]})")
      .sample(R"({"shapes": [[3, 2, 1, 2, 16], [32], [32]], "eps": 0.1,
                  "dtypes": ["float32", "float32", "float32"]})");
}

WEFT_OP(batch_norm_training_gradient_blocked) {
  define_gradient(op, "float32 or bfloat16, shape (N, C / B, H, W, B)");
  op.doc("batch_norm_training_gradient of an image whose channels lie in blocks.")
      .infer(infer_gradient_blocked)
      .no_gradient("the pass that makes it runs behind the gradients")
      .kernel(slot_of(run_gradient_blocked, scratch_gradient))
      .domain(0.5, 2)
      .sample(R"({"shapes": [[2, 3, 2, 3, 8], [24], [24], [2, 3, 2, 3, 8], [24], [24], [24]],
                  "dtypes": ["float32", "float32", "float32", "float32", "float32", "float32",
                             "float32"]})")
      .sample(R"({"shapes": [[3, 1, 1, 2, 16], [16], [16], [3, 1, 1, 2, 16], [16], [16], [16]],
                  "eps": 0.1,
                  "dtypes": ["float32", "float32", "float32", "float32", "float32", "float32",
                             "float32"]})");
}

}  // namespace weft::ops

// Group normalisation (Wu and He, 2018) for channels with several neighbours in memory; group_norm
// and instance_norm use it.
//
// A group of a sample is dense, so kernels/normalize/channels.h computes its statistics as those of
// one channel. Its channels are then planes with a factor and a summand each, which contain gamma
// and beta. A thread finishes one group before the next, so the second pass finds it in the cache.
// The gradient is a kernel; its own gradient is that of its formula in operators.

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "kernels/normalize/channels.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"
#include "ops/vjp.h"

namespace weft::ops {
namespace {

Status check_vector(const InferContext& c, size_t input, int64_t channels) {
  if (!c.given(input) || c.in[input].shape == Shape{channels}) return {};
  return errors::invalid_value(c.op().name, "`", c.op().input_name(input), "` must have shape (",
                               channels, ",); got ", c.in[input].shape);
}

Status check_data(const InferContext& c, size_t data) {
  WEFT_TRY(rules::require_lanes(c, data));
  const Shape& shape = c.in[data].shape;
  if (shape.rank() < 2 || shape.elements() == 0)
    return errors::invalid_value(
        c.op().name, "`data` must have at least 2 axes, and elements; got shape ", shape);
  const int64_t groups = c.integer("num_groups");
  if (groups >= 1 && shape[1] % groups == 0) return {};
  return errors::invalid_value(c.op().name, "`num_groups` must divide the ", shape[1],
                               " channels of `data`; got ", groups);
}

Result<Types> infer(const InferContext& c) {
  WEFT_TRY(check_data(c, 0));
  for (const size_t input : {size_t{1}, size_t{2}})
    WEFT_TRY(check_vector(c, input, c.in[0].shape[1]));
  return Types{{c.in[0].dtype, c.in[0].shape}};
}

Result<Types> infer_gradient(const InferContext& c) {
  WEFT_TRY(check_data(c, 1));
  const TensorType& data = c.in[1];
  if (c.in[0].shape != data.shape)
    return errors::invalid_value(c.op().name, "`dout` ", c.in[0].shape, " and `data` ", data.shape,
                                 " must have one shape");
  WEFT_TRY(check_vector(c, 2, data.shape[1]));
  Types types{{data.dtype, data.shape}};
  if (c.flag("affine"))
    for (int i = 0; i < 2; ++i) types.push_back({data.dtype, Shape{data.shape[1]}});
  return types;
}

// The same memory seen twice: as samples x groups, and as samples x channels.
struct Groups {
  // A whole group, and one channel of a sample, each as a channel of the kernels.
  kernels::Channels wholes, planes;
  int64_t samples, channels;
  double eps;

  int64_t together() const { return planes.channels / wholes.channels; }
  int64_t elements() const { return planes.channels * planes.inner; }
  kernels::Range planes_of(int64_t group) const {
    return {group * together(), (group + 1) * together()};
  }
};

Groups problem_of(const AttributeReader& a, DType dtype, const Shape& data) {
  const int64_t samples = data[0], channels = data[1], groups = a.integer("num_groups");
  const int64_t inner = data.elements() / (samples * channels);
  return {{dtype, 1, samples * groups, channels / groups * inner},
          {dtype, 1, samples * channels, inner},
          samples,
          channels,
          a.real("eps")};
}

// Vectors in scratch: first those of the groups, then as many of the planes as a pass needs.
template <class T>
struct Vectors {
  Vectors(const Groups& p, void* scratch)
      : mean(static_cast<T*>(scratch)),
        variance(mean + p.wholes.channels),
        planes(variance + p.wholes.channels),
        count(p.planes.channels) {}
  T* of_planes(int number) const { return planes + number * count; }
  double inverse(int64_t group, double eps) const {
    return 1 / std::sqrt(static_cast<double>(variance[group]) + eps);
  }
  T *mean, *variance, *planes;
  int64_t count;
};
constexpr int kForward = 3, kBackward = 6;  // how many vectors of planes a pass needs

int64_t scratch_for(const TensorType& data, const AttributeReader& a, int vectors) {
  const int64_t groups = data.shape[0] * a.integer("num_groups");
  return (2 * groups + vectors * data.shape[0] * data.shape[1]) * size_of(data.dtype);
}

template <class T>
const T* vector_of(const KernelCall& call, size_t input) {
  return input < call.in.size() ? static_cast<const T*>(call.in[input].data) : nullptr;
}

template <class T>
void forward(const KernelCall& call, const Groups& p) {
  const Vectors<T> v(p, call.scratch);
  const T *gamma = vector_of<T>(call, 1), *beta = vector_of<T>(call, 2);
  T *mean = v.of_planes(0), *scale = v.of_planes(1), *shift = v.of_planes(2);
  const kernels::ChannelAffine map{call.in[0].data, mean, scale, shift, call.out[0].data};
  split_work(p.wholes.channels, 2 * p.elements(), nullptr, 0, [&](kernels::Range groups, void*) {
    for (int64_t group = groups.begin; group < groups.end; ++group) {
      kernels::run_channel_moments(p.wholes, map.x, v.mean, v.variance, {group, group + 1});
      const double inverse = v.inverse(group, p.eps);
      const kernels::Range planes = p.planes_of(group);
      for (int64_t plane = planes.begin; plane < planes.end; ++plane) {
        const int64_t c = plane % p.channels;
        mean[plane] = v.mean[group];
        scale[plane] = static_cast<T>(gamma ? gamma[c] * inverse : inverse);
        shift[plane] = beta ? beta[c] : T(0);
      }
      kernels::run_channel_affine(p.planes, map, planes);
    }
  });
}

// With r = 1 / sqrt(variance + eps), c = x - mean, g = dy gamma and means over the group:
//   dx = r g - c r³ mean(g c) - r mean(g).
// For each plane, Σ dy c r (for gamma) and Σ dy (for beta) stay in scratch.
template <class T>
void backward(const KernelCall& call, const Groups& p) {
  const Vectors<T> v(p, call.scratch);
  const T* const gamma = vector_of<T>(call, 2);
  T *mean = v.of_planes(0), *scale = v.of_planes(1), *slope = v.of_planes(2);
  T *shift = v.of_planes(3), *total = v.of_planes(4), *product = v.of_planes(5);
  const void *dy = call.in[0].data, *x = call.in[1].data;
  const auto count = static_cast<double>(p.wholes.inner);
  split_work(p.wholes.channels, 4 * p.elements(), nullptr, 0, [&](kernels::Range groups, void*) {
    for (int64_t group = groups.begin; group < groups.end; ++group) {
      kernels::run_channel_moments(p.wholes, x, v.mean, v.variance, {group, group + 1});
      const double inverse = v.inverse(group, p.eps);
      const kernels::Range planes = p.planes_of(group);
      const auto factor = [&](int64_t plane) {
        return gamma ? static_cast<double>(gamma[plane % p.channels]) : 1.0;
      };
      std::fill(mean + planes.begin, mean + planes.end, v.mean[group]);
      kernels::run_channel_sums(p.planes, {dy, x, mean, total, product}, planes);
      double all = 0, products = 0;
      for (int64_t plane = planes.begin; plane < planes.end; ++plane) {
        all += factor(plane) * static_cast<double>(total[plane]);
        products += factor(plane) * static_cast<double>(product[plane]);
      }
      for (int64_t plane = planes.begin; plane < planes.end; ++plane) {
        scale[plane] = static_cast<T>(factor(plane) * inverse);
        slope[plane] = static_cast<T>(-inverse * inverse * inverse * products / count);
        shift[plane] = static_cast<T>(-inverse * all / count);
        product[plane] = static_cast<T>(static_cast<double>(product[plane]) * inverse);
      }
      kernels::run_channel_mix(p.planes, {dy, x, mean, scale, slope, shift, call.out[0].data},
                               planes);
    }
  });
}

// Sums over the samples, in double: the gradients of gamma and beta.
template <class T>
void add_up(const Groups& p, const T* sums, void* result) {
  for (int64_t c = 0; c < p.channels; ++c) {
    double total = 0;
    for (int64_t n = 0; n < p.samples; ++n) total += static_cast<double>(sums[n * p.channels + c]);
    static_cast<T*>(result)[c] = static_cast<T>(total);
  }
}

template <class T>
void backward_and_sums(const KernelCall& call, const Groups& p) {
  backward<T>(call, p);
  if (call.out.size() == 1) return;
  const Vectors<T> v(p, call.scratch);
  add_up(p, v.of_planes(5), call.out[1].data);
  add_up(p, v.of_planes(4), call.out[2].data);
}

Status run(const KernelCall& call) {
  const TensorView& data = call.in[0];
  const Groups p = problem_of(call.op.reader(call.attributes), data.dtype, shape_of(data));
  if (data.dtype == DType::kFloat64)
    forward<double>(call, p);
  else
    forward<float>(call, p);
  return {};
}

Status run_gradient(const KernelCall& call) {
  const TensorView& data = call.in[1];
  const Groups p = problem_of(call.op.reader(call.attributes), data.dtype, shape_of(data));
  if (data.dtype == DType::kFloat64)
    backward_and_sums<double>(call, p);
  else
    backward_and_sums<float>(call, p);
  return {};
}

// A result may share memory with an input: the statistics of a group are complete before any of its
// elements is written.
Slot slot_of(KernelFunction function, int64_t (*bytes)(const SlotTypes&, int)) {
  Slot slot = dense_slot(function);
  slot.overwrites = every_input;
  slot.scratch_bytes = bytes;
  return slot;
}
int64_t scratch(const SlotTypes& t, int) {
  return scratch_for(t.in[0], t.op.reader(t.attributes), kForward);
}
int64_t scratch_gradient(const SlotTypes& t, int) {
  return scratch_for(t.in[1], t.op.reader(t.attributes), kBackward);
}

// The gradients of gamma and beta come as two more outputs, only if somebody wants them.
Values gradient(const GradContext& g) {
  const bool has_gamma = g.inputs() > 1 && g.in(1), has_beta = g.inputs() > 2 && g.in(2);
  const bool affine = (has_gamma && g.needs(1)) || (has_beta && g.needs(2));
  const Values found = g.builder().call_all(
      "normalize_groups_gradient", {g.dout(), g.in(0), has_gamma ? g.in(1) : Value()},
      {g.get("num_groups"), g.get("eps"), Argument::of_bool(affine)});
  if (!affine) return {found[0], Value(), Value()};
  return {found[0], has_gamma ? found[1] : Value(), has_beta ? found[2] : Value()};
}

Value mean_of(const Value& x) {
  return x.builder().call("mean", {x}, {Argument::of_int(-1), Argument::of_bool(true)});
}

// The formula of `backward` in operators.
Values formula(const ComposeContext& c) {
  const Value dout = c.in(0);
  const Shape shape = c.in(1).shape();
  const int64_t groups = c.integer("num_groups");
  const Shape grouped{shape[0], groups, shape.elements() / (shape[0] * groups)};
  Shape column{shape[1]};
  column.resize(shape.rank() - 1, 1);
  const Value x = reshape(c.in(1), grouped);
  const Value centred = x - mean_of(x);
  const Value inverse = 1.0 / c.builder.call("sqrt", {mean_of(centred * centred) + c.real("eps")});
  const Value standard = centred * inverse;
  const bool has_gamma = c.inputs.size() > 2 && c.in(2);
  const Value scaled = reshape(has_gamma ? dout * reshape(c.in(2), column) : dout, grouped);
  const Value rest = scaled - mean_of(scaled) - standard * mean_of(scaled * standard);
  Values results{reshape(inverse * rest, shape)};
  if (c.flag("affine")) {
    const Shape vector{shape[1]};
    results.push_back(reshape(sum_to(dout * reshape(standard, shape), column), vector));
    results.push_back(reshape(sum_to(dout, column), vector));
  }
  return results;
}

Result<size_t> count_gradients(const AttributeReader& a) { return a.flag("affine") ? 3 : 1; }

}  // namespace

WEFT_OP(normalize_groups) {
  op.doc("Groups of channels of each sample with mean 0 and variance 1, scaled and shifted.")
      .in(Namespace::kInternal)
      .input("data", "float32 or float64, shape (N, C, ...)")
      .optional_input("gamma", "factors, shape (C,)")
      .optional_input("beta", "summands, shape (C,)")
      .integer("num_groups", 1, "groups, which divide the channels")
      .real("eps", 1e-5, "summand of the variance")
      .promote(Promotion::kExact)
      .infer(infer)
      .gradient(gradient)
      .kernel(slot_of(run, scratch))
      .sample(R"({"shapes": [[2, 4, 3], [4], [4]], "num_groups": 2})")
      .sample(R"({"shapes": [[1, 6, 2, 5], null, [6]], "num_groups": 3, "eps": 0.1})")
      .sample(R"({"shapes": [[3, 2, 4], [2]], "num_groups": 2})")
      .sample(R"({"shapes": [[2, 4]]})");
}

WEFT_OP(normalize_groups_gradient) {
  op.doc("Gradients of normalize_groups: of the data, and of gamma and beta.")
      .in(Namespace::kInternal)
      .input("dout", "float32 or float64, shape (N, C, ...)")
      .input("data", "shape of dout")
      .optional_input("gamma", "factors, shape (C,)")
      .integer("num_groups", 1, "groups, which divide the channels")
      .real("eps", 1e-5, "summand of the variance")
      .boolean("affine", true, "give the gradients of gamma and beta")
      .promote(Promotion::kExact)
      .outputs(count_gradients)
      .infer(infer_gradient)
      .gradient([](const GradContext& g) { return vjp(g, formula); })
      .kernel(slot_of(run_gradient, scratch_gradient))
      .sample(R"({"shapes": [[2, 4, 3], [2, 4, 3], [4]], "num_groups": 2, "eps": 0.5})")
      .sample(R"({"shapes": [[1, 6, 2, 5], [1, 6, 2, 5]], "num_groups": 3, "eps": 0.1})")
      .sample(R"({"shapes": [[3, 2, 4], [3, 2, 4], [2]], "affine": false, "eps": 0.1})");
}

}  // namespace weft::ops

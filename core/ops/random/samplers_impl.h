// What operators share that draw a number for each element of their parameters, or compute one from
// such numbers: arguments of one shape and one dtype, float32 or float64.
#pragma once

#include <array>

#include "base/errors.h"
#include "kernels/random/samplers.h"
#include "kernels/random/slopes.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {

inline Result<Types> infer_sample(const InferContext& c) {
  WEFT_TRY(rules::require_lanes(c, 0));
  for (const TensorType& type : c.in)
    if (type.shape != c.in[0].shape)
      return errors::invalid_value(c.op().name, "`", c.op().inputs[1].name,
                                   "` must have the shape of `", c.op().inputs[0].name, "`, ",
                                   c.in[0].shape, "; got ", type.shape);
  return Types{c.in[0]};
}

// The addresses of a call's arrays.
class Arguments {
 public:
  explicit Arguments(const KernelCall& call) : count_(call.in.size()) {
    for (size_t i = 0; i < count_; ++i) data_[i] = call.in[i].data;
  }
  std::span<const void* const> all() const { return {data_.data(), count_}; }

 private:
  size_t count_;
  std::array<const void*, kernels::kMostParameters> data_{};
};

// Slots of a sampler and of a slope. A number costs as much as some hundred additions.
template <kernels::Sampler sampler>
Slot sampler_slot() {
  return exact_dense_slot([](const KernelCall& call) -> Status {
    const int64_t elements = elements_of(call.out[0]);
    const Arguments parameters(call);
    split_work(elements, 64 * elements, nullptr, 0, [&](kernels::Range range, void*) {
      kernels::run_sampler(sampler, {call.seed, call.ordinal}, call.out[0].dtype, parameters.all(),
                           call.out[0].data, range);
    });
    return {};
  });
}

template <kernels::Slope slope>
Slot slope_slot() {
  return exact_dense_slot([](const KernelCall& call) -> Status {
    const int64_t elements = elements_of(call.out[0]);
    const Arguments arguments(call);
    split_work(elements, 128 * elements, nullptr, 0, [&](kernels::Range range, void*) {
      kernels::run_slope(slope, call.out[0].dtype, arguments.all(), call.out[0].data, range);
    });
    return {};
  });
}

// Completes an operator that draws by `sampler`.
template <kernels::Sampler sampler>
OpDef& draws(OpDef& op) {
  return op.promote(Promotion::kExact).infer(infer_sample).kernel(sampler_slot<sampler>()).random();
}

// Completes an operator that computes a slope. Its own derivatives have no closed form.
template <kernels::Slope slope>
OpDef& slopes(OpDef& op) {
  return op.promote(Promotion::kExact)
      .infer(infer_sample)
      .no_gradient("slopes of random numbers have derivatives of first order alone")
      .kernel(slope_slot<slope>());
}

}  // namespace weft::ops

#include "ops/reduce_slot.h"

#include <algorithm>

#include "base/errors.h"
#include "ops/kernel_call.h"
#include "ops/rules.h"
#include "ops/split_work.h"

namespace weft::ops {
namespace {

constexpr int64_t kScratchPerThread = 64 * 1024;

uint32_t mask_of(const OpDef& op, const TensorType& type, std::span<const Argument> attributes) {
  return rules::axes_mask(InferContext(op, {&type, 1}, attributes), "axis", type.shape.rank())
      .value();  // checked by inference
}

template <kernels::Reduction reduction>
Status run(const KernelCall& call) {
  const TensorView& in = call.in[0];
  const TensorType type = type_of(in);
  const kernels::Reduce problem =
      kernels::make_reduce(reduction, in, mask_of(call.op, type, call.attributes));
  const int64_t units = kernels::reduce_units(problem);
  if (kernels::reduce_scratch(problem) > kScratchPerThread)
    return errors::internal(call.op.name, "scratch of ", kernels::reduce_scratch(problem),
                            " bytes");
  split_work(units, units * kernels::reduce_unit_cost(problem), nullptr, 0,
             [&](kernels::Range range, void*) {
               alignas(64) char scratch[kScratchPerThread];
               kernels::run_reduce(problem, in.data, call.out[0].data, range, scratch);
             });
  return {};
}

}  // namespace

Slot reduce_slot(kernels::Reduction reduction) {
  Slot slot;
  switch (reduction) {
    case kernels::Reduction::kSum: slot.run = run<kernels::Reduction::kSum>; break;
    case kernels::Reduction::kMax: slot.run = run<kernels::Reduction::kMax>; break;
    case kernels::Reduction::kMin: slot.run = run<kernels::Reduction::kMin>; break;
    case kernels::Reduction::kArgMax: slot.run = run<kernels::Reduction::kArgMax>; break;
    case kernels::Reduction::kArgMin: slot.run = run<kernels::Reduction::kArgMin>; break;
  }
  return slot;
}

void reduce_attributes(OpDef& op) {
  op.optional(AttributeKind::kInts, "axis", "axis or axes to reduce; none reduces all")
      .boolean("keepdims", false, "keep the reduced axes with extent 1");
}

Result<Types> infer_reduction_of(kernels::Reduction reduction, const InferContext& c) {
  const Shape& shape = c.in[0].shape;
  WEFT_ASSIGN(const uint32_t mask, rules::axes_mask(c, "axis", shape.rank()));
  const bool arg =
      reduction == kernels::Reduction::kArgMax || reduction == kernels::Reduction::kArgMin;
  if (arg && c.has("axis") && c.ints("axis").size() != 1)
    return errors::invalid_value(c.op().name, "`axis` must be one axis or none; got ",
                                 c.ints("axis").size(), " axes");
  if (reduction != kernels::Reduction::kSum)
    for (int axis = 0; axis < shape.rank(); ++axis)
      if ((mask >> axis & 1) && shape[axis] == 0)
        return errors::invalid_value(c.op().name, "`", c.op().inputs[0].name,
                                     "` must not be empty along the reduced axes; got shape ",
                                     shape);
  return Types{{kernels::result_dtype(reduction, c.in[0].dtype),
                rules::reduced_shape(shape, mask, c.flag("keepdims")),
                {}}};
}

Shape kept_shape(const GradContext& g) {
  const TensorType type = g.in(0).type();
  return rules::reduced_shape(type.shape, mask_of(g.op(), type, g.all()), true);
}

}  // namespace weft::ops

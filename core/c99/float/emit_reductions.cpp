// Sums, products and extremes over axes, and the positions of extremes.
#include <algorithm>

#include "base/errors.h"
#include "c99/float/arithmetic.h"
#include "c99/float/loops.h"
#include "c99/float/reduction.h"
#include "c99/program/emitter.h"
#include "ops/slots/reduce_slot.h"

namespace weft::c99 {
namespace {

using kernels::Reduction;

Result<executor::TargetKernel> any_numbers(const ops::SlotTypes& types) {
  for (const ops::TensorType& type : {types.in[0], types.out[0]})
    if (type_name(type.dtype).empty())
      return errors::unsupported("compile", "`", types.op.name, "` of ", type.dtype,
                                 " has no C form; cast the network to float32");
  return executor::TargetKernel{ops::Strides::kAny, ops::kNoInput, 0};
}

// The kept axes are the outer loops; the reduced ones are the reduction's.
template <Reduction reduction>
Status emit_reduce(Call& call) {
  const Operand &x = call.in(0), &y = call.out();
  const ops::AttributeReader a = call.attributes();
  const uint32_t mask = ops::axes_of(call.op(), {x.dtype, x.shape}, a.all());
  std::vector<int> kept, reduced;
  for (int axis = 0; axis < x.shape.rank(); ++axis)
    (mask >> axis & 1 ? reduced : kept).push_back(axis);
  // The result is dense over the kept axes, so its index is the number of the outer iteration.
  const LoopNest outer(x.shape, kept, {x.strides}, 'i'), inner(x.shape, reduced, {x.strides}, 'j');
  const std::string from = call.read(0), to = call.write();
  outer.open(call);
  const Reducing result{reduction, x.dtype, y.dtype, to + "[" + outer.number() + "]"};
  emit_reduction(call, inner, {result}, [&] {
    // The dtype in which the library reduces.
    const DType in = ops::dtype_reduced_in(reduction, x.dtype, y.dtype);
    const std::string element = from + "[" + sum_text(outer.index(0), inner.index(0)) + "]";
    call.line("const " + std::string(compute_type(x.dtype)) + " v = " + element + ";");
    return std::vector<std::string>{in == x.dtype ? "v"
                                                  : converted(call.source(), x.dtype, in, "v")};
  });
  outer.close(call);
  return {};
}

}  // namespace

WEFT_EMITTER(sum, any_numbers, emit_reduce<Reduction::kSum>);
WEFT_EMITTER(prod, any_numbers, emit_reduce<Reduction::kProd>);
WEFT_EMITTER(max, any_numbers, emit_reduce<Reduction::kMax>);
WEFT_EMITTER(min, any_numbers, emit_reduce<Reduction::kMin>);
WEFT_EMITTER(argmax, any_numbers, emit_reduce<Reduction::kArgMax>);
WEFT_EMITTER(argmin, any_numbers, emit_reduce<Reduction::kArgMin>);

}  // namespace weft::c99

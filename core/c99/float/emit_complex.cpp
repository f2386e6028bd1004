// Complex numbers as C: their parts, and pairs of parts. All else computes with planes of floats.
#include "base/errors.h"
#include "c99/float/loops.h"
#include "c99/program/emitter.h"
#include "c99/text/text.h"

namespace weft::c99 {
namespace {

Result<executor::TargetKernel> any_strides(const ops::SlotTypes&) {
  return executor::TargetKernel{ops::Strides::kAny, ops::kNoInput, 0};
}

template <int kWhich>
Status emit_part(Call& call) {
  const Operand& from = call.in(0);
  const LoopNest nest(from.shape, all_axes(from.shape), {from.strides, call.out().strides}, 'i');
  const std::string x = call.read(0), y = call.write();
  nest.open(call);
  call.line(y + "[" + sum_text(nest.index(1), "") + "] = " + x + "[" + sum_text(nest.index(0), "") +
            "]" + (kWhich ? ".im;" : ".re;"));
  nest.close(call);
  return {};
}

Status emit_pair(Call& call) {
  const Operand& to = call.out();
  const LoopNest nest(to.shape, all_axes(to.shape),
                      {broadcast_strides(call.in(0), to.shape),
                       broadcast_strides(call.in(1), to.shape), to.strides},
                      'i');
  const std::string re = call.read(0), im = call.read(1), y = call.write();
  const std::string place = y + "[" + sum_text(nest.index(2), "") + "]";
  nest.open(call);
  call.line(place + ".re = " + re + "[" + sum_text(nest.index(0), "") + "];");
  call.line(place + ".im = " + im + "[" + sum_text(nest.index(1), "") + "];");
  nest.close(call);
  return {};
}

}  // namespace

WEFT_EMITTER(real_part, any_strides, emit_part<0>);
WEFT_EMITTER(imaginary_part, any_strides, emit_part<1>);
WEFT_EMITTER(pair, any_strides, emit_pair);

}  // namespace weft::c99

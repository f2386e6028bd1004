// What moves elements: copies to dense memory.
#include "base/errors.h"
#include "c99/emitter.h"
#include "c99/loops.h"

namespace weft::c99 {
namespace {

Result<executor::TargetKernel> any_strides(const ops::SlotTypes& types) {
  if (type_name(types.out[0].dtype).empty())
    return errors::unsupported("compile", "`", types.op.name, "` of ", types.out[0].dtype,
                               " has no C form; cast the network to float32");
  return executor::TargetKernel{ops::Strides::kAny, ops::Lead::kNone, 0};
}

constexpr Emitter kEmitters[] = {
    {"copy", any_strides, emit_copy},
};

}  // namespace

Status emit_copy(Call& call) {
  const Operand &from = call.in(0), &to = call.out();
  const Shape& shape = to.shape;
  std::vector<int> axes;
  for (int axis = 0; axis < shape.rank(); ++axis) axes.push_back(axis);
  // What is known now is an array of the file, in order.
  const Shape strides = from.content ? dense_strides(from.shape) : from.strides;
  Operand dense = from;
  dense.strides = strides;
  const std::vector<Shape> both{broadcast_strides(dense, shape), to.strides};
  const LoopNest nest(shape, axes, both, 'i');
  const std::string x = call.read(0), y = call.write();
  if (nest.depth() == 1 && nest.index(0) == "i0" && nest.index(1) == "i0") {
    call.line("memcpy(" + y + ", " + x + ", " + std::to_string(shape.elements()) + " * sizeof *" +
              y + ");");
    return {};
  }
  nest.open(call);
  call.line(y + "[" + sum_text(nest.index(1), "") + "] = " + x + "[" + sum_text(nest.index(0), "") +
            "];");
  nest.close(call);
  return {};
}

std::span<const Emitter> copy_emitters() { return kEmitters; }

}  // namespace weft::c99

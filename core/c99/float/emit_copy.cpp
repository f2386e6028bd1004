// Operators that move elements and are no view of their input: copies to dense memory.
#include "base/errors.h"
#include "c99/float/loops.h"
#include "c99/program/emitter.h"

namespace weft::c99 {
namespace {

Result<executor::TargetKernel> any_strides(const ops::SlotTypes& types) {
  if (type_name(types.out[0].dtype).empty())
    return errors::unsupported("compile", "`", types.op.name, "` of ", types.out[0].dtype,
                               " has no C form; cast the network to float32");
  return executor::TargetKernel{ops::Strides::kAny, ops::kNoInput, 0};
}

// Copies `shape` elements with strides `from`, from element `offset` on, to strides `to`. One dense
// run becomes a memcpy.
void copy_strided(Call& call, const Shape& shape, const Shape& from, int64_t offset,
                  const Shape& to) {
  const LoopNest nest(shape, all_axes(shape), {from, to}, 'i');
  const std::string x = call.read(0), y = call.write();
  if (nest.depth() == 1 && nest.index(0) == "i0" && nest.index(1) == "i0" && offset == 0) {
    call.line("memcpy(" + y + ", " + x + ", " + std::to_string(shape.elements()) + " * sizeof *" +
              y + ");");
    return;
  }
  nest.open(call);
  call.line(y + "[" + sum_text(nest.index(1), "") + "] = " + x + "[" +
            sum_text(nest.index(0), offset ? std::to_string(offset) : "") + "];");
  nest.close(call);
}

// A reshape that no strides can express: the elements in the order of the input's axes.
Status emit_reshape(Call& call) {
  const Operand& from = call.in(0);
  copy_strided(call, from.shape, from.strides, 0, dense_strides(from.shape));
  return {};
}

// Part of a dense array: shape, strides and offset are attributes.
Status emit_strided_view(Call& call) {
  const ops::AttributeReader a = call.attributes();
  copy_strided(call, Shape(a.ints("shape")), Shape(a.ints("strides")), a.integer("offset"),
               call.out().strides);
  return {};
}

Result<executor::TargetKernel> dense(const ops::SlotTypes& types) {
  WEFT_ASSIGN(executor::TargetKernel kernel, any_strides(types));
  kernel.strides = ops::Strides::kDense;
  return kernel;
}

}  // namespace

Status emit_copy(Call& call) {
  const Shape& shape = call.out().shape;
  if (call.tile_height() > 0) {
    call.line("memcpy(" + call.write() + ", " + call.read(0) + ", (size_t)(" + call.count() +
              ") * " + std::to_string(size_of(call.out().dtype)) + ");");
    return {};
  }
  copy_strided(call, shape, broadcast_strides(call.in(0), shape), 0, call.out().strides);
  return {};
}

WEFT_EMITTER(copy, any_strides, emit_copy);
WEFT_EMITTER(stop_gradient, any_strides, emit_copy);
WEFT_EMITTER(broadcast_to, any_strides, emit_copy);
WEFT_EMITTER(reshape, any_strides, emit_reshape);
WEFT_EMITTER(strided_view, dense, emit_strided_view);

}  // namespace weft::c99

// Elements at indices: slices taken and picked, arrays joined, parts of an array replaced. What
// writes at an index outside of its axis is refused (in training, which cannot refuse, the index
// counts as the nearest); for what reads there it counts as the nearest.
#include <algorithm>

#include "base/errors.h"
#include "c99/float/loops.h"
#include "c99/program/emitter.h"

namespace weft::c99 {
namespace {

// `strides`: which strides the C reads.
Result<executor::TargetKernel> kernel_for(const ops::SlotTypes& types, ops::Strides strides) {
  if (type_name(types.out[0].dtype).empty())
    return errors::unsupported("compile", "`", types.op.name, "` of ", types.out[0].dtype,
                               " has no C form; cast the network to float32");
  return executor::TargetKernel{strides, ops::kNoInput, 0};
}
Result<executor::TargetKernel> dense(const ops::SlotTypes& types) {
  return kernel_for(types, ops::Strides::kDense);
}
Result<executor::TargetKernel> any(const ops::SlotTypes& types) {
  return kernel_for(types, ops::Strides::kAny);
}

int axis_of(const Call& call, const Shape& shape) {
  const int64_t axis = call.attributes().integer("axis");
  return static_cast<int>(axis < 0 ? axis + shape.rank() : axis);
}

// x is (outer, extent, inner), y (outer, count, inner): copies rows of `inner` elements. "raise"
// lets negative indices count from the end.
Status emit_take(Call& call) {
  const Shape& x = call.in(0).shape;
  const int axis = axis_of(call, x);
  int64_t outer = 1, inner = 1;
  for (int i = 0; i < axis; ++i) outer *= x[i];
  for (int i = axis + 1; i < x.rank(); ++i) inner *= x[i];
  const bool counts_back = call.attributes().text("mode") == "raise";
  const std::string extent = std::to_string(x[axis]),
                    count = std::to_string(call.in(1).shape.elements());
  const std::string block = std::to_string(inner), y = call.write();
  call.line("for (int32_t i = 0; i < " + std::to_string(outer) + "; ++i) {");
  call.line("for (int32_t j = 0; j < " + count + "; ++j) {");
  call.line("int64_t at = " + call.read(1) + "[j];");
  if (counts_back) call.line("if (at < 0) at += " + extent + ";");
  call.line("at = at < 0 ? 0 : at >= " + extent + " ? " + extent + " - 1 : at;");
  call.line("memcpy(" + y + " + (i * " + count + " + j) * " + block + ", " + call.read(0) +
            " + (i * " + extent + " + (int32_t)at) * " + block + ", " + block + " * sizeof *" + y +
            ");");
  call.line("}");
  call.line("}");
  return {};
}

// Copies `from` to `target`, where it has `strides` and begins at element `offset`.
void copy_block(Call& call, const Operand& from, const std::string& source, const Shape& strides,
                const std::string& target, int64_t offset) {
  const LoopNest nest(from.shape, all_axes(from.shape), {from.strides, strides}, 'i');
  nest.open(call);
  const std::string place = sum_text(nest.index(1), offset ? std::to_string(offset) : "");
  call.line(target + "[" + place + "] = " + source + "[" + sum_text(nest.index(0), "") + "];");
  nest.close(call);
}

// Without an axis the arrays are flattened first.
Status emit_concatenate(Call& call) {
  const Shape& y = call.out().shape;
  const bool is_flat = !call.attributes().has("axis");
  const int axis = is_flat ? 0 : axis_of(call, y);
  const Shape strides = dense_strides(y);
  int64_t at = 0;
  for (size_t i = 0; i < call.inputs(); ++i) {
    const Operand& part = call.in(i);
    const int64_t extent = is_flat ? part.shape.elements() : part.shape[axis];
    if (part.shape.elements() > 0)
      copy_block(call, part, call.read(i), is_flat ? dense_strides(part.shape) : strides,
                 call.write(), at * (is_flat ? 1 : strides[axis]));
    at += extent;
  }
  return {};
}

// Opens loops over the elements that index arrays choose of `whole`, by the rules of
// ops/indexing/places_impl.h. In them `at` is the index of the chosen element. Index arrays are the
// operands from `first` on; `value` is the array that goes there or comes from there.
LoopNest open_places(Call& call, const Operand& whole, size_t first, const Operand& value) {
  const ops::AttributeReader a = call.attributes();
  const auto axes = a.ints("axes");
  // The index arrays are broadcast against each other to `common`.
  Shape common;
  for (size_t i = first; i < call.inputs(); ++i)
    while (common.rank() < call.in(i).shape.rank()) common.push_back(1);
  for (size_t i = first; i < call.inputs(); ++i) {
    const Shape& index = call.in(i).shape;
    for (int k = 1; k <= index.rank(); ++k)
      if (index[index.rank() - k] != 1) common[common.rank() - k] = index[index.rank() - k];
  }
  // The chosen shape has the axes of `common` at `position` among the axes that are not indexed.
  // `kept` has the strides of `whole` along these axes, 0 along common ones.
  Shape picked, kept;
  const auto front = static_cast<int>(a.integer("position"));
  int begin = 0;
  const auto put_places = [&] {
    if (kept.rank() != front || begin < 0) return;
    for (const int64_t extent : common) {
      picked.push_back(extent);
      kept.push_back(0);
    }
    begin = -1;
  };
  put_places();
  for (int axis = 0; axis < whole.shape.rank(); ++axis) {
    if (std::ranges::count(axes, axis) > 0) continue;
    picked.push_back(whole.shape[axis]);
    kept.push_back(whole.strides[axis]);
    put_places();
  }
  std::vector<Shape> strides{kept, broadcast_strides(value, picked)};
  for (size_t i = first; i < call.inputs(); ++i) {
    const Shape own = broadcast_strides(call.in(i), common);
    Shape along = picked;
    for (int axis = 0; axis < picked.rank(); ++axis) {
      const bool is_common = axis >= front && axis < front + common.rank();
      along[axis] = is_common ? own[axis - front] : 0;
    }
    strides.push_back(along);
  }
  LoopNest nest(picked, all_axes(picked), strides, 'i');
  nest.open(call);
  call.line("int32_t at = " + sum_text(nest.index(0), "") + ";");
  for (size_t i = first; i < call.inputs(); ++i) {
    const auto axis = static_cast<int>(axes[i - first]);
    const std::string name = "place" + std::to_string(i - first),
                      extent = std::to_string(whole.shape[axis]);
    call.line("int64_t " + name + " = " + call.read(i) + "[" +
              sum_text(nest.index(2 + i - first), "") + "];");
    call.line("if (" + name + " < 0) " + name + " += " + extent + ";");
    call.line(name + " = " + name + " < 0 ? 0 : " + name + " >= " + extent + " ? " + extent +
              " - 1 : " + name + ";");
    call.line("at += (int32_t)" + name + " * " + std::to_string(whole.strides[axis]) + ";");
  }
  return nest;
}

// Ends the run where an index is outside of its axis. Nothing is written before.
void refuse_outside(Call& call, size_t index_input, int64_t extent) {
  const Operand& index = call.in(index_input);
  if (!call.may_refuse() || index.content || index.shape.elements() == 0) return;
  const std::string name = call.read(index_input), most = std::to_string(extent);
  call.line("for (int32_t n = 0; n < " + std::to_string(index.shape.elements()) + "; ++n)");
  call.line("  if (" + name + "[n] < -" + most + " || " + name + "[n] >= " + most + ") " +
            call.refuse("an index is out of bounds for an axis with size " + most));
}

Status emit_gather(Call& call) {
  const std::string from = call.read(0), to = call.write();
  const LoopNest nest = open_places(call, call.in(0), 1, call.out());
  call.line(to + "[" + sum_text(nest.index(1), "") + "] = " + from + "[at];");
  nest.close(call);
  return {};
}

// The result often lies where the array does; then there is nothing to copy. Repeated indices add
// up in order with `accumulate`, else the last one stays.
Status emit_scatter(Call& call) {
  const std::string from = call.read(0), to = call.write();
  const auto axes = call.attributes().ints("axes");
  for (size_t i = 2; i < call.inputs(); ++i)
    refuse_outside(call, i, call.out().shape[static_cast<int>(axes[i - 2])]);
  const std::string type(type_name(call.out().dtype));
  call.line("if (" + to + " != " + from + ") memcpy(" + to + ", " + from + ", " +
            std::to_string(call.out().shape.elements()) + " * sizeof *" + to + ");");
  const LoopNest nest = open_places(call, call.out(), 2, call.in(1));
  const std::string value = call.read(1) + "[" + sum_text(nest.index(1), "") + "]";
  const bool adds = call.attributes().flag("accumulate");
  call.line(to + "[at] = " + (adds ? "(" + type + ")(" + to + "[at] + " + value + ")" : value) +
            ";");
  nest.close(call);
  return {};
}

// The first operand with the second in a part of it. Often the result lies where the first one
// does.
Status emit_update(Call& call) {
  const Operand &whole = call.in(0), &part = call.in(1);
  const ops::AttributeReader a = call.attributes();
  const std::string from = call.read(0), to = call.write();
  if (!whole.content && whole.dense())
    call.line("if (" + to + " != " + from + ") memcpy(" + to + ", " + from + ", " +
              std::to_string(whole.shape.elements()) + " * sizeof *" + to + ");");
  else
    copy_block(call, whole, from, dense_strides(whole.shape), to, 0);
  if (part.shape.elements() == 0) return {};
  const Shape shape(a.ints("shape")), strides(a.ints("strides"));
  Operand spread = part;
  spread.strides = broadcast_strides(part, shape);
  spread.shape = shape;
  copy_block(call, spread, call.read(1), strides, to, a.integer("offset"));
  return {};
}

// Opens loops over the elements of an index array that counts along one axis of `whole`. In them
// `place` is the index of the element that it names, `at` that of the index itself.
void open_along(Call& call, const Operand& whole, size_t index_input, bool counts_back) {
  const Shape& x = whole.shape;
  const int axis = axis_of(call, x);
  int64_t outer = 1, inner = 1;
  for (int i = 0; i < axis; ++i) outer *= x[i];
  for (int i = axis + 1; i < x.rank(); ++i) inner *= x[i];
  const Shape& index = call.in(index_input).shape;
  const std::string count = std::to_string(index.rank() == x.rank() ? index[axis] : 1),
                    extent = std::to_string(x[axis]), block = std::to_string(inner);
  call.line("for (int32_t i = 0; i < " + std::to_string(outer) + "; ++i)");
  call.line("for (int32_t j = 0; j < " + count + "; ++j)");
  call.line("for (int32_t k = 0; k < " + block + "; ++k) {");
  call.line("const int32_t at = (i * " + count + " + j) * " + block + " + k;");
  call.line("int64_t row = " + call.read(index_input) + "[at];");
  if (counts_back) call.line("if (row < 0) row += " + extent + ";");
  call.line("row = row < 0 ? 0 : row >= " + extent + " ? " + extent + " - 1 : row;");
  call.line("const int32_t place = (i * " + extent + " + (int32_t)row) * " + block + " + k;");
}

Status emit_pick(Call& call) {
  open_along(call, call.in(0), 1, call.attributes().text("mode") == "raise");
  call.line(call.write() + "[at] = " + call.read(0) + "[place];");
  call.line("}");
  return {};
}

// The result often lies where the array does.
Status emit_pick_update(Call& call) {
  const std::string from = call.read(0), to = call.write();
  refuse_outside(call, 2, call.out().shape[axis_of(call, call.out().shape)]);
  call.line("if (" + to + " != " + from + ") memcpy(" + to + ", " + from + ", " +
            std::to_string(call.out().shape.elements()) + " * sizeof *" + to + ");");
  open_along(call, call.out(), 2, true);
  call.line(to + "[place] = " + call.read(1) + "[at];");
  call.line("}");
  return {};
}

// Refuses integers outside the bounds; training has no way to, and clamps them.
Status emit_bounded(Call& call) {
  const ops::AttributeReader a = call.attributes();
  const std::string minimum = std::to_string(a.integer("least")),
                    maximum = std::to_string(a.integer("most"));
  call.line("for (int32_t i = 0; i < " + std::to_string(call.out().shape.elements()) + "; ++i) {");
  call.line("const int64_t number = " + call.read(0) + "[i];");
  if (call.may_refuse())
    call.line("if (number < " + minimum + " || number > " + maximum + ") " +
              call.refuse(std::string(a.text("caller")) + ": " + std::string(a.text("what")) +
                          " must be in [" + minimum + ", " + maximum + "]"));
  call.line(call.write() + "[i] = number < " + minimum + " ? " + minimum + " : number > " +
            maximum + " ? " + maximum + " : number;");
  call.line("}");
  return {};
}

}  // namespace

WEFT_EMITTER(bounded_integers, dense, emit_bounded);
WEFT_EMITTER(take_rows, dense, emit_take);
WEFT_EMITTER(concatenate, any, emit_concatenate);
WEFT_EMITTER(update, any, emit_update);
WEFT_EMITTER(gather, dense, emit_gather);
WEFT_EMITTER(scatter, dense, emit_scatter);
WEFT_EMITTER(pick_rows, dense, emit_pick);
WEFT_EMITTER(pick_update, dense, emit_pick_update);

}  // namespace weft::c99

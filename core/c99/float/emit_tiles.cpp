// Elementwise operators and fused regions. The steps of the tile program run one after the other
// for one element; a value is a local variable, so C compilers keep it in a register. Formulas are
// functions of the file (kernels/recorder/record.h).
#include <algorithm>

#include "base/errors.h"
#include "c99/float/arithmetic.h"
#include "c99/float/loops.h"
#include "c99/float/reduction.h"
#include "c99/program/emitter.h"
#include "executor/lowering/lowering.h"

namespace weft::c99 {
namespace {

using executor::TileCode;

// Writes the loops of one tile program. Operands are numbered: inputs, scalars, outputs, then
// values of steps.
class TileEmitter {
 public:
  explicit TileEmitter(Call& call) : call_(call), code_(*call.tiles()) {}

  Status run() {
    for (const DType dtype : code_.dtypes)
      if (type_name(dtype).empty())
        return errors::unsupported("compile", "there is no C form of ", dtype,
                                   "; cast the network to float32");
    if (!code_.draws.empty())
      return errors::unsupported("compile",
                                 "random numbers have no C form; export in predict mode, a "
                                 "training step with `record(train_mode=False)`");
    collect_arrays();
    std::vector<int> kept, reduced;
    for (int axis = 0; axis < code_.shape.rank(); ++axis)
      (code_.axes >> axis & 1 ? reduced : kept).push_back(axis);
    const LoopNest outer(code_.shape, kept, strides_, 'i'),
        inner(code_.shape, reduced, strides_, 'j');
    outer.open(call_);
    if (code_.reductions.empty()) {
      emit_element(outer, inner);
    } else {
      emit_reduction(call_, inner, reductions(outer), [&] {
        emit_element(outer, inner);
        std::vector<std::string> values;
        for (const kernels::TileReduction& r : code_.reductions)
          values.push_back(values_[static_cast<size_t>(r.source)]);
        return values;
      });
    }
    outer.close(call_);
    return {};
  }

 private:
  // Collects the strides of operands in memory. A known single element is a literal instead.
  void collect_arrays() {
    values_.resize(code_.dtypes.size());
    const size_t inputs = code_.inputs + code_.scalars.size();
    array_of_.assign(inputs + code_.outputs, SIZE_MAX);
    for (size_t i = 0; i < inputs; ++i) {
      if (is_literal(i)) continue;
      array_of_[i] = strides_.size();
      strides_.push_back(broadcast_strides(call_.in(i), code_.shape));
    }
    for (size_t o = 0; o < code_.outputs; ++o) {
      array_of_[inputs + o] = strides_.size();
      strides_.push_back(broadcast_strides(call_.out(o), code_.shape));
    }
  }

  bool is_literal(size_t input) const {
    return call_.in(input).content && call_.in(input).shape.elements() == 1;
  }

  // Results of reductions are dense: the number of the outer iteration is the index, whichever axes
  // were merged.
  std::vector<Reducing> reductions(const LoopNest& outer) {
    std::vector<Reducing> all;
    for (size_t r = 0; r < code_.reductions.size(); ++r) {
      const size_t out = code_.outputs + r;
      all.push_back({code_.reductions[r].reduction, code_.reductions[r].dtype, call_.out(out).dtype,
                     call_.write(out) + "[" + outer.number() + "]"});
    }
    return all;
  }

  // Reads the inputs of one element, runs the steps, and writes the outputs.
  void emit_element(const LoopNest& outer, const LoopNest& inner) {
    const auto location = [&](size_t external) {
      const size_t array = array_of_[external];
      return "[" + sum_text(outer.index(array), inner.index(array)) + "]";
    };
    const size_t inputs = code_.inputs + code_.scalars.size();
    for (size_t i = 0; i < inputs; ++i) {
      const Operand& operand = call_.in(i);
      if (!is_read(i)) continue;
      if (is_literal(i)) {
        values_[i] = literal(operand.dtype, operand.content);
        continue;
      }
      values_[i] = "a" + std::to_string(i);
      call_.line("const " + std::string(compute_type(operand.dtype)) + " " + values_[i] + " = " +
                 call_.read(i) + location(i) + ";");
    }
    for (size_t s = 0; s < code_.steps.size(); ++s) emit_step(s);
    for (size_t o = 0; o < code_.outputs; ++o) {
      const DType dtype = call_.out(o).dtype;
      call_.line(call_.write(o) + location(inputs + o) + " = " +
                 stored(dtype, values_[inputs + o]) + ";");
    }
  }

  // An input that only a fused-away step used needs no read.
  bool is_read(size_t operand) const {
    const auto number = static_cast<int16_t>(operand);
    const bool reduced = std::ranges::any_of(
        code_.reductions, [&](const kernels::TileReduction& r) { return r.source == number; });
    return reduced || std::ranges::any_of(code_.steps, [&](const kernels::TileStep& step) {
             return std::ranges::find(step.in, number) != std::end(step.in);
           });
  }

  void emit_step(size_t s) {
    const kernels::TileStep& step = code_.steps[s];
    const kernels::FormulaId id = code_.formulas[s];
    const DType to = code_.dtypes[static_cast<size_t>(step.out)];
    std::vector<size_t> in;
    for (const int16_t operand : step.in)
      if (operand >= 0) in.push_back(static_cast<size_t>(operand));
    // All operands of a formula have one dtype, except a mask, which comes first.
    const DType from = code_.dtypes[in.back()];
    std::string value;
    // kCount marks a cast.
    if (id == kernels::FormulaId::kCount) {
      value = from == to ? values_[in[0]] : converted(call_.source(), from, to, values_[in[0]]);
    } else {
      value = call_.source().formula(id, from) + "(";
      for (size_t k = 0; k < in.size(); ++k) {
        const bool is_mask = k == 0 && kernels::takes_mask(id);
        value += (k ? ", " : "") + values_[in[k]] + (is_mask ? " != 0" : "");
      }
      value += ")";
      if (to != from)
        // A comparison of floats gives a bool.
        value = "(" + std::string(compute_type(to)) + ")" + value;
      else
        value = as_stored(to, value);
    }
    std::string& name = values_[static_cast<size_t>(step.out)];
    name = "t" + std::to_string(s);
    call_.line("const " + std::string(compute_type(to)) + " " + name + " = " + value + ";");
  }

  Call& call_;
  const TileCode& code_;
  std::vector<Shape> strides_;       // of the arrays, by axis of the shape
  std::vector<size_t> array_of_;     // by external
  std::vector<std::string> values_;  // by operand: the C name of its present element
};

}  // namespace

Status emit_tiles(Call& call) { return TileEmitter(call).run(); }

}  // namespace weft::c99

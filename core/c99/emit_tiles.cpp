// Elementwise operators and fused regions: the tile program's steps, one after the other, for one
// element at a time. Formulas are functions of the file (kernels/record.h).
#include <algorithm>

#include "base/errors.h"
#include "c99/arithmetic.h"
#include "c99/emitter.h"
#include "c99/loops.h"
#include "c99/reduction.h"
#include "executor/lowering.h"

namespace weft::c99 {
namespace {

using executor::TileCode;

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
                                 "random numbers have no C form; export in predict mode");
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
      emit_reduction(call_, inner, reductions(kept), [&] {
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
  // Externals that lie in memory, in the order of strides_.
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

  std::vector<Reducing> reductions(const std::vector<int>& kept) {
    std::vector<Reducing> all;
    Shape shape = code_.shape;
    for (size_t r = 0; r < code_.reductions.size(); ++r) {
      const Operand& out = call_.out(code_.outputs + r);
      // The result is dense, with or without the reduced axes.
      Shape strides = shape;
      int64_t step = 1;
      for (int axis = shape.rank(); axis-- > 0;) {
        const bool is_kept = std::ranges::find(kept, axis) != kept.end();
        strides[axis] = is_kept ? step : 0;
        if (is_kept) step *= shape[axis];
      }
      std::vector<Shape> with = strides_;
      with.push_back(strides);
      // The loops are merged by the other arrays; a dense result follows where these are dense.
      const std::string index = result_index(kept);
      all.push_back({code_.reductions[r].reduction, code_.reductions[r].dtype, out.dtype,
                     call_.write(code_.outputs + r) + "[" + index + "]"});
    }
    return all;
  }

  // Kept axes are numbered as the loops run, outermost first, whatever was merged.
  std::string result_index(const std::vector<int>& kept) {
    return LoopNest(code_.shape, kept, strides_, 'i').number();
  }

  void emit_element(const LoopNest& outer, const LoopNest& inner) {
    const auto place = [&](size_t external) {
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
                 call_.read(i) + place(i) + ";");
    }
    for (size_t s = 0; s < code_.steps.size(); ++s) emit_step(s);
    for (size_t o = 0; o < code_.outputs; ++o) {
      const DType dtype = call_.out(o).dtype;
      call_.line(call_.write(o) + place(inputs + o) + " = " + stored(dtype, values_[inputs + o]) +
                 ";");
    }
  }

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
    const DType from = code_.dtypes[in.back()];
    std::string value;
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
        value = "(" + std::string(compute_type(to)) + ")" + value;  // a mask
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

// One step of a plan, as its emitter sees it: operands, attributes, and the C function that the
// step becomes. A function has only what its emitter asks for: a parameter, a weight or a helper is
// written into the text when it is first named.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "executor/plan/plan.h"
#include "kernels/elementwise/formula_ids.h"

namespace weft::c99 {

class Source;

// An operand or a result of a step.
struct Operand {
  std::string name;  // of the schema: data, weight, result
  DType dtype = DType::kFloat32;
  Shape shape;                    // of rank -1: the optional input is absent
  Shape strides;                  // in elements
  const void* content = nullptr;  // the first element, if it is known now: a weight
  // The C expression that a calling function passes; empty: Source finds it from the operand's
  // location.
  std::string argument;

  bool given() const { return shape.rank() >= 0; }
  bool dense() const { return is_dense(shape, strides); }
};

// Collects the parameters and the body of one function while its emitter runs.
class Call {
 public:
  Call(Source& source, const executor::PlanStep& step, std::vector<Operand> in,
       std::vector<Operand> out);

  const ops::OpDef& op() const;  // only for a step that calls an operator's kernel
  ops::AttributeReader attributes() const;
  size_t inputs() const { return in_.size(); }
  const Operand& in(size_t i) const { return in_[i]; }
  const Operand& out(size_t i = 0) const { return out_[i]; }
  size_t outputs() const { return out_.size(); }
  bool given(size_t i) const { return i < in_.size() && in_[i].given(); }
  // The fused elementwise steps; null for other steps.
  const executor::TileCode* tiles() const { return step_.code.get(); }
  // For a step inside a loop over row tiles: the most rows that one call makes; the function may
  // then use the parameter `band` (rows.h). 0: the function makes all rows.
  int64_t tile_height() const { return tile_height_; }
  // The number of elements that one call makes of a dense result, as a C expression.
  std::string count() const;

  // C expressions: a pointer to the first element, const for inputs, NULL for an absent one. For a
  // weight it is the name of an array of the whole program; an emitter that wants the weight in
  // another order makes an array of its own with Source::array. The text is the same in whatever
  // order an emitter calls these functions (C++ does not fix the order of the operands of `+`):
  // parameters and arrays stand in the order of the operands.
  std::string read(size_t i);
  std::string write(size_t i = 0);
  std::string scratch();  // a char* to the step's scratch

  // Can the run tell that it refuses a value? If so, `refuse` gives the statement that ends it; the
  // header lists what is refused. If not, the emitter takes the nearest value that it can.
  bool may_refuse() const;
  std::string refuse(const std::string& what);

  // Adds a line to the function's body. A `{` at the end of a line indents what follows, a `}` at
  // the start ends that.
  void line(std::string_view text);
  Source& source() { return source_; }

 private:
  friend class Source;
  friend class RowTileWriter;
  friend class ControlWriter;
  // `order`: the position among the parameters of the function.
  std::string parameter(const Operand& operand, const executor::Location& location, bool is_const,
                        size_t order);

  struct Parameter {
    std::string declaration;  // such as const float *data
    std::string argument;     // what the caller of the function passes
    size_t order = SIZE_MAX;
  };
  Source& source_;
  const executor::PlanStep& step_;
  std::vector<Operand> in_, out_;
  std::vector<Parameter> parameters_;
  std::set<size_t> read_weights_;  // inputs that the body names and whose content is known
  int64_t tile_height_ = 0;
  std::string scratch_argument_;  // set for a step in a loop: scratch lies behind the loop's own
  std::string returns_ = "void";  // the return type
  bool refuses_ = false;
  std::string body_;
  int depth_ = 1;  // of indentation
};

}  // namespace weft::c99

// One step of a plan as its emitter sees it: operands, attributes, and the function that it becomes
// in the text. What an emitter does not ask for is not in the text: a parameter of the function, a
// weight, a helper are written when they are first named.
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

struct Operand {
  std::string name;  // of the schema: data, weight, result
  DType dtype = DType::kFloat32;
  Shape shape;                    // of rank -1: absent
  Shape strides;                  // elements
  const void* content = nullptr;  // the first element, where it is known now: a weight
  std::string argument;           // where the caller of the function has it; empty: by its place

  bool given() const { return shape.rank() >= 0; }
  bool dense() const { return is_dense(shape, strides); }
};

class Call {
 public:
  Call(Source& source, const executor::PlanStep& step, std::vector<Operand> in,
       std::vector<Operand> out);

  const ops::OpDef& op() const;  // of a kernel's step
  ops::AttributeReader attributes() const;
  size_t inputs() const { return in_.size(); }
  const Operand& in(size_t i) const { return in_[i]; }
  const Operand& out(size_t i = 0) const { return out_[i]; }
  size_t outputs() const { return out_.size(); }
  bool given(size_t i) const { return i < in_.size() && in_[i].given(); }
  const executor::TileCode* tiles() const { return step_.code.get(); }
  // Of a step in a loop over row tiles: the most rows that the function makes in a call, with a
  // parameter `band` (rows.h); 0: it makes all.
  int64_t tile_height() const { return tile_height_; }
  // Elements that a call makes of a dense result, as C.
  std::string count() const;

  // A C expression: a pointer to the first element, const for inputs. For a weight that is the
  // name of an array of the whole program; who wants another order makes an array of its own. NULL
  // for what is absent. The text does not depend on the order of these calls, as that of operands
  // of `+` is the compiler's: parameters and arrays are in the order of the operands.
  std::string read(size_t i);
  std::string write(size_t i = 0);
  std::string scratch();  // char*

  // The body of the step's function, line by line. Braces at the ends of lines indent.
  void line(std::string_view text);
  Source& source() { return source_; }

 private:
  friend class Source;
  friend class RowTileWriter;
  friend class ControlWriter;
  // `order`: among the parameters of the function.
  std::string parameter(const Operand& operand, const executor::Location& location, bool is_const,
                        size_t order);

  struct Parameter {
    std::string declaration;  // const float *data
    std::string argument;     // what the run gives
    size_t order = SIZE_MAX;
  };
  Source& source_;
  const executor::PlanStep& step_;
  std::vector<Operand> in_, out_;
  std::vector<Parameter> parameters_;
  std::set<size_t> read_weights_;
  int64_t tile_height_ = 0;
  std::string scratch_argument_;  // of a step in a loop
  std::string returns_ = "void";
  std::string body_;
  int depth_ = 1;
};

}  // namespace weft::c99

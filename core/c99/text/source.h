// The text of a program in C99, put together from what its steps ask for. Same plan, same bytes.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "c99/cmsis_nn/cmsis_nn.h"
#include "c99/program/call.h"
#include "c99/text/text.h"
#include "executor/plan/plan.h"
#include "kernels/elementwise/formula_ids.h"

namespace weft::c99 {

// An input, an output, or an array that the file has.
struct Port {
  std::string name;  // an identifier
  DType dtype = DType::kFloat32;
  Shape shape;
  const void* content = nullptr;  // of an array of the file
};

// Where what a plan reads and writes comes from, by its inputs and outputs.
struct Ports {
  std::vector<Port> inputs;
  std::vector<Port> outputs;
};

// How a step's function calls its operand i: by the schema; arrays of a list and results are
// numbered.
std::string operand_name(const executor::PlanStep& step, size_t i);
// step3_convolution
std::string step_name(const std::string& number, const std::string& name);

// What stands at the top of a file: helpers and arrays, which its programs share.
struct Definitions {
  std::set<std::string> defined;
  std::string printed_formulas;
  std::string helpers, arrays;
  std::map<std::pair<const void*, std::string>, std::string> array_names;
  std::set<std::string> named_only;  // arrays that are not there yet
  std::set<std::string> array_identifiers;
  int64_t constant_bytes = 0;
  bool uses_arithmetic = false;

  // With the prelude that they and the functions of the programs need.
  std::string text(const std::string& functions) const;
  // All constants of that text and of these functions: what arrays take, and tables and structs of
  // helpers and steps.
  int64_t bytes(const std::string& functions) const;

 private:
  std::string before_arrays(const std::string& functions) const;
};

// Of the tables and structs that a text defines by `static const`; all of a struct's members have
// four bytes, as on a processor of 32 bits.
int64_t constants_in(std::string_view text);

// One program of the file.
class Source {
 public:
  struct Options {
    std::string prefix = {};  // of its functions and offsets, in a file of several programs
    bool feeds_rows =
        false;  // the first step, a loop over row tiles, takes the first input as it comes
    CmsisNn cmsis_nn = CmsisNn::kNone;
  };
  Source(const executor::Plan& plan, const Ports& ports, Definitions& top, Options options)
      : plan_(plan),
        ports_(ports),
        top_(top),
        prefix_(std::move(options.prefix)),
        feeds_rows_(options.feeds_rows),
        cmsis_nn_(options.cmsis_nn) {}

  // All steps of the plan.
  Status add_steps();

  // A definition at the top of the file, once for each name: a helper, a struct, a kernel.
  void define(const std::string& name, std::string_view text);
  // The function of a formula; its name.
  std::string formula(kernels::FormulaId id, DType dtype);
  // Fused products, bit casts and what else the functions of formulas call.
  void use_arithmetic() { top_.uses_arithmetic = true; }
  // A const array of the file; its name, which is `name` or begins so. `from`: what it was made
  // from, so that the same made twice is one array; null: it is new.
  std::string array(std::string_view name, const void* from, DType dtype, const Shape& shape,
                    const void* elements);
  // One whose elements depend on what the C is compiled for: those of a macro, or the others.
  struct Content {
    const void* elements;
    int64_t count;
  };
  std::string array(std::string_view name, DType dtype, const std::string& macro, Content with,
                    Content without);

  std::string buffers() const;                                 // the enumeration of offsets
  const std::string& functions() const { return functions_; }  // of the steps
  const std::string& calls() const { return calls_; }          // body of the run
  bool uses_arena() const { return uses_arena_; }
  bool reads_input(size_t i) const { return read_inputs_.contains(i); }
  // Emitters of products and convolutions tell what they cost.
  void add_multiply_adds(int64_t count) { multiply_adds_ += static_cast<double>(count); }
  double multiply_adds() const { return multiply_adds_; }
  CmsisNn cmsis_nn() const { return cmsis_nn_; }

 private:
  friend class Call;
  friend class RowTileWriter;
  friend class ControlWriter;
  Operand operand_of(const executor::Location& location, std::string name) const;
  const void* content_of(const executor::Location& location) const;
  std::string address_of(const executor::Location& location) const;
  // Of what is known now, an array of the file: its name, and the array itself.
  std::string weight(const executor::Location& location);
  void define_weight(const executor::Location& location);
  std::string new_identifier(std::string_view hint);  // of an array
  // `is_new`: is the array still to be written?
  std::string array_name(std::string_view hint, const void* from, const Shape& shape, bool& is_new);
  std::string weight_hint(const executor::Location& location) const;
  void name_buffers();
  Status add_step(size_t index);
  Status emit_body(Call& call, const executor::PlanStep& step, size_t index);
  // The function that the call has become; the text that calls it.
  std::string add_function(Call& call, const std::string& name, const std::string& line);

  struct BufferName {
    int64_t offset, bytes;
    std::string name, comment;
  };
  const executor::Plan& plan_;
  const Ports& ports_;
  Definitions& top_;
  const std::string prefix_;
  const bool feeds_rows_;
  const CmsisNn cmsis_nn_;
  std::string functions_, calls_;
  std::string bodies_;                            // offsets in the arenas of bodies
  std::vector<std::vector<BufferName>> buffers_;  // inputs, then by step: results, scratch
  size_t step_ = 0;
  std::set<size_t> read_inputs_;
  double multiply_adds_ = 0;
  bool uses_arena_ = false;
};

}  // namespace weft::c99

// The text of a program in C99, put together from what its steps ask for. `Definitions` is the top
// of a file (helpers and const arrays), which several programs may share; `Source` is one program
// (a run or a training step). The same plan gives the same bytes: no text depends on addresses.
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

// An input, an output, or an array of the file, with its name in C.
struct Port {
  std::string name;  // an identifier
  DType dtype = DType::kFloat32;
  Shape shape;
  const void* content = nullptr;  // of an array of the file; else null
};

// The ports of a plan, by its inputs and outputs.
struct Ports {
  std::vector<Port> inputs;
  std::vector<Port> outputs;
};

// The name of operand i in its step's function: that of the schema, or x and a number for arrays of
// a list and for elementwise steps.
std::string operand_name(const executor::PlanStep& step, size_t i);
// The name of a step's function, such as step3_convolution.
std::string step_name(const std::string& number, const std::string& name);

// The top of a file: helpers and arrays. Each is written when it is first asked for. Its programs
// share them.
struct Definitions {
  std::set<std::string> defined;  // names of helpers that are written
  // formulas whose functions are written
  std::string printed_formulas;
  std::string helpers, arrays;
  // by content and hint: the same content is one array
  std::map<std::pair<const void*, std::string>, std::string> array_names;
  std::set<std::string> named_only;         // named in a body, but not written yet
  std::set<std::string> array_identifiers;  // all names that arrays must not take
  // What runs refuse: a run returns -1 for the first of these texts, -2 for the second.
  std::vector<std::string> refusals;
  // bytes of the arrays
  int64_t constant_bytes = 0;
  bool uses_arithmetic = false;

  // The text, with the prelude (arithmetic functions) that it and `functions`, the text of the
  // programs, call.
  std::string text(const std::string& functions) const;
  // Bytes of all constants of that text and of `functions`: the arrays, and tables and structs of
  // helpers and steps.
  int64_t bytes(const std::string& functions) const;

 private:
  std::string before_arrays(const std::string& functions) const;
};

// Bytes of the tables and structs that a text defines by `static const`. Members of structs count
// four bytes each, the size of a pointer and an int on a 32-bit processor.
int64_t constants_in(std::string_view text);

// One program of a file: its functions, one for each step, and the body that calls them.
class Source {
 public:
  struct Options {
    // Before the names of functions and offsets, where a file has several programs.
    std::string prefix = {};
    // the first step, a loop over row tiles, takes the first input as its rows come
    bool feeds_rows =
        false;  // the first step, a loop over row tiles, takes the first input as it comes
    CmsisNn cmsis_nn = CmsisNn::kNone;
    bool may_refuse = false;  // the run can return that it has refused a value
  };
  Source(const executor::Plan& plan, const Ports& ports, Definitions& top, Options options)
      : plan_(plan),
        ports_(ports),
        top_(top),
        prefix_(std::move(options.prefix)),
        feeds_rows_(options.feeds_rows),
        cmsis_nn_(options.cmsis_nn),
        may_refuse_(options.may_refuse) {}

  // Emits all steps of the plan. An error names the line of the user's program.
  Status add_steps();

  // Adds a definition at the top of the file, once for each name: a helper, a struct, a kernel.
  void define(const std::string& name, std::string_view text);
  // Adds the function of an elementwise formula and gives its name.
  std::string formula(kernels::FormulaId id, DType dtype);
  // Asks for the prelude: fused multiply-add, bit casts and other functions that formulas call.
  void use_arithmetic() { top_.uses_arithmetic = true; }
  // Adds a const array and gives its name, which begins with `name`. `from`: the content that it
  // was made from, so that the same request twice gives one array; null: always a new array.
  std::string array(std::string_view name, const void* from, DType dtype, const Shape& shape,
                    const void* elements);
  // Adds an array whose elements depend on the processor: `with` where `macro` is true, else
  // `without`.
  struct Content {
    const void* elements;
    int64_t count;
  };
  std::string array(std::string_view name, DType dtype, const std::string& macro, Content with,
                    Content without);

  std::string buffers() const;  // the enumeration of offsets in the arena
  const std::string& functions() const { return functions_; }  // the text of the steps' functions
  const std::string& calls() const { return calls_; }          // the text of the run's body
  bool uses_arena() const { return uses_arena_; }
  // Does the text use input i of the plan? If not, its parameter is marked as unused.
  bool reads_input(size_t i) const { return read_inputs_.contains(i); }
  // Emitters of products and convolutions count their multiply-adds.
  void add_multiply_adds(int64_t count) { multiply_adds_ += static_cast<double>(count); }
  double multiply_adds() const { return multiply_adds_; }
  CmsisNn cmsis_nn() const { return cmsis_nn_; }
  bool may_refuse() const { return may_refuse_; }
  // Has a step asked for that? The body then returns a number that is not 0.
  bool refuses() const { return refuses_; }

 private:
  friend class Call;
  friend class RowTileWriter;
  friend class ControlWriter;
  Operand operand_of(const executor::Location& location, std::string name) const;
  // The content of a location if it is known now (a constant or a weight); else null.
  const void* content_of(const executor::Location& location) const;
  // The C expression of an address in the arena.
  std::string address_of(const executor::Location& location) const;
  // weight() names the array of a known content; define_weight() writes it.
  std::string weight(const executor::Location& location);
  void define_weight(const executor::Location& location);
  std::string new_identifier(std::string_view hint);  // for an array
  // The name for an array of this content; `is_new`: the array is still to be written.
  std::string array_name(std::string_view hint, const void* from, const Shape& shape, bool& is_new);
  std::string weight_hint(const executor::Location& location) const;
  void name_buffers();
  Status add_step(size_t index);
  Status emit_body(Call& call, const executor::PlanStep& step, size_t index);
  // Writes the function that a call has become, and gives the text that calls it.
  std::string add_function(Call& call, const std::string& name, const std::string& line);

  // A buffer in the arena, for the enumeration.
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
  const bool may_refuse_;
  bool refuses_ = false;
  std::string functions_, calls_;
  std::string bodies_;  // texts of the bodies of control steps: their offsets
  // First those of the inputs, then for each step results and scratch.
  std::vector<std::vector<BufferName>> buffers_;
  size_t step_ = 0;  // the step that is being emitted
  // inputs that the text uses
  std::set<size_t> read_inputs_;
  double multiply_adds_ = 0;
  bool uses_arena_ = false;
};

}  // namespace weft::c99

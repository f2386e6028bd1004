// A hybridized function: a traced program, the arrays that it captured, and its calls.
//
// A call is one entry on the tape (autograd/program_node.cpp). It checks out a frame of the plan
// for its signature. Inputs and outputs that the backward pass reads are held as values; outputs
// that leave never lie in an arena. The frame goes back when the backward pass has run or the entry
// dies. With create_graph the gradient is itself a call, of the joint program, so every order
// works. Inside a trace the function's graph is inlined.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "trace/trace.h"

namespace weft::trace {

class Function final : public Object {
 public:
  static Result<Ref<Function>> create(TracedProgram traced);
  // From the traces of all examples, graph::kExamples of them, of a program with sizes.
  static Result<Ref<Function>> join(std::span<const Ref<Function>> examples);
  // Is this the trace of one example, which cannot be called?
  bool is_example() const { return is_example_; }
  // Of a loaded model: `captures` follow `inputs` inputs of the program's graph.
  Function(Ref<executor::Program> program, size_t inputs, size_t outputs,
           std::vector<Ref<Tensor>> captures)
      : program_(std::move(program)),
        inputs_(inputs),
        outputs_(outputs),
        captures_(std::move(captures)) {}

  // outs[i] null receives a new reference; otherwise the result is written into that array.
  Status call(std::span<Tensor* const> inputs, std::span<Tensor*> outs);

  // Do the same arrays still want gradients, in the same way? Else the function has to be traced
  // again.
  bool is_current() const;

  size_t inputs() const { return inputs_; }
  size_t outputs() const { return outputs_; }
  std::span<const Ref<Tensor>> captures() const { return captures_; }
  executor::Program& program() const { return *program_; }

  std::vector<std::string> capture_names;  // of functions that came from a file

 private:
  ~Function() override = default;
  void keep_leaves(std::vector<LeafUse> leaves);
  void note_gradients() const;
  Status check_written_once(std::span<Tensor* const> inputs) const;
  Status inline_call(std::span<Tensor* const> inputs, std::span<Tensor*> outs);
  Status write_back(std::span<Tensor* const> inputs, std::span<const Ref<Tensor>> arguments) const;

  Ref<executor::Program> program_;
  size_t inputs_;
  size_t outputs_;
  std::vector<Ref<Tensor>> captures_;
  std::vector<LeafUse> leaves_;
  std::vector<bool> was_leaf_;  // by capture, where there are such leaves
  bool is_example_ = false;
};

}  // namespace weft::trace

// The one interface through which an eager call tells what it did: to the tape, after it has run,
// or to the trace, instead of running.
//
// An eager call knows neither of the two. It tests the bits of the thread's modes (kRecording,
// kTracing) and calls what the thread's state names beside them. So the tape and the trace depend
// on eager calls, which they make themselves, and eager calls depend on nobody above them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/errors.h"
#include "ops/op.h"
#include "runtime/memory/pool.h"
#include "runtime/random_state.h"
#include "runtime/tensor.h"

namespace weft::executor {
class Program;
}

namespace weft::eager {

// Makes entries for calls whose inputs have a history: the tape. Called while kRecording is set and
// kTracing is not.
class Recorder {
 public:
  // `outputs` are the new arrays that the operator gave. Of the inputs, arrays, weak scalars and
  // absent ones are told apart.
  virtual Status record(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                        const ops::Values& inputs, std::span<const Ref<Tensor>> outputs) = 0;
  // The same for an elementwise operator without attributes on arrays of one shape and dtype.
  virtual Status record_elementwise(const ops::OpDef& op, std::span<const ops::Argument> arguments,
                                    Tensor& result) = 0;
  // `views` are geometries of these types on the box of `base`, which has type `in`.
  virtual Status record_views(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                              Tensor& base, const ops::TensorType& in,
                              std::span<const ops::TensorType> types,
                              std::span<const Ref<Tensor>> views) = 0;
  // `value` (null: a number) has been written to the target, whose history is still the old one.
  virtual Status record_write(Tensor& target, Tensor* value) = 0;
  // `moved` is a copy of the array on another device.
  virtual Status record_transfer(Tensor& tensor, Tensor& moved) = 0;
  // Runs a plan, since a backward pass needs its frame, and makes its entry: call_program where an
  // argument has a history.
  virtual Status call_program(executor::Program& program, std::span<const Ref<Tensor>> arguments,
                              std::span<Ref<Tensor>> results, const RandomKey* key,
                              std::string_view name) = 0;

 protected:
  ~Recorder() = default;
};

// Makes nodes of a graph instead of running operators: the trace. Called while kTracing is set.
class Tracer {
 public:
  virtual Result<PoolVector<Ref<Tensor>>> emit(const ops::OpDef& op,
                                               std::span<const ops::Value> inputs,
                                               std::span<const ops::Argument> attributes) = 0;
  // target[...] = value.
  virtual Status write(Tensor& target, const ops::Argument& value) = 0;

  // ---- what the tape does outside of a trace ----------------------------------------------------

  // A leaf from now on: gradients end at its present content.
  virtual Status attach_grad(Tensor& tensor, bool wants_gradient) = 0;
  // `head_grads` may be empty or hold nulls: ones.
  virtual Status backward(std::span<Tensor* const> heads, std::span<Tensor* const> head_grads) = 0;
  virtual Result<std::vector<Ref<Tensor>>> grad(std::span<Tensor* const> heads,
                                                std::span<Tensor* const> head_grads,
                                                std::span<Tensor* const> variables) = 0;
  // A backward that reads nodes made in between computes them again, but for those that make the
  // arrays which the outermost of these segments gives.
  virtual void begin_segment() = 0;
  virtual Status end_segment(std::span<Tensor* const> outputs) = 0;

 protected:
  ~Tracer() = default;
};

// Refuses a call with a gradient that is not made of operators.
inline Status cannot_be_traced(std::string_view name) {
  return errors::invalid_state(name,
                               "a function with a gradient of its own cannot be traced; call it "
                               "outside hybridize()");
}

}  // namespace weft::eager

// The tape as eager calls see it (recorder.h): what they tell becomes a node, where an input has a
// history. It has no state of its own, since nodes hang on arrays; all threads share one.
#pragma once

#include "eager/recorder.h"
#include "runtime/thread_state.h"

namespace weft::autograd {

// Methods are in the files of the nodes that they make: elementwise_node.cpp, program_node.cpp, and
// tape_recorder.cpp for the others.
class TapeRecorder final : public eager::Recorder {
 public:
  Status record(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                const ops::Values& inputs, std::span<const Ref<Tensor>> outputs) override;
  Status record_elementwise(const ops::OpDef& op, std::span<const ops::Argument> arguments,
                            Tensor& result) override;
  Status record_views(const ops::OpDef& op, std::span<const ops::Argument> attributes, Tensor& base,
                      const ops::TensorType& in, std::span<const ops::TensorType> types,
                      std::span<const Ref<Tensor>> views) override;
  Status record_write(Tensor& target, Tensor* value) override;
  Status record_transfer(Tensor& tensor, Tensor& moved) override;
  Status call_program(executor::Program& program, std::span<const Ref<Tensor>> arguments,
                      std::span<Ref<Tensor>> results, const RandomKey* key,
                      std::string_view name) override;
};

// Puts the tape into the thread's state. Whoever sets kRecording calls it first.
void attach_tape();

// What the thread does is recorded for a scope.
class RecordingScope {
 public:
  RecordingScope() : mode_((attach_tape(), kRecording), 0) {}

 private:
  ModeScope mode_;
};

}  // namespace weft::autograd

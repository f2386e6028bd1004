// Running an entry point of a model.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "executor/program/program.h"
#include "model/run/states.h"

namespace weft::model {

// One entry point with the memory to run it: used by one thread at a time; several contexts of a
// model run side by side. States start as the file has them and live here, or in a context of
// another entry that shares its own: it then reads and writes what that one does.
//
// An entry whose graph has sizes is run in stages, each with a plan for the sizes that are met:
// such a run allocates, and a caller's arena is not used.
class Context {
 public:
  // Bytes that `create` wants at most of a caller's arena, which is aligned to kAlignment.
  static Result<int64_t> arena_bytes(const Model& model, std::string_view entry);
  // `arena` null: allocated here. States that are in it live as long as its owner keeps it.
  static Result<std::unique_ptr<Context>> create(Ref<States> states, std::string_view entry,
                                                 void* arena, int64_t bytes);
  ~Context();

  // Open dimensions are known from set_input_shape on.
  std::span<const Port> inputs() const { return inputs_now_; }
  // Shapes that follow from values are those of the last run. They are open while an input is.
  Result<std::span<const Port>> outputs();
  // The largest that each output may become with the dimensions that inputs have: what is bound to
  // it has room for this.
  Result<std::span<const graph::TensorType>> largest_outputs();
  size_t output_count() const { return outputs_now_.size(); }
  // Sets the extents of dimensions; the input is to be bound then. All inputs that have a dimension
  // need the same extent when the context runs.
  Status set_input_shape(size_t index, const Shape& shape);
  // Dense memory of the caller until the next bind; exactly the port's bytes, those of the largest
  // shape where it follows from values.
  Status bind_input(size_t index, const void* data, size_t bytes);
  Status bind_output(size_t index, void* data, size_t bytes);
  void unbind_output(size_t index);  // to memory of its own; `index` is one
  // Allocates nothing without sizes, but for bools that are not 0 and 1. Ends where a person
  // interrupts: outputs and states are then unfinished.
  Status run();
  // Where output `index` is after a run; valid until the next.
  Result<const void*> output_data(size_t index) const;

  // What runs of this entry change, in the graph's order; last kRandomState if it draws numbers.
  std::span<const Port> state_ports() const { return state_ports_; }
  Status read_state(size_t index, void* data, size_t bytes) const;
  Status write_state(size_t index, const void* data, size_t bytes);
  Status reset_states();
  Status save(const std::string& path) const;  // see States::save
  const Ref<States>& states() const { return states_; }
  const Entry& entry() const { return *entry_; }

 private:
  Context() = default;
  void find_states();
  Status bind_memory(char* arena);
  Status bind_captures();
  Status bind_prepared();
  Status run_preparation();
  Status take_bools();
  void take_new_states();
  Status bind_stages();
  Status find_dimensions();
  Status run_now();
  Status run_stages(uint64_t first_ordinal);
  Result<void*> state_memory(size_t index, size_t bytes) const;

  Ref<States> states_;
  const Entry* entry_ = nullptr;
  const Runnable* runs_ = nullptr;  // of the entry
  Ref<executor::Compiled> compiled_;
  executor::FramePtr frame_;
  std::vector<void*> inputs_, outputs_;            // of the graph: with captures and states
  std::vector<int64_t> input_room_, output_room_;  // bytes that there are
  std::vector<void*> own_outputs_;                 // where those lie that the caller has not bound
  std::vector<const void*> bound_;                 // what the caller has bound as inputs
  std::vector<Ref<Storage>> sound_;  // copies of bound bools whose bytes are others than 0 and 1
  std::vector<HeldValue> held_;
  // Values made from captures: shared by contexts, or this one's own and made before each run where
  // a capture is a state.
  Ref<executor::Prepared> prepared_;
  executor::FramePtr preparing_;
  bool prepares_each_run_ = false;
  Ref<Storage> own_;  // the arena, where the caller gave none
  std::vector<Port> inputs_now_, outputs_now_;
  std::vector<graph::TensorType> largest_;  // of the outputs, for the dimensions of inputs_now_
  std::vector<int64_t> dimensions_;
  bool knows_dimensions_ = false;  // of the shapes that inputs have now
  std::vector<Port> state_ports_;
  std::vector<int32_t> state_tensors_;  // of the model, by state of the graph
  uint64_t seen_additions_ = 0;
  // In stages: outputs of the last run, and where the caller wants them, or null.
  std::vector<Ref<Storage>> results_;
  std::vector<void*> wanted_;
  bool has_run_ = false;
};

}  // namespace weft::model

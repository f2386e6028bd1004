// Runs one entry point of a model, in memory that is planned before.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "executor/program/program.h"
#include "model/run/states.h"

namespace weft::model {

// An entry point with the memory to run it. One thread at a time uses it: a call that meets
// another one, in this context or in one that shares its states, is refused. Several contexts of a
// model run at the same time. States start as they are in the file. They live here, or in a context
// of another entry that shares its own; both then see each other's changes. It is counted, so that
// whoever runs it keeps it.
//
// An entry whose graph has sizes is run in stages, each with a plan for the sizes that it meets.
// Such a run allocates, and does not use a caller's arena.
class Context final : public Object {
 public:
  // The most bytes that `create` needs of a caller's arena, which must be aligned to kAlignment.
  static Result<int64_t> arena_bytes(const Model& model, std::string_view entry);
  // `arena` null: memory is allocated here. States in a caller's arena live as long as the caller
  // keeps it.
  static Result<Ref<Context>> create(Ref<States> states, std::string_view entry, void* arena,
                                     int64_t bytes);

  // Dimensions are -1 until set_input_shape. `index` must be one; the port is lent as long as the
  // context.
  Result<const Port*> input(size_t index) const;
  // Shapes that follow from values are those of the last run. They are open while an input is open.
  Result<std::span<const Port>> outputs();
  // The largest shape that each output may have with the present dimensions: bound memory has room
  // for it.
  Result<std::span<const graph::TensorType>> largest_outputs();
  size_t output_count() const { return entry_->outputs.size(); }
  // Sets the extents of an input's dimensions and unbinds the input. All inputs with a dimension
  // need the same extent when the context runs.
  Status set_input_shape(size_t index, const Shape& shape);
  // Bind dense memory of the caller, exactly the port's bytes (those of the largest shape if it
  // follows from values), until the next bind.
  Status bind_input(size_t index, const void* data, size_t bytes);
  Status bind_output(size_t index, void* data, size_t bytes);
  Status unbind_output(size_t index);  // back to memory of its own; `index` must be one
  // Runs the entry. Without sizes it allocates nothing, except for bools that are not 0 and 1. An
  // interrupt ends it early: outputs and states are then unfinished.
  Status run();
  // The address of an output after a run; valid until the next run.
  Result<const void*> output_data(size_t index) const;

  // The tensors that runs of this entry change, in the graph's order; last kRandomState if the
  // entry draws numbers.
  std::span<const Port> state_ports() const { return state_ports_; }
  Status read_state(size_t index, void* data, size_t bytes) const;
  Status write_state(size_t index, const void* data, size_t bytes);
  Status reset_states();
  Status save(const std::string& path) const;  // see States::save
  const Ref<States>& states() const { return states_; }
  const Entry& entry() const { return *entry_; }

 private:
  // The values of one of a plan's preparations: shared by contexts, or the context's own and made
  // again in each run, if a capture that they follow from is a state.
  struct PreparedHere {
    Ref<executor::Preparation> preparation;
    std::vector<int32_t> inputs;  // of the graph, by input of the preparation
    Ref<executor::Prepared> values;
    executor::FramePtr
        frame{};  // the memory of the preparation's plan; null: nothing to do in a run
  };
  // A stage for some sizes, as the context has run it.
  struct StagePlan {
    Ref<executor::Compiled> compiled;
    std::vector<PreparedHere> prepared;
  };

  // The extents that the dimensions have for some types of the inputs, and the largest outputs.
  struct Dimensions {
    std::vector<graph::TensorType> inputs;
    std::vector<int64_t> extents;
    std::vector<Port> outputs;
  };

  Context() = default;
  ~Context() override;
  void find_states();
  Status bind_memory(char* arena);
  Status bind_captures();
  Status bind_prepared();
  Status prepare_again(std::span<const PreparedHere> prepared) const;
  Result<std::vector<PreparedHere>> prepare_for(const executor::Compiled& compiled,
                                                std::span<const int32_t> inputs) const;
  Status take_bools();
  void take_new_states();
  Status bind_stages();
  Status find_dimensions();
  Status run_now();
  Status run_stages(uint64_t first_ordinal);
  Result<const StagePlan*> stage_plan(size_t stage, std::span<const graph::TensorType> types,
                                      std::span<const int64_t> sizes);
  Result<void*> state_memory(size_t index, size_t bytes) const;

  Ref<States> states_;
  const Entry* entry_ = nullptr;
  const Runnable* runs_ = nullptr;  // of the entry: traced or packed
  Ref<executor::Compiled> compiled_;
  executor::FramePtr frame_;
  std::vector<void*> inputs_, outputs_;  // of the graph: the entry's, then captures and states
  std::vector<int64_t> input_room_, output_room_;  // bytes that there are at each
  std::vector<void*> own_outputs_;   // where outputs lie that the caller has not bound
  std::vector<const void*> bound_;   // what the caller has bound as inputs
  std::vector<Ref<Storage>> sound_;  // corrected copies of bound bools
  std::vector<HeldValue> held_;      // contents of captures that must not change
  // By input of the graph: the content of a capture that must not change; else null.
  std::vector<Storage*> sources_;
  std::vector<PreparedHere> prepared_;  // values that are made from captures alone
  Ref<Storage> own_;                    // the arena, if the caller gave none
  std::vector<Port> inputs_now_, outputs_now_;
  std::vector<graph::TensorType> largest_;  // of the outputs, for the present dimensions
  std::vector<int64_t> dimensions_;         // their extents, in the order of the graph's sizes
  std::vector<Dimensions> known_;           // most recently used first
  bool knows_dimensions_ = false;           // are dimensions_ those of the present input shapes?
  std::vector<Port> state_ports_;
  std::vector<int32_t> state_tensors_;  // of the model, by state of the graph
  uint64_t seen_additions_ = 0;         // States::additions when captures were bound
  // For stages: the outputs of the last run, and where the caller wants them (null: nowhere).
  std::vector<std::unique_ptr<StagePlan>> stage_plans_;  // most recently used first
  std::vector<Ref<Storage>> results_;
  std::vector<void*> wanted_;
  bool has_run_ = false;
};

// The failure of a call that needs the shape of an open input.
Status no_shape_yet(const Port& port);

}  // namespace weft::model

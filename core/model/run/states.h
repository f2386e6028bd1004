// What runs of a model change: contents of its tensors (a cache, running statistics, weights that a
// training step updates) and the place in the random numbers. The states belong to one context, or
// to several that see each other's changes.
#pragma once

#include <atomic>
#include <vector>

#include "model/file.h"

namespace weft::model {

class States final : public Object {
 public:
  static Ref<States> create(Ref<Model> model);

  const Ref<Model>& model() const { return model_; }
  // A model keeps idle contexts. While it does, their states must not keep the model, or neither
  // would ever be freed.
  void let_go() { model_ = Ref<Model>(); }
  void hold(Ref<Model> model) { model_ = std::move(model); }
  // The memory of tensor `index` of the model if runs change it; else null.
  void* find(int32_t index) const;
  // Makes a tensor one that runs change, with the content that it has in the model. It lies in
  // `memory`, which must have its size and which `owner` keeps alive (null: the caller does); if
  // `memory` is null, it is allocated here.
  Status add(int32_t index, void* memory, Ref<Storage> owner);
  // Grows with each tensor that is added: what contexts have looked up is then out of date.
  uint64_t additions() const { return additions_; }

  // Sets all contents, and the random numbers, back to those of the model.
  void reset();
  // Writes the model's file with the present contents instead of the first ones, in one step.
  Status save(const std::string& path) const;

  struct Random {
    uint64_t seed = 0;
    uint64_t next_ordinal = 0;
  };
  Random random;

  // All calls that touch contents, or what a context of these states has bound, exclude each other.
  // Nobody waits: a second caller is told who is inside.
  enum class Entered { kYes, kOtherThread, kThisThread };
  Entered enter();
  void leave() { user_.store(0, std::memory_order_release); }

 private:
  explicit States(Ref<Model> model) : model_(std::move(model)) {}

  // One tensor that runs change.
  struct State {
    int32_t index;  // of the model
    void* memory;
    Ref<Storage> owner;  // null: the caller
    HeldValue first;     // the model's content, held: training the model writes elsewhere
    const void* source;  // the first content, for reset
  };

  Ref<Model> model_;
  std::vector<State> states_;
  // By tensor of the model: index in states_, or -1; shorter lists count as -1.
  std::vector<int32_t> place_;
  uint64_t additions_ = 0;
  std::atomic<uintptr_t> user_{0};  // the thread that is inside, by its state's address; or 0
};

}  // namespace weft::model

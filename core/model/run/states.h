// What runs of a model change: contents of its tensors (a cache, running statistics, weights that a
// training step updates) and the place in the random numbers. It belongs to a context, or to
// several that see each other's changes.
#pragma once

#include <atomic>
#include <vector>

#include "model/file.h"

namespace weft::model {

class States final : public Object {
 public:
  static Ref<States> create(Ref<Model> model);

  const Ref<Model>& model() const { return model_; }
  // While the model keeps the context, these must not keep the model.
  void let_go() { model_ = Ref<Model>(); }
  void hold(Ref<Model> model) { model_ = std::move(model); }
  // Where tensor `index` of the model is, if runs change it; else null.
  void* find(int32_t index) const;
  // Makes it one that runs change, with the content it has in the model, in `memory` of its size,
  // which `owner` keeps (null: the caller does); where that is null, in memory allocated here.
  Status add(int32_t index, void* memory, Ref<Storage> owner);
  // Grows with each tensor that is added: what contexts have looked up is then out of date.
  uint64_t additions() const { return additions_; }

  // All contents, and the random numbers, as the model has them.
  void reset();
  // The model's file with the present contents instead of the first ones, in one step.
  Status save(const std::string& path) const;

  struct Random {
    uint64_t seed = 0;
    uint64_t next_ordinal = 0;
  };
  Random random;

  // Runs, and looks at contents, exclude each other: `enter` is false where another thread is at
  // it.
  bool enter() { return !in_use_.exchange(1, std::memory_order_acquire); }
  void leave() { in_use_.store(0, std::memory_order_release); }

 private:
  explicit States(Ref<Model> model) : model_(std::move(model)) {}

  struct State {
    int32_t index;
    void* memory;
    Ref<Storage> owner;  // null: the caller
    HeldValue first;     // as the model had it; training the model writes elsewhere
    const void* source;
  };

  Ref<Model> model_;
  std::vector<State> states_;
  std::vector<int32_t> place_;  // by tensor of the model: in states_, or -1; past the end, too
  uint64_t additions_ = 0;
  std::atomic<uint32_t> in_use_{0};  // a word: RISC-V has no exchange of bytes
};

}  // namespace weft::model

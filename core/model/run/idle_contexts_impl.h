// The contexts that a model keeps between calls of run_entry, so that a call allocates nothing.
#pragma once

#include <mutex>
#include <vector>

#include "model/run/context.h"

namespace weft::model {

// Thread-safe. A taken context belongs to the caller until it gives the context back.
class IdleContexts {
 public:
  ~IdleContexts();
  // Gives an idle context of this entry, or makes one.
  Result<Ref<Context>> take(Model& model, const Entry& entry);
  void give_back(Ref<Context> context);

 private:
  // More are freed when they are given back; bounds the memory of a burst.
  static constexpr size_t kMax = 16;
  std::mutex mutex_;
  std::vector<Ref<Context>> contexts_;
};

}  // namespace weft::model

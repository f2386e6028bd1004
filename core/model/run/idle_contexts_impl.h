// Contexts that a model keeps between calls of run_entry.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "model/run/context.h"

namespace weft::model {

class IdleContexts {
 public:
  ~IdleContexts();
  Result<std::unique_ptr<Context>> take(Model& model, const Entry& entry);
  void give_back(std::unique_ptr<Context> context);

 private:
  static constexpr size_t kMax = 16;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Context>> contexts_;
};

}  // namespace weft::model

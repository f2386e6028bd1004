// The mark that a call puts on a context while it is inside: one call at a time.
#pragma once

#include "base/errors.h"
#include "model/run/states.h"

namespace weft::model {

// Marks the states, and with them all contexts that share them, as in use. A second caller is
// refused instead of waiting: it shares the context by mistake, and would get another's answers.
class Use {
 public:
  explicit Use(States& states) : states_(states), entered_(states.enter()) {}
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() {
    if (entered_ == States::Entered::kYes) states_.leave();
  }
  Status status() const {
    if (entered_ == States::Entered::kYes) return {};
    if (entered_ == States::Entered::kThisThread)
      return errors::invalid_state(
          "context", "this context, or one that shares its states, is running; what it calls must ",
          "not use it");
    return errors::invalid_state(
        "context",
        "another thread is using this context or one that shares its states; give each thread a ",
        "context of its own");
  }

 private:
  States& states_;
  States::Entered entered_;
};

}  // namespace weft::model

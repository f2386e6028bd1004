// What becomes of exceptions at the border of a plug-in: none crosses it.
#pragma once

#include <exception>
#include <new>

#include "../driver.h"

namespace weft_collectives {

// Calls a function that gives a status and may throw.
template <class Function>
weft_status guarded(const char* name, const Function& function) noexcept {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return fail(WEFT_OUT_OF_MEMORY, "%s: no memory for the work of a group", name);
  } catch (const std::exception& failure) {
    return fail(WEFT_IO, "%s: %s", name, failure.what());
  }
}

// A failure as it travels to the other ranks.
struct Farewell {
  weft_status status;
  char text[kTextBytes];
};

}  // namespace weft_collectives

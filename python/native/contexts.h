// Modes of tasks: where an event loop lets tasks take turns on one thread, a scope of modes, such
// as `autograd.record()`, is the task's, and not the thread's.
#pragma once

#include <stdint.h>

namespace weft::python {

// Has a scope begun in a task? Before that, a thread's modes are those of all that it runs.
extern bool has_scopes_of_tasks;
void follow_task_slowly();

// Gives the thread the modes of the task that runs now: before whatever depends on modes.
inline void follow_task() {
  if (__builtin_expect(has_scopes_of_tasks, 0)) follow_task_slowly();
}

}  // namespace weft::python

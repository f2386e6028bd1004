// Catches the forced unwinding with which glibc ends a thread, because letting it pass noexcept
// functions would abort.
#include "gil.h"

#include <cxxabi.h>
#include <unistd.h>

namespace weft::python {
namespace {

[[noreturn]] void wait_for_the_end() {
  for (;;) ::pause();
}

}  // namespace

void take_gil_back(PyThreadState* state) {
  try {
    PyEval_RestoreThread(state);
  } catch (abi::__forced_unwind&) {
    wait_for_the_end();
  }
}

PyGILState_STATE take_gil() {
  try {
    return PyGILState_Ensure();
  } catch (abi::__forced_unwind&) {
    wait_for_the_end();
  }
}

}  // namespace weft::python

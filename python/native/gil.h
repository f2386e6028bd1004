// Letting the interpreter's lock go and taking it back, in threads that the interpreter may end.
//
// While Python ends, a thread that asks for the lock is ended, too: from 3.14 on it waits for ever,
// before that its stack is unwound, which neither destructors nor `catch (...)` survive: the
// process would abort. So such a thread waits here for the process to be gone.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

namespace weft::python {

void take_gil_back(PyThreadState* state);
PyGILState_STATE take_gil();

class WithoutGil {
 public:
  WithoutGil() : state_(PyEval_SaveThread()) {}
  ~WithoutGil() { take_gil_back(state_); }
  WithoutGil(const WithoutGil&) = delete;
  WithoutGil& operator=(const WithoutGil&) = delete;

 private:
  PyThreadState* const state_;
};

class WithGil {
 public:
  WithGil() : state_(take_gil()) {}
  ~WithGil() { PyGILState_Release(state_); }
  WithGil(const WithGil&) = delete;
  WithGil& operator=(const WithGil&) = delete;

 private:
  const PyGILState_STATE state_;
};

template <class Work>
auto without_gil(const Work& work) {
  const WithoutGil scope;
  return work();
}

}  // namespace weft::python

// Gives the interpreter's lock (GIL) up and takes it back, in threads that the interpreter may end.
//
// While Python ends, it also ends a thread that asks for the GIL: from 3.14 on the thread waits for
// ever; before that its stack is unwound, which neither destructors nor `catch (...)` survive, so
// the process would abort. Here such a thread waits until the process is gone.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

namespace weft::python {

// PyEval_RestoreThread and PyGILState_Ensure, safe at the end of the process.
void take_gil_back(PyThreadState* state);
PyGILState_STATE take_gil();

// Gives the GIL up for its lifetime.
class WithoutGil {
 public:
  WithoutGil() : state_(PyEval_SaveThread()) {}
  ~WithoutGil() { take_gil_back(state_); }
  WithoutGil(const WithoutGil&) = delete;
  WithoutGil& operator=(const WithoutGil&) = delete;

 private:
  PyThreadState* const state_;
};

// Holds the GIL for its lifetime, in any thread.
class WithGil {
 public:
  WithGil() : state_(take_gil()) {}
  ~WithGil() { PyGILState_Release(state_); }
  WithGil(const WithGil&) = delete;
  WithGil& operator=(const WithGil&) = delete;

 private:
  const PyGILState_STATE state_;
};

// The result of `work`, done without the GIL. `work` must not touch Python objects.
template <class Work>
auto without_gil(const Work& work) {
  const WithoutGil scope;
  return work();
}

}  // namespace weft::python

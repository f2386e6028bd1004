// The library as a whole: operators, threads, engine, memory, random numbers.
#include <cstdio>

#include "module.h"

namespace py = pybind11;

namespace weft::python {
namespace {

py::object info(const char* name) {
  const char* text = weft_info(name);
  return text ? py::object(py::str(text)) : py::none();
}

void wait_all() {
  weft_status status;
  {
    py::gil_scoped_release release;
    status = weft_wait_all();
  }
  check(status);
}

py::dict memory(bool reset_peak) {
  weft_memory stats = WEFT_MEMORY_INIT;
  check(weft_memory_stats(&stats, reset_peak));
  py::dict out;
  out["live"] = stats.live;
  out["peak"] = stats.peak;
  out["pooled"] = stats.pooled;
  out["system_calls"] = stats.system_calls;
  return out;
}

py::dict engine_stats() {
  weft_engine_figures figures;
  figures.struct_size = sizeof figures;
  check(weft_engine_stats(&figures));
  py::dict out;
  out["fast"] = figures.fast;
  out["registered"] = figures.registered;
  out["waited"] = figures.waited;
  out["queued"] = figures.queued;
  return out;
}

// The innermost line of Python that is being executed.
void write_origin(char* text, size_t size) {
  if (!PyGILState_Check()) return;
  PyFrameObject* frame = PyThreadState_GetFrame(PyThreadState_Get());
  if (!frame) return;
  const auto code = owned(reinterpret_cast<PyObject*>(PyFrame_GetCode(frame)));
  const int line = PyFrame_GetLineNumber(frame);
  Py_DECREF(frame);
  const char* file = PyUnicode_AsUTF8(reinterpret_cast<PyCodeObject*>(code.ptr())->co_filename);
  if (file)
    std::snprintf(text, size, "%s:%d", file, line);
  else
    PyErr_Clear();
}

}  // namespace

void define_library(py::module_& module) {
  module.def("operators", [] { return owned(operator_list()); });
  module.def("version", weft_version);
  module.def("info", info);
  module.def("set_num_threads", [](int32_t count) { check(weft_set_num_threads(count)); });
  module.def("num_threads", weft_num_threads);
  module.def("set_engine_policy",
             [](const char* policy) { check(weft_set_engine_policy(policy)); });
  module.def("wait_all", wait_all);
  module.def("engine_stats", engine_stats);
  weft_set_origin_hook(write_origin);
  module.def("prepare_fork", [] {
    py::gil_scoped_release release;
    weft_prepare_fork();
  });
  module.def("memory", memory, py::arg("reset_peak") = false);
  module.def("seed", [](uint64_t seed) { check(weft_random_seed(seed)); });
}

}  // namespace weft::python

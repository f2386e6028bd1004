// The library as a whole: threads, engine, memory, random numbers; and the origin hook, which names
// the program's line.
#include <cstdio>
#include <cstring>
#include <string>
#include <unordered_map>
#include <utility>

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
    const WithoutGil release;
    status = weft_wait_all();
  }
  check(status);
}

// A generator of the program's own, which the thread that enters it draws from until it leaves.
class RandomStream {
 public:
  RandomStream(uint64_t seed, uint64_t ordinal) : own_{seed, ordinal} {}
  uint64_t seed() const { return own_[0]; }
  uint64_t ordinal() const { return own_[1]; }
  void set(uint64_t seed, uint64_t ordinal) {
    own_[0] = seed;
    own_[1] = ordinal;
  }
  // Gives the address of the stream that was drawn from before, which leave() wants.
  uintptr_t enter() {
    uint64_t* before = nullptr;
    check(weft_random_use(own_, &before));
    return reinterpret_cast<uintptr_t>(before);
  }
  void leave(uintptr_t before) const {
    check(weft_random_use(reinterpret_cast<uint64_t*>(before), nullptr));
  }

 private:
  uint64_t own_[2];
};

py::dict memory(int32_t reset) {
  weft_memory stats = WEFT_MEMORY_INIT;
  check(weft_memory_stats(&stats, reset));
  py::dict out;
  out["live"] = stats.live;
  out["peak"] = stats.peak;
  out["pooled"] = stats.pooled;
  out["limit"] = stats.limit;
  out["system_calls"] = stats.system_calls;
  out["copies"] = stats.copies;
  out["copied"] = stats.copied;
  out["largest_copy"] = stats.largest_copy;
  out["largest_copy_line"] = stats.largest_copy_line;
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

PyObject* places_name() {
  static PyObject* const name = PyUnicode_InternFromString("weft.gluon._places");
  return name;
}

// Does the frame run code of this package?
bool is_ours(PyFrameObject* frame) {
  PyObject* globals = PyFrame_GetGlobals(frame);
  PyObject* name = globals ? PyDict_GetItemString(globals, "__name__") : nullptr;
  const char* text = name && PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : nullptr;
  Py_XDECREF(globals);
  return text && (strcmp(text, "weft") == 0 || strncmp(text, "weft.", 5) == 0);
}

// The origin of the node that a Python evaluator of a graph runs, for this thread; empty if none
// does.
thread_local char known_origin[400] = "";

py::object set_origin(const char* line) {
  const py::object before = *known_origin ? py::object(py::str(known_origin)) : py::none();
  std::snprintf(known_origin, sizeof known_origin, "%s", line ? line : "");
  return before;
}

// Texts of layers by their blocks, while a profile is taken; null: none is.
using Layers = std::unordered_map<PyObject*, std::pair<py::object, std::string>>;
Layers* known_layers = nullptr;

// What `layer_of` of Python says of a frame.
std::string told_layer(PyFrameObject* frame) {
  PyObject* const module = PyImport_GetModule(places_name());
  PyObject* const told =
      module ? PyObject_CallMethod(module, "layer_of", "O", reinterpret_cast<PyObject*>(frame))
             : nullptr;
  Py_XDECREF(module);
  const char* const text = told && PyUnicode_Check(told) ? PyUnicode_AsUTF8(told) : nullptr;
  std::string layer = text ? text : "";
  PyErr_Clear();
  Py_XDECREF(told);
  return layer;
}

// " in ..." for a frame that runs `forward` of a layer. Empty for other frames.
std::string layer_of(PyFrameObject* frame) {
  const auto code = owned(reinterpret_cast<PyObject*>(PyFrame_GetCode(frame)));
  PyObject* const name = reinterpret_cast<PyCodeObject*>(code.ptr())->co_name;
  if (PyUnicode_CompareWithASCIIString(name, "forward") != 0) return "";
  if (!known_layers) return told_layer(frame);
  const auto locals = py::reinterpret_steal<py::object>(PyFrame_GetLocals(frame));
  const auto block = py::reinterpret_steal<py::object>(
      locals ? PyMapping_GetItemString(locals.ptr(), "self") : nullptr);
  PyErr_Clear();
  if (!block) return "";
  const auto [found, is_new] = known_layers->try_emplace(block.ptr(), block, "");
  if (is_new) found->second.second = told_layer(frame);
  return found->second.second;
}

// Writes the origin: the innermost frame outside of this package, and the layer that it runs for. A
// layer of this package is always told, because the program has no line of its own there; one of
// the program in traces alone, where it costs a little once.
void write_line(char* text, size_t size) {
  if (*known_origin) {
    std::snprintf(text, size, "%s", known_origin);
    return;
  }
  PyFrameObject* frame = PyThreadState_GetFrame(PyThreadState_Get());
  std::string layer;
  while (frame && is_ours(frame)) {
    if (layer.empty()) layer = layer_of(frame);
    PyFrameObject* back = PyFrame_GetBack(frame);
    Py_DECREF(frame);
    frame = back;
  }
  if (!frame) return;
  if (layer.empty() && (weft_modes() & WEFT_MODE_TRACING)) layer = layer_of(frame);
  const auto code = owned(reinterpret_cast<PyObject*>(PyFrame_GetCode(frame)));
  const int line = PyFrame_GetLineNumber(frame);
  Py_DECREF(frame);
  const char* file = PyUnicode_AsUTF8(reinterpret_cast<PyCodeObject*>(code.ptr())->co_filename);
  if (file)
    std::snprintf(text, size, "%s:%d%s", file, line, layer.c_str());
  else
    PyErr_Clear();
}

}  // namespace

// The origin hook. A call that may run long has released the GIL, so it is taken. A thread of the
// library has no Python state and must not wait for the GIL.
void write_origin(char* text, size_t size) {
  if (!Py_IsInitialized() || !PyGILState_GetThisThreadState()) return;
  const PyGILState_STATE state = take_gil();
  write_line(text, size);
  PyGILState_Release(state);
}

// A profile asks for the layer of each eager call, and to find its path takes some microseconds.
void keep_layers(bool kept) { delete std::exchange(known_layers, kept ? new Layers : nullptr); }

void define_library(py::module_& module) {
  module.def("version", weft_version);
  module.def("info", info);
  module.def("set_num_threads", [](int32_t count) { check(weft_set_num_threads(count)); });
  module.def("num_threads", weft_num_threads);
  module.def("set_engine_policy",
             [](const char* policy) { check(weft_set_engine_policy(policy)); });
  module.def("wait_all", wait_all);
  module.def("engine_stats", engine_stats);
  module.def("set_origin", set_origin, py::arg("line").none(true));
  weft_set_origin_hook(write_origin);
  weft_set_print_hook(print_text);
  module.def("prepare_fork", [] {
    const WithoutGil release;
    weft_prepare_fork();
  });
  module.attr("RESET_PEAK") = static_cast<int>(WEFT_RESET_PEAK);
  module.attr("RESET_COPIES") = static_cast<int>(WEFT_RESET_COPIES);
  module.attr("RESET_POOLED") = static_cast<int>(WEFT_RESET_POOLED);
  module.def("memory", memory, py::arg("reset") = 0);
  module.def("set_memory_limit", [](int64_t bytes) { check(weft_set_memory_limit(bytes)); });
  module.def("seed", [](uint64_t seed) { check(weft_random_seed(seed)); });
  module.def("random_state", [] {
    uint64_t seed = 0, ordinal = 0;
    check(weft_random_state(&seed, &ordinal));
    return std::pair(seed, ordinal);
  });
  module.def("set_random_state",
             [](uint64_t seed, uint64_t ordinal) { check(weft_random_set_state(seed, ordinal)); });
  py::class_<RandomStream>(module, "RandomStream")
      .def(py::init<uint64_t, uint64_t>())
      .def_property_readonly("seed", &RandomStream::seed)
      .def_property_readonly("ordinal", &RandomStream::ordinal)
      .def("set", &RandomStream::set)
      .def("enter", &RandomStream::enter)
      .def("leave", &RandomStream::leave);
}

}  // namespace weft::python

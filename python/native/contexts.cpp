// Scopes of modes, of the thread or of a task.
//
// What the scopes around a task's code have set lies in a context variable (PEP 567), so each task
// has its own, and a new one begins with those around it. Nobody tells when another task goes on.
// But Python counts how often a thread has changed its context, and each call that depends on modes
// compares that number (contexts.h), from the first scope in a task on.
#include "contexts.h"

#include "module.h"

namespace py = pybind11;

namespace weft::python {

bool has_scopes_of_tasks = false;

namespace {

// Modes that scopes set. Traces are within one call, so no other task goes on meanwhile.
constexpr uint32_t kScoped = WEFT_MODE_RECORDING | WEFT_MODE_TRAINING | WEFT_MODE_MIXED_FLOAT16 |
                             WEFT_MODE_MIXED_BFLOAT16 | WEFT_MODE_DEFERRING | WEFT_MODE_FORGETTING |
                             WEFT_MODE_RECORDING_ALL;

PyObject* variable = nullptr;  // of the context: a number, `Scoped` packed

// Which modes the scopes around have set, and what to.
struct Scoped {
  uint32_t mask = 0, bits = 0;
};

struct Thread {
  bool is_known = false;
  uint64_t version = 0;  // of the context when it was looked at
  uint32_t base = 0;     // what was set outside of scopes of tasks
};
thread_local Thread here;

Scoped scoped_now() {
  PyObject* value = nullptr;
  if (PyContextVar_Get(variable, nullptr, &value) != 0) throw py::error_already_set();
  if (!value) return {};
  const uint64_t packed = PyLong_AsUnsignedLongLong(value);
  Py_DECREF(value);
  return {static_cast<uint32_t>(packed >> 32), static_cast<uint32_t>(packed)};
}

void set_scoped(Scoped scoped) {
  const py::int_ packed(static_cast<uint64_t>(scoped.mask) << 32 | scoped.bits);
  PyObject* const token = PyContextVar_Set(variable, packed.ptr());
  if (!token) throw py::error_already_set();
  Py_DECREF(token);
}

void apply(Scoped scoped) {
  const uint32_t wanted = (here.base & ~scoped.mask) | (scoped.bits & scoped.mask);
  const uint32_t now = weft_modes();
  weft_set_modes(wanted & ~now & kScoped, now & ~wanted & kScoped);
}

// Does this thread run an event loop? Other libraries of tasks are only known by their modules.
bool tasks_take_turns() {
  static PyObject* running = nullptr;
  PyObject* const modules = PyImport_GetModuleDict();
  if (!running) {
    if (PyDict_GetItemString(modules, "trio")) return true;
    PyObject* const module = PyDict_GetItemString(modules, "_asyncio");
    if (!module) return false;
    running = PyObject_GetAttrString(module, "_get_running_loop");
    if (!running) throw py::error_already_set();
  }
  PyObject* const loop = PyObject_CallNoArgs(running);
  if (!loop) throw py::error_already_set();
  const bool is_running = loop != Py_None;
  Py_DECREF(loop);
  return is_running;
}

uint32_t modes() {
  follow_task();
  return weft_modes();
}

// Gives what `leave_modes` takes: the modes before, or, as a tuple, the task's scopes before.
py::object enter_modes(uint32_t set, uint32_t clear) {
  if (!has_scopes_of_tasks) {
    if (!tasks_take_turns()) return py::int_(weft_set_modes(set, clear));
    has_scopes_of_tasks = true;
  }
  follow_task_slowly();
  const Scoped before = scoped_now();
  const uint32_t changed = set | clear;
  const Scoped now{before.mask | changed, (before.bits & ~changed) | set};
  set_scoped(now);
  apply(now);
  return py::make_tuple(before.mask, before.bits);
}

void leave_modes(const py::object& before, uint32_t changed) {
  if (py::isinstance<py::tuple>(before)) {
    follow_task_slowly();
    const py::tuple pair(before);
    const Scoped scoped{pair[0].cast<uint32_t>(), pair[1].cast<uint32_t>()};
    set_scoped(scoped);
    apply(scoped);
    return;
  }
  const uint32_t bits = before.cast<uint32_t>() & changed;
  if (!has_scopes_of_tasks) {
    weft_set_modes(bits, changed & ~bits);
    return;
  }
  follow_task_slowly();
  here.base = (here.base & ~changed) | bits;
  apply(scoped_now());
}

// Without a scope: for this task where a scope around has set it, else for the thread.
uint32_t set_modes(uint32_t set, uint32_t clear) {
  if (!has_scopes_of_tasks) return weft_set_modes(set, clear);
  follow_task_slowly();
  const uint32_t before = weft_modes();
  Scoped scoped = scoped_now();
  const uint32_t inner = (set | clear) & scoped.mask, outer = (set | clear) & kScoped & ~inner;
  if (inner) {
    scoped.bits = (scoped.bits & ~inner) | (set & inner);
    set_scoped(scoped);
  }
  here.base = (here.base & ~outer) | (set & outer);
  apply(scoped);
  weft_set_modes(set & ~kScoped, clear & ~kScoped);
  return before;
}

}  // namespace

void follow_task_slowly() {
  const uint64_t version = PyThreadState_Get()->context_ver;
  if (!here.is_known) {
    here.is_known = true;
    here.base = weft_modes() & kScoped;
  } else if (version == here.version) {
    return;
  }
  here.version = version;
  apply(scoped_now());
}

void define_contexts(py::module_& module) {
  variable = PyContextVar_New("weft modes", nullptr);
  if (!variable) throw py::error_already_set();
  module.def("modes", modes);
  module.def("set_modes", set_modes, py::arg("set"), py::arg("clear"));
  module.def("enter_modes", enter_modes, py::arg("set"), py::arg("clear"));
  module.def("leave_modes", leave_modes, py::arg("before"), py::arg("changed"));
}

}  // namespace weft::python

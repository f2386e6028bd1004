// Devices: the functions behind weft.device, and the device of an array.
#include "module.h"
#include "native.h"

namespace py = pybind11;

namespace weft::python {
namespace {

weft_device device_named(const char* name) {
  weft_device device = nullptr;
  check(weft_device_find(name, &device));
  return device;
}

py::list device_names() {
  py::list names;
  names.append(weft_device_name(nullptr));
  for (size_t i = 0; i < weft_device_count(); ++i)
    names.append(weft_device_name(weft_device_at(i)));
  return names;
}

py::dict device_info(const char* name) {
  weft_device_info info = WEFT_DEVICE_INFO_INIT;
  check(weft_device_get_info(device_named(name), &info));
  py::dict out;
  out["live"] = info.live;
  out["peak"] = info.peak;
  out["fallbacks"] = info.fallbacks;
  return out;
}

// Parses what `device` may be: a Device or its name, or an object of another framework whose
// `__weft_device__()` gives one. False: a Python error is set.
bool parse_device(PyObject* object, weft_device* device) {
  PyObject* ask = PyObject_GetAttrString(object, "__weft_device__");
  if (!ask) PyErr_Clear();
  PyObject* given = ask ? PyObject_CallNoArgs(ask) : Py_NewRef(object);
  PyObject* text = given ? PyObject_Str(given) : nullptr;
  const char* name = text ? PyUnicode_AsUTF8(text) : nullptr;
  const weft_status status = name ? weft_device_find(name, device) : WEFT_OK;
  if (status != WEFT_OK) raise_status(status);
  Py_XDECREF(ask);
  Py_XDECREF(given);
  Py_XDECREF(text);
  return name && status == WEFT_OK;
}

}  // namespace

PyObject* python_device(weft_device device) {
  static PyObject* const type = [] {
    PyObject* module = PyImport_ImportModule("weft.device");
    PyObject* found = module ? PyObject_GetAttrString(module, "Device") : nullptr;
    Py_XDECREF(module);
    return found;  // kept as long as the process
  }();
  return type ? PyObject_CallFunction(type, "s", weft_device_name(device)) : nullptr;
}

PyObject* to_device(PyObject* self, PyObject* args, PyObject* keywords) {
  static const char* const names[] = {"device", "stream", nullptr};
  PyObject* object = nullptr;
  PyObject* stream = Py_None;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|$O:to_device", const_cast<char**>(names),
                                   &object, &stream)) {
    return nullptr;
  }
  if (stream != Py_None) {
    return raise_error(WEFT_UNSUPPORTED,
                       "to_device: a device has one queue, so `stream` must be None; got %R",
                       stream);
  }
  weft_device device = nullptr;
  if (!parse_device(object, &device)) return nullptr;
  weft_tensor moved = nullptr;
  const weft_status status = weft_tensor_to_device(tensor_of(self), device, &moved);
  if (status != WEFT_OK) return raise_status(status);
  if (moved != tensor_of(self)) return wrap_like(self, moved);
  weft_tensor_release(moved);
  Py_INCREF(self);
  return self;
}

void define_devices(py::module_& module) {
  module.def("load_device", [](const FilePath& path) { check(weft_device_load(c_text(path))); });
  module.def("devices", device_names);
  module.def("find_device", [](const char* name) { return weft_device_name(device_named(name)); });
  module.def("device_info", device_info);
  module.def("set_device", [](const char* name) {
    return weft_device_name(weft_set_device(device_named(name)));
  });
  module.def("current_device", [] { return weft_device_name(weft_get_device()); });
}

}  // namespace weft::python

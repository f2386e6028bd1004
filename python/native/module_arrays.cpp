// Functions that make arrays, and those that share memory with other libraries.
#include <memory>

#include "index_arrays.h"
#include "module.h"
#include "numbers.h"
#include "symbols.h"

namespace py = pybind11;

namespace weft::python {
namespace {

// The function behind np.array and np.asarray. Symbols stay symbols.
py::object array(const py::object& object, const py::object& dtype, bool copy) {
  if (is_symbol(object.ptr())) {
    if (dtype.is_none()) return copy ? object.attr("copy")() : object;
    return object.attr("astype")(dtype, py::arg("copy") = copy);
  }
  weft_tensor tensor;
  if (dtype.is_none()) {
    tensor = tensor_from_object(object.ptr());
  } else {
    weft_dtype wanted;
    if (!parse_dtype(dtype.ptr(), &wanted)) throw py::error_already_set();
    tensor = tensor_from_object(object.ptr(), wanted);
  }
  if (!tensor) throw py::error_already_set();
  if (is_array(object.ptr()) && tensor == tensor_of(object.ptr())) {
    weft_tensor_release(tensor);
    if (!copy) return object;
    return object.attr("copy")();
  }
  return owned(wrap(tensor));
}

std::vector<int64_t> shape_of(const py::object& object, const char* where) {
  std::vector<int64_t> shape(kMaxAxes);
  const int rank = parse_ints(object.ptr(), shape.data(), kMaxAxes, where, "shape");
  if (rank < 0) throw py::error_already_set();
  shape.resize(static_cast<size_t>(rank));
  return shape;
}

// np.empty. The elements are zeros, which callers must not rely on. It is no operator, so it is
// neither recorded nor traced.
py::object empty(const py::object& shape, const py::object& dtype) {
  weft_dtype wanted = WEFT_FLOAT32;
  if (!dtype.is_none() && !parse_dtype(dtype.ptr(), &wanted)) throw py::error_already_set();
  const std::vector<int64_t> extents = shape_of(shape, "empty");
  weft_tensor tensor = nullptr;
  check(weft_tensor_create(wanted, static_cast<int32_t>(extents.size()), extents.data(), nullptr,
                           &tensor));
  return owned(wrap(tensor));
}

// Restores a pickled array. `data` is bytes, or the buffer that protocol 5 carried instead.
py::object tensor_from_bytes(const char* dtype, const py::object& shape, const py::object& data) {
  weft_dtype number = WEFT_FLOAT32;
  check(weft_dtype_find(dtype, &number));
  const std::vector<int64_t> extents = shape_of(shape, "array");
  Py_buffer source;
  if (PyObject_GetBuffer(data.ptr(), &source, PyBUF_SIMPLE) != 0) throw py::error_already_set();
  const std::unique_ptr<Py_buffer, decltype(&PyBuffer_Release)> owner(&source, PyBuffer_Release);
  // Files have shapes of any size: their product may be more than any number of bytes.
  size_t bytes = weft_dtype_size(number);
  bool fits = true;
  for (const int64_t extent : extents) {
    fits =
        fits && extent >= 0 && !__builtin_mul_overflow(bytes, static_cast<size_t>(extent), &bytes);
  }
  if (!fits || static_cast<size_t>(source.len) != bytes) {
    raise_error(WEFT_INVALID_VALUE,
                "array: the pickled data has %zd bytes, which do not fill a %s "
                "array of shape %R",
                source.len, dtype, shape.ptr());
    throw py::error_already_set();
  }
  weft_tensor tensor = nullptr;
  check(weft_tensor_create(number, static_cast<int32_t>(extents.size()), extents.data(), source.buf,
                           &tensor));
  return owned(wrap(tensor));
}

// A function of Python's own kind: pickles have its name. Those of pybind11 are pickled as an
// `eval`, which readers of pickles that run no code refuse.
PyObject* tensor_from_bytes_by_name(PyObject*, PyObject* args) {
  const char* dtype = nullptr;
  PyObject* shape = nullptr;
  PyObject* data = nullptr;
  if (!PyArg_ParseTuple(args, "sOO:tensor_from_bytes", &dtype, &shape, &data)) return nullptr;
  try {
    return tensor_from_bytes(dtype, py::reinterpret_borrow<py::object>(shape),
                             py::reinterpret_borrow<py::object>(data))
        .release()
        .ptr();
  } catch (py::error_already_set& error) {
    error.restore();
    return nullptr;
  }
}

PyMethodDef pickled_functions[] = {
    {"tensor_from_bytes", tensor_from_bytes_by_name, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr}};

// Gives weft.np.ndarray and the classes that derive from it more attributes: methods and properties
// under names that it lacks. For packages with the names of another framework, which may `replace`
// a method by one that does more.
void add_array_attributes(const py::dict& attributes, bool replace) {
  PyObject* const own = array_type.tp_dict;
  for (const auto& [name, value] : attributes) {
    if (PyDict_GetItemWithError(own, name.ptr()) == value.ptr()) continue;
    if (!replace && PyDict_Contains(own, name.ptr()) != 0) {
      raise_error(WEFT_INVALID_VALUE, "add_array_attributes: arrays have %R already", name.ptr());
      throw py::error_already_set();
    }
    if (PyDict_SetItem(own, name.ptr(), value.ptr()) != 0) throw py::error_already_set();
  }
  PyType_Modified(&array_type);
}

weft_tensor array_argument(const py::object& object, const char* where) {
  if (is_array(object.ptr())) return tensor_of(object.ptr());
  raise_error(WEFT_INVALID_TYPE, "%s: `array` must be an array; got %s", where,
              Py_TYPE(object.ptr())->tp_name);
  throw py::error_already_set();
}

}  // namespace

void define_arrays(py::module_& module) {
  module.def("array", array, py::arg("object"), py::arg("dtype") = py::none(),
             py::arg("copy") = true);
  module.def("empty", empty, py::arg("shape"), py::arg("dtype") = py::none());
  if (PyModule_AddFunctions(module.ptr(), pickled_functions) != 0) throw py::error_already_set();
  module.def("from_capsule",
             [](const py::object& capsule) { return owned(from_capsule(capsule.ptr())); });
  module.def("add_array_attributes", add_array_attributes, py::arg("attributes"),
             py::arg("replace") = false);
  module.def("set_float_indices", set_float_indices, py::arg("allowed"));
  module.def("set_dtype_keeper", [](const py::type& type) {
    set_dtype_keeper(reinterpret_cast<PyTypeObject*>(type.ptr()));
  });
  module.def("shares_box", [](const py::object& a, const py::object& b) {
    return weft_tensor_shares_box(array_argument(a, "shares_box"),
                                  array_argument(b, "shares_box")) != 0;
  });
  module.def("nonzero_rows", [](const py::object& mask, const char* where) {
    return owned(wrap(nonzero_rows(array_argument(mask, where))));
  });
  module.def("set_state", [](const py::object& array, bool state) {
    check(weft_tensor_set_state(array_argument(array, "set_state"), state));
  });
  module.def("is_traced", [](const py::object& array) {
    return weft_tensor_is_traced(array_argument(array, "is_traced")) != 0;
  });
  module.def("is_recorded", [](const py::object& array) {
    return weft_tensor_is_recorded(array_argument(array, "is_recorded")) != 0;
  });
  module.def(
      "set_grad_rows",
      [](const py::object& array, const py::object& indices, const py::object& rows) {
        const auto given = [](const py::object& object) {
          return object.is_none() ? nullptr : array_argument(object, "set_grad_rows");
        };
        check(weft_tensor_set_grad_rows(array_argument(array, "set_grad_rows"), given(indices),
                                        given(rows)));
      },
      py::arg("array"), py::arg("indices"), py::arg("rows"));
  module.def("made_grad", [](const py::object& array) {
    weft_tensor out = nullptr;
    check(weft_tensor_made_grad(array_argument(array, "made_grad"), &out));
    return out ? owned(wrap(out)) : py::object(py::none());
  });
  module.def("zero_grad", [](const py::object& array) {
    check(weft_tensor_zero_grad(array_argument(array, "zero_grad")));
  });
  module.def("use_up_grad", [](const py::object& array) {
    check(weft_tensor_use_up_grad(array_argument(array, "use_up_grad")));
  });
  module.def("tell_grad", [](const py::object& array, const py::object& function) {
    weft_host_function call = function.is_none() ? nullptr : host_function(function.ptr());
    if (!function.is_none() && !call) throw py::error_already_set();
    const weft_status status = weft_tensor_tell_grad(array_argument(array, "tell_grad"), call);
    weft_host_function_release(call);
    check(status);
  });
  module.def("grad_is_untouched", [](const py::object& array) {
    return weft_tensor_grad_is_untouched(array_argument(array, "grad_is_untouched")) != 0;
  });
  module.def("grad_version", [](const py::object& array) {
    return weft_tensor_grad_version(array_argument(array, "grad_version"));
  });
}

}  // namespace weft::python

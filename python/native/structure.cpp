// Takes the arguments of a hybridized call apart and makes a key of the types of its arrays: every
// call does this before its plan is found.
#include <cmath>
#include <cstring>

#include "native.h"
#include "tuples.h"

namespace weft::python {
namespace {

PyObject* array_mark = nullptr;  // stands for an array in a structure

// An array of a derived class is marked by its class, so that a trace gets and gives such arrays.
bool is_derived(PyObject* array) { return Py_TYPE(array) != &array_type; }
PyObject* mark_of(PyObject* array) {
  return is_derived(array) ? reinterpret_cast<PyObject*>(Py_TYPE(array)) : array_mark;
}

// The structure of a value: nested tuples in which arrays are the mark. Equal structures have the
// same shape and the same other values. Arrays are appended to `arrays`; `where` is for errors.
PyObject* structure_of(PyObject* value, PyObject* arrays, PyObject* where);

PyObject* structure_of_items(PyObject* items, PyObject* arrays, PyObject* where) {
  // A copy as a tuple: hashing items runs Python code, which may change a list.
  PyObject* const own = PySequence_Tuple(items);
  if (!own) return nullptr;
  Py_ssize_t i = 0;
  PyObject* const parts = tuple_of(PyTuple_GET_SIZE(own), [&] {
    return structure_of(PyTuple_GET_ITEM(own, i++), arrays, where);
  });
  Py_DECREF(own);
  return pair_of(Py_NewRef(reinterpret_cast<PyObject*>(Py_TYPE(items))), parts);
}

PyObject* structure_of_dict(PyObject* dict, PyObject* arrays, PyObject* where) {
  PyObject* const items = PyDict_Items(dict);
  if (!items) return nullptr;
  Py_ssize_t i = 0;
  PyObject* const parts = tuple_of(PyList_GET_SIZE(items), [&] {
    PyObject* const item = PyList_GET_ITEM(items, i++);
    return pair_of(Py_NewRef(PyTuple_GET_ITEM(item, 0)),
                   structure_of(PyTuple_GET_ITEM(item, 1), arrays, where));
  });
  Py_DECREF(items);
  return pair_of(Py_NewRef(reinterpret_cast<PyObject*>(&PyDict_Type)), parts);
}

// A value that is no container must be hashable: it is compared.
PyObject* structure_of_other(PyObject* value, PyObject* where) {
  if (PyObject_Hash(value) == -1) {
    if (!PyErr_ExceptionMatches(PyExc_TypeError)) return nullptr;
    PyErr_Clear();
    if (PyObject* const name = PyType_GetName(Py_TYPE(value))) {
      raise_error(WEFT_INVALID_TYPE,
                  "%U: `%U` cannot be part of a hybridized call; use arrays, numbers, strings, "
                  "lists, tuples and dicts",
                  where, name);
      Py_DECREF(name);
    }
    return nullptr;
  }
  PyObject* const type = reinterpret_cast<PyObject*>(Py_TYPE(value));
  // -0.0 == 0.0 in Python, but arithmetic tells them apart.
  if (PyFloat_Check(value) && PyFloat_AS_DOUBLE(value) == 0 &&
      std::signbit(PyFloat_AS_DOUBLE(value)))
    return PyTuple_Pack(4, Py_None, type, value, Py_True);
  return PyTuple_Pack(3, Py_None, type, value);
}

// A NumPy array counts as an array of Weft with the same elements.
PyObject* array_of_numpy(PyObject* value) { return wrap(tensor_from_object(value)); }

PyObject* structure_of(PyObject* value, PyObject* arrays, PyObject* where) {
  if (is_array(value))
    return PyList_Append(arrays, value) == 0 ? Py_NewRef(mark_of(value)) : nullptr;
  if (is_numpy_array(value)) {
    PyObject* const array = array_of_numpy(value);
    const bool is_added = array && PyList_Append(arrays, array) == 0;
    Py_XDECREF(array);
    return is_added ? Py_NewRef(array_mark) : nullptr;
  }
  if (Py_EnterRecursiveCall(" in an argument of a hybridized call")) return nullptr;
  PyObject* const structure = PyList_Check(value) || PyTuple_Check(value)
                                  ? structure_of_items(value, arrays, where)
                              : PyDict_Check(value) ? structure_of_dict(value, arrays, where)
                                                    : structure_of_other(value, where);
  Py_LeaveRecursiveCall();
  return structure;
}

PyObject* flatten(PyObject*, PyObject* const* args, Py_ssize_t count) {
  if (count != 3 || !PyList_Check(args[1]) || !PyUnicode_Check(args[2]))
    return raise_error(WEFT_INVALID_TYPE, "flatten: takes a value, a list and a text");
  return structure_of(args[0], args[1], args[2]);
}

// Gives the same tuple if it has no NumPy array, which is the usual case: every call of a block
// asks this.
PyObject* own_arrays(PyObject*, PyObject* args) {
  if (!PyTuple_Check(args))
    return raise_error(WEFT_INVALID_TYPE, "own_arrays: takes a tuple of arguments");
  const Py_ssize_t count = PyTuple_GET_SIZE(args);
  Py_ssize_t first = 0;
  while (first < count && !is_numpy_array(PyTuple_GET_ITEM(args, first))) ++first;
  if (first == count) return Py_NewRef(args);
  Py_ssize_t i = 0;
  return tuple_of(count, [&] {
    PyObject* const value = PyTuple_GET_ITEM(args, i++);
    return is_numpy_array(value) ? array_of_numpy(value) : Py_NewRef(value);
  });
}

// Dtype, rank and extents of each array, as int64 numbers in a bytes object. For a tuple of
// arguments None if an item is no array, or one of a derived class: then the structure counts, too.
PyObject* types_key(PyObject*, PyObject* sequence) {
  const bool is_all = PyTuple_Check(sequence);
  if (!PyList_Check(sequence) && !is_all)
    return raise_error(WEFT_INVALID_TYPE, "types_key: takes a list or a tuple of arrays");
  const Py_ssize_t count = PySequence_Fast_GET_SIZE(sequence);
  PyObject* const* const items = PySequence_Fast_ITEMS(sequence);
  size_t numbers = 0;
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (!is_array(items[i]) || (is_all && is_derived(items[i]))) Py_RETURN_NONE;
    numbers += 1 + static_cast<size_t>(weft_tensor_rank(tensor_of(items[i])));
  }
  PyObject* const key =
      PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(numbers * sizeof(int64_t)));
  if (!key) return nullptr;
  char* to = PyBytes_AS_STRING(key);
  for (Py_ssize_t i = 0; i < count; ++i) {
    weft_tensor const tensor = tensor_of(items[i]);
    const int64_t rank = weft_tensor_rank(tensor);
    const int64_t head = rank << 8 | weft_tensor_dtype(tensor);
    memcpy(to, &head, sizeof head);
    to += sizeof head;
    const size_t bytes = static_cast<size_t>(rank) * sizeof(int64_t);
    if (rank > 0) memcpy(to, weft_tensor_shape(tensor), bytes);
    to += bytes;
  }
  return key;
}

PyMethodDef functions[] = {
    {"flatten", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(flatten)), METH_FASTCALL,
     "flatten(value, arrays, where, /)\n--\n\n"
     "Appends the arrays inside `value` to the list `arrays`; returns its structure."},
    {"own_arrays", own_arrays, METH_O,
     "own_arrays(args, /)\n--\n\nThe tuple `args` with arrays of Weft for those of NumPy."},
    {"types_key", types_key, METH_O,
     "types_key(values, /)\n--\n\nDtypes and shapes of a list of arrays, as bytes; None for a "
     "tuple of arguments that has\nother values or arrays of derived classes, too."},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

bool add_structure(PyObject* module) {
  array_mark = PyObject_CallNoArgs(reinterpret_cast<PyObject*>(&PyBaseObject_Type));
  return array_mark && PyModule_AddObjectRef(module, "ARRAY", array_mark) == 0 &&
         PyModule_AddFunctions(module, functions) == 0;
}

}  // namespace weft::python

// The type weft.np.ndarray: the owner of one weft_tensor.
//
// Objects come from a free list, so wrapping a result costs a few nanoseconds. Classes may derive
// from the type: what operators give is of the class of their operands (ResultClass). A class
// without a dict (`__slots__ = ()`) has the same layout and shares the free list.
#include "native.h"

namespace weft::python {
namespace {

// Objects that are kept for reuse; enough for the temporaries of a training step.
constexpr int kFreeObjects = 256;
ArrayObject* free_objects[kFreeObjects];
int free_count = 0;

// Do objects of the class look like those of weft.np.ndarray, without a dict or more fields?
bool has_own_layout(PyTypeObject* type) {
  return type->tp_basicsize == static_cast<Py_ssize_t>(sizeof(ArrayObject)) && !PyType_IS_GC(type);
}

void destroy(PyObject* self) {
  ArrayObject* array = reinterpret_cast<ArrayObject*>(self);
  if (array->weak_references) PyObject_ClearWeakRefs(self);
  weft_tensor_release(array->tensor);
  if (!has_own_layout(Py_TYPE(self))) {
    Py_TYPE(self)->tp_free(self);
  } else if (free_count < kFreeObjects) {
    free_objects[free_count++] = array;
  } else {
    PyObject_Free(self);
  }
}

// ndarray.__new__: the same array as one of the class, with the same memory, history and gradient.
PyObject* derive(PyTypeObject* type, PyObject* args, PyObject* keywords) {
  const bool is_one = PyTuple_GET_SIZE(args) == 1 && !(keywords && PyDict_GET_SIZE(keywords) > 0);
  if (is_one && is_array(PyTuple_GET_ITEM(args, 0)))
    return wrap(weft_tensor_retain(tensor_of(PyTuple_GET_ITEM(args, 0))), type);
  if (type != &array_type)
    return raise_error(WEFT_INVALID_TYPE, "%s: takes one array", type->tp_name);
  return raise_error(
      WEFT_INVALID_TYPE,
      "ndarray: takes one array; arrays are made by np.array, np.zeros and the like");
}

// The text comes from weft/_core/printing.py, which formats the elements with NumPy's array2string.
PyObject* formatted(PyObject* self, const char* function) {
  PyObject* module = PyImport_ImportModule("weft._core.printing");
  if (!module) return nullptr;
  PyObject* text = PyObject_CallMethod(module, function, "O", self);
  Py_DECREF(module);
  return text;
}
PyObject* represent(PyObject* self) { return formatted(self, "represent"); }
PyObject* print(PyObject* self) { return formatted(self, "print_elements"); }

// An array without axes has no parts to go through, which is told at once, as NumPy does:
// numpy.iterable(x) asks in this way.
PyObject* iterator(PyObject* self) {
  if (weft_tensor_rank(tensor_of(self)) == 0)
    return raise_error(WEFT_INVALID_TYPE, "ndarray: an array of rank 0 cannot be iterated");
  return PySeqIter_New(self);
}

// For an attribute that does not exist, weft/_base/spelling.py may know what to write instead; its
// error then replaces Python's.
PyObject* attribute(PyObject* self, PyObject* name) {
  PyObject* found = PyObject_GenericGetAttr(self, name);
  if (found || !PyErr_ExceptionMatches(PyExc_AttributeError)) return found;
  PyObject *kind, *error, *trace;
  PyErr_Fetch(&kind, &error, &trace);
  PyObject* module = PyImport_ImportModule("weft._base.spelling");
  PyObject* told = module ? PyObject_CallMethod(module, "array_attribute", "OO",
                                                reinterpret_cast<PyObject*>(Py_TYPE(self)), name)
                          : nullptr;
  Py_XDECREF(module);
  if (!told || told == Py_None) {
    PyErr_Clear();
    PyErr_Restore(kind, error, trace);
  } else {
    Py_XDECREF(kind);
    Py_XDECREF(error);
    Py_XDECREF(trace);
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(told)), told);
  }
  Py_XDECREF(told);
  return nullptr;
}

PyTypeObject make_type() {
  PyTypeObject type = {};
  Py_SET_REFCNT(reinterpret_cast<PyObject*>(&type), 1);  // static: never freed
  type.tp_name = "weft.np.ndarray";
  type.tp_doc = PyDoc_STR(
      "An n-dimensional array of elements of one dtype.\n\n"
      "Made by `np.array`, `np.zeros` and the other functions of `weft.np`. Basic slices are "
      "views\n"
      "that write through, as in NumPy. Operators run at once; inside `autograd.record()` they "
      "are\n"
      "recorded, inside a hybridized block they are traced.\n\n"
      ">>> from weft import np\n"
      ">>> x = np.arange(6.0).reshape(2, 3)\n"
      ">>> row = x[0]  # a view: what is written to it is in x\n"
      ">>> row[:] = 7\n"
      ">>> x\n"
      "array([[7., 7., 7.],\n"
      "       [3., 4., 5.]])\n"
      ">>> x.shape, x.sum(axis=1)\n"
      "((2, 3), array([21., 12.]))\n");
  type.tp_basicsize = sizeof(ArrayObject);
  type.tp_weaklistoffset = offsetof(ArrayObject, weak_references);
  type.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE;
  type.tp_new = derive;
  type.tp_dealloc = destroy;
  type.tp_repr = represent;
  type.tp_str = print;
  type.tp_getattro = attribute;
  type.tp_hash = PyObject_HashNotImplemented;  // == is elementwise
  type.tp_richcompare = compare_arrays;
  type.tp_iter = iterator;
  type.tp_as_number = &array_numbers;
  type.tp_as_mapping = &array_mapping;
  type.tp_as_sequence = &array_sequence;
  type.tp_as_buffer = &array_buffer;
  type.tp_getset = array_attributes;
  type.tp_methods = array_methods;
  return type;
}

}  // namespace

PyTypeObject array_type = make_type();

PyObject* wrap(weft_tensor tensor, PyTypeObject* type) {
  if (!tensor) return nullptr;  // the failed call has set the error
  ArrayObject* array;
  if (__builtin_expect(type != &array_type && !has_own_layout(type), 0)) {
    array = reinterpret_cast<ArrayObject*>(type->tp_alloc(type, 0));
  } else if (__builtin_expect(free_count > 0, 1)) {
    array = free_objects[--free_count];
    PyObject_Init(reinterpret_cast<PyObject*>(array), type);
  } else {
    array = PyObject_New(ArrayObject, type);
  }
  if (!array) {
    weft_tensor_release(tensor);
    return nullptr;
  }
  array->tensor = tensor;
  array->weak_references = nullptr;
  return reinterpret_cast<PyObject*>(array);
}

}  // namespace weft::python

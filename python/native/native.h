// What the files of the extension share: the array object, conversions, errors.
//
// The extension is written on weft.h and Python.h alone. Arrays, operator functions and traced
// functions are raw CPython types: a call through a binding generator costs several times as much
// as adding two small arrays. pybind11 serves the functions of the module that are called rarely
// (module_*.cpp). All functions here need the GIL, except the hooks `interrupted`, `write_origin`
// and `print_text`, which take it themselves.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <weft/weft.h>

#include "contexts.h"
#include "gil.h"

namespace weft::python {

// The most axes that an array may have (WEFT_MAX_RANK).
inline constexpr int kMaxAxes = 16;

// ---- arrays (array.cpp) ------------------------------------------------------------------------

struct ArrayObject {
  PyObject_HEAD weft_tensor tensor;  // one reference, never null
  PyObject* weak_references;
};

extern PyTypeObject array_type;

// One comparison for the type itself. A class that derives from it is made in Python, so most other
// objects cost one look at a flag.
inline bool is_array(PyObject* object) {
  PyTypeObject* type = Py_TYPE(object);
  return type == &array_type ||
         (PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) && PyType_IsSubtype(type, &array_type));
}
inline weft_tensor tensor_of(PyObject* array) {
  return reinterpret_cast<ArrayObject*>(array)->tensor;
}

// The class of a result: that of its operands, where one derives from weft.np.ndarray; of two such
// classes the derived one, else the first.
class ResultClass {
 public:
  ResultClass() = default;
  explicit ResultClass(PyObject* array) { note(array); }
  void note(PyObject* array) {
    if (__builtin_expect(Py_TYPE(array) != &array_type, 0)) derive(Py_TYPE(array));
  }
  void note(const ResultClass& other) { derive(other.type_); }
  PyTypeObject* type() const { return type_; }

 private:
  void derive(PyTypeObject* type) {
    if (type != type_ && PyType_IsSubtype(type, type_)) type_ = type;
  }

  PyTypeObject* type_ = &array_type;
};

// A new array object of a class. It takes the caller's reference to `tensor`, also on failure; null
// gives null.
PyObject* wrap(weft_tensor tensor, PyTypeObject* type = &array_type);
inline PyObject* wrap(weft_tensor tensor, const ResultClass& result) {
  return wrap(tensor, result.type());
}
// The result of a method: of the class of `self`.
inline PyObject* wrap_like(PyObject* self, weft_tensor tensor) {
  return wrap(tensor, Py_TYPE(self));
}

// The tables of the array type.
extern PyNumberMethods array_numbers;                                // numbers.cpp
extern PyMappingMethods array_mapping;                               // indexing.cpp
extern PySequenceMethods array_sequence;                             // indexing.cpp
extern PyBufferProcs array_buffer;                                   // buffer.cpp
bool has_buffer(weft_dtype dtype);                                   // bfloat16 has none
extern PyGetSetDef array_attributes[];                               // attributes.cpp
extern PyMethodDef array_methods[];                                  // methods.cpp
PyObject* compare_arrays(PyObject* a, PyObject* b, int comparison);  // numbers.cpp

// May arrays of integers have gradients? Gives what was so before (methods.cpp).
bool set_integer_gradients(bool allowed);

// ---- errors (errors.cpp) -----------------------------------------------------------------------

bool load_errors();  // finds the exception classes of weft._base.errors; false: a Python error is
                     // set

// Sets the Python error for `status`, with the library's text. Returns null.
PyObject* raise_status(weft_status status);
// For callbacks of the library that met a Python error: keeps the error, so that raise_status can
// set it again, and gives its status and text to the library.
weft_status keep_error();
// The interrupt hook: runs pending signal handlers and keeps what they raise for raise_status.
int32_t interrupted();
// raise_status for calls that read a file: a missing file is a FileNotFoundError.
PyObject* raise_file_status(weft_status status);
// The origin hook: the program's running line, as file:number. Leaves `text` alone if there is
// none.
void write_origin(char* text, size_t size);
// Sets a BufferError: memory cannot be shared in the form that was asked for. Returns null.
PyObject* raise_not_shared(const char* text);
// Sets an error with a text of the extension; `format` as in PyErr_Format. Returns null.
PyObject* raise_error(weft_status status, const char* format, ...);

// ---- Python objects to values (convert.cpp, lists.cpp) -----------------------------------------

bool load_numpy();  // finds what conversions need of NumPy

PyObject* dtype_object(weft_dtype dtype);  // borrowed
// Parses what `dtype=` may be: a dtype of Weft or NumPy, its name, bool, int or float. False: a
// Python error is set.
bool parse_dtype(PyObject* object, weft_dtype* dtype);

bool is_of_numpy(PyObject* object);  // an array or a scalar

enum class Found { kNo, kYes, kError };  // kError: a Python error is set

// A Python or NumPy scalar as a weak scalar.
Found scalar_value(PyObject* object, weft_value* value);

// Arrays that were made for a call, which are released at its end, and the class of its results.
class Temporaries {
 public:
  Temporaries() = default;
  Temporaries(const Temporaries&) = delete;
  Temporaries& operator=(const Temporaries&) = delete;
  ~Temporaries() {
    while (count_ > 0) weft_tensor_release(tensors_[--count_]);
  }
  static constexpr int kRoom = 16;
  bool has_room() const { return count_ < kRoom; }
  void keep(weft_tensor tensor) { tensors_[count_++] = tensor; }
  // Room for the parts of a complex number.
  double* parts() { return parts_[count_parts_++]; }
  bool has_room_for_parts() const { return count_parts_ < kRoom; }
  ResultClass result;

 private:
  weft_tensor tensors_[kRoom];
  double parts_[kRoom][2];
  int count_ = 0;
  int count_parts_ = 0;
};

// An operand: an array, a weak scalar, a NumPy array or a list. kNo: it is something else.
Found operand_value(PyObject* object, weft_value* value, Temporaries& made);
// The same for an argument of `where`, where something else is a TypeError. Objects with the array
// protocols are taken, too. False: a Python error is set.
bool argument_value(PyObject* object, weft_value* value, Temporaries& made, const char* where,
                    const char* argument);

// An element of a list as a new reference. Null: a Python error is set, which names `argument`.
weft_tensor listed_tensor(PyObject* object, const char* where, const char* argument);

// A new reference to an array with the elements of `object`. The dtype follows the data policy
// (convert.cpp): floats of Python become float32, NumPy arrays keep their dtype. Null: a Python
// error is set.
weft_tensor tensor_from_object(PyObject* object);
bool is_numpy_array(PyObject* object);
weft_tensor tensor_from_object(PyObject* object, weft_dtype dtype);

// The handles of one call, null at first; up to 32 lie in the object itself.
class Handles {
 public:
  explicit Handles(size_t count) {
    if (count > kInside)
      handles_ = static_cast<weft_tensor*>(PyMem_Malloc(count * sizeof(weft_tensor)));
    for (size_t i = 0; handles_ && i < count; ++i) handles_[i] = nullptr;
    if (!handles_) PyErr_NoMemory();
  }
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles() {
    if (handles_ != inside_) PyMem_Free(handles_);
  }
  weft_tensor* get() { return handles_; }  // null: a Python error is set

 private:
  static constexpr size_t kInside = 32;
  weft_tensor inside_[kInside];
  weft_tensor* handles_ = inside_;
};

// The arrays of a list: one reference each, released at the end of a call.
class TensorList {
 public:
  TensorList() = default;
  TensorList(const TensorList&) = delete;
  TensorList& operator=(const TensorList&) = delete;
  ~TensorList() {
    if (tensors_) clear();
  }
  // Takes the elements of a sequence: arrays; numbers and lists become arrays. False: a Python
  // error is set, which names the argument of `where`.
  bool fill(PyObject* sequence, const char* where, const char* argument);
  ResultClass result;  // of the arrays among the elements
  weft_value value() const {
    weft_value list;
    list.tag = WEFT_TAG_TENSORS;
    list.count = count_;
    list.as.tensors = tensors_;
    return list;
  }

 private:
  void clear();

  weft_tensor* tensors_ = nullptr;
  uint32_t count_ = 0;
};

// The array in another dtype. Takes the caller's reference, also on failure; null gives null.
weft_tensor cast_to(weft_tensor tensor, weft_dtype dtype);
// The same for its bytes as elements of another dtype.
weft_tensor reinterpreted(weft_tensor tensor, weft_dtype dtype);
// An array of NumPy with one of ml_dtypes' dtypes. Null: it is none, or a Python error is set.
weft_tensor tensor_from_bits(PyObject* object);
// An array of a storage dtype as one of NumPy with ml_dtypes' dtype. Null: a Python error is set.
PyObject* bits_to_numpy(PyObject* array, weft_dtype dtype);
inline bool is_complex(weft_dtype dtype) {
  return dtype == WEFT_COMPLEX64 || dtype == WEFT_COMPLEX128;
}
// Is it for storage only (float8, integers of 4 bits)?
inline bool is_storage(weft_dtype dtype) { return dtype >= WEFT_FLOAT8_E4M3FN; }

// The integers of a tuple, a list or a single number; returns their count, or -1 with a Python
// error set.
int parse_ints(PyObject* object, int64_t* out, int room, const char* where, const char* argument);

// A shape as a tuple of ints.
PyObject* shape_tuple(const int64_t* extents, int rank);

// ---- extents.cpp: numbers of a trace that follow from values ------------------------------------

// Their Python type, weft._core.dimensions.Extent; null until the package sets it.
extern PyObject* extent_type;
struct Range {
  int64_t minimum = 0;
  int64_t maximum = INT64_MAX;
};
// Is the extent one that only a run knows, so that a trace must not decide by its value? `range`:
// the bounds that are known.
bool extent_follows(weft_tensor tensor, int axis, Range* range = nullptr);
bool any_extent_follows(weft_tensor tensor);
// Takes the reference to a number and gives an Extent with that value.
PyObject* as_extent(PyObject* number, Range range);

// A new NumPy array with a copy of the elements.
PyObject* to_numpy(PyObject* array);

// ---- devices (module_devices.cpp) ---------------------------------------------------------------

PyObject* python_device(weft_device device);  // the weft.Device of a handle
// The method ndarray.to_device.
PyObject* to_device(PyObject* array, PyObject* args, PyObject* keywords);

// ---- DLPack (dlpack.cpp) ------------------------------------------------------------------------

PyObject* to_dlpack(PyObject* array, PyObject* args, PyObject* keywords);  // __dlpack__
PyObject* dlpack_device(PyObject* array, PyObject*);
PyObject* from_capsule(PyObject* capsule);

// ---- functions that graphs call, and prints (host_functions.cpp) --------------------------------

// A new reference to a function that graphs can call. Null: a Python error is set.
weft_host_function host_function(PyObject* callable);
weft_status print_text(const char* text, size_t size);  // the print hook: writes to sys.stdout

// ---- operators (operators.cpp) -----------------------------------------------------------------

extern PyTypeObject operator_type;
PyObject* operator_list();                  // all operators as functions, in registry order
weft_op find_operator(const char* name);    // null if there is none; no Python error
PyObject* find_function(const char* name);  // borrowed; null if there is none

// Of the array whose `backward` was the last on this thread: the rows of what it is the mean of,
// and 0 where it is none. For a warning, so means are noted while they are recorded.
int64_t mean_of_backward();
void note_backward(PyObject* head);  // null: several

// Calls an operator with one result. Null: a Python error is set.
inline weft_tensor invoke(weft_op op, const weft_value* values, size_t count) {
  follow_task();
  weft_tensor out = nullptr;
  const weft_status status = weft_invoke(op, values, count, &out, 1);
  if (__builtin_expect(status != WEFT_OK, 0)) {
    raise_status(status);
    return nullptr;
  }
  return out;
}

// Arguments of operators.
inline weft_value tensor_value(weft_tensor tensor) {
  weft_value value;
  value.tag = WEFT_TAG_TENSOR;
  value.count = 0;
  value.as.tensor = tensor;
  return value;
}
inline weft_value ints_value(const int64_t* ints, int count) {
  weft_value value;
  value.tag = WEFT_TAG_INTS;
  value.count = static_cast<uint32_t>(count);
  value.as.ints = ints;
  return value;
}
inline weft_value dtype_value(weft_dtype dtype) {
  weft_value value;
  value.tag = WEFT_TAG_DTYPE;
  value.count = 0;
  value.as.integer = dtype;
  return value;
}

// A view in another shape, through the internal operator `reshape`.
weft_tensor reshaped(weft_tensor tensor, const int64_t* shape, int rank);

// ---- arguments of hybridized calls (structure.cpp) ----------------------------------------------

bool add_structure(PyObject* module);  // false: a Python error is set
bool add_contents(PyObject* module);   // the functions of contents.cpp
// Must be called before elements of an array become Python numbers. While a trace runs, the traced
// code depends on them from then on, so they become part of its signature. False: a Python error is
// set.
bool note_read(PyObject* array);

// ---- functions in front of operators (shortcut.cpp) --------------------------------------------

extern PyTypeObject shortcut_type;

// ---- traced functions (functions.cpp) ----------------------------------------------------------

struct FunctionObject {
  PyObject_HEAD weft_function function;  // one reference, never null
  vectorcallfunc call;
};
extern PyTypeObject function_type;
PyObject* wrap_function(weft_function function);  // takes the caller's reference

}  // namespace weft::python

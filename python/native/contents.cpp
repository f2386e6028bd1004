// What a hybridized call depends on besides its arguments: the present contents of the slots that
// Python read while the function was traced. Every call reads them before it looks for its plan.
//
// A slot is a pair: a dict and a key, a cell and None, a function to call and None, or an object
// and the name of an attribute. Contents are equal if nothing has changed that a trace could have
// read. Numbers and texts count by type and value; lists, tuples, dicts and sets by their items;
// NumPy arrays and scalars by dtype, shape and elements; everything else by identity.
#include <cmath>
#include <cstring>

#include "native.h"
#include "tuples.h"

namespace weft::python {
namespace {

PyObject* missing_mark = nullptr;  // the content of a slot without a value

// Values that compare by type and value.
bool is_plain(PyObject* value) {
  return Py_IsNone(value) || PyBool_Check(value) || PyLong_Check(value) || PyFloat_Check(value) ||
         PyUnicode_Check(value) || PyBytes_Check(value) || PyComplex_Check(value);
}

bool is_container(PyObject* value) {
  return PyDict_Check(value) || PyList_Check(value) || PyTuple_Check(value) ||
         PyAnySet_Check(value);
}

// The contents of a value, as a new reference. `kept`: a list that keeps objects which count by
// address alive, so that no other object gets the address; or null.
PyObject* contents_of(PyObject* value, PyObject* kept);

// -0.0 == 0.0 in Python, but arithmetic tells them apart.
PyObject* contents_of_plain(PyObject* value) {
  const bool is_negative_zero = PyFloat_Check(value) && PyFloat_AS_DOUBLE(value) == 0 &&
                                std::signbit(PyFloat_AS_DOUBLE(value));
  return pair_of(Py_NewRef(reinterpret_cast<PyObject*>(Py_TYPE(value))),
                 is_negative_zero ? PyUnicode_FromString("-0.0") : Py_NewRef(value));
}

PyObject* contents_of_dict(PyObject* dict, PyObject* kept) {
  PyObject* const items = PyDict_Items(dict);
  if (!items) return nullptr;
  Py_ssize_t i = 0;
  PyObject* const parts = tuple_of(PyList_GET_SIZE(items), [&] {
    PyObject* const item = PyList_GET_ITEM(items, i++);
    PyObject* const key = contents_of(PyTuple_GET_ITEM(item, 0), kept);
    return pair_of(key, key ? contents_of(PyTuple_GET_ITEM(item, 1), kept) : nullptr);
  });
  Py_DECREF(items);
  return pair_of(Py_NewRef(reinterpret_cast<PyObject*>(&PyDict_Type)), parts);
}

PyObject* contents_of_items(PyObject* items, PyObject* kept) {
  PyObject* const own = PySequence_Tuple(items);
  if (!own) return nullptr;
  Py_ssize_t i = 0;
  // After a plan has run, these objects are no longer in the caches. Fetched one by one, a hundred
  // layers take 40 µs; prefetching overlaps the waits.
  for (Py_ssize_t item = 0; item < PyTuple_GET_SIZE(own); ++item)
    __builtin_prefetch(PyTuple_GET_ITEM(own, item));
  PyObject* const parts = tuple_of(PyTuple_GET_SIZE(own),
                                   [&] { return contents_of(PyTuple_GET_ITEM(own, i++), kept); });
  Py_DECREF(own);
  if (!PyAnySet_Check(items))
    return pair_of(Py_NewRef(reinterpret_cast<PyObject*>(Py_TYPE(items))), parts);
  PyObject* const unordered = parts ? PyFrozenSet_New(parts) : nullptr;
  Py_XDECREF(parts);
  return pair_of(Py_NewRef(reinterpret_cast<PyObject*>(&PySet_Type)), unordered);
}

// A 128-bit hash of contents. It takes four words at a time, each mixed by a multiplication with
// one of splitmix64's constants, so that hashing a megabyte costs less than the copy that eager
// code makes. It need not resist attacks: the program hashes its own data.
void digest(const void* data, Py_ssize_t size, uint64_t out[2]) {
  constexpr uint64_t kFirst = 0xbf58476d1ce4e5b9, kSecond = 0x94d049bb133111eb;
  uint64_t state[4] = {kFirst, kSecond, ~kFirst, ~kSecond};
  const char* from = static_cast<const char*>(data);
  for (; size > 0; size -= sizeof state, from += sizeof state) {
    uint64_t words[4] = {};
    memcpy(words, from, size < Py_ssize_t{sizeof words} ? static_cast<size_t>(size) : sizeof words);
    for (int i = 0; i < 4; ++i) {
      state[i] = (state[i] ^ words[i]) * (i % 2 ? kFirst : kSecond);
      state[i] ^= state[i] >> 29;
    }
  }
  // Mixes the four words with each other, so that each result depends on all bytes.
  for (int round = 0; round < 4; ++round)
    for (int i = 0; i < 4; ++i) {
      state[i] = (state[i] + state[(i + 1) % 4]) * kFirst;
      state[i] ^= state[i] >> 32;
    }
  out[0] = state[0] ^ state[2];
  out[1] = state[1] ^ state[3];
}

PyObject* contents_of_buffer(const Py_buffer& view) {
  uint64_t both[2];
  if (PyBuffer_IsContiguous(&view, 'C')) {
    digest(view.buf, view.len, both);
  } else {
    void* const dense = PyMem_Malloc(static_cast<size_t>(view.len));
    if (!dense) return PyErr_NoMemory();
    const bool copied = PyBuffer_ToContiguous(dense, &view, view.len, 'C') == 0;
    if (copied) digest(dense, view.len, both);
    PyMem_Free(dense);
    if (!copied) return nullptr;
  }
  Py_ssize_t axis = 0;
  PyObject* const shape =
      tuple_of(view.ndim, [&] { return PyLong_FromSsize_t(view.shape[axis++]); });
  PyObject* const bytes = PyBytes_FromStringAndSize(reinterpret_cast<char*>(both), sizeof both);
  return pair_of(pair_of(PyUnicode_FromString(view.format ? view.format : "B"), shape), bytes);
}

PyObject* contents_of_numpy(PyObject* array, PyObject* kept) {
  Py_buffer view;
  if (PyObject_GetBuffer(array, &view, PyBUF_FULL_RO) != 0) {  // dates have no buffer
    PyErr_Clear();
    if (kept && PyList_Append(kept, array) != 0) return nullptr;
    return PyLong_FromVoidPtr(array);
  }
  PyObject* const contents = contents_of_buffer(view);
  PyBuffer_Release(&view);
  return contents;
}

PyObject* contents_of(PyObject* value, PyObject* kept) {
  if (is_plain(value)) return contents_of_plain(value);
  if (is_of_numpy(value)) return contents_of_numpy(value, kept);
  if (!is_container(value)) {
    if (kept && PyList_Append(kept, value) != 0) return nullptr;
    return PyLong_FromVoidPtr(value);
  }
  if (Py_EnterRecursiveCall(" in what a hybridized call depends on")) return nullptr;
  PyObject* const contents =
      PyDict_Check(value) ? contents_of_dict(value, kept) : contents_of_items(value, kept);
  Py_LeaveRecursiveCall();
  return contents;
}

// The present value of a slot, as a new reference; the missing mark if there is none.
PyObject* value_of_slot(PyObject* holder, PyObject* key) {
  PyObject* value = nullptr;
  if (PyDict_CheckExact(holder))
    value = Py_XNewRef(PyDict_GetItemWithError(holder, key));
  else if (PyCell_Check(holder))
    value = PyCell_Get(holder);
  else if (Py_IsNone(key))
    value = PyObject_CallNoArgs(holder);
  else
    value = PyObject_GetAttr(holder, key);
  if (value) return value;
  if (PyErr_Occurred()) {
    if (!PyErr_ExceptionMatches(PyExc_AttributeError)) return nullptr;
    PyErr_Clear();
  }
  return Py_NewRef(missing_mark);
}

PyObject* contents(PyObject*, PyObject* value) { return contents_of(value, nullptr); }

PyObject* slot_contents(PyObject*, PyObject* const* args, Py_ssize_t count) {
  if (count < 1 || count > 2 || !PyTuple_CheckExact(args[0]) ||
      (count == 2 && !PyList_CheckExact(args[1])))
    return raise_error(WEFT_INVALID_TYPE, "slot_contents: takes a tuple of slots, and a list");
  Py_ssize_t i = 0;
  return tuple_of(PyTuple_GET_SIZE(args[0]), [&]() -> PyObject* {
    PyObject* const slot = PyTuple_GET_ITEM(args[0], i++);
    if (!PyTuple_CheckExact(slot) || PyTuple_GET_SIZE(slot) != 2)
      return raise_error(WEFT_INVALID_TYPE, "slot_contents: a slot is a pair");
    PyObject* const value = value_of_slot(PyTuple_GET_ITEM(slot, 0), PyTuple_GET_ITEM(slot, 1));
    if (!value) return nullptr;
    PyObject* const found = contents_of(value, count == 2 ? args[1] : nullptr);
    Py_DECREF(value);
    return found;
  });
}

PyObject* read_note = nullptr;  // called with arrays whose elements are read

PyObject* set_read_note(PyObject*, PyObject* function) {
  Py_XSETREF(read_note, Py_NewRef(function));
  Py_RETURN_NONE;
}

PyMethodDef functions[] = {
    {"set_read_note", set_read_note, METH_O,
     "set_read_note(function, /)\n--\n\nCalls `function` with each array of which a trace reads "
     "elements that are known."},
    {"contents", contents, METH_O,
     "contents(value, /)\n--\n\nWhat a value is now: equal to a later one if nothing changed. Of "
     "objects that are\nneither numbers, texts, containers nor arrays of NumPy only which they "
     "are."},
    {"slot_contents", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(slot_contents)),
     METH_FASTCALL,
     "slot_contents(slots, kept=None, /)\n--\n\nThe contents of slots; the list `kept` gets what "
     "only addresses tell."},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

bool note_read(PyObject* array) {
  if (!(weft_modes() & WEFT_MODE_TRACING) || !read_note || weft_tensor_is_traced(tensor_of(array)))
    return true;
  PyObject* const done = PyObject_CallOneArg(read_note, array);
  Py_XDECREF(done);
  return done != nullptr;
}

bool add_contents(PyObject* module) {
  missing_mark = PyObject_CallNoArgs(reinterpret_cast<PyObject*>(&PyBaseObject_Type));
  return missing_mark && PyModule_AddFunctions(module, functions) == 0;
}

}  // namespace weft::python

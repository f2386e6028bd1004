// Elements by their bits: arrays as other dtypes of the same size, and arrays with the dtypes of
// ml_dtypes, which have no buffer.
#include "native.h"

namespace weft::python {

weft_tensor reinterpreted(weft_tensor tensor, weft_dtype dtype) {
  if (!tensor || weft_tensor_dtype(tensor) == dtype) return tensor;
  static const weft_op op = find_operator("reinterpret");
  const weft_value values[2] = {tensor_value(tensor), dtype_value(dtype)};
  weft_tensor out = invoke(op, values, 2);
  weft_tensor_release(tensor);
  return out;
}

// weft._core.dtypes knows these dtypes.
weft_tensor tensor_from_bits(PyObject* object) {
  PyObject* module = PyImport_ImportModule("weft._core.dtypes");
  PyObject* found = module ? PyObject_CallMethod(module, "bits_of", "O", object) : nullptr;
  Py_XDECREF(module);
  PyObject* bits = nullptr;
  int dtype = 0;
  weft_tensor out = nullptr;
  if (found && found != Py_None && PyArg_ParseTuple(found, "Oi", &bits, &dtype))
    out = reinterpreted(tensor_from_object(bits), static_cast<weft_dtype>(dtype));
  Py_XDECREF(found);
  return out;
}

PyObject* bits_to_numpy(PyObject* array, weft_dtype dtype) {
  PyObject* module = PyImport_ImportModule("weft._core.dtypes");
  PyObject* own = module
                      ? PyObject_CallMethod(module, "dtype_of_ml_dtypes", "O", dtype_object(dtype))
                      : nullptr;
  Py_XDECREF(module);
  if (!own) return nullptr;
  PyObject* bits = wrap(reinterpreted(weft_tensor_retain(tensor_of(array)), WEFT_UINT8));
  PyObject* bytes = bits ? to_numpy(bits) : nullptr;
  Py_XDECREF(bits);
  PyObject* out = bytes ? PyObject_CallMethod(bytes, "view", "O", own) : nullptr;
  Py_XDECREF(bytes);
  Py_DECREF(own);
  return out;
}

}  // namespace weft::python

// Number slots and comparisons of the array.
//
// `a + b` for two arrays takes two type checks, one call into the library, and one object from the
// free list. Operators are looked up once, by load_numbers(). A foreign operand gives
// NotImplemented, so that its type can handle the operation.
#include "numbers.h"

#include <cmath>
#include <initializer_list>

#include "native.h"

namespace weft::python {
namespace {

// The order is that of kNames and kSigns.
enum Slot {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kPower,
  kFloorDivide,
  kRemainder,
  kMatmul,
  kAnd,
  kOr,
  kXor,
  kLeftShift,
  kRightShift,
  kNegative,
  kAbs,
  kInvert,
  kSquare,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kSlots
};
constexpr const char* kNames[kSlots] = {
    "add",         "subtract", "multiply",    "divide",     "power",        "floor_divide",
    "remainder",   "matmul",   "bitwise_and", "bitwise_or", "bitwise_xor",  "left_shift",
    "right_shift", "negative", "abs",         "invert",     "square",       "equal",
    "not_equal",   "less",     "less_equal",  "greater",    "greater_equal"};
constexpr const char* kSigns[kSlots] = {"+",  "-",  "*",  "/",  "**", "//", "%",   "@",
                                        "&",  "|",  "^",  "<<", ">>", "-",  "abs", "~",
                                        "**", "==", "!=", "<",  "<=", ">",  ">="};
weft_op ops[kSlots] = {};

PyObject* absent(Slot slot) {
  return raise_error(WEFT_UNSUPPORTED, "ndarray: %s needs the operator `%s`, which does not exist",
                     kSigns[slot], kNames[slot]);
}

PyObject* result(weft_op op, const weft_value* values, size_t count, const ResultClass& kind) {
  follow_task();
  weft_tensor out = nullptr;
  const weft_status status = weft_invoke(op, values, count, &out, 1);
  if (__builtin_expect(status != WEFT_OK, 0)) return raise_status(status);
  return wrap(out, kind);
}

// The class whose arithmetic keeps the dtype of its arrays, as that of MXNet 1.x: numbers take the
// dtype of the array, a comparison gives 0 and 1 in it, and integers divide to integers. Null until
// set_dtype_keeper().
PyTypeObject* dtype_keeper = nullptr;

bool keeps_dtype(const ResultClass& kind) {
  return __builtin_expect(dtype_keeper != nullptr && kind.type() == dtype_keeper, 0);
}
bool is_integer(weft_dtype dtype) { return dtype > WEFT_BOOL && dtype < WEFT_FLOAT16; }

// The dtype of the array among the operands.
weft_dtype dtype_among(const weft_value* values) {
  return weft_tensor_dtype(values[values[0].tag == WEFT_TAG_TENSOR ? 0 : 1].as.tensor);
}

// A fraction among the operands of an integer array loses its part after the point.
void cut_fractions(weft_value* values) {
  if (!is_integer(dtype_among(values))) return;
  for (weft_value* value = values; value != values + 2; ++value) {
    if (value->tag != WEFT_TAG_FLOAT || !(std::abs(value->as.real) < 9e18)) continue;
    value->as.integer = static_cast<int64_t>(value->as.real);
    value->tag = WEFT_TAG_INT;
  }
}

// An operation on two operands in a class that keeps dtypes.
__attribute__((noinline)) PyObject* kept_result(Slot slot, const weft_value* values,
                                                const ResultClass& kind) {
  weft_value operands[2] = {values[0], values[1]};
  cut_fractions(operands);
  const bool casts = slot >= kEqual || slot == kDivide;
  weft_tensor out = invoke(ops[slot], operands, 2);
  return wrap(casts && out ? cast_to(out, dtype_among(operands)) : out, kind);
}

PyObject* binary_result(Slot slot, const weft_value* values, const ResultClass& kind) {
  if (slot == kPower && refuses_power(values[0], values[1])) return nullptr;
  return keeps_dtype(kind) ? kept_result(slot, values, kind) : result(ops[slot], values, 2, kind);
}

// One operand is no array: it is a weak scalar, something to convert, or of a foreign type. Not
// inlined, to keep the path of two arrays short.
__attribute__((noinline)) PyObject* mixed(Slot slot, PyObject* a, PyObject* b) {
  weft_value values[2];
  Temporaries made;
  const Found first = operand_value(a, values, made);
  if (first == Found::kError) return nullptr;
  const Found second = first == Found::kYes ? operand_value(b, values + 1, made) : Found::kNo;
  if (second == Found::kError) return nullptr;
  if (second == Found::kNo) Py_RETURN_NOTIMPLEMENTED;
  if (!ops[slot]) return absent(slot);
  return binary_result(slot, values, made.result);
}

template <Slot slot>
PyObject* binary(PyObject* a, PyObject* b) {
  if (__builtin_expect(is_array(a) && is_array(b) && ops[slot] != nullptr, 1)) {
    const weft_value values[2] = {tensor_value(tensor_of(a)), tensor_value(tensor_of(b))};
    ResultClass kind(a);
    kind.note(b);
    return binary_result(slot, values, kind);
  }
  return mixed(slot, a, b);
}

template <Slot slot>
PyObject* unary(PyObject* a) {
  if (!ops[slot]) return absent(slot);
  const weft_value value = tensor_value(tensor_of(a));
  return result(ops[slot], &value, 1, ResultClass(a));
}

// a += b writes into a; the library refuses a result that does not fit a's dtype or shape.
template <Slot slot>
PyObject* in_place(PyObject* a, PyObject* b) {
  weft_value values[2] = {tensor_value(tensor_of(a)), {}};
  Temporaries made;
  const Found found = operand_value(b, values + 1, made);
  if (found == Found::kError) return nullptr;
  if (found == Found::kNo) Py_RETURN_NOTIMPLEMENTED;
  if (!ops[slot]) return absent(slot);
  if (keeps_dtype(ResultClass(a))) cut_fractions(values);
  follow_task();
  if (slot == kPower && refuses_power(values[0], values[1])) return nullptr;
  weft_tensor out = tensor_of(a);
  const weft_status status = weft_invoke(ops[slot], values, 2, &out, 1);
  if (status != WEFT_OK) return raise_status(status);
  Py_INCREF(a);
  return a;
}

PyObject* power(PyObject* a, PyObject* b, PyObject* modulus) {
  if (modulus != Py_None) Py_RETURN_NOTIMPLEMENTED;
  // The library computes this power as a square anyway; a direct call of `square` saves time in
  // small calls.
  if (is_array(a) && PyLong_CheckExact(b) && PyLong_AsLong(b) == 2 &&
      weft_tensor_dtype(tensor_of(a)) != WEFT_BOOL && ops[kSquare]) {
    return unary<kSquare>(a);
  }
  PyErr_Clear();
  return binary<kPower>(a, b);
}
PyObject* power_in_place(PyObject* a, PyObject* b, PyObject* modulus) {
  if (modulus != Py_None) Py_RETURN_NOTIMPLEMENTED;
  return in_place<kPower>(a, b);
}

PyObject* quotient_and_remainder(PyObject* a, PyObject* b) {
  PyObject* quotient = binary<kFloorDivide>(a, b);
  if (!quotient || quotient == Py_NotImplemented) return quotient;
  PyObject* remainder = binary<kRemainder>(a, b);
  PyObject* pair = remainder ? PyTuple_Pack(2, quotient, remainder) : nullptr;
  Py_DECREF(quotient);
  Py_XDECREF(remainder);
  return pair;
}

PyObject* positive(PyObject* a) {
  Py_INCREF(a);
  return a;
}

// Reads the element of an array that has one; `other` sets the error for any other number of
// elements.
template <class Other>
bool item(PyObject* self, weft_value* value, Other other) {
  const int64_t elements = weft_tensor_elements(tensor_of(self));
  if (elements != 1) {
    other(elements);
    return false;
  }
  if (!note_read(self)) return false;
  const weft_status status = weft_tensor_item(tensor_of(self), value);
  if (status != WEFT_OK) raise_status(status);
  return status == WEFT_OK;
}

bool number(PyObject* self, weft_value* value) {
  return item(self, value, [](int64_t elements) {
    raise_error(WEFT_INVALID_TYPE,
                "only length-1 arrays can be converted to Python scalars; got %lld elements",
                static_cast<long long>(elements));
  });
}

// The element as a Python complex number; null: a Python error is set.
PyObject* to_complex(PyObject* self) {
  PyObject* elements = to_numpy(self);
  if (!elements) return nullptr;
  PyObject* number = PyObject_CallMethod(elements, "item", nullptr);
  Py_DECREF(elements);
  return number;
}

bool holds_complex(PyObject* self) { return is_complex(weft_tensor_dtype(tensor_of(self))); }

// Truth of an array, with NumPy's errors.
int truth(PyObject* self) {
  if (holds_complex(self) && weft_tensor_elements(tensor_of(self)) == 1) {
    PyObject* number = to_complex(self);
    const int is_true = number ? PyObject_IsTrue(number) : -1;
    Py_XDECREF(number);
    return is_true;
  }
  weft_value value;
  const bool found = item(self, &value, [](int64_t elements) {
    raise_error(WEFT_INVALID_VALUE,
                elements == 0
                    ? "The truth value of an empty array is ambiguous. Use `array.size > 0` to "
                      "check that an array is not empty."
                    : "The truth value of an array with more than one element is ambiguous. Use "
                      "a.any() or a.all()");
  });
  if (!found) return -1;
  return value.tag == WEFT_TAG_FLOAT ? value.as.real != 0 : value.as.integer != 0;
}

PyObject* to_float(PyObject* self) {
  weft_value value;
  if (!number(self, &value)) return nullptr;
  if (value.tag == WEFT_TAG_FLOAT) return PyFloat_FromDouble(value.as.real);
  return PyFloat_FromDouble(value.tag == WEFT_TAG_UNSIGNED
                                ? static_cast<double>(static_cast<uint64_t>(value.as.integer))
                                : static_cast<double>(value.as.integer));
}

PyObject* to_int(PyObject* self) {
  weft_value value;
  if (!number(self, &value)) return nullptr;
  if (value.tag == WEFT_TAG_FLOAT) return PyLong_FromDouble(value.as.real);
  if (value.tag == WEFT_TAG_UNSIGNED) {
    return PyLong_FromUnsignedLongLong(static_cast<unsigned long long>(value.as.integer));
  }
  return PyLong_FromLongLong(value.as.integer);
}

// Only an integer array without axes is an index, as in NumPy.
PyObject* to_index(PyObject* self) {
  weft_tensor tensor = tensor_of(self);
  const weft_dtype dtype = weft_tensor_dtype(tensor);
  if (weft_tensor_rank(tensor) != 0 || dtype < WEFT_UINT8 || dtype > WEFT_INT64) {
    return raise_error(WEFT_INVALID_TYPE,
                       "ndarray: only an integer array of rank 0 is an index; got %s of rank %d",
                       weft_dtype_name(dtype), weft_tensor_rank(tensor));
  }
  return to_int(self);
}

PyNumberMethods make_numbers() {
  PyNumberMethods methods = {};
  methods.nb_add = binary<kAdd>;
  methods.nb_subtract = binary<kSubtract>;
  methods.nb_multiply = binary<kMultiply>;
  methods.nb_true_divide = binary<kDivide>;
  methods.nb_floor_divide = binary<kFloorDivide>;
  methods.nb_remainder = binary<kRemainder>;
  methods.nb_matrix_multiply = binary<kMatmul>;
  methods.nb_power = power;
  methods.nb_divmod = quotient_and_remainder;
  methods.nb_and = binary<kAnd>;
  methods.nb_or = binary<kOr>;
  methods.nb_xor = binary<kXor>;
  methods.nb_lshift = binary<kLeftShift>;
  methods.nb_rshift = binary<kRightShift>;
  methods.nb_invert = unary<kInvert>;
  methods.nb_negative = unary<kNegative>;
  methods.nb_absolute = unary<kAbs>;
  methods.nb_positive = positive;
  methods.nb_inplace_add = in_place<kAdd>;
  methods.nb_inplace_subtract = in_place<kSubtract>;
  methods.nb_inplace_multiply = in_place<kMultiply>;
  methods.nb_inplace_true_divide = in_place<kDivide>;
  methods.nb_inplace_floor_divide = in_place<kFloorDivide>;
  methods.nb_inplace_remainder = in_place<kRemainder>;
  methods.nb_inplace_power = power_in_place;
  methods.nb_inplace_and = in_place<kAnd>;
  methods.nb_inplace_or = in_place<kOr>;
  methods.nb_inplace_xor = in_place<kXor>;
  methods.nb_inplace_lshift = in_place<kLeftShift>;
  methods.nb_inplace_rshift = in_place<kRightShift>;
  methods.nb_inplace_matrix_multiply = in_place<kMatmul>;
  methods.nb_bool = truth;
  methods.nb_float = to_float;
  methods.nb_int = to_int;
  methods.nb_index = to_index;
  return methods;
}

}  // namespace

PyNumberMethods array_numbers = make_numbers();

void set_dtype_keeper(PyTypeObject* type) { dtype_keeper = type; }

void load_numbers() {
  for (int slot = 0; slot < kSlots; ++slot) ops[slot] = find_operator(kNames[slot]);
}

bool refuses_power(const weft_value& base, const weft_value& exponent) {
  const auto is_whole = [](const weft_value& value) {
    return value.tag == WEFT_TAG_TENSOR ? is_integer(weft_tensor_dtype(value.as.tensor))
                                        : value.tag == WEFT_TAG_INT;
  };
  if (exponent.tag != WEFT_TAG_TENSOR || !is_whole(base) || !is_whole(exponent)) return false;
  weft_tensor powers = exponent.as.tensor;
  if (weft_tensor_dtype(powers) < WEFT_INT8 || weft_tensor_elements(powers) == 0 ||
      (weft_modes() & WEFT_MODE_TRACING))
    return false;
  static const weft_op min = find_operator("min");
  const weft_value value = tensor_value(powers);
  weft_tensor least = invoke(min, &value, 1);
  weft_value found = {};
  const weft_status status = least ? weft_tensor_item(least, &found) : WEFT_OK;
  weft_tensor_release(least);
  if (!least) return true;
  if (status != WEFT_OK) return raise_status(status) == nullptr;
  if (found.as.integer >= 0) return false;
  raise_error(WEFT_INVALID_VALUE,
              "power: `x2` must be at least 0 for integers; got %lld; write np.float_power",
              static_cast<long long>(found.as.integer));
  return true;
}

PyObject* compare_arrays(PyObject* a, PyObject* b, int comparison) {
  switch (comparison) {
    case Py_EQ: return binary<kEqual>(a, b);
    case Py_NE: return binary<kNotEqual>(a, b);
    case Py_LT: return binary<kLess>(a, b);
    case Py_LE: return binary<kLessEqual>(a, b);
    case Py_GT: return binary<kGreater>(a, b);
    case Py_GE: return binary<kGreaterEqual>(a, b);
    default: Py_RETURN_NOTIMPLEMENTED;
  }
}

PyObject* item_object(PyObject* array) {
  if (weft_tensor_elements(tensor_of(array)) != 1) {
    weft_value none;
    return raise_status(weft_tensor_item(tensor_of(array), &none));
  }
  const weft_dtype dtype = weft_tensor_dtype(tensor_of(array));
  if (is_complex(dtype)) return to_complex(array);
  const bool is_of_four_bits = dtype == WEFT_INT4 || dtype == WEFT_UINT4;
  if (dtype >= WEFT_FLOAT16 && !is_of_four_bits) return to_float(array);
  if (dtype != WEFT_BOOL) return to_int(array);
  const int value = truth(array);
  return value < 0 ? nullptr : PyBool_FromLong(value);
}

}  // namespace weft::python

/* Weft for R: arrays, operators, gradients, traced functions and .weft files, on weft.h alone.
 *
 * A handle is an external pointer with a finalizer and a tag that says its kind. R's arrays are
 * column-major: R turns them before they come here and after they leave. */
#include <R.h>
#include <R_ext/Rdynload.h>
#include <Rinternals.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <weft/weft.h>

static void check(weft_status status) {
  if (status != WEFT_OK) {
    /* An R condition with a class and the status, so that programs can tell failures apart. */
    SEXP text = PROTECT(ScalarString(mkCharCE(weft_last_error(), CE_UTF8)));
    SEXP number = PROTECT(ScalarInteger(status));
    SEXP name = PROTECT(mkString("weft"));
    SEXP call = PROTECT(lang3(install("weft_failure"), number, text));
    eval(call, R_FindNamespace(name));
    UNPROTECT(4);
    error("%s", weft_last_error());
  }
}

/* ---- handles --------------------------------------------------------------------------------- */

/* The tag is a symbol, which R never frees: it is looked up when the package is loaded. */
#define WEFT_KIND(kind)                                                          \
  static SEXP kind##_tag;                                                        \
  static void finalize_##kind(SEXP pointer) {                                    \
    weft_##kind##_release(R_ExternalPtrAddr(pointer));                           \
    R_ClearExternalPtr(pointer);                                                 \
  }                                                                              \
  static SEXP wrap_##kind(weft_##kind handle) {                                  \
    SEXP out = PROTECT(R_MakeExternalPtr(handle, kind##_tag, R_NilValue));       \
    R_RegisterCFinalizerEx(out, finalize_##kind, TRUE);                          \
    UNPROTECT(1);                                                                \
    return out;                                                                  \
  }                                                                              \
  static weft_##kind get_##kind(SEXP pointer) {                                  \
    if (TYPEOF(pointer) != EXTPTRSXP || R_ExternalPtrTag(pointer) != kind##_tag) \
      error("expected a weft " #kind);                                           \
    if (!R_ExternalPtrAddr(pointer)) error("the weft " #kind " was released");   \
    return R_ExternalPtrAddr(pointer);                                           \
  }
WEFT_KIND(tensor)
WEFT_KIND(function)
WEFT_KIND(writer)
WEFT_KIND(model)
WEFT_KIND(context)

static SEXP tensor_class; /* a text that R keeps */

/* A tensor of R is a list of class weft_tensor whose first element is the pointer. */
static SEXP as_tensor(weft_tensor handle) {
  SEXP out = PROTECT(allocVector(VECSXP, 1));
  SET_VECTOR_ELT(out, 0, wrap_tensor(handle));
  setAttrib(out, R_ClassSymbol, tensor_class);
  UNPROTECT(1);
  return out;
}
static int is_tensor(SEXP value) {
  return TYPEOF(value) == VECSXP && inherits(value, "weft_tensor");
}
static weft_tensor tensor_of(SEXP value) {
  if (!is_tensor(value) || XLENGTH(value) != 1) error("expected a weft_tensor");
  return get_tensor(VECTOR_ELT(value, 0));
}
static SEXP as_tensors(weft_tensor* handles, size_t count) {
  SEXP out = PROTECT(allocVector(VECSXP, (R_xlen_t)count));
  size_t i;
  for (i = 0; i < count; ++i) SET_VECTOR_ELT(out, (R_xlen_t)i, as_tensor(handles[i]));
  UNPROTECT(1);
  return out;
}
/* Memory of R_alloc lives until the call from R ends. */
static weft_tensor* tensors_of(SEXP list) {
  weft_tensor* out = (weft_tensor*)R_alloc((size_t)XLENGTH(list) + 1, sizeof *out);
  R_xlen_t i;
  for (i = 0; i < XLENGTH(list); ++i) out[i] = tensor_of(VECTOR_ELT(list, i));
  return out;
}
static const char** texts_of(SEXP texts, R_xlen_t count) {
  const char** out = (const char**)R_alloc((size_t)count + 1, sizeof *out);
  R_xlen_t i;
  if (TYPEOF(texts) != STRSXP || XLENGTH(texts) != count)
    error("expected names: a text for each of %d", (int)count);
  for (i = 0; i < count; ++i) {
    if (STRING_ELT(texts, i) == NA_STRING) error("expected a text; got NA");
    out[i] = translateCharUTF8(STRING_ELT(texts, i));
  }
  return out;
}
static const char* text_of(SEXP text) {
  if (TYPEOF(text) != STRSXP || XLENGTH(text) != 1) error("expected one text");
  return texts_of(text, 1)[0];
}
static int is_whole(double number) {
  return number >= -0x1p63 && number < 0x1p63 && number == (double)(int64_t)number;
}
/* Of an operand: a zero below 0 has a sign, which no integer has. */
static int is_integer(double number) {
  return is_whole(number) && (number != 0 || !signbit(number));
}
static int64_t* wholes_of(SEXP numbers, const char* name) {
  int64_t* out = (int64_t*)R_alloc((size_t)XLENGTH(numbers) + 1, sizeof *out);
  R_xlen_t i;
  for (i = 0; i < XLENGTH(numbers); ++i) {
    const double number = REAL(numbers)[i];
    if (!is_whole(number)) error("`%s` must have whole numbers; got %g", name, number);
    out[i] = (int64_t)number;
  }
  return out;
}
static int64_t* extents_of(SEXP shape) { return wholes_of(shape, "shape"); }
static SEXP as_extents(const int64_t* shape, int32_t rank) {
  SEXP out = PROTECT(allocVector(REALSXP, rank < 0 ? 0 : rank));
  int32_t i;
  for (i = 0; i < rank; ++i) REAL(out)[i] = (double)shape[i];
  UNPROTECT(1);
  return out;
}

/* ---- arrays ---------------------------------------------------------------------------------- */

static weft_dtype dtype_of(SEXP name) {
  weft_dtype out;
  check(weft_dtype_find(text_of(name), &out));
  return out;
}
/* Numbers (double, integer, logical or complex, already row-major) to an array of a dtype. The
 * library converts: a double array is made first. */
static SEXP r_tensor(SEXP values, SEXP shape, SEXP dtype) {
  const int64_t* extents = extents_of(shape);
  const weft_dtype wanted = dtype_of(dtype);
  weft_tensor wide = NULL, out = NULL;
  weft_value arguments[2] = {{WEFT_TAG_TENSOR, 0, {NULL}}, {WEFT_TAG_DTYPE, 0, {NULL}}};
  weft_op cast;
  const void* data = NULL;
  weft_dtype own = WEFT_FLOAT64;
  weft_status status;
  switch (TYPEOF(values)) {
    case REALSXP: data = REAL(values); break;
    case INTSXP: data = INTEGER(values), own = WEFT_INT32; break;
    case LGLSXP: data = LOGICAL(values), own = WEFT_INT32; break;
    case CPLXSXP: data = COMPLEX(values), own = WEFT_COMPLEX128; break;
    case RAWSXP: /* the bytes of the elements */ own = wanted, data = RAW(values); break;
    default: error("weft_tensor: expected numbers, logicals, complex numbers or raw bytes");
  }
  check(weft_tensor_create(own, (int32_t)XLENGTH(shape), extents, data, &wide));
  arguments[0].as.tensor = wide;
  arguments[1].as.integer = wanted;
  if (wanted == own) return as_tensor(wide);
  check(weft_op_find("cast", &cast));
  status = weft_invoke(cast, arguments, 2, &out, 1);
  weft_tensor_release(wide);
  check(status);
  return as_tensor(out);
}
static SEXP r_zeros(SEXP shape, SEXP dtype) {
  weft_tensor out = NULL;
  check(
      weft_tensor_create(dtype_of(dtype), (int32_t)XLENGTH(shape), extents_of(shape), NULL, &out));
  return as_tensor(out);
}
static SEXP r_dtype(SEXP x) { return mkString(weft_dtype_name(weft_tensor_dtype(tensor_of(x)))); }
static SEXP r_shape(SEXP x) {
  weft_tensor handle = tensor_of(x);
  return as_extents(weft_tensor_shape(handle), weft_tensor_rank(handle));
}
/* The elements, row-major: complex numbers, or doubles, which hold all integers below 2^53: others
 * are an error. */
static SEXP r_values(SEXP x) {
  weft_tensor handle = tensor_of(x), wide = NULL;
  const weft_dtype dtype = weft_tensor_dtype(handle);
  const int is_complex = dtype == WEFT_COMPLEX64 || dtype == WEFT_COMPLEX128;
  const R_xlen_t count = (R_xlen_t)weft_tensor_elements(handle);
  weft_value arguments[2] = {{WEFT_TAG_TENSOR, 0, {NULL}}, {WEFT_TAG_DTYPE, 0, {NULL}}};
  weft_op cast;
  weft_status status;
  R_xlen_t i;
  SEXP out = PROTECT(allocVector(is_complex ? CPLXSXP : REALSXP, count));
  arguments[0].as.tensor = handle;
  arguments[1].as.integer = is_complex ? WEFT_COMPLEX128 : WEFT_FLOAT64;
  check(weft_op_find("cast", &cast));
  check(weft_invoke(cast, arguments, 2, &wide, 1));
  status = weft_tensor_read(wide, is_complex ? (void*)COMPLEX(out) : (void*)REAL(out),
                            (size_t)count * (is_complex ? 16 : 8));
  weft_tensor_release(wide);
  check(status);
  for (i = 0; (dtype == WEFT_INT64 || dtype == WEFT_UINT64) && i < count; ++i)
    if (fabs(REAL(out)[i]) >= 0x1p53)
      error(
          "R's numbers have all integers below 2^53; got about %.17g of %s: ops$cast(x, "
          "\"float64\") rounds it",
          REAL(out)[i], weft_dtype_name(dtype));
  UNPROTECT(1);
  return out;
}
static SEXP r_bytes(SEXP x) {
  weft_tensor handle = tensor_of(x);
  const size_t bytes =
      (size_t)weft_tensor_elements(handle) * weft_dtype_size(weft_tensor_dtype(handle));
  SEXP out = PROTECT(allocVector(RAWSXP, (R_xlen_t)bytes));
  check(weft_tensor_read(handle, RAW(out), bytes));
  UNPROTECT(1);
  return out;
}
static SEXP r_release(SEXP x) {
  SEXP pointer = TYPEOF(x) == VECSXP && XLENGTH(x) == 1 ? VECTOR_ELT(x, 0) : x;
  const SEXP tag = TYPEOF(pointer) == EXTPTRSXP ? R_ExternalPtrTag(pointer) : R_NilValue;
  if (tag == tensor_tag)
    finalize_tensor(pointer);
  else if (tag == context_tag)
    finalize_context(pointer);
  else if (tag == model_tag)
    finalize_model(pointer);
  else if (tag == function_tag)
    finalize_function(pointer);
  else
    error("weft_release: expected an object of weft");
  return R_NilValue;
}
static SEXP r_same(SEXP a, SEXP b) {
  return ScalarLogical(weft_tensor_shares_box(tensor_of(a), tensor_of(b)));
}
static SEXP r_detach(SEXP x) {
  weft_tensor out = NULL;
  check(weft_tensor_detach(tensor_of(x), &out));
  return as_tensor(out);
}
static SEXP r_save(SEXP path, SEXP names, SEXP arrays) {
  check(weft_tensors_save(text_of(path), texts_of(names, XLENGTH(arrays)), tensors_of(arrays),
                          (size_t)XLENGTH(arrays), NULL));
  return R_NilValue;
}
static SEXP r_load(SEXP path) {
  weft_archive archive;
  size_t count, i;
  weft_status status = WEFT_OK;
  SEXP out, names;
  check(weft_archive_load(text_of(path), &archive));
  count = weft_archive_count(archive);
  out = PROTECT(allocVector(VECSXP, (R_xlen_t)count));
  names = PROTECT(allocVector(STRSXP, (R_xlen_t)count));
  for (i = 0; i < count && status == WEFT_OK; ++i) {
    weft_tensor one = NULL;
    status = weft_archive_tensor(archive, i, &one);
    if (status == WEFT_OK) SET_VECTOR_ELT(out, (R_xlen_t)i, as_tensor(one));
    SET_STRING_ELT(names, (R_xlen_t)i, mkCharCE(weft_archive_name_at(archive, i), CE_UTF8));
  }
  weft_archive_release(archive);
  check(status);
  setAttrib(out, R_NamesSymbol, names);
  UNPROTECT(2);
  return out;
}

/* ---- operators ------------------------------------------------------------------------------- */

#define MOST 32 /* arguments of any operator */

static void set_numbers(weft_value* out, const weft_argument_info* argument, SEXP value) {
  const R_xlen_t count = XLENGTH(value);
  const int is_list = count != 1 || getAttrib(value, install("list")) != R_NilValue;
  if (TYPEOF(value) == LGLSXP && count == 1) {
    const int choice = LOGICAL(value)[0];
    out->tag = choice == NA_LOGICAL ? WEFT_TAG_NONE : WEFT_TAG_BOOL;
    out->as.integer = choice == 1;
    return;
  }
  value = PROTECT(coerceVector(value, REALSXP));
  if (!is_list) {
    const double number = REAL(value)[0];
    if (argument->kind == WEFT_TAG_FLOAT ||
        !(argument->kind == WEFT_TAG_TENSOR ? is_integer(number) : is_whole(number))) {
      out->tag = WEFT_TAG_FLOAT;
      out->as.real = number;
    } else {
      out->tag = WEFT_TAG_INT;
      out->as.integer = (int64_t)number;
    }
  } else {
    out->tag = WEFT_TAG_INTS;
    out->count = (uint32_t)count;
    out->as.ints = wholes_of(value, argument->name);
  }
  UNPROTECT(1);
}
static void set_value(weft_value* out, const char* op, const weft_argument_info* argument,
                      SEXP value) {
  if (value == R_NilValue) return;
  if (is_tensor(value)) {
    out->tag = WEFT_TAG_TENSOR;
    out->as.tensor = tensor_of(value);
  } else if (TYPEOF(value) == VECSXP) {
    out->tag = WEFT_TAG_TENSORS;
    out->count = (uint32_t)XLENGTH(value);
    out->as.tensors = tensors_of(value);
  } else if (TYPEOF(value) == STRSXP && XLENGTH(value) == 1) {
    const char* text = text_of(value);
    if (argument->kind == WEFT_TAG_DTYPE) {
      out->tag = WEFT_TAG_DTYPE;
      out->as.integer = dtype_of(value);
    } else {
      out->tag = WEFT_TAG_STRING;
      out->count = (uint32_t)strlen(text);
      out->as.text = text;
    }
  } else if (isNumeric(value) || isLogical(value)) {
    set_numbers(out, argument, value);
  } else {
    error("%s: `%s` must be a weft_tensor, numbers, a text or NULL", op, argument->name);
  }
}
/* call(operator, arguments, one, targets): the one result, all results, or NULL with targets. */
static SEXP r_call(SEXP name, SEXP arguments, SEXP one, SEXP targets) {
  weft_value values[MOST];
  weft_op op;
  weft_op_info info;
  size_t count = (size_t)XLENGTH(arguments), nouts = 1, i;
  weft_tensor* outs;
  memset(&info, 0, sizeof info);
  memset(values, 0, sizeof values);
  info.struct_size = sizeof info;
  check(weft_op_find(text_of(name), &op));
  check(weft_op_get_info(op, &info));
  if (count > (size_t)(info.inputs + info.attributes) || count > MOST)
    error("%s: there are at most %d arguments; got %d", info.name, info.inputs + info.attributes,
          (int)count);
  for (i = 0; i < count; ++i)
    set_value(&values[i], info.name, &info.arguments[i], VECTOR_ELT(arguments, (R_xlen_t)i));
  while (count > 0 && values[count - 1].tag == WEFT_TAG_DEFAULT) --count;
  if (targets != R_NilValue) {
    check(weft_invoke(op, values, count, tensors_of(targets), (size_t)XLENGTH(targets)));
    return R_NilValue;
  }
  if (!asLogical(one)) check(weft_op_count_outputs(op, values, count, &nouts));
  outs = (weft_tensor*)R_alloc(nouts + 1, sizeof *outs);
  memset(outs, 0, (nouts + 1) * sizeof *outs);
  check(weft_invoke(op, values, count, outs, nouts));
  return asLogical(one) ? as_tensor(outs[0]) : as_tensors(outs, nouts);
}
/* binary(sign, a, b): an operator of arrays and single numbers; NULL for other operands and signs.
 */
static SEXP r_binary(SEXP sign, SEXP a, SEXP b) {
  static const char* const kSigns[] = {"+", "-",  "*",  "/",  "^",   "==", "!=", "<",
                                       ">", "<=", ">=", "%%", "%/%", "&",  "|"};
  static const char* const kNames[] = {"add",          "subtract",    "multiply",      "divide",
                                       "power",        "equal",       "not_equal",     "less",
                                       "greater",      "less_equal",  "greater_equal", "remainder",
                                       "floor_divide", "logical_and", "logical_or"};
  static weft_op ops[sizeof kSigns / sizeof *kSigns];
  const char* given = CHAR(STRING_ELT(sign, 0));
  SEXP operands[2];
  weft_value values[2];
  weft_tensor out = NULL;
  size_t i = 0, k;
  operands[0] = a, operands[1] = b;
  while (i < sizeof kSigns / sizeof *kSigns && strcmp(kSigns[i], given)) ++i;
  if (i == sizeof kSigns / sizeof *kSigns) return R_NilValue;
  if (!ops[i]) check(weft_op_find(kNames[i], &ops[i]));
  memset(values, 0, sizeof values);
  for (k = 0; k < 2; ++k) {
    const SEXP x = operands[k];
    if (is_tensor(x)) {
      values[k].tag = WEFT_TAG_TENSOR;
      values[k].as.tensor = tensor_of(x);
    } else if (TYPEOF(x) == REALSXP && XLENGTH(x) == 1 && ATTRIB(x) == R_NilValue) {
      const double number = REAL(x)[0];
      const int whole = is_integer(number);
      values[k].tag = whole ? WEFT_TAG_INT : WEFT_TAG_FLOAT;
      if (whole)
        values[k].as.integer = (int64_t)number;
      else
        values[k].as.real = number;
    } else {
      return R_NilValue;
    }
  }
  check(weft_invoke(ops[i], values, 2, &out, 1));
  return as_tensor(out);
}
static SEXP r_arguments(SEXP name) {
  weft_op op;
  weft_op_info info;
  int32_t i;
  SEXP out, count;
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  check(weft_op_find(text_of(name), &op));
  check(weft_op_get_info(op, &info));
  out = PROTECT(allocVector(STRSXP, info.inputs + info.attributes));
  for (i = 0; i < info.inputs + info.attributes; ++i)
    SET_STRING_ELT(out, i, mkChar(info.arguments[i].name));
  count = PROTECT(ScalarInteger(info.inputs));
  setAttrib(out, install("inputs"), count);
  UNPROTECT(2);
  return out;
}

/* ---- gradients and traced functions -----------------------------------------------------------
 */

static SEXP r_modes(SEXP set, SEXP clear) {
  return ScalarInteger((int)weft_set_modes((uint32_t)asInteger(set), (uint32_t)asInteger(clear)));
}
static SEXP r_attach_grad(SEXP x) {
  check(weft_tensor_attach_grad(tensor_of(x), WEFT_GRAD_WRITE));
  return x;
}
static SEXP r_gradient(SEXP x) {
  weft_tensor out = NULL;
  check(weft_tensor_grad(tensor_of(x), &out));
  return out ? as_tensor(out) : R_NilValue;
}
static SEXP r_backward(SEXP heads) {
  check(weft_backward(tensors_of(heads), NULL, (size_t)XLENGTH(heads), 0));
  return R_NilValue;
}
static SEXP r_grad(SEXP heads, SEXP variables, SEXP again) {
  const size_t count = (size_t)XLENGTH(variables);
  weft_tensor* outs = (weft_tensor*)R_alloc(count + 1, sizeof *outs);
  check(weft_grad(tensors_of(heads), NULL, (size_t)XLENGTH(heads), tensors_of(variables), count,
                  asLogical(again), asLogical(again), outs));
  return as_tensors(outs, count);
}
/* trace_begin(inputs, shapes): placeholders like the inputs, but with these shapes. */
static SEXP r_trace_begin(SEXP inputs, SEXP shapes) {
  const size_t count = (size_t)XLENGTH(inputs);
  weft_tensor* given = tensors_of(inputs);
  weft_tensor* outs = (weft_tensor*)R_alloc(count + 1, sizeof *outs);
  weft_type* types = (weft_type*)R_alloc(count + 1, sizeof *types);
  size_t i;
  for (i = 0; i < count; ++i) {
    const SEXP shape = VECTOR_ELT(shapes, (R_xlen_t)i);
    types[i].dtype = weft_tensor_dtype(given[i]);
    types[i].rank = (int32_t)XLENGTH(shape);
    memcpy(types[i].shape, extents_of(shape), (size_t)XLENGTH(shape) * sizeof(int64_t));
  }
  check(weft_trace_begin_types(types, count, outs));
  return as_tensors(outs, count);
}
static weft_function* functions_of(SEXP list) {
  weft_function* out = (weft_function*)R_alloc((size_t)XLENGTH(list) + 1, sizeof *out);
  R_xlen_t i;
  for (i = 0; i < XLENGTH(list); ++i) out[i] = get_function(VECTOR_ELT(list, i));
  return out;
}
static SEXP r_trace_example(SEXP earlier) {
  const size_t count = (size_t)XLENGTH(earlier);
  check(weft_trace_set_example(count, functions_of(earlier), count));
  return R_NilValue;
}
/* Inputs and axes are counted from 1. */
static SEXP r_trace_dimension(SEXP name, SEXP bounds, SEXP inputs, SEXP axes) {
  const R_xlen_t count = XLENGTH(axes);
  size_t* places = (size_t*)R_alloc((size_t)count + 1, sizeof *places);
  int32_t* of = (int32_t*)R_alloc((size_t)count + 1, sizeof *of);
  R_xlen_t i;
  for (i = 0; i < count; ++i)
    places[i] = (size_t)(INTEGER(inputs)[i] - 1), of[i] = INTEGER(axes)[i] - 1;
  check(weft_trace_add_dimension(text_of(name), extents_of(bounds)[0], extents_of(bounds)[1],
                                 places, of, (size_t)count));
  return R_NilValue;
}
static SEXP r_is_example(SEXP function) {
  return ScalarLogical(weft_function_is_example(get_function(function)));
}
static SEXP r_join(SEXP examples) {
  weft_function out = NULL;
  check(weft_function_join(functions_of(examples), (size_t)XLENGTH(examples), &out));
  return wrap_function(out);
}
static SEXP r_trace_end(SEXP outputs) {
  weft_function out = NULL;
  check(weft_trace_end(tensors_of(outputs), (size_t)XLENGTH(outputs), &out));
  return wrap_function(out);
}
static SEXP r_trace_abort(void) {
  weft_trace_abort();
  return R_NilValue;
}
static SEXP r_call_function(SEXP function, SEXP inputs) {
  weft_function handle = get_function(function);
  const size_t count = weft_function_outputs(handle);
  weft_tensor* outs = (weft_tensor*)R_alloc(count + 1, sizeof *outs);
  memset(outs, 0, (count + 1) * sizeof *outs);
  check(weft_function_call(handle, tensors_of(inputs), (size_t)XLENGTH(inputs), outs, count));
  return as_tensors(outs, count);
}
static SEXP r_captures(SEXP function) {
  weft_function handle = get_function(function);
  const size_t count = weft_function_captures(handle);
  weft_tensor* outs = (weft_tensor*)R_alloc(count + 1, sizeof *outs);
  size_t i;
  for (i = 0; i < count; ++i) outs[i] = weft_tensor_retain(weft_function_capture_at(handle, i));
  return as_tensors(outs, count);
}
static SEXP r_write(SEXP path, SEXP entries, SEXP functions, SEXP inputs, SEXP outputs,
                    SEXP captures) {
  weft_writer writer = NULL;
  SEXP owner;
  R_xlen_t i;
  if (TYPEOF(entries) != STRSXP || XLENGTH(entries) != XLENGTH(functions))
    error("weft_write_model: `entry` must be one text");
  check(weft_writer_create(&writer));
  owner = PROTECT(wrap_writer(writer));
  for (i = 0; i < XLENGTH(entries); ++i) {
    weft_function function = get_function(VECTOR_ELT(functions, i));
    if ((size_t)XLENGTH(VECTOR_ELT(inputs, i)) != weft_function_inputs(function) ||
        (size_t)XLENGTH(VECTOR_ELT(outputs, i)) != weft_function_outputs(function))
      error("weft_write_model: the function has %d inputs and %d outputs; got %d and %d names",
            (int)weft_function_inputs(function), (int)weft_function_outputs(function),
            (int)XLENGTH(VECTOR_ELT(inputs, i)), (int)XLENGTH(VECTOR_ELT(outputs, i)));
    check(weft_writer_add_entry(
        writer, texts_of(entries, XLENGTH(entries))[i], function,
        texts_of(VECTOR_ELT(inputs, i), XLENGTH(VECTOR_ELT(inputs, i))),
        texts_of(VECTOR_ELT(outputs, i), XLENGTH(VECTOR_ELT(outputs, i))),
        texts_of(VECTOR_ELT(captures, i), (R_xlen_t)weft_function_captures(function))));
  }
  check(weft_writer_save(writer, text_of(path)));
  UNPROTECT(1);
  (void)owner;
  return R_NilValue;
}

/* ---- files ----------------------------------------------------------------------------------- */

static SEXP r_model(SEXP path) {
  weft_model out = NULL;
  check(weft_model_load(text_of(path), &out));
  return wrap_model(out);
}
/* The bytes live as long as the model and its contexts: pointers protect them. R copies a vector
 * that it may not change, if a program changes it. */
static SEXP r_model_memory(SEXP bytes) {
  weft_model out = NULL;
  SEXP model;
  check(weft_model_load_memory(RAW(bytes), (size_t)XLENGTH(bytes), &out));
  model = PROTECT(wrap_model(out));
  MARK_NOT_MUTABLE(bytes);
  R_SetExternalPtrProtected(model, bytes);
  UNPROTECT(1);
  return model;
}
static SEXP r_entries(SEXP model) {
  weft_model handle = get_model(model);
  const size_t count = weft_model_entry_count(handle);
  SEXP out = PROTECT(allocVector(STRSXP, (R_xlen_t)count));
  size_t i;
  for (i = 0; i < count; ++i)
    SET_STRING_ELT(out, (R_xlen_t)i, mkCharCE(weft_model_entry_name_at(handle, i), CE_UTF8));
  UNPROTECT(1);
  return out;
}
static SEXP r_context(SEXP model, SEXP entry) {
  weft_context out = NULL;
  SEXP context, kept;
  check(weft_context_create(get_model(model), text_of(entry), NULL, 0, &out));
  context = PROTECT(wrap_context(out));
  /* What the context reads: an element for each input, and the file where it is in memory. */
  kept = allocVector(VECSXP, (R_xlen_t)weft_context_inputs(out) + 1);
  R_SetExternalPtrProtected(context, kept);
  SET_VECTOR_ELT(kept, XLENGTH(kept) - 1, R_ExternalPtrProtected(model));
  UNPROTECT(1);
  return context;
}
typedef weft_status (*get_port)(weft_context, size_t, weft_port*);
static get_port getter(const char* which) {
  if (!strcmp(which, "inputs")) return weft_context_get_input;
  if (!strcmp(which, "outputs")) return weft_context_get_output;
  return weft_context_get_state;
}
static weft_port port_of(weft_context context, get_port get, size_t index) {
  weft_port port = WEFT_PORT_INIT;
  check(get(context, index, &port));
  return port;
}
static SEXP r_ports(SEXP context, SEXP which) {
  static const char* const kNames[] = {"name", "dtype", "shape", "bytes", ""};
  weft_context handle = get_context(context);
  const char* name = text_of(which);
  const size_t count = !strcmp(name, "inputs")    ? weft_context_inputs(handle)
                       : !strcmp(name, "outputs") ? weft_context_outputs(handle)
                                                  : weft_context_states(handle);
  SEXP out = PROTECT(allocVector(VECSXP, (R_xlen_t)count));
  size_t i;
  for (i = 0; i < count; ++i) {
    const weft_port port = port_of(handle, getter(name), i);
    SEXP one = PROTECT(mkNamed(VECSXP, (const char**)kNames));
    SET_VECTOR_ELT(one, 0, ScalarString(mkCharCE(port.name, CE_UTF8)));
    SET_VECTOR_ELT(one, 1, mkString(weft_dtype_name(port.dtype)));
    SET_VECTOR_ELT(one, 2, as_extents(port.shape, port.rank));
    SET_VECTOR_ELT(one, 3, ScalarReal((double)port.bytes));
    SET_VECTOR_ELT(out, (R_xlen_t)i, one);
    UNPROTECT(1);
  }
  UNPROTECT(1);
  return out;
}
static SEXP r_set_shape(SEXP context, SEXP index, SEXP shape) {
  check(weft_context_set_input_shape(get_context(context), (size_t)asInteger(index),
                                     extents_of(shape), (int32_t)XLENGTH(shape)));
  return R_NilValue;
}
/* Gives an input the shape of an array, which the library refuses if it is not the input's. A
 * vector has no shape: it sets the first dimension if that alone is open. */
static void take_shape(weft_context handle, size_t index, const weft_port* port, weft_tensor x,
                       int is_flat) {
  const int64_t count = weft_tensor_elements(x);
  int64_t shape[WEFT_MAX_RANK], row = 1;
  int32_t axis;
  if (!is_flat) {
    if (weft_tensor_rank(x) != port->rank ||
        memcmp(weft_tensor_shape(x), port->shape, (size_t)port->rank * sizeof(int64_t)))
      check(weft_context_set_input_shape(handle, index, weft_tensor_shape(x), weft_tensor_rank(x)));
    return;
  }
  if (count > 0 && (size_t)count * weft_dtype_size(port->dtype) == port->bytes) return;
  for (axis = 0; axis < port->rank; ++axis) {
    const int is_open = port->shape[axis] < 0 || weft_context_dimension_at(handle, index, axis);
    if (is_open != (axis == 0)) return;
    shape[axis] = port->shape[axis];
    if (axis > 0) row *= shape[axis];
  }
  if (port->rank == 0 || row == 0 || count % row != 0) return;
  shape[0] = count / row;
  check(weft_context_set_input_shape(handle, index, shape, port->rank));
}
/* Binds the bytes of an array. The context keeps them: they are an element of the list that the
 * pointer protects, so that R neither moves nor frees them. */
static SEXP r_bind(SEXP context, SEXP index, SEXP x, SEXP is_flat) {
  weft_context handle = get_context(context);
  const R_xlen_t place = asInteger(index);
  const weft_port port = port_of(handle, weft_context_get_input, (size_t)place);
  SEXP bytes;
  if (weft_tensor_dtype(tensor_of(x)) != port.dtype)
    error("weft_set_input: `%s` is %s; got an array of %s", port.name, weft_dtype_name(port.dtype),
          weft_dtype_name(weft_tensor_dtype(tensor_of(x))));
  take_shape(handle, (size_t)place, &port, tensor_of(x), asLogical(is_flat));
  bytes = PROTECT(r_bytes(x));
  check(weft_context_bind_input(handle, (size_t)place, RAW(bytes), (size_t)XLENGTH(bytes)));
  SET_VECTOR_ELT(R_ExternalPtrProtected(context), place, bytes);
  UNPROTECT(1);
  return R_NilValue;
}
static SEXP r_run(SEXP context) {
  check(weft_context_run(get_context(context)));
  return context;
}
static SEXP from_memory(weft_port port, const void* data) {
  weft_tensor out = NULL;
  check(weft_tensor_create(port.dtype, port.rank, port.shape, port.bytes ? data : NULL, &out));
  return as_tensor(out);
}
static SEXP r_output(SEXP context, SEXP index) {
  weft_context handle = get_context(context);
  const void* data = NULL;
  check(weft_context_output_data(handle, (size_t)asInteger(index), &data));
  return from_memory(port_of(handle, weft_context_get_output, (size_t)asInteger(index)), data);
}
static SEXP r_state(SEXP context, SEXP index) {
  weft_context handle = get_context(context);
  const weft_port port = port_of(handle, weft_context_get_state, (size_t)asInteger(index));
  void* copy = R_alloc(port.bytes + 1, 1);
  check(weft_context_read_state(handle, (size_t)asInteger(index), copy, port.bytes));
  return from_memory(port, copy);
}
static SEXP r_reset(SEXP context) {
  check(weft_context_reset(get_context(context)));
  return R_NilValue;
}

/* ---- the library ------------------------------------------------------------------------------
 */

static SEXP r_version(void) { return mkString(weft_version()); }
static SEXP r_seed(SEXP seed) {
  const double number = asReal(seed);
  if (!(number >= 0 && number < 0x1p64 && number == floor(number)))
    error("weft_seed: `seed` must be a whole number from 0 to below 2^64; got %g", number);
  check(weft_random_seed((uint64_t)number));
  return R_NilValue;
}
static SEXP r_threads(SEXP count) {
  check(weft_set_num_threads(asInteger(count)));
  return R_NilValue;
}
static SEXP r_live(void) {
  weft_memory figures = WEFT_MEMORY_INIT;
  check(weft_memory_stats(&figures, 0));
  return ScalarReal((double)figures.live);
}

#define WEFT_ENTRY(name, count) \
  { #name, (DL_FUNC)&name, count }
static const R_CallMethodDef kEntries[] = {
    WEFT_ENTRY(r_tensor, 3),       WEFT_ENTRY(r_zeros, 2),         WEFT_ENTRY(r_dtype, 1),
    WEFT_ENTRY(r_shape, 1),        WEFT_ENTRY(r_values, 1),        WEFT_ENTRY(r_bytes, 1),
    WEFT_ENTRY(r_release, 1),      WEFT_ENTRY(r_same, 2),          WEFT_ENTRY(r_detach, 1),
    WEFT_ENTRY(r_save, 3),         WEFT_ENTRY(r_load, 1),          WEFT_ENTRY(r_call, 4),
    WEFT_ENTRY(r_arguments, 1),    WEFT_ENTRY(r_binary, 3),        WEFT_ENTRY(r_modes, 2),
    WEFT_ENTRY(r_attach_grad, 1),  WEFT_ENTRY(r_gradient, 1),      WEFT_ENTRY(r_backward, 1),
    WEFT_ENTRY(r_grad, 3),         WEFT_ENTRY(r_trace_begin, 2),   WEFT_ENTRY(r_trace_end, 1),
    WEFT_ENTRY(r_trace_abort, 0),  WEFT_ENTRY(r_call_function, 2), WEFT_ENTRY(r_captures, 1),
    WEFT_ENTRY(r_write, 6),        WEFT_ENTRY(r_model, 1),         WEFT_ENTRY(r_entries, 1),
    WEFT_ENTRY(r_context, 2),      WEFT_ENTRY(r_ports, 2),         WEFT_ENTRY(r_set_shape, 3),
    WEFT_ENTRY(r_bind, 4),         WEFT_ENTRY(r_run, 1),           WEFT_ENTRY(r_output, 2),
    WEFT_ENTRY(r_state, 2),        WEFT_ENTRY(r_reset, 1),         WEFT_ENTRY(r_version, 0),
    WEFT_ENTRY(r_seed, 1),         WEFT_ENTRY(r_threads, 1),       WEFT_ENTRY(r_live, 0),
    WEFT_ENTRY(r_model_memory, 1), WEFT_ENTRY(r_trace_example, 1), WEFT_ENTRY(r_trace_dimension, 4),
    WEFT_ENTRY(r_is_example, 1),   WEFT_ENTRY(r_join, 1),          {NULL, NULL, 0}};

void R_init_weft(DllInfo* library) {
  tensor_tag = install("tensor");
  function_tag = install("function");
  writer_tag = install("writer");
  model_tag = install("model");
  context_tag = install("context");
  tensor_class = mkString("weft_tensor");
  R_PreserveObject(tensor_class);
  MARK_NOT_MUTABLE(tensor_class);
  R_registerRoutines(library, NULL, kEntries, NULL, NULL);
  R_useDynamicSymbols(library, FALSE);
}

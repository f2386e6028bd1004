/* Weft for Octave and MATLAB: one MEX function, weft_mex(command, ...), on weft.h alone.
 *
 * A handle is a number, and not an address: its place in a table here, and how often the place was
 * used before, so that a number of another origin or of an object that was released is an error.
 * Arrays come and go in row-major order; the class Tensor turns them. */
#include <mex.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

enum kind { FREE, TENSOR, FUNCTION, MODEL, CONTEXT };
static const char* const kNames[] = {"nothing", "tensor", "function", "model", "context"};
typedef struct {
  size_t users;
  double bytes[1];
} content; /* a file in memory, which a model and its contexts read */
typedef struct {
  enum kind kind;
  uint32_t turn; /* how many objects had this place before */
  void* handle;
  void** memory; /* contexts: a copy of each input, which runs read */
  size_t inputs;
  content* file; /* models and contexts; NULL where it is mapped */
} slot;
static slot* table;
static size_t count, capacity, next_free;

static void check(weft_status status) {
  static const char* const kStatus[] = {
      "ok",           "invalidValue", "outOfMemory",     "unsupported",    "notFound",
      "internal",     "invalidType",  "indexOutOfRange", "overflow",       "io",
      "invalidState", "interrupted",  "checkFailed",     "noFactorization"};
  char name[64];
  if (status == WEFT_OK) return;
  strcpy(name, "weft:");
  strcat(name, status > 0 && status < 14 ? kStatus[status] : "unknown");
  mexErrMsgIdAndTxt(name, "%s", weft_last_error());
}
static void fail(const char* text) { mexErrMsgIdAndTxt("weft:invalidType", "%s", text); }

/* ---- handles --------------------------------------------------------------------------------- */

static mxArray* number(double value) { return mxCreateDoubleScalar(value); }

/* A double holds whole numbers of 53 bits: 32 for a place, counted from 1, and 21 for its turn. */
#define PLACES 4294967296.0
#define TURNS 2097152u

static double id_of(size_t place) { return table[place].turn * PLACES + (double)(place + 1); }
/* The place of an object that was not released; NULL for any other number. */
static slot* at(double id) {
  const double turn = id >= 1 && id < PLACES * TURNS ? (double)(uint64_t)(id / PLACES) : 0;
  const double place = id - turn * PLACES;
  slot* one;
  if (!(place >= 1 && place <= (double)count && place == (double)(size_t)place)) return NULL;
  one = &table[(size_t)place - 1];
  return one->kind != FREE && one->turn == turn ? one : NULL;
}
static mxArray* keep(enum kind kind, void* handle) {
  size_t place;
  for (place = next_free; place < count && table[place].kind != FREE; ++place) continue;
  if (place == count) {
    if (count == capacity) {
      slot* larger = realloc(table, (capacity = 2 * capacity + 64) * sizeof *table);
      if (!larger) fail("weft: there is no memory for another handle");
      table = larger;
    }
    memset(&table[count], 0, sizeof *table);
    table[count++].turn = 1; /* so that no small number is an id */
  }
  table[place].kind = kind;
  table[place].handle = handle;
  next_free = place + 1;
  return number(id_of(place));
}
/* Objects of the classes are given as they are, or by their ids. */
static double number_of(const mxArray* value) {
  mxArray* id;
  double out;
  if (mxIsDouble(value)) return mxGetNumberOfElements(value) == 1 ? mxGetScalar(value) : 0;
  id = strncmp(mxGetClassName(value), "weft.", 5) ? NULL : mxGetProperty(value, 0, "id");
  out = id ? mxGetScalar(id) : 0;
  if (id) mxDestroyArray(id);
  return out;
}
static slot* find(const mxArray* value, enum kind kind) {
  slot* one = at(number_of(value));
  if (!one || one->kind != kind)
    mexErrMsgIdAndTxt("weft:invalidState", "expected a %s that was not released", kNames[kind]);
  return one;
}
static void* get(const mxArray* value, enum kind kind) { return find(value, kind)->handle; }
static void release(const mxArray* value) {
  slot* one = at(number_of(value));
  const uint32_t turn = one ? (one->turn + 1) % TURNS : 0;
  size_t i;
  if (!one) return;
  if (one->kind == TENSOR) weft_tensor_release(one->handle);
  if (one->kind == FUNCTION) weft_function_release(one->handle);
  if (one->kind == MODEL) weft_model_release(one->handle);
  if (one->kind == CONTEXT) {
    weft_context_release(one->handle);
    for (i = 0; i < one->inputs; ++i) free(one->memory[i]);
    free(one->memory);
  }
  if (one->file && --one->file->users == 0) free(one->file);
  memset(one, 0, sizeof *one);
  one->turn = turn;
  if ((size_t)(one - table) < next_free) next_free = (size_t)(one - table);
}

/* ---- values ---------------------------------------------------------------------------------- */

/* Memory of mxMalloc is freed when the MEX function ends, also by an error. */
static char* text_of(const mxArray* value) {
  char* text = value && mxIsChar(value) && mxGetM(value) <= 1 ? mxArrayToString(value) : NULL;
  if (!text) fail("weft: expected a text of one row");
  if (strlen(text) < mxGetNumberOfElements(value))
    mexErrMsgIdAndTxt("weft:invalidValue", "a text must not have NUL characters; got `%s`...",
                      text);
  return text;
}
static int is_whole(double x) {
  return x >= -9223372036854775808.0 && x < 9223372036854775808.0 && x == (double)(int64_t)x;
}
static double* doubles_of(const mxArray* value) {
  if (!value || !mxIsDouble(value) || mxIsComplex(value)) fail("weft: expected numbers of double");
  return mxGetPr(value);
}
/* One whole number from 0 on. */
static size_t natural(const mxArray* value) {
  const double* x = doubles_of(value);
  if (mxGetNumberOfElements(value) != 1 || !is_whole(*x) || *x < 0)
    mexErrMsgIdAndTxt("weft:invalidType", "expected one whole number that is not below 0; got %g",
                      mxGetNumberOfElements(value) ? *x : 0.0);
  return (size_t)*x;
}
static const char** texts_of(const mxArray* cell) {
  const size_t n = mxGetNumberOfElements(cell);
  const char** out = mxMalloc((n + 1) * sizeof *out);
  size_t i;
  if (!mxIsCell(cell)) fail("weft: expected a cell of texts");
  for (i = 0; i < n; ++i) out[i] = text_of(mxGetCell(cell, i));
  return out;
}
static void* handles_of(const mxArray* ids, enum kind kind) {
  const size_t n = mxGetNumberOfElements(ids);
  void** out = mxMalloc((n + 1) * sizeof *out);
  size_t i;
  for (i = 0; i < n; ++i) {
    slot* one = at(doubles_of(ids)[i]);
    if (!one || one->kind != kind)
      mexErrMsgIdAndTxt("weft:invalidState", "expected a %s that was not released", kNames[kind]);
    out[i] = one->handle;
  }
  return out;
}
static weft_tensor* tensors_of(const mxArray* ids) { return handles_of(ids, TENSOR); }
static mxArray* keep_tensors(const weft_tensor* tensors, size_t n) {
  mxArray* out = mxCreateDoubleMatrix(1, n, mxREAL);
  size_t i;
  for (i = 0; i < n; ++i) {
    mxArray* id = keep(TENSOR, tensors[i]);
    mxGetPr(out)[i] = mxGetScalar(id);
    mxDestroyArray(id);
  }
  return out;
}
static int64_t* extents_of(const mxArray* value) {
  const size_t n = mxGetNumberOfElements(value);
  int64_t* out = mxMalloc((n + 1) * sizeof *out);
  size_t i;
  for (i = 0; i < n; ++i) {
    const double x = doubles_of(value)[i];
    if (!is_whole(x)) mexErrMsgIdAndTxt("weft:invalidType", "expected whole numbers; got %g", x);
    out[i] = (int64_t)x;
  }
  return out;
}
static mxArray* extents(const int64_t* shape, int32_t rank) {
  mxArray* out = mxCreateDoubleMatrix(1, rank < 0 ? 0 : (size_t)rank, mxREAL);
  int32_t i;
  for (i = 0; i < rank; ++i) mxGetPr(out)[i] = (double)shape[i];
  return out;
}
static weft_dtype dtype_of(const mxArray* name) {
  weft_dtype out;
  check(weft_dtype_find(text_of(name), &out));
  return out;
}
static mxArray* bytes_of(const void* data, size_t bytes) {
  mxArray* out = mxCreateNumericMatrix(1, bytes, mxUINT8_CLASS, mxREAL);
  if (bytes) memcpy(mxGetData(out), data, bytes);
  return out;
}

/* ---- operators ------------------------------------------------------------------------------- */

#define MOST 32 /* arguments of any operator */

/* A number takes the dtype of the arrays beside it; a whole one is an integer, but for an operand
 * that is a zero below 0, whose sign no integer has. Of 64 bits it keeps all digits. */
static void set_number(weft_value* out, const mxArray* value, int32_t kind) {
  const double x = mxGetScalar(value);
  const int is_wide = mxIsClass(value, "int64") || mxIsClass(value, "uint64");
  out->tag = WEFT_TAG_INT;
  if (kind == WEFT_TAG_FLOAT ||
      (!is_wide && (!is_whole(x) || (kind == WEFT_TAG_TENSOR && x == 0 && 1 / x < 0)))) {
    out->tag = WEFT_TAG_FLOAT;
    out->as.real = x;
  } else {
    out->as.integer = is_wide ? *(const int64_t*)mxGetData(value) : (int64_t)x;
    if (mxIsClass(value, "uint64") && out->as.integer < 0) out->tag = WEFT_TAG_UNSIGNED;
  }
}
/* A value as the .m files pass it: {} left out; {'tensor', id}; {'tensors', ids}; {'number', x};
 * {'ints', row}; {'bool', x}; {'text', x}; {'none'}. */
static void set_value(weft_value* out, const weft_argument_info* argument, const mxArray* pair) {
  const char* what;
  const mxArray* value;
  if (!pair || !mxIsCell(pair)) fail("weft_mex: expected a cell for each argument");
  if (!mxGetNumberOfElements(pair)) return;
  what = text_of(mxGetCell(pair, 0));
  value = mxGetNumberOfElements(pair) > 1 ? mxGetCell(pair, 1) : NULL;
  if (!value && strcmp(what, "none")) fail("weft_mex: expected a value of an argument");
  if (!strcmp(what, "tensor")) {
    out->tag = WEFT_TAG_TENSOR;
    out->as.tensor = get(value, TENSOR);
  } else if (!strcmp(what, "tensors")) {
    out->tag = WEFT_TAG_TENSORS;
    out->count = (uint32_t)mxGetNumberOfElements(value);
    out->as.tensors = tensors_of(value);
  } else if (!strcmp(what, "number")) {
    set_number(out, value, argument->kind);
  } else if (!strcmp(what, "ints")) {
    out->tag = WEFT_TAG_INTS;
    out->count = (uint32_t)mxGetNumberOfElements(value);
    out->as.ints = extents_of(value);
  } else if (!strcmp(what, "bool")) {
    out->tag = WEFT_TAG_BOOL;
    out->as.integer = mxGetScalar(value) != 0;
  } else if (!strcmp(what, "none")) {
    out->tag = WEFT_TAG_NONE;
  } else if (argument->kind == WEFT_TAG_DTYPE) {
    out->tag = WEFT_TAG_DTYPE;
    out->as.integer = dtype_of(value);
  } else {
    const char* text = text_of(value);
    out->tag = WEFT_TAG_STRING;
    out->count = (uint32_t)strlen(text);
    out->as.text = text;
  }
}
static weft_op_info describe(const mxArray* name, weft_op* op) {
  weft_op_info info;
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  check(weft_op_find(text_of(name), op));
  check(weft_op_get_info(*op, &info));
  return info;
}
/* call(operator, values, targets): ids of the results, or nothing with targets. */
static mxArray* call(int n, const mxArray** in) {
  weft_value values[MOST];
  weft_op op;
  const weft_op_info info = describe(in[0], &op);
  size_t given = mxGetNumberOfElements(in[1]), nouts = 0, i;
  weft_tensor* outs;
  memset(values, 0, sizeof values);
  if (!mxIsCell(in[1])) fail("weft_mex: expected a cell of arguments");
  if (given > (size_t)(info.inputs + info.attributes) || given > MOST)
    fail("weft: too many arguments");
  for (i = 0; i < given; ++i) set_value(&values[i], &info.arguments[i], mxGetCell(in[1], i));
  while (given > 0 && values[given - 1].tag == WEFT_TAG_DEFAULT) --given;
  if (n > 2) {
    check(weft_invoke(op, values, given, tensors_of(in[2]), mxGetNumberOfElements(in[2])));
    return number(0);
  }
  check(weft_op_count_outputs(op, values, given, &nouts));
  outs = mxCalloc(nouts + 1, sizeof *outs);
  check(weft_invoke(op, values, given, outs, nouts));
  return keep_tensors(outs, nouts);
}
/* binary(operator, a, b): the one result of two tensors, or of a tensor and a number, which are
 * given as they are, because MATLAB's code would take longer to look at them than the operator. */
static mxArray* binary(const mxArray** in) {
  weft_value values[2];
  weft_op op;
  weft_tensor out = NULL;
  size_t i;
  memset(values, 0, sizeof values);
  check(weft_op_find(text_of(in[0]), &op));
  for (i = 0; i < 2; ++i) {
    const mxArray* x = in[1 + i];
    const int is_number = mxIsNumeric(x) || mxIsLogical(x);
    if (is_number && (mxGetNumberOfElements(x) != 1 || mxIsComplex(x)))
      mexErrMsgIdAndTxt("weft:invalidType",
                        "expected a weft.Tensor; got an array of %s: weft.array(x) makes one",
                        mxGetClassName(x));
    if (mxIsLogical(x)) {
      values[i].tag = WEFT_TAG_BOOL;
      values[i].as.integer = mxGetScalar(x) != 0;
    } else if (is_number) {
      set_number(&values[i], x, WEFT_TAG_TENSOR);
    } else if (mxIsClass(x, "weft.Tensor")) {
      values[i].tag = WEFT_TAG_TENSOR;
      values[i].as.tensor = get(x, TENSOR);
    } else {
      mexErrMsgIdAndTxt("weft:invalidType", "expected a weft.Tensor or a number; got a %s",
                        mxGetClassName(x));
    }
  }
  check(weft_invoke(op, values, 2, &out, 1));
  return keep(TENSOR, out);
}
static mxArray* arguments(const mxArray** in) {
  weft_op op;
  const weft_op_info info = describe(in[0], &op);
  mxArray* out = mxCreateCellMatrix(1, (size_t)(info.inputs + info.attributes + 1));
  int32_t i;
  mxSetCell(out, 0, number(info.inputs));
  for (i = 0; i < info.inputs + info.attributes; ++i)
    mxSetCell(out, (size_t)i + 1, mxCreateString(info.arguments[i].name));
  return out;
}

/* ---- arrays, gradients and traced functions ----------------------------------------------------
 */

static mxArray* create(const mxArray** in) {
  const weft_dtype dtype = dtype_of(in[0]);
  const size_t rank = mxGetNumberOfElements(in[1]),
               bytes = mxGetNumberOfElements(in[2]) * mxGetElementSize(in[2]);
  const int64_t* shape = extents_of(in[1]);
  double wanted = (double)weft_dtype_size(dtype);
  weft_tensor out = NULL;
  size_t i;
  for (i = 0; i < rank; ++i) wanted *= (double)shape[i];
  if (bytes && (double)bytes != wanted)
    mexErrMsgIdAndTxt("weft:invalidValue", "weft.tensor: the shape needs %.0f bytes; got %.0f",
                      wanted, (double)bytes);
  check(weft_tensor_create(dtype, (int32_t)rank, shape, bytes ? mxGetData(in[2]) : NULL, &out));
  return keep(TENSOR, out);
}
static mxArray* read_bytes(weft_tensor x) {
  const size_t bytes = (size_t)weft_tensor_elements(x) * weft_dtype_size(weft_tensor_dtype(x));
  mxArray* out = mxCreateNumericMatrix(1, bytes, mxUINT8_CLASS, mxREAL);
  check(weft_tensor_read(x, mxGetData(out), bytes));
  return out;
}
static mxArray* grad(const mxArray** in) {
  const size_t n = mxGetNumberOfElements(in[1]);
  weft_tensor* out = mxCalloc(n + 1, sizeof *out);
  check(weft_grad(tensors_of(in[0]), NULL, mxGetNumberOfElements(in[0]), tensors_of(in[1]), n,
                  mxGetScalar(in[2]) != 0, mxGetScalar(in[2]) != 0, out));
  return keep_tensors(out, n);
}
static weft_function* functions_of(const mxArray* ids) { return handles_of(ids, FUNCTION); }
/* trace_begin(inputs, shapes, earlier): placeholders like the inputs, but with these shapes, for
 * the next example after the functions of earlier ones. */
static mxArray* trace_begin(const mxArray** in) {
  const size_t n = mxGetNumberOfElements(in[0]), earlier = mxGetNumberOfElements(in[2]);
  weft_tensor *given = tensors_of(in[0]), *out = mxCalloc(n + 1, sizeof *out);
  weft_function* functions = functions_of(in[2]);
  weft_type* types = mxCalloc(n + 1, sizeof *types);
  weft_status status;
  size_t i;
  for (i = 0; i < n; ++i) {
    const mxArray* shape = mxGetCell(in[1], i);
    types[i].dtype = weft_tensor_dtype(given[i]);
    types[i].rank = (int32_t)mxGetNumberOfElements(shape);
    memcpy(types[i].shape, extents_of(shape), (size_t)types[i].rank * sizeof(int64_t));
  }
  check(weft_trace_begin_types(types, n, out));
  status = weft_trace_set_example(earlier, functions, earlier);
  if (status != WEFT_OK) weft_trace_abort();
  check(status);
  return keep_tensors(out, n);
}
/* trace_dimension(name, bounds, places): a place is an input and an axis, counted from 1. */
static mxArray* trace_dimension(const mxArray** in) {
  const size_t n = mxGetNumberOfElements(in[2]) / 2;
  const int64_t *bounds = extents_of(in[1]), *places = extents_of(in[2]);
  size_t* inputs = mxMalloc((n + 1) * sizeof *inputs);
  int32_t* axes = mxMalloc((n + 1) * sizeof *axes);
  size_t i;
  for (i = 0; i < n; ++i)
    inputs[i] = (size_t)places[2 * i] - 1, axes[i] = (int32_t)places[2 * i + 1] - 1;
  check(weft_trace_add_dimension(text_of(in[0]), bounds[0], bounds[1], inputs, axes, n));
  return number(0);
}
static mxArray* is_example(const mxArray** in) {
  return number(weft_function_is_example(get(in[0], FUNCTION)));
}
static mxArray* join(const mxArray** in) {
  weft_function out = NULL;
  check(weft_function_join(functions_of(in[0]), mxGetNumberOfElements(in[0]), &out));
  return keep(FUNCTION, out);
}
static mxArray* trace_end(const mxArray** in) {
  weft_function out = NULL;
  check(weft_trace_end(tensors_of(in[0]), mxGetNumberOfElements(in[0]), &out));
  return keep(FUNCTION, out);
}
static mxArray* call_function(const mxArray** in) {
  weft_function function = get(in[0], FUNCTION);
  const size_t n = weft_function_outputs(function);
  weft_tensor* out = mxCalloc(n + 1, sizeof *out);
  check(weft_function_call(function, tensors_of(in[1]), mxGetNumberOfElements(in[1]), out, n));
  return keep_tensors(out, n);
}
static mxArray* captures(const mxArray** in) {
  weft_function function = get(in[0], FUNCTION);
  const size_t n = weft_function_captures(function);
  weft_tensor* out = mxCalloc(n + 1, sizeof *out);
  size_t i;
  for (i = 0; i < n; ++i) out[i] = weft_tensor_retain(weft_function_capture_at(function, i));
  return keep_tensors(out, n);
}
/* write(path, entry, function, inputs, outputs, captures) */
static void write_file(const mxArray** in) {
  weft_function function = get(in[2], FUNCTION);
  const char *path = text_of(in[0]), *entry = text_of(in[1]);
  const char **inputs = texts_of(in[3]), **outputs = texts_of(in[4]), **names = texts_of(in[5]);
  weft_writer writer = NULL;
  weft_status status;
  if (mxGetNumberOfElements(in[3]) != weft_function_inputs(function) ||
      mxGetNumberOfElements(in[4]) != weft_function_outputs(function))
    fail("weft.writeModel: the numbers of names are not those of the inputs and outputs");
  check(weft_writer_create(&writer));
  status = weft_writer_add_entry(writer, entry, function, inputs, outputs, names);
  if (status == WEFT_OK) status = weft_writer_save(writer, path);
  weft_writer_release(writer);
  check(status);
}

/* ---- files ----------------------------------------------------------------------------------- */

/* model(path or bytes) */
static mxArray* model(const mxArray** in) {
  const size_t bytes = mxGetNumberOfElements(in[0]);
  weft_model out = NULL;
  content* file = NULL;
  mxArray* id;
  weft_status status;
  if (mxIsClass(in[0], "uint8")) {
    file = malloc(sizeof *file + bytes);
    if (!file) fail("weft: there is no memory for a file");
    file->users = 1;
    memcpy(file->bytes, mxGetData(in[0]), bytes);
    status = weft_model_load_memory(file->bytes, bytes, &out);
  } else {
    status = weft_model_load(text_of(in[0]), &out);
  }
  if (status != WEFT_OK) free(file);
  check(status);
  id = keep(MODEL, out);
  find(id, MODEL)->file = file;
  return id;
}
static mxArray* context(const mxArray** in) {
  weft_context out = NULL;
  mxArray* id;
  slot* one;
  content* file = find(in[0], MODEL)->file;
  check(weft_context_create(get(in[0], MODEL), text_of(in[1]), NULL, 0, &out));
  id = keep(CONTEXT, out);
  one = find(id, CONTEXT);
  one->inputs = weft_context_inputs(out);
  one->file = file;
  if (file) ++file->users;
  one->memory = calloc(one->inputs + 1, sizeof *one->memory);
  return id;
}
static weft_port port_of(weft_context handle, const char* which, size_t index) {
  weft_port port = WEFT_PORT_INIT;
  check(!strcmp(which, "inputs")    ? weft_context_get_input(handle, index, &port)
        : !strcmp(which, "outputs") ? weft_context_get_output(handle, index, &port)
                                    : weft_context_get_state(handle, index, &port));
  return port;
}
static mxArray* ports(const mxArray** in) {
  static const char* fields[] = {"name", "dtype", "shape", "bytes"};
  weft_context handle = get(in[0], CONTEXT);
  const char* which = text_of(in[1]);
  const size_t n = !strcmp(which, "inputs")    ? weft_context_inputs(handle)
                   : !strcmp(which, "outputs") ? weft_context_outputs(handle)
                                               : weft_context_states(handle);
  mxArray* out = mxCreateStructMatrix(1, n, 4, fields);
  size_t i;
  for (i = 0; i < n; ++i) {
    const weft_port port = port_of(handle, which, i);
    mxSetField(out, i, "name", mxCreateString(port.name));
    mxSetField(out, i, "dtype", mxCreateString(weft_dtype_name(port.dtype)));
    mxSetField(out, i, "shape", extents(port.shape, port.rank));
    mxSetField(out, i, "bytes", number((double)port.bytes));
  }
  return out;
}
/* The shape that the input takes from numbers without one, if there is such: theirs may be any if
 * the first dimension alone is open. */
static int takes_flat(weft_context handle, size_t index, const weft_port* port, int64_t count) {
  int64_t shape[WEFT_MAX_RANK], row = 1;
  int32_t axis;
  if (count > 0 && (size_t)count * weft_dtype_size(port->dtype) == port->bytes) return 1;
  for (axis = 0; axis < port->rank; ++axis) {
    const int is_open = port->shape[axis] < 0 || weft_context_dimension_at(handle, index, axis);
    if (is_open != (axis == 0)) return 0;
    shape[axis] = port->shape[axis];
    if (axis > 0) row *= shape[axis];
  }
  if (port->rank == 0 || row == 0 || count % row != 0) return 0;
  shape[0] = count / row;
  check(weft_context_set_input_shape(handle, index, shape, port->rank));
  return 1;
}
/* Gives an input the shape of an array, which the library refuses if it is not the input's. */
static void take_shape(weft_context handle, size_t index, const weft_port* port, weft_tensor x) {
  const int32_t rank = weft_tensor_rank(x);
  if (rank != port->rank ||
      memcmp(weft_tensor_shape(x), port->shape, (size_t)rank * sizeof(int64_t)))
    check(weft_context_set_input_shape(handle, index, weft_tensor_shape(x), rank));
}
static void bind(const mxArray** in) {
  slot* one = find(in[0], CONTEXT);
  const size_t index = natural(in[1]);
  weft_tensor x = get(in[2], TENSOR);
  const size_t bytes = (size_t)weft_tensor_elements(x) * weft_dtype_size(weft_tensor_dtype(x));
  const weft_port port = port_of(one->handle, "inputs", index);
  void* memory;
  weft_status status;
  if (port.dtype != weft_tensor_dtype(x))
    mexErrMsgIdAndTxt("weft:invalidType", "setInput: `%s` is %s; got an array of %s", port.name,
                      weft_dtype_name(port.dtype), weft_dtype_name(weft_tensor_dtype(x)));
  if (!mxGetScalar(in[3]) || !takes_flat(one->handle, index, &port, weft_tensor_elements(x)))
    take_shape(one->handle, index, &port, x);
  memory = malloc(bytes + 1);
  if (!memory) fail("weft: there is no memory for an input");
  status = weft_tensor_read(x, memory, bytes);
  if (status == WEFT_OK) status = weft_context_bind_input(one->handle, index, memory, bytes);
  if (status != WEFT_OK) {
    free(memory);
    check(status);
  }
  free(one->memory[index]);
  one->memory[index] = memory;
}
static mxArray* from_port(const weft_port port, const void* data) {
  weft_tensor out = NULL;
  check(weft_tensor_create(port.dtype, port.rank, port.shape, port.bytes ? data : NULL, &out));
  return keep(TENSOR, out);
}
static mxArray* output(const mxArray** in) {
  weft_context handle = get(in[0], CONTEXT);
  const void* data = NULL;
  check(weft_context_output_data(handle, natural(in[1]), &data));
  return from_port(port_of(handle, "outputs", natural(in[1])), data);
}
static mxArray* state(const mxArray** in) {
  weft_context handle = get(in[0], CONTEXT);
  const weft_port port = port_of(handle, "states", natural(in[1]));
  void* copy = mxMalloc(port.bytes + 1);
  check(weft_context_read_state(handle, natural(in[1]), copy, port.bytes));
  return from_port(port, copy);
}
static mxArray* entries(const mxArray** in) {
  weft_model model = get(in[0], MODEL);
  const size_t n = weft_model_entry_count(model);
  mxArray* out = mxCreateCellMatrix(1, n);
  size_t i;
  for (i = 0; i < n; ++i) mxSetCell(out, i, mxCreateString(weft_model_entry_name_at(model, i)));
  return out;
}

/* ---- the one function --------------------------------------------------------------------------
 */

static mxArray* on_tensor(const char* command, const mxArray** in) {
  weft_tensor x = get(in[0], TENSOR), out = NULL;
  if (!strcmp(command, "dtype")) return mxCreateString(weft_dtype_name(weft_tensor_dtype(x)));
  if (!strcmp(command, "shape")) return extents(weft_tensor_shape(x), weft_tensor_rank(x));
  if (!strcmp(command, "read")) return read_bytes(x);
  if (!strcmp(command, "same")) return number(weft_tensor_shares_box(x, get(in[1], TENSOR)));
  if (!strcmp(command, "attach_grad")) {
    check(weft_tensor_attach_grad(x, WEFT_GRAD_WRITE));
    return number(0);
  }
  if (!strcmp(command, "gradient")) {
    check(weft_tensor_grad(x, &out));
    return out ? keep(TENSOR, out) : number(0);
  }
  check(weft_tensor_detach(x, &out)); /* detach */
  return keep(TENSOR, out);
}
static mxArray* on_file(const char* command, const mxArray** in) {
  if (!strcmp(command, "model")) return model(in);
  if (!strcmp(command, "entries")) return entries(in);
  if (!strcmp(command, "context")) return context(in);
  if (!strcmp(command, "ports")) return ports(in);
  if (!strcmp(command, "output")) return output(in);
  if (!strcmp(command, "state")) return state(in);
  if (!strcmp(command, "bind")) bind(in);
  if (!strcmp(command, "write")) write_file(in);
  if (!strcmp(command, "run")) check(weft_context_run(get(in[0], CONTEXT)));
  if (!strcmp(command, "reset")) check(weft_context_reset(get(in[0], CONTEXT)));
  if (!strcmp(command, "set_shape"))
    check(weft_context_set_input_shape(get(in[0], CONTEXT), natural(in[1]), extents_of(in[2]),
                                       (int32_t)mxGetNumberOfElements(in[2])));
  return number(0);
}
static mxArray* on_library(const char* command, const mxArray** in) {
  if (!strcmp(command, "version")) return mxCreateString(weft_version());
  if (!strcmp(command, "alive")) return number(at(number_of(in[0])) != NULL);
  if (!strcmp(command, "seed")) check(weft_random_seed(natural(in[0])));
  if (!strcmp(command, "threads"))
    check(weft_set_num_threads(natural(in[0]) > INT32_MAX ? 0 : (int32_t)natural(in[0])));
  if (!strcmp(command, "backward"))
    check(weft_backward(tensors_of(in[0]), NULL, mxGetNumberOfElements(in[0]), 0));
  if (!strcmp(command, "modes"))
    return number(weft_set_modes((uint32_t)natural(in[0]), (uint32_t)natural(in[1])));
  if (!strcmp(command, "live")) {
    weft_memory figures = WEFT_MEMORY_INIT;
    check(weft_memory_stats(&figures, 0));
    return number((double)figures.live);
  }
  return number(0);
}
typedef mxArray* (*plain)(const mxArray**);
static const struct {
  const char* name;
  int arguments;
  plain function;
} kPlain[] = {{"binary", 3, binary},           {"create", 3, create},
              {"arguments", 1, arguments},     {"grad", 3, grad},
              {"trace_begin", 3, trace_begin}, {"trace_dimension", 3, trace_dimension},
              {"is_example", 1, is_example},   {"join", 1, join},
              {"trace_end", 1, trace_end},     {"call_function", 2, call_function},
              {"captures", 1, captures}};
static const struct {
  const char* name;
  int arguments;
  mxArray* (*function)(const char*, const mxArray**);
} kNamed[] = {
    {"dtype", 1, on_tensor},     {"shape", 1, on_tensor},       {"read", 1, on_tensor},
    {"same", 2, on_tensor},      {"attach_grad", 1, on_tensor}, {"gradient", 1, on_tensor},
    {"detach", 1, on_tensor},    {"model", 1, on_file},         {"entries", 1, on_file},
    {"context", 2, on_file},     {"ports", 2, on_file},         {"output", 2, on_file},
    {"state", 2, on_file},       {"bind", 4, on_file},          {"write", 6, on_file},
    {"run", 1, on_file},         {"reset", 1, on_file},         {"set_shape", 3, on_file},
    {"version", 0, on_library},  {"seed", 1, on_library},       {"threads", 1, on_library},
    {"backward", 1, on_library}, {"modes", 2, on_library},      {"live", 0, on_library},
    {"alive", 1, on_library}};

void mexFunction(int nlhs, mxArray* plhs[], int nrhs, const mxArray* prhs[]) {
  const char* command;
  size_t i;
  (void)nlhs;
  if (nrhs < 1) fail("weft_mex: expected a command");
  command = text_of(prhs[0]);
  --nrhs, ++prhs;
  mexLock(); /* the table lives as long as the program */
  if (!strcmp(command, "release") && nrhs == 1) {
    release(prhs[0]);
    return;
  }
  if (!strcmp(command, "trace_abort")) {
    weft_trace_abort();
    return;
  }
  if (!strcmp(command, "call") && nrhs >= 2) {
    plhs[0] = call(nrhs, prhs);
    return;
  }
  for (i = 0; i < sizeof kPlain / sizeof *kPlain; ++i)
    if (!strcmp(command, kPlain[i].name) && nrhs == kPlain[i].arguments) {
      plhs[0] = kPlain[i].function(prhs);
      return;
    }
  for (i = 0; i < sizeof kNamed / sizeof *kNamed; ++i)
    if (!strcmp(command, kNamed[i].name) && nrhs == kNamed[i].arguments) {
      plhs[0] = kNamed[i].function(command, prhs);
      return;
    }
  mexErrMsgIdAndTxt("weft:invalidValue", "weft_mex: there is no command `%s` with %d arguments",
                    command, nrhs);
}

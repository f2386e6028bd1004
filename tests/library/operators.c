/* A library of operators as a user writes one: C99 and weft.h, not linked with anything. The
 * registry suite, the C tests and the tests of files load it. */
#include <stddef.h>
#include <weft/weft.h>

static int64_t elements(const weft_view* view) {
  int64_t product = 1;
  for (int32_t axis = 0; axis < view->rank; ++axis) product *= view->shape[axis];
  return product;
}

static weft_status same_as_input(void* context, const weft_types_call* call) {
  (void)context;
  if (call->in[0].dtype != WEFT_FLOAT32 && call->in[0].dtype != WEFT_FLOAT64)
    return weft_fail(WEFT_INVALID_TYPE, "`x` must be float32 or float64");
  for (size_t i = 0; i < call->nout; ++i) call->out[i] = call->in[0];
  return WEFT_OK;
}

/* One output of an operator found by name. */
static weft_operand emit(weft_builder builder, const char* name, const weft_operand* in, size_t nin,
                         const weft_value* attributes, size_t nattributes) {
  weft_op op = NULL;
  weft_op_find(name, &op);
  return weft_builder_emit(builder, op, in, nin, attributes, nattributes, NULL, 0);
}
static weft_operand emit2(weft_builder builder, const char* name, weft_operand a, weft_operand b) {
  const weft_operand in[2] = {a, b};
  return emit(builder, name, in, 2, NULL, 0);
}
static weft_operand number(weft_builder builder, double x) {
  weft_value value = {WEFT_TAG_FLOAT, 0, {NULL}};
  value.as.real = x;
  return weft_builder_scalar(builder, value);
}

/* ---- outside_cube: a kernel on the library's threads, in place, with a gradient ----------------
 */

typedef struct cube_work {
  const weft_kernel_call* call;
  double factor;
} cube_work;

static void cube_part(void* context, int64_t begin, int64_t end, int32_t thread) {
  const cube_work* work = (const cube_work*)context;
  const weft_view* in = &work->call->in[0];
  const weft_view* out = &work->call->out[0];
  (void)thread;
  if (in->dtype == WEFT_FLOAT32) {
    const float* x = (const float*)in->data;
    float* y = (float*)out->data;
    for (int64_t i = begin; i < end; ++i) y[i] = (float)work->factor * x[i] * x[i] * x[i];
  } else {
    const double* x = (const double*)in->data;
    double* y = (double*)out->data;
    for (int64_t i = begin; i < end; ++i) y[i] = work->factor * x[i] * x[i] * x[i];
  }
}

static weft_status cube(void* context, const weft_kernel_call* call) {
  cube_work work;
  (void)context;
  work.call = call;
  work.factor = call->attributes[0].as.real;
  weft_parallel_for(elements(&call->out[0]), 16384, &work, cube_part);
  return WEFT_OK;
}

static weft_status cube_gradient(void* context, const weft_rule_call* call) {
  weft_builder b = call->builder;
  const weft_operand square = emit2(b, "multiply", call->in[0], call->in[0]);
  const weft_operand slope =
      emit2(b, "multiply", square, number(b, 3 * call->attributes[0].as.real));
  (void)context;
  call->result[0] = emit2(b, "multiply", call->cotangent[0], slope);
  return WEFT_OK;
}

static weft_status register_cube(void) {
  static const char* const samples[] = {
      "{\"shapes\": [[2, 3]]}", "{\"shapes\": [[]], \"factor\": -0.5}",
      "{\"shapes\": [[0, 2]], \"factor\": 2}", "{\"shapes\": [[2, 1, 3]], \"factor\": 1.5}"};
  weft_argument_info arguments[2] = {
      {"x", "any floats", WEFT_TAG_TENSOR, 1, 0, 0, {0, 0, {NULL}}},
      {"factor", "of the cube", WEFT_TAG_FLOAT, 0, 0, 0, {WEFT_TAG_FLOAT, 0, {NULL}}}};
  weft_op_definition op = WEFT_OP_DEFINITION_INIT;
  arguments[1].fallback.as.real = 1;
  op.name = "outside_cube";
  op.doc = "factor * x ** 3, element by element.";
  op.promotion = "float";
  op.inputs = 1;
  op.attributes = 1;
  op.arguments = arguments;
  op.samples = 4;
  op.sample = samples;
  op.flags = WEFT_OP_IN_PLACE;
  op.infer = same_as_input;
  op.kernel = cube;
  op.gradient = cube_gradient;
  return weft_op_register(&op, NULL);
}

/* ---- outside_lerp: a composition with a broadcast
 * ------------------------------------------------ */

static weft_status lerp(void* context, const weft_rule_call* call) {
  weft_builder b = call->builder;
  const weft_operand step = emit2(b, "subtract", call->in[1], call->in[0]);
  const weft_operand part = emit2(b, "multiply", step, number(b, call->attributes[0].as.real));
  (void)context;
  call->result[0] = emit2(b, "add", call->in[0], part);
  return WEFT_OK;
}

static weft_status register_lerp(void) {
  static const char* const samples[] = {"{\"shapes\": [[2, 3], [3]], \"weight\": 0.25}",
                                        "{\"shapes\": [[4, 1], [2, 1, 3]], \"weight\": -1}",
                                        "{\"shapes\": [[], []], \"weight\": 0.5}",
                                        "{\"shapes\": [[0, 3], [3]], \"weight\": 0.5}"};
  const weft_argument_info arguments[3] = {
      {"a", "where weight is 0", WEFT_TAG_TENSOR, 1, 0, 0, {0, 0, {NULL}}},
      {"b", "where weight is 1, broadcast against `a`", WEFT_TAG_TENSOR, 1, 0, 0, {0, 0, {NULL}}},
      {"weight", "of `b`", WEFT_TAG_FLOAT, 1, 0, 0, {0, 0, {NULL}}}};
  weft_op_definition op = WEFT_OP_DEFINITION_INIT;
  op.name = "outside_lerp";
  op.doc = "a + weight * (b - a), element by element.";
  op.promotion = "float";
  op.inputs = 2;
  op.attributes = 1;
  op.arguments = arguments;
  op.samples = 4;
  op.sample = samples;
  op.compose = lerp;
  return weft_op_register(&op, NULL);
}

/* ---- outside_row_dot: two inputs, scratch, strides, a gradient that broadcasts
 * ------------------- */

static weft_status row_dot_types(void* context, const weft_types_call* call) {
  const weft_type* x = &call->in[0];
  const weft_type* w = &call->in[1];
  (void)context;
  if (x->rank != 2 || w->rank != 1 || x->shape[1] != w->shape[0])
    return weft_fail(WEFT_INVALID_VALUE, "`x` must be (N, D) and `w` (D,)");
  if (x->dtype != WEFT_FLOAT32 && x->dtype != WEFT_FLOAT64)
    return weft_fail(WEFT_INVALID_TYPE, "`x` must be float32 or float64");
  call->out[0].dtype = x->dtype;
  call->out[0].rank = 1;
  call->out[0].shape[0] = x->shape[0];
  return WEFT_OK;
}

static int64_t row_dot_scratch(void* context, const weft_types_call* types, int32_t threads) {
  (void)context;
  (void)threads;
  return types->in[1].shape[0] * (int64_t)sizeof(double);
}

static double at(const weft_view* view, int64_t offset) {
  return view->dtype == WEFT_FLOAT32 ? (double)((const float*)view->data)[offset]
                                     : ((const double*)view->data)[offset];
}

static weft_status row_dot(void* context, const weft_kernel_call* call) {
  const weft_view* x = &call->in[0];
  const weft_view* w = &call->in[1];
  double* weights = (double*)call->scratch;
  (void)context;
  for (int64_t d = 0; d < w->shape[0]; ++d) weights[d] = at(w, d * w->strides[0]);
  for (int64_t n = 0; n < x->shape[0]; ++n) {
    double sum = 0;
    for (int64_t d = 0; d < x->shape[1]; ++d)
      sum += at(x, n * x->strides[0] + d * x->strides[1]) * weights[d];
    if (x->dtype == WEFT_FLOAT32)
      ((float*)call->out[0].data)[n] = (float)sum;
    else
      ((double*)call->out[0].data)[n] = sum;
  }
  return WEFT_OK;
}

static weft_status row_dot_gradient(void* context, const weft_rule_call* call) {
  weft_builder b = call->builder;
  weft_type type;
  int64_t shape[2];
  weft_value column = {WEFT_TAG_INTS, 2, {NULL}};
  weft_operand cotangent;
  (void)context;
  if (weft_builder_get_type(b, call->in[0], &type, NULL) != WEFT_OK) return WEFT_INVALID_VALUE;
  shape[0] = type.shape[0];
  shape[1] = 1;
  column.as.ints = shape;
  cotangent = emit(b, "reshape", &call->cotangent[0], 1, &column, 1);
  if (call->needed[0]) call->result[0] = emit2(b, "multiply", cotangent, call->in[1]);
  if (call->needed[1]) call->result[1] = emit2(b, "multiply", cotangent, call->in[0]);
  return WEFT_OK;
}

static weft_status register_row_dot(void) {
  static const char* const samples[] = {
      "{\"shapes\": [[3, 4], [4]]}", "{\"shapes\": [[1, 1], [1]]}", "{\"shapes\": [[0, 2], [2]]}",
      "{\"shapes\": [[2, 0], [0]]}"};
  const weft_argument_info arguments[2] = {
      {"x", "shape (N, D)", WEFT_TAG_TENSOR, 1, 0, 0, {0, 0, {NULL}}},
      {"w", "shape (D,)", WEFT_TAG_TENSOR, 1, 0, 0, {0, 0, {NULL}}}};
  weft_op_definition op = WEFT_OP_DEFINITION_INIT;
  op.name = "outside_row_dot";
  op.doc = "Product of each row with a vector.";
  op.inputs = 2;
  op.arguments = arguments;
  op.like = "numpy.dot";
  op.samples = 4;
  op.sample = samples;
  op.flags = WEFT_OP_READS_STRIDES;
  op.infer = row_dot_types;
  op.kernel = row_dot;
  op.gradient = row_dot_gradient;
  op.scratch_bytes = row_dot_scratch;
  return weft_op_register(&op, NULL);
}

/* ---- outside_multiples: attributes decide how many outputs there are ----------------------------
 */

static weft_status multiples_count(void* context, const weft_value* attributes, size_t nattributes,
                                   size_t* count) {
  (void)context;
  (void)nattributes;
  if (attributes[0].as.integer < 1)
    return weft_fail(WEFT_INVALID_VALUE, "`count` must be positive");
  *count = (size_t)attributes[0].as.integer;
  return WEFT_OK;
}

static weft_status multiples(void* context, const weft_kernel_call* call) {
  const int64_t count = elements(&call->in[0]);
  (void)context;
  for (size_t k = 0; k < call->nout; ++k)
    for (int64_t i = 0; i < count; ++i) {
      const double value = (double)(k + 1) * at(&call->in[0], i);
      if (call->in[0].dtype == WEFT_FLOAT32)
        ((float*)call->out[k].data)[i] = (float)value;
      else
        ((double*)call->out[k].data)[i] = value;
    }
  return WEFT_OK;
}

static weft_status multiples_gradient(void* context, const weft_rule_call* call) {
  weft_builder b = call->builder;
  weft_operand sum = call->cotangent[0];
  (void)context;
  for (size_t k = 1; k < call->nout; ++k) {
    const weft_operand part = emit2(b, "multiply", call->cotangent[k], number(b, (double)(k + 1)));
    sum = emit2(b, "add", sum, part);
  }
  call->result[0] = sum;
  return WEFT_OK;
}

static weft_status register_multiples(void) {
  static const char* const samples[] = {
      "{\"shapes\": [[2, 3]], \"count\": 3}", "{\"shapes\": [[]], \"count\": 1}",
      "{\"shapes\": [[0]], \"count\": 2}", "{\"shapes\": [[2, 1, 2]], \"count\": 2}"};
  const weft_argument_info arguments[2] = {
      {"x", "any floats", WEFT_TAG_TENSOR, 1, 0, 0, {0, 0, {NULL}}},
      {"count", "of results", WEFT_TAG_INT, 1, 0, 0, {0, 0, {NULL}}}};
  weft_op_definition op = WEFT_OP_DEFINITION_INIT;
  op.name = "outside_multiples";
  op.doc = "x, 2 * x, 3 * x and so on.";
  op.promotion = "float";
  op.inputs = 1;
  op.attributes = 1;
  op.arguments = arguments;
  op.outputs = 0;
  op.samples = 4;
  op.sample = samples;
  op.infer = same_as_input;
  op.kernel = multiples;
  op.gradient = multiples_gradient;
  op.count_outputs = multiples_count;
  return weft_op_register(&op, NULL);
}

/* ---- outside_jitter: random
 * ---------------------------------------------------------------------- */

static weft_status jitter(void* context, const weft_kernel_call* call) {
  const int64_t count = elements(&call->in[0]);
  uint64_t state = call->seed ^ (call->ordinal * UINT64_C(0x9e3779b97f4a7c15));
  (void)context;
  for (int64_t i = 0; i < count; ++i) {
    double noise;
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    noise = (double)(state >> 40) / 16777216.0;
    if (call->in[0].dtype == WEFT_FLOAT32)
      ((float*)call->out[0].data)[i] = (float)(at(&call->in[0], i) + noise);
    else
      ((double*)call->out[0].data)[i] = at(&call->in[0], i) + noise;
  }
  return WEFT_OK;
}

static weft_status register_jitter(void) {
  static const char* const samples[] = {"{\"shapes\": [[2, 3]]}", "{\"shapes\": [[]]}",
                                        "{\"shapes\": [[0]]}", "{\"shapes\": [[2, 1, 2]]}"};
  const weft_argument_info arguments[1] = {
      {"x", "any floats", WEFT_TAG_TENSOR, 1, 0, 0, {0, 0, {NULL}}}};
  weft_op_definition op = WEFT_OP_DEFINITION_INIT;
  op.name = "outside_jitter";
  op.doc = "x plus noise from [0, 1).";
  op.promotion = "float";
  op.inputs = 1;
  op.arguments = arguments;
  op.samples = 4;
  op.sample = samples;
  op.flags = WEFT_OP_RANDOM;
  op.no_gradient = "draws anew at every call";
  op.infer = same_as_input;
  op.kernel = jitter;
  return weft_op_register(&op, NULL);
}

WEFT_LIBRARY_EXPORT weft_status weft_library_init(void);
weft_status weft_library_init(void) {
  weft_status status = register_cube();
  if (status == WEFT_OK) status = register_lerp();
  if (status == WEFT_OK) status = register_row_dot();
  if (status == WEFT_OK) status = register_multiples();
  if (status == WEFT_OK) status = register_jitter();
  return status;
}

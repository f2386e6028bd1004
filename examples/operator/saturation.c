/* An operator in a library of its own: ceiling * (1 - exp(-rate * x)), growth that saturates.
 *
 *   cc -std=c99 -O2 -shared -fPIC saturation.c $(weft --cflags) -o libsaturation.so -lm
 *
 * It need not be linked with libweft: whoever loads it (weft.library.load, weft_library_load) gives
 * it its own.
 */
#include <math.h>
#include <weft/weft.h>

/* The result is like `x`; `ceiling` and `rate` are single numbers. */
static weft_status infer(void* context, const weft_types_call* call) {
  (void)context;
  if (call->in[1].rank != 0 || call->in[2].rank != 0)
    return weft_fail(WEFT_INVALID_VALUE, "`ceiling` and `rate` must be arrays without axes");
  if (call->in[0].dtype != WEFT_FLOAT64) return weft_fail(WEFT_INVALID_TYPE, "`x` must be float64");
  call->out[0] = call->in[0];
  return WEFT_OK;
}

static weft_status kernel(void* context, const weft_kernel_call* call) {
  const double* x = (const double*)call->in[0].data;
  const double ceiling = *(const double*)call->in[1].data;
  const double rate = *(const double*)call->in[2].data;
  double* out = (double*)call->out[0].data;
  int64_t count = 1;
  (void)context;
  for (int32_t axis = 0; axis < call->in[0].rank; ++axis) count *= call->in[0].shape[axis];
  for (int64_t i = 0; i < count; ++i) out[i] = -ceiling * expm1(-rate * x[i]);
  return WEFT_OK;
}

static weft_operand emit(weft_builder b, const char* name, weft_operand first,
                         weft_operand second) {
  const weft_operand in[2] = {first, second};
  weft_op op = NULL;
  weft_op_find(name, &op);
  return weft_builder_emit(b, op, in, second == WEFT_ABSENT ? 1 : 2, NULL, 0, NULL, 0);
}

/* Calculus only: summing over what was broadcast happens outside. Written in operators, it has
 * derivatives of its own. */
static weft_status gradient(void* context, const weft_rule_call* call) {
  weft_builder b = call->builder;
  const weft_operand x = call->in[0], ceiling = call->in[1], rate = call->in[2];
  const weft_operand distance = emit(b, "subtract", ceiling, call->out[0]); /* ceiling * exp(...) */
  const weft_operand growth = emit(b, "multiply", call->cotangent[0], distance);
  (void)context;
  call->result[0] = emit(b, "multiply", growth, rate);
  call->result[1] =
      emit(b, "multiply", call->cotangent[0], emit(b, "divide", call->out[0], ceiling));
  call->result[2] = emit(b, "multiply", growth, x);
  return WEFT_OK;
}

WEFT_LIBRARY_EXPORT weft_status weft_library_init(void) {
  static const weft_argument_info inputs[3] = {
      {"x", "any shape", WEFT_TAG_TENSOR, 1, 0, 0, {0, 0, {NULL}}},
      {"ceiling", "what the result comes near to", WEFT_TAG_TENSOR, 1, 0, 0, {0, 0, {NULL}}},
      {"rate", "how fast", WEFT_TAG_TENSOR, 1, 0, 0, {0, 0, {NULL}}}};
  weft_op_definition op = WEFT_OP_DEFINITION_INIT;
  op.name = "saturation";
  op.doc = "ceiling * (1 - exp(-rate * x)), element by element.";
  op.promotion = "float";
  op.inputs = 3;
  op.arguments = inputs;
  op.infer = infer;
  op.kernel = kernel;
  op.gradient = gradient;
  return weft_op_register(&op, NULL);
}

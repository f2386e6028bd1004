/* A program as somebody wrote it for the weft.h that lies beside it. Neither changes: it is
 * compiled with that header and run with the present library, whose structs and functions may be
 * more. It registers an operator, trains with it, exports, and runs the file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

static void must(weft_status status, int line) {
  if (status == WEFT_OK) return;
  printf("line %d: status %d: %s\n", line, (int)status, weft_last_error());
  exit(1);
}
#define MUST(call) must((call), __LINE__)
#define WANT(condition)                                        \
  do {                                                         \
    if (!(condition)) {                                        \
      printf("line %d: not true: %s\n", __LINE__, #condition); \
      exit(1);                                                 \
    }                                                          \
  } while (0)

static weft_value of_tensor(weft_tensor tensor) {
  weft_value value = {WEFT_TAG_TENSOR, 0, {NULL}};
  value.as.tensor = tensor;
  return value;
}

static weft_tensor apply(const char* name, weft_tensor a, weft_tensor b) {
  weft_value args[2];
  weft_op op = NULL;
  weft_tensor out = NULL;
  args[0] = of_tensor(a);
  args[1] = of_tensor(b);
  MUST(weft_op_find(name, &op));
  MUST(weft_invoke(op, args, b ? 2 : 1, &out, 1));
  return out;
}

/* x ** 2, with its kernel and gradient. */
static weft_status infer(void* context, const weft_types_call* call) {
  (void)context;
  call->out[0] = call->in[0];
  return WEFT_OK;
}
static weft_status kernel(void* context, const weft_kernel_call* call) {
  const float* x = (const float*)call->in[0].data;
  float* out = (float*)call->out[0].data;
  int64_t i, count = 1;
  int32_t axis;
  (void)context;
  for (axis = 0; axis < call->in[0].rank; ++axis) count *= call->in[0].shape[axis];
  for (i = 0; i < count; ++i) out[i] = x[i] * x[i];
  return WEFT_OK;
}
static weft_status gradient(void* context, const weft_rule_call* call) {
  weft_op add = NULL, multiply = NULL;
  weft_operand in[2];
  (void)context;
  weft_op_find("add", &add);
  weft_op_find("multiply", &multiply);
  in[0] = in[1] = call->in[0];
  in[0] = weft_builder_emit(call->builder, add, in, 2, NULL, 0, NULL, 0);
  in[1] = call->cotangent[0];
  call->result[0] = weft_builder_emit(call->builder, multiply, in, 2, NULL, 0, NULL, 0);
  return WEFT_OK;
}

static void registers(void) {
  static const weft_argument_info inputs[1] = {
      {"x", "float32", WEFT_TAG_TENSOR, 1, 0, 0, {WEFT_TAG_DEFAULT, 0, {NULL}}}};
  weft_op_definition op = WEFT_OP_DEFINITION_INIT;
  weft_op_info info;
  weft_op added = NULL;
  op.name = "kept_square";
  op.doc = "x ** 2, element by element.";
  op.inputs = 1;
  op.arguments = inputs;
  op.infer = infer;
  op.kernel = kernel;
  op.gradient = gradient;
  MUST(weft_op_register(&op, &added));
  info.struct_size = sizeof info;
  MUST(weft_op_get_info(added, &info));
  WANT(strcmp(info.name, "kept_square") == 0 && info.outputs == 1 && info.inputs == 1);
}

/* Structs that may have grown are filled as far as this program knows them, and no further. */
static void figures_are_given(weft_function function) {
  struct {
    weft_plan_memory known;
    int64_t guard;
  } plan = {WEFT_PLAN_MEMORY_INIT, 77};
  struct {
    weft_memory known;
    int64_t guard;
  } memory = {WEFT_MEMORY_INIT, 77};
  struct {
    weft_engine_figures known;
    int64_t guard;
  } engine = {{sizeof(weft_engine_figures), 0, 0, 0, 0}, 77};
  MUST(weft_function_memory(function, &plan.known));
  MUST(weft_memory_stats(&memory.known, 0));
  MUST(weft_engine_stats(&engine.known));
  WANT(plan.known.nodes > 0 && memory.known.live > 0);
  WANT(plan.guard == 77 && memory.guard == 77 && engine.guard == 77);
}

int main(void) {
  const char* const path = "weft_abi_kept.weft";
  const char* const input[] = {"x"};
  const char* const output[] = {"y"};
  const char* const capture[] = {"weight"};
  const float numbers[3] = {1, 2, 3}, factors[3] = {2, 3, 4};
  const int64_t three = 3;
  float read[3];
  weft_tensor x = NULL, weight = NULL, given = NULL, product = NULL, y = NULL, slope = NULL;
  weft_function function = NULL;
  weft_writer writer = NULL;
  weft_model model = NULL;
  weft_context context = NULL;
  struct {
    weft_port known;
    int64_t guard;
  } port = {WEFT_PORT_INIT, 77};
  const void* data = NULL;
  uint32_t major = 99, minor = 0;

  weft_abi_version(&major, &minor);
  WANT(major == WEFT_ABI_MAJOR && minor >= WEFT_ABI_MINOR);
  registers();
  MUST(weft_tensor_create(WEFT_FLOAT32, 1, &three, numbers, &x));
  MUST(weft_tensor_create(WEFT_FLOAT32, 1, &three, factors, &weight));
  MUST(weft_tensor_attach_grad(weight, WEFT_GRAD_WRITE));

  MUST(weft_trace_begin(&x, 1, &given));
  product = apply("multiply", given, weight);
  y = apply("kept_square", product, NULL);
  MUST(weft_trace_end(&y, 1, &function));
  weft_tensor_release(y);
  weft_tensor_release(product);
  weft_tensor_release(given);
  y = NULL;
  weft_set_modes(WEFT_MODE_RECORDING, 0);
  MUST(weft_function_call(function, &x, 1, &y, 1));
  weft_set_modes(0, WEFT_MODE_RECORDING);
  MUST(weft_backward(&y, NULL, 1, 0));
  MUST(weft_tensor_grad(weight, &slope));
  MUST(weft_tensor_read(slope, read, sizeof read));
  WANT(read[0] == 4 && read[1] == 24 && read[2] == 72); /* 2 * x * x * weight */
  MUST(weft_tensor_read(y, read, sizeof read));
  WANT(read[0] == 4 && read[1] == 36 && read[2] == 144);
  figures_are_given(function);

  MUST(weft_writer_create(&writer));
  MUST(weft_writer_add_entry(writer, "forward", function, input, output, capture));
  MUST(weft_writer_save(writer, path));
  MUST(weft_model_load(path, &model));
  MUST(weft_context_create(model, "forward", NULL, 0, &context));
  MUST(weft_context_get_output(context, 0, &port.known));
  WANT(strcmp(port.known.name, "y") == 0 && port.known.bytes == sizeof read && port.guard == 77);
  MUST(weft_context_bind_input(context, 0, numbers, sizeof numbers));
  MUST(weft_context_run(context));
  MUST(weft_context_output_data(context, 0, &data));
  WANT(memcmp(data, read, sizeof read) == 0);

  weft_context_release(context);
  weft_model_release(model);
  weft_writer_release(writer);
  weft_function_release(function);
  weft_tensor_release(slope);
  weft_tensor_release(y);
  weft_tensor_release(weight);
  weft_tensor_release(x);
  remove(path);
  return 0;
}

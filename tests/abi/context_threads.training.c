/* Several threads in one context: a call that meets another one is refused, whatever it is, and a
 * context that is released while it runs lives until the run has ended. */
#define _POSIX_C_SOURCE 200112L
#include "checks.h"
#include "two_threads.h"

enum { kColumns = 3, kMost = 40, kRounds = 2000 };

/* One example of x + 1 for so many rows. */
static weft_function rows_example(int64_t rows, const weft_function* earlier, size_t count) {
  const size_t input = 0;
  const int32_t axis = 0;
  weft_type type = {WEFT_FLOAT32, 2, {0, kColumns}};
  weft_tensor placeholder = NULL, result;
  weft_function out = NULL;
  weft_value args[2];
  type.shape[0] = rows;
  MUST(weft_trace_begin_types(&type, 1, &placeholder));
  MUST(weft_trace_add_dimension("rows", 1, kMost, &input, &axis, 1));
  MUST(weft_trace_set_example(count, earlier, count));
  args[0] = of_tensor(placeholder);
  args[1] = of_int(1);
  result = apply("add", args, 2);
  MUST(weft_trace_end(&result, 1, &out));
  weft_tensor_release(result);
  weft_tensor_release(placeholder);
  return out;
}

static weft_model model_of(weft_function function, const char* path) {
  const char* const in[] = {"x"};
  const char* const out[] = {"y"};
  weft_writer writer = NULL;
  weft_model model = NULL;
  MUST(weft_writer_create(&writer));
  MUST(weft_writer_add_entry(writer, "f", function, in, out, NULL));
  MUST(weft_writer_save(writer, path));
  MUST(weft_model_load(path, &model));
  weft_writer_release(writer);
  remove(path);
  return model;
}

static weft_model model_of_rows(void) {
  weft_function examples[WEFT_TRACE_EXAMPLES], joined = NULL;
  weft_model model;
  size_t i;
  for (i = 0; i < WEFT_TRACE_EXAMPLES; ++i)
    examples[i] = rows_example((int64_t)(3 + 5 * i), examples, i);
  MUST(weft_function_join(examples, WEFT_TRACE_EXAMPLES, &joined));
  model = model_of(joined, "weft_abi_context_threads.weft");
  weft_function_release(joined);
  for (i = 0; i < WEFT_TRACE_EXAMPLES; ++i) weft_function_release(examples[i]);
  return model;
}

/* A call may be refused because another one is inside, or because the other thread has unbound the
 * input or set another shape. */
static int is_right(weft_status status) {
  return status == WEFT_OK || status == WEFT_INVALID_STATE ||
         (status == WEFT_INVALID_VALUE && strstr(weft_last_error(), " bytes; got "));
}

/* Does what a program does that shares a context by mistake. Both threads bind the same memory, as
 * inputs belong to who binds them. */
static float rows_data[kMost * kColumns];

static void* use_all_calls(void* argument) {
  weft_context context = (weft_context)argument;
  const void* data = NULL;
  int64_t shape[2] = {1, kColumns};
  long wrong = 0;
  int i;
  for (i = 0; i < kRounds; ++i) {
    weft_port port = WEFT_PORT_INIT;
    const size_t bytes = sizeof(float) * kColumns * (size_t)(shape[0] = 1 + i % kMost);
    wrong += !is_right(weft_context_set_input_shape(context, 0, shape, 2));
    wrong += !is_right(weft_context_bind_input(context, 0, rows_data, bytes));
    wrong += !is_right(weft_context_get_input(context, 0, &port));
    wrong += !is_right(weft_context_get_output(context, 0, &port));
    wrong += !is_right(weft_context_run(context));
    wrong += !is_right(weft_context_output_data(context, 0, &data));
    wrong += !is_right(weft_context_reset(context));
  }
  return wrong ? argument : NULL;
}

static void calls_that_meet_are_refused(void) {
  weft_model model = model_of_rows();
  weft_context context = NULL;
  const int64_t shape[2] = {2, kColumns};
  const void* data = NULL;
  MUST(weft_context_create(model, "f", NULL, 0, &context));
  in_two_threads(use_all_calls, context);
  MUST(weft_context_set_input_shape(context, 0, shape, 2));
  MUST(weft_context_bind_input(context, 0, rows_data, 2 * kColumns * sizeof(float)));
  MUST(weft_context_run(context));
  MUST(weft_context_output_data(context, 0, &data));
  CHECK(((const float*)data)[2 * kColumns - 1] == 1);
  weft_context_release(context);
  weft_model_release(model);
}

/* ---- a kernel that uses the context which runs it ------------------------------------------- */

static weft_context running;

static weft_status uses_its_context(void* nothing, const weft_kernel_call* call) {
  const weft_view* in = &call->in[0];
  weft_port port = WEFT_PORT_INIT;
  (void)nothing;
  memcpy(call->out[0].data, in->data, (size_t)in->shape[0] * sizeof(float));
  if (!running) return WEFT_OK; /* a call outside of a model */
  FAILS(weft_context_run(running), WEFT_INVALID_STATE, "is running");
  FAILS(weft_context_bind_input(running, 0, rows_data, sizeof(float)), WEFT_INVALID_STATE,
        "is running");
  FAILS(weft_context_get_input(running, 0, &port), WEFT_INVALID_STATE, "is running");
  weft_context_release(running);
  running = NULL;
  return WEFT_OK;
}

static weft_status same_type(void* nothing, const weft_types_call* call) {
  (void)nothing;
  call->out[0] = call->in[0];
  return WEFT_OK;
}

static void a_context_lives_until_its_run_has_ended(void) {
  static const weft_argument_info input = {"x", "", WEFT_TAG_TENSOR, 1, 0, 0, {0, 0, {NULL}}};
  weft_op_definition op = WEFT_OP_DEFINITION_INIT;
  const int64_t three = 3;
  weft_tensor x = some_floats(1, &three, 1, 5), placeholder = NULL, result;
  weft_function function = NULL;
  weft_model model;
  op.name = "uses_its_context";
  op.doc = "Gives its input, and misuses the context.";
  op.inputs = 1;
  op.arguments = &input;
  op.infer = same_type;
  op.kernel = uses_its_context;
  op.no_gradient = "a test needs none";
  MUST(weft_op_register(&op, NULL));
  MUST(weft_trace_begin(&x, 1, &placeholder));
  result = apply1("uses_its_context", placeholder);
  MUST(weft_trace_end(&result, 1, &function));
  model = model_of(function, "weft_abi_context_lives.weft");
  MUST(weft_context_create(model, "f", NULL, 0, &running));
  MUST(weft_context_bind_input(running, 0, rows_data, 3 * sizeof(float)));
  MUST(weft_context_run(running));
  CHECK(running == NULL);
  weft_model_release(model);
  weft_function_release(function);
  weft_tensor_release(result);
  weft_tensor_release(placeholder);
  weft_tensor_release(x);
}

int main(void) {
  calls_that_meet_are_refused();
  a_context_lives_until_its_run_has_ended();
  return report_checks();
}

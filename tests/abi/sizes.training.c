/* Sizes: a function whose result is as long as its mask has true elements, made of examples. */
#include "checks.h"

/* As many sevens as `mask` has true elements, and one more. */
static weft_tensor sevens(weft_tensor mask, int64_t* seen) {
  weft_value args[3];
  weft_tensor count = apply1("count_nonzero", mask);
  weft_tensor out;
  int64_t shape[1];
  MUST(weft_trace_size(count, weft_tensor_elements(mask), &shape[0]));
  *seen = shape[0];
  shape[0] += 1;
  args[0] = of_ints(shape, 1);
  args[1] = of_float(7);
  args[2] = of_dtype(WEFT_FLOAT32);
  out = apply("full", args, 3);
  weft_tensor_release(count);
  return out;
}

static weft_tensor mask_of(int trues) {
  const int64_t length = 9;
  unsigned char elements[9];
  weft_tensor mask = NULL;
  int i;
  for (i = 0; i < 9; ++i) elements[i] = i < trues;
  MUST(weft_tensor_create(WEFT_BOOL, 1, &length, elements, &mask));
  return mask;
}

static weft_function example(weft_tensor mask, const weft_function* earlier, size_t count) {
  weft_function out = NULL;
  weft_tensor placeholder = NULL;
  weft_tensor result;
  int64_t seen = 0;
  MUST(weft_trace_begin(&mask, 1, &placeholder));
  MUST(weft_trace_set_example(count, earlier, count));
  result = sevens(placeholder, &seen);
  CHECK(seen >= 2);
  CHECK(weft_tensor_extent_follows(result, 0, NULL, NULL) == (count >= 2));
  CHECK(!weft_tensor_extent_follows(placeholder, 0, NULL, NULL));
  CHECK(!weft_tensor_extent_follows(result, 1, NULL, NULL));
  MUST(weft_trace_end(&result, 1, &out));
  CHECK(weft_function_is_example(out));
  weft_tensor_release(result);
  weft_tensor_release(placeholder);
  return out;
}

static void examples_make_one_function(void) {
  weft_function examples[WEFT_TRACE_EXAMPLES];
  weft_function joined = NULL;
  weft_tensor mask = mask_of(4);
  weft_tensor out = NULL;
  const char* text = NULL;
  size_t i;
  int trues;
  for (i = 0; i < WEFT_TRACE_EXAMPLES; ++i) examples[i] = example(mask, examples, i);
  FAILS(weft_function_call(examples[0], &mask, 1, &out, 1), WEFT_INVALID_STATE, "one example");
  FAILS(weft_function_join(examples, 3, &joined), WEFT_INVALID_VALUE, "needs 6 examples; got 3");
  FAILS(weft_function_join(NULL, 6, &joined), WEFT_INVALID_VALUE, "examples");
  MUST(weft_function_join(examples, WEFT_TRACE_EXAMPLES, &joined));
  CHECK(!weft_function_is_example(joined));
  FAILS(weft_function_get_text(joined, "plan", &text), WEFT_INVALID_STATE, "no plan");
  for (trues = 0; trues <= 9; ++trues) {
    weft_tensor given = mask_of(trues);
    weft_tensor found = NULL;
    float numbers[10];
    MUST(weft_function_call(joined, &given, 1, &found, 1));
    CHECK(weft_tensor_elements(found) == trues + 1);
    read_floats(found, numbers, (size_t)trues + 1);
    CHECK(numbers[0] == 7 && numbers[trues] == 7);
    weft_tensor_release(found);
    weft_tensor_release(given);
  }
  MUST(weft_function_get_text(joined, "plan", &text));
  CHECK(strstr(text, "forward") != NULL);
  weft_function_release(joined);
  for (i = 0; i < WEFT_TRACE_EXAMPLES; ++i) weft_function_release(examples[i]);
  weft_tensor_release(mask);
}

static void a_trace_can_be_left_for_a_while(void) {
  weft_tensor mask = mask_of(3);
  weft_tensor placeholder = NULL;
  weft_tensor count;
  weft_trace trace;
  weft_value number;
  CHECK(weft_trace_suspend() == NULL);
  MUST(weft_trace_begin(&mask, 1, &placeholder));
  trace = weft_trace_suspend();
  CHECK(trace != NULL && !(weft_modes() & WEFT_MODE_TRACING));
  count = apply1("count_nonzero", mask); /* at once */
  MUST(weft_tensor_item(count, &number));
  CHECK(number.as.integer == 3);
  weft_tensor_release(count);
  MUST(weft_trace_resume(trace));
  CHECK(weft_modes() & WEFT_MODE_TRACING);
  FAILS(weft_trace_resume(trace), WEFT_INVALID_STATE, "another trace is running");
  weft_trace_abort();
  weft_tensor_release(placeholder);
  weft_tensor_release(mask);
}

/* One example of x + 1 for rows of three numbers, as many as the example has. */
static weft_function rows_example(int64_t rows, const weft_function* earlier, size_t count) {
  const size_t input = 0;
  const int32_t axis = 0;
  int64_t minimum = -1, maximum = -1;
  weft_type type = {WEFT_FLOAT32, 2, {0}};
  weft_tensor placeholder = NULL, result;
  weft_function out = NULL;
  weft_value args[2];
  type.shape[0] = rows;
  type.shape[1] = 3;
  MUST(weft_trace_begin_types(&type, 1, &placeholder));
  FAILS(weft_trace_add_dimension("rows", 5, 4, &input, &axis, 1), WEFT_INVALID_VALUE, "range");
  FAILS(weft_trace_add_dimension("rows", rows + 1, 99, &input, &axis, 1), WEFT_INVALID_VALUE,
        "rows");
  MUST(weft_trace_add_dimension("rows", 1, 40, &input, &axis, 1));
  MUST(weft_trace_set_example(count, earlier, count));
  CHECK(weft_tensor_extent_follows(placeholder, 0, &minimum, &maximum) == (count >= 2));
  CHECK(count < 2 || (minimum == 1 && maximum == 40));
  args[0] = of_tensor(placeholder);
  args[1] = of_int(1);
  result = apply("add", args, 2);
  FAILS(weft_trace_add_dimension("late", 1, 40, &input, &axis, 1), WEFT_INVALID_STATE, "before");
  MUST(weft_trace_end(&result, 1, &out));
  weft_tensor_release(result);
  weft_tensor_release(placeholder);
  return out;
}

static void a_context_runs_a_dimension_at_every_extent(void) {
  static const char* const kPath = "weft_abi_dimension.weft";
  const char* const in[] = {"x"};
  const char* const out[] = {"y"};
  weft_function examples[WEFT_TRACE_EXAMPLES], joined = NULL;
  weft_writer writer = NULL;
  weft_model model = NULL;
  weft_context context = NULL;
  weft_port port = WEFT_PORT_INIT;
  float x[12] = {0};
  const void* data = NULL;
  int64_t shape[2] = {0, 3};
  size_t i;
  for (i = 0; i < WEFT_TRACE_EXAMPLES; ++i)
    examples[i] = rows_example((int64_t)(3 + 5 * i), examples, i);
  MUST(weft_function_join(examples, WEFT_TRACE_EXAMPLES, &joined));
  MUST(weft_writer_create(&writer));
  MUST(weft_writer_add_entry(writer, "f", joined, in, out, NULL));
  MUST(weft_writer_save(writer, kPath));
  MUST(weft_model_load(kPath, &model));
  MUST(weft_context_create(model, "f", NULL, 0, &context));
  CHECK(strcmp(weft_context_dimension_at(context, 0, 0), "rows") == 0);
  CHECK(weft_context_dimension_at(context, 0, 1) == NULL);
  MUST(weft_context_get_output(context, 0, &port));
  CHECK(port.shape[0] == -1 && port.shape[1] == 3 && port.bytes == 0);
  FAILS(weft_context_bind_input(context, 0, x, 12), WEFT_INVALID_STATE, "set its shape");
  FAILS(weft_context_run(context), WEFT_INVALID_STATE, "x");
  FAILS(weft_context_set_input_shape(context, 0, shape + 1, 1), WEFT_INVALID_VALUE, "(-1, 3)");
  FAILS(weft_context_set_input_shape(context, 1, shape, 2), WEFT_INDEX_OUT_OF_RANGE, "index");
  for (i = 1; i <= 4; ++i) {
    shape[0] = (int64_t)i;
    x[3 * i - 1] = (float)i;
    MUST(weft_context_set_input_shape(context, 0, shape, 2));
    MUST(weft_context_bind_input(context, 0, x, 12 * i));
    MUST(weft_context_get_output(context, 0, &port));
    CHECK(port.shape[0] == shape[0] && port.bytes == 12 * i);
    MUST(weft_context_run(context));
    MUST(weft_context_output_data(context, 0, &data));
    CHECK(((const float*)data)[3 * i - 1] == (float)i + 1);
  }
  shape[0] = 41;
  MUST(weft_context_set_input_shape(context, 0, shape, 2));
  FAILS(weft_context_get_output(context, 0, &port), WEFT_INVALID_VALUE, "[1, 40]; got 41");
  weft_context_release(context);
  weft_model_release(model);
  weft_writer_release(writer);
  weft_function_release(joined);
  for (i = 0; i < WEFT_TRACE_EXAMPLES; ++i) weft_function_release(examples[i]);
  remove(kPath);
}

static void wrong_calls_are_refused(void) {
  weft_tensor mask = mask_of(3);
  weft_tensor placeholder = NULL;
  int64_t size = 0;
  FAILS(weft_trace_set_example(0, NULL, 0), WEFT_INVALID_STATE, "no trace");
  FAILS(weft_trace_size(mask, 1, &size), WEFT_INVALID_STATE, "no trace");
  CHECK(!weft_tensor_extent_follows(mask, 0, NULL, NULL));
  CHECK(!weft_function_is_example(NULL));
  MUST(weft_trace_begin(&mask, 1, &placeholder));
  FAILS(weft_trace_set_example(6, NULL, 0), WEFT_INDEX_OUT_OF_RANGE, "below 6");
  FAILS(weft_trace_set_example(1, NULL, 1), WEFT_INVALID_VALUE, "earlier");
  FAILS(weft_trace_size(placeholder, 9, &size), WEFT_INVALID_TYPE, "int64 of rank 0");
  FAILS(weft_trace_size(NULL, 9, &size), WEFT_INVALID_VALUE, "count");
  weft_trace_abort();
  weft_tensor_release(placeholder);
  weft_tensor_release(mask);
}

int main(void) {
  examples_make_one_function();
  a_trace_can_be_left_for_a_while();
  a_context_runs_a_dimension_at_every_extent();
  wrong_calls_are_refused();
  return failed_checks;
}

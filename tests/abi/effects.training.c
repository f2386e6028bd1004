/* Effects from C: prints through a hook, checks as statuses, callbacks with a context. */
#include "checks.h"

static char printed[4096];

static weft_status keep(const char* text, size_t size) {
  strncat(printed, text, size);
  return WEFT_OK;
}

static weft_status refuse(const char* text, size_t size) {
  (void)text;
  (void)size;
  return WEFT_IO;
}

static weft_value of_function(weft_host_function function) {
  weft_value value = {WEFT_TAG_FUNCTION, 0, {NULL}};
  value.as.function = function;
  return value;
}

static weft_status print(const char* format, const weft_tensor* tensors, uint32_t count) {
  weft_value args[2];
  args[0] = of_tensors(tensors, count);
  args[1] = of_text(format);
  return weft_invoke(find("print"), args, 2, NULL, 0);
}

static weft_status check(weft_tensor condition, const char* message) {
  weft_value args[3];
  args[0] = of_tensor(condition);
  args[1] = of_default(); /* no arrays */
  args[2] = of_text(message);
  return weft_invoke(find("check"), args, 3, NULL, 0);
}

/* What a callback works on. */
typedef struct counter {
  int calls;
  int released;
  weft_status answer;
  float last;
} counter;

static weft_status count_call(void* context, const weft_tensor* inputs, size_t ninputs,
                              weft_tensor* outputs, size_t noutputs) {
  counter* state = (counter*)context;
  ++state->calls;
  if (state->answer != WEFT_OK) return state->answer;
  CHECK(ninputs == 1);
  read_floats(inputs[0], &state->last, 1);
  if (noutputs == 1) outputs[0] = apply2("add", inputs[0], inputs[0]);
  return WEFT_OK;
}

static void release_counter(void* context) { ++((counter*)context)->released; }

static weft_host_function counting(counter* state) {
  weft_host_function function = NULL;
  MUST(weft_host_function_create("count_call", count_call, state, release_counter, &function));
  return function;
}

static weft_status callback(weft_host_function function, weft_tensor x, int wants_result,
                            weft_tensor* out) {
  static const int64_t one_float[] = {WEFT_FLOAT32, 1, 1};
  weft_value args[3];
  args[0] = of_tensors(&x, 1);
  args[1] = of_function(function);
  args[2] = of_ints(one_float, wants_result ? 3 : 0);
  return weft_invoke(find("callback"), args, 3, out, wants_result ? 1 : 0);
}

static weft_tensor number(float value) { return vector_of(1, &value); }

/* ---- eager -------------------------------------------------------------------------------------
 */

static void prints_go_to_the_hook(void) {
  weft_tensor x = number(2.5f);
  weft_tensor both[2];
  both[0] = both[1] = x;
  printed[0] = 0;
  weft_set_print_hook(keep);
  MUST(print("x = {}, {{{}}}", both, 2));
  MUST(print("end", NULL, 0));
  CHECK(strcmp(printed, "x = [2.5], {[2.5]}\nend\n") == 0);
  FAILS(print("{}", both, 2), WEFT_INVALID_VALUE, "one `{}` for each of 2 arrays");
  weft_set_print_hook(refuse);
  FAILS(print("x", NULL, 0), WEFT_IO, "print");
  weft_set_print_hook(keep);
  weft_tensor_release(x);
}

static void checks_are_statuses(void) {
  weft_tensor good = number(1);
  weft_tensor bad = number(0);
  MUST(check(good, "not zero"));
  FAILS(check(bad, "not zero"), WEFT_CHECK_FAILED, "check: not zero; 1 of 1 elements are false");
  weft_tensor_release(good);
  weft_tensor_release(bad);
}

static void callbacks_have_a_context(void) {
  counter state = {0, 0, WEFT_OK, 0};
  weft_host_function function = counting(&state);
  weft_tensor x = number(3);
  weft_tensor y = NULL;
  MUST(callback(function, x, 0, NULL));
  MUST(callback(function, x, 1, &y));
  CHECK(state.calls == 2 && state.last == 3 && first_float(y) == 6);
  weft_tensor_release(y);
  y = NULL;
  state.answer = WEFT_OVERFLOW;
  FAILS(callback(function, x, 1, &y), WEFT_OVERFLOW, "`count_call` failed");
  state.answer = 12345;
  FAILS(callback(function, x, 1, &y), WEFT_INTERNAL, "`count_call` failed");
  CHECK(y == NULL && state.released == 0);
  weft_host_function_release(function);
  CHECK(state.released == 1);
  weft_host_function_release(NULL);
  weft_tensor_release(x);
}

static void wrong_functions_are_refused(void) {
  counter state = {0, 0, WEFT_OK, 0};
  weft_host_function function = NULL;
  weft_tensor x = number(3);
  weft_tensor y = NULL;
  FAILS(weft_host_function_create("f", NULL, &state, release_counter, &function),
        WEFT_INVALID_VALUE, "`call` must not be NULL");
  CHECK(state.released == 1 && function == NULL);
  FAILS(weft_host_function_create(NULL, count_call, &state, NULL, &function), WEFT_INVALID_VALUE,
        "`name` must not be NULL");
  FAILS(callback(NULL, x, 1, &y), WEFT_INVALID_VALUE, "`function` must not be NULL");
  {
    static const int64_t numbers[][3] = {{99, 0, 0}, {WEFT_FLOAT32, 17, 1}, {WEFT_FLOAT32, 2, 1}};
    weft_value args[3];
    size_t i;
    function = counting(&state);
    args[0] = of_tensors(&x, 1);
    args[1] = of_function(function);
    for (i = 0; i < COUNT(numbers); ++i) {
      args[2] = of_ints(numbers[i], 3);
      FAILS(weft_invoke(find("callback"), args, 3, &y, 1), WEFT_INVALID_VALUE, "`results`");
    }
    weft_host_function_release(function);
  }
  weft_tensor_release(x);
}

/* ---- traced ------------------------------------------------------------------------------------
 */

/* x → x + count_call(x), printed before and after. */
static weft_function traced(weft_host_function function) {
  weft_tensor example = number(1);
  weft_tensor x = NULL;
  weft_tensor y = NULL;
  weft_tensor sum = NULL;
  weft_function out = NULL;
  MUST(weft_trace_begin(&example, 1, &x));
  MUST(print("before {}", &x, 1));
  MUST(check(x, "not zero"));
  MUST(callback(function, x, 1, &y));
  sum = apply2("add", x, y);
  MUST(print("after {}", &sum, 1));
  MUST(weft_trace_end(&sum, 1, &out));
  weft_tensor_release(sum);
  weft_tensor_release(y);
  weft_tensor_release(x);
  weft_tensor_release(example);
  return out;
}

static void a_plan_makes_its_effects_in_order(void) {
  static const char* const policies[] = {"inline", "async", "serial"};
  counter state = {0, 0, WEFT_OK, 0};
  weft_host_function function = counting(&state);
  weft_function plan = traced(function);
  weft_tensor x = number(2);
  weft_tensor zero = number(0);
  size_t i;
  CHECK(state.calls == 0);
  weft_host_function_release(function);
  for (i = 0; i < COUNT(policies); ++i) {
    weft_tensor y = NULL;
    MUST(weft_set_engine_policy(policies[i]));
    printed[0] = 0;
    MUST(weft_function_call(plan, &x, 1, &y, 1));
    CHECK(strcmp(printed, "before [2.0]\nafter [6.0]\n") == 0);
    CHECK(first_float(y) == 6 && state.calls == 2 * (int)i + 1);
    weft_tensor_release(y);
    y = NULL;
    FAILS(weft_function_call(plan, &zero, 1, &y, 1), WEFT_CHECK_FAILED, "check: not zero");
    CHECK(y == NULL && state.calls == 2 * (int)i + 1);
    state.answer = WEFT_NOT_FOUND;
    FAILS(weft_function_call(plan, &x, 1, &y, 1), WEFT_NOT_FOUND, "count_call");
    state.answer = WEFT_OK;
  }
  MUST(weft_set_engine_policy("inline"));
  CHECK(state.released == 0);
  weft_function_release(plan);
  CHECK(state.released == 1);
  weft_tensor_release(x);
  weft_tensor_release(zero);
}

static void a_callback_is_not_exported(void) {
  counter state = {0, 0, WEFT_OK, 0};
  weft_host_function function = counting(&state);
  weft_function plan = traced(function);
  const char* x = "x";
  const char* y = "y";
  weft_writer writer = NULL;
  MUST(weft_writer_create(&writer));
  FAILS(weft_writer_add_entry(writer, "forward", plan, &x, &y, NULL), WEFT_UNSUPPORTED,
        "`callback` calls `count_call`");
  weft_writer_release(writer);
  weft_function_release(plan);
  weft_host_function_release(function);
  CHECK(state.released == 1);
}

int main(void) {
  prints_go_to_the_hook();
  checks_are_statuses();
  callbacks_have_a_context();
  wrong_functions_are_refused();
  a_plan_makes_its_effects_in_order();
  a_callback_is_not_exported();
  return report_checks();
}

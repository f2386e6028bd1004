/* Recording, gradients of first and second order, and what may not be asked. */
#include "checks.h"

static weft_tensor leaf(float value, int32_t request) {
  weft_tensor x = floats(0, NULL, &value);
  MUST(weft_tensor_attach_grad(x, request));
  return x;
}

static void record(void) { weft_set_modes(WEFT_MODE_RECORDING, 0); }
static void pause_recording(void) { weft_set_modes(0, WEFT_MODE_RECORDING); }

static weft_tensor cube(weft_tensor x) {
  weft_tensor square = apply2("multiply", x, x);
  weft_tensor result = apply2("multiply", square, x);
  weft_tensor_release(square);
  return result;
}

static float gradient_of(weft_tensor x) {
  weft_tensor gradient = NULL;
  float value = 0;
  MUST(weft_tensor_grad(x, &gradient));
  value = first_float(gradient);
  weft_tensor_release(gradient);
  return value;
}

static void modes_are_set_and_given_back(void) {
  CHECK(weft_modes() == 0);
  CHECK(weft_set_modes(WEFT_MODE_RECORDING | WEFT_MODE_TRAINING | WEFT_MODE_TRACING, 0) == 0);
  CHECK(weft_modes() == (WEFT_MODE_RECORDING | WEFT_MODE_TRAINING));
  CHECK(weft_set_modes(0, WEFT_MODE_RECORDING | WEFT_MODE_TRAINING) != 0);
  CHECK(weft_modes() == 0);
}

/* Sums of 128 squares of 1 + 2^-9, which is 1 in bfloat16 and not in float16. */
static float sum_of_squares(uint32_t mode) {
  static float terms[64 * 128], sums[64 * 64];
  const int64_t rows[] = {64, 128}, columns[] = {128, 64};
  weft_tensor x = NULL, y = NULL, product = NULL;
  int i;
  for (i = 0; i < 64 * 128; ++i) terms[i] = 1.001953125f;
  x = floats(2, rows, terms);
  y = floats(2, columns, terms);
  weft_set_modes(mode, 0);
  product = apply2("matmul", x, y);
  weft_set_modes(0, WEFT_MODE_MIXED_FLOAT16 | WEFT_MODE_MIXED_BFLOAT16);
  CHECK(weft_tensor_dtype(product) == WEFT_FLOAT32);
  read_floats(product, sums, 64 * 64);
  weft_tensor_release(x);
  weft_tensor_release(y);
  weft_tensor_release(product);
  return sums[0];
}

static void mixed_precision_rounds_factors_and_keeps_dtypes(void) {
  const uint32_t both = WEFT_MODE_MIXED_FLOAT16 | WEFT_MODE_MIXED_BFLOAT16;
  const float whole = sum_of_squares(0);
  CHECK(whole > 128.5f);
  CHECK(sum_of_squares(WEFT_MODE_MIXED_BFLOAT16) == 128);
  CHECK(sum_of_squares(WEFT_MODE_MIXED_FLOAT16) == 128.5f);
  CHECK(sum_of_squares(both) == 128);
  CHECK(sum_of_squares(0) == whole);
}

static void backward_fills_and_adds(void) {
  weft_tensor x = leaf(2, WEFT_GRAD_WRITE);
  weft_tensor a = leaf(2, WEFT_GRAD_ADD);
  weft_tensor first = NULL;
  weft_tensor again = NULL;
  int i;
  CHECK(weft_tensor_grad_req(x) == WEFT_GRAD_WRITE && weft_tensor_grad_version(x) == 0);
  MUST(weft_tensor_grad(x, &first));
  for (i = 1; i <= 2; ++i) {
    weft_tensor heads[2];
    record();
    heads[0] = cube(x);
    heads[1] = cube(a);
    pause_recording();
    CHECK(weft_tensor_is_recorded(heads[0]));
    MUST(weft_backward(heads, NULL, 2, 0));
    CHECK(gradient_of(x) == 12 && gradient_of(a) == 12.0f * (float)i);
    CHECK(weft_tensor_grad_version(x) == (uint64_t)i);
    weft_tensor_release(heads[0]);
    weft_tensor_release(heads[1]);
  }
  MUST(weft_tensor_grad(x, &again));
  CHECK(first == again);
  weft_tensor_release(first);
  weft_tensor_release(again);
  MUST(weft_tensor_attach_grad(x, WEFT_GRAD_NULL));
  MUST(weft_tensor_grad(x, &again));
  CHECK(again == NULL && weft_tensor_grad_req(x) == WEFT_GRAD_NULL);
  weft_tensor_release(x);
  weft_tensor_release(a);
}

static void backward_of_cube(weft_tensor x) {
  weft_tensor head;
  record();
  head = cube(x);
  pause_recording();
  MUST(weft_backward(&head, NULL, 1, 0));
  weft_tensor_release(head);
}

/* What it is given: a leaf that was used first, and how often its gradient had come by then. */
typedef struct told {
  weft_tensor first;
  uint64_t seen;
  int calls;
} told;

static weft_status tell(void* context, const weft_tensor* inputs, size_t ninputs,
                        weft_tensor* outputs, size_t noutputs) {
  told* const found = context;
  (void)inputs;
  (void)outputs;
  CHECK(ninputs == 0 && noutputs == 0);
  ++found->calls;
  found->seen = weft_tensor_grad_version(found->first);
  return WEFT_OK;
}

/* first * second * second: the leaf `second` is complete before the sweep comes to `first`. */
static void a_function_hears_of_a_gradient_when_it_is_complete(void) {
  weft_tensor first = leaf(2, WEFT_GRAD_WRITE);
  weft_tensor second = leaf(3, WEFT_GRAD_WRITE);
  told found = {NULL, 9, 0};
  weft_host_function function = NULL;
  const float one = 1;
  weft_tensor cubed, once, head;
  weft_tensor none = floats(0, NULL, &one);
  found.first = first;
  MUST(weft_tensor_tell_grad(none, NULL));
  MUST(weft_host_function_create("tell", tell, &found, NULL, &function));
  FAILS(weft_tensor_tell_grad(none, function), WEFT_INVALID_STATE, "attach_grad");
  MUST(weft_tensor_tell_grad(second, function));
  weft_host_function_release(function);
  record();
  cubed = cube(first);
  once = apply2("multiply", cubed, second);
  head = apply2("multiply", once, second);
  pause_recording();
  MUST(weft_backward(&head, NULL, 1, 0));
  CHECK(found.calls == 1 && found.seen == 0);
  CHECK(gradient_of(first) == 108 && gradient_of(second) == 48);
  CHECK(weft_tensor_grad_is_untouched(second) && !weft_tensor_grad_is_untouched(first));
  MUST(weft_tensor_zero_grad(second));
  CHECK(!weft_tensor_grad_is_untouched(second));
  MUST(weft_tensor_tell_grad(second, NULL));
  weft_tensor_release(head);
  weft_tensor_release(once);
  weft_tensor_release(cubed);
  weft_tensor_release(none);
  weft_tensor_release(first);
  weft_tensor_release(second);
}

static void a_gradient_is_made_used_up_and_set_to_zero(void) {
  weft_tensor x = leaf(2, WEFT_GRAD_WRITE);
  weft_tensor a = leaf(2, WEFT_GRAD_ADD);
  weft_tensor held = NULL;
  weft_tensor out = x;
  MUST(weft_tensor_made_grad(x, &out));
  CHECK(out == NULL);
  MUST(weft_tensor_zero_grad(x));
  MUST(weft_tensor_made_grad(x, &out));
  CHECK(out == NULL && gradient_of(x) == 0);
  backward_of_cube(x);
  MUST(weft_tensor_use_up_grad(x));
  FAILS(weft_tensor_grad(x, &out), WEFT_INVALID_STATE, "used up");
  MUST(weft_tensor_made_grad(x, &out));
  CHECK(out == NULL && weft_tensor_grad_version(x) == 0);
  backward_of_cube(x);
  CHECK(gradient_of(x) == 12 && weft_tensor_grad_version(x) == 2);

  /* An array that somebody has stays the gradient's. */
  MUST(weft_tensor_grad(x, &held));
  MUST(weft_tensor_use_up_grad(x));
  FAILS(weft_tensor_grad(x, &out), WEFT_INVALID_STATE, "used up");
  MUST(weft_tensor_zero_grad(x));
  CHECK(gradient_of(x) == 0 && first_float(held) == 0);
  backward_of_cube(x);
  CHECK(first_float(held) == 12);

  backward_of_cube(a);
  MUST(weft_tensor_use_up_grad(a)); /* what adds up is kept */
  CHECK(gradient_of(a) == 12);
  weft_tensor_release(held);
  weft_tensor_release(x);
  weft_tensor_release(a);
}

/* y = x * x, delivered to w; the function uses up what is delivered or leaves it. */
static weft_function square_step(weft_tensor w, int uses_up) {
  weft_tensor placeholder, head;
  weft_tensor gradient = NULL;
  weft_function function = NULL;
  weft_tensor one = floats(0, NULL, &(float){1});
  MUST(weft_trace_begin(&one, 1, &placeholder));
  record();
  head = apply2("multiply", w, w);
  pause_recording();
  MUST(weft_backward(&head, NULL, 1, 0));
  MUST(weft_tensor_grad(w, &gradient));
  if (uses_up) MUST(weft_tensor_use_up_grad(w));
  MUST(weft_trace_end(&gradient, 1, &function));
  weft_tensor_release(gradient);
  weft_tensor_release(head);
  weft_tensor_release(placeholder);
  weft_tensor_release(one);
  return function;
}

static void what_a_trace_uses_up_stays_in_the_plan(void) {
  int uses_up;
  for (uses_up = 0; uses_up < 2; ++uses_up) {
    weft_tensor w = leaf(3, WEFT_GRAD_WRITE);
    weft_tensor x = floats(0, NULL, &(float){0});
    weft_tensor out = NULL;
    weft_tensor made = NULL;
    weft_function function = square_step(w, uses_up);
    CHECK(weft_function_captures(function) == (uses_up ? 1u : 2u));
    CHECK(weft_function_is_current(function) && !weft_function_is_current(NULL));
    MUST(weft_function_call(function, &x, 1, &out, 1));
    CHECK(first_float(out) == 6);
    MUST(weft_tensor_made_grad(w, &made));
    CHECK((made == NULL) == uses_up);
    if (uses_up)
      FAILS(weft_tensor_grad(w, &made), WEFT_INVALID_STATE, "used up");
    else
      CHECK(first_float(made) == 6);
    MUST(weft_tensor_attach_grad(w, WEFT_GRAD_WRITE)); /* another gradient array */
    CHECK(weft_function_is_current(function) == uses_up);
    MUST(weft_tensor_attach_grad(w, WEFT_GRAD_ADD));
    CHECK(!weft_function_is_current(function));
    MUST(weft_tensor_attach_grad(w, WEFT_GRAD_NULL));
    CHECK(!weft_function_is_current(function));
    weft_tensor_release(made);
    weft_tensor_release(out);
    weft_tensor_release(x);
    weft_tensor_release(w);
    weft_function_release(function);
  }
}

static void gradients_of_gradients(void) {
  weft_tensor x = leaf(3, WEFT_GRAD_WRITE);
  weft_tensor y = NULL;
  weft_tensor first = NULL;
  weft_tensor second = NULL;
  weft_tensor third = NULL;
  record();
  y = cube(x);
  MUST(weft_grad(&y, NULL, 1, &x, 1, 1, 1, &first));
  MUST(weft_grad(&first, NULL, 1, &x, 1, 1, 1, &second));
  pause_recording();
  MUST(weft_grad(&second, NULL, 1, &x, 1, 0, 0, &third));
  CHECK(first_float(first) == 27 && first_float(second) == 18 && first_float(third) == 6);
  CHECK(gradient_of(x) == 0); /* weft_grad leaves the buffers alone */
  weft_tensor_release(x);
  weft_tensor_release(y);
  weft_tensor_release(first);
  weft_tensor_release(second);
  weft_tensor_release(third);
}

static void what_cannot_be_asked_is_named(void) {
  const int64_t three = 3;
  weft_tensor x = leaf(2, WEFT_GRAD_WRITE);
  weft_tensor plain = vector_of(three, NULL);
  weft_tensor whole = NULL;
  weft_tensor y = NULL;
  weft_tensor out = NULL;
  weft_value one = of_float(1);
  MUST(weft_tensor_create(WEFT_INT32, 1, &three, NULL, &whole));
  FAILS(weft_tensor_attach_grad(whole, WEFT_GRAD_WRITE), WEFT_INVALID_TYPE, "int32");
  FAILS(weft_tensor_attach_grad(plain, 7), WEFT_INVALID_VALUE, "grad_req");
  FAILS(weft_backward(&plain, NULL, 1, 0), WEFT_INVALID_STATE, "no history");
  record();
  y = cube(x);
  FAILS(weft_tensor_write(x, &one), WEFT_INVALID_STATE, "pause");
  pause_recording();
  FAILS(weft_grad(&y, NULL, 1, &plain, 1, 0, 0, &out), WEFT_INVALID_STATE, "no history");
  FAILS(weft_backward(&y, &plain, 1, 0), WEFT_INVALID_VALUE, "head_grads");
  CHECK(out == NULL);
  MUST(weft_backward(&y, NULL, 1, 1));
  MUST(weft_backward(&y, NULL, 1, 0));
  FAILS(weft_backward(&y, NULL, 1, 0), WEFT_INVALID_STATE, "retain_graph");
  MUST(weft_tensor_write(x, &one));
  CHECK(weft_tensor_grad_req(x) == WEFT_GRAD_WRITE);
  weft_tensor_release(x);
  weft_tensor_release(y);
  weft_tensor_release(plain);
  weft_tensor_release(whole);
}

static void integers_have_gradients_where_they_are_asked_for(void) {
  const int64_t three = 3;
  const int32_t numbers[] = {1, 2, 3};
  int32_t slopes[3] = {0, 0, 0};
  weft_tensor x = NULL, y = NULL, gradient = NULL;
  MUST(weft_tensor_create(WEFT_INT32, 1, &three, numbers, &x));
  MUST(weft_tensor_attach_grad_of_kind(x, WEFT_GRAD_WRITE, WEFT_GRAD_ANY_ARRAY));
  CHECK(weft_tensor_grad_kind(x) == WEFT_GRAD_ARRAY);
  record();
  y = cube(x);
  pause_recording();
  CHECK(weft_tensor_dtype(y) == WEFT_INT32 && weft_tensor_is_recorded(y));
  MUST(weft_backward(&y, NULL, 1, 0));
  MUST(weft_tensor_grad(x, &gradient));
  CHECK(weft_tensor_dtype(gradient) == WEFT_INT32);
  MUST(weft_tensor_read(gradient, slopes, sizeof slopes));
  CHECK(slopes[0] == 3 && slopes[1] == 12 && slopes[2] == 27);
  weft_tensor_release(x);
  weft_tensor_release(y);
  weft_tensor_release(gradient);
}

static void a_given_array_gets_the_gradient(void) {
  const int64_t three = 3, four = 4;
  weft_tensor x = vector_of(three, NULL);
  weft_tensor into = vector_of(three, NULL), wide = vector_of(four, NULL);
  weft_tensor y = NULL, gradient = NULL;
  float slopes[3] = {0, 0, 0};
  FAILS(weft_tensor_attach_given_grad(x, WEFT_GRAD_WRITE, wide), WEFT_INVALID_VALUE, "(3,)");
  FAILS(weft_tensor_attach_given_grad(x, 7, into), WEFT_INVALID_VALUE, "grad_req");
  MUST(weft_tensor_attach_given_grad(x, WEFT_GRAD_WRITE, into));
  record();
  y = apply2("add", x, x);
  pause_recording();
  MUST(weft_backward(&y, NULL, 1, 0));
  read_floats(into, slopes, 3);
  CHECK(slopes[0] == 2 && slopes[2] == 2);
  MUST(weft_tensor_grad(x, &gradient));
  CHECK(weft_tensor_shares_box(gradient, into));
  weft_tensor_release(x);
  weft_tensor_release(into);
  weft_tensor_release(wide);
  weft_tensor_release(y);
  weft_tensor_release(gradient);
}

typedef struct noted {
  char names[64];
  size_t nodes;
  int64_t from;
  double number;
} noted;

static weft_status note(void* context, const weft_history_node* node) {
  noted* all = context;
  strncat(all->names, node->name, sizeof all->names - strlen(all->names) - 2);
  strcat(all->names, " ");
  ++all->nodes;
  if (strcmp(node->name, "add") == 0) {
    CHECK(node->input_count == 2 && node->attribute_count == 0 && node->output_count == 1);
    all->from = node->inputs[0].place.node;
    CHECK(node->inputs[1].place.node == -1 && node->inputs[1].given.tag == WEFT_TAG_FLOAT);
    all->number = node->inputs[1].given.as.real;
  }
  return WEFT_OK;
}

static weft_status fail(void* context, const weft_history_node* node) {
  (void)context;
  (void)node;
  return WEFT_INVALID_VALUE;
}

static void the_tape_tells_what_it_has(void) {
  weft_tensor x = leaf(2, WEFT_GRAD_WRITE);
  weft_tensor plain = NULL, squared = NULL, sum = NULL, filled = NULL;
  weft_tensor arrays[3];
  weft_history_place places[3];
  weft_value args[3] = {{WEFT_TAG_TENSOR, 0, {NULL}}, {WEFT_TAG_FLOAT, 0, {NULL}}};
  noted all = {"", 0, -2, 0};
  record();
  squared = apply2("multiply", x, x);
  args[0].as.tensor = squared;
  args[1].as.real = 1.5;
  MUST(weft_invoke(find("add"), args, 2, &sum, 1));
  pause_recording();
  MUST(weft_tensor_create(WEFT_FLOAT32, 0, NULL, NULL, &plain));
  arrays[0] = sum;
  arrays[1] = x;
  arrays[2] = plain;
  MUST(weft_tensor_history(arrays, 3, note, &all, places));
  CHECK(strcmp(all.names, "leaf multiply add ") == 0);
  CHECK(all.nodes == 3 && all.from == 1 && all.number == 1.5);
  CHECK(places[0].node == 2 && places[0].output == 0);
  CHECK(places[1].node == 0 && places[2].node == -1);
  FAILS(weft_tensor_history(arrays, 1, fail, NULL, places), WEFT_INVALID_VALUE, "callback");
  /* Calls without a leaf behind them are on the tape where the mode says so. */
  weft_set_modes(WEFT_MODE_RECORDING | WEFT_MODE_RECORDING_ALL, 0);
  args[0].tag = WEFT_TAG_INTS;
  args[0].count = 0;
  args[0].as.ints = NULL;
  args[2].tag = WEFT_TAG_DTYPE;
  args[2].as.integer = WEFT_FLOAT32;
  MUST(weft_invoke(find("full"), args, 3, &filled, 1));
  weft_set_modes(0, WEFT_MODE_RECORDING | WEFT_MODE_RECORDING_ALL);
  CHECK(weft_tensor_is_recorded(filled));
  FAILS(weft_backward(&filled, NULL, 1, 0), WEFT_INVALID_STATE, "history alone");
  weft_tensor_release(filled);
  weft_tensor_release(plain);
  weft_tensor_release(sum);
  weft_tensor_release(squared);
  weft_tensor_release(x);
}

static void a_result_keeps_its_history_beside_its_gradient(void) {
  weft_tensor x = leaf(2, WEFT_GRAD_WRITE);
  weft_tensor squared = NULL, out = NULL, gradient = NULL;
  record();
  squared = apply2("multiply", x, x);
  out = apply2("multiply", squared, squared);
  pause_recording();
  MUST(weft_tensor_attach_grad(squared, WEFT_GRAD_WRITE));
  MUST(weft_backward(&out, NULL, 1, 0));
  CHECK(gradient_of(squared) == 8 && gradient_of(x) == 32);
  MUST(weft_tensor_attach_grad(squared, WEFT_GRAD_NULL));
  CHECK(weft_tensor_is_recorded(squared) && weft_tensor_grad_req(squared) == WEFT_GRAD_NULL);
  MUST(weft_tensor_grad(squared, &gradient));
  CHECK(gradient == NULL);
  weft_tensor_release(out);
  weft_tensor_release(squared);
  weft_tensor_release(x);
}

int main(void) {
  the_tape_tells_what_it_has();
  a_result_keeps_its_history_beside_its_gradient();
  modes_are_set_and_given_back();
  mixed_precision_rounds_factors_and_keeps_dtypes();
  backward_fills_and_adds();
  a_function_hears_of_a_gradient_when_it_is_complete();
  a_gradient_is_made_used_up_and_set_to_zero();
  what_a_trace_uses_up_stays_in_the_plan();
  gradients_of_gradients();
  what_cannot_be_asked_is_named();
  integers_have_gradients_where_they_are_asked_for();
  a_given_array_gets_the_gradient();
  return report_checks();
}

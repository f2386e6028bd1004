/* Traced functions: the same bits as the eager call, gradients, states, texts and figures. */
#include "small_net.h"

static void read_all(weft_tensor tensor, float* data) {
  read_floats(tensor, data, (size_t)weft_tensor_elements(tensor));
}

static int same_bits(weft_tensor a, weft_tensor b) {
  const size_t bytes = (size_t)weft_tensor_elements(a) * sizeof(float);
  float* left = (float*)malloc(bytes + 1);
  float* right = (float*)malloc(bytes + 1);
  int same = 0;
  read_all(a, left);
  read_all(b, right);
  same = memcmp(left, right, bytes) == 0;
  free(left);
  free(right);
  return same;
}

static void a_function_gives_the_bits_of_the_eager_call(void) {
  small_net net = net_create();
  weft_tensor inputs[2];
  weft_tensor eager = NULL;
  weft_tensor planned = NULL;
  weft_tensor gradients[2][kWeights];
  int i;
  int k;
  inputs[0] = net_images(5);
  inputs[1] = net_labels();
  net_attach_grad(&net);
  for (k = 0; k < 2; ++k) {
    weft_tensor loss = NULL;
    weft_set_modes(WEFT_MODE_RECORDING, 0);
    if (k == 0)
      loss = net_loss(&net, inputs[0], inputs[1]);
    else
      MUST(weft_function_call(net.loss, inputs, 2, &loss, 1));
    weft_set_modes(0, WEFT_MODE_RECORDING);
    MUST(weft_backward(&loss, NULL, 1, 0));
    for (i = 0; i < kWeights; ++i) {
      weft_tensor gradient = NULL;
      MUST(weft_tensor_grad(net.weights[i], &gradient));
      gradients[k][i] = apply1("copy", gradient);
      weft_tensor_release(gradient);
    }
    *(k == 0 ? &eager : &planned) = loss;
  }
  CHECK(same_bits(eager, planned));
  for (i = 0; i < kWeights; ++i) {
    CHECK(same_bits(gradients[0][i], gradients[1][i]));
    weft_tensor_release(gradients[0][i]);
    weft_tensor_release(gradients[1][i]);
  }
  weft_tensor_release(eager);
  weft_tensor_release(planned);
  weft_tensor_release(inputs[0]);
  weft_tensor_release(inputs[1]);
  net_release(&net);
}

static void texts_and_figures_describe_the_plan(void) {
  small_net net = net_create();
  weft_tensor images = net_images(1);
  weft_tensor scores = NULL;
  weft_plan_memory figures = WEFT_PLAN_MEMORY_INIT;
  const char* text = NULL;
  CHECK(weft_function_inputs(net.scores) == 1 && weft_function_outputs(net.scores) == 1);
  MUST(weft_function_get_text(net.scores, "graph", &text));
  CHECK(strstr(text, "convolution") != NULL);
  FAILS(weft_function_get_text(net.scores, "plan", &text), WEFT_INVALID_STATE, "first call");
  FAILS(weft_function_get_text(net.scores, "song", &text), WEFT_INVALID_VALUE, "song");
  FAILS(weft_function_memory(net.scores, &figures), WEFT_INVALID_STATE, "first call");
  MUST(weft_function_call(net.scores, &images, 1, &scores, 1));
  MUST(weft_function_get_text(net.scores, "plan", &text));
  CHECK(strstr(text, "forward") != NULL);
  MUST(weft_function_memory(net.scores, &figures));
  CHECK(figures.arena > 0 && figures.arena >= figures.lower_bound && figures.nodes > 0);
  weft_tensor_release(scores);
  scores = NULL;
  FAILS(weft_function_set_budget(net.scores, -1), WEFT_INVALID_VALUE, "memory");
  MUST(weft_function_set_budget(net.scores, 1));
  FAILS(weft_function_call(net.scores, &images, 1, &scores, 1), WEFT_INVALID_VALUE,
        "`memory` must be at least");
  MUST(weft_function_set_budget(net.scores, figures.arena));
  MUST(weft_function_call(net.scores, &images, 1, &scores, 1));
  FAILS(weft_function_call(net.scores, &images, 0, &scores, 1), WEFT_INVALID_TYPE, "arrays");
  FAILS(weft_function_call(net.scores, &images, 1, &scores, 0), WEFT_INVALID_VALUE, "outputs");
  CHECK(weft_function_capture_at(net.scores, 99) == NULL);
  weft_tensor_release(images);
  weft_tensor_release(scores);
  net_release(&net);
}

static weft_function counter(weft_tensor count) {
  weft_function function = NULL;
  weft_tensor next = NULL;
  weft_value args[2];
  weft_value value;
  args[0] = of_tensor(count);
  args[1] = of_float(1);
  MUST(weft_trace_begin(NULL, 0, NULL));
  next = apply("add", args, 2);
  CHECK(weft_tensor_is_traced(next) && !weft_tensor_is_traced(count));
  value = of_tensor(next);
  MUST(weft_tensor_write(count, &value));
  MUST(weft_trace_end(&next, 1, &function));
  weft_tensor_release(next);
  return function;
}

static void a_written_capture_becomes_a_state(void) {
  const float zero = 0;
  weft_tensor count = floats(0, NULL, &zero);
  weft_function function = NULL;
  weft_hold hold = NULL;
  const void* data = NULL;
  int i;
  MUST(weft_tensor_set_state(count, 1));
  function = counter(count);
  CHECK(first_float(count) == 0); /* tracing writes nothing */
  for (i = 1; i <= 3; ++i) {
    weft_tensor out = NULL;
    if (i == 2) MUST(weft_tensor_hold(count, &hold, &data));
    MUST(weft_function_call(function, NULL, 0, &out, 1));
    CHECK(first_float(out) == (float)i && first_float(count) == (float)i);
    weft_tensor_release(out);
  }
  CHECK(*(const float*)data == 1); /* a held content stays */
  weft_hold_release(hold);
  weft_function_release(function);
  weft_tensor_release(count);
}

/* f(x): x[...] = x + 1, called with a part of a larger array whose content somebody holds. */
static void a_part_that_a_function_writes_is_seen_in_the_whole(void) {
  static const int64_t strides[][1] = {{1}, {2}};
  int k;
  for (k = 0; k < 4; ++k) {
    const float numbers[6] = {0, 1, 2, 3, 4, 5};
    const int64_t two = 2;
    weft_tensor whole = vector_of(6, numbers);
    weft_tensor part = NULL;
    weft_tensor placeholder = NULL;
    weft_tensor next = NULL;
    weft_tensor out = NULL;
    weft_function function = NULL;
    weft_hold hold = NULL;
    const void* data = NULL;
    weft_value args[4];
    weft_value value;
    float read[6];
    const int step = (int)strides[k & 1][0];
    args[0] = of_tensor(whole);
    args[1] = of_int(2);
    args[2] = of_ints(&two, 1);
    args[3] = of_ints(strides[k & 1], 1);
    part = apply("strided_view", args, 4);
    MUST(weft_trace_begin(&part, 1, &placeholder));
    args[0] = of_tensor(placeholder);
    args[1] = of_float(10);
    next = apply("add", args, 2);
    value = of_tensor(next);
    MUST(weft_tensor_write(placeholder, &value));
    MUST(weft_trace_end(&next, 1, &function));
    if (k & 2) MUST(weft_tensor_hold(whole, &hold, &data));
    MUST(weft_function_call(function, &part, 1, &out, 1));
    read_floats(whole, read, 6);
    CHECK(read[0] == 0 && read[2] == 12 && read[2 + step] == 12 + (float)step && read[5] == 5);
    if (k & 2) CHECK(((const float*)data)[2] == 2);
    weft_hold_release(hold);
    weft_function_release(function);
    weft_tensor_release(placeholder);
    weft_tensor_release(next);
    weft_tensor_release(out);
    weft_tensor_release(part);
    weft_tensor_release(whole);
  }
}

static void a_trace_that_is_given_up_leaves_nothing(void) {
  const float numbers[2] = {1, 2};
  weft_tensor x = vector_of(2, numbers);
  weft_tensor placeholder = NULL;
  weft_tensor y = NULL;
  weft_function function = NULL;
  weft_value nine = of_float(9);
  float read[2];
  FAILS(weft_trace_end(&x, 1, &function), WEFT_INVALID_STATE, "no trace");
  MUST(weft_trace_begin(&x, 1, &placeholder));
  FAILS(weft_trace_begin(&x, 1, &y), WEFT_INVALID_STATE, "nest");
  CHECK(weft_modes() & WEFT_MODE_TRACING);
  y = apply1("exp", placeholder);
  FAILS(weft_tensor_read(y, read, sizeof read), WEFT_INVALID_STATE, "traced");
  FAILS(weft_tensor_item(y, &nine), WEFT_INVALID_VALUE, "one element");
  MUST(weft_tensor_write(x, &nine));
  weft_trace_abort();
  CHECK(!(weft_modes() & WEFT_MODE_TRACING));
  read_floats(x, read, 2);
  CHECK(read[0] == 1 && read[1] == 2);
  weft_trace_abort();
  {
    weft_value args[1];
    weft_tensor out = NULL;
    args[0] = of_tensor(y);
    FAILS(weft_invoke(find("exp"), args, 1, &out, 1), WEFT_INVALID_STATE, "traced");
  }
  weft_tensor_release(placeholder);
  weft_tensor_release(y);
  weft_tensor_release(x);
}

/* Whoever gives None sets the tag alone: what else lies in the value is never read. */
static void an_absent_list_has_no_content(void) {
  const int64_t shape[2] = {2, 3};
  const float numbers[6] = {1, 2, 3, 4, 5, 6};
  const float wanted[6] = {1, 4, 2, 5, 3, 6};
  weft_tensor x = NULL, placeholder = NULL, y = NULL, out = NULL;
  weft_function function = NULL;
  weft_value args[2];
  float read[6];
  int i;
  MUST(weft_tensor_create(WEFT_FLOAT32, 2, shape, numbers, &x));
  MUST(weft_trace_begin(&x, 1, &placeholder));
  memset(args, 0x5a, sizeof args);
  args[0] = of_tensor(placeholder);
  args[1].tag = WEFT_TAG_NONE;
  MUST(weft_invoke(find("transpose"), args, 2, &y, 1));
  MUST(weft_trace_end(&y, 1, &function));
  MUST(weft_function_call(function, &x, 1, &out, 1));
  read_floats(out, read, 6);
  for (i = 0; i < 6; ++i) CHECK(read[i] == wanted[i]);
  weft_function_release(function);
  weft_tensor_release(out);
  weft_tensor_release(y);
  weft_tensor_release(placeholder);
  weft_tensor_release(x);
}

int main(void) {
  a_function_gives_the_bits_of_the_eager_call();
  texts_and_figures_describe_the_plan();
  a_written_capture_becomes_a_state();
  a_part_that_a_function_writes_is_seen_in_the_whole();
  a_trace_that_is_given_up_leaves_nothing();
  an_absent_list_has_no_content();
  return report_checks();
}

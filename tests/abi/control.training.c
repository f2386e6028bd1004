/* Control flow in traces: bodies, the nodes that run them, gradients, what is refused. */
#include "checks.h"

static weft_type float_type(int32_t rank, int64_t first) {
  weft_type type;
  memset(&type, 0, sizeof type);
  type.dtype = WEFT_FLOAT32;
  type.rank = rank;
  type.shape[0] = first;
  return type;
}

static weft_tensor apply_to(const char* op, weft_tensor a, weft_value b) {
  weft_value args[2];
  args[0] = of_tensor(a);
  args[1] = b;
  return apply(op, args, 2);
}

/* row, sum -> sum + row * factor, (sum + row * factor) * 2 */
static weft_body summing_body(weft_tensor factor) {
  weft_type types[2];
  weft_tensor in[2] = {NULL, NULL};
  weft_tensor out[2];
  weft_tensor scaled = NULL;
  weft_body body = NULL;
  types[0] = float_type(1, 2);
  types[1] = float_type(1, 2);
  MUST(weft_body_begin(types, 2, in));
  CHECK(weft_tensor_is_traced(in[0]));
  scaled = apply_to("multiply", in[0], of_tensor(factor));
  out[0] = apply_to("add", in[1], of_tensor(scaled));
  out[1] = apply_to("multiply", out[0], of_float(2));
  MUST(weft_body_end(out, 2, &body));
  weft_tensor_release(scaled);
  weft_tensor_release(out[0]);
  weft_tensor_release(out[1]);
  weft_tensor_release(in[0]);
  weft_tensor_release(in[1]);
  return body;
}

static weft_function summing(weft_tensor rows, weft_tensor start, weft_tensor factor) {
  weft_tensor given[2];
  weft_tensor in[2] = {NULL, NULL};
  weft_tensor outs[2] = {NULL, NULL};
  weft_function function = NULL;
  weft_body body = NULL;
  given[0] = rows;
  given[1] = start;
  MUST(weft_trace_begin(given, 2, in));
  body = summing_body(factor);
  FAILS(weft_foreach(body, in, 1, in + 1, 1, outs, 1), WEFT_INVALID_VALUE, "2 outputs");
  FAILS(weft_foreach(body, in, 1, in, 1, outs, 2), WEFT_INVALID_VALUE, "argument 1 of the body is");
  FAILS(weft_foreach(body, in, 2, NULL, 0, outs, 2), WEFT_INVALID_VALUE, "as many rows");
  MUST(weft_foreach(body, in, 1, in + 1, 1, outs, 2));
  weft_body_release(body);
  MUST(weft_trace_end(outs, 2, &function));
  weft_tensor_release(in[0]);
  weft_tensor_release(in[1]);
  weft_tensor_release(outs[0]);
  weft_tensor_release(outs[1]);
  return function;
}

static void foreach_runs_a_body_for_each_row(void) {
  const float numbers[] = {1, 2, 3, 4, 5, 6};
  const float factors[] = {10, 100};
  const float zeros[] = {0, 0};
  const int64_t shape[] = {3, 2};
  weft_tensor inputs[2];
  weft_tensor outs[2] = {NULL, NULL};
  weft_tensor factor = floats(1, shape + 1, factors);
  weft_tensor gradient = NULL;
  weft_function function = NULL;
  float found[6];
  inputs[0] = floats(2, shape, numbers);
  inputs[1] = floats(1, shape + 1, zeros);
  function = summing(inputs[0], inputs[1], factor);
  CHECK(weft_function_captures(function) == 1);
  MUST(weft_tensor_attach_grad(factor, WEFT_GRAD_WRITE));
  weft_set_modes(WEFT_MODE_RECORDING, 0);
  MUST(weft_function_call(function, inputs, 2, outs, 2));
  weft_set_modes(0, WEFT_MODE_RECORDING);
  read_floats(outs[0], found, 2);
  CHECK(found[0] == 90 && found[1] == 1200);
  read_floats(outs[1], found, 6);
  CHECK(found[0] == 20 && found[3] == 1200 && found[4] == 180);
  MUST(weft_backward(outs, NULL, 1, 0));
  MUST(weft_tensor_grad(factor, &gradient));
  read_floats(gradient, found, 2);
  CHECK(found[0] == 9 && found[1] == 12);
  weft_tensor_release(gradient);
  weft_tensor_release(factor);
  weft_tensor_release(inputs[0]);
  weft_tensor_release(inputs[1]);
  weft_tensor_release(outs[0]);
  weft_tensor_release(outs[1]);
  weft_function_release(function);
}

/* go on, x -> x * 2 < 100, x * 2, x */
static weft_body doubling_body(void) {
  weft_type types[2];
  weft_tensor in[2] = {NULL, NULL};
  weft_tensor out[3];
  weft_body body = NULL;
  types[0] = float_type(0, 0);
  types[0].dtype = WEFT_BOOL;
  types[1] = float_type(0, 0);
  MUST(weft_body_begin(types, 2, in));
  out[1] = apply_to("multiply", in[1], of_float(2));
  out[0] = apply_to("less", out[1], of_float(100));
  out[2] = in[1];
  MUST(weft_body_end(out, 3, &body));
  weft_tensor_release(out[0]);
  weft_tensor_release(out[1]);
  weft_tensor_release(in[0]);
  weft_tensor_release(in[1]);
  return body;
}

static weft_body constant_body(weft_tensor array, double number) {
  weft_tensor out = NULL;
  weft_body body = NULL;
  MUST(weft_body_begin(NULL, 0, NULL));
  out = apply_to("add", array, of_float(number));
  MUST(weft_body_end(&out, 1, &body));
  weft_tensor_release(out);
  return body;
}

static void loops_with_a_condition_and_branches(void) {
  const float start = 3;
  weft_tensor x = floats(0, NULL, &start);
  weft_tensor in = NULL;
  weft_tensor variables[2];
  weft_tensor outs[4] = {NULL, NULL, NULL, NULL};
  weft_tensor results[3] = {NULL, NULL, NULL};
  weft_tensor small = NULL;
  weft_body body = NULL;
  weft_body other = NULL;
  weft_function function = NULL;
  float found[8];
  int i;
  MUST(weft_trace_begin(&x, 1, &in));
  variables[0] = apply_to("less", in, of_float(100));
  variables[1] = in;
  body = doubling_body();
  FAILS(weft_while_loop(body, variables + 1, 1, 8, outs, 3), WEFT_INVALID_TYPE, "bool");
  FAILS(weft_while_loop(body, variables, 2, -1, outs, 3), WEFT_INVALID_VALUE, "max_iterations");
  MUST(weft_while_loop(body, variables, 2, 8, outs, 3));
  weft_body_release(body);
  small = apply_to("less", in, of_float(10));
  body = constant_body(in, 1);
  other = constant_body(outs[1], -1);
  FAILS(weft_cond(in, body, other, outs + 3, 1), WEFT_INVALID_TYPE, "bool");
  MUST(weft_cond(small, body, other, outs + 3, 1));
  weft_body_release(body);
  weft_body_release(other);
  MUST(weft_trace_end(outs + 1, 3, &function));
  MUST(weft_function_call(function, &x, 1, results, 3));
  read_floats(results[0], found, 1);
  CHECK(found[0] == 192);
  read_floats(results[1], found, 8);
  for (i = 0; i < 8; ++i) CHECK(found[i] == (i < 6 ? (float)(3 << i) : 0));
  read_floats(results[2], found, 1);
  CHECK(found[0] == 4);
  for (i = 0; i < 3; ++i) weft_tensor_release(results[i]);
  for (i = 0; i < 4; ++i) weft_tensor_release(outs[i]);
  weft_tensor_release(small);
  weft_tensor_release(variables[0]);
  weft_tensor_release(in);
  weft_tensor_release(x);
  weft_function_release(function);
}

static void bodies_begin_and_end_where_they_may(void) {
  weft_type type = float_type(1, 2);
  weft_tensor in = NULL;
  weft_tensor placeholder = NULL;
  weft_tensor out = NULL;
  weft_body body = NULL;
  weft_function function = NULL;
  const float numbers[] = {1, 2};
  const int64_t shape[] = {2};
  weft_value value;
  FAILS(weft_body_begin(&type, 1, &in), WEFT_INVALID_STATE, "no trace");
  FAILS(weft_body_end(NULL, 0, &body), WEFT_INVALID_STATE, "no trace");
  MUST(weft_trace_begin_types(&type, 1, &placeholder));
  FAILS(weft_body_end(NULL, 0, &body), WEFT_INVALID_STATE, "no body");
  MUST(weft_body_begin(&type, 1, &in));
  MUST(weft_trace_end(&placeholder, 1, &function)); /* the body as a function, which captures */
  CHECK(weft_function_inputs(function) == 1 && weft_function_captures(function) == 1);
  CHECK(weft_modes() & WEFT_MODE_TRACING);
  weft_function_release(function);
  function = NULL;
  weft_tensor_release(in);
  in = NULL;
  MUST(weft_body_begin(&type, 1, &in));
  out = floats(1, shape, numbers);
  value = of_tensor(out);
  MUST(weft_tensor_write(in, &value));
  FAILS(weft_body_end(&in, 1, &body), WEFT_UNSUPPORTED, "writes to its argument 0");
  weft_tensor_release(in);
  in = NULL;
  MUST(weft_body_begin(&type, 1, &in));
  weft_trace_abort(); /* gives up the body; the trace goes on */
  CHECK(weft_modes() & WEFT_MODE_TRACING);
  MUST(weft_trace_end(&placeholder, 1, &function));
  weft_body_release(NULL);
  weft_tensor_release(in);
  weft_tensor_release(out);
  weft_tensor_release(placeholder);
  weft_function_release(function);
}

int main(void) {
  foreach_runs_a_body_for_each_row();
  loops_with_a_condition_and_branches();
  bodies_begin_and_end_where_they_may();
  return report_checks();
}

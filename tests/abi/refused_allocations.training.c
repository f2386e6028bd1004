/* The n-th block that the library asks for is refused, for every n: the call that needed it says
 * so, nothing is lost, and everything works as soon as there is memory again. */
#define _POSIX_C_SOURCE 200112L
#include <pthread.h>
#include <weft/weft_dlpack.h>

#include "checks.h"

static long until_refusal; /* 0: give everything */
static int refused;
static size_t refused_bytes; /* of the request before; it comes again when idle blocks are freed */
static long blocks;

static void* take(void* context, size_t bytes, size_t alignment) {
  void* block = NULL;
  const int comes_again = bytes == refused_bytes;
  (void)context;
  refused_bytes = 0;
  if (comes_again) return NULL;
  if (until_refusal > 0 && --until_refusal == 0) {
    refused = 1;
    refused_bytes = bytes;
    return NULL;
  }
  if (posix_memalign(&block, alignment, bytes) != 0) return NULL;
  ++blocks;
  return block;
}
static void give(void* context, void* block, size_t bytes, size_t alignment) {
  (void)context;
  (void)bytes;
  (void)alignment;
  --blocks;
  free(block);
}

/* Arrays of one run of a scenario, released together at its end. */
enum { kMostArrays = 32 };
typedef struct run {
  weft_tensor arrays[kMostArrays];
  int count;
  weft_status status;
  float result;
} run;

static weft_tensor keep(run* r, weft_tensor array) {
  if (array) r->arrays[r->count++] = array;
  return array;
}
static int went_well(run* r, weft_status status) {
  if (r->status == WEFT_OK) r->status = status;
  return status == WEFT_OK;
}
static weft_tensor result_of(run* r, const char* name, const weft_value* args, size_t count) {
  weft_op op = NULL;
  weft_tensor out = NULL;
  if (r->status != WEFT_OK || !went_well(r, weft_op_find(name, &op))) return NULL;
  went_well(r, weft_invoke(op, args, count, &out, 1));
  return keep(r, out);
}
static weft_tensor of_one(run* r, const char* name, weft_tensor a) {
  const weft_value args[1] = {of_tensor(a)};
  return result_of(r, name, args, 1);
}
static weft_tensor of_two(run* r, const char* name, weft_tensor a, weft_tensor b) {
  const weft_value args[2] = {of_tensor(a), of_tensor(b)};
  return result_of(r, name, args, 2);
}
static weft_tensor made(run* r, int64_t rows) {
  const int64_t shape[2] = {rows, 3};
  weft_tensor out = NULL;
  const weft_value half = of_float(0.5);
  if (r->status != WEFT_OK) return NULL;
  went_well(r, weft_tensor_create(WEFT_FLOAT32, 2, shape, NULL, &out));
  if (keep(r, out)) went_well(r, weft_tensor_write(out, &half));
  return out;
}

/* Views, writes and operators; small arrays and one of the large blocks. */
static weft_tensor forward(run* r, weft_tensor x) {
  const int64_t begin[2] = {0, 1};
  const int64_t size[2] = {2, 2};
  const int64_t step[2] = {1, 1};
  const weft_value two = of_float(2);
  weft_value args[4];
  weft_tensor y = of_two(r, "multiply", x, x);
  weft_tensor part = NULL;
  if (!y) return NULL;
  args[0] = of_tensor(y);
  args[1] = of_ints(begin, 2);
  args[2] = of_ints(size, 2);
  args[3] = of_ints(step, 2);
  part = result_of(r, "slice", args, 4);
  if (!part || !went_well(r, weft_tensor_write(part, &two))) return NULL;
  y = of_one(r, "tanh", y);
  if (y) y = of_two(r, "multiply", y, x);
  return y ? of_one(r, "sum", y) : NULL;
}

static void differentiate(run* r, weft_tensor head, weft_tensor x) {
  weft_tensor gradient = NULL;
  weft_tensor total = NULL;
  weft_value number = of_float(0);
  weft_set_modes(0, WEFT_MODE_RECORDING);
  if (!head || !went_well(r, weft_backward(&head, NULL, 1, 0))) return;
  if (!went_well(r, weft_tensor_grad(x, &gradient))) return;
  keep(r, gradient);
  total = of_one(r, "sum", gradient);
  if (total && went_well(r, weft_tensor_item(total, &number))) r->result += (float)number.as.real;
}

static void eagerly(run* r) {
  weft_tensor x = made(r, 2000);
  if (!x || !went_well(r, weft_tensor_attach_grad(x, WEFT_GRAD_WRITE))) return;
  weft_set_modes(WEFT_MODE_RECORDING, 0);
  differentiate(r, forward(r, x), x);
}

static void as_a_function(run* r) {
  weft_tensor x = made(r, 2000);
  weft_tensor placeholder = NULL;
  weft_tensor head = NULL;
  weft_function function = NULL;
  if (!x || !went_well(r, weft_tensor_attach_grad(x, WEFT_GRAD_WRITE))) return;
  if (!went_well(r, weft_trace_begin(&x, 1, &placeholder))) return;
  keep(r, placeholder);
  head = forward(r, placeholder);
  if (!head || !went_well(r, weft_trace_end(&head, 1, &function))) {
    weft_trace_abort();
    return;
  }
  head = NULL;
  weft_set_modes(WEFT_MODE_RECORDING, 0);
  went_well(r, weft_function_call(function, &x, 1, &head, 1));
  differentiate(r, keep(r, head), x);
  weft_function_release(function);
}

/* The sum of as many of x's squares as x has elements above zero: sizes, examples and stages. */
static weft_tensor chosen(run* r, weft_tensor x) {
  int64_t size[1] = {0};
  const int64_t begin[1] = {0};
  const int64_t step[1] = {1};
  const weft_value zero = of_float(0);
  weft_value args[4];
  weft_tensor flat = NULL;
  weft_tensor count = NULL;
  args[0] = of_tensor(x);
  args[1] = zero;
  count = result_of(r, "greater", args, 2);
  count = count ? of_one(r, "count_nonzero", count) : NULL;
  if (!count || !went_well(r, weft_trace_size(count, 60, size))) return NULL;
  args[1] = of_ints(size, 1);
  args[2] = of_float(2);
  args[3] = of_dtype(WEFT_FLOAT32);
  flat = result_of(r, "full", args + 1, 3);
  args[0] = of_tensor(of_two(r, "multiply", x, x));
  if (!flat || !args[0].as.tensor) return NULL;
  size[0] = 60;
  args[1] = of_ints(size, 1);
  args[0].as.tensor = result_of(r, "reshape", args, 2);
  if (!args[0].as.tensor) return NULL;
  size[0] = 2;
  args[1] = of_ints(begin, 1);
  args[2] = of_ints(size, 1);
  args[3] = of_ints(step, 1);
  args[0].as.tensor = result_of(r, "slice", args, 4);
  if (!args[0].as.tensor) return NULL;
  flat = of_one(r, "sum", flat);
  count = of_one(r, "sum", args[0].as.tensor);
  return flat && count ? of_two(r, "multiply", flat, count) : NULL;
}

static weft_function example(run* r, weft_tensor x, const weft_function* earlier, size_t count) {
  weft_function function = NULL;
  weft_tensor placeholder = NULL;
  weft_tensor head = NULL;
  if (!went_well(r, weft_trace_begin(&x, 1, &placeholder))) return NULL;
  if (went_well(r, weft_trace_set_example(count, earlier, count))) head = chosen(r, placeholder);
  weft_tensor_release(placeholder);
  if (head && went_well(r, weft_trace_end(&head, 1, &function))) return function;
  weft_trace_abort();
  return NULL;
}

static void with_sizes(run* r) {
  weft_function examples[WEFT_TRACE_EXAMPLES] = {NULL};
  weft_function joined = NULL;
  weft_tensor x = made(r, 20);
  size_t made_examples = 0;
  int call;
  if (!x || !went_well(r, weft_tensor_attach_grad(x, WEFT_GRAD_WRITE))) return;
  while (made_examples < WEFT_TRACE_EXAMPLES) {
    examples[made_examples] = example(r, x, examples, made_examples);
    if (!examples[made_examples]) break;
    ++made_examples;
    while (r->count > 1) weft_tensor_release(r->arrays[--r->count]);
  }
  if (made_examples == WEFT_TRACE_EXAMPLES)
    went_well(r, weft_function_join(examples, made_examples, &joined));
  for (call = 0; joined && call < 2; ++call) { /* eagerly, then by a plan */
    weft_tensor head = NULL;
    weft_set_modes(WEFT_MODE_RECORDING, 0);
    if (!went_well(r, weft_function_call(joined, &x, 1, &head, 1))) break;
    differentiate(r, keep(r, head), x);
  }
  weft_function_release(joined);
  while (made_examples > 0) weft_function_release(examples[--made_examples]);
}

static weft_status doubled(void* context, const weft_tensor* inputs, size_t ninputs,
                           weft_tensor* outputs, size_t noutputs) {
  const weft_value args[2] = {of_tensor(inputs[0]), of_float(2)};
  weft_op op = NULL;
  const weft_status status = weft_op_find("multiply", &op);
  (void)context;
  CHECK(ninputs == 1 && noutputs == 1);
  return status == WEFT_OK ? weft_invoke(op, args, 2, outputs, 1) : status;
}

/* 2 * x by a callback, and a check of it. */
static weft_tensor with_effects(run* r, weft_tensor x, weft_host_function function) {
  static const int64_t type[] = {WEFT_FLOAT32, 2, 2000, 3};
  weft_op check = NULL;
  weft_tensor y = NULL;
  weft_value args[3];
  args[0] = of_tensors(&x, 1);
  args[1] = of_default();
  args[1].tag = WEFT_TAG_FUNCTION;
  args[1].as.function = function;
  args[2] = of_ints(type, 4);
  y = result_of(r, "callback", args, 3);
  if (!y || !went_well(r, weft_op_find("check", &check))) return NULL;
  args[0] = of_tensor(y);
  args[1] = of_default();
  args[2] = of_text("not zero");
  return went_well(r, weft_invoke(check, args, 3, NULL, 0)) ? y : NULL;
}

static void calling_the_host(run* r) {
  weft_tensor x = made(r, 2000);
  weft_tensor placeholder = NULL;
  weft_tensor head = NULL;
  weft_function plan = NULL;
  weft_host_function function = NULL;
  weft_value number = of_float(0);
  if (!x || !went_well(r, weft_host_function_create("doubled", doubled, NULL, NULL, &function)))
    return;
  with_effects(r, x, function);
  if (went_well(r, weft_trace_begin(&x, 1, &placeholder))) {
    keep(r, placeholder);
    head = with_effects(r, placeholder, function);
    if (head) head = of_one(r, "sum", head);
    if (!head || !went_well(r, weft_trace_end(&head, 1, &plan))) weft_trace_abort();
  }
  weft_host_function_release(function);
  head = NULL;
  if (plan && went_well(r, weft_function_call(plan, &x, 1, &head, 1)) &&
      went_well(r, weft_tensor_item(keep(r, head), &number)))
    r->result += (float)number.as.real;
  weft_function_release(plan);
}

/* row, sum -> sum + row * row, a loop over all rows of x */
static weft_tensor summed(run* r, weft_tensor x) {
  weft_type types[2];
  weft_tensor in[2] = {NULL, NULL};
  weft_tensor square = NULL;
  weft_tensor sum = NULL;
  weft_tensor start = NULL;
  weft_tensor outs[1] = {NULL};
  weft_body body = NULL;
  weft_value axes[2];
  int64_t none[1] = {0};
  memset(types, 0, sizeof types);
  types[0].dtype = types[1].dtype = WEFT_FLOAT32;
  types[0].rank = types[1].rank = 1;
  types[0].shape[0] = types[1].shape[0] = weft_tensor_shape(x)[1];
  axes[0] = of_tensor(x);
  axes[1] = of_ints(none, 1);
  start = result_of(r, "sum", axes, 2);
  if (!start || !went_well(r, weft_body_begin(types, 2, in))) return NULL;
  keep(r, in[0]);
  keep(r, in[1]);
  square = of_two(r, "multiply", in[0], in[0]);
  if (square) sum = of_two(r, "add", in[1], square);
  if (!sum) {
    weft_trace_abort();
    return NULL;
  }
  if (!went_well(r, weft_body_end(&sum, 1, &body))) return NULL;
  went_well(r, weft_foreach(body, &x, 1, &start, 1, outs, 1));
  weft_body_release(body);
  return keep(r, outs[0]);
}

static void with_control_flow(run* r) {
  weft_tensor x = made(r, 20);
  weft_tensor placeholder = NULL;
  weft_tensor head = NULL;
  weft_function function = NULL;
  if (!x || !went_well(r, weft_tensor_attach_grad(x, WEFT_GRAD_WRITE))) return;
  if (!went_well(r, weft_trace_begin(&x, 1, &placeholder))) return;
  keep(r, placeholder);
  head = summed(r, placeholder);
  if (head) head = of_one(r, "sum", head);
  if (!head || !went_well(r, weft_trace_end(&head, 1, &function))) {
    while (weft_modes() & WEFT_MODE_TRACING) weft_trace_abort();
    return;
  }
  head = NULL;
  weft_set_modes(WEFT_MODE_RECORDING, 0);
  went_well(r, weft_function_call(function, &x, 1, &head, 1));
  differentiate(r, keep(r, head), x);
  weft_function_release(function);
}

static void shared_with_others(run* r) {
  weft_tensor x = made(r, 20);
  weft_tensor back = NULL;
  weft_hold value = NULL;
  weft_hold pin = NULL;
  const void* read = NULL;
  void* written = NULL;
  DLManagedTensorVersioned* managed = NULL;
  if (!x) return;
  if (went_well(r, weft_tensor_hold(x, &value, &read)) &&
      went_well(r, weft_tensor_pin(x, &pin, &written))) {
    ((float*)written)[0] = 4;
    CHECK(((const float*)read)[0] == 0.5f);
  }
  weft_hold_release(value);
  value = NULL;
  if (pin && went_well(r, weft_tensor_hold(x, &value, &read))) r->result += ((const float*)read)[0];
  weft_hold_release(value);
  if (pin && went_well(r, weft_tensor_to_dlpack(x, &managed)) &&
      !went_well(r, weft_tensor_from_dlpack(managed, NULL, &back)))
    managed->deleter(managed);
  if (keep(r, back)) CHECK(weft_tensor_elements(back) == 60);
  weft_hold_release(pin);
}

typedef void (*scenario)(run*);
typedef struct job {
  scenario play;
  run outcome;
} job;

/* A thread of its own has no blocks to reuse, so every small object asks for one. */
static void* play(void* given) {
  job* j = (job*)given;
  run* r = &j->outcome;
  j->play(r);
  weft_set_modes(0, WEFT_MODE_RECORDING);
  if (r->status != WEFT_OK && !strstr(weft_last_error(), "memory"))
    printf("status %d: %s\n", (int)r->status, weft_last_error());
  while (r->count > 0) weft_tensor_release(r->arrays[--r->count]);
  return NULL;
}
static run played(scenario play_it) {
  job j;
  pthread_t thread;
  memset(&j, 0, sizeof j);
  j.play = play_it;
  CHECK(pthread_create(&thread, NULL, play, &j) == 0);
  pthread_join(thread, NULL);
  return j.outcome;
}

static void every_refusal_is_survived(scenario play_it) {
  run whole;
  long before = 0;
  long n = 0;
  /* The registry and the threads are made once, and kept are plans of gradients that recur. */
  for (n = 0; n < 8; ++n) (void)played(play_it);
  before = blocks;
  n = 0;
  whole = played(play_it);
  CHECK(whole.status == WEFT_OK && blocks <= before);
  do {
    run partial;
    refused = 0;
    refused_bytes = 0;
    until_refusal = ++n;
    partial = played(play_it);
    until_refusal = 0;
    CHECK(partial.status == (refused ? WEFT_OUT_OF_MEMORY : WEFT_OK));
    CHECK(refused || partial.result == whole.result);
    CHECK(blocks <= before);
    if (failed_checks) printf("the %ldth block was refused\n", n);
  } while (refused && !failed_checks);
  CHECK(n > 5);
  whole = played(play_it);
  CHECK(whole.status == WEFT_OK);
}

int main(void) {
  weft_allocator allocator = WEFT_ALLOCATOR_INIT;
  allocator.allocate = take;
  allocator.free = give;
  MUST(weft_set_allocator(&allocator));
  MUST(weft_set_engine_policy("inline")); /* threads of the engine take and keep blocks as well */
  every_refusal_is_survived(eagerly);
  every_refusal_is_survived(as_a_function);
  every_refusal_is_survived(with_sizes);
  every_refusal_is_survived(calling_the_host);
  every_refusal_is_survived(with_control_flow);
  every_refusal_is_survived(shared_with_others);
  return report_checks();
}

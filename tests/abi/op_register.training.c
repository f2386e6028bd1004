/* Operators that a program registers: what is refused, whose failures are whose, which thread runs
 * a kernel, and registering from several threads. */
#define _POSIX_C_SOURCE 200112L
#include <pthread.h>

#include "checks.h"

/* ---- a definition that is complete, to be spoiled
 * ------------------------------------------------ */

static weft_status same(void* context, const weft_types_call* call) {
  (void)context;
  call->out[0] = call->in[0];
  return WEFT_OK;
}

static pthread_t kernel_thread;

static weft_status twice(void* context, const weft_kernel_call* call) {
  int64_t count = 1, i;
  int32_t axis;
  (void)context;
  kernel_thread = pthread_self();
  for (axis = 0; axis < call->in[0].rank; ++axis) count *= call->in[0].shape[axis];
  for (i = 0; i < count; ++i)
    ((float*)call->out[0].data)[i] = 2 * ((const float*)call->in[0].data)[i];
  return WEFT_OK;
}

static const weft_argument_info kInput = {"x", "", WEFT_TAG_TENSOR, 1, 0, 0, {0, 0, {NULL}}};

static weft_op_definition complete(const char* name) {
  weft_op_definition op = WEFT_OP_DEFINITION_INIT;
  op.name = name;
  op.doc = "Twice the input.";
  op.inputs = 1;
  op.arguments = &kInput;
  op.no_gradient = "is a test";
  op.infer = same;
  op.kernel = twice;
  return op;
}

static weft_status call_once(const char* name, weft_tensor* out) {
  const float one[2] = {1, 2};
  weft_tensor x = vector_of(2, one);
  const weft_value arg = of_tensor(x);
  const weft_status status = weft_invoke(find(name), &arg, 1, out, 1);
  weft_tensor_release(x);
  return status;
}

/* ---- definitions
 * --------------------------------------------------------------------------------- */

static weft_status no_rule(void* context, const weft_rule_call* call) {
  (void)context;
  (void)call;
  return WEFT_OK;
}

static void incomplete_definitions_are_refused(void) {
  const size_t count = weft_op_count();
  weft_op_definition op;
  weft_argument_info wrong[2];
  FAILS(weft_op_register(NULL, NULL), WEFT_INVALID_VALUE, "`definition`");
  op = complete(NULL);
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "must be a word");
  op = complete("no word");
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "no word");
  op = complete("add");
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "`add` exists already");
  op = complete("lacks");
  op.doc = NULL;
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "`lacks` must have documentation");
  op = complete("lacks");
  op.infer = NULL;
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "`lacks` must have an inference rule");
  op = complete("lacks");
  op.kernel = NULL;
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "must have a kernel or a composition");
  op = complete("lacks");
  op.no_gradient = NULL;
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE,
        "a gradient rule or a reason for having none; got neither");
  op = complete("has_both");
  op.gradient = no_rule;
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "either a gradient or a reason");
  op = complete("has_both");
  op.compose = no_rule;
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "either a composition or a kernel");
  op = complete("wrong");
  op.outputs = 0;
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "`count_outputs`");
  op = complete("wrong");
  op.outputs = 9;
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "1 to 8 outputs; got 9");
  op = complete("wrong");
  op.promotion = "upwards";
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "upwards");
  op = complete("wrong");
  op.place = "np";
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "place");
  op = complete("wrong");
  op.arguments = NULL;
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "`arguments` must not be NULL");
  op = complete("wrong");
  op.inputs = 99;
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "at most 32 arguments; got 99");
  op = complete("wrong");
  op.attributes = 1;
  op.arguments = wrong;
  wrong[0] = wrong[1] = kInput;
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "got `x` twice");
  wrong[1].name = "factor";
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "of a known kind; got kind");
  wrong[1].kind = WEFT_TAG_FLOAT;
  wrong[1].required = 0;
  wrong[1].fallback = of_text("one");
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_TYPE, "`factor` must be a number; got a string");
  wrong[1].fallback = of_default();
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_TYPE, "wrong: `factor`");
  wrong[0].kind = WEFT_TAG_INT;
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "TENSORS; got kind");
  CHECK(weft_op_count() == count);
}

static void a_lie_about_the_version_is_refused(void) {
  weft_op_definition op = complete("liar");
  op.struct_size = 8;
  FAILS(weft_op_register(&op, NULL), WEFT_INVALID_VALUE, "`definition->struct_size`");
  op.struct_size = sizeof op + 8;
  FAILS(weft_op_register(&op, NULL), WEFT_UNSUPPORTED, "do not match");
  op = complete("liar");
  op.abi_major = WEFT_ABI_MAJOR + 1;
  FAILS(weft_op_register(&op, NULL), WEFT_UNSUPPORTED, "`liar` was compiled for interface");
  op = complete("liar");
  op.abi_minor = WEFT_ABI_MINOR + 1;
  FAILS(weft_op_register(&op, NULL), WEFT_UNSUPPORTED, "compile it with this version's weft.h");
  op = complete("liar");
  op.abi_minor = 2; /* the definition is that of 0.3 */
  FAILS(weft_op_register(&op, NULL), WEFT_UNSUPPORTED, "do not match");
}

/* ---- callbacks that fail
 * -------------------------------------------------------------------------- */

static weft_status says_no(void* context, const weft_kernel_call* call) {
  (void)call;
  return weft_fail((weft_status)(intptr_t)context, "the number is too large");
}
static weft_status says_nothing(void* context, const weft_kernel_call* call) {
  (void)call;
  return (weft_status)(intptr_t)context;
}

static void a_failing_kernel_is_the_error(void) {
  weft_tensor out = NULL;
  weft_op_definition op = complete("says_no");
  op.kernel = says_no;
  op.context = (void*)(intptr_t)WEFT_OVERFLOW;
  MUST(weft_op_register(&op, NULL));
  FAILS(call_once("says_no", &out), WEFT_OVERFLOW, "says_no: the number is too large");
  op = complete("says_nothing");
  op.kernel = says_nothing;
  op.context = (void*)(intptr_t)WEFT_UNSUPPORTED;
  MUST(weft_op_register(&op, NULL));
  FAILS(call_once("says_nothing", &out), WEFT_UNSUPPORTED,
        "says_nothing: its kernel failed and gave no message");
  op = complete("says_nonsense");
  op.kernel = says_nothing;
  op.context = (void*)(intptr_t)4711;
  MUST(weft_op_register(&op, NULL));
  FAILS(call_once("says_nonsense", &out), WEFT_INTERNAL, "4711");
  CHECK(out == NULL);
}

static void a_failing_kernel_on_another_thread_is_the_error_of_what_reads(void) {
  weft_tensor out = NULL;
  float values[2];
  weft_set_modes(WEFT_MODE_DEFERRING, 0);
  MUST(call_once("says_no", &out));
  weft_set_modes(0, WEFT_MODE_DEFERRING);
  FAILS(weft_tensor_read(out, values, sizeof values), WEFT_OVERFLOW,
        "says_no: the number is too large");
  CHECK(weft_wait_all() == WEFT_OK);
  weft_tensor_release(out);
}

static weft_status infers(void* context, const weft_types_call* call) {
  const weft_type* wanted = (const weft_type*)context;
  if (wanted) call->out[0] = *wanted;
  return WEFT_OK;
}

static void a_wrong_inference_is_refused(void) {
  static const weft_type too_many = {WEFT_FLOAT32, 17, {1}};
  static const weft_type no_dtype = {77, 1, {1}};
  static const weft_type negative = {WEFT_FLOAT32, 1, {-3}};
  static const weft_type huge = {WEFT_FLOAT32, 2, {INT64_MAX, 2}};
  const struct {
    const char* name;
    const weft_type* type;
    weft_status status;
    const char* text;
  } cases[] = {{"infers_nothing", NULL, WEFT_INVALID_VALUE,
                "infers_nothing: its inference must give output 0"},
               {"infers_axes", &too_many, WEFT_INVALID_VALUE, "a rank in [0, 16]; got 17"},
               {"infers_dtype", &no_dtype, WEFT_INVALID_TYPE, "a dtype; got number 77"},
               {"infers_negative", &negative, WEFT_INVALID_VALUE, "infers_negative"},
               {"infers_huge", &huge, WEFT_INVALID_VALUE, "infers_huge"}};
  weft_tensor out = NULL;
  size_t i;
  for (i = 0; i < COUNT(cases); ++i) {
    weft_op_definition op = complete(cases[i].name);
    op.infer = infers;
    op.context = (void*)(intptr_t)cases[i].type;
    MUST(weft_op_register(&op, NULL));
    FAILS(call_once(cases[i].name, &out), cases[i].status, cases[i].text);
  }
  CHECK(out == NULL);
}

/* ---- rules that go wrong
 * ---------------------------------------------------------------------------- */

static weft_operand emit(const weft_rule_call* call, const char* name, weft_operand a,
                         weft_operand b, size_t nin) {
  weft_operand in[2];
  in[0] = a;
  in[1] = b;
  return weft_builder_emit(call->builder, find(name), in, nin, NULL, 0, NULL, 0);
}

static weft_status composes_wrongly(void* context, const weft_rule_call* call) {
  weft_operand out[2];
  const weft_value text = {WEFT_TAG_STRING, 0, {NULL}};
  switch ((intptr_t)context) {
    case 0: return WEFT_OK; /* no result */
    case 1: call->result[0] = emit(call, "add", call->in[0], 1000, 2); return WEFT_OK;
    case 2: call->result[0] = emit(call, "add", call->in[0], WEFT_ABSENT, 1); return WEFT_OK;
    case 3:
      call->result[0] = weft_builder_emit(call->builder, NULL, call->in, 1, NULL, 0, NULL, 0);
      return WEFT_OK;
    case 4:
      call->result[0] =
          weft_builder_emit(call->builder, find("negative"), call->in, 1, NULL, 0, out, 2);
      CHECK(out[0] >= 0 && out[1] >= 0);
      return WEFT_OK;
    case 5: call->result[0] = weft_builder_scalar(call->builder, text); return WEFT_OK;
    case 6: call->result[0] = weft_builder_scalar(call->builder, of_float(1)); return WEFT_OK;
    case 7: call->result[0] = 12345; return WEFT_OK;
    case 8: return weft_fail(WEFT_IO, "the rule book is lost");
    default: {
      const weft_type type = {WEFT_FLOAT32, 1, {2}};
      weft_tensor placeholder = NULL;
      MUST(weft_trace_begin_rule(&type, 1, &placeholder));
      weft_tensor_release(placeholder);
      return WEFT_OK;
    }
  }
}

static void a_wrong_composition_is_refused(void) {
  static const char* const texts[] = {
      "must give output 0 an array; got nothing",
      "a rule must use operands in [0, 1); got 1000",
      "composes_2: `x2` must be given; a rule of `composes_2` leaves it out",
      "a rule must give `op`; got NULL",
      "room for the 1 outputs of `negative`; got room for 2",
      "scalar must be a number",
      "must give output 0 an array; got a number",
      "got 12345",
      "composes_8: the rule book is lost",
      "composes_9: its composition began a trace and did not end it"};
  weft_tensor out = NULL;
  size_t i;
  for (i = 0; i < COUNT(texts); ++i) {
    char name[] = "composes_0";
    weft_op_definition op = complete(name);
    name[9] = (char)('0' + i);
    op.infer = NULL;
    op.kernel = NULL;
    op.no_gradient = NULL;
    op.compose = composes_wrongly;
    op.context = (void*)(intptr_t)i;
    MUST(weft_op_register(&op, NULL));
    {
      const weft_status status = call_once(name, &out);
      CHECK(status != WEFT_OK);
      if (!strstr(weft_last_error(), texts[i])) {
        ++failed_checks;
        printf("%s: got \"%s\"\n", texts[i], weft_last_error());
      }
    }
  }
  CHECK(out == NULL && !(weft_modes() & WEFT_MODE_TRACING));
}

static weft_status gradient_of_wrong_shape(void* context, const weft_rule_call* call) {
  const int64_t extents[2] = {1, 2};
  weft_value shape = of_ints(extents, 2);
  weft_value transposed[1];
  weft_type type;
  (void)context;
  transposed[0] = shape;
  MUST(weft_builder_get_type(call->builder, call->in[0], &type, NULL));
  CHECK(type.rank == 2 && type.shape[0] == 2 && type.shape[1] == 1 && type.dtype == WEFT_FLOAT32);
  CHECK(weft_builder_get_type(call->builder, 999, &type, NULL) == WEFT_INVALID_VALUE);
  call->result[0] =
      weft_builder_emit(call->builder, find("reshape"), call->cotangent, 1, transposed, 1, NULL, 0);
  return WEFT_OK;
}

static void a_gradient_of_another_shape_is_refused(void) {
  const int64_t shape[2] = {2, 1};
  const float data[2] = {1, 2};
  weft_op_definition op = complete("wrong_gradient");
  weft_tensor x = floats(2, shape, data), y = NULL;
  weft_value arg = of_tensor(x);
  weft_status status;
  op.no_gradient = NULL;
  op.gradient = gradient_of_wrong_shape;
  MUST(weft_op_register(&op, NULL));
  MUST(weft_tensor_attach_grad(x, WEFT_GRAD_WRITE));
  weft_set_modes(WEFT_MODE_RECORDING, 0);
  status = weft_invoke(find("wrong_gradient"), &arg, 1, &y, 1);
  weft_set_modes(0, WEFT_MODE_RECORDING);
  if (status == WEFT_OK) status = weft_backward(&y, NULL, 1, 0);
  CHECK(status == WEFT_INVALID_VALUE);
  CHECK(strstr(weft_last_error(), "wrong_gradient: its gradient for `x` must have shape (2, 1)"));
  weft_tensor_release(x);
  weft_tensor_release(y);
}

/* ---- threads
 * ------------------------------------------------------------------------------------------ */

static weft_tensor traced_call(const char* name) {
  const float data[2] = {1, 2};
  weft_tensor x = vector_of(2, data), placeholder = NULL, inside = NULL, out = NULL;
  weft_function function = NULL;
  MUST(weft_trace_begin(&x, 1, &placeholder));
  inside = apply1(name, placeholder);
  MUST(weft_trace_end(&inside, 1, &function));
  MUST(weft_function_call(function, &x, 1, &out, 1));
  weft_function_release(function);
  weft_tensor_release(inside);
  weft_tensor_release(placeholder);
  weft_tensor_release(x);
  return out;
}

static void a_kernel_runs_on_its_caller_if_it_says_so(void) {
  weft_op_definition op = complete("stays_here");
  weft_tensor out = NULL;
  float values[2];
  int i;
  op.flags = WEFT_OP_RUNS_ON_CALLER;
  MUST(weft_op_register(&op, NULL));
  op = complete("goes_anywhere");
  MUST(weft_op_register(&op, NULL));
  weft_set_modes(WEFT_MODE_DEFERRING, 0);
  for (i = 0; i < 4; ++i) {
    const int here = i < 2;
    const char* name = here ? "stays_here" : "goes_anywhere";
    if (i % 2) {
      out = traced_call(name);
    } else {
      MUST(call_once(name, &out));
    }
    MUST(weft_wait_all());
    CHECK(!pthread_equal(kernel_thread, pthread_self()) == !here);
    read_floats(out, values, 2);
    CHECK(values[0] == 2.0f && values[1] == 4.0f);
    weft_tensor_release(out);
    out = NULL;
  }
  weft_set_modes(0, WEFT_MODE_DEFERRING);
}

enum { kThreads = 4, kNames = 100 };

static void* register_many(void* given) {
  const long own = (long)(intptr_t)given;
  intptr_t won = 0;
  int i;
  for (i = 0; i < kNames; ++i) {
    char name[32];
    weft_op_definition op;
    weft_op found = NULL;
    sprintf(name, "own_%ld_%d", own, i);
    op = complete(name);
    MUST(weft_op_register(&op, NULL));
    CHECK(weft_op_find(name, &found) == WEFT_OK && found != NULL);
    sprintf(name, "common_%d", i);
    op = complete(name);
    won += weft_op_register(&op, NULL) == WEFT_OK;
    CHECK(weft_op_at(weft_op_count() - 1) != NULL);
  }
  return (void*)won;
}

static void threads_register_side_by_side(void) {
  const size_t count = weft_op_count();
  pthread_t threads[kThreads];
  intptr_t won = 0;
  int i;
  for (i = 0; i < kThreads; ++i)
    CHECK(pthread_create(&threads[i], NULL, register_many, (void*)(intptr_t)i) == 0);
  for (i = 0; i < kThreads; ++i) {
    void* result = NULL;
    pthread_join(threads[i], &result);
    won += (intptr_t)result;
  }
  CHECK(won == kNames);
  CHECK(weft_op_count() == count + (kThreads + 1) * kNames);
}

int main(void) {
  incomplete_definitions_are_refused();
  a_lie_about_the_version_is_refused();
  under_policy("inline", a_failing_kernel_is_the_error);
  under_policy("inline", a_failing_kernel_on_another_thread_is_the_error_of_what_reads);
  a_wrong_inference_is_refused();
  a_wrong_composition_is_refused();
  a_gradient_of_another_shape_is_refused();
  under_policy("inline", a_kernel_runs_on_its_caller_if_it_says_so);
  threads_register_side_by_side();
  return report_checks();
}

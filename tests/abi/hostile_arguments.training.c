/* Every operator is called with arguments that fit badly or not at all: it answers with a result
 * or with a status and a text, eagerly and in a trace, and never ends the process. */
#include "checks.h"

static weft_tensor arrays[16];
static size_t array_count;
static weft_tensor listed[3];
static int64_t many[200];
static uint32_t state = 1;

static uint32_t draw(uint32_t below) {
  state = state * 1664525u + 1013904223u;
  return (state >> 8) % below;
}

static void make_arrays(void) {
  static const int64_t shapes[][4] = {{2, 3, 5, 6}, {4, 3, 3, 3}, {3, 5, 0, 0}, {5, 3, 0, 0},
                                      {4, 0, 0, 0}, {0, 3, 0, 0}, {1, 1, 1, 1}};
  static const int32_t ranks[] = {4, 4, 2, 2, 1, 2, 4};
  static const weft_dtype dtypes[] = {WEFT_INT64,   WEFT_BOOL,    WEFT_UINT8,
                                      WEFT_FLOAT16, WEFT_FLOAT64, WEFT_BFLOAT16};
  const int64_t four[] = {4};
  size_t i;
  for (i = 0; i < COUNT(ranks); ++i)
    arrays[array_count++] = some_floats(ranks[i], shapes[i], 2, (uint32_t)i);
  for (i = 0; i < COUNT(dtypes); ++i)
    MUST(weft_tensor_create(dtypes[i], 1, four, NULL, &arrays[array_count++]));
  arrays[array_count++] = floats(0, NULL, NULL);
}

/* Up to three arrays, one of which may be missing. */
static weft_value any_list(void) {
  uint32_t i;
  for (i = 0; i < COUNT(listed); ++i)
    listed[i] = draw(12) ? arrays[draw((uint32_t)array_count)] : NULL;
  if (draw(2)) listed[1] = listed[2] = listed[0];
  return of_tensors(draw(20) ? listed : NULL, draw(COUNT(listed) + 1));
}

static weft_value any_value(void) {
  static const int64_t odd[] = {0, 1, 2, -1, 3, -3, INT64_MAX, INT64_MIN, (int64_t)1 << 40};
  static const char* const texts[] = {"", "max", "avg", "full", "nonsense"};
  weft_value value = {WEFT_TAG_NONE, 0, {NULL}};
  uint32_t i;
  switch (draw(12)) {
    case 0: return of_int(odd[draw(COUNT(odd))]);
    case 1: return of_float(draw(2) ? 0.5 : -1e300);
    case 2: return of_bool((int)draw(2));
    case 3: return of_text(texts[draw(COUNT(texts))]);
    case 4:
    case 5:
      for (i = 0; i < 3; ++i) many[i] = odd[draw(COUNT(odd))];
      return of_ints(many, draw(5) ? draw(4) : draw(200));
    case 6: return of_dtype((weft_dtype)draw(20));
    case 7: return of_default();
    case 8: /* a count without memory behind it */
      value = draw(2) ? of_ints(NULL, 3) : of_text("");
      value.count = 3;
      if (value.tag == WEFT_TAG_STRING) value.as.text = NULL;
      return value;
    case 9: value.tag = 10 + draw(1000); return value;
    case 10: return any_list();
    default: return value;
  }
}

/* Some of the first arguments are arrays, so that calls get past the first check. */
static void call_badly(weft_op op, const weft_op_info* info, weft_tensor placeholder) {
  weft_value args[24];
  weft_tensor outs[4] = {NULL, NULL, NULL, NULL};
  size_t nouts = (size_t)info->outputs;
  const size_t maximum = (size_t)(info->inputs + info->attributes);
  size_t count = maximum + draw(2) - (maximum && !draw(5));
  size_t i;
  size_t k;
  for (i = 0; i < count; ++i) {
    const int array = i < (size_t)info->inputs ? draw(8) != 0 : draw(10) == 0;
    const int is_list = i < (size_t)info->inputs && info->arguments[i].kind == WEFT_TAG_TENSORS;
    args[i] = !array                   ? any_value()
              : is_list                ? any_list()
              : placeholder && draw(2) ? of_tensor(placeholder)
                                       : of_tensor(arrays[draw((uint32_t)array_count)]);
  }
  if (nouts == 0 && (weft_op_count_outputs(op, args, count, &nouts) != WEFT_OK || nouts > 4))
    nouts = 4;
  if (weft_invoke(op, args, count, outs, nouts) != WEFT_OK) {
    CHECK(weft_last_error()[0] != 0);
    for (k = 0; k < 4; ++k) CHECK(outs[k] == NULL);
  }
  for (k = 0; k < 4; ++k) weft_tensor_release(outs[k]);
}

static void every_operator_survives(int rounds, weft_tensor placeholder) {
  size_t i;
  int round;
  for (i = 0; i < weft_op_count(); ++i) {
    weft_op_info info;
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    MUST(weft_op_get_info(weft_op_at(i), &info));
    for (round = 0; round < rounds; ++round) {
      state = (uint32_t)(i * 7919u + (uint32_t)round * 104729u + 1u);
      if (getenv("WEFT_TEST_VERBOSE")) {
        printf("%s %d\n", info.name, round);
        fflush(stdout);
      }
      call_badly(weft_op_at(i), &info, placeholder);
    }
  }
}

int main(void) {
  const char* const examples = getenv("WEFT_TEST_EXAMPLES");
  const int rounds = examples ? atoi(examples) : 300;
  weft_tensor placeholder = NULL;
  weft_tensor out = NULL;
  size_t i;
  make_arrays();
  every_operator_survives(rounds, NULL);
  MUST(weft_tensor_attach_grad(arrays[0], WEFT_GRAD_WRITE));
  MUST(weft_tensor_attach_grad_of_kind(arrays[2], WEFT_GRAD_WRITE, WEFT_GRAD_ROW_SPARSE));
  weft_set_modes(WEFT_MODE_RECORDING, 0);
  every_operator_survives(rounds / 3, NULL);
  weft_set_modes(0, WEFT_MODE_RECORDING);
  /* A trace in which something failed is given up. */
  MUST(weft_trace_begin(&arrays[0], 1, &placeholder));
  every_operator_survives(1, placeholder);
  weft_trace_abort();
  weft_tensor_release(placeholder);
  out = apply1("exp", arrays[0]);
  weft_tensor_release(out);
  for (i = 0; i < array_count; ++i) weft_tensor_release(arrays[i]);
  return report_checks();
}

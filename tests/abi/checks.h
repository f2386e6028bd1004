/* What the C tests share: checks that name their line, and short ways to make arguments. A test
 * is a function; a program runs its tests and returns how many checks failed. */
#ifndef TESTS_ABI_CHECKS_H_
#define TESTS_ABI_CHECKS_H_

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

static int failed_checks;

#define CHECK(condition)                                               \
  do {                                                                 \
    if (!(condition)) {                                                \
      ++failed_checks;                                                 \
      printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
    }                                                                  \
  } while (0)

/* What the rest of a program needs: it ends where this fails. */
#define MUST(call)                                                                        \
  do {                                                                                    \
    const weft_status must_status = (call);                                               \
    if (must_status != WEFT_OK) {                                                         \
      printf("%s:%d: status %d: %s\n  %s\n", __FILE__, __LINE__, (int)must_status, #call, \
             weft_last_error());                                                          \
      exit(1);                                                                            \
    }                                                                                     \
  } while (0)

/* Fails with `expected`, and the message has `text` in it. */
#define FAILS(call, expected, text)                                                              \
  do {                                                                                           \
    const weft_status fails_status = (call);                                                     \
    if (fails_status != (expected) || !strstr(weft_last_error(), (text))) {                      \
      ++failed_checks;                                                                           \
      printf("%s:%d: %s\n  gave status %d, \"%s\"\n  expected %d, \"%s\"\n", __FILE__, __LINE__, \
             #call, (int)fails_status, fails_status ? weft_last_error() : "", (int)(expected),   \
             (text));                                                                            \
    }                                                                                            \
  } while (0)

/* For a test of when or where work runs: such things differ between the engine's policies, under
 * each of which the other tests run. What these queued has run before. */
static inline void under_policy(const char* policy, void (*test)(void)) {
  char before[16];
  snprintf(before, sizeof before, "%s", weft_info("engine"));
  (void)weft_wait_all();
  MUST(weft_set_engine_policy(policy));
  test();
  MUST(weft_set_engine_policy(before));
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline weft_value of_tensor(weft_tensor tensor) {
  weft_value value = {WEFT_TAG_TENSOR, 0, {NULL}};
  value.as.tensor = tensor;
  return value;
}
static inline weft_value of_int(int64_t number) {
  weft_value value = {WEFT_TAG_INT, 0, {NULL}};
  value.as.integer = number;
  return value;
}
static inline weft_value of_float(double number) {
  weft_value value = {WEFT_TAG_FLOAT, 0, {NULL}};
  value.as.real = number;
  return value;
}
static inline weft_value of_bool(int flag) {
  weft_value value = {WEFT_TAG_BOOL, 0, {NULL}};
  value.as.integer = flag;
  return value;
}
static inline weft_value of_dtype(weft_dtype dtype) {
  weft_value value = {WEFT_TAG_DTYPE, 0, {NULL}};
  value.as.integer = dtype;
  return value;
}
static inline weft_value of_text(const char* text) {
  weft_value value = {WEFT_TAG_STRING, 0, {NULL}};
  value.count = (uint32_t)strlen(text);
  value.as.text = text;
  return value;
}
static inline weft_value of_ints(const int64_t* numbers, uint32_t count) {
  weft_value value = {WEFT_TAG_INTS, 0, {NULL}};
  value.count = count;
  value.as.ints = numbers;
  return value;
}
static inline weft_value of_tensors(const weft_tensor* tensors, uint32_t count) {
  weft_value value = {WEFT_TAG_TENSORS, 0, {NULL}};
  value.count = count;
  value.as.tensors = tensors;
  return value;
}
static inline weft_value of_default(void) {
  const weft_value value = {WEFT_TAG_DEFAULT, 0, {NULL}};
  return value;
}

static inline weft_op find(const char* name) {
  weft_op op = NULL;
  MUST(weft_op_find(name, &op));
  return op;
}

/* One output of an operator; the caller releases it. */
static inline weft_tensor apply(const char* name, const weft_value* args, size_t count) {
  weft_tensor out = NULL;
  MUST(weft_invoke(find(name), args, count, &out, 1));
  return out;
}
static inline weft_tensor apply1(const char* name, weft_tensor a) {
  const weft_value args[1] = {of_tensor(a)};
  return apply(name, args, 1);
}
static inline weft_tensor apply2(const char* name, weft_tensor a, weft_tensor b) {
  const weft_value args[2] = {of_tensor(a), of_tensor(b)};
  return apply(name, args, 2);
}

static inline weft_tensor floats(int32_t rank, const int64_t* shape, const float* data) {
  weft_tensor out = NULL;
  MUST(weft_tensor_create(WEFT_FLOAT32, rank, shape, data, &out));
  return out;
}
static inline weft_tensor vector_of(int64_t count, const float* data) {
  return floats(1, &count, data);
}
/* Numbers in [-scale, scale) that differ from each other and are the same in every run. */
static inline weft_tensor some_floats(int32_t rank, const int64_t* shape, float scale,
                                      uint32_t seed) {
  weft_tensor out = floats(rank, shape, NULL);
  const int64_t count = weft_tensor_elements(out);
  float* data = (float*)malloc((size_t)(count + 1) * sizeof(float));
  uint32_t state = seed * 2654435761u + 12345u;
  weft_tensor filled = NULL;
  int64_t i;
  for (i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    data[i] = scale * ((float)(state >> 8) / 8388608.0f - 1.0f);
  }
  filled = floats(rank, shape, data);
  free(data);
  weft_tensor_release(out);
  return filled;
}

static inline void read_floats(weft_tensor tensor, float* data, size_t count) {
  MUST(weft_tensor_read(tensor, data, count * sizeof(float)));
}
static inline float first_float(weft_tensor tensor) {
  weft_value value = {WEFT_TAG_DEFAULT, 0, {NULL}};
  MUST(weft_tensor_item(tensor, &value));
  return (float)value.as.real;
}

static inline int report_checks(void) {
  if (failed_checks) printf("%d checks failed\n", failed_checks);
  return failed_checks ? 1 : 0;
}

#endif /* TESTS_ABI_CHECKS_H_ */

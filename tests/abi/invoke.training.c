/* weft_invoke: results, out=, weak scalars, and mistakes of every kind. */
#include "checks.h"

static const float kOne[] = {1, 2, 3, 4, 5, 6};

static weft_tensor matrix(void) {
  const int64_t shape[] = {2, 3};
  return floats(2, shape, kOne);
}

static void results_are_new_arrays(void) {
  weft_tensor x = matrix();
  weft_tensor y = apply2("add", x, x);
  float read[6];
  int i;
  read_floats(y, read, 6);
  for (i = 0; i < 6; ++i) CHECK(read[i] == 2 * kOne[i]);
  CHECK(!weft_tensor_shares_box(x, y));
  CHECK(weft_tensor_rank(y) == 2 && weft_tensor_shape(y)[0] == 2 && weft_tensor_shape(y)[1] == 3);
  weft_tensor_release(x);
  weft_tensor_release(y);
}

static void a_result_is_written_into_out(void) {
  weft_tensor x = matrix();
  weft_tensor y = matrix();
  const weft_value args[] = {of_tensor(x), of_int(10)};
  weft_tensor outs[1];
  float read[6];
  int i;
  outs[0] = y;
  MUST(weft_invoke(find("multiply"), args, 2, outs, 1));
  CHECK(outs[0] == y);
  read_floats(y, read, 6);
  for (i = 0; i < 6; ++i) CHECK(read[i] == 10 * kOne[i]);
  outs[0] = x; /* the input itself */
  MUST(weft_invoke(find("multiply"), args, 2, outs, 1));
  read_floats(x, read, 6);
  for (i = 0; i < 6; ++i) CHECK(read[i] == 10 * kOne[i]);
  weft_tensor_release(x);
  weft_tensor_release(y);
}

static void out_of_another_shape_or_dtype_is_refused(void) {
  const int64_t three = 3;
  const int64_t shape[] = {2, 3};
  weft_tensor x = matrix();
  weft_tensor small = vector_of(three, NULL);
  weft_tensor whole = NULL;
  const weft_value args[] = {of_tensor(x), of_tensor(x)};
  weft_tensor outs[1];
  float read[3];
  MUST(weft_tensor_create(WEFT_INT32, 2, shape, NULL, &whole));
  outs[0] = small;
  FAILS(weft_invoke(find("add"), args, 2, outs, 1), WEFT_INVALID_VALUE, "`out` must have shape");
  outs[0] = whole;
  FAILS(weft_invoke(find("add"), args, 2, outs, 1), WEFT_INVALID_TYPE, "float32");
  read_floats(small, read, 3);
  CHECK(read[0] == 0 && read[2] == 0);
  weft_tensor_release(x);
  weft_tensor_release(small);
  weft_tensor_release(whole);
}

static void weak_scalars_take_the_dtype_of_arrays(void) {
  const int64_t two = 2;
  weft_tensor bytes = NULL;
  weft_tensor sum = NULL;
  weft_value args[2];
  weft_tensor outs[1] = {NULL};
  MUST(weft_tensor_create(WEFT_UINT8, 1, &two, "\1\2", &bytes));
  args[0] = of_tensor(bytes);
  args[1] = of_int(250);
  sum = apply("add", args, 2);
  CHECK(weft_tensor_dtype(sum) == WEFT_UINT8);
  args[1] = of_int(256);
  FAILS(weft_invoke(find("add"), args, 2, outs, 1), WEFT_OVERFLOW, "256");
  args[1] = of_int(-1);
  FAILS(weft_invoke(find("add"), args, 2, outs, 1), WEFT_OVERFLOW, "-1");
  CHECK(outs[0] == NULL);
  weft_tensor_release(bytes);
  weft_tensor_release(sum);
}

static int all_are(const char* op, weft_tensor x, weft_value number, uint8_t truth) {
  weft_value args[2];
  weft_tensor out = NULL;
  uint8_t read[3];
  args[0] = of_tensor(x);
  args[1] = number;
  MUST(weft_invoke(find(op), args, 2, &out, 1));
  MUST(weft_tensor_read(out, read, sizeof read));
  weft_tensor_release(out);
  return read[0] == truth && read[1] == truth && read[2] == truth;
}

static void integers_beyond_a_dtype_are_settled(void) {
  static const uint8_t bytes[] = {0, 44, 255};
  static const uint64_t words[] = {0, 44, UINT64_MAX};
  const int64_t shape[] = {3};
  weft_value number = {WEFT_TAG_UNSIGNED, 0, {NULL}};
  weft_value args[2];
  weft_tensor x = NULL, y = NULL, out = NULL;
  uint64_t read[3];
  MUST(weft_tensor_create(WEFT_UINT8, 1, shape, bytes, &x));
  MUST(weft_tensor_create(WEFT_UINT64, 1, shape, words, &y));
  CHECK(all_are("greater", x, of_int(-1), 1));
  CHECK(all_are("equal", x, of_int(300), 0));
  number.as.integer = INT64_MIN; /* 2^63 */
  CHECK(all_are("less", x, number, 1));
  args[0] = of_tensor(y);
  args[1] = number;
  MUST(weft_invoke(find("add"), args, 2, &out, 1));
  MUST(weft_tensor_read(out, read, sizeof read));
  CHECK(read[0] == UINT64_C(1) << 63 && read[2] == (UINT64_C(1) << 63) - 1);
  weft_tensor_release(out);
  out = NULL;
  number.tag = args[1].tag = WEFT_TAG_BEYOND;
  number.as.real = args[1].as.real = -1e30;
  CHECK(all_are("greater", y, number, 1));
  FAILS(weft_invoke(find("add"), args, 2, &out, 1), WEFT_OVERFLOW, "out of range for uint64");
  FAILS(weft_tensor_write(x, &number), WEFT_OVERFLOW, "out of range for uint8");
  CHECK(out == NULL);
  weft_tensor_release(x);
  weft_tensor_release(y);
}

static void mistakes_leave_outputs_alone(void) {
  const int64_t four = 4;
  weft_tensor x = matrix();
  weft_tensor y = vector_of(four, NULL);
  weft_tensor outs[2] = {NULL, NULL};
  weft_value args[8];
  args[0] = of_tensor(x);
  args[1] = of_tensor(y);
  FAILS(weft_invoke(find("add"), args, 2, outs, 1), WEFT_INVALID_VALUE, "do not broadcast");
  FAILS(weft_invoke(find("add"), args, 1, outs, 1), WEFT_INVALID_TYPE, "must be given");
  FAILS(weft_invoke(find("add"), args, 0, outs, 1), WEFT_INVALID_TYPE, "must be given");
  FAILS(weft_invoke(find("add"), args, 2, outs, 2), WEFT_INVALID_VALUE, "outputs");
  FAILS(weft_invoke(find("add"), args, 2, outs, 0), WEFT_INVALID_VALUE, "outputs");
  args[1] = of_tensor(NULL);
  FAILS(weft_invoke(find("add"), args, 2, outs, 1), WEFT_INVALID_TYPE, "must be an array");
  args[1] = of_text("three");
  FAILS(weft_invoke(find("add"), args, 2, outs, 1), WEFT_INVALID_TYPE, "must be an array");
  args[1] = of_default();
  FAILS(weft_invoke(find("add"), args, 2, outs, 1), WEFT_INVALID_TYPE, "must be given");
  args[1].tag = 77;
  FAILS(weft_invoke(find("add"), args, 2, outs, 1), WEFT_INVALID_TYPE, "must be an array");
  args[1] = of_tensor(x);
  args[2] = of_int(1); /* add has no attributes */
  FAILS(weft_invoke(find("add"), args, 3, outs, 1), WEFT_INVALID_TYPE, "add");
  args[1] = of_int(9);
  FAILS(weft_invoke(find("softmax"), args, 2, outs, 1), WEFT_INDEX_OUT_OF_RANGE, "axis");
  args[1] = of_text("one");
  FAILS(weft_invoke(find("softmax"), args, 2, outs, 1), WEFT_INVALID_TYPE, "axis");
  CHECK(outs[0] == NULL && outs[1] == NULL);
  weft_tensor_release(x);
  weft_tensor_release(y);
}

static void huge_and_negative_shapes_allocate_nothing(void) {
  const int64_t huge[] = {(int64_t)1 << 40, (int64_t)1 << 40};
  const int64_t large[] = {(int64_t)1 << 50};
  const int64_t bytes[] = {((int64_t)1 << 61) + 1};
  const int64_t negative[] = {3, -2};
  int64_t many[40];
  weft_tensor out = NULL;
  weft_value args[3];
  weft_memory before = WEFT_MEMORY_INIT;
  weft_memory after = WEFT_MEMORY_INIT;
  int i;
  for (i = 0; i < 40; ++i) many[i] = 1;
  MUST(weft_memory_stats(&before, 1));
  FAILS(weft_tensor_create(WEFT_FLOAT32, 2, huge, NULL, &out), WEFT_INVALID_VALUE, "63 bits");
  FAILS(weft_tensor_create(WEFT_FLOAT64, 1, bytes, NULL, &out), WEFT_INVALID_VALUE, "elements");
  FAILS(weft_tensor_create(WEFT_FLOAT32, 1, large, NULL, &out), WEFT_OUT_OF_MEMORY, "memory");
  FAILS(weft_tensor_create(WEFT_FLOAT32, 2, negative, NULL, &out), WEFT_INVALID_VALUE,
        "at least 0");
  FAILS(weft_tensor_create(WEFT_FLOAT32, 40, many, NULL, &out), WEFT_INVALID_VALUE, "16 axes");
  FAILS(weft_tensor_create(WEFT_FLOAT32, -1, many, NULL, &out), WEFT_INVALID_VALUE, "rank");
  FAILS(weft_tensor_create(44, 1, many, NULL, &out), WEFT_INVALID_TYPE, "44");
  args[1] = of_float(1);
  args[2] = of_dtype(WEFT_FLOAT32);
  args[0] = of_ints(huge, 2);
  FAILS(weft_invoke(find("full"), args, 3, &out, 1), WEFT_INVALID_VALUE, "63 bits");
  args[0] = of_ints(large, 1);
  FAILS(weft_invoke(find("full"), args, 3, &out, 1), WEFT_OUT_OF_MEMORY, "memory");
  args[0] = of_ints(negative, 2);
  FAILS(weft_invoke(find("full"), args, 3, &out, 1), WEFT_INVALID_VALUE, "full");
  args[0] = of_ints(many, 40);
  FAILS(weft_invoke(find("full"), args, 3, &out, 1), WEFT_INVALID_VALUE, "16 axes");
  MUST(weft_memory_stats(&after, 0));
  CHECK(after.peak - before.live < 1 << 20);
  CHECK(out == NULL);
}

static void empty_and_scalar_arrays_work(void) {
  const int64_t none[] = {0, 3};
  weft_tensor empty = floats(2, none, NULL);
  weft_tensor scalar = floats(0, NULL, kOne);
  weft_tensor sum = apply1("sum", empty);
  weft_tensor twice = apply2("add", scalar, scalar);
  weft_tensor both = apply2("add", empty, scalar);
  CHECK(weft_tensor_elements(empty) == 0 && weft_tensor_elements(scalar) == 1);
  CHECK(first_float(sum) == 0 && first_float(twice) == 2);
  CHECK(weft_tensor_elements(both) == 0 && weft_tensor_rank(both) == 2);
  weft_tensor_release(empty);
  weft_tensor_release(scalar);
  weft_tensor_release(sum);
  weft_tensor_release(twice);
  weft_tensor_release(both);
}

static void a_list_of_arrays_is_one_argument(void) {
  weft_tensor parts[100];
  weft_value args[2];
  weft_tensor outs[1] = {NULL};
  float read[200];
  size_t i;
  for (i = 0; i < COUNT(parts); ++i) {
    const float pair[2] = {(float)i, -(float)i};
    parts[i] = vector_of(2, pair);
  }
  args[0] = of_tensors(parts, COUNT(parts));
  args[1] = of_int(0);
  MUST(weft_invoke(find("concatenate"), args, 2, outs, 1));
  read_floats(outs[0], read, COUNT(read));
  for (i = 0; i < COUNT(parts); ++i) CHECK(read[2 * i] == (float)i && read[2 * i + 1] == -(float)i);
  weft_tensor_release(outs[0]);
  outs[0] = NULL;
  args[0] = of_tensors(parts, 0);
  FAILS(weft_invoke(find("concatenate"), args, 2, outs, 1), WEFT_INVALID_VALUE,
        "`arrays` must have at least one array; got an empty list");
  args[0] = of_tensor(parts[0]);
  FAILS(weft_invoke(find("concatenate"), args, 2, outs, 1), WEFT_INVALID_TYPE,
        "`arrays` must be a list of arrays");
  args[0] = of_default();
  FAILS(weft_invoke(find("concatenate"), args, 1, outs, 1), WEFT_INVALID_TYPE,
        "`arrays` must be given");
  weft_tensor_release(parts[3]);
  parts[3] = NULL;
  args[0] = of_tensors(parts, COUNT(parts));
  FAILS(weft_invoke(find("concatenate"), args, 2, outs, 1), WEFT_INVALID_TYPE,
        "`arrays[3]` must be given");
  CHECK(outs[0] == NULL);
  for (i = 0; i < COUNT(parts); ++i) weft_tensor_release(parts[i]);
}

static void arguments_tell_how_many_results_there_are(void) {
  const int64_t cuts[] = {1, 2};
  weft_tensor x = matrix();
  weft_value args[3];
  weft_tensor outs[3] = {NULL, NULL, NULL};
  float read[2];
  size_t count = 0;
  args[0] = of_tensor(x);
  args[1] = of_ints(cuts, 2);
  args[2] = of_int(1);
  MUST(weft_op_count_outputs(find("split"), args, 3, &count));
  CHECK(count == 3);
  MUST(weft_op_count_outputs(find("add"), args, 3, &count));
  CHECK(count == 1);
  FAILS(weft_invoke(find("split"), args, 3, outs, 2), WEFT_INVALID_VALUE,
        "has 3 outputs; got room for 2");
  MUST(weft_invoke(find("split"), args, 3, outs, 3));
  read_floats(outs[2], read, 2);
  CHECK(read[0] == 3 && read[1] == 6);
  CHECK(weft_tensor_shares_box(x, outs[0]) && weft_tensor_shares_box(x, outs[2]));
  for (count = 0; count < 3; ++count) weft_tensor_release(outs[count]);
  args[1] = of_int(0);
  FAILS(weft_op_count_outputs(find("split"), args, 3, &count), WEFT_INVALID_VALUE,
        "`indices_or_sections` must be from 1 to 65536; got 0");
  weft_tensor_release(x);
}

int main(void) {
  results_are_new_arrays();
  a_result_is_written_into_out();
  out_of_another_shape_or_dtype_is_refused();
  weak_scalars_take_the_dtype_of_arrays();
  integers_beyond_a_dtype_are_settled();
  mistakes_leave_outputs_alone();
  huge_and_negative_shapes_allocate_nothing();
  empty_and_scalar_arrays_work();
  a_list_of_arrays_is_one_argument();
  arguments_tell_how_many_results_there_are();
  return report_checks();
}

/* Row-sparse gradients: asked for, filled by lookups, read, set, and what they refuse. */
#include "checks.h"

enum { kRows = 5, kWidth = 2 };

static weft_tensor table(int32_t request) {
  const int64_t shape[2] = {kRows, kWidth};
  weft_tensor x = some_floats(2, shape, 1, 3);
  MUST(weft_tensor_attach_grad_of_kind(x, request, WEFT_GRAD_ROW_SPARSE));
  return x;
}

static weft_tensor indices_of(const int64_t* data, int64_t count) {
  weft_tensor out = NULL;
  MUST(weft_tensor_create(WEFT_INT64, 1, &count, data, &out));
  return out;
}

static void look_up_and_go_back(weft_tensor x, const int64_t* data, int64_t count) {
  weft_tensor index = indices_of(data, count);
  weft_value args[3];
  weft_tensor y = NULL;
  args[0] = of_tensor(index);
  args[1] = of_tensor(x);
  args[2] = of_bool(1);
  weft_set_modes(WEFT_MODE_RECORDING, 0);
  y = apply("embedding", args, 3);
  weft_set_modes(0, WEFT_MODE_RECORDING);
  MUST(weft_backward(&y, NULL, 1, 0));
  weft_tensor_release(y);
  weft_tensor_release(index);
}

/* Has the gradient these rows, each of one value? */
static void check_rows(weft_tensor x, int64_t count, const int64_t* indices, const float* values) {
  weft_tensor places = NULL, rows = NULL;
  int64_t found[kRows] = {0};
  float data[kRows * kWidth] = {0};
  int64_t i;
  MUST(weft_tensor_grad_rows(x, &places, &rows));
  CHECK(weft_tensor_dtype(places) == WEFT_INT64 && weft_tensor_rank(places) == 1);
  CHECK(weft_tensor_shape(places)[0] == count && weft_tensor_shape(rows)[0] == count);
  CHECK(weft_tensor_rank(rows) == 2 && weft_tensor_shape(rows)[1] == kWidth);
  MUST(weft_tensor_read(places, found, (size_t)count * sizeof found[0]));
  read_floats(rows, data, (size_t)(count * kWidth));
  for (i = 0; i < count; ++i)
    CHECK(found[i] == indices[i] && data[i * kWidth] == values[i] &&
          data[i * kWidth + 1] == values[i]);
  weft_tensor_release(places);
  weft_tensor_release(rows);
}

static void lookups_fill_rows(void) {
  static const int64_t first[] = {3, 0, 3}, second[] = {4}, found[] = {0, 3, 4};
  static const float once[] = {1, 2}, sum[] = {1, 2, 1}, one[] = {1};
  weft_tensor written = table(WEFT_GRAD_WRITE);
  weft_tensor added = table(WEFT_GRAD_ADD);
  CHECK(weft_tensor_grad_kind(written) == WEFT_GRAD_ROW_SPARSE);
  CHECK(weft_tensor_grad_req(added) == WEFT_GRAD_ADD);
  check_rows(written, 0, NULL, NULL);
  look_up_and_go_back(written, first, 3);
  look_up_and_go_back(added, first, 3);
  check_rows(written, 2, found, once);
  CHECK(weft_tensor_grad_version(written) == 1);
  look_up_and_go_back(written, second, 1);
  look_up_and_go_back(added, second, 1);
  check_rows(written, 1, found + 2, one);
  check_rows(added, 3, found, sum);
  weft_tensor_release(written);
  weft_tensor_release(added);
}

static void rows_are_set(void) {
  static const int64_t given[] = {4, 1, -1}, found[] = {1, 4};
  static const float data[] = {1, 1, 2, 2, 5, 5}, sums[] = {2, 6}, twos[] = {2, 2};
  const int64_t shape[2] = {3, kWidth};
  weft_tensor x = table(WEFT_GRAD_WRITE);
  weft_tensor indices = indices_of(given, 3);
  weft_tensor rows = floats(2, shape, data);
  weft_tensor again[2] = {NULL, NULL}, places = NULL;
  weft_value two = of_float(2);
  MUST(weft_tensor_set_grad_rows(x, indices, rows));
  MUST(weft_tensor_write(rows, &two)); /* they were taken as they were */
  check_rows(x, 2, found, sums);
  CHECK(weft_tensor_grad_version(x) == 0);
  MUST(weft_tensor_grad_rows(x, &places, &again[0]));
  weft_tensor_release(places);
  MUST(weft_tensor_grad_rows(x, &places, &again[1]));
  weft_tensor_release(places);
  CHECK(again[0] == again[1]);
  MUST(weft_tensor_write(again[0], &two));
  check_rows(x, 2, found, twos);
  MUST(weft_tensor_set_grad_rows(x, NULL, NULL));
  check_rows(x, 0, NULL, NULL);
  weft_tensor_release(again[0]);
  weft_tensor_release(again[1]);
  weft_tensor_release(x);
  weft_tensor_release(indices);
  weft_tensor_release(rows);
}

static void what_cannot_be_is_named(void) {
  static const int64_t outside[] = {0, 5};
  const int64_t shape[2] = {2, kWidth}, other[2] = {2, kWidth + 1};
  weft_tensor x = table(WEFT_GRAD_WRITE);
  weft_tensor plain = floats(2, shape, NULL), wide = floats(2, other, NULL);
  weft_tensor single = floats(0, NULL, NULL);
  weft_tensor indices = indices_of(outside, 2);
  weft_tensor places = NULL, rows = NULL;
  FAILS(weft_tensor_attach_grad_of_kind(plain, WEFT_GRAD_WRITE, 3), WEFT_INVALID_VALUE, "kind");
  FAILS(weft_tensor_attach_grad_of_kind(single, WEFT_GRAD_WRITE, WEFT_GRAD_ROW_SPARSE),
        WEFT_INVALID_VALUE, "rank 0");
  MUST(weft_tensor_grad_rows(plain, &places, &rows));
  CHECK(places == NULL && rows == NULL);
  CHECK(weft_tensor_grad_kind(plain) == WEFT_GRAD_ARRAY);
  FAILS(weft_tensor_set_grad_rows(plain, indices, wide), WEFT_INVALID_STATE, "attached");
  MUST(weft_tensor_attach_grad(plain, WEFT_GRAD_WRITE));
  FAILS(weft_tensor_grad_rows(plain, &places, &rows), WEFT_INVALID_STATE, "weft_tensor_grad");
  FAILS(weft_tensor_grad(x, &rows), WEFT_INVALID_STATE, "weft_tensor_grad_rows");
  FAILS(weft_tensor_set_grad_rows(x, indices, NULL), WEFT_INVALID_VALUE, "rows");
  FAILS(weft_tensor_set_grad_rows(x, indices, wide), WEFT_INVALID_VALUE, "(2, 2)");
  FAILS(weft_tensor_set_grad_rows(x, plain, plain), WEFT_INVALID_TYPE, "int64");
  FAILS(weft_tensor_set_grad_rows(x, indices, indices), WEFT_INVALID_TYPE, "float32");
  MUST(weft_tensor_set_grad_rows(x, indices, plain));
  FAILS(weft_tensor_grad_rows(x, &places, &rows), WEFT_INDEX_OUT_OF_RANGE, "5 at position 1");
  CHECK(places == NULL && rows == NULL);
  MUST(weft_tensor_attach_grad_of_kind(x, WEFT_GRAD_NULL, WEFT_GRAD_ROW_SPARSE));
  CHECK(weft_tensor_grad_kind(x) == WEFT_GRAD_ARRAY);
  weft_tensor_release(x);
  weft_tensor_release(plain);
  weft_tensor_release(wide);
  weft_tensor_release(single);
  weft_tensor_release(indices);
}

int main(void) {
  lookups_fill_rows();
  rows_are_set();
  what_cannot_be_is_named();
  return report_checks();
}

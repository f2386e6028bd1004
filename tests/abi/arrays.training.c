/* Arrays as memory: wrapping, holding, writing, views, archives. */
#include <string.h>

#include "checks.h"

static int freed;
static void count_free(void* owner) { freed += *(int*)owner; }

static void a_wrapped_array_shows_the_callers_memory(void) {
  float memory[6] = {0, 1, 2, 3, 4, 5};
  const int64_t shape[] = {3, 2};
  const int64_t transposed[] = {1, 3};
  const int64_t backwards[] = {-2, -1};
  int weight = 1;
  weft_tensor a = NULL;
  weft_tensor b = NULL;
  weft_value nine = of_float(9);
  float read[6];
  freed = 0;
  MUST(weft_tensor_wrap(memory, WEFT_FLOAT32, 2, shape, transposed, 0, &weight, count_free, &a));
  read_floats(a, read, 6);
  CHECK(read[0] == 0 && read[1] == 3 && read[2] == 1 && read[5] == 5);
  memory[3] = 30;
  read_floats(a, read, 6);
  CHECK(read[1] == 30);
  MUST(weft_tensor_write(a, &nine));
  MUST(weft_tensor_wait(a));
  CHECK(memory[0] == 9 && memory[5] == 9);
  memory[0] = 1;
  MUST(weft_tensor_wrap(memory + 5, WEFT_FLOAT32, 2, shape, backwards, 0, NULL, NULL, &b));
  read_floats(b, read, 6);
  CHECK(read[0] == 9 && read[5] == 1);
  CHECK(freed == 0);
  MUST(weft_wait_all());
  weft_tensor_release(a);
  CHECK(freed == 1);
  weft_tensor_release(b);
}

static void read_only_memory_is_not_written(void) {
  static const float memory[2] = {1, 2};
  const int64_t two = 2;
  const weft_value nine = of_float(9);
  weft_tensor a = NULL;
  weft_tensor out = NULL;
  weft_value args[2];
  MUST(weft_tensor_wrap((void*)(uintptr_t)memory, WEFT_FLOAT32, 1, &two, NULL, 1, NULL, NULL, &a));
  FAILS(weft_tensor_write(a, &nine), WEFT_INVALID_STATE, "read-only");
  args[0] = of_tensor(a);
  args[1] = of_tensor(a);
  out = a;
  FAILS(weft_invoke(find("add"), args, 2, &out, 1), WEFT_INVALID_STATE, "read-only");
  CHECK(memory[0] == 1 && memory[1] == 2);
  weft_tensor_release(a);
}

static void bools_are_made_0_and_1(void) {
  unsigned char memory[5] = {255, 7, 0, 7, 2}; /* every other one is an element */
  static const unsigned char constant[2] = {128, 0};
  const int64_t three = 3;
  const int64_t two = 2;
  const int64_t strides[] = {2};
  unsigned char read[3];
  int weight = 1;
  weft_tensor a = NULL;
  MUST(weft_tensor_wrap(memory, WEFT_BOOL, 1, &three, strides, 0, NULL, NULL, &a));
  CHECK(memory[0] == 1 && memory[1] == 7 && memory[2] == 0 && memory[3] == 7 && memory[4] == 1);
  weft_tensor_release(a);
  freed = 0;
  MUST(weft_tensor_wrap((void*)(uintptr_t)constant, WEFT_BOOL, 1, &two, NULL, 1, &weight,
                        count_free, &a));
  CHECK(freed == 1); /* it is a copy */
  MUST(weft_tensor_read(a, read, 2));
  CHECK(read[0] == 1 && read[1] == 0 && constant[0] == 128);
  weft_tensor_release(a);
  memory[0] = 255;
  MUST(weft_tensor_create(WEFT_BOOL, 1, &three, memory, &a));
  MUST(weft_tensor_read(a, read, 3));
  CHECK(read[0] == 1 && read[1] == 1 && read[2] == 0 && memory[0] == 255);
  weft_tensor_release(a);
}

static void count_told(void* context, int32_t level, const char* text) {
  if (level == WEFT_LOG_ERROR && strstr(text, "was released before")) ++*(int*)context;
}

/* A caller's mistake: it is told, and the block must not be handed out twice for it. Sanitizers end
 * the program. */
#if !defined(__SANITIZE_ADDRESS__)
static void a_second_release_gives_nothing_back(void) {
  const int64_t shape[] = {3, 2};
  weft_tensor a = NULL;
  weft_tensor view = NULL;
  weft_tensor made[4] = {NULL, NULL, NULL, NULL};
  int told = 0;
  int i;
  int k;
  weft_set_log(WEFT_LOG_ERROR, count_told, &told);
  MUST(weft_tensor_create(WEFT_FLOAT32, 2, shape, NULL, &a));
  MUST(weft_tensor_detach(a, &view));
  weft_tensor_release(view);
  CHECK(told == 0);
  weft_tensor_release(view);
  weft_tensor_release(a);
  CHECK(told == 1);
  weft_tensor_release(a);
  weft_tensor_release(a);
  CHECK(told == 3);
  weft_set_log(WEFT_LOG_WARNING, NULL, NULL);
  for (i = 0; i < 4; ++i) MUST(weft_tensor_create(WEFT_FLOAT32, 2, shape, NULL, &made[i]));
  for (i = 0; i < 4; ++i)
    for (k = 0; k < i; ++k) CHECK(made[i] != made[k]);
  for (i = 0; i < 4; ++i) weft_tensor_release(made[i]);
}
#else
static void a_second_release_gives_nothing_back(void) {}
#endif

static void wrapping_refuses_what_cannot_be(void) {
  float memory[4] = {0, 0, 0, 0};
  const int64_t shape[] = {2, 2};
  const int64_t far[] = {INT64_MAX, INT64_MAX};
  const int64_t wide[] = {(int64_t)1 << 61, 1};
  const int64_t negative[] = {-1, 2};
  const int64_t empty[] = {0, 2};
  weft_tensor out = NULL;
  FAILS(weft_tensor_wrap(NULL, WEFT_FLOAT32, 2, shape, NULL, 0, NULL, NULL, &out),
        WEFT_INVALID_VALUE, "`data` must not be NULL");
  FAILS(weft_tensor_wrap(memory, WEFT_FLOAT32, 2, negative, NULL, 0, NULL, NULL, &out),
        WEFT_INVALID_VALUE, "at least 0");
  FAILS(weft_tensor_wrap(memory, WEFT_FLOAT32, 2, shape, far, 0, NULL, NULL, &out),
        WEFT_INVALID_VALUE, "strides");
  FAILS(weft_tensor_wrap(memory, WEFT_FLOAT32, 2, shape, wide, 0, NULL, NULL, &out),
        WEFT_INVALID_VALUE, "strides");
  CHECK(out == NULL);
  MUST(weft_tensor_wrap(NULL, WEFT_FLOAT32, 2, empty, NULL, 0, NULL, NULL, &out));
  CHECK(weft_tensor_elements(out) == 0);
  weft_tensor_release(out);
}

static void a_held_content_stays_when_the_array_is_written(void) {
  const float ones[3] = {1, 1, 1};
  const weft_value two = of_float(2);
  weft_tensor a = vector_of(3, ones);
  weft_hold hold = NULL;
  const void* data = NULL;
  MUST(weft_tensor_hold(a, &hold, &data));
  MUST(weft_tensor_write(a, &two));
  CHECK(((const float*)data)[0] == 1 && ((const float*)data)[2] == 1);
  weft_tensor_release(a);
  CHECK(((const float*)data)[1] == 1);
  weft_hold_release(hold);
}

static void a_held_content_of_wrapped_memory_stays_too(void) {
  float memory[3] = {1, 2, 3};
  const int64_t two = 2;
  const int64_t backwards = -1;
  const weft_value nine = of_float(9);
  weft_tensor a = NULL;
  weft_hold hold = NULL;
  const void* data = NULL;
  MUST(weft_tensor_wrap(memory + 2, WEFT_FLOAT32, 1, &two, &backwards, 0, NULL, NULL, &a));
  MUST(weft_tensor_hold(a, &hold, &data));
  MUST(weft_tensor_write(a, &nine));
  MUST(weft_tensor_wait(a));
  CHECK(memory[0] == 1 && memory[1] == 9 && memory[2] == 9);
  CHECK(((const float*)data)[0] == 3 && ((const float*)data)[-1] == 2);
  weft_hold_release(hold);
  weft_tensor_release(a);
}

static void a_write_through_a_view_is_seen_by_all(void) {
  const float numbers[4] = {0, 1, 2, 3};
  const int64_t shape[] = {2, 2};
  weft_tensor a = vector_of(4, numbers);
  weft_value args[2];
  const weft_value seven = of_float(7);
  weft_tensor view = NULL;
  weft_tensor flat = NULL;
  float read[4];
  args[0] = of_tensor(a);
  args[1] = of_ints(shape, 2);
  view = apply("reshape", args, 2);
  CHECK(weft_tensor_shares_box(a, view));
  MUST(weft_tensor_detach(view, &flat));
  CHECK(weft_tensor_shares_box(a, flat));
  MUST(weft_tensor_write(flat, &seven));
  read_floats(a, read, 4);
  CHECK(read[0] == 7 && read[3] == 7);
  weft_tensor_release(a);
  weft_tensor_release(view);
  weft_tensor_release(flat);
}

static void writing_broadcasts_casts_and_refuses(void) {
  const int64_t shape[] = {2, 2};
  const float row[2] = {1, 2};
  const float three[3] = {1, 2, 3};
  weft_tensor a = floats(2, shape, NULL);
  weft_tensor narrow = vector_of(2, row);
  weft_tensor wide = vector_of(3, three);
  weft_value value = of_tensor(narrow);
  float read[4];
  MUST(weft_tensor_write(a, &value));
  read_floats(a, read, 4);
  CHECK(read[0] == 1 && read[1] == 2 && read[2] == 1 && read[3] == 2);
  value = of_tensor(wide);
  FAILS(weft_tensor_write(a, &value), WEFT_INVALID_VALUE, "broadcast");
  value = of_text("x");
  FAILS(weft_tensor_write(a, &value), WEFT_INVALID_TYPE, "array or a number");
  value = of_tensor(NULL);
  FAILS(weft_tensor_write(a, &value), WEFT_INVALID_TYPE, "array or a number");
  FAILS(weft_tensor_read(a, read, 12), WEFT_INVALID_VALUE, "16");
  FAILS(weft_tensor_item(a, &value), WEFT_INVALID_VALUE, "one element");
  weft_tensor_release(a);
  weft_tensor_release(narrow);
  weft_tensor_release(wide);
}

static void an_element_of_64_bits_keeps_its_digits(void) {
  const uint64_t unsigned_ones[2] = {UINT64_MAX, 9007199254740993u};
  const int64_t ones[2] = {INT64_MIN, -9007199254740993};
  const int64_t none = 0; /* axes */
  int i;
  for (i = 0; i < 2; ++i) {
    weft_value value = of_int(0);
    weft_tensor a = NULL;
    MUST(weft_tensor_create(WEFT_UINT64, 0, &none, unsigned_ones + i, &a));
    MUST(weft_tensor_item(a, &value));
    CHECK(value.tag == (i == 0 ? WEFT_TAG_UNSIGNED : WEFT_TAG_INT));
    CHECK((uint64_t)value.as.integer == unsigned_ones[i]);
    weft_tensor_release(a);
    MUST(weft_tensor_create(WEFT_INT64, 0, &none, ones + i, &a));
    MUST(weft_tensor_item(a, &value));
    CHECK(value.tag == WEFT_TAG_INT && value.as.integer == ones[i]);
    weft_tensor_release(a);
  }
}

static void archives_bring_back_what_was_saved(void) {
  const char* path = "weft_abi_arrays.safetensors";
  const float numbers[3] = {1, 2, 3};
  const char* names[2] = {"first", "second"};
  const char* twice[2] = {"first", "first"};
  weft_tensor tensors[2];
  weft_archive archive = NULL;
  size_t i;
  tensors[0] = vector_of(3, numbers);
  tensors[1] = floats(0, NULL, numbers);
  MUST(weft_tensors_save(path, names, tensors, 2, "{\"by\": \"a test\"}"));
  FAILS(weft_tensors_save(path, twice, tensors, 2, NULL), WEFT_INVALID_VALUE, "first");
  FAILS(weft_tensors_save("no/such/folder/x", names, tensors, 2, NULL), WEFT_IO, "no/such/folder");
  FAILS(weft_tensors_save(path, names, tensors, 2, "[1]"), WEFT_INVALID_VALUE, "metadata");
  FAILS(weft_archive_load("no/such/file", &archive), WEFT_NOT_FOUND, "no/such/file");
  MUST(weft_archive_load(path, &archive));
  CHECK(weft_archive_count(archive) == 2);
  for (i = 0; i < 2; ++i) {
    const char* name = weft_archive_name_at(archive, i);
    weft_tensor tensor = NULL;
    float read[3] = {0, 0, 0};
    MUST(weft_archive_tensor(archive, i, &tensor));
    read_floats(tensor, read, (size_t)weft_tensor_elements(tensor));
    CHECK(read[0] == 1 && (strcmp(name, "first") != 0 || read[2] == 3));
    weft_tensor_release(tensor);
  }
  CHECK(weft_archive_name_at(archive, 2) == NULL);
  CHECK(strcmp(weft_archive_metadata(archive, "by"), "a test") == 0);
  CHECK(weft_archive_metadata(archive, "when") == NULL);
  CHECK(weft_archive_metadata(archive, NULL) == NULL);
  FAILS(weft_archive_tensor(archive, 2, &tensors[0]), WEFT_INDEX_OUT_OF_RANGE, "index");
  weft_archive_release(archive);
  weft_tensor_release(tensors[0]);
  weft_tensor_release(tensors[1]);
  remove(path);
}

static float drawn(void) {
  weft_value args[4];
  weft_tensor out = NULL;
  float number;
  args[0] = of_float(0);
  args[1] = of_float(1);
  args[2] = of_ints(NULL, 0);
  args[3] = of_dtype(WEFT_FLOAT32);
  MUST(weft_invoke(find("uniform"), args, 4, &out, 1));
  read_floats(out, &number, 1);
  weft_tensor_release(out);
  return number;
}

static void random_numbers_continue_where_their_state_was(void) {
  uint64_t seed, ordinal;
  float second, third;
  MUST(weft_random_seed(7));
  drawn();
  MUST(weft_random_state(&seed, &ordinal));
  CHECK(seed == 7 && ordinal == 1);
  second = drawn();
  third = drawn();
  MUST(weft_random_seed(8));
  CHECK(drawn() != second);
  MUST(weft_random_set_state(seed, ordinal));
  CHECK(drawn() == second && drawn() == third);
}

static void random_numbers_come_from_a_generator_of_the_callers(void) {
  uint64_t own[2] = {9, 0}, other[2] = {9, 1}, *before = other, seed, ordinal;
  float first, second;
  MUST(weft_random_seed(7));
  drawn();
  MUST(weft_random_use(own, &before));
  CHECK(before == NULL);
  first = drawn();
  second = drawn();
  CHECK(own[0] == 9 && own[1] == 2);
  MUST(weft_random_use(other, &before));
  CHECK(before == own);
  CHECK(drawn() == second && other[1] == 2);
  MUST(weft_random_use(NULL, NULL));
  MUST(weft_random_state(&seed, &ordinal));
  CHECK(seed == 7 && ordinal == 1);
  MUST(weft_random_seed(9));
  CHECK(drawn() == first && own[1] == 2);
}

/* Contents of the moment of the call, in the order of the calls; loading waits for them. */
static void queued_writes_take_contents_at_the_call(void) {
  const char* path = "weft_abi_queued.safetensors";
  const float numbers[2] = {1, 2};
  const char* names[1] = {"x"};
  weft_tensor x = vector_of(2, numbers), read_back = NULL, written[8];
  weft_archive archive = NULL;
  float read[2];
  int i;
  for (i = 0; i < 8; ++i) {
    weft_value value = of_int(i);
    MUST(weft_tensor_write(x, &value));
    MUST(weft_tensors_save_async(path, names, &x, 1, "{\"by\": \"a test\"}", &written[i]));
  }
  {
    weft_value value = of_int(99);
    MUST(weft_tensor_write(x, &value));
  }
  MUST(weft_archive_load(path, &archive));
  MUST(weft_archive_tensor(archive, 0, &read_back));
  read_floats(read_back, read, 2);
  CHECK(read[0] == 7 && read[1] == 7);
  for (i = 0; i < 8; ++i) {
    MUST(weft_tensor_wait(written[i]));
    weft_tensor_release(written[i]);
  }
  MUST(weft_wait_all());
  weft_tensor_release(read_back);
  weft_archive_release(archive);
  weft_tensor_release(x);
  remove(path);
}

int main(void) {
  a_wrapped_array_shows_the_callers_memory();
  read_only_memory_is_not_written();
  bools_are_made_0_and_1();
  a_second_release_gives_nothing_back();
  wrapping_refuses_what_cannot_be();
  a_held_content_stays_when_the_array_is_written();
  a_held_content_of_wrapped_memory_stays_too();
  a_write_through_a_view_is_seen_by_all();
  writing_broadcasts_casts_and_refuses();
  an_element_of_64_bits_keeps_its_digits();
  archives_bring_back_what_was_saved();
  random_numbers_continue_where_their_state_was();
  random_numbers_come_from_a_generator_of_the_callers();
  queued_writes_take_contents_at_the_call();
  return report_checks();
}

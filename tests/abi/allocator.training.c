/* A caller's allocator, the limit on memory, and the copies that are counted. */
#define _POSIX_C_SOURCE 200112L
#include "checks.h"

/* Every block of the library is taken and given back here, with its own size and alignment. */
static long blocks;
static long bytes_out;
static int refuse;

static void* take(void* context, size_t bytes, size_t alignment) {
  void* block = NULL;
  CHECK(context == &blocks && alignment == 64);
  if (refuse || posix_memalign(&block, alignment, bytes) != 0) return NULL;
  ++blocks;
  bytes_out += (long)bytes;
  return block;
}
static void give(void* context, void* block, size_t bytes, size_t alignment) {
  CHECK(context == &blocks && alignment == 64 && block != NULL);
  --blocks;
  bytes_out -= (long)bytes;
  free(block);
}

static void an_allocator_is_set_first_or_not_at_all(void) {
  weft_allocator allocator = WEFT_ALLOCATOR_INIT;
  const float one[1] = {1};
  weft_tensor a = NULL;
  FAILS(weft_set_allocator(NULL), WEFT_INVALID_VALUE, "`allocator`");
  FAILS(weft_set_allocator(&allocator), WEFT_INVALID_VALUE, "`allocate`");
  allocator.context = &blocks;
  allocator.allocate = take;
  FAILS(weft_set_allocator(&allocator), WEFT_INVALID_VALUE, "`free`");
  allocator.free = give;
  allocator.struct_size = 4;
  FAILS(weft_set_allocator(&allocator), WEFT_INVALID_VALUE, "struct_size");
  allocator.struct_size = sizeof allocator;
  MUST(weft_set_allocator(&allocator));
  a = vector_of(1, one);
  CHECK(blocks > 0);
  weft_tensor_release(a);
  FAILS(weft_set_allocator(&allocator), WEFT_INVALID_STATE, "before all others");
}

static void figures_are_those_of_the_allocator(void) {
  const int64_t extents[] = {100003, 3000000};
  weft_memory before = WEFT_MEMORY_INIT;
  weft_memory after = WEFT_MEMORY_INIT;
  size_t i;
  for (i = 0; i < COUNT(extents); ++i) {
    weft_tensor warm = vector_of(extents[i], NULL);
    weft_tensor a = NULL;
    weft_tensor_release(warm);
    MUST(weft_memory_stats(&before, WEFT_RESET_PEAK));
    a = vector_of(extents[i], NULL);
    MUST(weft_memory_stats(&after, 0));
    /* The array's small objects are blocks of at most 1 KiB. */
    CHECK(after.live - before.live >= 4 * extents[i]);
    CHECK(after.live - before.live <= 4 * extents[i] + 1024);
    CHECK(after.peak >= after.live);
    CHECK(after.live + after.pooled <= bytes_out);
    weft_tensor_release(a);
    MUST(weft_memory_stats(&after, 0));
    CHECK(after.live == before.live && after.pooled == before.pooled);
  }
}

static void a_limit_refuses_and_leaves_everything_usable(void) {
  const int64_t much = 1 << 22;
  weft_memory stats = WEFT_MEMORY_INIT;
  weft_tensor a = NULL;
  weft_tensor b = NULL;
  float first = 0;
  FAILS(weft_set_memory_limit(-1), WEFT_INVALID_VALUE, "at least 0");
  MUST(weft_memory_stats(&stats, 0));
  MUST(weft_set_memory_limit(stats.live + 6 * much));
  a = vector_of(much, NULL);
  FAILS(weft_tensor_create(WEFT_FLOAT32, 1, &much, NULL, &b), WEFT_OUT_OF_MEMORY, "out of memory");
  CHECK(b == NULL);
  MUST(weft_memory_stats(&stats, 0));
  CHECK(stats.live + stats.pooled <= stats.limit);
  b = apply1("sum", a);
  first = first_float(b);
  CHECK(first == 0);
  weft_tensor_release(b);
  weft_tensor_release(a);
  MUST(weft_wait_all()); /* whoever waited for everything finds memory given back */
  b = vector_of(much, NULL);
  weft_tensor_release(b);
  MUST(weft_set_memory_limit(1)); /* gives the cache back, refuses what is large */
  MUST(weft_memory_stats(&stats, 0));
  CHECK(stats.limit == 1 && stats.pooled < 1 << 20);
  FAILS(weft_tensor_create(WEFT_FLOAT32, 1, &much, NULL, &b), WEFT_OUT_OF_MEMORY, "out of memory");
  MUST(weft_set_memory_limit(0));
  a = vector_of(much, NULL);
  weft_tensor_release(a);
}

static void an_allocator_that_has_no_more_is_an_error(void) {
  const int64_t much = 1 << 23;
  weft_tensor a = NULL;
  weft_memory stats = WEFT_MEMORY_INIT;
  int64_t live = 0;
  MUST(weft_memory_stats(&stats, WEFT_RESET_PEAK));
  live = stats.live;
  refuse = 1;
  FAILS(weft_tensor_create(WEFT_FLOAT32, 1, &much, NULL, &a), WEFT_OUT_OF_MEMORY, "33554432");
  refuse = 0;
  MUST(weft_memory_stats(&stats, 0));
  CHECK(stats.live == live && stats.peak - live < much);
  a = vector_of(much, NULL);
  weft_tensor_release(a);
  MUST(weft_memory_stats(&stats, WEFT_RESET_POOLED));
#if !defined(__SANITIZE_ADDRESS__) /* there nothing is kept */
  CHECK(stats.pooled >= much * 4);
#endif
  MUST(weft_memory_stats(&stats, 0));
  CHECK(stats.pooled < much);
}

static void name_a_line(char* line, size_t room) { snprintf(line, room, "here:7"); }

static void copies_are_counted_and_the_largest_is_named(void) {
  const int64_t sizes[] = {50, 5000, 500};
  weft_memory stats = WEFT_MEMORY_INIT;
  size_t i;
  weft_set_origin_hook(name_a_line);
  MUST(weft_memory_stats(&stats, WEFT_RESET_COPIES));
  for (i = 0; i < COUNT(sizes); ++i) {
    const int64_t part[3][1] = {{0}, {1}, {1}};
    weft_tensor a = vector_of(sizes[i], NULL);
    weft_tensor view = NULL;
    weft_hold hold = NULL;
    const void* data = NULL;
    const weft_value two = of_float(2);
    weft_value args[4];
    args[0] = of_tensor(a);
    args[1] = of_ints(part[0], 1);
    args[2] = of_ints(part[1], 1);
    args[3] = of_ints(part[2], 1);
    view = apply("slice", args, 4);
    MUST(weft_tensor_hold(a, &hold, &data));
    MUST(weft_tensor_write(view, &two)); /* the rest has to be copied */
    CHECK(((const float*)data)[0] == 0);
    weft_hold_release(hold);
    MUST(weft_tensor_hold(a, &hold, &data));
    MUST(weft_tensor_write(a, &two)); /* all is overwritten: nothing is copied */
    weft_hold_release(hold);
    weft_tensor_release(view);
    weft_tensor_release(a);
  }
  MUST(weft_memory_stats(&stats, WEFT_RESET_COPIES));
  CHECK(stats.copies == 3 && stats.copied == 4 * (50 + 5000 + 500));
  CHECK(stats.largest_copy == 4 * 5000);
  CHECK(strcmp(stats.largest_copy_line, "here:7") == 0);
  MUST(weft_memory_stats(&stats, 0));
  CHECK(stats.copies == 0 && stats.largest_copy == 0 && stats.largest_copy_line[0] == 0);
  weft_set_origin_hook(NULL);
}

int main(void) {
  an_allocator_is_set_first_or_not_at_all();
  figures_are_those_of_the_allocator();
  a_limit_refuses_and_leaves_everything_usable();
  an_allocator_that_has_no_more_is_an_error();
  copies_are_counted_and_the_largest_is_named();
  return report_checks();
}

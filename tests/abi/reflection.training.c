/* Reflection tells a binding all that it needs of every operator. */
#include "checks.h"

static int is_one_of(const char* text, const char* const* choices, size_t count) {
  size_t i;
  for (i = 0; i < count; ++i)
    if (strcmp(text, choices[i]) == 0) return 1;
  return 0;
}

static void check_argument(const weft_op_info* info, int32_t index) {
  const weft_argument_info* argument = &info->arguments[index];
  CHECK(argument->name && argument->name[0]);
  CHECK(argument->doc && argument->doc[0]);
  if (index < info->inputs) {
    CHECK(argument->kind == WEFT_TAG_TENSOR ||
          (argument->kind == WEFT_TAG_TENSORS && index == info->inputs - 1));
    return;
  }
  CHECK((argument->kind >= WEFT_TAG_INT && argument->kind <= WEFT_TAG_DTYPE) ||
        argument->kind == WEFT_TAG_FUNCTION);
  CHECK(!argument->keeps_dtype);
  CHECK(argument->takes_none || argument->fallback.tag != WEFT_TAG_NONE);
  if (argument->required) return;
  /* A default is of the attribute's kind, or absence means something. */
  CHECK(argument->fallback.tag == (uint32_t)argument->kind ||
        argument->fallback.tag == WEFT_TAG_NONE);
}

static void every_operator_is_described_completely(void) {
  static const char* const places[] = {"np", "npx", "internal"};
  static const char* const promotions[] = {"common", "float", "exact", "keep"};
  size_t i;
  CHECK(weft_op_count() > 40);
  for (i = 0; i < weft_op_count(); ++i) {
    weft_op op = weft_op_at(i);
    weft_op again = NULL;
    weft_op_info info;
    int32_t k;
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    MUST(weft_op_get_info(op, &info));
    MUST(weft_op_find(info.name, &again));
    CHECK(again == op);
    CHECK(info.struct_size == sizeof info);
    CHECK(info.doc && info.doc[0]);
    CHECK(is_one_of(info.place, places, COUNT(places)));
    CHECK(is_one_of(info.promotion, promotions, COUNT(promotions)));
    CHECK(info.like && info.no_gradient);
    CHECK(info.outputs >= 0 && info.inputs >= 0 && info.attributes >= 0);
    CHECK(info.domain_low < info.domain_high);
    CHECK(info.samples > 0 && info.sample);
    for (k = 0; k < info.samples; ++k) CHECK(info.sample[k] && info.sample[k][0] == '{');
    for (k = 0; k < info.inputs + info.attributes; ++k) check_argument(&info, k);
    if (failed_checks) {
      printf("the operator is %s\n", info.name);
      return;
    }
  }
  CHECK(weft_op_at(weft_op_count()) == NULL);
  CHECK(weft_op_at((size_t)-1) == NULL);
}

static void operators_are_sorted_and_unique(void) {
  const char* before = "";
  size_t i;
  for (i = 0; i < weft_op_count(); ++i) {
    weft_op_info info;
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    MUST(weft_op_get_info(weft_op_at(i), &info));
    CHECK(strcmp(before, info.name) < 0);
    before = info.name;
  }
}

static void an_older_caller_gets_what_it_knows(void) {
  weft_op_info info;
  memset(&info, 0x5a, sizeof info);
  info.struct_size = offsetof(weft_op_info, place);
  MUST(weft_op_get_info(find("add"), &info));
  CHECK(strcmp(info.name, "add") == 0);
  CHECK(info.struct_size == offsetof(weft_op_info, place));
  CHECK(((unsigned char*)&info)[offsetof(weft_op_info, place)] == 0x5a);
}

static void unknown_operators_are_named(void) {
  weft_op op = NULL;
  FAILS(weft_op_find("no_such_operator", &op), WEFT_NOT_FOUND, "no_such_operator");
  CHECK(op == NULL);
}

static void dtypes_have_names_and_sizes(void) {
  static const size_t sizes[] = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8, 8, 16, 1, 1, 1, 1, 1, 1};
  weft_dtype dtype;
  weft_dtype found = -1;
  for (dtype = 0; dtype < (weft_dtype)COUNT(sizes); ++dtype) {
    CHECK(weft_dtype_name(dtype) != NULL);
    CHECK(weft_dtype_size(dtype) == sizes[dtype]);
    MUST(weft_dtype_find(weft_dtype_name(dtype), &found));
    CHECK(found == dtype);
  }
  CHECK(weft_dtype_name(-1) == NULL && weft_dtype_name(21) == NULL && weft_dtype_name(999) == NULL);
  CHECK(weft_dtype_size(-1) == 0 && weft_dtype_size(21) == 0 && weft_dtype_size(1 << 30) == 0);
  FAILS(weft_dtype_find("float31", &found), WEFT_INVALID_TYPE, "float31");
  FAILS(weft_dtype_find("float8_e8m0", &found), WEFT_INVALID_TYPE, "float8_e8m0");
}

static void the_library_tells_about_itself(void) {
  uint32_t major = 99;
  uint32_t minor = 99;
  weft_abi_version(&major, &minor);
  CHECK(major == WEFT_ABI_MAJOR && minor == WEFT_ABI_MINOR);
  CHECK(strchr(weft_version(), '.') != NULL);
  CHECK(weft_info("isa") && weft_info("threads") && weft_info("engine") && weft_info("build"));
  CHECK(strstr(weft_info("passes"), "fuse_elementwise,") &&
        strstr(weft_info("passes"), ",branches"));
  CHECK(weft_info("nothing") == NULL);
  CHECK(weft_num_threads() >= 1);
  FAILS(weft_set_num_threads(0), WEFT_INVALID_VALUE, "count");
  FAILS(weft_set_engine_policy("eventual"), WEFT_INVALID_VALUE, "eventual");
  MUST(weft_set_engine_policy("serial"));
  CHECK(strcmp(weft_info("engine"), "serial") == 0);
  MUST(weft_set_engine_policy("inline"));
}

int main(void) {
  every_operator_is_described_completely();
  operators_are_sorted_and_unique();
  an_older_caller_gets_what_it_knows();
  unknown_operators_are_named();
  dtypes_have_names_and_sizes();
  the_library_tells_about_itself();
  return report_checks();
}

// Texts and checks that drivers share.
#include "driver.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "arithmetic.h"

namespace weft_collectives {
namespace {

thread_local char last_text[kTextBytes];

struct DTypeFacts {
  const char* name;
  size_t bytes;
};
// By number.
constexpr DTypeFacts kDTypes[] = {
    {"bool", 1},           {"uint8", 1},     {"uint16", 2},      {"uint32", 4},
    {"uint64", 8},         {"int8", 1},      {"int16", 2},       {"int32", 4},
    {"int64", 8},          {"float16", 2},   {"bfloat16", 2},    {"float32", 4},
    {"float64", 8},        {"complex64", 8}, {"complex128", 16}, {"float8_e4m3fn", 1},
    {"float8_e5m2", 1},    {"int4", 1},      {"uint4", 1},       {"float8_e4m3fnuz", 1},
    {"float8_e5m2fnuz", 1}};
constexpr const char* kKinds[] = {"all_reduce", "reduce_scatter", "all_gather", "broadcast",
                                  "all_to_all", "send",           "receive",    "barrier"};
constexpr const char* kReductions[] = {"sum", "product", "min", "max"};

template <class Row, size_t n>
const Row* row_of(const Row (&table)[n], int32_t number) {
  return number >= 0 && static_cast<size_t>(number) < n ? &table[number] : nullptr;
}

// One step of FNV-1a with 64 bits at a time.
uint64_t mixed(uint64_t digest, uint64_t value) {
  digest = (digest ^ value) * 0x100000001b3;
  return digest ^ digest >> 29;
}

weft_status check_elements(const weft_collective_call& call, int32_t ranks) {
  const char* const name = operation_of(call);
  if (size_of(call.dtype) == 0)
    return fail(WEFT_INVALID_TYPE, "%s: `dtype` must be a dtype; got %d", name, call.dtype);
  if (call.count < 0)
    return fail(WEFT_INVALID_VALUE, "%s: `count` must not be negative; got %lld", name,
                static_cast<long long>(call.count));
  if (is_split(call.kind) && call.count % ranks != 0)
    return fail(WEFT_INVALID_VALUE, "%s: `count` must be divisible by %d ranks; got %lld", name,
                ranks, static_cast<long long>(call.count));
  if (!is_reduction(call.kind)) return WEFT_OK;
  if (!row_of(kReductions, call.reduction))
    return fail(WEFT_INVALID_VALUE, "%s: `reduction` must be in [0, 4); got %d", name,
                call.reduction);
  if (!reduction_of(call.dtype, call.reduction))
    return fail(WEFT_INVALID_TYPE, "%s: %s has no meaning for %s; cast the array first", name,
                kReductions[call.reduction], name_of(call.dtype));
  return WEFT_OK;
}

}  // namespace

weft_status fail(weft_status status, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(last_text, sizeof last_text, format, arguments);
  va_end(arguments);
  return status;
}

const char* last_error() { return last_text; }

size_t size_of(weft_dtype dtype) {
  const auto* const row = row_of(kDTypes, dtype);
  return row ? row->bytes : 0;
}
const char* name_of(weft_dtype dtype) {
  const auto* const row = row_of(kDTypes, dtype);
  return row ? row->name : "no dtype";
}
const char* name_of_kind(weft_collective_kind kind) {
  const auto* const row = row_of(kKinds, kind);
  return row ? *row : "no operation";
}
const char* name_of_reduction(weft_reduction reduction) {
  const auto* const row = row_of(kReductions, reduction);
  return row ? *row : "no reduction";
}

uint64_t digest_of(const weft_collective_call& call) {
  const bool is_barrier = call.kind == WEFT_BARRIER;
  const int32_t reduction = is_reduction(call.kind) ? call.reduction : WEFT_REDUCE_SUM;
  const int32_t peer = call.kind == WEFT_BROADCAST || is_between_two(call.kind) ? call.peer : -1;
  const int32_t dtype = is_barrier ? WEFT_UINT8 : call.dtype;
  uint64_t digest = mixed(0xcbf29ce484222325, call.fingerprint);
  digest = mixed(digest, is_barrier ? 0 : static_cast<uint64_t>(call.count));
  digest = mixed(digest, static_cast<uint64_t>(call.kind) << 8 | static_cast<uint64_t>(dtype));
  return mixed(digest, static_cast<uint64_t>(reduction) << 32 | static_cast<uint32_t>(peer));
}

Described describe(const weft_collective_call& call) {
  Described d;
  d.digest = digest_of(call);
  d.kind = call.kind;
  d.dtype = call.kind == WEFT_BARRIER ? WEFT_UINT8 : call.dtype;
  d.count = call.kind == WEFT_BARRIER ? 0 : call.count;
  d.reduction = is_reduction(call.kind) ? call.reduction : WEFT_REDUCE_SUM;
  d.peer = call.kind == WEFT_BROADCAST || is_between_two(call.kind) ? call.peer : -1;
  std::snprintf(d.where, sizeof d.where, "%s", call.where ? call.where : "");
  return d;
}

void write_description(const Described& d, char* text, size_t bytes) {
  char detail[48] = "";
  if (is_reduction(d.kind))
    std::snprintf(detail, sizeof detail, " (%s)", name_of_reduction(d.reduction));
  else if (d.peer >= 0)
    std::snprintf(detail, sizeof detail, " (%s rank %d)", d.kind == WEFT_SEND ? "to" : "from",
                  d.peer);
  char elements[64] = "";
  if (d.kind != WEFT_BARRIER)
    std::snprintf(elements, sizeof elements, " of %lld %s", static_cast<long long>(d.count),
                  name_of(d.dtype));
  std::snprintf(text, bytes, "%s%s%s%s%.*s", name_of_kind(d.kind), detail, elements,
                d.where[0] ? " at " : "", static_cast<int>(sizeof d.where), d.where);
}

weft_status fail_differing(const char* group, int32_t rank, const Described& mine,
                           int32_t other_rank, const Described& other) {
  char first[384], second[384];
  write_description(rank < other_rank ? mine : other, first, sizeof first);
  write_description(rank < other_rank ? other : mine, second, sizeof second);
  return fail(WEFT_INVALID_STATE,
              "%s: ranks of the group `%s` must ask for the same operation in the same order; got "
              "%s on rank %d, %s on rank %d",
              name_of_kind(mine.kind), group, first, rank < other_rank ? rank : other_rank, second,
              rank < other_rank ? other_rank : rank);
}

weft_status check_call(const weft_collective_call& call, int32_t rank, int32_t ranks) {
  if (!row_of(kKinds, call.kind))
    return fail(WEFT_INVALID_VALUE, "run: `kind` must be in [0, 8); got %d", call.kind);
  if (call.kind == WEFT_BARRIER) return WEFT_OK;
  const weft_status status = check_elements(call, ranks);
  if (status != WEFT_OK) return status;
  const char* const name = operation_of(call);
  const bool has_peer = call.kind == WEFT_BROADCAST || is_between_two(call.kind);
  if (has_peer && (call.peer < 0 || call.peer >= ranks))
    return fail(WEFT_INVALID_VALUE, "%s: `peer` must be in [0, %d); got %d", name, ranks,
                call.peer);
  const bool sends =
      call.kind != WEFT_RECEIVE && (call.kind != WEFT_BROADCAST || call.peer == rank);
  if (sends && call.count > 0 && call.send == nullptr)
    return fail(WEFT_INVALID_VALUE, "%s: `send` must be memory; got NULL", name);
  const bool receives = call.kind != WEFT_SEND && (call.kind != WEFT_BROADCAST || !sends);
  if (receives && call.count > 0 && call.receive == nullptr)
    return fail(WEFT_INVALID_VALUE, "%s: `receive` must be memory; got NULL", name);
  return WEFT_OK;
}

weft_status check_options(const weft_collective_options* options) {
  if (options == nullptr || options->struct_size < sizeof *options)
    return fail(WEFT_INVALID_VALUE, "open: `options` must be a weft_collective_options");
  if (options->ranks < 1 || options->rank < 0 || options->rank >= options->ranks)
    return fail(WEFT_INVALID_VALUE, "open: `rank` must be in [0, ranks); got %d of %d",
                options->rank, options->ranks);
  if (!options->group || !options->key)
    return fail(WEFT_INVALID_VALUE, "open: `group` and `key` must be texts; got NULL");
  if (options->secret == nullptr && options->secret_bytes > 0)
    return fail(WEFT_INVALID_VALUE, "open: `secret` must be memory; got NULL");
  if (!(options->timeout > 0))
    return fail(WEFT_INVALID_VALUE, "open: `timeout` must be above 0 seconds; got %g",
                options->timeout);
  return WEFT_OK;
}

}  // namespace weft_collectives

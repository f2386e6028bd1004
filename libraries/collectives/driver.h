// What drivers of collectives share: the text of a thread's failure, the words for operations in
// texts, and the checks of a call for which a rank needs no other one.
#pragma once

#include <weft/weft_collective.h>

#include <cstddef>
#include <cstdint>

namespace weft_collectives {

// Room for a text that names two operations.
inline constexpr size_t kTextBytes = 1024;

// Keeps the text, cut to kTextBytes, for `last_error` of this thread, and gives the status back.
[[gnu::format(printf, 2, 3)]] weft_status fail(weft_status status, const char* format, ...);
// The text that this thread's last `fail` kept; lent until its next one.
const char* last_error();

// Bytes of an element; 0 for a number that is no dtype.
size_t size_of(weft_dtype dtype);
const char* name_of(weft_dtype dtype);
const char* name_of_kind(weft_collective_kind kind);
const char* name_of_reduction(weft_reduction reduction);

// The word that begins a text about this call.
inline const char* operation_of(const weft_collective_call& call) {
  return name_of_kind(call.kind);
}

// True where blocks of all ranks are reduced.
inline bool is_reduction(weft_collective_kind kind) {
  return kind == WEFT_ALL_REDUCE || kind == WEFT_REDUCE_SCATTER;
}
// True where `send` has one block for each rank.
inline bool is_split(weft_collective_kind kind) {
  return kind == WEFT_REDUCE_SCATTER || kind == WEFT_ALL_TO_ALL;
}
// True where two ranks take part, the others do not.
inline bool is_between_two(weft_collective_kind kind) {
  return kind == WEFT_SEND || kind == WEFT_RECEIVE;
}

// What ranks compare, and what a text says of an operation. It has no pointers, so it may lie in
// shared memory or travel.
struct Described {
  uint64_t digest;  // of the fingerprint and of everything below but the texts
  int64_t count;
  weft_collective_kind kind;
  weft_reduction reduction;
  weft_dtype dtype;
  int32_t peer;
  char where[216];
};
uint64_t digest_of(const weft_collective_call& call);
Described describe(const weft_collective_call& call);
// Such as "all_reduce (sum) of 10 float32 at train.py:7".
void write_description(const Described& described, char* text, size_t bytes);
// The text for operations that differ.
weft_status fail_differing(const char* group, int32_t rank, const Described& mine,
                           int32_t other_rank, const Described& other);

// Fails for a call that is wrong whatever other ranks do.
weft_status check_call(const weft_collective_call& call, int32_t rank, int32_t ranks);
// Fails for options that no driver can serve.
weft_status check_options(const weft_collective_options* options);

}  // namespace weft_collectives

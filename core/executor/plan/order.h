// Searches for the order of steps that keeps the fewest bytes alive.
//
// Which values are alive depends on the set of steps that have run, not on their order. So the
// search walks over sets of steps, level by level by their number, and keeps the best sets of a
// level (beam search): many orders meet in one set. A step that does not raise the peak and leaves
// no more bytes alive than before runs at once; no order gets worse by that.
#pragma once

#include <stdint.h>

#include <span>
#include <vector>

namespace weft::executor {

// A step, with values as indices into the list of OrderValue.
struct OrderStep {
  std::vector<int32_t> after;  // steps that have to run before it, for whatever reason
  std::vector<int32_t> reads;  // each value once
  // A value with several writers is alive from the first of them on.
  std::vector<int32_t> writes;
  // Those of `reads` whose memory a result of as many bytes may take (in-place reuse), if they die
  // here.
  std::vector<int32_t> reuses;
  int64_t scratch = 0;  // bytes
};

struct OrderValue {
  int64_t bytes = 0;   // bytes in the arena; 0 for what lies elsewhere
  bool stays = false;  // it is alive to the end
};

// The largest number of bytes that are alive at one time in the order as given.
int64_t peak_of(std::span<const OrderStep> steps, std::span<const OrderValue> values);

// An order with a lower peak, and with at most `maximum` bytes, as indices into `steps`; empty if
// the search found none. Its work is bounded, and it always finds the same order.
std::vector<int32_t> find_order(std::span<const OrderStep> steps,
                                std::span<const OrderValue> values,
                                int64_t maximum = INT64_MAX - 1);

}  // namespace weft::executor

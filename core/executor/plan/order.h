// The order of steps that keeps the fewest bytes alive.
//
// What is alive depends on the set of steps that have run, not on how they came to be run, so the
// search walks over such sets, the best ones only where there are too many (a beam): many orders
// meet in one set. A step that needs no more than was needed already and leaves no more alive than
// before runs at once; no order loses by that.
#pragma once

#include <stdint.h>

#include <span>
#include <vector>

namespace weft::executor {

struct OrderStep {
  std::vector<int32_t> after;   // steps that run before it, whatever the reason
  std::vector<int32_t> reads;   // values, each once
  std::vector<int32_t> writes;  // values; those with several writers are there from the first on
  // Of `reads`: those that a value of as many bytes may take the place of when they die here.
  std::vector<int32_t> reuses;
  int64_t scratch = 0;
};

struct OrderValue {
  int64_t bytes = 0;   // in the arena
  bool stays = false;  // to the end
};

// The most bytes that are alive in the order as given.
int64_t peak_of(std::span<const OrderStep> steps, std::span<const OrderValue> values);

// An order with a lower peak, of `most` bytes at most, as indices of `steps`; none if the search
// found none. Its work is bounded, and it finds the same order every time.
std::vector<int32_t> find_order(std::span<const OrderStep> steps,
                                std::span<const OrderValue> values,
                                int64_t maximum = INT64_MAX - 1);

}  // namespace weft::executor

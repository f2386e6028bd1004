// Sorting rows: by counting digits (radix sort), by std::sort if they are short, or by a short list
// if only a few first elements are wanted.

#include "kernels/indexing/sort.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <type_traits>
#include <utility>

namespace weft::kernels {
namespace {

// A row is sorted as pairs of a key and a position. The key is an integer with the order of its
// element, so that one code serves all dtypes; the position makes the order stable.
template <class K>
struct Entry {
  K key;
  K position;
  friend bool operator<(const Entry& a, const Entry& b) {
    return a.key < b.key || (a.key == b.key && a.position < b.position);
  }
};

constexpr int64_t kFewest = 64;       // elements from which counting digits pays
constexpr int64_t kSmallCount = 32;   // first elements that a sorted list may hold
constexpr int64_t kKeysAtOnce = 256;  // keys that are compared with the last of the list at a time
// Bits of a digit: its counters fit the first-level cache.
constexpr int kDigitBits = 8;
constexpr int kDigits = 1 << kDigitBits;

// The type of keys: as wide as the element, at least 32 bits; positions must fit as well.
template <class T>
using NarrowKey = std::conditional_t<sizeof(T) == 8, int64_t, int32_t>;

// Numbers of either sign as integers of the same order. All NaNs have the same key, the highest;
// and so do the two zeros.
template <class K, class T>
K key_of(T x) {
  if constexpr (std::is_floating_point_v<T>) {
    using Bits = NarrowKey<T>;
    if (x != x) return std::numeric_limits<Bits>::max();
    const auto bits = std::bit_cast<Bits>(x + T(0));
    return bits < 0 ? bits ^ std::numeric_limits<Bits>::max() : bits;
  } else if constexpr (std::is_same_v<T, uint64_t>) {
    return static_cast<K>(x ^ (uint64_t{1} << 63));
  } else if constexpr (std::is_same_v<T, uint32_t>) {
    return static_cast<K>(static_cast<int32_t>(x ^ (uint32_t{1} << 31)));
  } else {
    return x;
  }
}

// A digit of the key, with the sign flipped so that negative keys come first.
template <class K>
unsigned digit(K key, int number) {
  constexpr auto sign = std::make_unsigned_t<K>(1) << (8 * sizeof(K) - 1);
  const auto bits = static_cast<std::make_unsigned_t<K>>(key) ^ sign;
  return static_cast<unsigned>(bits >> (number * kDigitBits)) % kDigits;
}

// Radix sort from the lowest digit up, which is stable (Knuth, The Art of Computer Programming 3,
// 5.2.5). Digits in which all keys agree are skipped. Returns the list that has the result.
template <class K>
Entry<K>* radix_sort(Entry<K>* from, Entry<K>* to, int64_t count) {
  constexpr int kPasses = sizeof(K) * 8 / kDigitBits;
  K differing = 0;  // a bit is set if two keys differ in it
  for (int64_t i = 1; i < count; ++i) differing |= from[i].key ^ from[0].key;
  for (int pass = 0; pass < kPasses; ++pass) {
    if (digit(differing, pass) == digit(K(0), pass)) continue;
    int64_t counts[kDigits] = {};
    for (int64_t i = 0; i < count; ++i) ++counts[digit(from[i].key, pass)];
    // Counts become the first place of each digit.
    int64_t place = 0;
    for (int64_t& number : counts) place += std::exchange(number, place);
    for (int64_t i = 0; i < count; ++i) to[counts[digit(from[i].key, pass)]++] = from[i];
    std::swap(from, to);
  }
  return from;
}

// Puts the first `wanted` keys in order at the front of the list. Most keys are not below the last
// of a short list, which is found out for a whole block of keys at once.
template <class K>
void first_of(const K* keys, int64_t count, int64_t wanted, Entry<K>* list) {
  int64_t listed = 0;
  const auto insert = [&](int64_t i) {
    const Entry<K> entry{keys[i], static_cast<K>(i)};
    int64_t place = listed < wanted ? listed++ : wanted - 1;
    for (; place > 0 && entry < list[place - 1]; --place) list[place] = list[place - 1];
    list[place] = entry;
  };
  int64_t i = 0;
  for (; i < wanted; ++i) insert(i);
  while (i < count) {
    const int64_t end = std::min(count, i + kKeysAtOnce);
    const K last = list[wanted - 1].key;
    bool any = false;
    for (int64_t j = i; j < end; ++j) any |= keys[j] < last;
    for (; any && i < end; ++i)
      if (keys[i] < list[wanted - 1].key) insert(i);
    i = end;
  }
}

// Sorts rows of any stride; descending order sorts complemented keys, which stays stable.
template <class K, class T>
void sort_order(const Sorting& p, const void* x, int64_t* order, Range rows, void* scratch) {
  auto* const entries = static_cast<Entry<K>*>(scratch);
  Entry<K>* const others = entries + p.axis;
  const bool is_short = p.count <= kSmallCount && p.count < p.axis / 4;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const int64_t outer = row / p.inner, inner = row % p.inner;
    const T* const line = static_cast<const T*>(x) + outer * p.axis * p.inner + inner;
    const auto key = [&](int64_t i) {
      const K ascending = key_of<K>(line[i * p.inner]);
      return p.descending ? ~ascending : ascending;
    };
    const Entry<K>* sorted = entries;
    if (is_short) {
      auto* const keys = reinterpret_cast<K*>(others);
      for (int64_t i = 0; i < p.axis; ++i) keys[i] = key(i);
      first_of(keys, p.axis, p.count, entries);
    } else {
      for (int64_t i = 0; i < p.axis; ++i) entries[i] = {key(i), static_cast<K>(i)};
      if (p.axis >= kFewest) {
        sorted = radix_sort(entries, others, p.axis);
      } else {
        std::sort(entries, entries + p.axis);
      }
    }
    int64_t* const out = order + outer * p.count * p.inner + inner;
    for (int64_t i = 0; i < p.count; ++i) out[i * p.inner] = sorted[i].position;
  }
}

// NaN is larger than every number.
template <class T>
bool less(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return a < b || (b != b && a == a);
  return a < b;
}

// Binary search: upper_bound counts equal elements, lower_bound does not.
template <class T>
void search(const void* sorted, int64_t count, const void* values, int64_t* positions, bool right,
            Range elements) {
  const T* begin = static_cast<const T*>(sorted);
  for (int64_t i = elements.begin; i < elements.end; ++i) {
    const T value = static_cast<const T*>(values)[i];
    const T* found = right ? std::upper_bound(begin, begin + count, value, less<T>)
                           : std::lower_bound(begin, begin + count, value, less<T>);
    positions[i] = found - begin;
  }
}

// Calls body with a number of the dtype's type; bool is stored as 0 or 1.
template <class Body>
void with_type(DType dtype, const Body& body) {
  switch (dtype) {
    case DType::kBool:
    case DType::kUInt8: return body(uint8_t{});
    case DType::kUInt16: return body(uint16_t{});
    case DType::kUInt32: return body(uint32_t{});
    case DType::kUInt64: return body(uint64_t{});
    case DType::kInt8: return body(int8_t{});
    case DType::kInt16: return body(int16_t{});
    case DType::kInt32: return body(int32_t{});
    case DType::kInt64: return body(int64_t{});
    case DType::kFloat32: return body(float{});
    case DType::kFloat64: return body(double{});
    default: return;
  }
}

}  // namespace

// Two lists, for the passes of the radix sort.
int64_t sort_scratch(int64_t axis) {
  return 2 * axis * static_cast<int64_t>(sizeof(Entry<int64_t>));
}

void run_sort_order(const Sorting& problem, const void* x, int64_t* order, Range rows,
                    void* scratch) {
  with_type(problem.dtype, [&](auto number) {
    using T = decltype(number);
    if (problem.axis <= std::numeric_limits<int32_t>::max())
      sort_order<NarrowKey<T>, T>(problem, x, order, rows, scratch);
    else
      sort_order<int64_t, T>(problem, x, order, rows, scratch);
  });
}

void run_search(DType dtype, const void* sorted, int64_t count, const void* values,
                int64_t* positions, bool right, Range elements) {
  with_type(dtype, [&](auto number) {
    search<decltype(number)>(sorted, count, values, positions, right, elements);
  });
}

}  // namespace weft::kernels

#include "kernels/sort.h"

#include <algorithm>
#include <type_traits>

namespace weft::kernels {
namespace {

constexpr int64_t kRun = 16;  // elements that insertion sorts

template <class T>
bool less(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return a < b || (b != b && a == a);
  return a < b;
}

// Both scratch lists hold positions; keys are read through them.
template <class T, class Before>
const int64_t* merge_sort(const T* keys, int64_t count, int64_t* from, int64_t* to,
                          const Before& before) {
  for (int64_t begin = 0; begin < count; begin += kRun) {
    const int64_t end = std::min(begin + kRun, count);
    for (int64_t i = begin; i < end; ++i) {
      int64_t hole = i;
      for (; hole > begin && before(keys[i], keys[from[hole - 1]]); --hole)
        from[hole] = from[hole - 1];
      from[hole] = i;
    }
  }
  for (int64_t width = kRun; width < count; width *= 2) {
    for (int64_t begin = 0; begin < count; begin += 2 * width) {
      int64_t left = begin;
      const int64_t middle = std::min(begin + width, count);
      int64_t right = middle;
      const int64_t end = std::min(begin + 2 * width, count);
      for (int64_t i = begin; i < end; ++i) {
        const bool takes_right =
            left == middle || (right < end && before(keys[from[right]], keys[from[left]]));
        to[i] = from[takes_right ? right++ : left++];
      }
    }
    std::swap(from, to);
  }
  return from;
}

template <class T>
void sort_order(const Sorting& p, const void* x, int64_t* order, Range rows, void* scratch) {
  int64_t* const lists = static_cast<int64_t*>(scratch);
  T* const keys = reinterpret_cast<T*>(lists + 2 * p.axis);
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const int64_t first = row / p.inner * p.axis * p.inner + row % p.inner;
    for (int64_t i = 0; i < p.axis; ++i) keys[i] = static_cast<const T*>(x)[first + i * p.inner];
    const int64_t* sorted = p.descending ? merge_sort(keys, p.axis, lists, lists + p.axis,
                                                      [](T a, T b) { return less(b, a); })
                                         : merge_sort(keys, p.axis, lists, lists + p.axis, less<T>);
    for (int64_t i = 0; i < p.axis; ++i) order[first + i * p.inner] = sorted[i];
  }
}

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

// Calls body with a number of the dtype's type.
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

int64_t sort_scratch(int64_t axis) { return 3 * axis * static_cast<int64_t>(sizeof(int64_t)); }

void run_sort_order(const Sorting& problem, const void* x, int64_t* order, Range rows,
                    void* scratch) {
  with_type(problem.dtype,
            [&](auto number) { sort_order<decltype(number)>(problem, x, order, rows, scratch); });
}

void run_search(DType dtype, const void* sorted, int64_t count, const void* values,
                int64_t* positions, bool right, Range elements) {
  with_type(dtype, [&](auto number) {
    search<decltype(number)>(sorted, count, values, positions, right, elements);
  });
}

}  // namespace weft::kernels

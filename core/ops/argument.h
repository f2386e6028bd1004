// One argument of an operator call, in 16 bytes; the layout is that of weft_value in weft.h.
//
// A call passes the inputs first, then the attributes in schema order; an input that is a list of
// arrays is one argument. A Python or C number given for an array stays a *weak scalar*: it has a
// tag and never becomes an array. `kDefault` asks for the attribute's default.
#pragma once

#include <stdint.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ref.h"
#include "base/view.h"
#include "runtime/tensor.h"

namespace weft::ops {

class HostFunction;  // host_function.h

enum class Tag : uint32_t {
  kDefault = 0,
  kTensor = 1,
  kInt = 2,
  kFloat = 3,
  kBool = 4,
  kString = 5,  // `count` bytes, not terminated
  kInts = 6,    // `count` int64
  kDType = 7,
  kNone = 8,       // an optional input or attribute that is absent on purpose
  kTensors = 9,    // `count` arrays
  kFunction = 10,  // of the host program
  kComplex = 13,   // a weak scalar of two doubles; no node holds one (complex/complex.h)
};

// Points to the caller's memory and owns nothing: it is valid during the call.
struct Argument {
  Tag tag = Tag::kDefault;
  uint32_t count = 0;
  union {
    Tensor* tensor;
    int64_t integer = 0;
    double real;
    const char* text;
    const int64_t* ints;
    Tensor* const* tensors;
    HostFunction* function;
    const double* parts;  // real, imaginary
  };

  static Argument of_tensor(Tensor* value) {
    Argument a;
    a.tag = Tag::kTensor;
    a.tensor = value;
    return a;
  }
  static Argument of_int(int64_t value) {
    Argument a;
    a.tag = Tag::kInt;
    a.integer = value;
    return a;
  }
  static Argument of_float(double value) {
    Argument a;
    a.tag = Tag::kFloat;
    a.real = value;
    return a;
  }
  static Argument of_bool(bool value) {
    Argument a;
    a.tag = Tag::kBool;
    a.integer = value;
    return a;
  }
  static Argument of_dtype(DType value) {
    Argument a;
    a.tag = Tag::kDType;
    a.integer = static_cast<int64_t>(value);
    return a;
  }
  static Argument of_ints(std::span<const int64_t> values) {
    Argument a;
    a.tag = Tag::kInts;
    a.count = static_cast<uint32_t>(values.size());
    a.ints = values.data();
    return a;
  }
  static Argument of_tensors(std::span<Tensor* const> values) {
    Argument a;
    a.tag = Tag::kTensors;
    a.count = static_cast<uint32_t>(values.size());
    a.tensors = values.data();
    return a;
  }
  static Argument of_function(HostFunction* value) {
    Argument a;
    a.tag = Tag::kFunction;
    a.function = value;
    return a;
  }
  static Argument of_string(std::string_view value) {
    Argument a;
    a.tag = Tag::kString;
    a.count = static_cast<uint32_t>(value.size());
    a.text = value.data();
    return a;
  }
  static Argument none() {
    Argument a;
    a.tag = Tag::kNone;
    return a;
  }

  bool is_scalar() const { return tag == Tag::kInt || tag == Tag::kFloat || tag == Tag::kBool; }
  bool is_absent() const { return tag == Tag::kDefault || tag == Tag::kNone; }
  double as_double() const { return tag == Tag::kFloat ? real : static_cast<double>(integer); }
  // Empty for an argument of another kind, such as one that is absent: a caller of the C interface
  // sets no more of it than the tag.
  std::string_view as_text() const {
    return tag == Tag::kString ? std::string_view(text, count) : std::string_view();
  }
  std::span<const int64_t> as_ints() const {
    return tag == Tag::kInts ? std::span<const int64_t>(ints, count) : std::span<const int64_t>();
  }
  std::span<Tensor* const> as_tensors() const {
    return tag == Tag::kTensors ? std::span<Tensor* const>(tensors, count)
                                : std::span<Tensor* const>();
  }
};
static_assert(sizeof(Argument) == 16);

// The dtype that stands for a weak scalar's kind: bool, int64 or float64.
DType kind_dtype(const Argument& scalar);

bool same_argument(const Argument& a, const Argument& b);  // compares texts and lists by content

// Attributes that outlive a call: an immutable copy, with the lists, texts and functions that the
// arguments point to. Copies share one block, also between threads.
class Attributes {
 public:
  Attributes() = default;
  explicit Attributes(std::span<const Argument> arguments);

  std::span<const Argument> view() const {
    return block_ ? std::span<const Argument>(block_->arguments) : std::span<const Argument>();
  }
  friend bool operator==(const Attributes& a, const Attributes& b);

 private:
  struct Block {
    std::vector<Argument> arguments;
    std::vector<int64_t> ints;
    std::string text;
    std::vector<Ref<HostFunction>> functions;
  };
  std::shared_ptr<const Block> block_;
};

}  // namespace weft::ops

// Attention in blocks against the whole matrix of scores in double, on every instruction set.
#include "kernels/attention/attention.h"

#include <algorithm>

#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/attention/attention_kernels_impl.h"
#include "kernels/isa/extras.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

// A bfloat16, rounded to the nearest one of fewer digits.
struct Brief {
  uint16_t bits = 0;
  Brief() = default;
  explicit Brief(double x) {
    const float number = float(x);
    uint32_t wide;
    std::memcpy(&wide, &number, sizeof wide);
    bits = uint16_t((wide + 0x8000) >> 16);
  }
  operator double() const {
    const uint32_t wide = uint32_t(bits) << 16;
    float number;
    std::memcpy(&number, &wide, sizeof number);
    return number;
  }
};

template <class S>
struct Kind;
template <>
struct Kind<float> {
  using Sums = float;
  static constexpr DType dtype = DType::kFloat32;
  static constexpr double epsilon = 1e-4;
};
template <>
struct Kind<double> {
  using Sums = double;
  static constexpr DType dtype = DType::kFloat64;
  static constexpr double epsilon = 1e-11;
};
template <>
struct Kind<Brief> {
  using Sums = float;
  static constexpr DType dtype = DType::kBFloat16;
  static constexpr double epsilon = 2e-2;
};

struct Sizes {
  int64_t queries, keys, features, values, groups = 1;
};

// Two batches. Without groups the keys are shared by both, with groups by those of a batch.
template <class S>
struct Example {
  using Sums = typename Kind<S>::Sums;
  Sizes s;
  int64_t rows, own_keys;  // of a batch; how many batches have keys of their own
  std::vector<S> query, key, value, dout;
  std::vector<Sums> dlogarithms;
  std::vector<uint8_t> mask;
  Attention p{};

  Example(Sizes sizes, bool is_causal, bool is_masked)
      : s(sizes), rows(s.groups * s.queries), own_keys(s.groups > 1 ? 2 : 1) {
    query = uniform<S>(2 * rows * s.features, -2, 2, 1);
    key = uniform<S>(own_keys * s.keys * s.features, -2, 2, 2);
    value = uniform<S>(2 * s.keys * s.values, -2, 2, 3);
    dout = uniform<S>(2 * rows * s.values, -1, 1, 4);
    dlogarithms = uniform<Sums>(2 * rows, -1, 1, 5);
    mask.resize(rows * s.keys);
    Samples samples(6);
    for (size_t i = 0; i < mask.size(); ++i) mask[i] = i % s.keys == 0 || samples.bits() % 4 != 0;
    p.dtype = Kind<S>::dtype;
    p.batch_rank = 1;
    p.batch[0] = 2;
    p.groups = s.groups;
    p.queries = s.queries;
    p.keys = s.keys;
    p.features = s.features;
    p.values = s.values;
    p.scale = 0.3;
    p.is_causal = is_causal;
    p.query = {query.data(), {rows * s.features}, s.queries * s.features, s.features, 1};
    p.key = {key.data(), {own_keys > 1 ? s.keys * s.features : 0}, 0, s.features, 1};
    p.value = {value.data(), {s.keys * s.values}, 0, s.values, 1};
    if (is_masked) p.mask = {mask.data(), {0}, s.queries * s.keys, s.keys, 1};
    p.mask_dtype = DType::kBool;
  }

  int64_t key_at(int64_t b, int64_t k) const { return (own_keys > 1 ? b * s.keys : 0) + k; }
  double score(int64_t b, int64_t r, int64_t k) const {
    if ((p.is_causal && k > r % s.queries) || (p.mask.data && !mask[r * s.keys + k]))
      return -INFINITY;
    double sum = 0;
    for (int64_t i = 0; i < s.features; ++i)
      sum += double(query[(b * rows + r) * s.features + i]) *
             double(key[key_at(b, k) * s.features + i]);
    return p.scale * sum;
  }
};

// What all should be: out, logarithms and the gradients.
template <class S>
struct Exact {
  std::vector<double> out, logarithms, dquery, dkey, dvalue;

  explicit Exact(const Example<S>& e) {
    const Sizes& s = e.s;
    out.resize(2 * e.rows * s.values), logarithms.resize(2 * e.rows);
    dquery.resize(e.query.size()), dkey.resize(2 * s.keys * s.features);
    dvalue.resize(e.value.size());
    for (int64_t b = 0; b < 2; ++b)
      for (int64_t r = 0; r < e.rows; ++r) add_row(e, b, r);
  }
  void add_row(const Example<S>& e, int64_t b, int64_t r) {
    const Sizes& s = e.s;
    const int64_t row = b * e.rows + r;
    std::vector<double> share(s.keys);
    double sum = 0, mean = 0;
    for (int64_t k = 0; k < s.keys; ++k) sum += share[k] = std::exp(e.score(b, r, k));
    logarithms[row] = std::log(sum);
    for (int64_t k = 0; k < s.keys; ++k)
      for (int64_t v = 0; v < s.values; ++v)
        out[row * s.values + v] += share[k] / sum * e.value[(b * s.keys + k) * s.values + v];
    for (int64_t v = 0; v < s.values; ++v)
      mean += e.dout[row * s.values + v] * out[row * s.values + v];
    for (int64_t k = 0; k < s.keys; ++k) {
      double dshare = 0;
      for (int64_t v = 0; v < s.values; ++v) {
        const int64_t at = (b * s.keys + k) * s.values + v;
        dshare += double(e.dout[row * s.values + v]) * e.value[at];
        dvalue[at] += share[k] / sum * e.dout[row * s.values + v];
      }
      const double dscore = e.p.scale * share[k] / sum * (dshare - mean + e.dlogarithms[row]);
      for (int64_t i = 0; i < s.features; ++i) {
        dquery[row * s.features + i] += dscore * e.key[e.key_at(b, k) * s.features + i];
        dkey[(b * s.keys + k) * s.features + i] += dscore * e.query[row * s.features + i];
      }
    }
  }
};

template <class T>
void check_close(const std::vector<T>& found, const std::vector<double>& exact, double epsilon) {
  REQUIRE(found.size() == exact.size());
  double scale = 1;
  for (const double x : exact) scale = std::max(scale, std::fabs(x));
  for (size_t i = 0; i < found.size(); ++i)
    REQUIRE(double(found[i]) == doctest::Approx(exact[i]).epsilon(epsilon).scale(scale));
}

struct Aligned {
  explicit Aligned(int64_t count)
      : bytes(count + 64, 0x7f),
        begin(bytes.data() + (64 - reinterpret_cast<uintptr_t>(bytes.data()) % 64)) {}
  std::vector<char> bytes;
  char* const begin;
};

// Where the processor multiplies bfloat16 in pairs, sums are rounded at other places.
template <class S>
bool sums_pairs(Isa isa) {
  return Kind<S>::dtype == DType::kBFloat16 && isa == Isa::kAvx512 && uses(Extra::kAvx512Bf16);
}

template <class S>
void check(Sizes s, bool is_causal, bool is_masked) {
  CAPTURE(s.queries);
  CAPTURE(s.keys);
  CAPTURE(s.groups);
  const Example<S> e(s, is_causal, is_masked);
  const Exact<S> exact(e);
  std::vector<std::vector<double>> results;
  for (Isa isa : available_isas()) {
    const auto& forward =
        WEFT_KERNEL_OF(layer_isa_of(isa, Kind<S>::dtype), kAttentions)[int(Kind<S>::dtype)];
    const auto& backward =
        WEFT_KERNEL_OF(layer_isa_of(isa, Kind<S>::dtype), kAttentionGradients)[int(Kind<S>::dtype)];
    std::vector<S> out(exact.out.size()), dquery(exact.dquery.size()), dkey(exact.dkey.size()),
        dvalue(exact.dvalue.size());
    std::vector<typename Kind<S>::Sums> logarithms(exact.logarithms.size());
    Aligned scratch(std::max(attention_scratch(e.p), attention_gradient_scratch(e.p)));
    Aligned parts(std::max(attention_part_bytes(e.p), attention_gradient_part_bytes(e.p)));
    const int64_t units = attention_units(e.p), rows = attention_rows(e.p);
    for (const Range range : {Range{units / 2, units}, Range{0, units / 2}})
      forward.blocks(e.p, out.data(), logarithms.data(), range, scratch.begin, parts.begin);
    if (attention_part_bytes(e.p) > 0)
      for (const Range range : {Range{rows / 2, rows}, Range{0, rows / 2}})
        forward.sums(e.p, parts.begin, out.data(), logarithms.data(), range);
    AttentionGradient o{};
    o.dout = e.dout.data(), o.out = out.data();
    const DType sums = sizeof(S) == 8 ? DType::kFloat64 : DType::kFloat32;
    o.dlogarithms = {e.dlogarithms.data(), sums}, o.logarithms = {logarithms.data(), sums};
    o.dquery = dquery.data(), o.dkey = dkey.data(), o.dvalue = dvalue.data();
    const int64_t back = attention_gradient_units(e.p);
    for (const Range range : {Range{back / 2, back}, Range{0, back / 2}})
      backward.blocks(e.p, o, range, scratch.begin, parts.begin);
    if (attention_gradient_part_bytes(e.p) > 0)
      backward.sums(e.p, parts.begin, dquery.data(), {0, rows});
    check_close(out, exact.out, Kind<S>::epsilon);
    check_close(logarithms, exact.logarithms, Kind<S>::epsilon / 10);
    check_close(dquery, exact.dquery, Kind<S>::epsilon);
    check_close(dkey, exact.dkey, Kind<S>::epsilon);
    check_close(dvalue, exact.dvalue, Kind<S>::epsilon);
    std::vector<double> all(logarithms.begin(), logarithms.end());
    for (const auto* part : {&out, &dquery, &dkey, &dvalue})
      all.insert(all.end(), part->begin(), part->end());
    if (isa != Isa::kGeneric && !sums_pairs<S>(isa)) results.push_back(all);
  }
  for (const auto& result : results) CHECK(result == results[0]);
}

}  // namespace

TEST_CASE("attention in blocks is attention, and so is its gradient") {
  for (const Sizes s : {Sizes{1, 1, 1, 1}, Sizes{5, 7, 3, 2}, Sizes{64, 64, 16, 16},
                        Sizes{65, 300, 33, 17}, Sizes{130, 513, 8, 40}, Sizes{3, 260, 64, 64}})
    for (const int kind : {0, 1, 2, 3}) check<float>(s, kind & 1, kind & 2);
}

TEST_CASE("queries in groups share keys, and gradients are summed over the groups") {
  for (const Sizes s : {Sizes{1, 5, 3, 2, 2}, Sizes{1, 40, 16, 16, 8}, Sizes{3, 7, 4, 4, 5},
                        Sizes{33, 129, 8, 20, 3}, Sizes{64, 64, 16, 16, 2}})
    for (const int kind : {0, 1, 2, 3}) check<float>(s, kind & 1, kind & 2);
}

TEST_CASE("keys that are divided among units give the same attention") {
  for (const Sizes s : {Sizes{1, 1100, 16, 8}, Sizes{1, 2055, 33, 17, 4}, Sizes{9, 1700, 7, 5},
                        Sizes{70, 1033, 8, 8, 2}}) {
    REQUIRE(attention_part_bytes(Example<float>(s, false, false).p) > 0);
    for (const int kind : {0, 1, 2, 3}) check<float>(s, kind & 1, kind & 2);
  }
}

TEST_CASE("attention in other dtypes is that of float32 in their precision") {
  for (const Sizes s : {Sizes{5, 7, 3, 2}, Sizes{65, 300, 33, 17}, Sizes{1, 1100, 20, 8, 4}}) {
    for (const int kind : {0, 3}) {
      check<double>(s, kind & 1, kind & 2);
      check<Brief>(s, kind & 1, kind & 2);
    }
  }
}

TEST_CASE("attention of bfloat16 around blocks, pairs and groups") {
  for (const Sizes s :
       {Sizes{9, 1, 1, 1}, Sizes{9, 5, 2, 33}, Sizes{64, 256, 64, 64}, Sizes{130, 513, 8, 40},
        Sizes{33, 129, 15, 32, 3}, Sizes{70, 1033, 8, 8, 2}})
    for (const int kind : {0, 1, 2, 3}) check<Brief>(s, kind & 1, kind & 2);
}

TEST_CASE("a query that may attend to nothing is 0, and infinite summands hide keys") {
  for (const int64_t keys : {300, 1100}) {
    Example<float> e({2, keys, 4, 4}, false, true);
    for (int64_t k = 0; k < keys; ++k) e.mask[k] = 0;
    for (int64_t k = 0; k < keys; ++k) e.mask[keys + k] = k == keys - 1;  // in the last block only
    std::vector<float> out(2 * 2 * 4), logarithms(4);
    Aligned scratch(attention_scratch(e.p)), parts(attention_part_bytes(e.p));
    run_attention(e.p, out.data(), logarithms.data(), {0, attention_units(e.p)}, scratch.begin,
                  parts.begin);
    if (attention_part_bytes(e.p) > 0)
      run_attention_sums(e.p, parts.begin, out.data(), logarithms.data(), {0, 4});
    CHECK(logarithms[0] == -INFINITY);
    for (int v = 0; v < 4; ++v) {
      CHECK(out[v] == 0);
      CHECK(out[4 + v] == e.value[(keys - 1) * 4 + v]);
    }
  }
}

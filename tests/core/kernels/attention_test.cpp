// Attention in blocks against the whole matrix of scores in double, on every instruction set.
#include "kernels/attention.h"

#include <algorithm>

#include "core/kernels/kernel_testing.h"
#include "doctest.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

struct Sizes {
  int64_t queries, keys, features, values;
};

// Two batches, of which the keys are shared.
struct Example {
  Sizes s;
  std::vector<float> query, key, value, dout, dlogarithms;
  std::vector<uint8_t> mask;
  Attention p{};

  Example(Sizes sizes, bool is_causal, bool is_masked) : s(sizes) {
    query = uniform<float>(2 * s.queries * s.features, -2, 2, 1);
    key = uniform<float>(s.keys * s.features, -2, 2, 2);
    value = uniform<float>(2 * s.keys * s.values, -2, 2, 3);
    dout = uniform<float>(2 * s.queries * s.values, -1, 1, 4);
    dlogarithms = uniform<float>(2 * s.queries, -1, 1, 5);
    mask.resize(s.queries * s.keys);
    Samples samples(6);
    for (size_t i = 0; i < mask.size(); ++i) mask[i] = i % s.keys == 0 || samples.bits() % 4 != 0;
    p.dtype = DType::kFloat32;
    p.batch_rank = 1;
    p.batch[0] = 2;
    p.queries = s.queries;
    p.keys = s.keys;
    p.features = s.features;
    p.values = s.values;
    p.scale = 0.3;
    p.is_causal = is_causal;
    p.query = {query.data(), {s.queries * s.features}, s.features, 1};
    p.key = {key.data(), {0}, s.features, 1};
    p.value = {value.data(), {s.keys * s.values}, s.values, 1};
    if (is_masked) p.mask = {mask.data(), {0}, s.keys, 1};
    p.mask_dtype = DType::kBool;
  }

  double score(int64_t b, int64_t q, int64_t k) const {
    if ((p.is_causal && k > q) || (p.mask.data && !mask[q * s.keys + k])) return -INFINITY;
    double sum = 0;
    for (int64_t i = 0; i < s.features; ++i)
      sum += double(query[(b * s.queries + q) * s.features + i]) * key[k * s.features + i];
    return p.scale * sum;
  }
};

void check_close(const std::vector<float>& found, const std::vector<double>& exact) {
  REQUIRE(found.size() == exact.size());
  for (size_t i = 0; i < found.size(); ++i)
    REQUIRE(found[i] == doctest::Approx(exact[i]).epsilon(1e-4).scale(1));
}

}  // namespace

TEST_CASE("attention in blocks is attention, and so is its gradient") {
  for (const Sizes s : {Sizes{1, 1, 1, 1}, Sizes{5, 7, 3, 2}, Sizes{64, 64, 16, 16},
                        Sizes{65, 300, 33, 17}, Sizes{130, 513, 8, 40}, Sizes{3, 260, 64, 64}}) {
    for (const int kind : {0, 1, 2, 3}) {
      const Example e(s, kind & 1, kind & 2);
      std::vector<double> out(2 * s.queries * s.values), logarithms(2 * s.queries),
          dquery(e.query.size()), dkey(2 * e.key.size()), dvalue(e.value.size());
      for (int64_t b = 0; b < 2; ++b) {
        for (int64_t q = 0; q < s.queries; ++q) {
          const int64_t row = b * s.queries + q;
          std::vector<double> share(s.keys);
          double sum = 0, mean = 0;
          for (int64_t k = 0; k < s.keys; ++k) sum += share[k] = std::exp(e.score(b, q, k));
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
              dquery[row * s.features + i] += dscore * e.key[k * s.features + i];
              dkey[(b * s.keys + k) * s.features + i] += dscore * e.query[row * s.features + i];
            }
          }
        }
      }
      std::vector<std::vector<float>> results;
      for (Isa isa : available_isas()) {
        const AttentionKernels& kernels = table_of(isa)->attentions[int(DType::kFloat32)];
        std::vector<float> found(out.size()), sums(logarithms.size()), dq(dquery.size()),
            dk(dkey.size()), dv(dvalue.size());
        std::vector<char> scratch(
            std::max(attention_scratch(e.p), attention_gradient_scratch(e.p)) + 64);
        char* aligned = scratch.data() + (64 - reinterpret_cast<uintptr_t>(scratch.data()) % 64);
        const int64_t units = attention_units(e.p);
        kernels.forward(e.p, found.data(), sums.data(), {units / 2, units}, aligned);
        kernels.forward(e.p, found.data(), sums.data(), {0, units / 2}, aligned);
        kernels.backward(e.p,
                         {e.dout.data(), e.dlogarithms.data(), found.data(), sums.data(), dq.data(),
                          dk.data(), dv.data()},
                         {0, 2}, aligned);
        check_close(found, out);
        check_close(sums, logarithms);
        check_close(dq, dquery);
        check_close(dk, dkey);
        check_close(dv, dvalue);
        for (const auto* part : {&sums, &dq, &dk, &dv})
          found.insert(found.end(), part->begin(), part->end());
        if (isa != Isa::kGeneric) results.push_back(found);
      }
      for (const auto& result : results) CHECK(result == results[0]);
    }
  }
}

TEST_CASE("a query that may attend to nothing is NaN, and infinite summands hide keys") {
  Example e({2, 300, 4, 4}, false, true);
  for (int64_t k = 0; k < 300; ++k) e.mask[k] = 0;
  for (int64_t k = 0; k < 300; ++k) e.mask[300 + k] = k == 299;  // seen in the last block only
  std::vector<float> out(2 * 2 * 4), logarithms(4);
  std::vector<char> scratch(attention_scratch(e.p) + 64);
  char* aligned = scratch.data() + (64 - reinterpret_cast<uintptr_t>(scratch.data()) % 64);
  run_attention(e.p, out.data(), logarithms.data(), {0, attention_units(e.p)}, aligned);
  for (int v = 0; v < 4; ++v) {
    CHECK(std::isnan(out[v]));
    CHECK(out[4 + v] == e.value[299 * 4 + v]);
  }
}

// One step of an LSTM, forward and backward, against loops in double, on every instruction set.
#include "kernels/lstm.h"

#include "core/kernels/kernel_testing.h"
#include "doctest.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

void check_close(const std::vector<float>& found, const std::vector<double>& exact) {
  for (size_t i = 0; i < found.size(); ++i)
    REQUIRE(found[i] == doctest::Approx(exact[i]).epsilon(1e-5).scale(1));
}

}  // namespace

TEST_CASE("a step of an LSTM and its gradient are those of the formulas") {
  for (const int64_t hidden : {1, 5, 31, 32, 33, 100}) {
    for (const int64_t batch : {1, 3, 17}) {
      const Lstm p{DType::kFloat32, batch, hidden};
      const int64_t n = batch * hidden, units = lstm_units(p);
      const auto sums = uniform<float>(4 * n, -1, 1, 1), state = uniform<float>(n, -1, 1, 2),
                 cell = uniform<float>(n, -1, 1, 3), later = uniform<float>(4 * n, -1, 1, 4),
                 dhidden = uniform<float>(n, -1, 1, 5), dcell = uniform<float>(n, -1, 1, 6),
                 dgates = uniform<float>(4 * n, -1, 1, 7), dstate = uniform<float>(n, -1, 1, 8),
                 weight = uniform<float>(4 * hidden * hidden, -0.3, 0.3, 9);
      std::vector<double> gates(4 * n), next_cell(n), next_hidden(n), dsums(4 * n), before(n);
      const auto place = [&](int64_t row, int64_t gate, int64_t j) {
        return row * 4 * hidden + gate * hidden + j;
      };
      for (int64_t row = 0; row < batch; ++row) {
        for (int64_t j = 0; j < hidden; ++j) {
          double a[4], dh = dhidden[row * hidden + j];
          for (int64_t g = 0; g < 4; ++g) {
            a[g] = sums[place(row, g, j)];
            for (int64_t k = 0; k < hidden; ++k) {
              a[g] += double(state[row * hidden + k]) * weight[(g * hidden + j) * hidden + k];
              dh += double(later[place(row, g, k)]) * weight[(g * hidden + k) * hidden + j];
            }
            a[g] = gates[place(row, g, j)] = g == 2 ? std::tanh(a[g]) : sigmoid(a[g]);
          }
          const int64_t at = row * hidden + j;
          next_cell[at] = a[1] * cell[at] + a[0] * a[2];
          const double bent = std::tanh(next_cell[at]);
          next_hidden[at] = a[3] * bent;
          const double dc = dstate[at] + dcell[at] + dh * a[3] * (1 - bent * bent);
          const double d[4] = {dc * a[2], dc * cell[at], dc * a[0], dh * bent};
          for (int64_t g = 0; g < 4; ++g)
            dsums[place(row, g, j)] =
                (d[g] + dgates[place(row, g, j)]) * (g == 2 ? 1 - a[g] * a[g] : a[g] * (1 - a[g]));
          before[at] = dc * a[1];
        }
      }
      std::vector<std::vector<float>> results;
      for (Isa isa : available_isas()) {
        const LstmKernels& kernels = table_of(isa)->lstms[int(DType::kFloat32)];
        std::vector<char> memory(lstm_packed_bytes(p) + 64);
        char* packed = memory.data() + (64 - reinterpret_cast<uintptr_t>(memory.data()) % 64);
        std::vector<float> g(4 * n), h(n), c(n), ds(4 * n), left = dstate, carried(n);
        kernels.pack(p, weight.data(), false, packed, {0, units});
        const LstmStep step{sums.data(), state.data(), cell.data(), packed,
                            g.data(),    h.data(),     c.data()};
        kernels.step(p, step, {units / 2, units});
        kernels.step(p, step, {0, units / 2});
        kernels.pack(p, weight.data(), true, packed, {0, units});
        kernels.back_step(p,
                          {later.data(), packed, g.data(), c.data(), cell.data(), dhidden.data(),
                           dcell.data(), dgates.data(), left.data(), ds.data(), carried.data()},
                          {0, units});
        check_close(g, gates);
        check_close(h, next_hidden);
        check_close(c, next_cell);
        check_close(ds, dsums);
        check_close(left, before);
        for (const auto* part : {&g, &ds, &left}) h.insert(h.end(), part->begin(), part->end());
        if (isa != Isa::kGeneric) results.push_back(h);
      }
      for (const auto& result : results) CHECK(result == results[0]);
    }
  }
}

// One step of each recurrent cell, forward and backward, against loops in double, on every
// instruction set.
#include "kernels/recurrent/recurrent.h"

#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/recurrent/recurrent_kernels_impl.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

void check_close(const std::vector<float>& found, const std::vector<double>& exact) {
  for (size_t i = 0; i < found.size(); ++i)
    REQUIRE(found[i] == doctest::Approx(exact[i]).epsilon(1e-5).scale(1));
}

struct Packed {
  explicit Packed(const Recurrent& p)
      : bytes(recurrent_packed_bytes(p) + 64),
        begin(bytes.data() + (64 - reinterpret_cast<uintptr_t>(bytes.data()) % 64)) {}
  std::vector<char> bytes;
  char* const begin;
};

// Σ_k rows[row][k] weight[gate, j][k], or of weightᵀ.
double product(const std::vector<float>& rows, const std::vector<float>& weight, int64_t hidden,
               int64_t row, int64_t gate, int64_t j) {
  double sum = 0;
  for (int64_t k = 0; k < hidden; ++k)
    sum += double(rows[row * hidden + k]) * weight[(gate * hidden + j) * hidden + k];
  return sum;
}
template <class T>
double product_back(const std::vector<T>& rows, int64_t gates, const std::vector<float>& weight,
                    int64_t hidden, int64_t row, int64_t gate, int64_t j) {
  double sum = 0;
  for (int64_t k = 0; k < hidden; ++k)
    sum += double(rows[(row * gates + gate) * hidden + k]) *
           weight[(gates > 1 ? gate * hidden + k : k) * hidden + j];
  return sum;
}

// Bits do not depend on the instruction set, where it has fused multiply-adds.
void note(std::vector<std::vector<float>>& results, Isa isa,
          std::initializer_list<std::vector<float>> parts) {
  std::vector<float> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  if (isa != Isa::kGeneric) results.push_back(all);
  for (const auto& result : results) CHECK(result == results[0]);
}

}  // namespace

TEST_CASE("a step of an LSTM and its gradient are those of the formulas") {
  for (const int64_t hidden : {1, 5, 31, 32, 33, 100}) {
    for (const int64_t batch : {1, 2, 3, 17}) {
      const Recurrent p{DType::kFloat32, DType::kFloat32, Cell::kLstm, batch, hidden};
      const int64_t n = batch * hidden, units = recurrent_units(p);
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
        const RecurrentKernels& kernels = WEFT_KERNEL_OF(isa, kRecurrents)[int(DType::kFloat32)];
        Packed memory(p);
        char* const packed = memory.begin;
        std::vector<float> g(4 * n), h(n), c(n), ds(4 * n), left = dstate, carried(n);
        kernels.pack(p, weight.data(), false, packed, {0, units});
        RecurrentStep step{};
        step.sums = sums.data(), step.hidden = state.data(), step.cell = cell.data();
        step.packed = packed, step.gates = g.data();
        step.next_hidden = h.data(), step.next_cell = c.data();
        kernels.step(p, step, {units / 2, units});
        kernels.step(p, step, {0, units / 2});
        kernels.pack(p, weight.data(), true, packed, {0, units});
        RecurrentBackStep back{};
        back.later = later.data(), back.packed = packed, back.gates = g.data();
        back.cell = c.data(), back.last = cell.data(), back.dhidden = dhidden.data();
        back.dcell = dcell.data(), back.dgates = dgates.data(), back.dstate = left.data();
        back.dsums = ds.data(), back.carried = carried.data();
        kernels.back_step(p, back, {0, units});
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

TEST_CASE("a step of a GRU and its gradient are those of the formulas") {
  for (const int64_t hidden : {1, 5, 31, 32, 33, 100}) {
    for (const int64_t batch : {1, 2, 3, 17}) {
      const Recurrent p{DType::kFloat32, DType::kFloat32, Cell::kGru, batch, hidden};
      const int64_t n = batch * hidden, units = recurrent_units(p);
      const auto sums = uniform<float>(3 * n, -1, 1, 1), state = uniform<float>(n, -1, 1, 2),
                 bias = uniform<float>(hidden, -1, 1, 3), later = uniform<float>(3 * n, -1, 1, 4),
                 dhidden = uniform<float>(n, -1, 1, 5), later_product = uniform<float>(n, -1, 1, 6),
                 dgates = uniform<float>(3 * n, -1, 1, 7), dstate = uniform<float>(n, -1, 1, 8),
                 weight = uniform<float>(3 * hidden * hidden, -0.3, 0.3, 9),
                 dproduct = uniform<float>(n, -1, 1, 10);
      std::vector<double> gates(3 * n), products(n), next(n), dsums(3 * n), dq(n), before(n);
      for (int64_t row = 0; row < batch; ++row) {
        for (int64_t j = 0; j < hidden; ++j) {
          const int64_t at = row * hidden + j, wide = row * 3 * hidden + j;
          const auto total = [&](int64_t gate) {
            return sums[wide + gate * hidden] + product(state, weight, hidden, row, gate, j);
          };
          const double r = sigmoid(total(0)), z = sigmoid(total(1));
          const double q = product(state, weight, hidden, row, 2, j) + bias[j];
          const double c = std::tanh(sums[wide + 2 * hidden] + r * q);
          gates[wide] = r, gates[wide + hidden] = z, gates[wide + 2 * hidden] = c;
          products[at] = q;
          next[at] = (1 - z) * c + z * state[at];
          double dh = double(dhidden[at]) + dstate[at];
          for (int64_t gate = 0; gate < 2; ++gate)
            dh += product_back(later, 3, weight, hidden, row, gate, j);
          const std::vector<float> of_candidate(weight.begin() + 2 * hidden * hidden, weight.end());
          dh += product_back(later_product, 1, of_candidate, hidden, row, 0, j);
          const double da = (dh * (1 - z) + dgates[wide + 2 * hidden]) * (1 - c * c);
          dsums[wide] = (da * q + dgates[wide]) * r * (1 - r);
          dsums[wide + hidden] = (dh * (state[at] - c) + dgates[wide + hidden]) * z * (1 - z);
          dsums[wide + 2 * hidden] = da;
          dq[at] = da * r + dproduct[at];
          before[at] = dh * z;
        }
      }
      std::vector<std::vector<float>> results;
      for (Isa isa : available_isas()) {
        const RecurrentKernels& kernels = WEFT_KERNEL_OF(isa, kRecurrents)[int(DType::kFloat32)];
        Packed packed(p);
        std::vector<float> g(3 * n), q(n), h(n), ds(3 * n), dproducts(n), carried = dstate;
        kernels.pack(p, weight.data(), false, packed.begin, {0, units});
        RecurrentStep step{};
        step.sums = sums.data(), step.bias = bias.data(), step.hidden = state.data();
        step.packed = packed.begin, step.gates = g.data(), step.product = q.data();
        step.next_hidden = h.data();
        kernels.step(p, step, {units / 2, units});
        kernels.step(p, step, {0, units / 2});
        kernels.pack(p, weight.data(), true, packed.begin, {0, units});
        RecurrentBackStep back{};
        back.later = later.data(), back.later_product = later_product.data();
        back.packed = packed.begin, back.gates = g.data(), back.product = q.data();
        back.last = state.data(), back.dhidden = dhidden.data(), back.dgates = dgates.data();
        back.dproduct = dproduct.data(), back.dsums = ds.data();
        back.dproduct_sums = dproducts.data(), back.carried = carried.data();
        kernels.back_step(p, back, {0, units});
        check_close(g, gates);
        check_close(q, products);
        check_close(h, next);
        check_close(ds, dsums);
        check_close(dproducts, dq);
        check_close(carried, before);
        note(results, isa, {g, h, ds, dproducts, carried});
      }
    }
  }
}

TEST_CASE("a step of a plain network and its gradient are those of the formulas") {
  for (const Cell cell : {Cell::kTanh, Cell::kRelu}) {
    for (const int64_t hidden : {1, 5, 33, 100}) {
      for (const int64_t batch : {1, 2, 17}) {
        const Recurrent p{DType::kFloat32, DType::kFloat32, cell, batch, hidden};
        const int64_t n = batch * hidden, units = recurrent_units(p);
        const auto sums = uniform<float>(n, -1, 1, 1), state = uniform<float>(n, -1, 1, 2),
                   later = uniform<float>(n, -1, 1, 3), dhidden = uniform<float>(n, -1, 1, 4),
                   weight = uniform<float>(hidden * hidden, -0.3, 0.3, 5);
        std::vector<double> next(n), dsums(n), before(n);
        for (int64_t row = 0; row < batch; ++row) {
          for (int64_t j = 0; j < hidden; ++j) {
            const int64_t at = row * hidden + j;
            const double a = sums[at] + product(state, weight, hidden, row, 0, j);
            next[at] = cell == Cell::kRelu ? std::max(a, 0.0) : std::tanh(a);
            const double slope = cell == Cell::kRelu ? double(a > 0) : 1 - next[at] * next[at];
            before[at] = product_back(later, 1, weight, hidden, row, 0, j);
            dsums[at] = (dhidden[at] + before[at]) * slope;
          }
        }
        std::vector<std::vector<float>> results;
        for (Isa isa : available_isas()) {
          const RecurrentKernels& kernels = WEFT_KERNEL_OF(isa, kRecurrents)[int(DType::kFloat32)];
          Packed packed(p);
          std::vector<float> h = sums, ds(n), carried(n);
          kernels.pack(p, weight.data(), false, packed.begin, {0, units});
          RecurrentStep step{};
          step.sums = h.data(), step.hidden = state.data(), step.packed = packed.begin;
          step.next_hidden = h.data();
          kernels.step(p, step, {0, units});
          kernels.pack(p, weight.data(), true, packed.begin, {0, units});
          RecurrentBackStep back{};
          back.later = later.data(), back.packed = packed.begin, back.gates = h.data();
          back.dhidden = dhidden.data(), back.dsums = ds.data(), back.carried = carried.data();
          kernels.back_step(p, back, {0, units});
          check_close(h, next);
          check_close(ds, dsums);
          check_close(carried, before);
          note(results, isa, {h, ds, carried});
        }
      }
    }
  }
}

// The state and the weights can be written in the half, so products are the same but for the order
// of their sums.
TEST_CASE("a step with weights in halves is that of float32, and rounds the state") {
  const auto converted = [](const void* from, DType source, DType target, int64_t n) {
    std::vector<char> to(static_cast<size_t>(n * size_of(target)));
    cast_step(source, target)({to.data(), {from}, 1, n, 0, {0}, 0});
    return to;
  };
  for (const DType half : {DType::kBFloat16, DType::kFloat16}) {
    for (const Cell cell : {Cell::kTanh, Cell::kLstm, Cell::kGru}) {
      for (const int64_t hidden : {1, 5, 33, 100, 1030}) {
        if (hidden > 1000 && cell != Cell::kTanh) continue;
        for (const int64_t batch : {1, 2, 17, 130}) {
          CAPTURE(int(half));
          CAPTURE(int(cell));
          CAPTURE(hidden);
          CAPTURE(batch);
          const int64_t n = batch * hidden, gates = gates_of(cell);
          const auto rounded = [&](const std::vector<float>& x) {
            const auto narrow = converted(x.data(), DType::kFloat32, half, int64_t(x.size()));
            const auto wide = converted(narrow.data(), half, DType::kFloat32, int64_t(x.size()));
            std::vector<float> back(x.size());
            std::memcpy(back.data(), wide.data(), wide.size());
            return back;
          };
          const auto sums = uniform<float>(gates * n, -1, 1, 1), last = uniform<float>(n, -1, 1, 3),
                     bias = uniform<float>(hidden, -1, 1, 4),
                     state = rounded(uniform<float>(n, -1, 1, 2)),
                     weight = rounded(uniform<float>(gates * hidden * hidden, -0.3, 0.3, 5));
          const auto narrow_weight =
              converted(weight.data(), DType::kFloat32, half, gates * hidden * hidden);
          const auto before = converted(state.data(), DType::kFloat32, half, n);
          std::vector<float> results[2][4];
          for (const bool is_half : {false, true}) {
            const Recurrent p{DType::kFloat32, is_half ? half : DType::kFloat32, cell, batch,
                              hidden};
            const int64_t units = recurrent_units(p);
            Packed packed(p);
            std::vector<char> scratch(recurrent_step_scratch(p)), after(n * size_of(half));
            auto& [g, h, c, q] = results[is_half];
            g.resize(gates * n), h.resize(n), c.resize(n), q.resize(n);
            const void* const given = is_half ? static_cast<const void*>(narrow_weight.data())
                                              : static_cast<const void*>(weight.data());
            run_recurrent_pack(p, given, false, packed.begin, {units / 2, units});
            run_recurrent_pack(p, given, false, packed.begin, {0, units / 2});
            RecurrentStep step{};
            step.sums = sums.data(), step.bias = bias.data(), step.hidden = state.data();
            step.cell = last.data(), step.packed = packed.begin, step.rounded = before.data();
            step.gates = g.data(), step.product = q.data(), step.next_hidden = h.data();
            step.next_cell = c.data(), step.next_rounded = after.data();
            run_recurrent_step(p, step, {units / 2, units}, scratch.data());
            run_recurrent_step(p, step, {0, units / 2}, scratch.data());
            if (is_half) CHECK(after == converted(h.data(), DType::kFloat32, half, n));
          }
          for (int part = 0; part < 4; ++part)
            check_close(results[1][part], {results[0][part].begin(), results[0][part].end()});
        }
      }
    }
  }
}

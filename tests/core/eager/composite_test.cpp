// Composites that run as one plan, from several threads at once.
#include <atomic>
#include <thread>

#include "core/autograd/eager_testing.h"

using namespace weft;
using namespace weft::autograd;
using namespace weft::autograd::testing;

namespace {

Array ramp(int64_t extent) {
  const Array x = array({extent});
  auto* data = reinterpret_cast<double*>(x->data());
  for (int64_t i = 0; i < extent; ++i) data[i] = 0.1 * static_cast<double>(i % 41) - 2;
  return x;
}

Numbers gelu_and_gradient(int64_t extent) {
  const Array x = ramp(extent);
  Array y;
  {
    const Recording recording;
    if (!attach_grad(*x, GradRequest::kWrite).ok() || !try_call("gelu", {arg(x)}, &y).ok())
      return {};
  }
  Numbers result = values(y);
  Tensor* heads[] = {y.get()};
  if (!backward(heads, {}, false).ok()) return {};
  const Numbers slopes = gradient(x);
  result.insert(result.end(), slopes.begin(), slopes.end());
  return result;
}

}  // namespace

TEST_CASE("threads that meet the same composites get the same bits") {
  constexpr int64_t kExtents = 80;  // more than are kept
  constexpr int kRounds = 6;        // from meeting operator by operator to running plans
  std::vector<Numbers> alone;
  for (int64_t extent = 1; extent <= kExtents; ++extent) alone.push_back(gelu_and_gradient(extent));
  CHECK(alone.back().size() == 2 * kExtents);
  std::atomic<int> differing{0};
  const auto work = [&] {
    for (int64_t extent = 1; extent <= kExtents; ++extent)
      for (int round = 0; round < kRounds; ++round)
        if (gelu_and_gradient(extent) != alone[static_cast<size_t>(extent - 1)]) ++differing;
  };
  std::thread threads[] = {std::thread(work), std::thread(work), std::thread(work)};
  for (std::thread& thread : threads) thread.join();
  CHECK(differing == 0);
}

// Arrays of collectives that were started in eager code: their memory stays until these have ended.
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <vector>

#include "doctest.h"
#include "eager/call.h"
#include "ops/registry.h"
#include "runtime/collective/group.h"
#include "runtime/engine/engine.h"
#include "runtime/tensor.h"

using namespace weft;

namespace {

// Moves nothing before it is told to; then fills what it was given, as a sum of other ranks would.
class LateTransport final : public Transport {
 public:
  struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_open = false;
    int ended = 0;
    void open() {
      const std::lock_guard lock(mutex);
      is_open = true;
      changed.notify_all();
    }
  };
  explicit LateTransport(Gate& gate) : gate_(gate) {}
  Status run(const Operation& operation) override {
    std::unique_lock lock(gate_.mutex);
    gate_.changed.wait(lock, [&] { return gate_.is_open; });
    auto* const to = static_cast<float*>(operation.receive);
    for (int64_t i = 0; i < operation.count; ++i) to[i] = 7;
    ++gate_.ended;
    return {};
  }
  void abort(const std::string& reason) override {
    (void)reason;
    gate_.open();
  }
  bool orders() const override { return true; }
  bool checks() const override { return true; }

 private:
  Gate& gate_;
};

Ref<Tensor> called(std::string_view op, const Ref<Tensor>& x) {
  Tensor* out = nullptr;
  std::vector<ops::Argument> arguments{ops::Argument::of_tensor(x.get())};
  if (op == "all_reduce_start") {
    arguments.push_back(ops::Argument::of_string("sum"));
    arguments.push_back(ops::Argument::of_bool(false));
  } else {
    arguments.push_back({});  // `sent`
  }
  arguments.push_back(ops::Argument::of_string("late"));
  REQUIRE(eager::invoke(ops::op_named(op), arguments, {&out, 1}).message() == "");
  return Ref<Tensor>::adopt(out);
}

Ref<Tensor> ones(int64_t extent) {
  Ref<Tensor> made = Tensor::create(DType::kFloat32, Shape{extent}).take();
  auto* const elements = reinterpret_cast<float*>(made->data());
  for (int64_t i = 0; i < extent; ++i) elements[i] = 1;
  return made;
}

// A group of two ranks in which only this one runs.
struct Late {
  LateTransport::Gate gate;
  Ref<Group> group =
      Ref<Group>::adopt(new Group("late", 0, 2, 60, std::make_unique<LateTransport>(gate)));
  Late() { add_group(group); }
  ~Late() {
    gate.open();
    (void)group->drain();
    remove_group(*group);
  }
};

}  // namespace

// Under the address sanitizer a transport that writes to memory that was given back is an error by
// itself; without one the pool gives the block to the next array of the same size.
TEST_CASE("an array that is dropped while its sum runs keeps its memory until the sum has ended") {
  for (const int64_t extent : {40, 300'000}) {
    CAPTURE(extent);
    Late late;
    const Ref<Tensor> x = ones(extent);
    Ref<Tensor> started = called("all_reduce_start", x);
    const char* const block = started->data();
    started = Ref<Tensor>();
    std::vector<Ref<Tensor>> others;
    for (int i = 0; i < 8; ++i) {
      others.push_back(ones(extent));
      CHECK(others.back()->data() != block);
    }
    late.gate.open();
    (void)late.group->drain();
    CHECK(late.gate.ended == 1);
    for (const Ref<Tensor>& other : others)
      CHECK(*reinterpret_cast<const float*>(other->data()) == 1);
  }
}

TEST_CASE("a wait is for the sum that was started last in its memory") {
  Late late;
  const Ref<Tensor> x = ones(300'000);
  Ref<Tensor> started = called("all_reduce_start", x);
  const char* const block = started->data();
  late.gate.open();
  (void)late.group->drain();
  started = Ref<Tensor>();  // nobody has waited for it
  late.gate.is_open = false;
  std::vector<Ref<Tensor>> again;
  while (again.empty() || again.back()->data() != block) {
    again.push_back(called("all_reduce_start", x));
    REQUIRE(again.size() < 100);
  }
  // Who has to wait gives up its lock first: only then the sum goes on.
  static LateTransport::Gate* gate;
  gate = &late.gate;
  const WaitHooks before = wait_hooks();
  set_wait_hooks({[]() -> void* {
                    gate->open();
                    return nullptr;
                  },
                  [](void*) {}});
  const Ref<Tensor> sum = called("collective_wait", again.back());
  set_wait_hooks(before);
  CHECK(*reinterpret_cast<const float*>(sum->data()) == 7);
}

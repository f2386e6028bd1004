#include "model/run/context.h"

#include "core/executor/graph_testing.h"
#include "core/model/temporary_file.h"
#include "graph/ir/text.h"
#include "model/json/json.h"
#include "runtime/memory/pool.h"

using namespace weft;
using namespace weft::testing;
using model::Context;
using model::Model;
using model::NamedTensor;
using model::States;

namespace {

// y = relu(x @ w + b), count' = count + 1; x is the input, the others are captures.
struct Net {
  Net() {
    GraphBuilder builder(graph);
    const Value x = builder.input(f32({2, 3}));
    const Value w = builder.input(f32({3, 4}));
    const Value b = builder.input(f32({4}));
    const Value count = builder.input(f32({1}));
    std::mt19937 random(1);
    const Value noise = builder.constant(random_tensor(f32({4}), random));
    builder.output(builder.call("relu", {ops::matmul(x, w) + b + noise}));
    builder.output(count + 1.0);
    graph.states = {{3, 1}};
    const TensorType types[] = {f32({3, 4}), f32({4}), f32({1})};
    const char* names[] = {"w", "b", "count"};
    for (size_t i = 0; i < 3; ++i) captures.push_back({names[i], random_tensor(types[i], random)});
    input = random_tensor(f32({2, 3}), random);
  }

  Ref<Tensor> expected() const {
    std::vector<Ref<Tensor>> inputs = {input};
    for (const NamedTensor& capture : captures) inputs.push_back(capture.tensor);
    return executor::evaluate(graph, inputs).take()[0];
  }
  Status save(const std::string& path) const {
    const std::string in[] = {"x"}, out[] = {"y"};
    model::Writer writer;
    WEFT_TRY(writer.add_entry("forward", graph, in, out, captures));
    WEFT_TRY(writer.set_metadata("author", "me"));
    return writer.save(path);
  }

  Graph graph;
  std::vector<NamedTensor> captures;
  Ref<Tensor> input;
};

// The saved file with a piece of the model's text replaced; padding keeps the header's length.
std::string altered(const std::string& file, std::string_view from, std::string_view to) {
  std::string header = file.substr(8, file.find('}', file.rfind("data_offsets")) + 2 - 8);
  const auto archive = model::read_archive(file.data(), file.size()).take();
  model::Metadata metadata = archive.metadata;
  const size_t at = metadata[0].second.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, metadata[0].second);
  metadata[0].second.replace(at, from.size(), to);
  const TemporaryFile other;
  REQUIRE(model::write_archive(other.path, archive.tensors, metadata).ok());
  return other.bytes();
}

std::string refused(const std::string& bytes) {
  const auto loaded = Model::load_memory(bytes.data(), bytes.size());
  CHECK_FALSE(loaded.ok());
  return loaded.status().message();
}

void says(const std::string& message, const char* part) {
  CHECK_MESSAGE(message.find(part) != std::string::npos, message);
}

}  // namespace

TEST_CASE("a saved model runs like the graph, its state living in the context") {
  const Net net;
  const TemporaryFile file;
  const Status saved = net.save(file.path);
  REQUIRE_MESSAGE(saved.ok(), saved.message());
  const auto loaded = Model::load(file.path);
  REQUIRE_MESSAGE(loaded.ok(), loaded.status().message());
  CHECK(loaded.value()->text().find("entry forward(x: float32(2, 3)) -> (y: float32(2, 4))") !=
        std::string::npos);
  CHECK(loaded.value()->metadata()[0].second == "me");
  CHECK(graph::print(loaded.value()->entries()[0].program->graph()).find("matmul") !=
        std::string::npos);

  const int64_t bytes = Context::arena_bytes(*loaded.value(), "forward").take();
  const Ref<Storage> arena = Storage::allocate(bytes).take();
  for (void* memory : {static_cast<void*>(nullptr), static_cast<void*>(arena->data())}) {
    auto context = Context::create(States::create(loaded.value()), "forward", memory, bytes);
    REQUIRE_MESSAGE(context.ok(), context.status().message());
    Context& c = *context.value();
    says(c.run().message(), "input `x` is not bound");
    says(c.bind_input(0, net.input->data(), 7).message(), "takes 24 bytes; got 7");
    says(c.bind_input(1, net.input->data(), 24).message(), "below 1");
    REQUIRE(c.bind_input(0, net.input->data(), 24).ok());
    CHECK_FALSE(c.output_data(0).ok());
    REQUIRE(c.run().ok());
    const Ref<Tensor> expected = net.expected();
    CHECK(std::memcmp(c.output_data(0).value(), expected->data(), 32) == 0);
    const int64_t calls = memory_stats().system_calls, live = memory_stats().live;
    for (int i = 0; i < 3; ++i) REQUIRE(c.run().ok());
    CHECK((!kRecyclesBlocks || memory_stats().system_calls == calls));
    CHECK(memory_stats().live == live);
    float own[8];
    REQUIRE(c.bind_output(0, own, sizeof own).ok());
    REQUIRE(c.run().ok());
    CHECK(std::memcmp(own, expected->data(), 32) == 0);
  }
  says(Context::create(States::create(loaded.value()), "forward", arena->data(), bytes - 1)
           .status()
           .message(),
       "`arena` must be");
  says(Context::create(States::create(loaded.value()), "train", nullptr, 0).status().message(),
       "no entry `train`; there are `forward`");
}

TEST_CASE("weights are on the file's memory and shared by entries") {
  const Net net;
  const TemporaryFile file;
  REQUIRE(net.save(file.path).ok());
  const std::string bytes = file.bytes();
  const auto loaded = Model::load_memory(bytes.data(), bytes.size()).take();
  const NamedTensor& w = loaded->tensors()[static_cast<size_t>(loaded->entries()[0].captures[0])];
  CHECK(w.name == "w");
  CHECK(reinterpret_cast<const char*>(w.tensor->data()) > bytes.data());
  CHECK(reinterpret_cast<const char*>(w.tensor->data()) < bytes.data() + bytes.size());
  CHECK(w.tensor->box().read_only);
}

TEST_CASE("two entries share tensors; one name for two arrays is refused") {
  const Net net, other;
  const std::string in[] = {"x"}, out[] = {"y"};
  model::Writer writer;
  REQUIRE(writer.add_entry("a", net.graph, in, out, net.captures).ok());
  REQUIRE(writer.add_entry("b", net.graph, in, out, net.captures).ok());
  says(writer.add_entry("a", net.graph, in, out, net.captures).message(), "exists already");
  says(writer.add_entry("c", net.graph, in, out, other.captures).message(), "have the name `w`");
  const std::string none[] = {""};
  says(writer.add_entry("d", net.graph, none, out, net.captures).message(), "not empty");
  says(model::Writer().save("/tmp/x").message(), "no entry point");
  const TemporaryFile file;
  REQUIRE(writer.save(file.path).ok());
  const auto loaded = Model::load(file.path).take();
  CHECK(loaded->entries().size() == 2);
  CHECK(loaded->entries()[0].captures == loaded->entries()[1].captures);
}

TEST_CASE("an altered model is refused by name of what is wrong") {
  const Net net;
  const TemporaryFile saved;
  REQUIRE(net.save(saved.path).ok());
  const std::string file = saved.bytes();
  REQUIRE(Model::load_memory(file.data(), file.size()).ok());
  says(refused(altered(file, "\"format\":1", "\"format\":4")), "format version 4");
  says(refused(altered(file, "\"format\":1", "\"format\":\"x\"")), "no format version");
  says(refused(altered(file, "\"op\":\"matmul\"", "\"op\":\"frobnicate\"")),
       "operator `frobnicate` is unknown");
  says(refused(altered(file, "\"in\":[0,1]", "\"in\":[0,7]")), "before its definition");
  says(refused(altered(file, "\"in\":[0,1]", "\"in\":[0,-1]")), "before its definition");
  says(refused(altered(file, "\"in\":[0,1]", "\"in\":[0]")), "must have 2 operands");
  says(refused(altered(file, "\"in\":[0,1]", "\"in\":[0,{\"float\":\"x\"}]")), "scalar");
  says(refused(altered(file, "[\"float32\",2,4]", "[\"float32\",2,5]")), "2, 5");
  says(refused(altered(file, "\"captures\":[\"w\"", "\"captures\":[\"v\"")), "no tensor `v`");
  says(refused(altered(file, "\"captures\":[\"w\"", "\"captures\":[\"b\"")), "load");
  says(refused(altered(file, "\"states\":[[3,1]]", "\"states\":[[0,1]]")), "state");
  says(refused(altered(file, "\"states\":[[3,1]]", "\"states\":[[99,1]]")), "state");
  says(refused(altered(file, "\"entries\":[", "\"entries\":[1,")), "load");
  says(refused(altered(file, "{\"format\"", "{{\"format\"")), "json");
}

TEST_CASE("random changes of a model's text never crash") {
  const Net net;
  const TemporaryFile saved;
  REQUIRE(net.save(saved.path).ok());
  const std::string file = saved.bytes();
  const auto archive = model::read_archive(file.data(), file.size()).take();
  std::mt19937 random(3);
  const TemporaryFile other;
  for (int i = 0; i < 1500; ++i) {
    model::Metadata metadata = archive.metadata;
    std::string& text = metadata[0].second;
    for (unsigned k = 0; k <= random() % 3; ++k) {
      const size_t at = random() % text.size();
      static constexpr char kChars[] = "0123456789,:[]{}\"-abt";
      if (random() % 3 == 0)
        text.erase(at, 1 + random() % 4);
      else
        text[at] = kChars[random() % (sizeof kChars - 1)];
    }
    std::string bytes = file;
    // The header is put together by hand: writing 1,500 files would be slow.
    model::Json header = model::Json::object();
    const auto parsed = model::parse_json(std::string_view(file).substr(
        8, static_cast<size_t>(static_cast<unsigned char>(file[0])) |
               static_cast<size_t>(static_cast<unsigned char>(file[1])) << 8));
    for (const model::Json::Member& member : parsed.value().members()) {
      const std::string_view key = member.key();
      const model::Json& value = member.value;
      if (key != "__metadata__") {
        header.set(key, value);
        continue;
      }
      model::Json meta = model::Json::object();
      for (const auto& [name, content] : metadata) meta.set(name, content);
      header.set(key, std::move(meta));
    }
    std::string head = model::write_json(header);
    while ((8 + head.size()) % 64) head += ' ';
    const size_t old = 8 + (static_cast<unsigned char>(file[0]) |
                            static_cast<size_t>(static_cast<unsigned char>(file[1])) << 8);
    std::string prefix(8, '\0');
    for (size_t b = 0; b < 8; ++b) prefix[b] = static_cast<char>(head.size() >> (8 * b));
    bytes = prefix + head + file.substr(old);
    const auto loaded = Model::load_memory(bytes.data(), bytes.size());
    if (!loaded.ok()) continue;
    for (const model::Entry& entry : loaded.value()->entries()) {
      const auto needed = Context::arena_bytes(*loaded.value(), entry.name);
      if (!needed.ok() || needed.value() > 1 << 20) continue;
      auto context = Context::create(States::create(loaded.value()), entry.name, nullptr, 0);
      if (!context.ok()) continue;
      for (size_t p = 0; p < entry.inputs.size(); ++p) {
        const auto size = static_cast<size_t>(entry.inputs[p].type.bytes());
        static char zeros[1 << 20];
        if (size <= sizeof zeros) CHECK(context.value()->bind_input(p, zeros, size).ok());
      }
      const Status status = context.value()->run();
      CHECK((status.ok() || !status.message().empty()));
    }
  }
}

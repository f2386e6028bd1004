#include "graph/ir/control.h"
#include "core/executor/graph_testing.h"
#include "core/model/temporary_file.h"
#include "graph/ir/text.h"
#include "model/run/context.h"

using namespace weft;
using namespace weft::testing;
using model::Context;
using model::Model;
using model::States;

namespace {

// Rows are summed as long as there are any, and the sum is doubled where it is small.
const char* const kNet =
    "graph(%0 \"x\": float32(4, 2), %1 \"start\": float32(2,)) {\n"
    "  %2: float32(2,), %3: float32(4, 2) = loop(%0, %1) sliced 1 carried 1 most 4 (%0: "
    "float32(2,), "
    "%1: float32(2,)) {\n"
    "    %2: float32(2,) = add(%0, %1) @line \"secret.py:1\"\n"
    "    %3: float32(2,) = multiply(%2, 2)\n"
    "    return %2, %3\n"
    "  } @line \"net.py:3\"\n"
    "  %4: float32() = sum(%2)\n"
    "  %5: bool() = less(%4, 10)\n"
    "  %6: float32(2,) = cond(%5, %2) (%0: float32(2,)) {\n"
    "    %1: float32(2,) = multiply(%0, 2)\n"
    "    return %1\n"
    "  } (%0: float32(2,)) {\n"
    "    return %0\n"
    "  }\n"
    "  return %6, %3\n"
    "}\n";

struct Saved {
  Saved() {
    const Graph graph = graph::parse(kNet).take();
    const std::string in[] = {"x", "start"}, out[] = {"y", "rows"};
    model::Writer writer;
    REQUIRE(writer.add_entry("forward", graph, in, out, {}).ok());
    const Status status = writer.save(file.path);
    REQUIRE_MESSAGE(status.ok(), status.message());
  }
  TemporaryFile file;
};

std::string refused(const std::string& file, std::string_view from, std::string_view to) {
  const auto archive = model::read_archive(file.data(), file.size()).take();
  model::Metadata metadata = archive.metadata;
  const size_t at = metadata[0].second.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, metadata[0].second);
  metadata[0].second.replace(at, from.size(), to);
  const TemporaryFile other;
  REQUIRE(model::write_archive(other.path, archive.tensors, metadata).ok());
  const std::string bytes = other.bytes();
  const auto loaded = Model::load_memory(bytes.data(), bytes.size());
  return loaded.ok() ? "it is sound" : loaded.status().message();
}

void says(const std::string& message, const char* part) {
  CHECK_MESSAGE(message.find(part) != std::string::npos, message);
}

}  // namespace

TEST_CASE("a saved model runs its loops and branches") {
  const Saved saved;
  const auto loaded = Model::load(saved.file.path);
  REQUIRE_MESSAGE(loaded.ok(), loaded.status().message());
  Graph wanted = graph::parse(kNet).take();
  graph::forget_lines(wanted);
  CHECK(graph::print(loaded.value()->entries()[0].program->graph()) == graph::print(wanted));
  auto context = Context::create(States::create(loaded.value()), "forward", nullptr, 0).take();
  for (const float scale : {0.1f, 10.0f}) {
    float x[8], start[2] = {scale, 0};
    for (int i = 0; i < 8; ++i) x[i] = static_cast<float>(i) * scale;
    REQUIRE(context->bind_input(0, x, sizeof x).ok());
    REQUIRE(context->bind_input(1, start, sizeof start).ok());
    REQUIRE(context->run().ok());
    float sum[2] = {start[0], start[1]};
    const auto* rows = static_cast<const float*>(context->output_data(1).value());
    for (int row = 0; row < 4; ++row)
      for (int k = 0; k < 2; ++k) {
        sum[k] = x[2 * row + k] + sum[k];
        CHECK(rows[2 * row + k] == sum[k] * 2);
      }
    const auto* y = static_cast<const float*>(context->output_data(0).value());
    const float factor = sum[0] + sum[1] < 10 ? 2 : 1;
    for (int k = 0; k < 2; ++k) CHECK(y[k] == sum[k] * factor);
  }
}

TEST_CASE("damaged loops and branches are refused") {
  const std::string file = Saved().file.bytes();
  CHECK(file.find(".py") == std::string::npos);
  // As a reader from before control flow does.
  says(refused(file, "control.loop", "control.gone"), "operator `control.gone` is unknown");
  says(refused(file, "\"most\":4", "\"most\":5"), "must have 5 rows");
  says(refused(file, "\"most\":4", "\"most\":\"\""), "an integer as `most`");
  says(refused(file, "\"carried\":1", "\"carried\":7"), "must not slice or carry more");
  says(refused(file, "\"carried\":1", "\"carried\":-7"), "as `sliced` and `carried`");
  says(refused(file, "\"sliced\":1", "\"sliced\":0"), "the type of the body's input");
  says(refused(file, "\"most\":4", "\"most\":4,\"while\":true"), "a bool of rank 0");
  says(refused(file, "\"bodies\":[{", "\"others\":[{"), "bodies");
  says(refused(file, "\"op\":\"control.cond\"", "\"op\":\"control.loop\""), "bodies");
  says(refused(file, "\"inputs\":[[\"float32\",2]", "\"inputs\":[[\"float32\",3]"), "");
}

#include "model/archive/safetensors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/executor/graph_testing.h"

using namespace weft;
using namespace weft::testing;
using model::Archive;
using model::NamedTensor;

namespace {

namespace fs = std::filesystem;

// A folder that is gone when the test ends.
struct Folder {
  Folder() {
    char name[] = "/tmp/weft-test-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Folder() {
    ::chmod(path.c_str(), 0700);
    fs::remove_all(path);
  }
  std::string file(const char* name) const { return path + "/" + name; }
  size_t files() const {
    size_t count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(path)) ++count;
    return count;
  }
  std::string path;
};

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<NamedTensor> some_tensors() {
  std::mt19937 random(1);
  return {{"mask", random_tensor({DType::kBool, {3}}, random)},
          {"b", random_tensor(f32({2, 3}), random)},
          {"a", random_tensor(f32({}), random)},
          {"half", random_tensor({DType::kBFloat16, {5}}, random)},
          {"empty", random_tensor(f32({0, 4}), random)},
          {"wide", random_tensor({DType::kFloat64, {2}}, random)}};
}

std::string sealed(const std::string& header, size_t data) {
  std::string text(8, '\0');
  for (size_t i = 0; i < 8; ++i) text[i] = static_cast<char>(header.size() >> (8 * i));
  return text + header + std::string(data, '\0');
}

std::string refused(const std::string& file) {
  const auto archive = model::read_archive(file.data(), file.size());
  CHECK_FALSE(archive.ok());
  return archive.status().message();
}

bool says(const std::string& message, const char* part) {
  const bool found = message.find(part) != std::string::npos;
  CHECK_MESSAGE(found, message);
  return found;
}

}  // namespace

TEST_CASE("tensors come back as they were saved, aligned, in the documented order") {
  const Folder folder;
  const auto tensors = some_tensors();
  const std::string path = folder.file("a.safetensors");
  REQUIRE(model::write_archive(path, tensors, {{"key", "väl\"ue"}}).ok());
  const auto archive = model::read_archive(path);
  REQUIRE_MESSAGE(archive.ok(), archive.status().message());
  CHECK(*archive.value().find_metadata("key") == "väl\"ue");
  const char* order[] = {"wide", "a", "b", "empty", "half", "mask"};
  for (size_t i = 0; i < 6; ++i) {
    const NamedTensor& read = archive.value().tensors[i];
    CHECK(read.name == order[i]);
    CHECK(reinterpret_cast<uintptr_t>(read.tensor->data()) %
              static_cast<uintptr_t>(size_of(read.tensor->dtype())) ==
          0);
    CHECK(read.tensor->covers_box());
    for (const NamedTensor& saved : tensors)
      if (saved.name == read.name) CHECK(same_bits(*saved.tensor, *read.tensor));
  }
  const std::string once = bytes_of(path);
  CHECK((once.size() - 16 - 4 * 7 - 10 - 3) % 64 == 0);
  auto reversed = tensors;
  std::reverse(reversed.begin(), reversed.end());
  REQUIRE(model::write_archive(path, reversed, {{"key", "väl\"ue"}}).ok());
  CHECK(bytes_of(path) == once);
}

TEST_CASE("an array on a mapped file outlives the archive, and writing to it spares the file") {
  const Folder folder;
  const std::string path = folder.file("a.safetensors");
  REQUIRE(model::write_archive(path, some_tensors(), {}).ok());
  const std::string before = bytes_of(path);
  Ref<Tensor> tensor;
  {
    const auto archive = model::read_archive(path).take();
    tensor = archive.tensors[static_cast<size_t>(archive.find_tensor("b"))].tensor;
  }
  reinterpret_cast<float*>(tensor->data())[0] = 42;
  CHECK(bytes_of(path) == before);
}

TEST_CASE("strided arrays are saved dense") {
  const Folder folder;
  std::mt19937 random(1);
  const Ref<Tensor> base = random_tensor(f32({2, 3}), random);
  const NamedTensor view{"t",
                         Tensor::view(DType::kFloat32, {3, 2}, {1, 3}, 0, base->box_ref()).take()};
  REQUIRE(model::write_archive(folder.file("a"), {&view, 1}, {}).ok());
  const auto archive = model::read_archive(folder.file("a")).take();
  const auto* read = reinterpret_cast<const float*>(archive.tensors[0].tensor->data());
  const auto* from = reinterpret_cast<const float*>(base->data());
  CHECK(read[1] == from[3]);
  CHECK(read[2] == from[1]);
}

TEST_CASE("a file cut at any length is refused") {
  const Folder folder;
  REQUIRE(model::write_archive(folder.file("a"), some_tensors(), {{"k", "v"}}).ok());
  const std::string whole = bytes_of(folder.file("a"));
  REQUIRE(model::read_archive(whole.data(), whole.size()).ok());
  for (size_t length = 0; length < whole.size(); ++length) {
    const std::string cut = whole.substr(0, length);  // its own memory: a read beyond is seen
    CHECK_FALSE(model::read_archive(cut.data(), cut.size()).ok());
  }
  const std::string longer = whole + "x";
  CHECK_FALSE(model::read_archive(longer.data(), longer.size()).ok());
}

TEST_CASE("a file with any byte of its header changed never crashes") {
  const Folder folder;
  REQUIRE(model::write_archive(folder.file("a"), some_tensors(), {{"k", "v"}}).ok());
  const std::string whole = bytes_of(folder.file("a"));
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string changed = whole;
    const int count = 1 + static_cast<int>(random() % 3);
    for (int k = 0; k < count; ++k)
      changed[random() % changed.size()] = static_cast<char>(random());
    const auto archive = model::read_archive(changed.data(), changed.size());
    if (!archive.ok()) continue;
    for (const NamedTensor& named : archive.value().tensors) {  // all of it must be readable
      int sum = 0;
      for (int64_t b = 0; b < named.tensor->bytes(); ++b) sum += named.tensor->data()[b];
      CHECK(sum != 123456789);
    }
  }
}

TEST_CASE("each false claim of a header is named") {
  const auto entry = [](const char* dtype, const char* shape, const char* offsets) {
    return std::string("{\"t\":{\"dtype\":\"") + dtype + "\",\"shape\":" + shape +
           ",\"data_offsets\":" + offsets + "}}";
  };
  says(refused(sealed(entry("F32", "[2]", "[0,8]"), 4)), "outside");
  says(refused(sealed(entry("F32", "[3]", "[0,8]"), 8)), "do not fill");
  says(refused(sealed(entry("F32", "[2]", "[4,12]"), 12)), "gap");
  says(refused(sealed(entry("F32", "[2]", "[0,8]"), 16)), "data after the last tensor");
  says(refused(sealed(entry("F32", "[-2]", "[0,8]"), 8)), "not an integer of at least 0");
  says(refused(sealed(entry("F32", "[2]", "[8,0]"), 8)), "outside");
  says(refused(sealed(entry("F8_E8M0", "[8]", "[0,8]"), 8)), "F8_E8M0");
  says(refused(sealed(entry("F32", "[4611686018427387904,4611686018427387904]", "[0,0]"), 0)),
       "do not fill");
  says(refused(sealed("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                      "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}",
                      6)),
       "overlaps");
  says(refused(sealed("[]", 0)), "must be an object");
  says(refused(sealed("{\"__metadata__\":{\"a\":1}}", 0)), "not a string");
  std::string huge(16, '\0');
  huge[3] = 100;  // a header of 1.6 GB
  says(refused(huge), "claims 1677721600 bytes");
}

TEST_CASE("a failed save leaves the old file whole and nothing else") {
  const Folder folder;
  const std::string path = folder.file("model");
  REQUIRE(model::write_archive(path, some_tensors(), {}).ok());
  const std::string before = bytes_of(path);
  std::mt19937 random(1);
  const std::vector<NamedTensor> large = {{"large", random_tensor(f32({1 << 16}), random)}};

  // A full disk: the process may not write files beyond this size.
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  const rlimit small{50000, old.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  const Status full = model::write_archive(path, large, {});
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, handler);
  CHECK(full.code() == StatusCode::kIo);
  CHECK(full.message().find("unchanged") != std::string::npos);
  CHECK(bytes_of(path) == before);
  CHECK(folder.files() == 1);

  // A folder in place of the file, a folder that is not there.
  ::mkdir(folder.file("folder").c_str(), 0700);
  std::ofstream(folder.file("folder") + "/x") << "x";
  CHECK(model::write_archive(folder.file("folder"), large, {}).code() == StatusCode::kIo);
  CHECK(folder.files() == 2);
  CHECK(model::write_archive(folder.file("none/model"), large, {}).code() == StatusCode::kIo);

  if (::geteuid() != 0) {  // a read-only place; root may write anywhere
    ::chmod(folder.path.c_str(), 0500);
    CHECK(model::write_archive(path, large, {}).code() == StatusCode::kIo);
    CHECK(bytes_of(path) == before);
  }
}

TEST_CASE("names that cannot be saved are refused") {
  const Folder folder;
  std::mt19937 random(1);
  const Ref<Tensor> t = random_tensor(f32({2}), random);
  const std::vector<NamedTensor> twice = {{"a", t}, {"a", t}};
  CHECK(model::write_archive(folder.file("a"), twice, {}).message().find("used twice") !=
        std::string::npos);
  const std::vector<NamedTensor> binary = {{"\xff", t}};
  CHECK_FALSE(model::write_archive(folder.file("a"), binary, {}).ok());
  CHECK(folder.files() == 0);
}

TEST_CASE("a file that is missing or a folder is an error") {
  CHECK(model::read_archive("/nonexistent/file").status().code() == StatusCode::kNotFound);
  CHECK(model::read_archive("/tmp").status().code() == StatusCode::kIo);
}

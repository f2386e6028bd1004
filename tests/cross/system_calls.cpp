// What core/runtime/os promises, checked on whatever system this runs on: files whose names are not
// ASCII, a file that replaces another which somebody has open, aligned memory, processors,
// libraries.
//
//   weft_system_calls <folder>          0: all as promised; else a line for each broken promise
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

#include "runtime/os/files.h"
#include "runtime/os/memory.h"
#include "runtime/os/process.h"

using namespace weft;

namespace {

int broken = 0;

void expect(bool holds, const char* promise) {
  if (holds) return;
  std::printf("broken: %s\n", promise);
  ++broken;
}

// Writes a file as Weft saves: under another name, which then replaces the old one.
bool save(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".tmp";
  const int file = os::open_new(temporary.c_str());
  return file >= 0 && os::write(file, text.data(), text.size()) == ptrdiff_t(text.size()) &&
         os::flush(file) && os::close_written(file) &&
         os::rename_over(temporary.c_str(), path.c_str());
}

std::string load(int file) {
  std::string text(static_cast<size_t>(os::length_of(file)), '\0');
  return os::read(file, text.data(), text.size()) == ptrdiff_t(text.size()) ? text : "";
}

void check_files(const std::string& folder) {
  const std::string path = folder + "/Gewicht \xC3\xA9\xE2\x82\xAC.weft";  // two signs of UTF-8
  os::remove_file(path.c_str());
  errno = 0;
  expect(os::open_to_read(path.c_str()) < 0 && errno == ENOENT, "a missing file is ENOENT");
  expect(!os::is_there(path.c_str()), "a missing file is not there");
  const std::string first = "one\r\ntwo\x1A\n", second = "another";  // what text mode would change
  expect(save(path, first), "a new file is written");
  expect(os::is_there(path.c_str()) && !os::is_irregular(path.c_str()), "it is a regular file");
  int file = os::open_to_read(path.c_str());
  expect(load(file) == first, "its bytes come back");
  errno = 0;
  if (void* const data = os::map_private(file, first.size())) {
    expect(std::memcmp(data, first.data(), first.size()) == 0, "its bytes are mapped");
    static_cast<char*>(data)[0] = 'X';
    expect(save(path, second), "a mapped file is replaced");
    expect(static_cast<char*>(data)[0] == 'X', "a mapping stays as it was");
    os::unmap(data, first.size());
  } else {
    expect(errno == 0, "who maps no files says so");
    os::close_file(file);
    expect(save(path, second), "a file is replaced");
    file = -1;
  }
  if (file >= 0) os::close_file(file);
  file = os::open_to_read(path.c_str());
  expect(load(file) == second, "the new bytes are there");
  os::close_file(file);
  errno = 0;
  expect(os::open_new(path.c_str()) < 0 && errno == EEXIST, "a file that exists is not new");
  expect(os::is_irregular(folder.c_str()), "a folder is no regular file");
  expect(os::folder_of(path) == folder, "a path names its folder");
  expect(os::folder_of("net.weft") == ".", "a name alone is in this folder");
  os::remove_file(path.c_str());
  expect(!os::is_there(path.c_str()), "a removed file is gone");
}

void check_memory() {
  for (size_t alignment = 16; alignment <= 4096; alignment *= 2) {
    void* const block = os::allocate_aligned(alignment, 100);
    expect(block && reinterpret_cast<uintptr_t>(block) % alignment == 0, "memory is aligned");
    if (block) std::memset(block, 1, 100);
    os::free_aligned(block);
  }
  const size_t page = os::page_bytes();
  expect(page >= 4096 && (page & (page - 1)) == 0, "pages have a power of two of bytes");
}

void check_process() {
  expect(os::processors() >= 1, "there is a processor");
  expect(os::process_number() == os::process_number() && os::process_number() != 0, "a number");
  expect(!os::open_library("no_such_library.so"), "a missing library is null");
  expect(std::strlen(os::why_no_library()) > 0, "why it is null is told");
}

}  // namespace

int main(int argc, char** argv) {
  check_files(argc > 1 ? argv[1] : ".");
  check_memory();
  check_process();
  if (broken == 0) std::printf("as promised\n");
  return broken;
}

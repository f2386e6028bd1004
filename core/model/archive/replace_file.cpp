// Order matters: data on the disk, then the name, then the folder.
#include "model/archive/replace_file.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/errors.h"
#include "runtime/os/files.h"
#include "runtime/os/process.h"

namespace weft::model {
namespace {

std::atomic<unsigned> next_number{0};

}  // namespace

ReplaceFile::ReplaceFile(const std::string& path) : path_(os::followed(path)) {}

Status ReplaceFile::failed(const char* what) const {
  const int error = errno;
  return errors::io("save", "`", path_, "` ", what, ": ", std::strerror(error),
                    "; a file that was there before is unchanged");
}

// Process numbers repeat, in containers even often. So a name may be taken by the leftover of a
// killed process, or by a link that somebody planted. It is left alone, and the next name is tried.
template <class Make>
bool ReplaceFile::make_named(const Make& make) {
  constexpr int kMaxTaken = 1 << 16;
  const std::string prefix = path_ + ".tmp-" + std::to_string(os::process_number()) + "-";
  for (int i = 0; i < kMaxTaken; ++i) {
    temporary_ = prefix + std::to_string(next_number++);
    is_named_ = make(temporary_.c_str());
    if (is_named_ || errno != EEXIST) break;
  }
  return is_named_;
}

Status ReplaceFile::open() {
  file_ = os::open_without_name(os::folder_of(path_));
  if (file_ >= 0) return {};
  const bool is_open = make_named([&](const char* name) {
    file_ = os::open_new(name);
    return file_ >= 0;
  });
  return is_open ? Status() : failed("cannot be written");
}

bool ReplaceFile::give_name() {
  return is_named_ || make_named([&](const char* name) { return os::name_file(file_, name); });
}

Status ReplaceFile::write(const void* data, size_t bytes) {
  const char* at = static_cast<const char*>(data);
  constexpr size_t kLargest = size_t{1} << 30;  // systems shorten longer writes
  while (bytes > 0) {
    const ptrdiff_t written = os::write(file_, at, std::min(bytes, kLargest));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("cannot be written");
    at += written;
    bytes -= static_cast<size_t>(written);
  }
  return {};
}

Status ReplaceFile::commit() {
  os::keep_mode(file_, path_.c_str());
  if (!os::flush(file_) || !give_name()) return failed("cannot be written");
  const bool is_closed = os::close_written(file_);
  file_ = -1;
  if (!is_closed) return failed("cannot be written");
  if (!os::rename_over(temporary_.c_str(), path_.c_str())) return failed("cannot be replaced");
  is_named_ = false;
  return {};
}

ReplaceFile::~ReplaceFile() {
  if (file_ >= 0) os::close_file(file_);
  if (is_named_) os::remove_file(temporary_.c_str());
}

}  // namespace weft::model

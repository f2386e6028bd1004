#include "model/replace_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/errors.h"

namespace weft::model {
namespace {

std::atomic<unsigned> next_number{0};

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Status ReplaceFile::failed(const char* what) const {
  const int error = errno;
  return errors::io("save", "`", path_, "` ", what, ": ", std::strerror(error),
                    "; what was there before is unchanged");
}

Status ReplaceFile::open() {
  temporary_ = path_ + ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(next_number++);
  file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file_ >= 0) return {};
  Status status = failed("cannot be written");
  temporary_.clear();  // not ours
  return status;
}

Status ReplaceFile::write(const void* data, size_t bytes) {
  const char* at = static_cast<const char*>(data);
  constexpr size_t kLargest = size_t{1} << 30;  // systems cut longer writes
  while (bytes > 0) {
    const ssize_t written = ::write(file_, at, std::min(bytes, kLargest));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("cannot be written");
    at += written;
    bytes -= static_cast<size_t>(written);
  }
  return {};
}

Status ReplaceFile::commit() {
  if (::fsync(file_) != 0) return failed("cannot be written");
  const int closed = ::close(file_);
  file_ = -1;
  if (closed != 0) return failed("cannot be written");
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return failed("cannot be replaced");
  temporary_.clear();
  // The new name must survive a crash as well; some file systems cannot do this, and then need not.
  const int folder = ::open(folder_of(path_).c_str(), O_RDONLY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
  return {};
}

ReplaceFile::~ReplaceFile() {
  if (file_ >= 0) ::close(file_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

}  // namespace weft::model

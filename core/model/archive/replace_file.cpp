// The POSIX calls. Order matters: data on the disk (fsync), then the name (rename), then the
// folder.
#include "model/archive/replace_file.h"

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

// The path under which Linux lists an open file; a file without a name is linked from there.
std::string link_of(int file) { return "/proc/self/fd/" + std::to_string(file); }

}  // namespace

Status ReplaceFile::failed(const char* what) const {
  const int error = errno;
  return errors::io("save", "`", path_, "` ", what, ": ", std::strerror(error),
                    "; a file that was there before is unchanged");
}

// Needs O_TMPFILE and /proc; containers may lack either.
bool ReplaceFile::open_without_name() {
#ifdef O_TMPFILE
  file_ = ::open(folder_of(path_).c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
  if (file_ >= 0 && ::access(link_of(file_).c_str(), F_OK) == 0) return true;
  if (file_ >= 0) ::close(file_);
  file_ = -1;
#endif
  return false;
}

// Process numbers repeat, in containers even often. So a name may be taken by the leftover of a
// killed process, or by a link that somebody planted. It is left alone, and the next name is tried.
template <class Make>
bool ReplaceFile::make_named(const Make& make) {
  constexpr int kMaxTaken = 1 << 16;
  const std::string prefix = path_ + ".tmp-" + std::to_string(::getpid()) + "-";
  for (int i = 0; i < kMaxTaken; ++i) {
    temporary_ = prefix + std::to_string(next_number++);
    is_named_ = make(temporary_.c_str());
    if (is_named_ || errno != EEXIST) break;
  }
  return is_named_;
}

Status ReplaceFile::open() {
  if (open_without_name()) return {};
  const bool is_open = make_named([&](const char* name) {
    file_ = ::open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    return file_ >= 0;
  });
  return is_open ? Status() : failed("cannot be written");
}

bool ReplaceFile::give_name() {
  return is_named_ || make_named([&](const char* name) {
           return ::linkat(AT_FDCWD, link_of(file_).c_str(), AT_FDCWD, name, AT_SYMLINK_FOLLOW) ==
                  0;
         });
}

Status ReplaceFile::write(const void* data, size_t bytes) {
  const char* at = static_cast<const char*>(data);
  constexpr size_t kLargest = size_t{1} << 30;  // systems shorten longer writes
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
  if (::fsync(file_) != 0 || !give_name()) return failed("cannot be written");
  const int closed = ::close(file_);
  file_ = -1;
  if (closed != 0) return failed("cannot be written");
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return failed("cannot be replaced");
  is_named_ = false;
  // The new name must survive a crash, too. File systems that cannot sync a folder do not need it.
  const int folder = ::open(folder_of(path_).c_str(), O_RDONLY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
  return {};
}

ReplaceFile::~ReplaceFile() {
  if (file_ >= 0) ::close(file_);
  if (is_named_) ::unlink(temporary_.c_str());
}

}  // namespace weft::model

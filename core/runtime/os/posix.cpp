// The operating system where it is POSIX: Linux, macOS, Android, Emscripten. What only some of them
// have is asked for by its macro.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__)
#include <sched.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "runtime/os/files.h"
#include "runtime/os/memory.h"
#include "runtime/os/process.h"

namespace weft::os {
namespace {

// The path under which Linux lists an open file; a file without a name is linked from there.
std::string link_of(int file) { return "/proc/self/fd/" + std::to_string(file); }

}  // namespace

size_t page_bytes() { return static_cast<size_t>(::sysconf(_SC_PAGESIZE)); }

void* allocate_aligned(size_t alignment, size_t bytes) {
  void* block = nullptr;
  return ::posix_memalign(&block, alignment, std::max<size_t>(bytes, 1)) == 0 ? block : nullptr;
}

void free_aligned(void* block) { std::free(block); }

void forget_pages(void* begin, size_t bytes, [[maybe_unused]] bool for_good) {
#if defined(MADV_NOHUGEPAGE)
  // Otherwise a read of a neighbouring page could load this part again, as one 2 MiB page of the
  // cache.
  if (for_good) ::madvise(begin, bytes, MADV_NOHUGEPAGE);
#endif
  ::madvise(begin, bytes, MADV_DONTNEED);
}

int open_to_read(const char* path) { return ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); }

int64_t length_of(int file) {
  struct stat info {};
  return ::fstat(file, &info) == 0 && S_ISREG(info.st_mode) ? int64_t{info.st_size} : -1;
}

ptrdiff_t read(int file, void* to, size_t bytes) { return ::read(file, to, bytes); }

void close_file(int file) { ::close(file); }

void* map_private(int file, size_t bytes) {
  int flags = MAP_PRIVATE;
#if defined(MAP_NORESERVE)
  flags |= MAP_NORESERVE;
#endif
  void* const data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, file, 0);
  return data == MAP_FAILED ? nullptr : data;
}

void unmap(void* data, size_t bytes) { ::munmap(data, bytes); }

int open_new(const char* path) {
  return ::open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

// Needs O_TMPFILE and /proc; containers may lack either.
int open_without_name([[maybe_unused]] const std::string& folder) {
#ifdef O_TMPFILE
  const int file = ::open(folder.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
  if (file >= 0 && ::access(link_of(file).c_str(), F_OK) == 0) return file;
  if (file >= 0) ::close(file);
#endif
  return -1;
}

bool name_file(int file, const char* path) {
  return ::linkat(AT_FDCWD, link_of(file).c_str(), AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

ptrdiff_t write(int file, const void* from, size_t bytes) { return ::write(file, from, bytes); }

bool close_written(int file) { return ::close(file) == 0; }

bool flush(int file) { return ::fsync(file) == 0; }

void keep_mode(int file, const char* path) {
  struct stat info {};
  constexpr mode_t kPermissions = 07777;
  if (::stat(path, &info) == 0 && S_ISREG(info.st_mode)) {
    [[maybe_unused]] const int changed = ::fchmod(file, info.st_mode & kPermissions);
  }
}

// `realpath` would refuse a link whose file is not there yet.
std::string followed(const std::string& path) {
  constexpr int kMostLinks = 40;  // as in Linux
  std::string at = path;
  for (int i = 0; i < kMostLinks; ++i) {
    struct stat info {};
    if (::lstat(at.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) return at;
    char target[4096];
    const ssize_t length = ::readlink(at.c_str(), target, sizeof target);
    if (length <= 0 || length == ssize_t{sizeof target}) return path;
    const std::string next(target, static_cast<size_t>(length));
    at = next[0] == '/' ? next : folder_of(at) + "/" + next;
  }
  return path;
}

bool rename_over(const char* from, const char* to) {
  if (::rename(from, to) != 0) return false;
  // The new name must survive a crash, too. File systems that cannot sync a folder do not need it.
  const int folder = ::open(folder_of(to).c_str(), O_RDONLY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
  return true;
}

void remove_file(const char* path) { ::unlink(path); }

bool is_there(const char* path) { return ::access(path, F_OK) == 0; }

bool is_irregular(const char* path) {
  struct stat info {};
  return ::stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Those of the affinity mask: a container or taskset may give the process only some.
int processors() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int process_number() { return static_cast<int>(::getpid()); }

void* open_library(const char* path) { return ::dlopen(path, RTLD_NOW | RTLD_LOCAL); }

void* find_symbol(void* library, const char* name) { return ::dlsym(library, name); }

void close_library(void* library) { ::dlclose(library); }

const char* why_no_library() {
  const char* const text = ::dlerror();
  return text ? text : "the dynamic loader does not say why";
}

void show_symbols_of(const void* address) {
  Dl_info info{};
  if (::dladdr(address, &info) && info.dli_fname)
    ::dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL);
}

}  // namespace weft::os

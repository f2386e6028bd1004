// The operating system where it is Windows: files by the C runtime's numbers, all else by Win32.
// Paths are UTF-8 and become UTF-16 here. Files are read and not mapped: Windows does not replace a
// file that somebody has mapped, and Weft replaces files that it has loaded.
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <fcntl.h>
#include <io.h>
#include <malloc.h>
#include <process.h>
#include <sys/stat.h>
#include <windows.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <climits>
#include <string>
#include <thread>

#include "runtime/os/files.h"
#include "runtime/os/memory.h"
#include "runtime/os/process.h"

namespace weft::os {
namespace {

std::wstring wide(const char* text) {
  const int units = ::MultiByteToWideChar(CP_UTF8, 0, text, -1, nullptr, 0);
  std::wstring result(static_cast<size_t>(std::max(units, 1)), L'\0');
  ::MultiByteToWideChar(CP_UTF8, 0, text, -1, result.data(), units);
  result.pop_back();  // the zero at the end
  return result;
}

// A call of the C runtime takes no more.
unsigned piece(size_t bytes) { return static_cast<unsigned>(std::min<size_t>(bytes, INT_MAX)); }

}  // namespace

size_t page_bytes() {
  SYSTEM_INFO info;
  ::GetSystemInfo(&info);
  return info.dwPageSize;
}

void* allocate_aligned(size_t alignment, size_t bytes) {
  return ::_aligned_malloc(std::max<size_t>(bytes, 1), alignment);
}

void free_aligned(void* block) { ::_aligned_free(block); }

void forget_pages(void*, size_t, bool) {}  // no file is mapped

int open_to_read(const char* path) {
  return ::_wopen(wide(path).c_str(), _O_RDONLY | _O_BINARY | _O_NOINHERIT);
}

int64_t length_of(int file) {
  struct _stat64 info {};
  return ::_fstat64(file, &info) == 0 && (info.st_mode & _S_IFMT) == _S_IFREG ? info.st_size : -1;
}

ptrdiff_t read(int file, void* to, size_t bytes) { return ::_read(file, to, piece(bytes)); }

void close_file(int file) { ::_close(file); }

void* map_private(int, size_t) {
  errno = 0;
  return nullptr;
}

void unmap(void*, size_t) {}

int open_new(const char* path) {
  return ::_wopen(wide(path).c_str(), _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY | _O_NOINHERIT,
                  _S_IREAD | _S_IWRITE);
}

int open_without_name(const std::string&) { return -1; }

bool name_file(int, const char*) {
  errno = ENOSYS;
  return false;
}

ptrdiff_t write(int file, const void* from, size_t bytes) {
  return ::_write(file, from, piece(bytes));
}

bool close_written(int file) { return ::_close(file) == 0; }

bool flush(int file) { return ::_commit(file) == 0; }

void keep_mode(int, const char*) {}  // a folder gives its files their rights

std::string followed(const std::string& path) { return path; }

bool rename_over(const char* from, const char* to) {
  if (::MoveFileExW(wide(from).c_str(), wide(to).c_str(),
                    MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH))
    return true;
  errno = ::GetLastError() == ERROR_FILE_NOT_FOUND ? ENOENT : EACCES;
  return false;
}

void remove_file(const char* path) { ::_wunlink(wide(path).c_str()); }

bool is_there(const char* path) { return ::_waccess(wide(path).c_str(), 0) == 0; }

bool is_irregular(const char* path) {
  struct _stat64 info {};
  return ::_wstat64(wide(path).c_str(), &info) == 0 && (info.st_mode & _S_IFMT) != _S_IFREG;
}

std::string folder_of(const std::string& path) {
  const size_t slash = path.find_last_of("/\\");
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

int processors() {
  DWORD_PTR own = 0, all = 0;
  if (::GetProcessAffinityMask(::GetCurrentProcess(), &own, &all) && own)
    return std::popcount(static_cast<uint64_t>(own));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int process_number() { return ::_getpid(); }

void* open_library(const char* path) {
  return reinterpret_cast<void*>(::LoadLibraryW(wide(path).c_str()));
}

void* find_symbol(void* library, const char* name) {
  return reinterpret_cast<void*>(::GetProcAddress(static_cast<HMODULE>(library), name));
}

void close_library(void* library) { ::FreeLibrary(static_cast<HMODULE>(library)); }

const char* why_no_library() {
  thread_local char text[512];
  const DWORD error = ::GetLastError();
  const DWORD flags = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
  if (!::FormatMessageA(flags, nullptr, error, 0, text, sizeof text, nullptr))
    return "the system does not say why";
  return text;
}

void show_symbols_of(const void*) {}  // a library names those that it takes symbols from

}  // namespace weft::os

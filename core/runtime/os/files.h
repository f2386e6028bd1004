// Files of the operating system, by numbers, and their mappings. Paths are UTF-8. A failure is a
// negative number, false or null, and `errno` says why.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <string>

namespace weft::os {

// To read; a pipe is opened without a wait for its writer.
int open_to_read(const char* path);
// Of a regular file; -1 for all else.
int64_t length_of(int file);
ptrdiff_t read(int file, void* to, size_t bytes);
void close_file(int file);

// Private and writable: a write copies the page and never reaches the file. Null with errno 0 where
// files are read instead, because a mapped file could not be replaced.
void* map_private(int file, size_t bytes);
void unmap(void* data, size_t bytes);

// Makes a file that is not there yet, to write.
int open_new(const char* path);
// A file in a folder that has no name until `name_file` gives it one; negative where that is not
// possible.
int open_without_name(const std::string& folder);
bool name_file(int file, const char* path);
ptrdiff_t write(int file, const void* from, size_t bytes);
// Closes a file; false where what was written may be lost.
bool close_written(int file);
// The file's bytes are on the disk when it returns.
bool flush(int file);
// Gives an open file the mode of the one at a path, if there is one.
void keep_mode(int file, const char* path);
// What a path leads to: another one where it is a link, itself where it is none.
std::string followed(const std::string& path);
// Replaces `to`, in one step, and keeps the new name through a crash where the system can.
bool rename_over(const char* from, const char* to);
void remove_file(const char* path);

// Is there something of that name, and is it all but a regular file?
bool is_there(const char* path);
bool is_irregular(const char* path);

// The folder of a path, "." where it names none.
std::string folder_of(const std::string& path);

}  // namespace weft::os

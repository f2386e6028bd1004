#pragma once

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace weft::testing {

struct TemporaryFile {
  TemporaryFile() {
    char name[] = "/tmp/weft-test-XXXXXX";
    ::close(::mkstemp(name));
    path = name;
  }
  ~TemporaryFile() { ::unlink(path.c_str()); }
  std::string bytes() const {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string path;
};

}  // namespace weft::testing

// What proves that ranks have one secret without sending it: SHA-256 and HMAC (FIPS 180-4, RFC
// 2104), random bytes, and a comparison whose time says nothing of the bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace weft_collectives {

using Digest = std::array<uint8_t, 32>;

class Sha256 {
 public:
  Sha256& add(const void* data, size_t bytes);
  Digest finish();

 private:
  void add_block(const uint8_t* block);
  std::array<uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  uint8_t block_[64] = {};
  uint64_t length_ = 0;  // bytes
};

// A secret as a key: digests of messages that only those can make who have it.
class Secret {
 public:
  Secret(const void* secret, size_t bytes);
  Digest sign(const void* message, size_t bytes) const;

 private:
  uint8_t key_[64] = {};
};

bool is_equal(const Digest& a, const Digest& b);
// False where the system has none.
bool fill_random(void* data, size_t bytes);

}  // namespace weft_collectives

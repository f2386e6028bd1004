// Instructions as bytes, against those of GNU as (with {disp32}, and {vex3} or {evex}).
#include "encoder/assembler.h"

#include <cstring>

#include "doctest.h"
#include "encoder/executable.h"

using namespace weft::encoder;

namespace {

using Bytes = std::vector<uint8_t>;

// What `write` appends.
template <class Write>
Bytes bytes_of(bool is_wide, const Write& write) {
  Assembler assembler(is_wide);
  write(assembler);
  const size_t count = assembler.bytes();
  Bytes all = assembler.finish();
  all.resize(count);
  return all;
}

constexpr Opcode kAdd = {1, 0, 0x58}, kLoad = {1, 0, 0x10}, kShift = {1, 1, 0x72};

}  // namespace

TEST_CASE("instructions on 32-byte vectors are those of the manual") {
  const auto check = [](const auto& write, const Bytes& expected) {
    CHECK(bytes_of(false, write) == expected);
  };
  // vaddps ymm1, ymm2, ymm9
  check([](Assembler& a) { a.vector(kAdd, 1, 2, Place::reg(9)); }, {0xc4, 0xc1, 0x6c, 0x58, 0xc9});
  // vmovups ymm12, [r10 + rsi*4 + 64]
  check([](Assembler& a) { a.vector(kLoad, 12, 0, Place::memory(kR10, 4, 64)); },
        {0xc4, 0x41, 0x7c, 0x10, 0xa4, 0xb2, 0x40, 0, 0, 0});
  // vpsrld ymm11, ymm3, 16
  check([](Assembler& a) { a.vector(kShift, 2, 11, Place::reg(3), 16); },
        {0xc4, 0xe1, 0x25, 0x72, 0xd3, 0x10});
  // vblendvps ymm8, ymm1, ymm2, ymm15
  check(
      [](Assembler& a) {
        a.vector({3, 1, 0x4a}, 8, 1, Place::reg(2), 15 << 4);
      },
      {0xc4, 0x63, 0x75, 0x4a, 0xc2, 0xf0});
  // vpermq ymm9, ymm9, 8
  check(
      [](Assembler& a) {
        a.vector({3, 1, 0x00, true}, 9, 0, Place::reg(9), 8);
      },
      {0xc4, 0x43, 0xfd, 0x00, 0xc9, 0x08});
  // vmovups [rdx + rsi*2 + 16], xmm9
  check([](Assembler& a) { a.store_half(9, Place::memory(kRdx, 2, 16)); },
        {0xc4, 0x61, 0x78, 0x11, 0x8c, 0x72, 0x10, 0, 0, 0});
}

TEST_CASE("instructions on 64-byte vectors are those of the manual") {
  const auto check = [](const auto& write, const Bytes& expected) {
    CHECK(bytes_of(true, write) == expected);
  };
  // vmulps zmm17, zmm30, zmm9
  check(
      [](Assembler& a) {
        a.vector({1, 0, 0x59}, 17, 30, Place::reg(9));
      },
      {0x62, 0xc1, 0x0c, 0x40, 0x59, 0xc9});
  // vsubps zmm17, zmm3, dword bcst [rcx + 512]
  Place all = Place::memory(kRcx, 0, 512);
  all.is_broadcast = true;
  check(
      [&](Assembler& a) {
        a.vector({1, 0, 0x5c}, 17, 3, all);
      },
      {0x62, 0xe1, 0x64, 0x58, 0x5c, 0x89, 0, 2, 0, 0});
  // vmovups [r8 + rsi*4 + 448], zmm31
  check(
      [](Assembler& a) {
        a.vector({1, 0, 0x11}, 31, 0, Place::memory(kR8, 4, 448));
      },
      {0x62, 0x41, 0x7c, 0x48, 0x11, 0xbc, 0xb0, 0xc0, 1, 0, 0});
  // vcmpltps k3, zmm20, zmm21
  check(
      [](Assembler& a) {
        a.vector({1, 0, 0xc2}, 3, 20, Place::reg(21), 0x11);
      },
      {0x62, 0xb1, 0x5c, 0x40, 0xc2, 0xdd, 0x11});
  // vblendmps zmm2{k5}, zmm26, zmm19
  check(
      [](Assembler& a) {
        a.vector({2, 1, 0x65}, 2, 26, Place::reg(19), {5, false});
      },
      {0x62, 0xb2, 0x2d, 0x45, 0x65, 0xd3});
  // vmovaps zmm7{k1}{z}, zmm16
  check(
      [](Assembler& a) {
        a.vector({1, 0, 0x28}, 7, 0, Place::reg(16), {1, true});
      },
      {0x62, 0xb1, 0x7c, 0xc9, 0x28, 0xf8});
  // vpslld zmm25, zmm8, 16
  check([](Assembler& a) { a.vector(kShift, 6, 25, Place::reg(8), 16); },
        {0x62, 0xd1, 0x35, 0x40, 0x72, 0xf0, 0x10});
  // vpmovdw [r11 + rsi*2 + 32], zmm22
  check(
      [](Assembler& a) {
        a.vector({2, 2, 0x33}, 22, 0, Place::memory(kR11, 2, 32));
      },
      {0x62, 0xc2, 0x7e, 0x48, 0x33, 0xb4, 0x73, 0x20, 0, 0, 0});
  // vpmovzxbd zmm4, [rdx + rsi + 16]
  check(
      [](Assembler& a) {
        a.vector({2, 1, 0x31}, 4, 0, Place::memory(kRdx, 1, 16));
      },
      {0x62, 0xf2, 0x7d, 0x48, 0x31, 0xa4, 0x32, 0x10, 0, 0, 0});
  // vpmovm2d zmm18, k6; vpmovd2m k2, zmm27
  check(
      [](Assembler& a) {
        a.vector({2, 2, 0x38}, 18, 0, Place::reg(6));
      },
      {0x62, 0xe2, 0x7e, 0x48, 0x38, 0xd6});
  check(
      [](Assembler& a) {
        a.vector({2, 2, 0x39}, 2, 0, Place::reg(27));
      },
      {0x62, 0x92, 0x7e, 0x48, 0x39, 0xd3});
}

TEST_CASE("general instructions are those of the manual") {
  // mov r9, [rdi + 88]
  CHECK(bytes_of(true, [](Assembler& a) { a.load_pointer(kR9, kRdi, 88); }) ==
        Bytes{0x4c, 0x8b, 0x8f, 0x58, 0, 0, 0});
  // prefetcht0 [r10 + rsi*4 + 2048]
  CHECK(bytes_of(true, [](Assembler& a) { a.prefetch(Place::memory(kR10, 4, 2048)); }) ==
        Bytes{0x41, 0x0f, 0x18, 0x8c, 0xb2, 0, 8, 0, 0});
  // endbr64
  CHECK(bytes_of(true, [](Assembler& a) { a.begin(); }) == Bytes{0xf3, 0x0f, 0x1e, 0xfa});
  // add rdi, 0x12345; jmp [rdi]
  CHECK(bytes_of(true, [](Assembler& a) { a.jump_behind(0x12345); }) ==
        Bytes{0x48, 0x81, 0xc7, 0x45, 0x23, 0x01, 0, 0xff, 0x27});
}

TEST_CASE("a constant lies behind the code, where its instruction looks for it") {
  Assembler assembler(true);
  const Place two = assembler.constant(2), three = assembler.constant(3);
  CHECK(assembler.constant(2).offset == two.offset);
  assembler.vector(kShift, 6, 25, Place::reg(8), 16);
  assembler.vector({1, 0, 0xc2}, 3, 20, three, 0x11);
  const size_t end = assembler.bytes();
  const Bytes all = assembler.finish();
  CHECK(all.size() == 64 + 2 * 64);
  int32_t distance = 0;
  std::memcpy(&distance, &all[end - 5], 4);  // before the predicate
  uint32_t lanes[16];
  std::memcpy(lanes, &all[end + static_cast<size_t>(distance)], sizeof lanes);
  for (const uint32_t lane : lanes) CHECK(lane == 3);
}

TEST_CASE("code in executable memory runs") {
  const Bytes code = {0xb8, 42, 0, 0, 0, 0xc3};  // mov eax, 42; ret
  const auto executable = Executable::create(code);
  if (!executable) return;  // this system refuses
  const auto function =
      reinterpret_cast<int (*)()>(reinterpret_cast<uintptr_t>(executable->begin()));
  CHECK(function() == 42);
}

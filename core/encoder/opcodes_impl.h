// The instructions that runs use, with their names in Intel's manual. Each is {opcode map, prefix,
// opcode}; see Opcode in assembler.h.
#pragma once

#include "encoder/assembler.h"

namespace weft::encoder {

inline constexpr Opcode kLoad = {1, 0, 0x10};   // VMOVUPS
inline constexpr Opcode kStore = {1, 0, 0x11};  // VMOVUPS
inline constexpr Opcode kMove = {1, 0, 0x28};   // VMOVAPS, between registers
inline constexpr Opcode kBroadcast = {2, 1, 0x18};
// Narrow integers become int32, without or with their sign; float16 becomes float32.
inline constexpr Opcode kWidenBytes = {2, 1, 0x31};        // VPMOVZXBD
inline constexpr Opcode kWidenWords = {2, 1, 0x33};        // VPMOVZXWD
inline constexpr Opcode kWidenSignedBytes = {2, 1, 0x21};  // VPMOVSXBD
inline constexpr Opcode kWidenSignedWords = {2, 1, 0x23};  // VPMOVSXWD
inline constexpr Opcode kWidenFloat16 = {2, 1, 0x13};      // VCVTPH2PS
inline constexpr Opcode kStoreFloat16 = {3, 1, 0x1d};      // VCVTPS2PH; 0: to nearest even
inline constexpr Opcode kToFloat = {1, 0, 0x5b};           // VCVTDQ2PS

// Arithmetic on float32.
inline constexpr Opcode kAddFloats = {1, 0, 0x58};
inline constexpr Opcode kMultiplyFloats = {1, 0, 0x59};
inline constexpr Opcode kSubtractFloats = {1, 0, 0x5c};
inline constexpr Opcode kDivideFloats = {1, 0, 0x5e};
// Gives the second operand if one is NaN or both are zero.
inline constexpr Opcode kMinimum = {1, 0, 0x5d};
inline constexpr Opcode kMaximum = {1, 0, 0x5f};
inline constexpr Opcode kSquareRoot = {1, 0, 0x51};
// Bits and int32.
inline constexpr Opcode kAnd = {1, 1, 0xdb};
inline constexpr Opcode kAndNot = {1, 1, 0xdf};  // the first operand is inverted
inline constexpr Opcode kOr = {1, 1, 0xeb};
inline constexpr Opcode kXor = {1, 1, 0xef};
inline constexpr Opcode kAddInts = {1, 1, 0xfe};
inline constexpr Opcode kSubtractInts = {1, 1, 0xfa};
inline constexpr Opcode kShift = {1, 1, 0x72};  // the field of the target chooses the direction
inline constexpr int kShiftLeft = 6, kShiftRight = 2;

// Compares float32: into a mask register with EVEX, into lanes of ones and zeros with VEX. The
// immediate names the predicate.
inline constexpr Opcode kCompare = {1, 0, 0xc2};
inline constexpr uint8_t kIsEqual = 0, kIsUnordered = 3, kIsNotEqual = 4, kIsNotLess = 0x15,
                         kIsLess = 0x11, kIsLessEqual = 0x12, kIsGreaterEqual = 0x1d,
                         kIsGreater = 0x1e;

// AVX-512 only.
inline constexpr Opcode kBlend = {2, 1, 0x65};  // VBLENDMPS: the last operand where the mask is set
inline constexpr Opcode kMaskToLanes = {2, 2, 0x38};  // VPMOVM2D
inline constexpr Opcode kLanesToMask = {2, 2, 0x39};  // VPMOVD2M
inline constexpr Opcode kStoreWords = {2, 2, 0x33};   // VPMOVDW
inline constexpr Opcode kStoreBytes = {2, 2, 0x31};   // VPMOVDB

inline constexpr Opcode kAnyBits = {2, 1, 0x27};  // VPTESTMD

// AVX2 only.
inline constexpr Opcode kIsGreaterInts = {1, 1, 0x66};  // VPCMPGTD
inline constexpr Opcode kSelect = {3, 1, 0x4a};         // VBLENDVPS; the mask is in the immediate
inline constexpr Opcode kPackWords = {2, 1, 0x2b};      // VPACKUSDW
inline constexpr Opcode kPermuteQuarters = {3, 1, 0x00, true};  // VPERMQ

}  // namespace weft::encoder

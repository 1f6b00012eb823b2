#pragma once

#include <cstdint>
#include <string>

namespace tessera::storage {

/// Operations of Python's pickle protocol that PickleReader performs: those that torch.save writes
/// with protocols 2 to 5.
enum class PickleOpcode : std::uint8_t {
  Mark = '(',
  Stop = '.',
  None = 'N',
  NewTrue = 0x88,
  NewFalse = 0x89,
  BinInt = 'J',
  BinInt1 = 'K',
  BinInt2 = 'M',
  Long1 = 0x8a,
  BinFloat = 'G',
  BinUnicode = 'X',
  ShortBinUnicode = 0x8c,
  EmptyList = ']',
  Append = 'a',
  Appends = 'e',
  EmptyTuple = ')',
  Tuple = 't',
  Tuple1 = 0x85,
  Tuple2 = 0x86,
  Tuple3 = 0x87,
  EmptyDict = '}',
  SetItem = 's',
  SetItems = 'u',
  BinGet = 'h',
  LongBinGet = 'j',
  BinPut = 'q',
  LongBinPut = 'r',
  Memoize = 0x94,
  Global = 'c',
  StackGlobal = 0x93,
  Reduce = 'R',
  Build = 'b',
  BinPersId = 'Q',
  Proto = 0x80,
  Frame = 0x95,
};

/// The name that Python's pickletools gives the operation with its code, as in "NEWOBJ (0x81)"; the
/// code alone if there is no such operation. Every operation of protocols 0 to 5 has a name here.
std::string pickle_opcode_text(std::uint8_t code);

}  // namespace tessera::storage

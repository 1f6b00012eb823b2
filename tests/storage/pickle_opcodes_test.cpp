#include "storage/pickle_opcodes.h"

#include <gtest/gtest.h>

namespace tessera::storage {
namespace {

TEST(PickleOpcodeText, NamesOperationsAsPickletoolsDoes) {
  EXPECT_EQ(pickle_opcode_text(0x81), "NEWOBJ (0x81)");
  EXPECT_EQ(pickle_opcode_text('i'), "INST (0x69)");
  EXPECT_EQ(pickle_opcode_text(static_cast<std::uint8_t>(PickleOpcode::BinPersId)),
            "BINPERSID (0x51)");
}

TEST(PickleOpcodeText, ShowsTheCodeOfNoOperation) { EXPECT_EQ(pickle_opcode_text(0xff), "0xff"); }

}  // namespace
}  // namespace tessera::storage

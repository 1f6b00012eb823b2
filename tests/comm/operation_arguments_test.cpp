#include "comm/operation_arguments.h"

#include <gmock/gmock.h>

#include <stdexcept>
#include <vector>

#include "tests/comm/byte_pattern.h"

namespace tessera::comm {
namespace {

using ::testing::HasSubstr;
using testing::span_of;
using ::testing::ThrowsMessage;

TEST(OperationArguments, AcceptsEveryRootOfTheGroup) {
  for (int root = 0; root < 3; ++root) EXPECT_NO_THROW(check_root("broadcast", root, 3));
}

TEST(OperationArguments, NamesOperationAndRootOutsideTheGroup) {
  EXPECT_THAT([] { check_root("broadcast", 3, 3); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("broadcast: root 3 in a group of 3")));
}

TEST(OperationArguments, NamesTheRoomThatAnAllGatherLacks) {
  testing::Bytes mine(4), all(11);
  EXPECT_THAT([&] { check_all_gather(span_of(mine), span_of(all), 3); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("11 bytes of room for 3 ranks")));
}

TEST(OperationArguments, GatherNeedsSpansOnTheRootAlone) {
  testing::Bytes mine(4), other(9), wrong(5);
  const std::vector<MemorySpan> good{span_of(mine), span_of(other)};
  const std::vector<MemorySpan> bad{span_of(wrong), span_of(other)};
  EXPECT_NO_THROW(check_gather(span_of(mine), good, 0, 0, 2));
  EXPECT_NO_THROW(check_gather(span_of(mine), {}, 0, 1, 2));
  EXPECT_THROW(check_gather(span_of(mine), {}, 0, 0, 2), std::invalid_argument);
  EXPECT_THROW(check_gather(span_of(mine), bad, 0, 0, 2), std::invalid_argument);
}

TEST(OperationArguments, NamesATransferToItselfOrToNobody) {
  const std::vector<Send> to_itself{{1, {}}};
  const std::vector<Receive> from_nobody{{-1, {}}};
  EXPECT_THAT([&] { check_exchange(to_itself, {}, 1, 2); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("rank 1 sends to itself")));
  EXPECT_THAT([&] { check_exchange({}, from_nobody, 1, 2); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("receives from rank -1")));
}

}  // namespace
}  // namespace tessera::comm

#include "comm/communicator_factory.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tessera::comm {
namespace {

VariableLookup only(const std::string& present) {
  return [present](const char* name) -> std::optional<std::string> {
    if (name == present) return "2";
    return std::nullopt;
  };
}

TEST(CommunicatorFactory, ChoosesSoloWithoutALauncher) {
  EXPECT_EQ(choose_transport(only("HOME")), Transport::Solo);
}

TEST(CommunicatorFactory, ChoosesMpiUnderEveryKnownLauncher) {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_SIZE"}) {
    EXPECT_EQ(choose_transport(only(name)), Transport::Mpi) << name;
  }
}

TEST(CommunicatorFactory, MakesAGroupOfOneWithoutASession) {
  const RankContext context{std::make_shared<DeadlineSource>(std::chrono::seconds(1)), nullptr};
  const auto world = make_communicator(Transport::Solo, nullptr, context);
  EXPECT_EQ(world->size(), 1);
}

// Builds with NCCL say the same in the words of the runtime.
TEST(CommunicatorFactory, RefusesADeviceThatIsNotThere) {
  const RankContext context{std::make_shared<DeadlineSource>(std::chrono::seconds(1)), nullptr};
  const auto world = make_communicator(Transport::Solo, nullptr, context);
  EXPECT_ANY_THROW(make_device_communicator(*world, {-1, nullptr}, context));
}

TEST(CommunicatorFactory, RefusesMpiWithoutASession) {
  EXPECT_THROW(make_communicator(Transport::Mpi, nullptr, {}), std::invalid_argument);
}

}  // namespace
}  // namespace tessera::comm

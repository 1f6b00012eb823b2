#include "comm/nccl_communicator.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <tuple>

#include "comm/rank_error.h"
#include "tests/comm/byte_pattern.h"
#include "tests/comm/conformance.h"
#include "tests/support/nccl_ranks.h"
#include "tests/support/nccl_shim/faults.h"

namespace tessera::testing {
namespace {

using namespace std::chrono_literals;
using nccl_shim::Faults;
using nccl_shim::InjectedFaults;

using NcclCase = std::tuple<ConformanceScenario, int>;

void run_on_host(const NcclCase& given) {
  const auto& [scenario, ranks] = given;
  run_nccl_ranks(ranks, [run = scenario.run](NcclRank& rank) {
    const auto world = host_visible(rank.device, rank.compute);
    run(*world);
  });
}

std::string case_name(const ::testing::TestParamInfo<NcclCase>& given) {
  return std::string(std::get<0>(given.param).name) + "On" +
         std::to_string(std::get<1>(given.param));
}

class NcclConformance : public ::testing::TestWithParam<NcclCase> {};

TEST_P(NcclConformance, Holds) { run_on_host(GetParam()); }

INSTANTIATE_TEST_SUITE_P(All, NcclConformance,
                         ::testing::Combine(::testing::ValuesIn(conformance_scenarios()),
                                            ::testing::Values(1, 2, 3, 4, 6)),
                         case_name);

class NcclInProgress : public ::testing::TestWithParam<NcclCase> {};

TEST_P(NcclInProgress, IsPolledToTheEnd) {
  const InjectedFaults faults({.in_progress_polls = 3});
  run_on_host(GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, NcclInProgress,
                         ::testing::Combine(::testing::ValuesIn(conformance_scenarios()),
                                            ::testing::Values(3)),
                         case_name);

constexpr std::size_t kBytes = 4096;

// The source is filled on the compute stream, with the right bytes at the end of twenty late tasks,
// and the result is read there.
void gather_between_kernels(NcclRank& rank) {
  const auto size = static_cast<std::size_t>(rank.device.size());
  const Bytes pattern_bytes = pattern(rank.device.rank(), 5, kBytes);
  Bytes mine(kBytes), all(kBytes * size), read(kBytes * size);
  const Bytes other(kBytes);
  for (int i = 0; i < 20; ++i) {
    cudaMemcpyAsync(mine.data(), (i < 19 ? other : pattern_bytes).data(), kBytes,
                    cudaMemcpyDeviceToDevice, rank.compute);
  }
  rank.device.all_gather(const_span_of(mine), span_of(all));
  cudaMemcpyAsync(read.data(), all.data(), all.size(), cudaMemcpyDeviceToDevice, rank.compute);
  cudaStreamSynchronize(rank.compute);
  for (std::size_t from = 0; from < size; ++from) {
    const auto begin = read.begin() + static_cast<std::ptrdiff_t>(kBytes * from);
    EXPECT_EQ(Bytes(begin, begin + kBytes), pattern(static_cast<int>(from), 5, kBytes));
  }
}

TEST(NcclCommunicator, IsOrderedWithTheKernelsBeforeAndAfter) {
  const InjectedFaults faults({.stream_lag = 3000us});
  run_nccl_ranks(3, gather_between_kernels);
}

// What goes through the links is at most a fixed number of operations ahead of the device.
TEST(NcclCommunicator, KeepsOrderWhileManyOperationsAreInFlight) {
  const InjectedFaults faults({.stream_lag = 200us});
  run_nccl_ranks(2, [](NcclRank& rank) {
    constexpr int kOperations = 60;
    const int peer = 1 - rank.device.rank();
    std::vector<Bytes> out, in;
    for (int i = 0; i < kOperations; ++i) {
      out.push_back(pattern(rank.device.rank(), i, 64));
      in.emplace_back(64);
    }
    for (int i = 0; i < kOperations; ++i) {
      const auto index = static_cast<std::size_t>(i);
      const comm::Send send{peer, const_span_of(out[index])};
      const comm::Receive receive{peer, span_of(in[index])};
      rank.device.exchange({&send, 1}, {&receive, 1});
    }
    rank.device.barrier();
    for (int i = 0; i < kOperations; ++i) {
      EXPECT_EQ(in[static_cast<std::size_t>(i)], pattern(peer, i, 64)) << i;
    }
  });
}

// The late rank counts its own delays whole; its peer comes first, by far, and counts the first
// one.
TEST(NcclCommunicator, CountsTheTimeInWhichBytesMoveOrPeersAreLate) {
  const InjectedFaults faults({.delayed_rank = 1, .delay = 30ms});
  run_nccl_ranks(2, [](NcclRank& rank) {
    const bool late = rank.device.rank() == 1;
    Bytes data(8);
    if (late) rank.control.barrier();
    if (late) std::this_thread::sleep_for(500ms);
    rank.device.broadcast(span_of(data), 0);
    if (!late) rank.control.barrier();
    rank.device.barrier();
    EXPECT_GE(rank.device.traffic().wait_seconds, late ? 0.06 : 0.1);
    EXPECT_EQ(rank.device.traffic().operations, 2U);
  });
}

TEST(NcclCommunicator, RefusesADeviceThatIsNotThere) {
  run_ranks(1, [](comm::Communicator& control) {
    const comm::RankContext context{std::make_shared<comm::DeadlineSource>(10s), nullptr};
    try {
      comm::make_nccl_ranks(control, {-1, nullptr}, context);
      FAIL() << "no error";
    } catch (const comm::RankError& error) {
      EXPECT_EQ(error.operation(), "cudaSetDevice");
      EXPECT_NE(std::string(error.what()).find("invalid device ordinal"), std::string::npos);
    }
  });
}

}  // namespace
}  // namespace tessera::testing

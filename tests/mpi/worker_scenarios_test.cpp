// What tests/worker checks on ranks as threads, on the ranks of mpirun.
#include <gtest/gtest.h>

#include "tests/support/mpi_world.h"
#include "tests/worker/rank_scenario.h"

namespace tessera::testing {
namespace {

class WorkerScenario : public ::testing::TestWithParam<RankScenario> {};

TEST_P(WorkerScenario, Holds) { run_scenario(GetParam(), *fresh_mpi_communicator()); }

const auto kName = [](const auto& given) { return std::string(given.param.name); };
INSTANTIATE_TEST_SUITE_P(Rows, WorkerScenario, ::testing::ValuesIn(row_exchange_scenarios()),
                         kName);
INSTANTIATE_TEST_SUITE_P(Convolutions, WorkerScenario, ::testing::ValuesIn(convolution_scenarios()),
                         kName);
INSTANTIATE_TEST_SUITE_P(Statistics, WorkerScenario, ::testing::ValuesIn(statistics_scenarios()),
                         kName);
INSTANTIATE_TEST_SUITE_P(Attention, WorkerScenario, ::testing::ValuesIn(attention_scenarios()),
                         kName);
INSTANTIATE_TEST_SUITE_P(FullFrame, WorkerScenario, ::testing::ValuesIn(full_frame_scenarios()),
                         kName);
INSTANTIATE_TEST_SUITE_P(Tiles, WorkerScenario, ::testing::ValuesIn(tile_scenarios()), kName);
INSTANTIATE_TEST_SUITE_P(Pictures, WorkerScenario, ::testing::ValuesIn(picture_scenarios()), kName);
INSTANTIATE_TEST_SUITE_P(Clips, WorkerScenario, ::testing::ValuesIn(video_scenarios()), kName);

}  // namespace
}  // namespace tessera::testing

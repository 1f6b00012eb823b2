#include "coordinator/checkpoint_policy.h"

#include <gtest/gtest.h>

#include <vector>

#include "worker/outcome.h"

namespace tessera::coordinator {
namespace {

using configs::CheckpointConfig;
using Place = CheckpointMoment::Place;
using Writer = CheckpointMoment::Writer;
using Decision = CheckpointDecision;

Decision decide(const CheckpointConfig::Every& every, const CheckpointMoment& moment) {
  CheckpointConfig config;
  config.every = every;
  return decide_checkpoint(config, moment);
}

/// Ten minutes and a hundred steps after the last one: due for any interval that there is.
CheckpointMoment late(Place place, Writer writer, std::uint32_t requests) {
  return {place, writer, 600, 100, requests};
}

CheckpointMoment early(Place place, Writer writer, std::uint32_t requests) {
  return {place, writer, 0, 0, requests};
}

/// What the moment gives where nothing but the interval asks for a file, then at a stage's end.
struct PolicyCase {
  const char* name;
  Writer writer;
  std::uint32_t requests;
  Decision when_early;
  Decision when_late;
  Decision at_end;
};

class CheckpointPolicy : public ::testing::TestWithParam<PolicyCase> {};

TEST_P(CheckpointPolicy, DecidesByRequestThenPlaceThenInterval) {
  const PolicyCase& c = GetParam();
  const CheckpointConfig::Every by_time{60.0, {}};
  const CheckpointConfig::Every by_steps{{}, 10};
  const CheckpointConfig::Every never;
  for (const auto& every : {by_time, by_steps}) {
    EXPECT_EQ(decide(every, early(Place::InStage, c.writer, c.requests)), c.when_early);
    EXPECT_EQ(decide(every, late(Place::InStage, c.writer, c.requests)), c.when_late);
  }
  EXPECT_EQ(decide(never, late(Place::InStage, c.writer, c.requests)), c.when_early)
      << "without an interval nothing falls due";
  for (const auto& every : {by_time, by_steps, never}) {
    EXPECT_EQ(decide(every, early(Place::StageEnd, c.writer, c.requests)), c.at_end);
    EXPECT_EQ(decide(every, late(Place::StageEnd, c.writer, c.requests)), c.at_end);
  }
}

constexpr std::uint32_t kBoth = worker::kRequestCheckpoint | worker::kRequestStop;

INSTANTIATE_TEST_SUITE_P(
    All, CheckpointPolicy,
    ::testing::Values(PolicyCase{"Free", Writer::Free, worker::kRequestNothing, Decision::GoOn,
                                 Decision::Write, Decision::Write},
                      PolicyCase{"Busy", Writer::Busy, worker::kRequestNothing, Decision::GoOn,
                                 Decision::GoOn, Decision::Write},
                      PolicyCase{"FreeAsked", Writer::Free, worker::kRequestCheckpoint,
                                 Decision::Write, Decision::Write, Decision::Write},
                      PolicyCase{"BusyAsked", Writer::Busy, worker::kRequestCheckpoint,
                                 Decision::Write, Decision::Write, Decision::Write},
                      PolicyCase{"FreeStop", Writer::Free, worker::kRequestStop,
                                 Decision::WriteAndStop, Decision::WriteAndStop,
                                 Decision::WriteAndStop},
                      PolicyCase{"BusyStop", Writer::Busy, worker::kRequestStop,
                                 Decision::WriteAndStop, Decision::WriteAndStop,
                                 Decision::WriteAndStop},
                      PolicyCase{"FreeBoth", Writer::Free, kBoth, Decision::WriteAndStop,
                                 Decision::WriteAndStop, Decision::WriteAndStop},
                      PolicyCase{"BusyBoth", Writer::Busy, kBoth, Decision::WriteAndStop,
                                 Decision::WriteAndStop, Decision::WriteAndStop}),
    [](const auto& policy_case) { return policy_case.param.name; });

TEST(CheckpointPolicyInterval, IsDueOnceItIsOverAndNotBefore) {
  const auto at = [](double seconds, int steps) {
    return CheckpointMoment{Place::InStage, Writer::Free, seconds, steps, worker::kRequestNothing};
  };
  EXPECT_EQ(decide({60.0, {}}, at(59.9, 1000)), Decision::GoOn);
  EXPECT_EQ(decide({60.0, {}}, at(60.0, 0)), Decision::Write);
  EXPECT_EQ(decide({{}, 10}, at(1e6, 9)), Decision::GoOn);
  EXPECT_EQ(decide({{}, 10}, at(0, 10)), Decision::Write);
}

}  // namespace
}  // namespace tessera::coordinator

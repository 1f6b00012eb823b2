#include "coordinator/agreement.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "tests/support/run_ranks.h"

namespace tessera::coordinator {
namespace {

worker::Outcome failure(int code, const std::string& text) {
  worker::Outcome outcome;
  outcome.exit_code = code;
  outcome.set_message(text);
  return outcome;
}

TEST(Judge, IsContentWithoutFailures) {
  const std::vector<worker::Outcome> fine(3);
  EXPECT_EQ(judge(fine), Verdict{});
  EXPECT_TRUE(judge(fine).ok());
}

TEST(Judge, TakesTheFirstFailingRank) {
  const std::vector<worker::Outcome> outcomes{{}, failure(66, "no weights"), failure(65, "bad")};
  EXPECT_EQ(judge(outcomes), (Verdict{66, 1, "no weights"}));
}

class Agreement : public ::testing::TestWithParam<int> {};

TEST_P(Agreement, EveryRankLearnsTheSameVerdict) {
  for (int failing = 0; failing < GetParam(); ++failing) {
    testing::run_ranks(GetParam(), [&](comm::Communicator& control) {
      const worker::Outcome mine =
          control.rank() == failing ? failure(66, "not here") : worker::Outcome{};
      const Verdict verdict = agree(control, mine);
      if (verdict != Verdict{66, failing, "not here"}) throw std::runtime_error(verdict.message);
      if (!agree(control, {}).ok()) throw std::runtime_error("a failure of nobody");
    });
  }
}

TEST_P(Agreement, NamesTheRankWhosePlanDiffers) {
  testing::run_ranks(GetParam(), [&](comm::Communicator& control) {
    if (!agree_on(control, "plan", "abc").ok()) throw std::runtime_error("equal texts");
    const bool last = control.rank() + 1 == control.size();
    const Verdict verdict = agree_on(control, "plan", last ? "abcd" : "abc");
    if (control.size() == 1) {
      if (!verdict.ok()) throw std::runtime_error("one rank always agrees");
      return;
    }
    const bool right = verdict.exit_code == 70 && verdict.rank == control.size() - 1 &&
                       verdict.message.find("about the plan") != std::string::npos;
    if (!right) throw std::runtime_error(verdict.message);
  });
}

TEST_P(Agreement, BroadcastsTextsOfAnyLength) {
  for (const std::size_t length : {0u, 1u, 100'000u}) {
    const std::string text(length, 'x');
    testing::run_ranks(GetParam(), [&](comm::Communicator& control) {
      if (broadcast_text(control, control.rank() == 0 ? text : "of another rank") != text) {
        throw std::runtime_error("another text arrived");
      }
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Ranks, Agreement, ::testing::Values(1, 2, 3, 5, 7));

TEST(AgreeOn, RefusesATextThatDoesNotFit) {
  testing::run_ranks(1, [](comm::Communicator& control) {
    EXPECT_THROW(agree_on(control, "plan", std::string(129, 'x')), std::invalid_argument);
  });
}

}  // namespace
}  // namespace tessera::coordinator

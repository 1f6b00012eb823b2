#include "coordinator/command_exchange.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "comm/rank_error.h"
#include "tests/coordinator/sample_task.h"
#include "tests/support/run_ranks.h"

namespace tessera::coordinator {
namespace {

using std::chrono::milliseconds;
using worker::Command;
using worker::CommandKind;
using worker::Outcome;

worker::RenderTask task() { return sample_task({{0, 2}, {1, 3}}, 2); }

Outcome failure(int code, const std::string& text) {
  Outcome outcome;
  outcome.exit_code = code;
  outcome.set_message(text);
  return outcome;
}

/// Rank 0's side in its simplest form: every command in order, Stop after a failure or at the end.
int drive(CommandExchange& exchange) {
  int code = 0;
  while (const std::optional<Command> command = exchange.state().next()) {
    const Exchange done = exchange.issue(*command);
    if (!done.verdict.ok()) {
      code = done.verdict.exit_code;
      break;
    }
  }
  return exit_code_of_stop(exchange.issue(exchange.state().stop(code)));
}

/// What the ranks of a scenario do, and what they did.
struct Scenario {
  std::function<Outcome(int rank, const Command&)> execute;
  std::function<int(CommandExchange&)> rank0 = drive;
  testing::RunOptions options;
};

struct Results {
  std::vector<int> exit_codes;
  std::vector<std::vector<Command>> executed;
};

Results play(int ranks, const Scenario& scenario) {
  Results results;
  results.exit_codes.assign(static_cast<std::size_t>(ranks), -1);
  results.executed.resize(static_cast<std::size_t>(ranks));
  testing::run_ranks(
      ranks,
      [&](comm::Communicator& control) {
        const auto rank = static_cast<std::size_t>(control.rank());
        CommandExchange exchange(control, CascadeState(task()), [&](const Command& command) {
          results.executed[rank].push_back(command);
          return scenario.execute(control.rank(), command);
        });
        results.exit_codes[rank] = rank == 0 ? scenario.rank0(exchange) : serve_commands(exchange);
      },
      scenario.options);
  return results;
}

void expect_same_commands(const Results& results) {
  for (const std::vector<Command>& commands : results.executed) {
    ASSERT_EQ(commands.size(), results.executed[0].size());
    for (std::size_t i = 0; i < commands.size(); ++i) {
      EXPECT_EQ(commands[i].kind, results.executed[0][i].kind);
      EXPECT_EQ(commands[i].serial, i + 1);
    }
  }
}

class CommandExchangeRanks : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Ranks, CommandExchangeRanks, ::testing::Values(1, 2, 3, 5, 7));

class CommandExchangePeers : public CommandExchangeRanks {};
INSTANTIATE_TEST_SUITE_P(Ranks, CommandExchangePeers, ::testing::Values(2, 3, 5, 7));

TEST_P(CommandExchangeRanks, AllRanksExecuteTheWholeRun) {
  const Results results =
      play(GetParam(), {[](int, const Command&) { return Outcome{}; }, drive, {}});
  EXPECT_EQ(results.exit_codes, std::vector<int>(results.exit_codes.size(), 0));
  ASSERT_EQ(results.executed[0].size(), 2u * (1 + (1 + 2 + 1) + (1 + 2 + 1) + 1) + 1);
  expect_same_commands(results);
}

TEST_P(CommandExchangeRanks, ALocalFailureOfAnyRankEndsAllWithItsCode) {
  for (int failing = 0; failing < GetParam(); ++failing) {
    for (const CommandKind kind : {CommandKind::BeginItem, CommandKind::BeginStage,
                                   CommandKind::Step, CommandKind::EndStage}) {
      const Results results = play(GetParam(), {[&](int rank, const Command& command) {
                                                  return rank == failing && command.kind == kind
                                                             ? failure(65, "x")
                                                             : Outcome{};
                                                },
                                                drive,
                                                {}});
      EXPECT_EQ(results.exit_codes, std::vector<int>(results.exit_codes.size(), 65));
      EXPECT_EQ(results.executed[0].back().kind, CommandKind::Stop);
      EXPECT_EQ(results.executed[0][results.executed[0].size() - 2].kind, kind);
      expect_same_commands(results);
    }
  }
}

TEST_P(CommandExchangePeers, TheFirstOfSeveralFailingRanksDecides) {
  const auto rank0 = [&](CommandExchange& exchange) {
    const Exchange done = exchange.issue(*exchange.state().next());
    EXPECT_EQ(done.verdict.exit_code, 66);
    EXPECT_EQ(done.verdict.rank, 1);
    EXPECT_EQ(done.verdict.message, "from rank 1");
    return exit_code_of_stop(exchange.issue(exchange.state().stop(done.verdict.exit_code)));
  };
  const Results results =
      play(GetParam(), {[](int rank, const Command& command) {
                          return rank == 0 || command.kind == CommandKind::Stop
                                     ? Outcome{}
                                     : failure(65 + rank, "from rank " + std::to_string(rank));
                        },
                        rank0,
                        {}});
  EXPECT_EQ(results.exit_codes, std::vector<int>(results.exit_codes.size(), 66));
}

TEST_P(CommandExchangeRanks, OutcomesArriveByRank) {
  const auto rank0 = [&](CommandExchange& exchange) {
    const Exchange done = exchange.issue(*exchange.state().next());
    EXPECT_EQ(done.outcomes.size(), static_cast<std::size_t>(GetParam()));
    for (std::size_t rank = 0; rank < done.outcomes.size(); ++rank) {
      EXPECT_EQ(done.outcomes[rank].bytes_sent, 1000 + rank);
      EXPECT_EQ(done.outcomes[rank].serial, 1u);
    }
    return exit_code_of_stop(exchange.issue(exchange.state().stop(0)));
  };
  play(GetParam(), {[](int rank, const Command&) {
                      Outcome outcome;
                      outcome.bytes_sent = 1000 + static_cast<std::uint64_t>(rank);
                      return outcome;
                    },
                    rank0,
                    {}});
}

TEST_P(CommandExchangeRanks, ABusyRankZeroKeepsTheOthersWithIdle) {
  const milliseconds deadline(600);
  const auto rank0 = [&](CommandExchange& exchange) {
    EXPECT_TRUE(exchange.issue(*exchange.state().next()).verdict.ok());
    for (int pause = 0; pause < 6; ++pause) {  // longer than the deadline in all
      std::this_thread::sleep_for(deadline / 4);
      EXPECT_TRUE(exchange.issue(exchange.state().idle()).verdict.ok());
    }
    return drive(exchange);
  };
  const Results results =
      play(GetParam(), {[](int, const Command&) { return Outcome{}; }, rank0, {deadline, {}}});
  EXPECT_EQ(results.exit_codes, std::vector<int>(results.exit_codes.size(), 0));
}

TEST_P(CommandExchangeRanks, ACommandOutOfOrderIsRefusedByAllAndNotExecuted) {
  const auto rank0 = [&](CommandExchange& exchange) {
    Command skipped = *exchange.state().next();
    skipped.serial += 1;
    const Exchange done = exchange.issue(skipped);
    EXPECT_EQ(done.verdict.exit_code, 70);
    EXPECT_EQ(done.verdict.rank, 0);
    EXPECT_NE(done.verdict.message.find("serial number"), std::string::npos);
    return exit_code_of_stop(exchange.issue(exchange.state().stop(done.verdict.exit_code)));
  };
  const Results results =
      play(GetParam(), {[](int, const Command&) { return Outcome{}; }, rank0, {}});
  EXPECT_EQ(results.exit_codes, std::vector<int>(results.exit_codes.size(), 70));
  for (const std::vector<Command>& commands : results.executed) {
    ASSERT_EQ(commands.size(), 1u);
    EXPECT_EQ(commands[0].kind, CommandKind::Stop);
  }
}

TEST_P(CommandExchangeRanks, AFailureInStopDecidesOnlyWhenTheRunWasFine) {
  for (const int code : {0, 65}) {
    const auto rank0 = [&](CommandExchange& exchange) {
      return exit_code_of_stop(exchange.issue(exchange.state().stop(code)));
    };
    const Results results =
        play(GetParam(), {[](int, const Command&) { return failure(74, "trace"); }, rank0, {}});
    const int expected = code == 0 ? 74 : code;
    EXPECT_EQ(results.exit_codes, std::vector<int>(results.exit_codes.size(), expected));
  }
}

/// A rank that throws inside a command cannot be joined any more: it leaves the exchange, and its
/// peers learn from the transport that it is gone. Nobody waits for the deadline of two minutes.
TEST_P(CommandExchangeRanks, AnExceptionLeavesTheExchangeAndNobodyHangs) {
  for (int failing = 0; failing < GetParam(); ++failing) {
    const auto errors = testing::errors_of_ranks(GetParam(), [&](comm::Communicator& control) {
      CommandExchange exchange(control, CascadeState(task()), [&](const Command& command) {
        if (control.rank() == failing && command.kind == CommandKind::Step) {
          throw std::domain_error("inside a collective");
        }
        return Outcome{};
      });
      control.rank() == 0 ? drive(exchange) : serve_commands(exchange);
    });
    for (int rank = 0; rank < GetParam(); ++rank) {
      const auto& error = errors[static_cast<std::size_t>(rank)];
      ASSERT_NE(error, nullptr) << rank;
      if (rank == failing) {
        EXPECT_THROW(std::rethrow_exception(error), std::domain_error);
      } else {
        EXPECT_THROW(std::rethrow_exception(error), comm::RankError);
      }
    }
  }
}

TEST_P(CommandExchangePeers, ASilentRankZeroIsNoticedByTheDeadline) {
  const auto errors =
      testing::errors_of_ranks(GetParam(),
                               [&](comm::Communicator& control) {
                                 CommandExchange exchange(control, CascadeState(task()),
                                                          [](const Command&) { return Outcome{}; });
                                 if (control.rank() == 0) {
                                   std::this_thread::sleep_for(milliseconds(300));
                                   drive(exchange);
                                 } else {
                                   serve_commands(exchange);
                                 }
                               },
                               {milliseconds(100), {}});
  for (std::size_t rank = 1; rank < errors.size(); ++rank) {
    ASSERT_NE(errors[rank], nullptr);
    EXPECT_THROW(std::rethrow_exception(errors[rank]), comm::RankError);
  }
}

}  // namespace
}  // namespace tessera::coordinator

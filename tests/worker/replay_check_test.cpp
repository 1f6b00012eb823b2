// What a replay file has to hold is what a render of the task draws: a trace tells.
#include "worker/replay_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "storage/safetensors_writer.h"
#include "storage/storage_error.h"
#include "tests/support/run_ranks.h"
#include "tests/worker/run_cascade.h"
#include "tests/worker/scratch_file.h"
#include "tests/worker/tiny_task.h"

namespace tessera::testing {
namespace {

using storage::TensorView;
using worker::CommandKind;
using worker::RenderTask;

bool is_drawn(const std::string& name) {
  constexpr std::array<const char*, 5> kParts = {"initial", ".posterior", ".renoise", ".sampler",
                                                 ".jitter."};
  return std::any_of(kParts.begin(), kParts.end(),
                     [&](const char* part) { return name.find(part) != std::string::npos; });
}

/// The tensors that a render of the task drew.
std::vector<TensorView> drawn(const storage::SafetensorsFile& trace) {
  std::vector<TensorView> views;
  for (const auto& [name, view] : trace.tensors()) {
    if (is_drawn(name)) views.push_back(view);
  }
  return views;
}

/// Turbo's sampler: every kind of tensor at both stages.
RenderTask ancestral_task(int ranks) {
  RenderTask task = tiny_task(ranks);
  task.sampling.sampler = worker::SamplerKind::EulerAncestral;
  task.sampling.steps = 3;
  set_sizes(task, {{128, 128}, {256, 256}});
  return task;
}

class ReplayCheck : public ::testing::TestWithParam<int> {
 protected:
  /// How BeginItem of a replay of these tensors ends on every rank.
  std::vector<worker::Outcome> begin(RenderTask task, const std::vector<TensorView>& tensors) {
    storage::write_safetensors(replay_.path(), tensors, {});
    task.study.replay_file = replay_.path();
    std::vector<worker::Outcome> outcomes(static_cast<std::size_t>(GetParam()));
    run_ranks(GetParam(), [&](comm::Communicator& world) {
      worker::Worker rank(task, world, [](int, int, storage::RowBand) {});
      rank.load_models();
      outcomes[static_cast<std::size_t>(world.rank())] = rank.execute({CommandKind::BeginItem, 1});
    });
    return outcomes;
  }

  void expect_every_tensor_to_be_asked_for(const RenderTask& task, std::size_t expected_count) {
    const storage::SafetensorsFile trace = trace_of(task);
    const std::vector<TensorView> whole = drawn(trace);
    EXPECT_EQ(whole.size(), expected_count);
    for (const worker::Outcome& outcome : begin(task, whole)) {
      EXPECT_EQ(outcome.exit_code, 0) << outcome.message_text();
    }
    for (const TensorView& missing : whole) {
      std::vector<TensorView> others = whole;
      std::erase_if(others, [&](const TensorView& view) { return view.name == missing.name; });
      for (const worker::Outcome& outcome : begin(task, others)) {
        EXPECT_EQ(outcome.exit_code, 65) << missing.name;
        EXPECT_NE(outcome.message_text().find("\"" + missing.name + "\" is missing"),
                  std::string_view::npos)
            << outcome.message_text();
      }
    }
  }

  ScratchFile replay_{"replay.safetensors"};
  ScratchFile image_{"image.png"};
};

constexpr std::size_t kAttentions = 17;  // of the parity model

TEST_P(ReplayCheck, AsksForTheTensorsOfACascade) {
  // initial, 2 and 1 sampler steps, posterior, renoise and the shifts of stage 1.
  expect_every_tensor_to_be_asked_for(ancestral_task(GetParam()), 6 + kAttentions);
}

TEST_P(ReplayCheck, AsksForTheNoiseOfAnImageOfWhichAPartIsKept) {
  RenderTask task = ancestral_task(GetParam());
  start_from_ramp(task, image_.path(), 0.6);
  // The posterior and the noise of the image and a sampler step, the posterior and so on of
  // stage 1.
  expect_every_tensor_to_be_asked_for(task, 6 + kAttentions);
}

TEST_P(ReplayCheck, AsksForNoMoreWhereAnImageReplacesTheFirstStage) {
  RenderTask task = tiny_task(GetParam());
  start_from_ramp(task, image_.path(), 0);
  task.posterior = worker::Posterior::Mean;
  expect_every_tensor_to_be_asked_for(task, 1 + kAttentions);
}

INSTANTIATE_TEST_SUITE_P(Ranks, ReplayCheck, ::testing::Values(1, 3));

}  // namespace
}  // namespace tessera::testing

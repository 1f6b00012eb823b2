#include "tests/worker/run_cascade.h"

#include <gtest/gtest.h>

#include <cstring>
#include <stdexcept>

#include "tests/support/run_ranks.h"
#include "tests/worker/scratch_file.h"

namespace tessera::testing {

using worker::CommandKind;

Pictures run_cascade_rank(const worker::RenderTask& task, comm::Communicator& world) {
  Pictures pictures;
  worker::Worker rank(task, world, [&](int item, int stage, storage::RowBand band) {
    std::vector<float>& picture = pictures[{item, stage}];
    picture.insert(picture.end(), band.pixels.begin(), band.pixels.end());
  });
  const auto check = [](const worker::Outcome& outcome) {
    if (outcome.exit_code != 0) throw std::runtime_error(std::string(outcome.message_text()));
  };
  std::uint32_t serial = 0;
  const auto execute = [&](CommandKind kind, int item, int stage, int step) {
    check(rank.execute({kind, ++serial, item, stage, step, 0}));
  };
  check(rank.load_models());
  for (int item = 0; item < static_cast<int>(task.items.size()); ++item) {
    execute(CommandKind::BeginItem, item, 0, 0);
    for (const worker::StagePlan& plan : task.stages) {
      execute(CommandKind::BeginStage, item, plan.stage, plan.first_step);
      for (int step = plan.first_step; step < plan.steps; ++step) {
        execute(CommandKind::Step, item, plan.stage, step);
      }
      execute(CommandKind::EndStage, item, plan.stage, plan.steps);
    }
    execute(CommandKind::EndItem, item, 0, 0);
  }
  return pictures;
}

Pictures run_cascade(const worker::RenderTask& task) {
  Pictures pictures;
  run_ranks(task.grid.world, [&](comm::Communicator& world) {
    Pictures of_rank = run_cascade_rank(task, world);
    if (world.rank() == 0) pictures = std::move(of_rank);
  });
  return pictures;
}

storage::SafetensorsFile trace_of(worker::RenderTask task) {
  const ScratchFile file("trace.safetensors");
  task.study.trace_file = file.path();
  run_cascade(task);
  return storage::SafetensorsFile::open(file.path());
}

void expect_same_tensors(const storage::SafetensorsFile& actual,
                         const storage::SafetensorsFile& expected) {
  EXPECT_EQ(actual.tensors().size(), expected.tensors().size());
  for (const auto& [name, view] : expected.tensors()) {
    const storage::TensorView* other = actual.find(name);
    ASSERT_NE(other, nullptr) << name;
    ASSERT_EQ(other->shape, view.shape) << name;
    ASSERT_EQ(other->bytes.size(), view.bytes.size()) << name;
    EXPECT_EQ(std::memcmp(other->bytes.data(), view.bytes.data(), view.bytes.size()), 0) << name;
  }
}

}  // namespace tessera::testing

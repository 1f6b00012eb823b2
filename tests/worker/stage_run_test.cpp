// Every way to sample a stage gives the same trace on every rank count, and each one matters.
#include "worker/stage_run.h"

#include <gtest/gtest.h>

#include "tests/worker/run_cascade.h"
#include "tests/worker/tiny_task.h"

namespace tessera::testing {
namespace {

using worker::RenderTask;

/// A change of the tiny task.
struct Variant {
  const char* name;
  void (*apply)(RenderTask& task);
};

void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }

void go_unguided(RenderTask& task) {
  task.sampling.guidance_scale = 1;
  task.grid = partition::make_rank_grid(task.grid.world, partition::Guidance::Off,
                                        partition::GuidanceSplit::Auto);
  set_sizes(task, {{128, 128}, {256, 256}});
}

void go_fast(RenderTask& task) {
  task.stages[1].global_branch = partition::GlobalBranch::Interleaved;
  task.stages[1].phases = {3, 2};  // 16 and 8 rows: phases of unequal size
}

const Variant kVariants[] = {
    {"Ancestral",
     [](RenderTask& task) { task.sampling.sampler = worker::SamplerKind::EulerAncestral; }},
    {"Trailing",
     [](RenderTask& task) { task.sampling.spacing = worker::TimestepSpacing::Trailing; }},
    {"Unguided", go_unguided},
    {"GuidanceRescale", [](RenderTask& task) { task.sampling.guidance_rescale = 0.7; }},
    {"HalfPrecisionState",
     [](RenderTask& task) { task.sampling.state = worker::StateDtype::Fp16; }},
    {"FastMode", go_fast},
    {"PlainAttention",
     [](RenderTask& task) { task.stages[1].self_attention = worker::SelfAttention::Plain; }},
    {"NoFreeU", [](RenderTask& task) { task.free_u.reset(); }},
    {"NoDilation", [](RenderTask& task) { task.stages[1].dilated_until_step = 0; }},
    {"NegativePrompt", [](RenderTask& task) { task.items[0].negative_prompt = "grey"; }},
};

RenderTask with(const Variant& variant, int ranks) {
  RenderTask task = tiny_task(ranks);
  variant.apply(task);
  return task;
}

class StageRunVariants : public ::testing::TestWithParam<Variant> {};

TEST_P(StageRunVariants, HaveTheSameBitsOnEveryRankCountAndChangeThePicture) {
  const auto one = trace_of(with(GetParam(), 1));
  for (const int ranks : {3, 4}) {
    SCOPED_TRACE(std::to_string(ranks) + " ranks");
    expect_same_tensors(trace_of(with(GetParam(), ranks)), one);
  }
  EXPECT_NE(run_cascade(with(GetParam(), 1)), run_cascade(tiny_task(1)));
}

INSTANTIATE_TEST_SUITE_P(All, StageRunVariants, ::testing::ValuesIn(kVariants),
                         [](const auto& given) { return std::string(given.param.name); });

TEST(StageRun, BlendsDetailAfterTheFirstStepOfAHigherStage) {
  RenderTask task = tiny_task(1);
  task.sampling.steps = 4;
  set_sizes(task, {{128, 128}, {256, 256}});
  const Pictures weak = run_cascade(task);
  task.stages[1].cosine_scale = 0.5;
  EXPECT_NE(run_cascade(task), weak);
}

}  // namespace
}  // namespace tessera::testing

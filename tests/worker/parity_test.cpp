// `official` mode against recorded runs of the released program, with every random number injected.
// With TESSERA_FIXTURES=DIR, a folder of cases with all their files, every recorded tensor is
// compared and reported; without it, the trimmed cases that are committed.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "storage/safetensors_file.h"
#include "tests/worker/parity_case.h"
#include "tests/worker/run_cascade.h"

namespace tessera::testing {
namespace {

using storage::Dtype;
using storage::SafetensorsFile;
using storage::TensorView;

at::Tensor to_double(const TensorView& view) {
  auto* const bytes = const_cast<std::byte*>(view.bytes.data());
  const auto dtype = view.dtype == Dtype::F64   ? at::kDouble
                     : view.dtype == Dtype::I32 ? at::kInt
                                                : at::kFloat;
  return at::from_blob(bytes, view.shape, at::TensorOptions(dtype)).to(at::kDouble);
}

/// Accepted rms(difference) / rms(reference), from the fixtures' README: at least 10 times the
/// difference between the program's own fp32 and fp64 runs, at most a tenth of its most harmless
/// mistake.
double tolerance(const std::string& name) {
  if (name.find("input_ids") != std::string::npos) return 0;
  if (name.find(".views.") != std::string::npos) return 0;
  if (name.starts_with("schedule.")) return 1e-6;
  if (name.starts_with("text.")) return 1e-4;
  if (name.starts_with("stage0.")) return 3e-4;
  if (name.starts_with("stage2.")) return 2e-3;
  return 1e-3;
}

struct Difference {
  double largest = 0;   ///< absolute
  double relative = 0;  ///< rms(difference) / rms(reference)
};

Difference difference_of(const TensorView& traced, const TensorView& recorded) {
  const at::Tensor expected = to_double(recorded);
  const at::Tensor difference = to_double(traced) - expected;
  const double rms = expected.square().mean().sqrt().item<double>();
  return {difference.abs().max().item<double>(),
          difference.square().mean().sqrt().item<double>() / std::max(rms, 1e-30)};
}

/// Compares every tensor of `reference` that a trace holds; returns how many there were.
int compare(const SafetensorsFile& trace, const SafetensorsFile& reference,
            const std::string& prefix) {
  int compared = 0;
  for (const auto& [name, view] : reference.tensors()) {
    if (name.find(".dilation") != std::string::npos) continue;  // a setting, not a result
    const TensorView* traced = trace.find(prefix + name);
    EXPECT_NE(traced, nullptr) << prefix << name << " is not traced";
    if (traced == nullptr) continue;
    EXPECT_EQ(traced->shape, view.shape) << name;
    if (traced->shape != view.shape) continue;
    const Difference difference = difference_of(*traced, view);
    EXPECT_LE(difference.relative, tolerance(name)) << prefix << name;
    if (std::getenv("TESSERA_FIXTURES") != nullptr) {
      std::printf("%-70s max %.1e  relative rms %.1e of %.0e\n", (prefix + name).c_str(),
                  difference.largest, difference.relative, tolerance(name));
    }
    ++compared;
  }
  return compared;
}

class ParityWithReleasedProgram : public ::testing::TestWithParam<int> {
 protected:
  SafetensorsFile render(const ParityCase& parity) {
    return trace_of(official_task(parity, GetParam(), ""));
  }
  SafetensorsFile recorded(const std::string& file) {
    return SafetensorsFile::open(std::string(TESSERA_SOURCE_DIR) + "/tests/goldens/parity_cases/" +
                                 file);
  }
};

TEST_P(ParityWithReleasedProgram, TwiceTheBaseSizeMatchesLatentsAndLayers) {
  const SafetensorsFile trace = render(case_2x());
  EXPECT_GT(compare(trace, recorded("case_2x/trace.safetensors"), ""), 20);
  EXPECT_GT(compare(trace, recorded("case_2x/stage1_unet.safetensors"), "stage1/"), 20);
  EXPECT_GT(compare(trace, recorded("case_2x/stage1_attn1.safetensors"), "stage1/"), 20);
}

TEST_P(ParityWithReleasedProgram, FourTimesTheBaseSizeMatchesLatents) {
  EXPECT_GT(compare(render(case_4x()), recorded("case_4x/trace.safetensors"), ""), 25);
}

TEST_P(ParityWithReleasedProgram, EveryRecordedTensorMatchesWhereAllFixturesAreThere) {
  const char* const folder = std::getenv("TESSERA_FIXTURES");
  if (folder == nullptr) GTEST_SKIP() << "TESSERA_FIXTURES names no folder";
  const std::filesystem::path cases(folder);
  ParityCase twice = case_2x();
  for (const int stage : {0, 1}) {
    twice.captured_stage = stage;
    const SafetensorsFile trace = render(twice);
    const std::string prefix = "stage" + std::to_string(stage);
    for (const char* const part : {"_unet", "_attn1", "_freeu"}) {
      const auto file = cases / "case_2x" / (prefix + part + ".safetensors");
      EXPECT_GT(compare(trace, SafetensorsFile::open(file), prefix + "/"), 20);
    }
    EXPECT_GT(compare(trace, SafetensorsFile::open(cases / "case_2x/trace.safetensors"), ""), 20);
    EXPECT_GT(compare(trace, SafetensorsFile::open(cases / "case_2x/transition.safetensors"), ""),
              3);
  }
  EXPECT_GT(
      compare(render(case_4x()), SafetensorsFile::open(cases / "case_4x/trace.safetensors"), ""),
      25);
}

INSTANTIATE_TEST_SUITE_P(Ranks, ParityWithReleasedProgram, ::testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace tessera::testing

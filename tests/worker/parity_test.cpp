// `official` mode against recorded runs of the released program, with every random number injected.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>

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
    const at::Tensor expected = to_double(view);
    const at::Tensor difference = to_double(*traced) - expected;
    const double rms = expected.square().mean().sqrt().item<double>();
    const double relative = difference.square().mean().sqrt().item<double>() / std::max(rms, 1e-30);
    EXPECT_LE(relative, tolerance(name)) << prefix << name;
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

INSTANTIATE_TEST_SUITE_P(Ranks, ParityWithReleasedProgram, ::testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace tessera::testing

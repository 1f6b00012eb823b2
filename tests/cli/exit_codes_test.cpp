#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "storage/run_lock.h"
#include "storage/safetensors_writer.h"
#include "storage/text_file.h"
#include "tests/cli/child_process.h"
#include "tests/cli/spoiled_model.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/temporary_folder.h"
#include "tests/storage/written_png.h"

namespace tessera::cli {
namespace {

using testing::HasSubstr;
using Folder = storage::TemporaryFolder;

/// One way to end: the arguments after a complete tiny render, whose files `set_up` may prepare.
struct EndCase {
  const char* name;
  int exit_code;
  std::string says;  ///< on the standard error
  std::function<std::vector<std::string>(const Folder&)> arguments;
};

void PrintTo(const EndCase& each, std::ostream* out) { *out << each.name; }

std::function<std::vector<std::string>(const Folder&)> always(std::vector<std::string> arguments) {
  return [arguments](const Folder&) { return arguments; };
}

/// Arguments that take a model whose files `spoil` changes.
std::function<std::vector<std::string>(const Folder&)> with_model(
    std::function<void(const std::filesystem::path&)> spoil) {
  return [spoil](const Folder& folder) {
    const std::filesystem::path model = linked_model(folder / "model");
    spoil(model);
    return std::vector<std::string>{"-m", model.string()};
  };
}

const std::string kUnet = "unet/diffusion_pytorch_model.safetensors";

std::vector<EndCase> usage_cases() {
  return {
      {"unknown_option", 2, "unknown option \"--sede\". Did you mean \"--seed\"?",
       always({"--sede", "1"})},
      {"unknown_key", 2,
       "job.yaml:2:3: unknown key \"cascade.cosine_scal\". Did you mean \"cascade.cosine_scale\"?",
       [](const Folder& folder) {
         folder.put("job.yaml", "cascade:\n  cosine_scal: 2\n");
         return std::vector<std::string>{"-c", (folder / "job.yaml").string()};
       }},
      {"wrong_type", 2, "\"many\" is not allowed. Allowed: integer 1..1000.",
       always({"--steps", "many"})},
      {"unknown_preset", 2, "there is no preset \"demmo\". Did you mean \"demo\"?",
       always({"--preset", "demmo"})},
      {"size_no_multiple_of_64", 2, "use 64 or 128", always({"--resolutions", "64,100"})},
      {"too_many_strips", 2, "distributed.strips", always({"--strips", "50"})},
      {"size_that_official_mode_refuses", 2, "mode paper",
       always({"--base", "128", "--resolutions", "128,192x256", "--method-mode", "official"})},
      {"pattern_that_leaves_the_run", 2, "leaves the run folder",
       always({"--output-pattern", "../x"})},
      {"pattern_with_an_unknown_token", 2, "{colour}", always({"--output-pattern", "{colour}"})},
      {"trace_of_no_step", 2, "Stages are 0 to 1",
       always({"--trace", "t", "--trace-layers", "7:0"})},
      {"locked_run", 2, "LOCK",
       [](const Folder& folder) {
         static std::vector<storage::RunLock> held;
         std::filesystem::create_directories(folder / "run");
         held.push_back(storage::RunLock::acquire(folder / "run/LOCK", ""));
         return std::vector<std::string>{};
       }},
  };
}

std::vector<EndCase> model_cases() {
  return {
      {"missing_model", 66, "no/such/model", always({"-m", "no/such/model"})},
      {"missing_config_file", 66, "none.yaml", always({"-c", "none.yaml"})},
      {"missing_weights", 66, "unet",
       with_model([](const auto& model) { std::filesystem::remove(model / kUnet); })},
      {"unsupported_network", 65, "in_channels", with_model([](const auto& model) {
         exchange(model / "unet/config.json", "\"in_channels\": 4", "\"in_channels\": 9");
       })},
      {"plan_larger_than_the_memory", 71, "free for",
       [](const Folder& folder) {
         // Layers so wide that no host holds their maps; the weights are never looked at.
         const std::filesystem::path model = linked_model(folder / "model");
         exchange(model / "vae/config.json", "    16,\n    16,", "    16000,\n    16000,");
         return std::vector<std::string>{"-m", model.string(), "--resolutions", "64,32768"};
       }},
      {"truncated_weights", 65, kUnet,
       with_model([](const auto& model) { truncate(model / kUnet, 100'000); })},
      {"overflowing_header", 65, kUnet, with_model([](const auto& model) {
         exchange(model / kUnet, storage::read_text(model / kUnet).substr(0, 8),
                  std::string(7, '\xff') + "\x7f");
       })},
      {"overlapping_tensors", 65, kUnet, with_model([](const auto& model) {
         exchange(model / kUnet, "[25856,25888]", "[25855,25887]");
       })},
      {"misshaped_tensor", 65, "conv_in.weight",
       with_model([](const auto& model) { exchange(model / kUnet, "[16,4,3,3]", "[4,16,3,3]"); })},
      {"missing_tensor", 65, "conv_in.weight", with_model([](const auto& model) {
         exchange(model / kUnet, "conv_in.weight", "conv_in.weighX");
       })},
  };
}

/// A gray PNG; returns its path.
std::string put_picture(const Folder& folder, const std::string& name, partition::Extent size) {
  const std::filesystem::path file = folder / name;
  storage::write_gray_png(file, size);
  return file.string();
}

std::vector<EndCase> file_cases() {
  return {
      {"missing_image", 66, "none.png", always({"-i", "none.png"})},
      {"image_that_is_none", 65, "x.png",
       [](const Folder& folder) {
         return std::vector<std::string>{"-i", folder.put("x.png", "no picture").string()};
       }},
      {"mask_that_is_none", 65, "m.png",
       [](const Folder& folder) {
         return std::vector<std::string>{"--mask", folder.put("m.png", "no picture").string()};
       }},
      {"image_of_another_size", 65, "init.image",
       [](const Folder& folder) {
         return std::vector<std::string>{"-i", put_picture(folder, "x.png", {100, 100}),
                                         "--init-strength", "0.5"};
       }},
      {"image_of_broken_sides", 65, "init.image",
       [](const Folder& folder) {
         return std::vector<std::string>{"-i", put_picture(folder, "x.png", {100, 100})};
       }},
      {"mask_of_another_aspect", 65, "init.mask",
       [](const Folder& folder) {
         return std::vector<std::string>{"--mask", put_picture(folder, "m.png", {77, 10})};
       }},
      {"picture_without_record", 65, "x.png",
       [](const Folder& folder) {
         return std::vector<std::string>{"--from", folder.put("x.png", "no picture").string()};
       }},
      {"missing_replay", 66, "--replay", always({"--replay", "none.safetensors"})},
      {"replay_without_its_tensors", 65, "initial",
       [](const Folder& folder) {
         const std::string file = (folder / "empty.safetensors").string();
         storage::write_safetensors(file, {}, {});
         return std::vector<std::string>{"--replay", file};
       }},
      {"output_folder_that_is_a_file", 73, "--run-dir",
       [](const Folder& folder) {
         return std::vector<std::string>{"--run-dir", (folder.put("f", "") / "run").string()};
       }},
      {"output_that_exists", 73, "00000_123_128x128.png",
       [](const Folder& folder) {
         folder.put("run/images/00000_123_128x128.png", "old");
         return std::vector<std::string>{};
       }},
      {"copy_that_exists", 73, "x.png",
       [](const Folder& folder) {
         return std::vector<std::string>{"-o", folder.put("x.png", "old").string()};
       }},
  };
}

void expect_end(int ranks, const EndCase& expected) {
  const Folder folder;
  const std::vector<std::string> more = expected.arguments(folder);
  const Ended ended = run_tessera(ranks, launch::tiny_render((folder / "run").string(), more));
  EXPECT_EQ(ended.exit_code, expected.exit_code) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("tessera: error: "));
  EXPECT_THAT(ended.err, HasSubstr(expected.says));
  EXPECT_EQ(ended.out, "");
  std::size_t errors = 0;
  for (std::size_t at = ended.err.find("tessera: error:"); at != std::string::npos;
       at = ended.err.find("tessera: error:", at + 1)) {
    ++errors;
  }
  EXPECT_EQ(errors, 1u) << "one rank talks, once:\n" << ended.err;
}

std::vector<EndCase> all_cases() {
  std::vector<EndCase> cases = usage_cases();
  for (const auto& more : {model_cases(), file_cases()}) {
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

/// One case per exit code and kind of step, for the slower runs on several ranks.
constexpr std::array<std::string_view, 11> kCasesForRanks = {"unknown_option",
                                                             "unknown_key",
                                                             "too_many_strips",
                                                             "plan_larger_than_the_memory",
                                                             "locked_run",
                                                             "missing_model",
                                                             "truncated_weights",
                                                             "missing_tensor",
                                                             "replay_without_its_tensors",
                                                             "output_that_exists",
                                                             "mask_of_another_aspect"};

std::vector<EndCase> cases_for_ranks() {
  std::vector<EndCase> chosen = all_cases();
  std::erase_if(chosen, [](const EndCase& each) {
    return std::find(kCasesForRanks.begin(), kCasesForRanks.end(), each.name) ==
           kCasesForRanks.end();
  });
  return chosen;
}

TEST(CasesForRanks, AreCasesOfOneRank) {
  EXPECT_EQ(cases_for_ranks().size(), kCasesForRanks.size());
}

std::string name_of(const testing::TestParamInfo<EndCase>& info) { return info.param.name; }

class OneRank : public testing::TestWithParam<EndCase> {};
TEST_P(OneRank, EndsWithItsCode) { expect_end(1, GetParam()); }
INSTANTIATE_TEST_SUITE_P(ExitCodes, OneRank, testing::ValuesIn(all_cases()), name_of);

class ThreeRanks : public testing::TestWithParam<EndCase> {};
TEST_P(ThreeRanks, EndWithItsCode) { expect_end(3, GetParam()); }
INSTANTIATE_TEST_SUITE_P(ExitCodes, ThreeRanks, testing::ValuesIn(cases_for_ranks()), name_of);

TEST(MissingInputs, AreUsageErrors) {
  const Ended no_prompt = run_tessera(1, {"render", "-m", launch::golden_model()});
  EXPECT_EQ(no_prompt.exit_code, 2);
  EXPECT_THAT(no_prompt.err, HasSubstr("prompt: none is given"));
  const Ended no_model = run_tessera(1, {"render", "-p", "a cat"});
  EXPECT_EQ(no_model.exit_code, 2);
  EXPECT_THAT(no_model.err, HasSubstr("model.path: none is given"));
}

TEST(ARankThatFailsAlone, EndsTheOthersWithItsMessage) {
  // Rank 2 runs in another folder, where the picture of the relative path is missing.
  const Folder folder;
  const Folder elsewhere;
  const Ended picture = run_tessera(
      1, launch::tiny_render((folder / "first").string(), {"-o", (folder / "x.png").string()}));
  ASSERT_EQ(picture.exit_code, 0) << picture.err;
  std::vector<std::string> render =
      launch::tiny_render((folder / "run").string(),
                          {"-i", "x.png", "--init-strength", "0.5", "--resolutions", "128,192"});
  render.insert(render.begin(), tessera_program());
  std::vector<std::string> command{"mpirun", "-np", "2", "-wdir", folder.path().string()};
  command.insert(command.end(), render.begin(), render.end());
  command.insert(command.end(), {":", "-np", "1", "-wdir", elsewhere.path().string()});
  command.insert(command.end(), render.begin(), render.end());
  const Ended ended = run_child(command);
  EXPECT_EQ(ended.exit_code, 66) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("tessera: error: [r2] "));
  EXPECT_THAT(ended.err, HasSubstr("x.png"));
}

}  // namespace
}  // namespace tessera::cli

#include "launch/commands/convert.h"

#include <gmock/gmock.h>

#include "configs/config_error.h"
#include "launch/model_inspection.h"
#include "storage/storage_error.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

using testing::HasSubstr;

class ConvertCommand : public testing::Test {
 protected:
  std::string printed(const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"convert", golden_video_checkpoint(), out_.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Console console(0, Console::Color::Never, Console::Loudness::Quiet);
    testing::internal::CaptureStdout();
    try {
      convert(parse_command_line(arguments), console);
    } catch (...) {
      testing::internal::GetCapturedStdout();
      throw;
    }
    return testing::internal::GetCapturedStdout();
  }

  storage::TemporaryFolder folder_;
  std::filesystem::path out_ = folder_ / "out";
  std::string heads_ = folder_.put("t.json", R"({"text_cfg": {"heads": 2, "layers": 3}})").string();
};

TEST_F(ConvertCommand, PrintsTheFileOfTheWeights) {
  EXPECT_EQ(printed({"--text-config", heads_}), (out_ / "model.safetensors").string() + "\n");
  EXPECT_THAT(inspect_model(out_, InspectionDepth::Headers), HasSubstr("\"heads\":2"));
}

TEST_F(ConvertCommand, TakesListsAndNumbersFromTheYaml) {
  const auto yaml = [&](const std::string& params) {
    return folder_.put("m.yaml", "model:\n  params:\n" + params).string();
  };
  printed({"--text-config", heads_, "-c",
           yaml("    scale_factor: 0.25\n    unet_config:\n      params:\n"
                "        channel_mult: [1, 2]\n")});
  EXPECT_THAT(inspect_model(out_, InspectionDepth::Headers), HasSubstr("\"scale_factor\":0.25"));
  EXPECT_THAT(storage::message_of<storage::CannotCreateError>([&] {
                printed({"--text-config", heads_});
              }),
              HasSubstr("model.safetensors: exists already"));
}

TEST_F(ConvertCommand, RefusesFactsThatTheWeightsContradict) {
  const std::string wrong = folder_.put("w.json", R"({"text_cfg": {"width": 1024}})").string();
  EXPECT_THAT(storage::message_of<storage::DataError>([&] {
                printed({"--text-config", wrong});
              }),
              HasSubstr("w.json: text_cfg.width is 1024, expected 8 as in the weights"));
  const std::string damaged = folder_.put("d.yaml", "model: [").string();
  EXPECT_THROW(printed({"-c", damaged}), configs::ConfigError);
  EXPECT_FALSE(std::filesystem::exists(out_));
}

}  // namespace
}  // namespace tessera::launch

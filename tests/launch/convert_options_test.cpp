#include "launch/convert_options.h"

#include <gmock/gmock.h>

#include "launch/command_line.h"
#include "launch/usage_error.h"

namespace tessera::launch {
namespace {

TEST(ConvertOptions, TakeFilesAndFolders) {
  const CommandLine line = parse_command_line(
      {"convert", "a.ckpt", "b", "-c", "m.yaml", "--text-config", "t.json", "--tokenizer", "tok"});
  EXPECT_EQ(line.command, CommandLine::Command::Convert);
  EXPECT_EQ(line.convert.source, "a.ckpt");
  EXPECT_EQ(line.convert.destination, "b");
  EXPECT_EQ(line.convert.config_file, "m.yaml");
  EXPECT_EQ(line.convert.text_config, "t.json");
  EXPECT_EQ(line.convert.tokenizer, "tok");
}

TEST(ConvertOptions, NeedSourceAndFolderAndRefuseMore) {
  EXPECT_THROW(parse_command_line({"convert"}), UsageError);
  EXPECT_THROW(parse_command_line({"convert", "a.ckpt"}), UsageError);
  EXPECT_THROW(parse_command_line({"convert", "a.ckpt", "b", "c"}), UsageError);
  EXPECT_THAT(
      [] {
        parse_command_line({"convert", "a.ckpt", "b", "--text-confi", "t"});
      },
      testing::ThrowsMessage<UsageError>(testing::HasSubstr("Did you mean \"--text-config\"?")));
}

}  // namespace
}  // namespace tessera::launch

#include <gmock/gmock.h>

#include "storage/text_file.h"
#include "tests/cli/child_process.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/temporary_folder.h"
#include "tests/storage/torch_bytes.h"

namespace tessera::cli {
namespace {

using testing::HasSubstr;

class ConvertProgram : public testing::Test {
 protected:
  Ended convert(const std::string& source, int ranks = 1) {
    return run_tessera(ranks, {"convert", source, out_, "--text-config", heads_});
  }
  /// The golden checkpoint with the first `from` replaced by `to`, which is as long.
  std::string edited(const std::string& from, const std::string& to) {
    std::string bytes = storage::read_text(golden_);
    const std::size_t at = bytes.find(from);
    EXPECT_NE(at, std::string::npos);
    bytes.replace(at, from.size(), to);
    return folder_.put("edited.ckpt", bytes).string();
  }

  storage::TemporaryFolder folder_;
  std::string golden_ = launch::golden_video_checkpoint();
  std::string out_ = (folder_ / "out").string();
  std::string heads_ = folder_.put("t.json", R"({"text_cfg": {"heads": 2}})").string();
};

TEST_F(ConvertProgram, WritesAFolderThatInspectKnows) {
  const Ended ended = convert(golden_, 3);
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(ended.out, out_ + "/model.safetensors\n");
  EXPECT_THAT(ended.err, HasSubstr("17 that no render needs left out"));
  const Ended shown = run_tessera(1, {"inspect", out_});
  EXPECT_THAT(shown.out, HasSubstr("kind: model\n"));
  EXPECT_THAT(shown.out, HasSubstr("format: tessera video model\n"));
}

TEST_F(ConvertProgram, EndsWithTheCodeOfWhatIsWrong) {
  const Ended absent = convert((folder_ / "none.ckpt").string());
  EXPECT_EQ(absent.exit_code, 66) << absent.err;
  const Ended damaged = convert(edited("little", "lattle"));
  EXPECT_EQ(damaged.exit_code, 65);
  EXPECT_THAT(damaged.err, HasSubstr("entry \"model/byteorder\" is damaged"));
  const Ended legacy = convert(folder_.put("old.ckpt", "\x80\x02}.").string());
  EXPECT_EQ(legacy.exit_code, 65);
  EXPECT_THAT(legacy.err, HasSubstr("the form of torch before 1.6"));
  EXPECT_EQ(run_tessera(1, {"convert", golden_}).exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(out_));
  folder_.put("out/model.safetensors", "mine");
  EXPECT_EQ(convert(golden_).exit_code, 73);
}

TEST_F(ConvertProgram, ExecutesNothing) {
  const std::string owned = (folder_ / "owned").string();
  const std::string command = "touch " + owned;
  const std::string pickle =
      "\x80\x02"
      "cposix\nsystem\n" +
      storage::pickled::text(command) + "\x85R.";
  const std::string bytes = storage::zip_bytes({{"model/data.pkl", pickle}});
  const Ended ended = convert(folder_.put("evil.ckpt", bytes).string());
  EXPECT_EQ(ended.exit_code, 65);
  EXPECT_THAT(ended.err, HasSubstr("evil.ckpt: its pickle is refused at byte 2: it refers to "
                                   "\"posix system\", which no file of weights needs"));
  EXPECT_FALSE(std::filesystem::exists(owned));
}

}  // namespace
}  // namespace tessera::cli

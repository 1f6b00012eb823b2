#include "launch/prompts_file.h"

#include <gmock/gmock.h>

#include "configs/config_error.h"
#include "storage/storage_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

TEST(PromptsFile, HasAPromptPerLine) {
  const storage::TemporaryFolder folder;
  const auto file =
      folder.put("p.txt", "\xEF\xBB\xBF a cat \r\n\n# not this\n\tein B\xC3\xA4r: [x]\nlast");
  EXPECT_THAT(read_prompts(file), testing::ElementsAre("a cat", "ein B\xC3\xA4r: [x]", "last"));
}

TEST(PromptsFile, RefusesOtherKindsAndEmptyOnes) {
  const storage::TemporaryFolder folder;
  EXPECT_THROW(read_prompts(folder.put("p.csv", "a")), configs::ConfigError);
  EXPECT_THROW(read_prompts(folder.put("p.txt", "# none\n")), configs::ConfigError);
  EXPECT_THROW(read_prompts(folder / "none.txt"), storage::MissingFileError);
}

}  // namespace
}  // namespace tessera::launch

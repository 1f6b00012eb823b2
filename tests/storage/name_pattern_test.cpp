#include "storage/name_pattern.h"

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"

namespace tessera::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kDefault = "images/{index:05}_{seed}_{width}x{height}";

NameTokens sample_tokens() {
  NameTokens tokens;
  tokens.index = 3;
  tokens.seed = 123;
  tokens.stage = 2;
  tokens.frame = 7;
  tokens.image = {1024, 2048};
  tokens.prompt = "A cat,  sat/on ../ the MAT! \xC3\xA9";
  tokens.date = "2025-01-02";
  tokens.job = "job 5";
  tokens.name = "../my run";
  return tokens;
}

std::string expand(std::string_view pattern) { return expand_tokens(pattern, sample_tokens()); }

TEST(NamePattern, TokensStandForTheirValues) {
  EXPECT_EQ(expand(kDefault), "images/00003_123_2048x1024");
  EXPECT_EQ(expand("{stage}-{frame:05}-{date}"), "2-00007-2025-01-02");
  EXPECT_EQ(expand("f_####.x#"), "f_0007.x7");
  EXPECT_EQ(expand("{seed:2}{seed:05}"), "12300123");
}

TEST(NamePattern, ValuesCannotMakeFolders) {
  EXPECT_EQ(expand("{name}"), "..-my-run");
  EXPECT_EQ(expand("{job}"), "job-5");
  EXPECT_EQ(expand("{prompt_slug}"), "A-cat-sat-on-..-the-MAT");
  EXPECT_EQ(expand("{prompt_slug:6}"), "A-cat");
  NameTokens tokens;
  tokens.prompt = "\xE7\x8C\xAB";
  EXPECT_EQ(expand_tokens("{prompt_slug:40}", tokens), "untitled");
}

TEST(NamePattern, FaultsAreNamed) {
  const auto fault = [](std::string_view pattern) {
    return message_of<NamePatternError>([&] { expand(pattern); });
  };
  EXPECT_THAT(fault("{indx}"),
              HasSubstr("name pattern \"{indx}\": unknown token {indx}; there are"));
  EXPECT_THAT(fault("{index:x}"), HasSubstr("{index:x} has a wrong width"));
  EXPECT_THAT(fault("{index:}"), HasSubstr("wrong width"));
  EXPECT_THAT(fault("{index:0}"), HasSubstr("wrong width"));
  EXPECT_THAT(fault("{index:99999999999}"), HasSubstr("wrong width"));
  EXPECT_THAT(fault("{index"), HasSubstr("{ without }"));
  EXPECT_THAT(fault("index}"), HasSubstr("} without {"));
  EXPECT_THAT(fault("a\nb"), HasSubstr("control character"));
}

TEST(NamePattern, NamesThatLeaveTheRunDirectoryAreRefused) {
  for (const char* name : {"/etc/a", "../a", "a/../../b", "a/../b", ".."}) {
    EXPECT_THAT(message_of<NamePatternError>([&] { check_relative_name(name); }),
                testing::AnyOf(HasSubstr("leaves the run directory"), HasSubstr("name a file")))
        << name;
  }
  for (const char* name : {"", "a/", "/", ".", "a/."}) {
    EXPECT_THROW(check_relative_name(name), NamePatternError) << name;
  }
  for (const char* name : {"a", "a/b", "..a", "a..b/c"}) {
    EXPECT_NO_THROW(check_relative_name(name)) << name;
  }
  NameTokens tokens;
  tokens.name = "..";
  EXPECT_THROW(picture_names("images/{name}/x", std::vector{tokens}), NamePatternError);
}

TEST(NamePattern, RunDirectoriesKnowTheSlurmJob) {
  const SlurmIds slurm{"10", "9", "4"};
  EXPECT_EQ(run_directory_name("runs/{name}", sample_tokens(), {}), "runs/..-my-run");
  EXPECT_EQ(run_directory_name("/scratch/%j-%A_%a", sample_tokens(), slurm), "/scratch/10-9_4");
  EXPECT_THAT(message_of<NamePatternError>([] {
                run_directory_name("runs/%a", sample_tokens(), {"10", "", ""});
              }),
              HasSubstr("%a outside such a Slurm job"));
  EXPECT_THROW(run_directory_name("", sample_tokens(), {}), NamePatternError);
}

NameTokens picture(int item, int stage, partition::Extent image) {
  NameTokens tokens;
  tokens.index = item;
  tokens.stage = stage;
  tokens.image = image;
  return tokens;
}

TEST(NamePattern, StagesOfDifferentSizeNeedNoSuffix) {
  const std::vector pictures = {picture(1, 0, {256, 256}), picture(1, 1, {512, 512}),
                                picture(2, 0, {256, 256}), picture(2, 1, {512, 512})};
  EXPECT_THAT(picture_names("i/{index}_{width}x{height}", pictures),
              ElementsAre("i/1_256x256", "i/1_512x512", "i/2_256x256", "i/2_512x512"));
}

TEST(NamePattern, EarlierStagesOfTheSameNameGetTheirNumber) {
  const std::vector pictures = {picture(1, 0, {256, 256}), picture(1, 1, {512, 512}),
                                picture(1, 2, {512, 512})};
  EXPECT_THAT(picture_names("{index}", pictures), ElementsAre("1_stage0", "1_stage1", "1"));
  EXPECT_THAT(picture_names("{width}", pictures), ElementsAre("256", "512_stage1", "512"));
}

TEST(NamePattern, ItemsOfTheSameNameAreRefused) {
  const std::vector pictures = {picture(1, 0, {256, 256}), picture(2, 0, {256, 256})};
  EXPECT_THAT(message_of<NamePatternError>([&] { picture_names("{width}", pictures); }),
              HasSubstr("two pictures get the name \"256\"; add {index} or {seed}"));
}

}  // namespace
}  // namespace tessera::storage

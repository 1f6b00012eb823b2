#include "storage/picture_metadata.h"

#include <gmock/gmock.h>

#include <limits>
#include <stdexcept>

#include "tests/storage/sample_metadata.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kSettings =
    "Steps: 50, Sampler: Euler, CFG scale: 7.5, Seed: 123, Size: 2048x1024, Model hash: "
    "abcdef1234, "
    "Model: demo_model, Version: tessera 0.1.0";

TEST(PictureMetadata, ParametersHaveTheFormThatReadersExpect) {
  EXPECT_EQ(parameters_text(sample_metadata()),
            std::string("a lighthouse, at dusk\nNegative prompt: blurry\n") + kSettings);
}

TEST(PictureMetadata, AnAbsentNegativePromptHasNoLine) {
  PictureMetadata metadata = sample_metadata();
  metadata.negative_prompt.reset();
  EXPECT_EQ(parameters_text(metadata), std::string("a lighthouse, at dusk\n") + kSettings);
  metadata.negative_prompt = "";
  EXPECT_EQ(parameters_text(metadata), std::string("a lighthouse, at dusk\n") + kSettings);
}

TEST(PictureMetadata, ValuesThatWouldBreakTheLineAreQuoted) {
  PictureMetadata metadata = sample_metadata();
  metadata.model_name = "a, \"b\": c";
  metadata.seed = std::numeric_limits<std::uint64_t>::max();
  metadata.guidance_scale = 12;
  EXPECT_THAT(parameters_text(metadata), HasSubstr(R"(Model: "a, \"b\": c", Version)"));
  EXPECT_THAT(parameters_text(metadata), HasSubstr("CFG scale: 12, Seed: 18446744073709551615"));
}

TEST(PictureMetadata, RedactionRemovesPromptsAtAnyDepth) {
  PictureMetadata metadata = sample_metadata();
  EXPECT_EQ(record_text(metadata), metadata.record);
  metadata.mode = MetadataMode::RedactPrompt;
  EXPECT_EQ(parameters_text(metadata), kSettings);
  EXPECT_EQ(record_text(metadata), R"({"sampling":{"steps":50},"items":[{}]})");
  metadata.record = "no json";
  EXPECT_THROW(record_text(metadata), std::invalid_argument);
}

TEST(PictureMetadata, NoneLeavesNothing) {
  PictureMetadata metadata = sample_metadata();
  metadata.mode = MetadataMode::None;
  EXPECT_EQ(parameters_text(metadata) + record_text(metadata) + xmp_packet(metadata), "");
}

TEST(PictureMetadata, TheLabelNamesTheSourceAndHidesThePrompt) {
  PictureMetadata metadata = sample_metadata();
  metadata.version = "1<2&3";
  EXPECT_THAT(xmp_packet(metadata), HasSubstr("digitalsourcetype/trainedAlgorithmicMedia<"));
  EXPECT_THAT(xmp_packet(metadata), HasSubstr("tessera 1&lt;2&amp;3<"));
  EXPECT_THAT(xmp_packet(metadata), Not(HasSubstr("lighthouse")));
}

}  // namespace
}  // namespace tessera::storage

#include "launch/initial_inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "storage/storage_error.h"
#include "tests/storage/temporary_folder.h"
#include "tests/storage/written_png.h"

namespace tessera::launch {
namespace {

using configs::JobConfig;
using partition::Extent;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ReadInitialInputs : public ::testing::Test {
 protected:
  ReadInitialInputs() {
    job_.prompts = {{.text = "a cat"}};
    job_.cascade.resolutions = {{128, 192}, {256, 384}};
  }

  std::string picture(const std::string& name, Extent size) const {
    const auto file = folder_.path() / name;
    storage::write_gray_png(file, size);
    return file.string();
  }
  std::string refusal() const {
    try {
      read_initial_inputs(job_);
    } catch (const storage::DataError& error) {
      return error.what();
    }
    return "";
  }

  storage::TemporaryFolder folder_;
  JobConfig job_;
};

TEST_F(ReadInitialInputs, FindsNothingWhereNothingIsAsked) {
  EXPECT_EQ(read_initial_inputs(job_).images, std::vector<Extent>(1));
}

TEST_F(ReadInitialInputs, AtStrength0TakesAnySizeOfWholeSides) {
  job_.init.image = picture("x.png", {64, 320});
  EXPECT_EQ(read_initial_inputs(job_).images, (std::vector<Extent>{{64, 320}}));
  job_.init.image = picture("y.png", {100, 128});
  EXPECT_THAT(refusal(), AllOf(HasSubstr("init.image"), HasSubstr("y.png is 100x128"),
                               HasSubstr("multiples of 64")));
}

TEST_F(ReadInitialInputs, AtAHigherStrengthAsksForTheSizeOfTheFirstStage) {
  job_.init.strength = 0.5;
  job_.init.image = picture("x.png", {128, 192});
  EXPECT_EQ(read_initial_inputs(job_).images, (std::vector<Extent>{{128, 192}}));
  job_.init.image = picture("y.png", {192, 128});
  EXPECT_THAT(refusal(), AllOf(HasSubstr("y.png is 192x128"), HasSubstr("first stage is 128x192"),
                               HasSubstr("cascade.resolutions")));
}

TEST_F(ReadInitialInputs, ReadsTheImagesOfPrompts) {
  job_.init.image = picture("x.png", {64, 320});
  job_.prompts.push_back({.text = "b", .image = picture("y.png", {128, 64})});
  job_.prompts.push_back({.text = "c", .image = ""});
  EXPECT_EQ(read_initial_inputs(job_).images, (std::vector<Extent>{{64, 320}, {128, 64}, {}}));
  job_.prompts.push_back({.text = "d", .image = picture("z.png", {100, 128})});
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("prompt 4, field \"image\""), HasSubstr("z.png is 100x128")));
  job_.prompts.back() = {.text = "d", .mask = picture("m.png", {77, 10})};
  EXPECT_THAT(refusal(), AllOf(HasSubstr("prompt 4, field \"mask\""), HasSubstr("m.png is 77x10")));
}

TEST_F(ReadInitialInputs, TakesAMaskOfThePicturesAspect) {
  for (const Extent size : {Extent{128, 192}, Extent{256, 384}, Extent{67, 100}, Extent{2, 3}}) {
    job_.init.mask = picture("m.png", size);
    EXPECT_EQ(refusal(), "") << size.rows << " x " << size.cols;
  }
  job_.init.image = picture("x.png", {64, 320});
  job_.init.mask = picture("m.png", {32, 160});
  EXPECT_EQ(refusal(), "");
}

TEST_F(ReadInitialInputs, RefusesAMaskOfAnotherAspect) {
  job_.init.mask = picture("m.png", {77, 10});
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("init.mask"), HasSubstr("m.png is 77x10"), HasSubstr("128x192")));
}

TEST_F(ReadInitialInputs, StretchesItWithAWarningInOfficialMode) {
  job_.init.mask = picture("m.png", {77, 10});
  job_.method.mode = JobConfig::Mode::Official;
  EXPECT_THAT(read_initial_inputs(job_).warnings, ElementsAre(HasSubstr("stretched")));
  job_.init.mask = picture("n.png", {64, 96});
  EXPECT_THAT(read_initial_inputs(job_).warnings, IsEmpty());
}

}  // namespace
}  // namespace tessera::launch

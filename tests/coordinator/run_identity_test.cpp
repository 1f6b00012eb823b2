#include "coordinator/run_identity.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "coordinator/picture_version.h"
#include "storage/content_digest.h"
#include "storage/storage_error.h"
#include "tests/coordinator/sample_job.h"

namespace tessera::coordinator {
namespace {

using Json = nlohmann::json;
using Texts = std::vector<std::string>;

TEST(RunIdentity, HoldsTheProgramsPartAndItsOwnDigest) {
  const RunIdentity identity = run_identity(sample_job(), {});
  const Json keys = Json::parse(identity.keys);
  EXPECT_EQ(keys["seed"], 123);
  EXPECT_EQ(keys["picture_version"], kPictureVersion);
  EXPECT_EQ(keys["rng_scheme"], "philox4x32-10/1");
  EXPECT_EQ(identity.hash, storage::digest_of_text(identity.keys));
}

TEST(RunIdentity, ChangesWithEveryKeyThatChangesPicturesAndWithNoOther) {
  const std::string hash = run_identity(sample_job(), {}).hash;
  configs::JobConfig harmless = sample_job();
  harmless.output.pattern = "other/{index}";
  harmless.checkpoint.every = {{}, 3};
  harmless.checkpoint.keep = 7;
  EXPECT_EQ(run_identity(harmless, {}).hash, hash);
  configs::JobConfig seed = sample_job();
  seed.seed = 124;
  EXPECT_NE(run_identity(seed, {}).hash, hash);
  configs::JobConfig steps = sample_job();
  steps.sampling.steps = 21;
  EXPECT_NE(run_identity(steps, {}).hash, hash);
  configs::JobConfig prompt = sample_job();
  prompt.prompts[0].text = "a lighthouse at night";
  EXPECT_NE(run_identity(prompt, {}).hash, hash);
}

TEST(RunIdentity, KnowsFilesByContentAndNotByPlace) {
  const std::string a(64, 'a');
  const std::string b(64, 'b');
  configs::JobConfig moved = sample_job();
  moved.model.path = "another/place";
  const RunIdentity here = run_identity(sample_job(), {{"model.path", "model", a}});
  EXPECT_EQ(run_identity(moved, {{"model.path", "place", a}}).keys, here.keys);
  const RunIdentity other = run_identity(sample_job(), {{"model.path", "model", b}});
  EXPECT_EQ(identity_differences(here.keys, other.keys),
            Texts{"model.path: \"SHA-256 " + a + "\" here, \"SHA-256 " + b + "\" there"});
}

TEST(RunIdentity, KnowsTheImagesOfSingleItemsByContent) {
  const std::string a(64, 'a');
  const std::string b(64, 'b');
  const auto identity = [](const std::string& folder, const std::string& first,
                           const std::string& second) {
    configs::JobConfig job = sample_job();
    job.prompts.push_back(job.prompts[0]);
    job.prompts[0].image = folder + "/1.png";
    job.prompts[1].image = folder + "/2.png";
    return run_identity(job, {{"init.image", "1.png", first, folder + "/1.png"},
                              {"init.image", "2.png", second, folder + "/2.png"}});
  };
  EXPECT_EQ(identity("in", a, b).keys, identity("elsewhere", a, b).keys);
  EXPECT_NE(identity("in", a, b).hash, identity("in", b, a).hash) << "swapped";
  EXPECT_NE(identity("in", a, b).hash, identity("in", a, a).hash);
}

TEST(IdentityDifferences, AreEmptyForEqualKeysInAnyOrder) {
  EXPECT_TRUE(identity_differences(R"({"a": 1, "b": [2, 3]})", R"({"b":[2,3],"a":1})").empty());
}

TEST(IdentityDifferences, NameEveryKeyWithBothValues) {
  EXPECT_EQ(identity_differences(R"({"a": 1, "b": "x", "c": 3})", R"({"a": 2, "b": "x", "d": []})"),
            (Texts{"a: 1 here, 2 there", "c: 3 here, nothing there", "d: nothing here, [] there"}));
}

TEST(IdentityDifferences, CutLongValues) {
  const std::string here = Json{{"prompts", std::string(1000, 'p')}}.dump();
  const Texts differences = identity_differences(here, "{}");
  ASSERT_EQ(differences.size(), 1u);
  EXPECT_LT(differences[0].size(), 300u);
  EXPECT_TRUE(differences[0].ends_with("... here, nothing there"));
}

TEST(IdentityDifferences, RefuseWhatIsNoObject) {
  for (const char* text : {"", "[1]", "{\"a\":", "null"}) {
    EXPECT_THROW(identity_differences("{}", text), storage::DataError) << text;
  }
}

}  // namespace
}  // namespace tessera::coordinator

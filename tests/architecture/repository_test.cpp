#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/architecture/rules.h"

namespace tessera::architecture {
namespace {

const SourceTree& repository() {
  static const SourceTree tree = read_source_tree(TESSERA_SOURCE_DIR);
  return tree;
}

void expect_clean(const Violations& violations) {
  EXPECT_TRUE(violations.empty()) << to_text(violations);
}

TEST(Repository, IsRead) {
  for (const auto& [room, policy] : rooms()) {
    EXPECT_TRUE(
        std::any_of(repository().files.begin(), repository().files.end(),
                    [&, &room = room](const auto& file) { return file.second.folder() == room; }))
        << room;
  }
}

TEST(Repository, IncludesAlongTheTable) { expect_clean(check_room_edges(repository())); }
TEST(Repository, HasNoCircles) { expect_clean(check_cycles(repository())); }
TEST(Repository, KeepsTorchInItsRooms) { expect_clean(check_torch(repository())); }
TEST(Repository, ShowsNoThirdParty) { expect_clean(check_public_headers(repository())); }
TEST(Repository, HasShortFiles) { expect_clean(check_lengths(repository(), length_waivers())); }
TEST(Repository, TestsEverySource) {
  expect_clean(check_tests_exist(repository(), missing_test_waivers()));
}
TEST(Repository, BuildsEverySource) { expect_clean(check_sources_are_built(repository())); }
TEST(Repository, NamesThingsByWhatTheyHold) { expect_clean(check_names(repository())); }
TEST(Repository, HasCompleteHeaders) { expect_clean(check_headers_and_namespaces(repository())); }
TEST(Repository, ReadsTheEnvironmentInOnePlace) { expect_clean(check_environment(repository())); }
TEST(Repository, EndsTheProcessInTwoPlaces) { expect_clean(check_process_exits(repository())); }
TEST(Repository, ChoosesBackendsInTheirPlaces) {
  expect_clean(check_backend_conditionals(repository()));
}

TEST(Repository, HasNoStaleWaivers) {
  for (const Waivers* waivers :
       {&length_waivers(), &missing_test_waivers(), &public_header_waivers()}) {
    expect_clean(check_waivers(repository(), *waivers));
  }
}

}  // namespace
}  // namespace tessera::architecture

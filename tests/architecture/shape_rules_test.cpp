#include <gtest/gtest.h>

#include <string>

#include "tests/architecture/expect_rule.h"

namespace tessera::architecture {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

SourceTree tree_of_lines(const std::string& path, std::size_t lines) {
  return make_source_tree({{path, std::string(lines, '\n')}});
}

TEST(Lengths, AreAllowedUpToTheLimit) {
  EXPECT_THAT(check_lengths(tree_of_lines("comm/a.h", 150), {}), IsEmpty());
  EXPECT_THAT(check_lengths(tree_of_lines("comm/a.cpp", 300), {}), IsEmpty());
}

TEST(Lengths, BeyondTheLimitAreRejected) {
  EXPECT_THAT(check_lengths(tree_of_lines("comm/a.h", 151), {}),
              ElementsAre(IsAt("comm/a.h", "151 lines")));
  EXPECT_THAT(check_lengths(tree_of_lines("tests/comm/a_test.cpp", 301), {}),
              ElementsAre(IsAt("tests/comm/a_test.cpp", "301 lines")));
}

TEST(Lengths, OfFunctionsAreLimitedToo) {
  const auto function = [](std::size_t lines) {
    return "void f() {" + std::string(lines - 1, '\n') + "}\n";
  };
  EXPECT_THAT(check_lengths(make_source_tree({{"comm/a.cpp", function(60)}}), {}), IsEmpty());
  EXPECT_THAT(check_lengths(make_source_tree({{"comm/a.cpp", function(61)}}), {}),
              ElementsAre(IsAt("comm/a.cpp", "void f() has 61 lines")));
}

TEST(Lengths, BeyondTheLimitAreAllowedByAWaiver) {
  EXPECT_THAT(check_lengths(tree_of_lines("comm/a.h", 151), {{"comm/a.h", "A table."}}), IsEmpty());
}

TEST(TestsExist, InTheRoomsFolderOrUnderMpi) {
  for (const char* test :
       {"tests/worker/spatial/a_test.cpp", "tests/worker/a_test.cpp", "tests/mpi/a_test.cpp"}) {
    EXPECT_THAT(check_tests_exist(make_source_tree({{"worker/spatial/a.cpp", ""}, {test, ""}}), {}),
                IsEmpty());
  }
}

TEST(TestsExist, OrTheSourceIsNamed) {
  const SourceTree tree =
      make_source_tree({{"comm/a.cpp", ""}, {"comm/b.h", ""}, {"tests/model/a_test.cpp", ""}});
  EXPECT_THAT(check_tests_exist(tree, {}),
              ElementsAre(IsAt("comm/a.cpp", "tests/comm/a_test.cpp")));
  EXPECT_THAT(check_tests_exist(tree, {{"comm/a.cpp", "Why."}}), IsEmpty());
}

TEST(SourcesAreBuilt, ByAListInTheirFolderOrAbove) {
  EXPECT_THAT(
      check_sources_are_built(make_source_tree(
          {{"model/unet/a.cpp", ""}, {"model/CMakeLists.txt", "room(model SOURCES unet/a.cpp)"}})),
      IsEmpty());
}

TEST(SourcesAreBuilt, ByAListThatIsIncluded) {
  EXPECT_THAT(
      check_sources_are_built(make_source_tree(
          {{"model/a.cpp", ""}, {"model/CMakeLists.txt", ""}, {"model/text.cmake", "a.cpp"}})),
      IsEmpty());
}

TEST(SourcesAreBuilt, OrNamed) {
  EXPECT_THAT(
      check_sources_are_built(make_source_tree(
          {{"comm/a.cpp", ""}, {"comm/CMakeLists.txt", "room(comm SOURCES aa.cpp b_a.cpp)"}})),
      ElementsAre(IsAt("comm/a.cpp", "in no CMakeLists.txt")));
}

TEST(Names, OfHomelessThingsAreRejected) {
  for (const char* path : {"comm/utils.h", "comm/string_util.cpp", "model/common/a.h",
                           "tests/helpers/a.h", "core/a.h", "worker/base/a.h"}) {
    EXPECT_THAT(check_names(make_source_tree({{path, ""}})),
                ElementsAre(IsAt(path, "missing noun")));
  }
}

TEST(Names, ThatOnlyContainSuchAWordAreNot) {
  for (const char* path : {"comm/utilisation.h", "comm/base_size.h", "model/core.h"}) {
    EXPECT_THAT(check_names(make_source_tree({{path, ""}})), IsEmpty()) << path;
  }
}

TEST(HeadersAndNamespaces, AreComplete) {
  EXPECT_THAT(check_headers_and_namespaces(tree_of("comm/a.h", "")), IsEmpty());
}

TEST(HeadersAndNamespaces, MissAGuardOrANamespace) {
  EXPECT_THAT(check_headers_and_namespaces(make_source_tree({{"tests/comm/a.h", "int a;"}})),
              ElementsAre(IsAt("tests/comm/a.h", "#pragma once")));
  EXPECT_THAT(check_headers_and_namespaces(tree_of("comm/a.h", "using namespace std;")),
              ElementsAre(IsAt("comm/a.h", "imports a namespace")));
  EXPECT_THAT(check_headers_and_namespaces(make_source_tree({{"comm/a.cpp", "namespace x {}"}})),
              ElementsAre(IsAt("comm/a.cpp", "tessera::comm")));
}

TEST(Waivers, NameAFileAndAReason) {
  const SourceTree tree = make_source_tree({{"comm/a.h", ""}});
  EXPECT_THAT(check_waivers(tree, {{"comm/a.h", "It is one table, read as a whole."}}), IsEmpty());
  EXPECT_THAT(check_waivers(tree, {{"comm/a.h", ""}}), ElementsAre(IsAt("comm/a.h", "reason")));
  EXPECT_THAT(check_waivers(tree, {{"comm/b.h", "It is one table, read as a whole."}}),
              ElementsAre(IsAt("comm/b.h", "not in the tree")));
}

}  // namespace
}  // namespace tessera::architecture

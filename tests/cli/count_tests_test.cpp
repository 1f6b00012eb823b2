// launch/count_tests: every test counts once, whatever became of the process that ran it.
#include <gmock/gmock.h>

#include "tests/cli/child_process.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string entry(const std::string& name, const std::string& status,
                  const std::string& inside = {}) {
  return "\t<testcase name=\"" + name + "\" classname=\"" + name + "\" time=\"0.1\" status=\"" +
         status + "\">\n" + inside + "\t</testcase>\n";
}

std::string skipped(const std::string& reason) {
  return "\t\t<skipped message=\"" + reason + "\"/>\n";
}

std::string report_of(int tests, int failures, int skipped) {
  return "<?xml version=\"1.0\"?>\n<testsuites tests=\"" + std::to_string(tests) +
         "\" failures=\"" + std::to_string(failures) + "\" disabled=\"0\" time=\"1\">\n" +
         "  <testsuite name=\"Strip\" tests=\"" + std::to_string(tests) +
         "\" disabled=\"0\" skipped=\"" + std::to_string(skipped) +
         "\">\n  </testsuite>\n</testsuites>\n";
}

/// A build folder in which CTest has run some entries; room.Strip holds seven tests.
class CountTests : public testing::Test {
 protected:
  CountTests() {
    folder_.put("test_cases/test_room.cases", "room.Strip\t7\t" + report_path() + "\n");
  }

  std::string report_path() const { return (folder_ / "test_reports/room.Strip.xml").string(); }
  void put_report(const std::string& text) { folder_.put("test_reports/room.Strip.xml", text); }

  Ended count(const std::string& entries) {
    folder_.put("junit.xml",
                "<?xml version=\"1.0\"?>\n<testsuite name=\"t\"\n\ttests=\"9\"\n\t>\n" + entries +
                    "</testsuite>\n");
    return run_child({TESSERA_SOURCE_DIR "/launch/count_tests", (folder_ / "").string(),
                      (folder_ / "junit.xml").string()});
  }

  storage::TemporaryFolder folder_;
};

TEST_F(CountTests, CountsTheCasesOfASuite) {
  put_report(report_of(7, 0, 1));
  const Ended ended = count(entry("room.Strip", "run") + entry("mpi3.group", "run"));
  EXPECT_EQ(ended.out, "7 0 1\n");
  EXPECT_THAT(ended.err, IsEmpty());
}

TEST_F(CountTests, CountsTheFailuresOfASuite) {
  put_report(report_of(7, 2, 0));
  EXPECT_EQ(count(entry("room.Strip", "fail")).out, "5 2 0\n");
}

TEST_F(CountTests, CountsEveryCaseOfASuiteWithoutAReportAsFailed) {
  const Ended ended = count(entry("room.Strip", "fail"));
  EXPECT_EQ(ended.out, "0 7 0\n");
  EXPECT_THAT(ended.err, HasSubstr("room.Strip left no report"));
}

TEST_F(CountTests, TakesAReportThatIsCutShortForNone) {
  const std::string whole = report_of(7, 0, 0);
  put_report(whole.substr(0, whole.find("</testsuites>")));
  EXPECT_EQ(count(entry("room.Strip", "fail")).out, "0 7 0\n");
}

TEST_F(CountTests, CountsCasesThatAReportLacksAsFailed) {
  put_report(report_of(4, 0, 0));
  const Ended ended = count(entry("room.Strip", "run"));
  EXPECT_EQ(ended.out, "4 3 0\n");
  EXPECT_THAT(ended.err, HasSubstr("reports 4 of 7 tests"));
}

TEST_F(CountTests, CountsAnEndThatFailsAfterTheLastTest) {
  put_report(report_of(7, 0, 0));
  const Ended ended = count(entry("room.Strip", "fail"));
  EXPECT_EQ(ended.out, "7 1 0\n");
  EXPECT_THAT(ended.err, HasSubstr("failed after its last test"));
}

TEST_F(CountTests, CountsAnEntryOfOneTestByItsStatus) {
  EXPECT_EQ(count(entry("mpi2.group", "run") + entry("mpi3.group", "fail") +
                  entry("mpi4.group", "disabled") +
                  entry("mpi5.group", "notrun", skipped("SKIP_RETURN_CODE=77")))
                .out,
            "1 1 2\n");
}

TEST_F(CountTests, CountsAnEntryThatCannotStartAsFailed) {
  const Ended ended =
      count(entry("model.not_built", "notrun", skipped("Unable to find executable")));
  EXPECT_EQ(ended.out, "0 1 0\n");
  EXPECT_THAT(ended.err, HasSubstr("model.not_built could not be started"));
}

}  // namespace
}  // namespace tessera::cli

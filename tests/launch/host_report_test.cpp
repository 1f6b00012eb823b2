#include "launch/host_report.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>

#include "tests/support/run_ranks.h"

namespace tessera::launch {
namespace {

using ::testing::HasSubstr;

HostReport report(const std::string& host, int cores, int threads, double clock_seconds = 0) {
  HostReport report;
  std::copy(host.begin(), host.end(), report.host.begin());
  report.usable_cores = cores;
  report.threads = threads;
  report.memory_bytes = 3LL << 30;
  report.clock_ns = static_cast<std::int64_t>(clock_seconds * 1e9);
  return report;
}

TEST(HostReport, OneLineForEachHost) {
  const auto findings = host_findings({report("a", 4, 2), report("b", 4, 4), report("a", 4, 2)});
  ASSERT_EQ(findings.size(), 3U);
  EXPECT_EQ(findings[0].text, "host a: 2 ranks, 4 threads on 4 usable cores, 3.0 GiB available");
  EXPECT_THAT(findings[1].text, HasSubstr("host b: 1 ranks"));
  EXPECT_THAT(findings[2].text, HasSubstr("clocks"));
  for (const Finding& finding : findings) EXPECT_EQ(finding.level, Finding::Level::Ok);
}

TEST(HostReport, WarnsOfMoreThreadsThanCores) {
  const auto findings = host_findings({report("a", 2, 4)});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].level, Finding::Level::Warn);
  EXPECT_THAT(findings[0].text, HasSubstr("distributed.cpu_threads"));
}

TEST(HostReport, RanksThatAreBoundSeeTheirOwnCoresOnly) {
  std::vector<HostReport> reports{report("a", 2, 2), report("a", 2, 2)};
  EXPECT_EQ(host_findings(reports)[0].level, Finding::Level::Warn);
  for (HostReport& each : reports) each.bound = 1;
  EXPECT_EQ(host_findings(reports)[0].level, Finding::Level::Ok);
  EXPECT_THAT(host_findings(reports)[0].text, HasSubstr("4 threads on 4 usable cores"));
}

TEST(HostReport, WarnsOfClocksThatDisagree) {
  const auto findings = host_findings({report("a", 1, 1, 100), report("b", 1, 1, 102.5)});
  EXPECT_EQ(findings[2].level, Finding::Level::Warn);
  EXPECT_THAT(findings[2].text, HasSubstr("within 2.500 s (a and b)"));
}

TEST(HostReport, EveryRankLearnsAboutAll) {
  tessera::testing::run_ranks(3, [](comm::Communicator& world) {
    const auto reports = gather_host_reports(world);
    EXPECT_EQ(reports.size(), 3U);
    for (const HostReport& each : reports) {
      EXPECT_STREQ(each.host.data(), reports.front().host.data());
      EXPECT_GT(each.clock_ns, 0);
    }
  });
}

}  // namespace
}  // namespace tessera::launch

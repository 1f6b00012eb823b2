// The same as killed_job_test.cpp as often as asked, by default for about an hour.
#include <gtest/gtest.h>

#include <random>

#include "tests/crash/kill_and_resume.h"

namespace tessera::crash {
namespace {

TEST(ManyKilledDemoJobs, AreResumedToThePicturesOfAnUninterruptedOne) {
  kill_and_resume_jobs(static_cast<int>(number_from("SOAK_RUNS", 200)),
                       number_from("SOAK_SEED", std::random_device()()));
}

}  // namespace
}  // namespace tessera::crash

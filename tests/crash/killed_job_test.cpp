#include <gtest/gtest.h>

#include <random>

#include "tests/crash/kill_and_resume.h"

namespace tessera::crash {
namespace {

TEST(AKilledDemoJob, IsResumedToThePicturesOfAnUninterruptedOne) {
  kill_and_resume_jobs(8, number_from("SOAK_SEED", std::random_device()()));
}

}  // namespace
}  // namespace tessera::crash

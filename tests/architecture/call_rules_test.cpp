#include <gtest/gtest.h>

#include "tests/architecture/expect_rule.h"

namespace tessera::architecture {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Environment, IsReadInItsPlace) {
  EXPECT_THAT(check_environment(tree_of("launch/environment.cpp", "auto a = std::getenv(name);")),
              IsEmpty());
  EXPECT_THAT(check_environment(tree_of("tests/comm/a.cpp", "setenv(name, value, 1);")), IsEmpty());
}

TEST(Environment, IsReadNowhereElse) {
  for (const char* call : {"auto a = getenv(name);", "auto a = std::getenv (name);",
                           "return ::getenv(name);", "f(secure_getenv(name));"}) {
    EXPECT_THAT(check_environment(tree_of("worker/a.cpp", call)),
                ElementsAre(IsAt("worker/a.cpp", "outside launch/environment.cpp")))
        << call;
  }
}

TEST(ProcessExits, HappenInLaunchAndTheWatchdog) {
  EXPECT_THAT(check_process_exits(tree_of("launch/main.cpp", "std::exit(2);")), IsEmpty());
  EXPECT_THAT(check_process_exits(tree_of("comm/watchdog.cpp", "MPI_Abort(world, 69);")),
              IsEmpty());
}

TEST(ProcessExits, HappenNowhereElse) {
  for (const char* call : {"std::exit(2);", "{ exit(1); }", "::abort();", "if (x) MPI_Abort(w, 1);",
                           "_exit(1);", "return std::abort();"}) {
    EXPECT_THAT(check_process_exits(tree_of("worker/a.cpp", std::string("; ") + call)),
                ElementsAre(IsAt("worker/a.cpp", "is called outside")))
        << call;
  }
}

TEST(ProcessExits, AreNotTakenForMembersOrWords) {
  for (const char* code :
       {"hub.abort();", "hub->abort();", "void abort();", "Hub::abort();", "on_exit(f);",
        "// exit(1)", "say(\"exit(1)\");", "int exit_code = 1;"}) {
    EXPECT_THAT(check_process_exits(tree_of("comm/a.cpp", code)), IsEmpty()) << code;
  }
}

TEST(BackendConditionals, StandInTheirPlaces) {
  EXPECT_THAT(check_backend_conditionals(
                  tree_of("comm/communicator_factory.cpp", "#ifdef TESSERA_HAVE_NCCL\n#endif")),
              IsEmpty());
  EXPECT_THAT(check_backend_conditionals(tree_of("comm/a.cpp", "#ifdef NDEBUG\n#endif")),
              IsEmpty());
}

TEST(BackendConditionals, StandNowhereElse) {
  for (const char* code : {"#ifdef TESSERA_HAVE_NCCL", "# if defined(USE_CUDA)", "#elif OPEN_MPI",
                           "#if TORCH_VERSION_MINOR < 12"}) {
    EXPECT_THAT(check_backend_conditionals(tree_of("worker/a.cpp", code)),
                ElementsAre(IsAt("worker/a.cpp", "tells backends apart")))
        << code;
  }
}

}  // namespace
}  // namespace tessera::architecture

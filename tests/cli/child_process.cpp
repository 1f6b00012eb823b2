#include "tests/cli/child_process.h"

#include <filesystem>

#include "tests/cli/running_child.h"

namespace tessera::cli {

Ended run_child(const std::vector<std::string>& command, const ChildOptions& options) {
  return RunningChild(command, options).wait();
}

std::string tessera_program() {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "tessera").string();
}

Ended run_tessera(int ranks, const std::vector<std::string>& arguments,
                  const ChildOptions& options) {
  return RunningChild::tessera(ranks, arguments, options).wait();
}

}  // namespace tessera::cli

#include "launch/environment.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace tessera::launch {
namespace {

constexpr std::string_view kPrefix = "TESSERA_";
// Read by launch/setup, CMake and the tests, not by the program.
constexpr std::array<std::string_view, 6> kOfTheBuild{"TESSERA_TORCH",    "TESSERA_CUDA",
                                                      "TESSERA_PACKAGES", "TESSERA_TORCH_SPEC",
                                                      "TESSERA_WERROR",   "TESSERA_TESTS"};

std::optional<int> leading_number(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || value < 1) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

std::vector<std::pair<std::string, std::string>> tessera_variables() {
  std::vector<std::pair<std::string, std::string>> found;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (!text.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    const std::string_view name = text.substr(0, equals);
    if (std::find(kOfTheBuild.begin(), kOfTheBuild.end(), name) != kOfTheBuild.end()) continue;
    found.emplace_back(name, text.substr(equals + 1));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::filesystem::path huggingface_home() {
  if (const auto home = variable("HF_HOME")) return *home;
  if (const auto cache = variable("XDG_CACHE_HOME")) {
    return std::filesystem::path(*cache) / "huggingface";
  }
  return std::filesystem::path(variable("HOME").value_or("/")) / ".cache" / "huggingface";
}

int ranks_on_host() {
  for (const char* name :
       {"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "SLURM_NTASKS_PER_NODE"}) {
    if (const auto ranks = leading_number(variable(name))) return *ranks;
  }
  return 1;
}

bool is_bound_to_cores() { return variable("OMPI_MCA_orte_bound_at_launch") == "1"; }

std::optional<int> omp_num_threads() { return leading_number(variable("OMP_NUM_THREADS")); }

bool is_srun_without_pmix() {
  if (!variable("SLURM_PROCID") ||
      leading_number(variable("SLURM_STEP_NUM_TASKS")).value_or(1) < 2) {
    return false;
  }
  return !variable("PMIX_RANK") && !variable("OMPI_COMM_WORLD_SIZE") && !variable("PMI_SIZE");
}

}  // namespace tessera::launch

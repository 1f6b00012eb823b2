#include "launch/environment.h"

#include <gmock/gmock.h>
#include <stdlib.h>

namespace tessera::launch {
namespace {

/// Sets a variable for one test.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const char* value) : name_(name), old_(variable(name)) {
    if (value != nullptr) {
      ::setenv(name, value, 1);
    } else {
      ::unsetenv(name);
    }
  }
  ~ScopedVariable() {
    if (old_) {
      ::setenv(name_, old_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

TEST(Environment, TellsUnsetFromEmpty) {
  const ScopedVariable empty("TESSERA_SEED", "");
  EXPECT_EQ(variable("TESSERA_SEED"), "");
  const ScopedVariable unset("TESSERA_SEED", nullptr);
  EXPECT_FALSE(variable("TESSERA_SEED").has_value());
}

TEST(Environment, ListsItsOwnVariablesButNotThoseOfTheBuild) {
  const ScopedVariable seed("TESSERA_SEED", "5=5");
  const ScopedVariable torch("TESSERA_TORCH", "/x");
  const auto found = tessera_variables();
  EXPECT_THAT(found, testing::Contains(testing::Pair("TESSERA_SEED", "5=5")));
  EXPECT_THAT(found, testing::Not(testing::Contains(testing::Pair("TESSERA_TORCH", "/x"))));
}

TEST(Environment, FindsTheHubCache) {
  const ScopedVariable home("HOME", "/home/a");
  const ScopedVariable cache("XDG_CACHE_HOME", nullptr);
  const ScopedVariable hub("HF_HOME", nullptr);
  EXPECT_EQ(huggingface_home(), "/home/a/.cache/huggingface");
  const ScopedVariable other_cache("XDG_CACHE_HOME", "/c");
  EXPECT_EQ(huggingface_home(), "/c/huggingface");
  const ScopedVariable other_hub("HF_HOME", "/h");
  EXPECT_EQ(huggingface_home(), "/h");
}

TEST(Environment, KnowsTheRanksOfTheHost) {
  const ScopedVariable size("OMPI_COMM_WORLD_LOCAL_SIZE", "3");
  EXPECT_EQ(ranks_on_host(), 3);
}

TEST(Environment, KnowsWhetherTheRankIsBound) {
  const ScopedVariable bound("OMPI_MCA_orte_bound_at_launch", "1");
  EXPECT_TRUE(is_bound_to_cores());
  const ScopedVariable free("OMPI_MCA_orte_bound_at_launch", nullptr);
  EXPECT_FALSE(is_bound_to_cores());
}

TEST(Environment, ReadsTheFirstThreadCount) {
  const ScopedVariable threads("OMP_NUM_THREADS", "4,2");
  EXPECT_EQ(omp_num_threads(), 4);
  const ScopedVariable wrong("OMP_NUM_THREADS", "many");
  EXPECT_FALSE(omp_num_threads().has_value());
}

TEST(Environment, SeesSrunWithoutPmix) {
  const ScopedVariable mpirun("OMPI_COMM_WORLD_SIZE", nullptr);
  const ScopedVariable pmix("PMIX_RANK", nullptr);
  const ScopedVariable pmi("PMI_SIZE", nullptr);
  const ScopedVariable task("SLURM_PROCID", "0");
  const ScopedVariable tasks("SLURM_STEP_NUM_TASKS", "2");
  EXPECT_TRUE(is_srun_without_pmix());
  const ScopedVariable with_pmix("PMIX_RANK", "0");
  EXPECT_FALSE(is_srun_without_pmix());
}

}  // namespace
}  // namespace tessera::launch

#include "tests/support/nccl_shim/faults.h"

#include <mutex>

namespace tessera::testing::nccl_shim {
namespace {

std::mutex faults_mutex;
Faults faults_in_force;

void replace(const Faults& faults) {
  const std::lock_guard lock(faults_mutex);
  faults_in_force = faults;
}

}  // namespace

InjectedFaults::InjectedFaults(const Faults& faults) { replace(faults); }
InjectedFaults::~InjectedFaults() { replace({}); }

Faults current_faults() {
  const std::lock_guard lock(faults_mutex);
  return faults_in_force;
}

}  // namespace tessera::testing::nccl_shim

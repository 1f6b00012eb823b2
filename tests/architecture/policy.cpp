#include "tests/architecture/policy.h"

#include <algorithm>
#include <array>

namespace tessera::architecture {
namespace {

constexpr std::size_t npos = std::string_view::npos;

constexpr std::array<std::string_view, 9> kPosixHeaders = {
    "dirent.h", "fcntl.h",    "poll.h",     "pthread.h",  "sched.h",
    "unistd.h", "sys/file.h", "sys/mman.h", "sys/stat.h",
};

}  // namespace

const std::map<std::string, RoomPolicy, std::less<>>& rooms() {
  static const std::map<std::string, RoomPolicy, std::less<>> table = {
      {"partition", {{}, false}},
      {"configs", {{"partition"}, false}},
      {"comm", {{}, false}},
      {"storage", {{"partition"}, false}},
      {"fusion", {{"partition"}, true}},
      {"model", {{"fusion", "storage", "partition"}, true}},
      {"worker", {{"model", "fusion", "storage", "comm", "partition"}, true}},
      {"coordinator", {{"worker", "configs", "storage", "comm", "partition"}, false}},
      {"launch", {{"coordinator", "worker", "configs", "storage", "comm", "partition"}, false}},
  };
  return table;
}

std::vector<std::string> top_folders() {
  std::vector<std::string> folders;
  for (const auto& [name, policy] : rooms()) {
    folders.push_back(name);
  }
  folders.insert(folders.end(), {"tests", "examples", "benchmarks"});
  return folders;
}

const std::set<std::string, std::less<>>& worker_face() {
  static const std::set<std::string, std::less<>> headers = {
      "worker/worker.h",       "worker/command.h",          "worker/outcome.h",
      "worker/stage_plan.h",   "worker/render_task.h",      "worker/kernel_rates.h",
      "worker/flop_count.h",   "worker/model_outline.h",    "worker/device_report.h",
      "worker/failure_code.h", "worker/model_conversion.h", "worker/stage_snapshot.h",
      "worker/timesteps.h",
  };
  return headers;
}

bool may_use_torch(std::string_view path) {
  if (path.starts_with("tests/")) {
    path.remove_prefix(6);
    if (path.starts_with("support/") || path.starts_with("mpi/")) {
      return true;
    }
  } else if (path.starts_with("examples/") || path.starts_with("benchmarks/")) {
    return true;
  }
  const auto room = rooms().find(path.substr(0, path.find('/')));
  return room != rooms().end() && room->second.uses_torch;
}

bool torch_header_may_be_public(std::string_view spelling) {
  return spelling == "ATen/core/Tensor.h" || spelling == "c10/core/ScalarType.h";
}

bool is_system_header(std::string_view spelling) {
  // Headers of the standard library have neither a folder nor an ending.
  return spelling.find_first_of("/.") == npos ||
         std::find(kPosixHeaders.begin(), kPosixHeaders.end(), spelling) != kPosixHeaders.end();
}

const Waivers& length_waivers() {
  static const Waivers waivers = {};
  return waivers;
}

const Waivers& missing_test_waivers() {
  static const Waivers waivers = {
      {"launch/main.cpp", "It holds main() alone; tests/cli runs it."},
  };
  return waivers;
}

const Waivers& public_header_waivers() {
  static const Waivers waivers = {
      {"comm/nccl_handle.h", "It owns handles of NCCL and CUDA; NCCL sources alone include it."},
      {"storage/h5_handle.h", "It owns handles of HDF5; sources alone include it."},
  };
  return waivers;
}

const Waivers& process_exit_places() {
  static const Waivers places = {
      {"launch/", "The composition root decides how the process ends."},
      {"comm/mpi_session.cpp", "It wraps MPI_Abort for launch, which names no MPI."},
      {"comm/watchdog.", "A rank that hangs cannot be joined by an exception."},
  };
  return places;
}

const Waivers& environment_places() {
  static const Waivers places = {
      {"launch/environment.cpp", "Every variable is read and documented in one place."},
  };
  return places;
}

const Waivers& backend_conditional_places() {
  static const Waivers places = {
      {"comm/communicator_factory.cpp", "The transport is chosen once."},
      {"worker/device_cuda.cpp", "It is built only with the CUDA part of LibTorch."},
      {"model/layers/attention_kernel.cpp", "The only place that tests the version of LibTorch."},
  };
  return places;
}

}  // namespace tessera::architecture

#include "launch/start_exchange.h"

#include <cstring>
#include <stdexcept>
#include <type_traits>

namespace tessera::launch {
namespace {

using coordinator::RunStart;
using storage::CheckpointArray;
using worker::StageSnapshot;

/// Appends values as bytes; every rank runs the same program on the same kind of machine.
class Packer {
 public:
  template <typename Value>
  requires std::is_arithmetic_v<Value>
  void value(Value value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }

  template <typename Value>
  void values(const std::vector<Value>& values) {
    value(values.size());
    bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value));
  }

  void array(const CheckpointArray& array) {
    values(array.shape);
    values(array.values);
  }

  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Unpacker {
 public:
  explicit Unpacker(const std::string& bytes) : bytes_(bytes) {}

  template <typename Value>
  requires std::is_arithmetic_v<Value> Value value() {
    Value result;
    copy(&result, sizeof result);
    return result;
  }

  template <typename Value>
  std::vector<Value> values() {
    std::vector<Value> result(value<std::size_t>());
    copy(result.data(), result.size() * sizeof(Value));
    return result;
  }

  CheckpointArray array() {
    CheckpointArray result;
    result.shape = values<std::int64_t>();
    result.values = values<float>();
    return result;
  }

 private:
  void copy(void* to, std::size_t count) {
    if (bytes_.size() - at_ < count) throw std::logic_error("the start of the run came cut short");
    if (count > 0) std::memcpy(to, bytes_.data() + at_, count);
    at_ += count;
  }

  const std::string& bytes_;
  std::size_t at_ = 0;
};

std::string packed(const RunStart& run) {
  Packer packer;
  packer.value(run.start.position.item);
  packer.value(run.start.position.stage);
  packer.value(run.start.position.step);
  packer.values(run.start.lost_stages);
  packer.value(run.snapshots.size());
  for (const StageSnapshot& snapshot : run.snapshots) {
    packer.value(snapshot.item);
    packer.value(snapshot.stage);
    packer.value(snapshot.step);
    packer.array(snapshot.x);
    packer.array(snapshot.z_up);
  }
  return packer.take();
}

RunStart unpacked(const std::string& bytes) {
  Unpacker unpacker(bytes);
  RunStart run;
  run.start.position.item = unpacker.value<int>();
  run.start.position.stage = unpacker.value<int>();
  run.start.position.step = unpacker.value<int>();
  run.start.lost_stages = unpacker.values<int>();
  run.snapshots.resize(unpacker.value<std::size_t>());
  for (StageSnapshot& snapshot : run.snapshots) {
    snapshot.item = unpacker.value<int>();
    snapshot.stage = unpacker.value<int>();
    snapshot.step = unpacker.value<int>();
    snapshot.x = unpacker.array();
    snapshot.z_up = unpacker.array();
  }
  return run;
}

}  // namespace

RunStart share_start(StartupExchange& startup, const std::function<RunStart()>& make) {
  return unpacked(startup.text_of_root([&] { return packed(make()); }));
}

}  // namespace tessera::launch

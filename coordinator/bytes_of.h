#pragma once

#include <cstddef>
#include <type_traits>
#include <vector>

#include "comm/memory_span.h"

namespace tessera::coordinator {

/// The bytes of a record that travels between ranks of one build.
template <typename Record>
requires std::is_trivially_copyable_v<Record> comm::ConstMemorySpan bytes_of(const Record& record) {
  return {reinterpret_cast<const std::byte*>(&record), sizeof(Record)};
}

template <typename Record>
requires std::is_trivially_copyable_v<Record> comm::MemorySpan writable_bytes_of(Record& record) {
  return {reinterpret_cast<std::byte*>(&record), sizeof(Record)};
}

template <typename Record>
requires std::is_trivially_copyable_v<Record> comm::MemorySpan writable_bytes_of(
    std::vector<Record>& records) {
  return {reinterpret_cast<std::byte*>(records.data()), records.size() * sizeof(Record)};
}

}  // namespace tessera::coordinator

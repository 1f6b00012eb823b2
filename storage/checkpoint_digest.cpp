#include "storage/checkpoint_digest.h"

#include <variant>

#include "storage/content_digest.h"

namespace tessera::storage {
namespace {

std::string value_text(const std::variant<std::int64_t, std::uint64_t, std::string>& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return std::to_string(*number);
  return std::get<std::string>(value);
}

std::string delimited(std::string_view text) {
  return std::to_string(text.size()) + ":" + std::string(text);
}

}  // namespace

std::string checkpoint_digest(const CheckpointLayout& layout) {
  ContentDigest digest;
  for (const TensorView& dataset : layout.datasets()) digest.add(dataset);
  for (const CheckpointAttribute& attribute : layout.attributes()) {
    digest.add(delimited(attribute.group) + delimited(attribute.name) +
               delimited(value_text(attribute.value)));
  }
  return digest.hex();
}

}  // namespace tessera::storage

#include "storage/safetensors_writer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "storage/atomic_file.h"
#include "storage/safetensors_header.h"

namespace tessera::storage {
namespace {

std::vector<const TensorView*> file_order(std::span<const TensorView> tensors) {
  std::vector<const TensorView*> order;
  for (const TensorView& tensor : tensors) order.push_back(&tensor);
  std::sort(order.begin(), order.end(), [](const TensorView* a, const TensorView* b) {
    const auto key = [](const TensorView* t) {
      return std::tuple(-static_cast<std::int64_t>(dtype_bytes(t->dtype)),
                        std::string_view(t->name));
    };
    return key(a) < key(b);
  });
  return order;
}

void check(const TensorView& tensor, const std::filesystem::path& path) {
  const std::optional<std::uint64_t> expected = tensor_bytes(tensor.shape, tensor.dtype);
  if (!expected || *expected != tensor.bytes.size()) {
    throw std::invalid_argument(tensor_message(path, tensor.name,
                                               "is " + std::string(dtype_name(tensor.dtype)) + " " +
                                                   shape_text(tensor.shape) + " but has " +
                                                   std::to_string(tensor.bytes.size()) + " bytes"));
  }
}

std::string header_text(const std::vector<const TensorView*>& order,
                        const std::map<std::string, std::string>& metadata,
                        const std::filesystem::path& path) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::map<std::string_view, int> count = {{"__metadata__", 1}};
  std::uint64_t offset = 0;
  for (const TensorView* tensor : order) {
    check(*tensor, path);
    if (++count[tensor->name] > 1) {
      throw std::invalid_argument(
          tensor_message(path, tensor->name, "is given twice, or its name is reserved"));
    }
    const std::uint64_t end = offset + tensor->bytes.size();
    nlohmann::ordered_json entry;
    entry["dtype"] = dtype_name(tensor->dtype);
    entry["shape"] = tensor->shape;
    entry["data_offsets"] = {offset, end};
    header.push_back({tensor->name, std::move(entry)});
    offset = end;
  }
  try {
    return header.dump();
  } catch (const nlohmann::json::type_error& error) {
    throw std::invalid_argument(path.string() +
                                ": a name or metadata text is not UTF-8: " + error.what());
  }
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata) {
  const std::vector<const TensorView*> order = file_order(tensors);
  std::string header = header_text(order, metadata, path);
  header.resize((header.size() + 7) / 8 * 8, ' ');
  std::array<std::byte, 8> length;
  for (std::size_t i = 0; i < length.size(); ++i) {
    length[i] = static_cast<std::byte>(header.size() >> (8 * i) & 0xff);
  }
  AtomicFile file(path);
  file.write(length);
  file.write(header);
  for (const TensorView* tensor : order) file.write(tensor->bytes);
  file.commit();
}

}  // namespace tessera::storage

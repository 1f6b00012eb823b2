#include "storage/safetensors_writer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "storage/atomic_file.h"
#include "storage/safetensors_header.h"

namespace tessera::storage {
namespace {

/// Indices of `forms` as the tensors lie in the file.
std::vector<std::size_t> file_order(std::span<const TensorForm> forms) {
  std::vector<std::size_t> order(forms.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto key = [&](std::size_t index) {
      const TensorForm& form = forms[index];
      return std::tuple(-static_cast<std::int64_t>(dtype_bytes(form.dtype)),
                        std::string_view(form.name));
    };
    return key(a) < key(b);
  });
  return order;
}

std::uint64_t bytes_of_form(const TensorForm& form, const std::filesystem::path& path) {
  const std::optional<std::uint64_t> bytes = tensor_bytes(form.shape, form.dtype);
  if (!bytes) {
    throw std::invalid_argument(tensor_message(
        path, form.name, "is " + shape_text(form.shape) + ", more bytes than can be counted"));
  }
  return *bytes;
}

std::string header_text(std::span<const TensorForm> forms, const std::vector<std::size_t>& order,
                        const std::map<std::string, std::string>& metadata,
                        const std::filesystem::path& path) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::map<std::string_view, int> count = {{"__metadata__", 1}};
  std::uint64_t offset = 0;
  for (const std::size_t index : order) {
    const TensorForm& form = forms[index];
    if (++count[form.name] > 1) {
      throw std::invalid_argument(
          tensor_message(path, form.name, "is given twice, or its name is reserved"));
    }
    const std::uint64_t end = offset + bytes_of_form(form, path);
    nlohmann::ordered_json entry;
    entry["dtype"] = dtype_name(form.dtype);
    entry["shape"] = form.shape;
    entry["data_offsets"] = {offset, end};
    header.push_back({form.name, std::move(entry)});
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

void write_safetensors(const std::filesystem::path& path, std::span<const TensorForm> forms,
                       const TensorBytes& bytes_of,
                       const std::map<std::string, std::string>& metadata) {
  const std::vector<std::size_t> order = file_order(forms);
  std::string header = header_text(forms, order, metadata, path);
  header.resize((header.size() + 7) / 8 * 8, ' ');
  std::array<std::byte, 8> length;
  for (std::size_t i = 0; i < length.size(); ++i) {
    length[i] = static_cast<std::byte>(header.size() >> (8 * i) & 0xff);
  }
  AtomicFile file(path);
  file.write(length);
  file.write(header);
  for (const std::size_t index : order) {
    const TensorForm& form = forms[index];
    const std::span<const std::byte> bytes = bytes_of(index);
    if (bytes.size() != bytes_of_form(form, path)) {
      throw std::invalid_argument(tensor_message(path, form.name,
                                                 "is " + std::string(dtype_name(form.dtype)) + " " +
                                                     shape_text(form.shape) + " but has " +
                                                     std::to_string(bytes.size()) + " bytes"));
    }
    file.write(bytes);
  }
  file.commit();
}

void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::vector<TensorForm> forms;
  for (const TensorView& tensor : tensors) {
    forms.push_back({tensor.name, tensor.dtype, tensor.shape});
  }
  write_safetensors(
      path, forms, [&](std::size_t index) { return tensors[index].bytes; }, metadata);
}

}  // namespace tessera::storage

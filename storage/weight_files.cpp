#include "storage/weight_files.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "storage/storage_error.h"
#include "storage/text_file.h"

namespace tessera::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".safetensors";
constexpr std::string_view kIndexMark = ".safetensors.index.";

struct Found {
  fs::path path;
  bool is_index = false;
};

std::optional<Found> find_variant(const fs::path& component, const std::string& base,
                                  const std::string& variant) {
  const std::string dotted = variant.empty() ? "" : "." + variant;
  const std::string plain = base + std::string(kSuffix);
  const std::vector<Found> candidates = {
      {component / (base + dotted + std::string(kSuffix)), false},
      {component / (plain + ".index" + dotted + ".json"), true},
      {component / (base + dotted + std::string(kSuffix) + ".index.json"), true}};
  std::error_code ignored;
  for (const Found& candidate : candidates) {
    if (fs::exists(candidate.path, ignored)) return candidate;
  }
  return std::nullopt;
}

/// The variant in BASE.VARIANT.safetensors or in one of the two spellings of its index.
std::string variant_of(std::string_view file, std::string_view base) {
  if (!file.starts_with(base)) return {};
  std::string_view rest = file.substr(base.size());
  if (rest.starts_with(kIndexMark) && rest.ends_with(".json")) {
    rest.remove_prefix(kIndexMark.size() - 1);
    rest.remove_suffix(std::string_view(".json").size());
  } else if (rest.ends_with(".safetensors.index.json")) {
    rest.remove_suffix(std::string_view(".safetensors.index.json").size());
  } else if (rest.ends_with(kSuffix) && rest.find("-of-") == std::string_view::npos) {
    rest.remove_suffix(kSuffix.size());
  } else {
    return {};
  }
  return rest.size() > 1 && rest.front() == '.' ? std::string(rest.substr(1)) : std::string();
}

struct FolderContent {
  std::set<std::string> variants;
  std::string pickle;  ///< the name of a .bin or .ckpt file, if there is one
};

FolderContent look_into(const fs::path& component, const std::string& base) {
  FolderContent content;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(component, ignored)) {
    const std::string name = entry.path().filename().string();
    const std::string variant = variant_of(name, base);
    if (!variant.empty()) content.variants.insert(variant);
    const std::string extension = entry.path().extension().string();
    if (extension == ".bin" || extension == ".ckpt") content.pickle = name;
  }
  return content;
}

[[noreturn]] void refuse_shard_name(const fs::path& index, const std::string& tensor,
                                    const std::string& value) {
  throw DataError(index.string() + ": tensor \"" + tensor + "\" is said to be in " + value +
                  "; expected the plain name of a file beside the index");
}

/// nlohmann-json keeps the last of two equal keys; an index that has them is damaged.
class DuplicateKeys {
 public:
  explicit DuplicateKeys(const fs::path& index) : index_(index) {}
  bool operator()(int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    if (depth > 8) throw DataError(index_.string() + ": nested too deeply for an index of weights");
    if (event == nlohmann::json::parse_event_t::object_start) keys_.emplace_back();
    if (event == nlohmann::json::parse_event_t::object_end) keys_.pop_back();
    if (event == nlohmann::json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys_.back().insert(key).second) {
        throw DataError(index_.string() + ": \"" + key + "\" appears twice");
      }
    }
    return true;
  }

 private:
  const fs::path& index_;
  std::vector<std::set<std::string>> keys_;
};

nlohmann::json read_index(const fs::path& index) {
  try {
    DuplicateKeys duplicates(index);
    return nlohmann::json::parse(read_text(index), std::ref(duplicates));
  } catch (const nlohmann::json::exception& error) {
    throw DataError(index.string() + ": not JSON: " + error.what());
  }
}

WeightFiles read_shards(const fs::path& index) {
  const nlohmann::json parsed = read_index(index);
  const auto map = parsed.is_object() ? parsed.find("weight_map") : parsed.end();
  if (map == parsed.end() || !map->is_object() || map->empty()) {
    throw DataError(index.string() + ": no \"weight_map\" of tensors and files");
  }
  WeightFiles found;
  found.index = index;
  std::map<std::string, std::string> tensor_of_shard;
  for (const auto& [tensor, value] : map->items()) {
    if (!value.is_string()) refuse_shard_name(index, tensor, value.dump().substr(0, 80));
    const auto& name = value.get_ref<const std::string&>();
    if (name.empty() || name == "." || name == ".." ||
        name.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos) {
      refuse_shard_name(index, tensor, value.dump(-1, ' ', true).substr(0, 200));
    }
    tensor_of_shard.emplace(name, tensor);
    found.file_of_tensor[tensor] = index.parent_path() / name;
  }
  std::error_code ignored;
  for (const auto& [name, tensor] : tensor_of_shard) {
    found.files.push_back(index.parent_path() / name);
    if (!fs::exists(found.files.back(), ignored)) {
      throw MissingFileError(found.files.back().string() + ": no such file, but " +
                             index.filename().string() + " says that it holds tensor \"" + tensor +
                             "\"");
    }
  }
  return found;
}

WeightFiles open_found(const Found& found) {
  if (found.is_index) return read_shards(found.path);
  return {{found.path}, std::nullopt, {}, {}};
}

}  // namespace

const fs::path& WeightFiles::file_for(const std::string& tensor) const {
  const auto found = file_of_tensor.find(tensor);
  if (found != file_of_tensor.end()) return found->second;
  return index.empty() ? files.at(0) : index;
}

WeightFiles weight_files(const fs::path& component, const std::string& base,
                         const std::string& variant) {
  if (const auto found = find_variant(component, base, variant)) return open_found(*found);
  if (const auto found = find_variant(component, base, "")) return open_found(*found);
  const FolderContent content = look_into(component, base);
  for (const std::string& other : content.variants) {
    if (const auto found = find_variant(component, base, other)) {
      WeightFiles files = open_found(*found);
      files.warning = component.string() + ": no weights of " +
                      (variant.empty() ? "the plain form" : "variant \"" + variant + "\"") +
                      ", those of variant \"" + other + "\" are used";
      return files;
    }
  }
  const std::string expected = (component / (base + std::string(kSuffix))).string();
  if (!content.pickle.empty()) {
    throw DataError((component / content.pickle).string() +
                    ": pickled weights can hold code and are not read. Save them as safetensors, " +
                    expected);
  }
  throw MissingFileError(expected + ": no such file, nor any variant or index of it");
}

}  // namespace tessera::storage

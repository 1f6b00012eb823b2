#include "storage/torch_checkpoint.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "storage/pickle_reader.h"
#include "storage/quoted_text.h"
#include "storage/storage_error.h"
#include "storage/zip_archive.h"

namespace tessera::storage {

struct TorchCheckpoint::Contents {
  ZipArchive archive;
  std::string root;  ///< folder of all entries, with its slash
  Form form = Form::Plain;
  std::map<std::string, StridedTensor> tensors;
  std::map<std::string, std::string> facts;
  std::set<std::string> storages;  ///< entries that tensors lie in
};

namespace {

constexpr std::uint64_t kPickleLimitBytes = std::uint64_t{64} << 20;
constexpr std::uint64_t kMostUnpackedShare = 4;  // of the file, since tensors may share storages
constexpr std::string_view kPickleName = "data.pkl";
constexpr std::string_view kDeepSpeedPrefix = "_forward_module.";

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what) {
  throw DataError(path.string() + ": " + what);
}

/// The archive, after a look at the first bytes, which tell what else people name .ckpt.
ZipArchive open_archive(const std::filesystem::path& path) {
  std::array<char, 4> start = {};
  {
    const MappedFile file = MappedFile::open(path);
    const auto bytes = file.bytes();
    for (std::size_t i = 0; i < std::min(bytes.size(), start.size()); ++i) {
      start[i] = static_cast<char>(bytes[i]);
    }
  }
  const std::string_view mark(start.data(), start.size());
  if (mark.starts_with('\x80')) {
    refuse(
        path,
        "a bare pickle, the form of torch before 1.6, which is not read. Load it where you trust "
        "it and save it with a newer torch.save, which makes a zip file.");
  }
  if (mark != "PK\x03\x04") refuse(path, "not a file of torch.save: it does not begin as a zip");
  return ZipArchive::open(path);
}

std::string root_of(const ZipArchive& archive) {
  std::string root;
  int found = 0;
  for (const auto& [name, entry] : archive.entries()) {
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos || name.substr(slash + 1) != kPickleName) continue;
    root = name.substr(0, slash + 1);
    ++found;
  }
  if (found != 1) {
    refuse(archive.path(), "not a file of torch.save: the zip file has " + std::to_string(found) +
                               " entries FOLDER/data.pkl, not one");
  }
  return root;
}

void check_byte_order(const ZipArchive& archive, const std::string& root) {
  const std::string name = root + "byteorder";
  if (!archive.entries().contains(name)) return;  // older files: little-endian
  const std::string order = archive.read(name, 16);
  if (order != "little") {
    refuse(archive.path(), "its numbers are stored in the byte order " + quoted_text(order) +
                               ", little-endian ones are read. Save it again on such a machine.");
  }
}

/// The text of a number or a text; empty for anything else.
std::string fact_text(const PickleValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* number = std::get_if<double>(&value)) return std::to_string(*number);
  return {};
}

/// The dict of tensors, and whether DeepSpeed wrote it.
std::pair<const PickleDict*, TorchCheckpoint::Form> weights_of(const PickleDocument& document,
                                                               const PickleDict& top) {
  using Form = TorchCheckpoint::Form;
  for (const auto& [key, form] :
       {std::pair("state_dict", Form::Plain), std::pair("module", Form::DeepSpeed)}) {
    const std::optional<PickleIndex> found = document.find(top, key);
    if (!found) continue;
    if (const auto* dict = std::get_if<PickleDict>(&document.at(*found))) return {dict, form};
  }
  return {nullptr, Form::Plain};
}

/// Gathers the tensors of a pickle.
class Gathering {
 public:
  Gathering(const PickleDocument& document, TorchCheckpoint::Form form, const ZipArchive& archive,
            const std::string& root)
      : document_(document), form_(form), archive_(archive), root_(root) {}

  void add(PickleIndex key, PickleIndex value) {
    const auto* text = std::get_if<std::string>(&document_.at(key));
    if (text == nullptr) refuse(archive_.path(), "the name of a tensor is not a text");
    std::string name = *text;
    if (form_ == TorchCheckpoint::Form::DeepSpeed) {
      if (!name.starts_with(kDeepSpeedPrefix)) {
        fault(name,
              "has no " + quoted_text(kDeepSpeedPrefix) + " before its name, as DeepSpeed writes");
      }
      name.erase(0, kDeepSpeedPrefix.size());
    }
    const auto* tensor = std::get_if<PickleTensor>(&document_.at(value));
    if (tensor == nullptr) fault(name, "is not a tensor");
    if (!tensors.emplace(name, view(name, *tensor)).second) fault(name, "comes twice");
  }

  std::map<std::string, StridedTensor> tensors;
  std::set<std::string> storages;
  std::uint64_t unpacked_bytes = 0;

 private:
  [[noreturn]] void fault(const std::string& name, const std::string& what) const {
    refuse(archive_.path(), "tensor " + quoted_text(name) + " " + what);
  }

  StridedTensor view(const std::string& name, const PickleTensor& tensor) {
    const PickleStorage& storage = tensor.storage;
    const std::string entry = root_ + "data/" + storage.key;
    const std::span<const std::byte> bytes = archive_.stored(entry);
    const std::size_t element = dtype_bytes(storage.dtype);
    if (bytes.size() % element != 0 || bytes.size() / element != storage.elements) {
      fault(name, "lies in a storage of " + std::to_string(storage.elements) + " " +
                      dtype_name(storage.dtype) + ", but its entry " + quoted_text(entry) +
                      " has " + std::to_string(bytes.size()) + " bytes");
    }
    storages.insert(entry);
    // Not more than its storage, and there are fewer than a million: no overflow.
    unpacked_bytes += tensor_bytes(tensor.shape, storage.dtype).value_or(0);
    return {storage.dtype, tensor.shape, tensor.strides, tensor.offset, bytes};
  }

  const PickleDocument& document_;
  TorchCheckpoint::Form form_;
  const ZipArchive& archive_;
  const std::string& root_;
};

void check_unpacked(const ZipArchive& archive, std::uint64_t unpacked_bytes) {
  const std::uint64_t file_bytes = std::filesystem::file_size(archive.path());
  if (unpacked_bytes / kMostUnpackedShare <= file_bytes) return;
  refuse(archive.path(), "its tensors unpack to " + std::to_string(unpacked_bytes) +
                             " bytes, more than four times its " + std::to_string(file_bytes));
}

}  // namespace

TorchCheckpoint::TorchCheckpoint(std::shared_ptr<const Contents> contents)
    : contents_(std::move(contents)) {}

TorchCheckpoint TorchCheckpoint::open(const std::filesystem::path& path) {
  auto contents = std::make_shared<Contents>(Contents{open_archive(path), {}, {}, {}, {}, {}});
  const ZipArchive& archive = contents->archive;
  contents->root = root_of(archive);
  check_byte_order(archive, contents->root);
  const std::string pickle =
      archive.read(contents->root + std::string(kPickleName), kPickleLimitBytes);
  const PickleDocument document = read_pickle(pickle, path);
  const auto* top = std::get_if<PickleDict>(&document.at(document.root));
  const auto [weights, form] =
      top == nullptr ? std::pair<const PickleDict*, Form>() : weights_of(document, *top);
  if (weights == nullptr) {
    refuse(path,
           "no dict of tensors under \"state_dict\", nor under \"module\" as DeepSpeed saves");
  }
  Gathering gathering(document, form, archive, contents->root);
  for (const auto& [key, value] : weights->items) gathering.add(key, value);
  check_unpacked(archive, gathering.unpacked_bytes);
  for (const auto& [key, value] : top->items) {
    const auto* name = std::get_if<std::string>(&document.at(key));
    const std::string text = fact_text(document.at(value));
    if (name != nullptr && !text.empty()) contents->facts[*name] = text;
  }
  contents->form = form;
  contents->tensors = std::move(gathering.tensors);
  contents->storages = std::move(gathering.storages);
  return TorchCheckpoint(std::move(contents));
}

const std::filesystem::path& TorchCheckpoint::path() const { return contents_->archive.path(); }

TorchCheckpoint::Form TorchCheckpoint::form() const { return contents_->form; }

const std::map<std::string, StridedTensor>& TorchCheckpoint::tensors() const {
  return contents_->tensors;
}

const std::map<std::string, std::string>& TorchCheckpoint::facts() const {
  return contents_->facts;
}

void TorchCheckpoint::verify() const {
  for (const std::string& entry : contents_->storages) contents_->archive.verify(entry);
}

}  // namespace tessera::storage

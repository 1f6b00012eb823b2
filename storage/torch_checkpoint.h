#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "storage/strided_tensor.h"

namespace tessera::storage {

/// The weights of a file that torch.save made (`.ckpt`, `.pt`), mapped read-only.
///
/// A zip file of `data.pkl`, read as data by read_pickle(), and one entry per storage. The tensors
/// lie in a dict under `state_dict`, or, as DeepSpeed saves them, under `module` with
/// `_forward_module.` before every name. Views stay valid as long as any copy of the object lives;
/// const access from any thread.
class TorchCheckpoint {
 public:
  enum class Form { Plain, DeepSpeed };

  /// Reads the pickle and no weights.
  /// \throws MissingFileError, IoError; DataError naming the file and the fault: as ZipArchive and
  ///         read_pickle(), the form before torch 1.6, numbers of big-endian machines, a pickle of
  ///         more than 64 MiB, no dict of tensors, a name that comes twice, a storage that is
  ///         absent, compressed or of another size, tensors that share storages so much that they
  ///         unpack to more than four times the file.
  static TorchCheckpoint open(const std::filesystem::path& path);

  const std::filesystem::path& path() const;
  Form form() const;
  /// By name, without the prefix of DeepSpeed.
  const std::map<std::string, StridedTensor>& tensors() const;
  /// Numbers and texts beside the weights, such as `epoch`, as text.
  const std::map<std::string, std::string>& facts() const;
  /// Reads all storages and compares their checksums. \throws DataError naming a damaged one.
  void verify() const;

 private:
  struct Contents;
  explicit TorchCheckpoint(std::shared_ptr<const Contents> contents);
  std::shared_ptr<const Contents> contents_;
};

}  // namespace tessera::storage

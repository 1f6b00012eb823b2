#include "storage/h5_file_writer.h"

#include <new>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include "storage/h5_error_scope.h"
#include "storage/h5_handle.h"
#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

constexpr std::size_t kGrowthBytes = std::size_t{1} << 20;
constexpr unsigned kCompactAttributes = 64;
constexpr std::size_t kEndAddressAt = 28;  ///< in a superblock of version 3

[[noreturn]] void fail(const std::string& what) {
  throw IoError("HDF5 cannot " + what + ": " + H5ErrorScope::reason());
}

void check(herr_t result, const std::string& what) {
  if (result < 0) fail(what);
}

H5Handle opened(hid_t id, H5Handle::Close close, const std::string& what) {
  if (id < 0) fail(what);
  return H5Handle(id, close);
}

H5Handle property_list(hid_t kind) {
  return opened(H5Pcreate(kind), H5Pclose, "make a property list");
}

hid_t file_type(Dtype dtype) {
  if (dtype == Dtype::U8) return H5T_STD_U8LE;
  if (dtype == Dtype::I32) return H5T_STD_I32LE;
  if (dtype == Dtype::F32) return H5T_IEEE_F32LE;
  throw std::invalid_argument(std::string("no dataset has the type ") + dtype_name(dtype));
}

hid_t memory_type(Dtype dtype) {
  if (dtype == Dtype::U8) return H5T_NATIVE_UINT8;
  return dtype == Dtype::I32 ? H5T_NATIVE_INT32 : H5T_NATIVE_FLOAT;
}

std::vector<hsize_t> sides(const std::vector<std::int64_t>& shape) {
  return {shape.begin(), shape.end()};
}

void write_dataset(hid_t file, const TensorView& dataset) {
  const std::string what = "write " + dataset.name;
  const std::vector<hsize_t> shape = sides(dataset.shape);
  const std::vector<hsize_t> chunk = sides(chunk_sides(dataset.shape));
  const H5Handle space = opened(
      H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose, what);
  const H5Handle creation = property_list(H5P_DATASET_CREATE);
  check(H5Pset_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data()), what);
  check(H5Pset_fletcher32(creation.get()), what);
  check(H5Pset_obj_track_times(creation.get(), false), what);
  const H5Handle link = property_list(H5P_LINK_CREATE);
  check(H5Pset_create_intermediate_group(link.get(), 1), what);
  H5Handle target = opened(H5Dcreate2(file, dataset.name.c_str(), file_type(dataset.dtype),
                                      space.get(), link.get(), creation.get(), H5P_DEFAULT),
                           H5Dclose, what);
  check(H5Dwrite(target.get(), memory_type(dataset.dtype), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                 dataset.bytes.data()),
        what);
  check(target.close(), what);
}

/// In the header of their group, as long as they are few: simpler than the other form.
void keep_attributes_compact(hid_t creation) {
  check(H5Pset_attr_phase_change(creation, kCompactAttributes, 0),
        "choose how attributes are kept");
}

void create_progress_group(hid_t file) {
  const std::string group(checkpoint_path::kProgress);
  const H5Handle creation = property_list(H5P_GROUP_CREATE);
  keep_attributes_compact(creation.get());
  opened(H5Gcreate2(file, group.c_str(), H5P_DEFAULT, creation.get(), H5P_DEFAULT), H5Gclose,
         "create " + group);
}

struct AttributeValue {
  H5Handle type;  ///< of the file and, for texts, of the memory
  hid_t memory = H5I_INVALID_HID;
  const void* bytes = nullptr;
};

AttributeValue value_of(const CheckpointAttribute& attribute, const std::string& what) {
  if (const auto* number = std::get_if<std::int64_t>(&attribute.value)) {
    return {opened(H5Tcopy(H5T_STD_I64LE), H5Tclose, what), H5T_NATIVE_INT64, number};
  }
  if (const auto* number = std::get_if<std::uint64_t>(&attribute.value)) {
    return {opened(H5Tcopy(H5T_STD_U64LE), H5Tclose, what), H5T_NATIVE_UINT64, number};
  }
  const auto& text = std::get<std::string>(attribute.value);
  H5Handle type = opened(H5Tcopy(H5T_C_S1), H5Tclose, what);
  // A text of no bytes is one zero, since HDF5 has no type of that size.
  check(H5Tset_size(type.get(), text.empty() ? 1 : text.size()), what);
  check(H5Tset_strpad(type.get(), H5T_STR_NULLPAD), what);
  check(H5Tset_cset(type.get(), H5T_CSET_UTF8), what);
  const hid_t memory = type.get();
  return {std::move(type), memory, text.data()};
}

void write_attribute(hid_t file, const CheckpointAttribute& attribute) {
  const std::string group(attribute.group);
  const std::string name(attribute.name);
  const std::string what = "write the attribute " + name + " of " + group;
  const H5Handle owner = opened(H5Gopen2(file, group.c_str(), H5P_DEFAULT), H5Gclose, what);
  const AttributeValue value = value_of(attribute, what);
  const H5Handle space = opened(H5Screate(H5S_SCALAR), H5Sclose, what);
  H5Handle target = opened(H5Acreate2(owner.get(), name.c_str(), value.type.get(), space.get(),
                                      H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose, what);
  check(H5Awrite(target.get(), value.memory, value.bytes), what);
  check(target.close(), what);
}

extern "C" void* resize_bytes(void*, std::size_t size, H5FD_file_image_op_t, void* bytes) {
  try {
    auto& vector = *static_cast<std::vector<std::byte>*>(bytes);
    vector.resize(size);
    return vector.data();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

extern "C" herr_t keep_bytes(void*, H5FD_file_image_op_t, void*) { return 0; }
extern "C" void* same_bytes(void* bytes) { return bytes; }
extern "C" herr_t leave_bytes(void*) { return 0; }

/// A file whose memory is `bytes`. Of the latest format only, whose metadata all have checksums.
H5Handle create_file(std::vector<std::byte>& bytes) {
  const H5Handle access = property_list(H5P_FILE_ACCESS);
  check(H5Pset_libver_bounds(access.get(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST),
        "choose its format");
  check(H5Pset_fapl_core(access.get(), kGrowthBytes, false), "write into memory");
  H5FD_file_image_callbacks_t callbacks = {};
  callbacks.image_realloc = resize_bytes;
  callbacks.image_free = keep_bytes;
  callbacks.udata_copy = same_bytes;
  callbacks.udata_free = leave_bytes;
  callbacks.udata = &bytes;
  check(H5Pset_file_image_callbacks(access.get(), &callbacks), "write into memory");
  const H5Handle creation = property_list(H5P_FILE_CREATE);
  keep_attributes_compact(creation.get());
  return opened(H5Fcreate("checkpoint", H5F_ACC_TRUNC, creation.get(), access.get()), H5Fclose,
                "create a file in memory");
}

/// The memory grows in large steps; the superblock says where the file ends.
void cut_to_length(std::vector<std::byte>& bytes) {
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < 8 && kEndAddressAt + i < bytes.size(); ++i) {
    length |= std::to_integer<std::uint64_t>(bytes[kEndAddressAt + i]) << (8 * i);
  }
  if (length <= kEndAddressAt || length > bytes.size()) {
    throw IoError("HDF5 made a file of " + std::to_string(bytes.size()) +
                  " bytes that says it ends at " + std::to_string(length));
  }
  bytes.resize(length);
}

}  // namespace

std::vector<std::byte> h5_file_bytes(const CheckpointLayout& layout,
                                     const std::string& content_digest, const H5WriteSteps& steps) {
  const H5ErrorScope errors;
  std::vector<std::byte> bytes;
  bytes.reserve(std::accumulate(
      layout.datasets().begin(), layout.datasets().end(), 2 * kGrowthBytes,
      [](std::size_t sum, const TensorView& dataset) { return sum + dataset.bytes.size(); }));
  H5Handle target = create_file(bytes);
  const std::size_t half = layout.datasets().size() / 2;
  for (std::size_t i = 0; i < layout.datasets().size(); ++i) {
    if (i == half && steps.amid_datasets) steps.amid_datasets();
    write_dataset(target.get(), layout.datasets()[i]);
  }
  create_progress_group(target.get());
  for (const CheckpointAttribute& attribute : layout.attributes()) {
    write_attribute(target.get(), attribute);
  }
  write_attribute(target.get(), {checkpoint_path::kRoot, "content_digest", content_digest});
  if (steps.before_close) steps.before_close();
  check(target.close(), "close the file in memory");
  cut_to_length(bytes);
  return bytes;
}

}  // namespace tessera::storage

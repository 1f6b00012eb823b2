#include "storage/h5_file_reader.h"

#include <array>
#include <limits>
#include <type_traits>
#include <utility>

#include "storage/checkpoint_layout.h"
#include "storage/h5_error_scope.h"
#include "storage/h5_handle.h"
#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

constexpr std::size_t kTextAttributeBytes = 65536;
constexpr int kMostDimensions = 4;

std::string place_of(std::string_view group, std::string_view name) {
  return std::string(group) + "@" + std::string(name);
}

/// Whether a stored type is exactly the little-endian one of the format.
bool is_type(hid_t type, Dtype dtype) {
  const hid_t expected = dtype == Dtype::U8    ? H5T_STD_U8LE
                         : dtype == Dtype::I32 ? H5T_STD_I32LE
                                               : H5T_IEEE_F32LE;
  return H5Tequal(type, expected) > 0;
}

/// Links out of the file, and those to other names, are no part of the format.
bool is_hard_link(hid_t file, const std::string& path) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string prefix = path.substr(0, end);
    H5L_info_t link = {};
    if (H5Lexists(file, prefix.c_str(), H5P_DEFAULT) <= 0 ||
        H5Lget_info(file, prefix.c_str(), &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD) {
      return false;
    }
    if (end == std::string::npos) return true;
  }
}

bool has_one_value(hid_t attribute) {
  const H5Handle space(H5Aget_space(attribute), H5Sclose);
  return space.is_open() && H5Sget_simple_extent_npoints(space.get()) == 1;
}

bool has_checksums(hid_t creation) {
  return H5Pget_nfilters(creation) == 1 &&
         H5Pget_filter_by_id2(creation, H5Z_FILTER_FLETCHER32, nullptr, nullptr, nullptr, 0,
                              nullptr, nullptr) >= 0;
}

std::vector<std::int64_t> signed_sides(const std::array<hsize_t, kMostDimensions>& sides,
                                       std::size_t rank) {
  std::vector<std::int64_t> shape;
  for (std::size_t i = 0; i < rank; ++i) {
    // What does not fit becomes negative, which no shape may be.
    shape.push_back(sides[i] > std::numeric_limits<std::int64_t>::max()
                        ? -1
                        : static_cast<std::int64_t>(sides[i]));
  }
  return shape;
}

}  // namespace

struct H5FileReader::Handles {
  H5ErrorScope errors;
  H5Handle file;

  H5Handle dataset(const std::string& path) const {
    return is_hard_link(file.get(), path)
               ? H5Handle(H5Dopen2(file.get(), path.c_str(), H5P_DEFAULT), H5Dclose)
               : H5Handle();
  }
  H5Handle attribute(std::string_view group, std::string_view name) const {
    return H5Handle(H5Aopen_by_name(file.get(), std::string(group).c_str(),
                                    std::string(name).c_str(), H5P_DEFAULT, H5P_DEFAULT),
                    H5Aclose);
  }
};

void H5FileReader::fail(std::string_view place, const std::string& what) const {
  throw DataError(file_.string() + ": " + std::string(place) + ": " + what);
}

H5FileReader::H5FileReader(std::filesystem::path file)
    : file_(std::move(file)), handles_(std::make_unique<Handles>()) {
  std::error_code error;
  file_bytes_ = std::filesystem::file_size(file_, error);
  const H5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_file_locking(access.get(), false, true);
  handles_->file = H5Handle(H5Fopen(file_.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose);
  if (error || !handles_->file.is_open()) {
    throw DataError(file_.string() + ": HDF5 cannot open it: " + H5ErrorScope::reason());
  }
}

H5FileReader::~H5FileReader() = default;

std::string H5FileReader::text_attribute(std::string_view group, std::string_view name) const {
  const std::string place = place_of(group, name);
  const H5Handle attribute = handles_->attribute(group, name);
  if (!attribute.is_open()) fail(place, "the attribute is missing");
  const H5Handle type(H5Aget_type(attribute.get()), H5Tclose);
  if (H5Tget_class(type.get()) != H5T_STRING || H5Tis_variable_str(type.get()) != 0) {
    fail(place, "not a text of fixed length");
  }
  const std::size_t size = H5Tget_size(type.get());
  if (size > kTextAttributeBytes || !has_one_value(attribute.get())) {
    fail(place, "not one text of at most " + std::to_string(kTextAttributeBytes) + " bytes");
  }
  std::string text(size, '\0');
  if (H5Aread(attribute.get(), type.get(), text.data()) < 0) {
    fail(place, "HDF5 cannot read it: " + H5ErrorScope::reason());
  }
  text.erase(text.find_last_not_of('\0') + 1);
  return text;
}

template <typename Integer>
Integer H5FileReader::whole_number(std::string_view group, std::string_view name) const {
  const std::string place = place_of(group, name);
  const H5Handle attribute = handles_->attribute(group, name);
  if (!attribute.is_open()) fail(place, "the attribute is missing");
  const H5Handle type(H5Aget_type(attribute.get()), H5Tclose);
  const bool is_signed = std::is_signed_v<Integer>;
  if (H5Tget_class(type.get()) != H5T_INTEGER || H5Tget_size(type.get()) > sizeof(Integer) ||
      (H5Tget_sign(type.get()) == H5T_SGN_2) != is_signed || !has_one_value(attribute.get())) {
    fail(place, std::string("not one ") + (is_signed ? "signed" : "unsigned") +
                    " integer of at most 64 bits");
  }
  Integer value = 0;
  if (H5Aread(attribute.get(), is_signed ? H5T_NATIVE_INT64 : H5T_NATIVE_UINT64, &value) < 0) {
    fail(place, "HDF5 cannot read it: " + H5ErrorScope::reason());
  }
  return value;
}

std::int64_t H5FileReader::integer_attribute(std::string_view group, std::string_view name) const {
  return whole_number<std::int64_t>(group, name);
}

std::uint64_t H5FileReader::unsigned_attribute(std::string_view group,
                                               std::string_view name) const {
  return whole_number<std::uint64_t>(group, name);
}

std::vector<std::int64_t> H5FileReader::shape(const std::string& path, Dtype dtype,
                                              std::size_t rank) const {
  const H5Handle dataset = handles_->dataset(path);
  if (!dataset.is_open()) fail(path, "the dataset is missing");
  const H5Handle type(H5Dget_type(dataset.get()), H5Tclose);
  if (!is_type(type.get(), dtype)) {
    fail(path, std::string("its values are not of the type ") + dtype_name(dtype));
  }
  const H5Handle space(H5Dget_space(dataset.get()), H5Sclose);
  const int dimensions = H5Sget_simple_extent_ndims(space.get());
  if (dimensions != static_cast<int>(rank) || dimensions > kMostDimensions) {
    fail(path, "it has " + std::to_string(dimensions) + " dimensions, not " + std::to_string(rank));
  }
  std::array<hsize_t, kMostDimensions> sides = {};
  H5Sget_simple_extent_dims(space.get(), sides.data(), nullptr);
  std::vector<std::int64_t> shape = signed_sides(sides, rank);
  // Nothing is compressed, so no dataset is larger than the file.
  const std::optional<std::uint64_t> bytes = tensor_bytes(shape, dtype);
  if (!bytes || *bytes == 0 || *bytes > file_bytes_) {
    fail(path, "a shape of " + shape_text(shape) + " does not fit into a file of " +
                   std::to_string(file_bytes_) + " bytes");
  }
  const H5Handle creation(H5Dget_create_plist(dataset.get()), H5Pclose);
  std::array<hsize_t, kMostDimensions> chunk = {};
  if (H5Pget_layout(creation.get()) != H5D_CHUNKED || !has_checksums(creation.get()) ||
      H5Pget_chunk(creation.get(), kMostDimensions, chunk.data()) != dimensions ||
      signed_sides(chunk, rank) != chunk_sides(shape)) {
    fail(path, "not stored in chunks of " + shape_text(chunk_sides(shape)) +
                   " with Fletcher32 checksums alone");
  }
  return shape;
}

void H5FileReader::read(const std::string& path, Dtype dtype, std::span<std::byte> target) const {
  const H5Handle dataset = handles_->dataset(path);
  if (!dataset.is_open()) fail(path, "the dataset is missing");
  const H5Handle space(H5Dget_space(dataset.get()), H5Sclose);
  const hssize_t values = H5Sget_simple_extent_npoints(space.get());
  if (values < 0 || static_cast<std::uint64_t>(values) != target.size() / dtype_bytes(dtype)) {
    fail(path, "it has " + std::to_string(values) + " values, not " +
                   std::to_string(target.size() / dtype_bytes(dtype)));
  }
  const hid_t memory = dtype == Dtype::U8    ? H5T_NATIVE_UINT8
                       : dtype == Dtype::I32 ? H5T_NATIVE_INT32
                                             : H5T_NATIVE_FLOAT;
  if (H5Dread(dataset.get(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, target.data()) < 0) {
    fail(path, "HDF5 cannot read it: " + H5ErrorScope::reason());
  }
}

}  // namespace tessera::storage

#pragma once

#include <hdf5.h>

#include <utility>

namespace tessera::storage {

/// Owns one handle of HDF5 and the function that closes it. Move-only. The only header that shows
/// HDF5: sources include it, headers do not.
class H5Handle {
 public:
  using Close = herr_t (*)(hid_t);

  H5Handle() = default;
  H5Handle(hid_t id, Close closer) : id_(id), close_(closer) {}
  /// Errors of closing are lost; where they count, call close().
  ~H5Handle() { close(); }
  H5Handle(H5Handle&& other) noexcept
      : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  H5Handle& operator=(H5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }

  hid_t get() const { return id_; }
  bool is_open() const { return id_ >= 0; }
  /// Negative if HDF5 could not close it; its handle is gone all the same.
  herr_t close() { return is_open() ? close_(std::exchange(id_, H5I_INVALID_HID)) : 0; }

 private:
  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

}  // namespace tessera::storage

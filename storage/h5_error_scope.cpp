#include "storage/h5_error_scope.h"

#include <string_view>
#include <vector>

#include "storage/h5_handle.h"

namespace tessera::storage {
namespace {

extern "C" herr_t collect_description(unsigned, const H5E_error2_t* error, void* target) {
  if (error->desc != nullptr && *error->desc != '\0') {
    static_cast<std::vector<std::string>*>(target)->emplace_back(error->desc);
  }
  return 0;
}

}  // namespace

struct H5ErrorScope::Saved {
  H5E_auto2_t print = nullptr;
  void* stream = nullptr;
};

H5ErrorScope::H5ErrorScope() : saved_(std::make_unique<Saved>()) {
  H5Eget_auto2(H5E_DEFAULT, &saved_->print, &saved_->stream);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

H5ErrorScope::~H5ErrorScope() { H5Eset_auto2(H5E_DEFAULT, saved_->print, saved_->stream); }

std::string H5ErrorScope::reason() {
  std::vector<std::string> descriptions;  // from the call that was made to the innermost cause
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, collect_description, &descriptions);
  if (descriptions.empty()) return "no reason given";
  if (descriptions.size() == 1) return descriptions.front();
  return descriptions.front() + ": " + descriptions.back();
}

}  // namespace tessera::storage

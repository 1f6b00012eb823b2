#include "storage/content_digest.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <vector>

#include "storage/file_descriptor.h"
#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

void check(int result, const char* call) {
  if (result == 1) return;
  std::array<char, 256> reason = {};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  throw std::runtime_error(std::string(call) + " failed: " + reason.data());
}

}  // namespace

struct ContentDigest::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();

  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(evp); }
};

ContentDigest::ContentDigest() : context_(std::make_unique<Context>()) {
  if (context_->evp == nullptr) throw std::bad_alloc();
  check(EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr), "EVP_DigestInit_ex");
}

ContentDigest::~ContentDigest() = default;
ContentDigest::ContentDigest(ContentDigest&&) noexcept = default;
ContentDigest& ContentDigest::operator=(ContentDigest&&) noexcept = default;

void ContentDigest::add(std::span<const std::byte> bytes) {
  check(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()), "EVP_DigestUpdate");
}

void ContentDigest::add(std::string_view text) {
  add(std::as_bytes(std::span(text.data(), text.size())));
}

void ContentDigest::add(const TensorView& tensor) {
  add(std::to_string(tensor.name.size()) + ":" + tensor.name + dtype_name(tensor.dtype) +
      shape_text(tensor.shape));
  add(tensor.bytes);
}

std::string ContentDigest::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> raw = {};
  unsigned int length = 0;
  check(EVP_DigestFinal_ex(context_->evp, raw.data(), &length), "EVP_DigestFinal_ex");
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < length; ++i) {
    text += kDigits[raw[i] >> 4];
    text += kDigits[raw[i] & 15];
  }
  return text;
}

std::string digest_of_text(std::string_view text) {
  ContentDigest digest;
  digest.add(text);
  return digest.hex();
}

std::string digest_of_file(const std::filesystem::path& path) {
  const FileDescriptor file = open_for_reading(path);
  ContentDigest digest;
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw IoError(system_message("cannot read", path, errno));
    if (count == 0) return digest.hex();
    digest.add(std::span<const std::byte>(buffer).first(static_cast<std::size_t>(count)));
  }
}

}  // namespace tessera::storage

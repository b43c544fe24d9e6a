// By OpenSSL.
#include "layer/base/base64.h"

#include <openssl/evp.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "layer/base/ascii.h"

namespace layer {
namespace {

constexpr size_t kMaxText = std::numeric_limits<int>::max() / 2;

bool is_base64_digit(char c) {
  return is_alphanumeric(c) || c == '+' || c == '/';
}

}  // namespace

std::string base64_of(std::span<const std::byte> bytes) {
  if (bytes.size() > kMaxText) throw std::logic_error("base64 of too many bytes");
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // with a NUL at the end
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

std::optional<std::string> bytes_of_base64(std::string_view text) {
  if (text.size() % 4 != 0 || text.size() > kMaxText) return std::nullopt;
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  // OpenSSL by itself skips spaces, and takes padding at other places for zeros.
  if (!std::ranges::all_of(text.substr(0, text.size() - padding), is_base64_digit)) {
    return std::nullopt;
  }
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  bytes.resize(static_cast<size_t>(size) - padding);
  return bytes;
}

}  // namespace layer

// By OpenSSL.
#include "layer/base/base64.h"

#include <openssl/evp.h>

#include <limits>
#include <stdexcept>

namespace layer {

std::string base64_of(std::span<const std::byte> bytes) {
  if (bytes.size() > std::numeric_limits<int>::max() / 2) {
    throw std::logic_error("base64 of too many bytes");
  }
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // with a NUL at the end
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

}  // namespace layer

// Changes inputs a little, in the same way on every machine.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace fuzz {

using Random = std::mt19937;  // its numbers, unlike a distribution's, are the same everywhere

// Replaces one to three bytes, every second time by one of `telling`: bytes that formats give a
// meaning, which a random one seldom is.
inline std::string flip_bytes(std::string bytes, std::string_view telling, Random& random) {
  const size_t count = 1 + random() % 3;
  for (size_t i = 0; i < count && !bytes.empty(); ++i) {
    char& byte = bytes[random() % bytes.size()];
    byte = random() % 2 == 0 ? telling[random() % telling.size()]
                             : static_cast<char>(static_cast<unsigned char>(random() % 256));
  }
  return bytes;
}

}  // namespace fuzz

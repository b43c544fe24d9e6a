// The bytes of files in tests: pseudo-random ones, and those of a file. Sanitizers watch each access
// to memory, so both functions handle many bytes at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace layer {

// `size` bytes that codecs shrink to about a half, the same for the same seed.
inline std::string noise(size_t size, uint64_t seed) {
  std::string text(size, '\0');
  uint64_t random = (seed + 1) * 0x9e3779b97f4a7c15;
  for (size_t at = 0; at < size; at += sizeof random) {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;  // Marsaglia, Xorshift RNGs
    const uint64_t letters = 0x6060606060606060 | (random & 0x0707070707070707);
    const uint64_t word = random >> 61 == 0 ? random : letters;
    std::memcpy(text.data() + at, &word, std::min(sizeof word, size - at));
  }
  return text;
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes(std::filesystem::file_size(path), '\0');
  if (!in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
    throw std::runtime_error("cannot read " + path.string());
  }
  return bytes;
}

}  // namespace layer

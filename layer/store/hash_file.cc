// Reads a file once, in pieces.
#include "layer/store/hash_file.h"

#include <cstddef>
#include <span>
#include <vector>

#include "layer/store/file_reader.h"

namespace layer {

constexpr size_t kReadSize = size_t{256} << 10;

Digest hash_file(std::string_view path) {
  FileReader reader(path);
  Sha256 hash;
  std::vector<std::byte> buffer(kReadSize);
  while (const size_t got = reader.read(buffer)) hash.update(std::span(buffer).first(got));
  return hash.finish();
}

}  // namespace layer

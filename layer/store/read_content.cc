// Hash and kind in one pass.
#include "layer/store/read_content.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "layer/store/elf.h"
#include "layer/store/file_reader.h"

namespace layer {
namespace {

constexpr size_t kReadSize = size_t{256} << 10;

}  // namespace

FileContent read_content(std::string_view path, const Stamp& stamp, Store* store) {
  if (store != nullptr) {
    if (const std::optional<FileContent> known = store->find_file(path, stamp)) return *known;
  }
  FileReader reader(path);
  const bool is_expected = reader.stamp() == stamp;
  FileContent content;
  Sha256 hash;
  std::vector<std::byte> buffer(std::min<uint64_t>(kReadSize, stamp.size + 1));
  size_t got = reader.read(buffer);
  content.is_program = is_elf_program(std::span(buffer).first(std::min(got, kElfHeadBytes)));
  for (; got > 0; got = reader.read(buffer)) hash.update(std::span(buffer).first(got));
  content.digest = hash.finish();
  if (store != nullptr && is_expected && reader.stamp() == stamp)
    store->add_file(path, stamp, content);
  return content;
}

}  // namespace layer

// Computes digest and kind in one pass.
#include "layer/identify/read_content.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "layer/disk/file_reader.h"
#include "layer/identify/elf.h"

namespace layer {
namespace {

constexpr size_t kReadSize = size_t{256} << 10;

// Reads to the end, which has to be where the size says.
KnownDigest hash_to_end(FileReader& reader, std::string_view path, uint64_t size) {
  KnownDigest content;
  Sha256 hash;
  std::vector<std::byte> buffer(std::min<uint64_t>(kReadSize, size + 1));
  size_t got = reader.read(buffer);
  content.is_program = is_elf_program(std::span(buffer).first(std::min(got, kElfHeadBytes)));
  uint64_t total = 0;
  for (; got > 0; got = reader.read(buffer)) {
    total += got;
    if (total > size) throw_longer(path, size, reader);
    hash.update(std::span(buffer).first(got));
  }
  if (total != size) throw_resized(path, size, total);
  content.digest = hash.finish();
  return content;
}

}  // namespace

KnownDigest read_content(std::string_view path, Stamp& stamp, Store* store) {
  if (store != nullptr) {
    if (const std::optional<KnownDigest> known = store->find_file(path, stamp)) return *known;
  }
  FileReader reader(path);
  const Stamp before = reader.settled_stamp();
  check_unchanged(path, stamp, before);
  const bool is_kept =
      store != nullptr && is_as_looked_at(stamp, before) && !reader.may_be_written(before);
  const KnownDigest content = hash_to_end(reader, path, before.size);
  check_unchanged(path, before, reader.stamp());
  if (is_kept) store->add_file(path, stamp, content);
  stamp = before;
  return content;
}

std::string_view read_text(std::string_view path, const Stamp& stamp, StringArena& arena) {
  FileReader reader(path);
  const Stamp before = reader.settled_stamp();
  check_unchanged(path, stamp, before);
  auto bytes = std::make_unique_for_overwrite<char[]>(before.size + 1);
  const size_t got = reader.read(std::as_writable_bytes(std::span(bytes.get(), before.size + 1)));
  if (got > before.size) throw_longer(path, before.size, reader);
  if (got < before.size) throw_resized(path, before.size, got);
  check_unchanged(path, before, reader.stamp());
  return arena.adopt(std::move(bytes), got);
}

}  // namespace layer

// Reads one layer's tar entry by entry, and verifies it against what its image states.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "oci/read/decompress.h"
#include "oci/read/stored_image.h"
#include "oci/tar/tar_scan.h"
#include "oci/toc/table_check.h"

namespace oci {

// For one thread at a time; layer and budget outlive it. Every function throws Error, with the
// layer's name and, where an entry is at fault, the entry's. An entry that container engines would
// take for another one than libarchive does is at fault: oci/tar/same_entry.h; so is one that the
// layer's table of contents states otherwise.
class LayerEntries {
 public:
  LayerEntries(const ImageLayer& layer, UnpackBudget& budget);
  LayerEntries(const LayerEntries&) = delete;
  LayerEntries& operator=(const LayerEntries&) = delete;

  // The next entry, valid until the next call. Null at the end, once size, digest and diff id are
  // verified. Names are the bytes of the tar, in whatever character set.
  archive_entry* next();

  // Reads the next part of the entry's content. Returns how many bytes of `buffer` were filled:
  // fewer than its size only at the end of the file.
  size_t read(std::span<std::byte> buffer);

  // Bytes of the layer as it is stored.
  uint64_t stored_size() const { return layer_.blob.size(); }

  // At the end: the digest of what is stored, and the bytes of the plain tar.
  const layer::Digest& digest() const { return digest_; }
  uint64_t plain_size() const { return plain_size_; }

  // An error that names the current entry.
  layer::Error entry_error(const std::string& message) const;

 private:
  struct FreeReader {
    void operator()(archive* reader) const { archive_read_free(reader); }
  };

  static la_ssize_t pull(archive*, void* self, const void** bytes);
  std::span<const std::byte> next_piece();
  layer::Error failure(const std::string& action);
  void compare(archive_entry* entry);
  void verify();

  const ImageLayer& layer_;
  PlainStream plain_;
  layer::Sha256 plain_hash_;
  uint64_t plain_size_ = 0;
  layer::Digest digest_;
  TarScan scan_;
  std::optional<TableCheck> table_;     // of a layer that is stated to have one
  std::deque<TarScan::Entry> scanned_;  // those of scan_ that libarchive has not come to
  std::exception_ptr failure_;          // thrown below libarchive's frames
  std::unique_ptr<archive, FreeReader> reader_;
  std::string entry_;  // name of the current one
};

}  // namespace oci

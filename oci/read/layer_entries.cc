// Has libarchive read the tar, and decompresses and hashes the bytes that it asks for.
#include "oci/read/layer_entries.h"

#include <fmt/core.h>

#include <cerrno>
#include <new>
#include <optional>
#include <string_view>

#include "layer/base/utf8_names.h"
#include "layer/model/relative_path.h"
#include "oci/read/stated_table.h"
#include "oci/tar/same_entry.h"

namespace oci {
namespace {

constexpr std::string_view kWriteAnew =
    "have the layer written anew, by a program that writes tars as POSIX or GNU tar has them";

}  // namespace

LayerEntries::LayerEntries(const ImageLayer& layer, UnpackBudget& budget)
    : layer_(layer),
      plain_(layer.blob, sniff_codec(layer.blob), budget),
      scan_(layer.blob.name()),
      reader_(archive_read_new()) {
  if (!reader_) throw std::bad_alloc();
  check_size(layer.blob, layer.descriptor);
  if (std::optional<StatedTable> table = stated_table(layer)) {
    table_.emplace(std::move(table->text), table->is_in_tar, layer.blob.name());
  }
  // "empty": a layer of no bytes at all, which archivers take as an archive of no entries.
  if (archive_read_support_format_tar(reader_.get()) != ARCHIVE_OK ||
      archive_read_support_format_empty(reader_.get()) != ARCHIVE_OK ||
      archive_read_open(reader_.get(), this, nullptr, pull, nullptr) != ARCHIVE_OK) {
    throw failure("cannot read the tar");
  }
}

archive_entry* LayerEntries::next() {
  const layer::Utf8Names names;
  archive_entry* entry = nullptr;
  const int status = archive_read_next_header(reader_.get(), &entry);
  if (status == ARCHIVE_EOF) {
    verify();
    return nullptr;
  }
  // ARCHIVE_WARN: a name or an attribute could not be taken over as it is. A name that is no UTF-8 is
  // there as its bytes, which compare() looks at; other attributes are nothing to engines.
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) throw failure("cannot read the tar");
  const char* path = archive_entry_pathname(entry);
  entry_ = path == nullptr ? "" : path;
  compare(entry);
  return entry;
}

size_t LayerEntries::read(std::span<std::byte> buffer) {
  size_t filled = 0;
  while (filled < buffer.size()) {
    const la_ssize_t got =
        archive_read_data(reader_.get(), buffer.data() + filled, buffer.size() - filled);
    if (got < 0) throw failure(fmt::format("cannot read '{}'", entry_));
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  return filled;
}

layer::Error LayerEntries::entry_error(const std::string& message) const {
  return {{layer_.blob.name()}, fmt::format("'{}' {}", layer::shown_path(entry_), message)};
}

std::span<const std::byte> LayerEntries::next_piece() {
  const std::span<const std::byte> piece = plain_.next();
  plain_hash_.update(piece);
  plain_size_ += piece.size();
  for (auto rest = piece; !rest.empty();) {
    const size_t taken = scan_.update_to_entry(rest);
    if (table_) table_->take_bytes(rest.first(taken));
    rest = rest.subspan(taken);
    if (!scan_.has_entry()) continue;
    if (table_) table_->take_entry(scan_.entry());
    scanned_.push_back(scan_.entry());
  }
  return piece;
}

la_ssize_t LayerEntries::pull(archive* reader, void* self, const void** bytes) {
  auto& entries = *static_cast<LayerEntries*>(self);
  try {
    const std::span<const std::byte> piece = entries.next_piece();
    *bytes = piece.data();
    return static_cast<la_ssize_t>(piece.size());
  } catch (...) {
    entries.failure_ = std::current_exception();
    archive_set_error(reader, EIO, "the layer cannot be read");
    return ARCHIVE_FATAL;
  }
}

layer::Error LayerEntries::failure(const std::string& action) {
  if (failure_) std::rethrow_exception(failure_);
  const char* message = archive_error_string(reader_.get());
  return {
      {layer_.blob.name()},
      fmt::format("{}: {}", action, message == nullptr ? "libarchive states no reason" : message)};
}

// What libarchive has read of the tar, the scan has read before.
void LayerEntries::compare(archive_entry* entry) {
  if (scanned_.empty()) {
    throw entry_error("is an entry to libarchive, and none to container engines")
        .with_help(std::string(kWriteAnew));
  }
  const std::optional<std::string> fault = difference(entry, scanned_.front());
  if (fault) throw entry_error(*fault).with_help(std::string(kWriteAnew));
  scanned_.pop_front();
}

// A tar ends before its stream does, if only by padding.
void LayerEntries::verify() {
  while (!next_piece().empty()) {
  }
  digest_ = plain_.finish_raw_digest();
  check_digest(layer_, digest_);
  check_diff_id(layer_, {plain_hash_.finish()});
  scan_.finish();
  if (table_) table_->finish();
  if (scanned_.empty()) return;
  entry_ = scanned_.front().path;
  throw entry_error("is an entry to container engines, and none to libarchive")
      .with_help(std::string(kWriteAnew));
}

}  // namespace oci

// Holds a layer's table of contents against its tar, while that is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "layer/base/digest.h"
#include "layer/base/error.h"
#include "oci/tar/tar_scan.h"
#include "oci/toc/table_reader.h"

namespace oci {

// An engine that pulls a layer in parts unpacks what the table says; other engines unpack the tar.
// Both must be the same. Every function throws Error, about the layer, if they are not: the table
// must list the entries of the tar, in its order and with their attributes, and must state digests of
// all contents. Owners' names count for nothing, as owners have numbers.
class TableCheck {
 public:
  // `text` is the table, and `blob` the layer's name. A table that is in the tar is none of the files.
  TableCheck(std::string text, bool is_in_tar, const std::string& blob);

  void take_entry(const TarScan::Entry& entry);
  // What follows the header of that entry, cut anywhere: its content, and more.
  void take_bytes(std::span<const std::byte> bytes);
  // To be called behind the last byte.
  void finish();

 private:
  void begin_piece(const TableEntry& piece, uint64_t offset);
  void end_piece();
  void end_file();
  layer::Error fault(std::string_view what) const;

  TableReader table_;
  bool is_in_tar_;
  std::string blob_;
  std::string path_;                  // of the tar's entry at hand
  std::optional<TableEntry> file_{};  // whose content follows
  uint64_t left_ = 0;                 // bytes of the content
  uint64_t piece_left_ = 0;           // bytes of the piece
  TableEntry piece_;
  bool is_whole_ = true;   // the piece is the whole content
  bool is_zero_ = true;    // the piece so far
  bool is_proven_ = true;  // the digests of all pieces so far are stated
  layer::Sha256 file_hash_;
  layer::Sha256 piece_hash_;
};

}  // namespace oci

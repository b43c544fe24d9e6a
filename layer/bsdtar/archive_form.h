// Chooses how `tar --create` compresses: by veneer's own compressor or by a libarchive filter.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "layer/write/layer_writer.h"

namespace layer {

// What a command line says about compression.
struct CompressionRequest {
  std::string codec;    // by bsdtar's long option: "gzip", "zstd", "xz"; empty: none
  std::string program;  // --use-compress-program, arguments included; empty: none
  std::string options;  // --options, "gzip:!timestamp,gzip:compression-level=9"; empty: none
};

// Either veneer's own compressor writes the archive (no `filter`), or a plain tar goes through one
// of libarchive's filters.
struct ArchiveForm {
  Compression compression{Codec::kNone, 0};
  std::optional<CompressionRequest> filter;
};

// Chooses veneer's own compressor for no compression, and for gzip and zstd at the levels that
// veneer has. The only options it takes are the level, gzip's `timestamp` (veneer never writes one)
// and the number of threads (which does not change the bytes). Everything else, valid or not, is
// left to libarchive to do or to reject.
ArchiveForm choose_form(const CompressionRequest& request);

// The codec that --auto-compress chooses by a file's name; empty: none.
std::string codec_of_name(std::string_view file);

// Whether a file's name is that of an archive in another format than tar: "x.zip".
bool names_other_format(std::string_view file);

}  // namespace layer

// How the archive that a tar command makes is compressed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "layer/write/layer_writer.h"

namespace layer {

// What a command line says of it.
struct CompressionRequest {
  std::string codec;    // as bsdtar's long options call it: "gzip", "zstd", "xz"; empty: none
  std::string program;  // --use-compress-program, arguments included; empty: none
  std::string options;  // --options, "gzip:!timestamp,gzip:compression-level=9"; empty: none
};

// Either veneer's own compressor does it, or a plain tar goes through a filter of libarchive's.
struct ArchiveForm {
  Compression compression{Codec::kNone, 0};
  std::optional<CompressionRequest> filter;
};

// Veneer's own: none, gzip and zstd at the levels that it has, with no options but the level, gzip's
// `timestamp` (there never is one), and the number of threads, which changes no byte. Everything
// else, right or wrong, is libarchive's to do or to refuse.
ArchiveForm choose_form(const CompressionRequest& request);

// The codec that a file's name asks for, as --auto-compress has it; empty: none.
std::string codec_of_name(std::string_view file);

// Whether a file's name says that it is an archive of another format than tar: "x.zip".
bool names_other_format(std::string_view file);

}  // namespace layer

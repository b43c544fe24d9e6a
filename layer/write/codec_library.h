// Identifies the compression library that is loaded, which decides the bytes of blobs.
#pragma once

#include <string>

#include "layer/write/layer_writer.h"

namespace layer {

// Identifies a library by what it produces. "libdeflate:6605f961" is a hash of what it makes of a
// fixed text at this level, because libdeflate does not report its version at run time (up to 1.25;
// at levels 1 to 9, versions 1.10 to 1.25 make the same bytes). "libzstd/1.5.4" is the version that
// it reports. Empty for kNone. The first call for a level of gzip costs as much as compressing 8
// KiB, or 32 KiB from level 10 on.
std::string codec_library(Compression compression);

// Identifies the library's file, in case two files with the same codec_library() make different
// bytes of other texts: the build ID of the shared library, or else its file's stamp. For a library
// that is linked into the program itself it is the version, "libdeflate/1.14".
std::string codec_build(Codec codec);

}  // namespace layer

// Which compressor this process really has: the one that was loaded, not the one it was compiled for.
#pragma once

#include <string>

#include "layer/write/layer_writer.h"

namespace layer {

// What tells libraries apart by what they make: "libdeflate:6605f961", of what it makes of a fixed text
// at this level, for it does not say its version at run time (up to 1.25; at levels 1 to 9 versions
// 1.10 to 1.25 make the same bytes); "libzstd/1.5.4", which it says; empty for kNone. The first call
// for a level of gzip costs as much as compressing 8 KiB, from level 10 on 32 KiB.
std::string codec_library(Compression compression);

// What tells its files apart, were they to make other bytes of other texts: the build ID of the shared
// library, or else its file's stamp. Empty if it is a part of the program itself.
std::string codec_build(Codec codec);

}  // namespace layer

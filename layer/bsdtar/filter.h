// Compresses a file by what veneer has no compressor of its own for.
#pragma once

#include "layer/bsdtar/archive_form.h"
#include "layer/disk/output_file.h"

namespace layer {

// Passes all bytes of `plain` through libarchive's filter, or through the program, into `packed`.
// Throws Error for a codec that this libarchive lacks, an option that it does not know, or a program
// that cannot be run or fails.
void filter_file(const OutputFile& plain, const CompressionRequest& request, OutputFile& packed);

}  // namespace layer

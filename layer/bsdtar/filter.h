// Compresses a file with a libarchive filter or an external program.
#pragma once

#include "layer/bsdtar/archive_form.h"
#include "layer/disk/output_file.h"

namespace layer {

// Passes all bytes of `plain` through libarchive's filter, or through the program, into `packed`.
// Throws Error for a codec that this libarchive lacks, for an unknown option, and for a program
// that cannot be run or fails.
void filter_file(const OutputFile& plain, const CompressionRequest& request, OutputFile& packed);

}  // namespace layer

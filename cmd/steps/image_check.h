// Runs the checks on an image that exists, for `verify` and for the page of `inspect`.
#pragma once

#include "cmd/steps/check_report.h"
#include "oci/read/read_context.h"
#include "oci/read/stored_image.h"

namespace cmd {

// Reads every layer. Throws layer::Error if that fails; what is wrong with contents is a finding.
CheckReport check_stored_image(const oci::StoredImage& image, const oci::ReadContext& context,
                               unsigned jobs);

}  // namespace cmd

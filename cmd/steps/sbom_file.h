// Bills of materials as files: of images that exist, and of one that is being built.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cmd/report/results.h"
#include "cmd/steps/built_image.h"
#include "oci/sbom/sbom.h"

namespace cmd {

// By the end of the name, as both formats recommend: .spdx.json, .cdx.json.
std::optional<oci::SbomFormat> sbom_format_of(const std::string& path);

// The document. Its time is the image's; if that is not known, SOURCE_DATE_EPOCH.
std::string sbom_text(const oci::ImageSubject& image, oci::SbomFormat format, bool lists_files);

// --sbom, which may be given for each format. `paths` outlives `app`.
void add_sbom_option(CLI::App& app, std::vector<std::string>& paths);

// Adds a file for each path.
void add_sbom_files(const std::vector<std::string>& paths, const BuiltImage& built,
                    std::vector<layer::ResultFile>& files);

}  // namespace cmd

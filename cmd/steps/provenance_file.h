// Says how an image was built, as a file beside it: docs/provenance.md.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "cmd/project/option_table.h"
#include "cmd/report/results.h"
#include "cmd/steps/built_image.h"
#include "oci/model/reference.h"

namespace cmd {

// An option of the command line, and its values as the user wrote them.
struct GivenOption {
  ValueForm form = ValueForm::kText;
  bool is_repeatable = false;
  std::vector<std::string> values;
};

// What the user asked for, and where the result goes.
struct ProvenanceOptions {
  std::string path;                          // empty: it is not asked for
  std::map<std::string, GivenOption> given;  // by the keys of veneer.toml
};

// --provenance. `options` outlives `command`. Call it when the command has all its other options: it
// keeps what is given with each of those that say what is built.
void add_provenance_option(CLI::App& command, ProvenanceOptions& options);

// Adds the file, if it is asked for. `base` may be null; `base_name` is its name as the user wrote
// it. `outputs` name the image.
void add_provenance_file(const ProvenanceOptions& options, const BuiltImage& built,
                         const oci::StoredImage* base, const std::string& base_name,
                         const std::vector<oci::ImageReference>& outputs,
                         std::vector<layer::ResultFile>& files);

}  // namespace cmd

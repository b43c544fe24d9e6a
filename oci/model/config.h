// The image config: what runs, how, on which layers; and how it was made.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "layer/base/digest.h"
#include "oci/model/json.h"
#include "oci/model/platform.h"

namespace oci {

// One step in which an image was made: image-spec config.md, "history".
struct History {
  std::string created;  // RFC 3339; empty fields are not written
  std::string created_by;
  std::string author;
  std::string comment;
  bool empty_layer = false;  // the step made no layer
  StringMap unknown;         // members that the specification does not name, as JSON texts
};

using Arguments = std::vector<std::string>;

// An image's config: image-spec config.md. A member that is absent or null in the document is
// absent or empty here; an empty one is not written.
struct ImageConfig {
  std::string created;  // RFC 3339
  std::string author;
  Platform platform;
  StringMap unknown;  // top-level members that the specification does not name, as JSON texts

  // The members of "config".
  std::optional<Arguments> entrypoint;
  std::optional<Arguments> cmd;
  std::vector<std::string> env;  // "KEY=VALUE", no key twice
  std::set<std::string> exposed_ports;
  std::set<std::string> volumes;
  StringMap labels;
  std::string user;
  std::string working_dir;
  std::string stop_signal;
  StringMap unknown_run;  // Healthcheck, OnBuild, Shell, ArgsEscaped, ...; as JSON texts

  std::vector<layer::DiffId> diff_ids;  // base first
  std::vector<History> history;
};

// Identifies all layers as unpacked one over the other: image-spec config.md, "Layer ChainID".
// `diff_ids` has at least one element, base first.
layer::Digest chain_id(const std::vector<layer::DiffId>& diff_ids);

// Throws Error when a field is missing or of the wrong type, or is another field for engines than
// for veneer (oci/model/document_members.h).
ImageConfig parse_config(const JsonField& document);
Json to_json(const ImageConfig& config);

// Makes the number of history steps that made a layer equal to the number of layers, as Docker
// demands. Missing steps are appended; surplus ones, from the last on, are marked `empty_layer`.
void repair_history(ImageConfig& config);

}  // namespace oci

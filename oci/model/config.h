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

// One step of the making of an image. image-spec config.md, "history".
struct History {
  std::string created;  // RFC 3339; empty fields are not written
  std::string created_by;
  std::string author;
  std::string comment;
  bool empty_layer = false;  // the step made no layer
  StringMap unknown;         // members that the specification does not name, as JSON texts
};

using Arguments = std::vector<std::string>;

// image-spec config.md. What is absent or null in the document is absent or empty here, and what is
// empty is not written.
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

// image-spec config.md, "Layer ChainID": stands for all layers, as they are unpacked one over the
// other. There is at least one.
layer::Digest chain_id(const std::vector<layer::DiffId>& diff_ids);

// Throws Error when a field is missing or of the wrong type.
ImageConfig parse_config(const JsonField& document);
Json to_json(const ImageConfig& config);

// Makes the number of steps that made a layer equal to the number of layers, which Docker insists
// on: layers nobody speaks of get a step of their own, and the last steps too many made no layer.
void repair_history(ImageConfig& config);

}  // namespace oci

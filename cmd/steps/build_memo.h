// Remembers what a build made, for later ones with the same options, inputs and base.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cmd/steps/checking.h"
#include "cmd/steps/planning.h"
#include "layer/place/venv_layout.h"
#include "layer/plan/plan_image.h"
#include "layer/plan/start_order.h"
#include "layer/store/store.h"
#include "layer/write/reuse.h"
#include "oci/read/stored_image.h"

namespace cmd {

// Everything that a build reports, except the image.
struct BuildResult {
  layer::PlanSummary plan;
  std::vector<layer::DroppedPaths> dropped;
  std::optional<CheckCounts> checks;  // no value: checks are off
  std::string messages;               // what was printed on the way
  std::vector<layer::WrittenLayer> layers;
};

// Whether an option says what is built, and not where to or how fast.
bool says_what(const CLI::Option& option);

// What the store remembers of one build: if it is found, nothing is planned, checked or compressed.
class BuildMemo {
 public:
  // `command` is the sub-command with its parsed options, `start` what its layers begin with,
  // `planned` holds the inputs, `base` may be null. `store`, which outlives this, may be null. Nothing is ever found or kept without a store,
  // with a layer lock (it has to be written), with a plan that is read from a file, or where a
  // file's stamp cannot be trusted.
  BuildMemo(const CLI::App& command, const PlanningOptions& options, layer::Compression compression,
            const layer::StartFiles& start, const PlanningState& planned,
            const oci::StoredImage* base, layer::Store* store);

  // What the earlier build made, if the store still has all its layers: `stored` gets them.
  std::optional<BuildResult> recall(std::vector<layer::CachedLayer>& stored) const;
  // Keeps the result for later builds, if every layer can be found again.
  void remember(const BuildResult& result) const;

 private:
  const layer::Compression compression_;
  std::optional<layer::Digest> key_;
  layer::Store* store_;
};

}  // namespace cmd

// What a build made, for a later one with the same options, inputs and base: then nothing is
// planned, checked or written again.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cmd/steps/checking.h"
#include "cmd/steps/planning.h"
#include "layer/place/venv_layout.h"
#include "layer/plan/plan_image.h"
#include "layer/store/store.h"
#include "layer/write/reuse.h"
#include "oci/read/stored_image.h"

namespace cmd {

// All that a build tells of, but the image.
struct BuildResult {
  layer::PlanSummary plan;
  std::vector<layer::DroppedPaths> dropped;
  std::optional<CheckCounts> checks;  // none: they are off
  std::string messages;               // what was printed on the way
  std::vector<layer::WrittenLayer> layers;
};

class BuildMemo {
 public:
  // `command` is the sub-command with its parsed options, `planned` holds the inputs, `base` may be
  // null. Never finds or keeps anything without a store, with a layer lock, which is to be written,
  // or where a file's stamp cannot be trusted.
  BuildMemo(const CLI::App& command, const PlanningOptions& options, layer::Compression compression,
            const PlanningState& planned, const oci::StoredImage* base, layer::Store* store);

  // What was made, its layers being in the store: `stored` gets them.
  std::optional<BuildResult> recall(std::vector<layer::CachedLayer>& stored) const;
  // For later builds. Nothing unless every layer can be found again.
  void remember(const BuildResult& result) const;

 private:
  const layer::Compression compression_;
  std::optional<layer::Digest> key_;
  layer::Store* store_;
};

}  // namespace cmd

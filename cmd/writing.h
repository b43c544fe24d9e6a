// How layers are compressed: the options that build and layer share, and the writing itself.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <vector>

#include "cmd/store_options.h"
#include "cmd/timings.h"
#include "layer/plan/plan.h"
#include "layer/write/layer_writer.h"

namespace cmd {

struct WritingOptions {
  layer::Codec codec = layer::Codec::kGzip;
  std::optional<int> level;  // absent: the codec's default
  StoreOptions store;
  TimingOptions timing;
};

void add_writing_options(CLI::App& command, WritingOptions& options);

// layer::write_layers with a progress line; `store` and `trace` may be null. A level the codec does not have is
// wrong usage.
std::vector<layer::Layer> write_layers(const std::vector<layer::LayerPlan>& plans,
                                       const WritingOptions& options, unsigned jobs,
                                       layer::LayerSink& sink, layer::Store* store,
                                       layer::Trace* trace);

}  // namespace cmd

// Where time went: --timings for people, --trace for chrome://tracing and Perfetto.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "layer/base/trace.h"
#include "layer/disk/result_file.h"

namespace cmd {

struct TimingOptions {
  bool print = false;
  std::string trace_file;  // empty: none
};

void add_timing_options(CLI::App& command, TimingOptions& options);

// Null when nobody asks for it.
std::unique_ptr<layer::Trace> make_trace(const TimingOptions& options);

// Adds the file that was asked for to a run's results; without its showing them, which is still to come.
void add_trace_file(const layer::Trace* trace, const TimingOptions& options,
                    std::vector<layer::ResultFile>& results);

// Prints what was asked for. Nothing without a trace.
void print_timings(const layer::Trace* trace, const TimingOptions& options);

}  // namespace cmd

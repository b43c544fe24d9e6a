// Shows where time went: --timings for people, --trace for chrome://tracing and Perfetto.
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

// Starts a trace; null when neither option asks for one.
std::unique_ptr<layer::Trace> make_trace(const TimingOptions& options);

// Adds the file of --trace to a run's results. It lacks the step in which they appear, which is
// still to come.
void add_trace_file(const layer::Trace* trace, const TimingOptions& options,
                    std::vector<layer::ResultFile>& results);

// Prints the table of --timings to stderr, if it was asked for. Does nothing if `trace` is null.
void print_timings(const layer::Trace* trace, const TimingOptions& options);

}  // namespace cmd

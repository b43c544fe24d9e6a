// Where time went: --timings for people, --trace for chrome://tracing and Perfetto.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "layer/trace.h"

namespace cmd {

struct TimingOptions {
  bool print = false;
  std::string trace_file;  // empty: none
};

void add_timing_options(CLI::App& command, TimingOptions& options);

// Null when nobody asks for it.
std::unique_ptr<layer::Trace> make_trace(const TimingOptions& options);

// Prints and writes what was asked for. Nothing without a trace.
void report_timings(const layer::Trace* trace, const TimingOptions& options);

}  // namespace cmd

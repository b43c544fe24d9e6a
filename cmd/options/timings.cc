// Prints the table on stderr, and writes trace events as JSON.
#include "cmd/options/timings.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "cmd/report/messages.h"
#include "cmd/report/results.h"

namespace cmd {
namespace {

constexpr const char* kTimingsGroup = "Timings";
// What is done for each frame, as the columns of the table.
constexpr std::array<std::string_view, 4> kFrameWork = {"read", "compress", "hash", "write"};

int64_t steady_nanoseconds() {
  using std::chrono::nanoseconds;
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<nanoseconds>(time).count();
}

double milliseconds(int64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1e6;
}

void print_steps(const std::vector<layer::Span>& spans) {
  print_line(stderr, fmt::format("{:<24} {:>9}", "step", "ms"));
  for (const layer::Span& span : spans) {
    if (span.layer.empty()) {
      print_line(stderr,
                 fmt::format("{:<24} {:>9.1f}", span.name, milliseconds(span.end - span.begin)));
    }
  }
}

// Sums over all threads, so that a row may exceed the time that passed.
void print_layers(const std::vector<layer::Span>& spans) {
  std::vector<std::string> order;
  std::map<std::string, std::array<int64_t, kFrameWork.size()>> sums;
  for (const layer::Span& span : spans) {
    if (span.layer.empty()) continue;
    const auto [row, is_new] = sums.try_emplace(span.layer);
    if (is_new) order.push_back(span.layer);
    const auto column = std::find(kFrameWork.begin(), kFrameWork.end(), span.name);
    if (column != kFrameWork.end()) {
      row->second.at(static_cast<size_t>(column - kFrameWork.begin())) += span.end - span.begin;
    }
  }
  if (order.empty()) return;
  print_line(stderr, fmt::format("{:<24} {:>9} {:>9} {:>9} {:>9}", "layer, thread ms",
                                 kFrameWork[0], kFrameWork[1], kFrameWork[2], kFrameWork[3]));
  for (const std::string& name : order) {
    std::string row = fmt::format("{:<24}", name);
    for (const int64_t sum : sums.at(name)) row += fmt::format(" {:>9.1f}", milliseconds(sum));
    print_line(stderr, row);
  }
}

// The Trace Event Format's JSON object form with complete events ("ph": "X"), times in
// microseconds.
std::string trace_text(const std::vector<layer::Span>& spans) {
  int64_t first = INT64_MAX;
  for (const layer::Span& span : spans) first = std::min(first, span.begin);
  nlohmann::json events = nlohmann::json::array();
  for (const layer::Span& span : spans) {
    nlohmann::json event{{"name", span.name},
                         {"ph", "X"},
                         {"pid", 1},
                         {"tid", span.thread},
                         {"ts", static_cast<double>(span.begin - first) / 1e3},
                         {"dur", static_cast<double>(span.end - span.begin) / 1e3}};
    if (!span.layer.empty()) event["args"] = {{"layer", span.layer}};
    events.push_back(std::move(event));
  }
  const nlohmann::json document{{"displayTimeUnit", "ms"}, {"traceEvents", std::move(events)}};
  return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

void add_timing_options(CLI::App& command, TimingOptions& options) {
  command.add_flag("--timings", options.print, "Print to stderr how long each step took")
      ->group(kTimingsGroup);
  command
      .add_option("--trace", options.trace_file,
                  "Write how long each step took to FILE, for chrome://tracing and ui.perfetto.dev")
      ->type_name("FILE")
      ->group(kTimingsGroup);
}

std::unique_ptr<layer::Trace> make_trace(const TimingOptions& options) {
  if (!options.print && options.trace_file.empty()) return nullptr;
  return std::make_unique<layer::Trace>(steady_nanoseconds);
}

void add_trace_file(const layer::Trace* trace, const TimingOptions& options,
                    std::vector<layer::ResultFile>& results) {
  if (options.trace_file.empty()) return;
  results.push_back(text_result(options.trace_file, trace_text(trace->spans())));
}

void print_timings(const layer::Trace* trace, const TimingOptions& options) {
  if (!options.print) return;
  print_steps(trace->spans());
  print_layers(trace->spans());
}

}  // namespace cmd

// The three actions of the sub-command: stat, gc and verify.
#include "cmd/store.h"

#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cmd/options/number_values.h"
#include "cmd/options/store_options.h"
#include "cmd/report/messages.h"
#include "layer/base/json.h"
#include "layer/store/maintain.h"

namespace cmd {
namespace {

struct StoreArguments {
  std::string directory;  // empty: the default
  bool json = false;
  std::optional<uint64_t> max_size;
  std::optional<double> max_age;  // days
  bool repair = false;
};

std::string directory_of(const StoreArguments& options) {
  std::string directory = options.directory.empty() ? default_store() : options.directory;
  if (!directory.empty()) return directory;
  throw layer::Error(
      "no directory for the store: neither XDG_CACHE_HOME nor HOME is an absolute path")
      .with_help("name a directory with --store");
}

void run_stat(const StoreArguments& options) {
  const std::string directory = directory_of(options);
  const layer::StoreStatistics found = layer::measure_store(directory);
  print_warnings(found.warnings);
  if (options.json) {
    const nlohmann::json report{{"directory", directory},        {"blobs", found.blobs},
                                {"blobBytes", found.blob_bytes}, {"indexBytes", found.index_bytes},
                                {"layers", found.layers},        {"frames", found.frames},
                                {"memos", found.memos},          {"files", found.files}};
    print_to(stdout, layer::dump_report(report));
    return;
  }
  if (is_quiet()) return;
  print_line(stdout, directory);
  print_line(stdout, fmt::format("{:>10}  in {} blobs", human_size(found.blob_bytes), found.blobs));
  print_line(stdout, fmt::format("{:>10}  of index: {} layers, {} frames, {} memos, {} files",
                                 human_size(found.index_bytes), found.layers, found.frames,
                                 found.memos, found.files));
}

void print_left_over(const layer::StoreChange& change) {
  if (change.left_over_files == 0) return;
  fmt::print("removed {} in {} that killed processes left behind\n",
             human_size(change.left_over_bytes), counted(change.left_over_files, "file"));
}

void print_change(const StoreArguments& options, const layer::StoreChange& change) {
  print_warnings(change.warnings);
  if (options.json) {
    const nlohmann::json report{
        {"droppedBlobs", change.dropped_blobs},    {"droppedBytes", change.dropped_bytes},
        {"leftOverFiles", change.left_over_files}, {"leftOverBytes", change.left_over_bytes},
        {"damagedBlobs", change.damaged_blobs},    {"keptBlobs", change.kept_blobs},
        {"keptBytes", change.kept_bytes}};
    print_to(stdout, layer::dump_report(report));
    return;
  }
  if (is_quiet()) return;
  print_left_over(change);
  fmt::print("dropped {} in {} blobs, kept {} in {}\n", human_size(change.dropped_bytes),
             change.dropped_blobs, human_size(change.kept_bytes), change.kept_blobs);
}

void run_gc(const StoreArguments& options) {
  layer::GcLimits limits;
  limits.max_size = options.max_size.value_or(
      options.max_age ? limits.max_size : kDefaultStoreSize);  // by age alone if only that is given
  if (options.max_age) {
    constexpr double kDay = 24 * 3600 * 1e9;
    limits.oldest = nanoseconds_now() - static_cast<int64_t>(*options.max_age * kDay);
  }
  print_change(options, layer::collect_garbage(directory_of(options), limits, nanoseconds_now()));
}

void run_verify(const StoreArguments& options) {
  const std::string directory = directory_of(options);
  const layer::Repair repair = options.repair ? layer::Repair::kDrop : layer::Repair::kReport;
  layer::StoreChange change = layer::verify_store(directory, repair, nanoseconds_now());
  if (!change.warnings.empty() && !options.repair) {
    change.warnings.back().help =
        "`veneer store verify --repair` drops damaged data, and the next build makes it again";
  }
  print_change(options, change);
  if (!change.warnings.empty() && !options.repair) throw CLI::RuntimeError(1);
}

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& help,
                      const std::shared_ptr<StoreArguments>& options,
                      void (*run)(const StoreArguments&)) {
  CLI::App* command = parent.add_subcommand(name, help);
  command
      ->add_option("--store", options->directory,
                   "Directory of the store (default: $XDG_CACHE_HOME/veneer or ~/.cache/veneer)")
      ->type_name("DIR");
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([options, run] { run(*options); });
  return command;
}

}  // namespace

void add_store_command(CLI::App& app) {
  const auto options = std::make_shared<StoreArguments>();
  CLI::App* store = app.add_subcommand(
      "store", "Manage the store, in which builds keep results for later builds");
  store->require_subcommand(1);
  add_command(*store, "stat", "Show how much is in the store", options, run_stat);
  CLI::App* gc = add_command(*store, "gc", "Drop the least recently used blobs", options, run_gc);
  gc->add_option("--max-size", options->max_size,
                 "Bytes that blobs may take (default: 10GB, or no limit with --max-age)")
      ->transform(size_in_bytes(CLI::AsSizeValue(true)))
      ->type_name("SIZE");
  gc->add_option("--max-age", options->max_age,
                 "Days after which unused blobs are dropped (default: no limit)")
      ->check(days_up_to(36500))
      ->type_name("DAYS");
  CLI::App* verify =
      add_command(*store, "verify", "Check all blobs; the exit code is 1 if something is damaged",
                  options, run_verify);
  verify->add_flag(
      "--repair", options->repair,
      "Drop damaged data, which builds make again, and files that killed processes left behind");
}

}  // namespace cmd

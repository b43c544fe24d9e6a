// Declares the options, and gives the store what it needs of environment and clock.
#include "cmd/options/store_options.h"

#include <chrono>
#include <cstdlib>
#include <utility>

#include "cmd/options/number_values.h"
#include "cmd/report/messages.h"

namespace cmd {
namespace {

constexpr const char* kStoreGroup = "Store";

// Empty if it is not set.
std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing sets any
  return value == nullptr ? "" : value;
}

// What the user did not ask for is done without.
void warn_of_store(const layer::Error& error, std::string_view consequence, std::string_view help) {
  layer::Diagnostic warning = error.diagnostics().front();
  warning.message += consequence;
  warning.help = help;
  print_warnings({warning});
}

}  // namespace

void add_store_options(CLI::App& command, StoreOptions& options) {
  CLI::Option* directory =
      command.add_option("--store", options.directory,
                         "Directory that keeps results of builds for later builds (default: "
                         "$XDG_CACHE_HOME/veneer or ~/.cache/veneer)");
  directory->type_name("DIR")->group(kStoreGroup);
  command.add_flag("--no-store", options.none, "Use no store; make everything anew")
      ->excludes(directory)
      ->group(kStoreGroup);
  command
      .add_option("--store-size", options.max_size,
                  "Bytes that the store may keep; the least recently used blobs are dropped "
                  "(default: 10GB)")
      ->transform(size_in_bytes(CLI::AsSizeValue(true)))
      ->type_name("SIZE")
      ->group(kStoreGroup);
}

int64_t nanoseconds_now() {
  using std::chrono::nanoseconds;
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<nanoseconds>(time).count();
}

std::string default_store() {
  // XDG Base Directory Specification: a relative path is to be ignored.
  if (const std::string cache = environment("XDG_CACHE_HOME"); cache.starts_with('/')) {
    return cache + "/veneer";
  }
  const std::string home = environment("HOME");
  return home.starts_with('/') ? home + "/.cache/veneer" : "";
}

std::unique_ptr<layer::Store> open_store(const StoreOptions& options, layer::InputDigests inputs,
                                         layer::Sharing sharing) {
  if (options.none) return nullptr;
  if (!options.directory.empty())
    return std::make_unique<layer::Store>(options.directory, nanoseconds_now(), std::move(inputs),
                                          sharing);
  const std::string directory = options.offered.empty() ? default_store() : options.offered;
  if (directory.empty()) return nullptr;
  try {
    return std::make_unique<layer::Store>(directory, nanoseconds_now(), std::move(inputs), sharing);
  } catch (const layer::Error& error) {
    warn_of_store(error, "; this run uses no store",
                  "name another directory with --store, or give --no-store");
    return nullptr;
  }
}

bool run_with_store(StoreOptions& options, const std::function<void()>& run) {
  try {
    run();
    return false;
  } catch (const layer::Error& error) {
    const bool is_full = error.diagnostics().front().help == layer::kFullStoreHelp;
    if (!is_full || !options.directory.empty()) throw;
    warn_of_store(error, "; this run begins anew without a store", layer::kFullStoreHelp);
  }
  options.none = true;
  run();
  return true;
}

void commit_store(layer::Store* store, const StoreOptions& options) {
  if (store == nullptr) return;
  print_warnings(store->warnings());
  try {
    store->commit(options.max_size);
  } catch (const layer::Error& error) {
    if (!options.directory.empty()) throw;
    warn_of_store(error, "; this run keeps nothing for later ones", layer::kFullStoreHelp);
  }
}

}  // namespace cmd

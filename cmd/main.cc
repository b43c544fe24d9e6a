// The veneer program: sub-commands, and the one place where errors become messages and exit codes.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/build.h"
#include "cmd/flagfile.h"
#include "cmd/image.h"
#include "cmd/index.h"
#include "cmd/layer.h"
#include "cmd/plan.h"
#include "cmd/store.h"
#include "cmd/tar.h"
#include "cmd/verify.h"
#include "layer/error.h"

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;
constexpr int kBug = 70;  // EX_SOFTWARE of sysexits.h

// All output is there, or the system has a fault to tell.
void flush_output() {
  if (std::fflush(stdout) != 0) throw layer::system_error("standard output", "cannot write", errno);
}

int run(int argc, char** argv) {
  const bool is_tar = argc > 0 && cmd::is_tar_name(argv[0]);
  if (is_tar || (argc > 1 && std::string_view(argv[1]) == "tar")) {
    cmd::run_tar({argv + (is_tar ? 1 : 2), argv + argc});
    flush_output();
    return 0;
  }
  CLI::App app("Turns Bazel runfiles into OCI image layers and images, each real file stored once.",
               "veneer");
  app.set_version_flag("--version", "veneer " VENEER_VERSION);
  app.require_subcommand(1);
  cmd::add_build_command(app);
  cmd::add_plan_command(app);
  cmd::add_layer_command(app);
  cmd::add_image_command(app);
  cmd::add_index_command(app);
  cmd::add_verify_command(app);
  cmd::add_store_command(app);
  cmd::add_tar_command(app);
  int status = 0;
  try {
    const std::optional<std::vector<std::string>> arguments = cmd::read_flagfile(argc, argv);
    if (arguments) {
      // CLI11 takes a vector's arguments from its end.
      app.parse(std::vector<std::string>(arguments->rbegin(), arguments->rend()));
    } else {
      app.parse(argc, argv);
    }
  } catch (const CLI::RuntimeError& verdict) {
    status = verdict.get_exit_code();  // all is said
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  }
  flush_output();
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const layer::Error& error) {
    fmt::print(stderr, "{}", error.what());
    return kFailed;
  } catch (const std::logic_error& error) {
    fmt::print(stderr, "veneer: internal error: {}\nveneer: help: please report this bug\n",
               error.what());
    return kBug;
  } catch (const std::exception& error) {
    fmt::print(stderr, "veneer: error: {}\n", error.what());
    return kFailed;
  }
}

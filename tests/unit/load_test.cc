// Which layers an engine need not get, and where engines are.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/process/child_process.h"
#include "oci/load/engine.h"
#include "oci/load/engine_address.h"
#include "oci/load/engine_program.h"
#include "temporary_directory.h"

namespace load_test {
namespace {

std::vector<layer::DiffId> diff_ids(std::string_view names) {
  std::vector<layer::DiffId> result;
  for (const char& name : names) {
    result.push_back({layer::sha256(std::as_bytes(std::span(&name, 1)))});
  }
  return result;
}

}  // namespace

TEST_CASE("load: layers are there up to the first that differs") {
  struct Row {
    std::string_view wanted;
    std::string_view present;
    size_t common;
  };
  for (const Row& row : {Row{"abc", "abc", 3}, Row{"abc", "abcd", 3}, Row{"abc", "ab", 2},
                         Row{"abc", "axc", 1}, Row{"abc", "bc", 0}, Row{"abc", "", 0}}) {
    CAPTURE(row.present);
    CHECK(oci::common_layers(diff_ids(row.wanted), diff_ids(row.present)) == row.common);
  }
}

TEST_CASE("load: podman's service is at the socket of the user") {
  const layer::TemporaryDirectory directory;
  const std::string& folder = directory.path();
  CHECK(oci::podman_address({}, folder, false).url.empty());
  CHECK(oci::podman_address({}, {}, false).url.empty());
  directory.write("podman/podman.sock", "");
  CHECK(oci::podman_address({}, folder, false).url == "unix://" + folder + "/podman/podman.sock");
  const oci::EngineAddress stated = oci::podman_address("unix:///mine", folder, false);
  CHECK(stated.url == "unix:///mine");
  CHECK(stated.chosen_by == "CONTAINER_HOST");
}

TEST_CASE("load: a program is the first on the path that can be run") {
  const layer::TemporaryDirectory directory;
  const std::string& folder = directory.path();
  directory.write("one/ctr", "");
  directory.write("two/ctr", "");
  const std::string path = folder + "/none:" + folder + "/one::" + folder + "/two";
  CHECK(oci::find_program("ctr", path).empty());
  std::filesystem::permissions(folder + "/two/ctr", std::filesystem::perms::owner_all);
  CHECK(oci::find_program("ctr", path) == folder + "/two/ctr");
}

TEST_CASE("load: a program whose end is not known has not succeeded") {
  auto* const before = std::signal(SIGCHLD, SIG_IGN);
  layer::ChildProcess asked({"/bin/true", {}, {}}, {});
  CHECK(asked.end(std::chrono::seconds(60)).fault == "how it ended is not known");
  layer::ChildProcess finished({"/bin/true", {}, {}}, {});
  CHECK_THROWS_WITH_AS(finished.finish(), "/bin/true: error: how it ended is not known\n",
                       layer::Error);
  std::signal(SIGCHLD, before);
}

TEST_CASE("load: a program begins with those signals blocked that are blocked here") {
  sigset_t blocked = {};
  sigset_t before = {};
  REQUIRE(sigemptyset(&blocked) == 0);
  REQUIRE(sigaddset(&blocked, SIGALRM) == 0);
  REQUIRE(pthread_sigmask(SIG_BLOCK, &blocked, &before) == 0);
  layer::ChildProcess process({"/bin/sh", {"-c", "kill -ALRM $$"}, {}}, {});
  CHECK(process.end(std::chrono::seconds(60)).fault.empty());
  CHECK(pthread_sigmask(SIG_SETMASK, &before, nullptr) == 0);
}

}  // namespace load_test

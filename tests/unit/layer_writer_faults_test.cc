// What becomes of a layer whose files are not what was planned.
#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <string>
#include <utility>

#include "directory_sink.h"
#include "layer/base/error.h"
#include "layer/model/string_arena.h"
#include "layer/write/layer_writer.h"
#include "temporary_directory.h"

namespace layer::layer_writer_faults_test {
namespace {

TEST_CASE("layers: a file that is not as planned is an error, and nothing is left") {
  const TemporaryDirectory files;
  const std::string path = files.write("source", std::string(1000, 'a'));
  const std::string missing = files / "missing";
  const std::string fifo = files / "fifo";
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  const std::string help = "build again, and let nothing write to it meanwhile\n";
  const struct {
    std::string source;
    uint64_t planned;
    std::string message;
  } cases[] = {
      {path, 999,
       ": error: changed while it was being read: 999 bytes were planned, 1000 found\n" + path +
           ": help: " + help},
      {path, 1001,
       ": error: changed while it was being read: 1001 bytes were planned, 1000 found\n" + path +
           ": help: " + help},
      {missing, 10, ": error: cannot open: No such file or directory\n"},
      {files.path(), 10, ": error: is not a regular file\n"},
      {fifo, 0, ": error: is not a regular file\n"},
  };
  for (const auto& [source, planned, message] : cases) {
    for (const unsigned jobs : {1U, 4U}) {
      LayerPlan plan;
      plan.name = "layer";
      plan.entries.resize(2);
      plan.entries[0].path = "a";
      plan.entries[0].content = source;
      plan.entries[0].size = planned;
      plan.entries[1] = plan.entries[0];
      plan.entries[1].path = "b";
      const TemporaryDirectory out;
      DirectorySink sink(out);
      Progress progress;
      CHECK_THROWS_WITH_AS(write_layers({plan}, {Codec::kGzip, 6}, jobs, sink, progress),
                           (source + message).c_str(), Error);
      CHECK(std::filesystem::is_empty(out.path()));
    }
  }
}

// Changes a file once its first piece has been written.
class MeddlingSink : public DirectorySink {
 public:
  MeddlingSink(const TemporaryDirectory& directory, std::function<void()> meddle)
      : DirectorySink(directory), meddle_(std::move(meddle)) {}
  OutputFile& begin(uint64_t tar_size) override {
    meddle_();
    return DirectorySink::begin(tar_size);
  }

 private:
  std::function<void()> meddle_;
};

TEST_CASE("layers: a large file that changes between its pieces is an error, and nothing is left") {
  const TemporaryDirectory files;
  // More pieces than can be under way before the first one is written.
  const uint64_t size = 8 * (uint64_t{4} << 20);
  const std::string path = files / "large";
  const std::string help = path + ": help: build again, and let nothing write to it meanwhile\n";
  const struct {
    std::function<void()> meddle;
    std::string message;
  } cases[] = {
      {[&] { std::filesystem::last_write_time(path, std::filesystem::file_time_type{}); },
       path + ": error: changed while it was being read\n" + help},
      {[&] { std::filesystem::resize_file(path, size - 1); },
       path +
           ": error: changed while it was being read: 33554432 bytes were planned, 33554431 "
           "found\n" +
           help},
      {[&] { std::filesystem::resize_file(path, size + 1); },
       path +
           ": error: changed while it was being read: 33554432 bytes were planned, 33554433 "
           "found\n" +
           help},
      {[&] { std::filesystem::remove(path); },
       path + ": error: cannot open: No such file or directory\n"},
  };
  for (const auto& [meddle, message] : cases) {
    files.write("large", "");
    std::filesystem::resize_file(path, size);
    LayerPlan plan;
    plan.entries.resize(1);
    plan.entries[0].path = "large";
    plan.entries[0].content = path;
    plan.entries[0].size = size;
    const TemporaryDirectory out;
    MeddlingSink sink(out, meddle);
    Progress progress;
    CHECK_THROWS_WITH_AS(write_layers({plan}, {Codec::kZstd, 1}, 1, sink, progress),
                         message.c_str(), Error);
    CHECK(std::filesystem::is_empty(out.path()));
  }
}

TEST_CASE("layers: of several faults the first in order is reported, at any number of jobs") {
  LayerPlan plan;
  StringArena arena;
  for (int i = 0; i < 40; ++i) {
    TarEntry& entry = plan.entries.emplace_back();
    entry.path = arena.copy(fmt::format("f{:02}", i));
    entry.content = arena.copy(fmt::format("/nonexistent/{:02}", i));
    entry.size = uint64_t{4} << 20;  // some frames each
  }
  for (const unsigned jobs : {1U, 2U, 8U}) {
    const TemporaryDirectory out;
    DirectorySink sink(out);
    Progress progress;
    CHECK_THROWS_WITH_AS(write_layers({plan}, {Codec::kZstd, 3}, jobs, sink, progress),
                         "/nonexistent/00: error: cannot open: No such file or directory\n", Error);
  }
}

TEST_CASE(
    "layers: side by side, the first fault is that of the first layer, and those below are whole") {
  const TemporaryDirectory files;
  const std::string large = files.write("large", std::string(uint64_t{40} << 20, 'x'));
  std::vector<LayerPlan> plans(3);
  for (size_t i = 0; i < plans.size(); ++i) {
    LayerPlan& plan = plans[i];
    plan.name = std::to_string(i);
    plan.entries.resize(2);
    plan.entries[0].path = "a";
    plan.entries[0].content = large;
    plan.entries[0].size = uint64_t{40} << 20;
    plan.entries[1].path = "b";
  }
  // The last layer fails at once, the second behind its large file.
  plans[1].entries[1].content = "/nonexistent/second";
  plans[1].entries[1].size = 1;
  plans[2].entries[0].content = "/nonexistent/third";
  for (const unsigned jobs : {1U, 2U, 8U}) {
    const TemporaryDirectory out;
    SideBySideSink sink(out);
    Progress progress;
    CHECK_THROWS_WITH_AS(write_layers(plans, {Codec::kZstd, 1}, jobs, sink, progress),
                         "/nonexistent/second: error: cannot open: No such file or directory\n",
                         Error);
    CHECK(std::filesystem::remove(sink.path("0")));  // that layer was well
    CHECK(std::filesystem::is_empty(out.path()));
  }
}

}  // namespace
}  // namespace layer::layer_writer_faults_test

// Where tests have layers written: a file for each, named as the layer.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "layer/write/layer_writer.h"
#include "temporary_directory.h"

namespace layer {

class DirectorySink : public LayerSink {
 public:
  explicit DirectorySink(const TemporaryDirectory& directory) : directory_(directory.path()) {}

  OutputFile& begin(uint64_t /*tar_size*/) override { return file_.emplace(directory_.string()); }
  void end(const WrittenLayer& layer) override {
    file_->commit(path(layer.name));
    file_.reset();
  }
  void add(const WrittenLayer& layer, int fd) override {
    OutputFile::share(directory_.string(), fd).commit(path(layer.name));
  }
  std::string path(const std::string& name) const { return directory_ / name; }

 protected:
  OutputFile new_file() const { return OutputFile(directory_.string()); }

 private:
  std::filesystem::path directory_;
  std::optional<OutputFile> file_;
};

// The same, with several layers under way at a time.
class SideBySideSink : public DirectorySink {
 public:
  using DirectorySink::DirectorySink;

  bool has_file_for_each() const override { return true; }
  OutputFile create() override { return new_file(); }
  void take(const WrittenLayer& layer, OutputFile file) override { file.commit(path(layer.name)); }
};

}  // namespace layer

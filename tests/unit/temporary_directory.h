// Real files for one test, gone when it ends.
#pragma once

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX's

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "layer/base/error.h"

namespace layer {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = std::filesystem::temp_directory_path() / "veneer-test-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = std::filesystem::canonical(pattern);
  }
  ~TemporaryDirectory() {
    std::error_code ignored;  // a destructor has nobody to tell
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

  // Each makes the parents it needs and returns the path of what it made.
  std::string write(std::string_view name, std::string_view bytes) const {
    const std::string file = make_parent(name);
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) throw std::runtime_error("cannot write " + file);
    return file;
  }
  std::string link(std::string_view name, std::string_view text) const {
    const std::string file = make_parent(name);
    std::filesystem::create_symlink(text, file);
    return file;
  }
  std::string make_directory(std::string_view name) const {
    std::filesystem::create_directories(*this / name);
    return *this / name;
  }

  // `text` with this directory written as "$", for comparing with what a test expects.
  std::string strip(std::string text) const {
    for (size_t at = 0; (at = text.find(path_, at)) != std::string::npos; ++at) {
      text.replace(at, path_.size(), "$");
    }
    return text;
  }

  // What the Error thrown by `run` says, stripped; "no error" when none is.
  template <typename Run>
  std::string error_of(Run run) const {
    try {
      run();
    } catch (const Error& error) {
      return strip(error.what());
    }
    return "no error";
  }

 private:
  std::string make_parent(std::string_view name) const {
    const std::filesystem::path file = *this / name;
    std::filesystem::create_directories(file.parent_path());
    return file;
  }

  std::string path_;
};

// Makes a directory the current one for as long as it lives.
class WorkingDirectory {
 public:
  explicit WorkingDirectory(const std::string& path) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(path);
  }
  ~WorkingDirectory() {
    std::error_code ignored;
    std::filesystem::current_path(before_, ignored);
  }
  WorkingDirectory(const WorkingDirectory&) = delete;
  WorkingDirectory& operator=(const WorkingDirectory&) = delete;

 private:
  std::filesystem::path before_;
};

}  // namespace layer

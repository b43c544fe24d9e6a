// An image made by hand for the checks, and what they say of it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/check/check_image.h"
#include "layer/model/image_tree.h"
#include "layer/model/string_arena.h"

namespace layer {

// Paths are added with their parents, into the layer last begun.
class CheckedImage {
 public:
  RunConfig config{{}, "/", {"PATH=/usr/bin:/bin"}, "amd64"};
  std::optional<uint32_t> base_layers = 0;

  void begin_layer() { layers_.emplace_back(); }
  void directory(std::string_view path) { add(path, NodeKind::kDirectory); }
  void link(std::string_view path, std::string_view text) {
    add(path, NodeKind::kSymlink).content = arena_.copy(text);
  }
  void file(std::string_view path, std::string_view text = {}, uint32_t mode = 0644);
  void program(std::string_view path) { elf(path, {}).is_program = true; }
  // An x86-64 shared object, to be changed as the test needs it.
  ElfFacts& elf(std::string_view path, std::vector<std::string> needed, std::string runpath = {});

  // A line "SEVERITY CHECK PATH" for each finding. `input`: null when it is not known.
  std::string findings(const CheckedImage* input = nullptr);
  // The whole of the messages.
  std::string messages();

 private:
  Node& add(std::string_view path, NodeKind kind);
  ImageTree tree() const;
  std::vector<Entry> entries() const;  // of all that is no directory
  std::vector<Finding> check(const CheckedImage* input);

  StringArena arena_;
  std::vector<std::vector<Node>> layers_ = std::vector<std::vector<Node>>(1);
  Probes probes_;
  std::deque<ElfFacts> elf_;  // until the check: what becomes probes
  std::vector<uint32_t> elf_inodes_;
  uint32_t inode_ = 0;
};

}  // namespace layer

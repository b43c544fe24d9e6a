#include "checked_image.h"

#include <elf.h>
#include <fmt/core.h>

#include <memory>
#include <utility>

#include "layer/model/file_tree.h"

namespace layer {

Node& CheckedImage::add(std::string_view path, NodeKind kind) {
  std::vector<Node>& nodes = layers_.back();
  path = arena_.copy(path);
  for (std::string_view parent = parent_path(path); !parent.empty(); parent = parent_path(parent)) {
    Node node;
    node.path = parent;
    node.kind = NodeKind::kDirectory;
    node.layer = static_cast<uint32_t>(layers_.size() - 1);
    // Before all others: what is added at this path is what counts.
    nodes.insert(nodes.begin(), node);
  }
  Node& node = nodes.emplace_back();
  node.path = path;
  node.kind = kind;
  node.layer = static_cast<uint32_t>(layers_.size() - 1);
  if (kind == NodeKind::kFile) node.inode = ++inode_;
  return node;
}

void CheckedImage::file(std::string_view path, std::string_view text, uint32_t mode) {
  Node& node = add(path, NodeKind::kFile);
  node.mode = mode;
  node.size = text.size();
  if (text.empty()) return;
  FileProbe probe;
  probe.text = text;
  probes_.put(node, std::move(probe));
}

ElfFacts& CheckedImage::elf(std::string_view path, std::vector<std::string> needed,
                            std::string runpath) {
  Node& node = add(path, NodeKind::kFile);
  node.mode = 0755;
  ElfFacts& facts = elf_.emplace_back();
  facts.machine = {EM_X86_64, true, false};
  facts.is_shared_object = true;
  facts.needed = std::move(needed);
  if (!runpath.empty()) facts.runpath = std::move(runpath);
  facts.print = node.inode;
  elf_inodes_.push_back(node.inode);
  return facts;
}

ImageTree CheckedImage::tree() const {
  ImageTree tree;
  for (const std::vector<Node>& nodes : layers_) tree.add_layer(nodes);
  return tree;
}

std::vector<Entry> CheckedImage::entries() const {
  std::vector<Entry> entries;
  const ImageTree all = tree();
  for (const Node& node : all.nodes()) {
    const EntryKind kind =
        node.kind == NodeKind::kSymlink ? EntryKind::kSymlink : EntryKind::kEmptyFile;
    if (node.kind != NodeKind::kDirectory) {
      entries.push_back({.path = node.path, .content = node.content, .kind = kind});
    }
  }
  return entries;
}

std::vector<Finding> CheckedImage::check(const CheckedImage* input) {
  for (size_t i = 0; i < elf_.size(); ++i) {
    FileProbe probe;
    probe.elf = std::make_shared<const ElfFacts>(elf_[i]);
    Node node;
    node.inode = elf_inodes_[i];
    probes_.put(node, std::move(probe));
  }
  const ImageTree image = tree();
  const std::vector<Entry> entries = input == nullptr ? std::vector<Entry>() : input->entries();
  const EntryWalk declared(entries);
  Findings findings;
  check_image({image, probes_, config, input == nullptr ? nullptr : &declared, base_layers}, 1,
              findings);
  return findings.take();
}

std::string CheckedImage::findings(const CheckedImage* input) {
  std::string text;
  for (const Finding& finding : check(input)) {
    text += fmt::format("{} {} {}\n", severity_name(finding.severity), finding.check, finding.path);
  }
  return text;
}

std::string CheckedImage::messages() {
  std::string text;
  for (const Finding& finding : check(nullptr)) {
    text += to_diagnostic(finding).to_string(severity_name(finding.severity));
  }
  return text;
}

}  // namespace layer

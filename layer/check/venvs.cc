// Finds venvs by their marks, and walks them the way Python's finders list directories.
#include "layer/check/venvs.h"

#include <fmt/core.h>

#include <set>
#include <utility>

#include "layer/model/file_tree.h"

namespace layer {
namespace {

constexpr std::string_view kConfig = "/pyvenv.cfg";
constexpr std::string_view kProgram = "/bin/python3";

// The names directly below a directory.
std::vector<std::string_view> names_in(const TreeView& view, const Node& directory) {
  std::vector<std::string_view> names;
  for (const Node& node : view.below(directory)) {
    const std::string_view name = node.path.substr(directory.path.size() + 1);
    if (name.find('/') == std::string_view::npos) names.push_back(name);
  }
  return names;
}

bool is_directory(const Node* node) {
  return node != nullptr && node->kind == NodeKind::kDirectory;
}

// A Python installation has the same directories, and its standard library in them.
bool is_whole_python(const Subject& subject, const ImageVenv& venv) {
  for (const std::string& library : venv.libraries) {
    if (subject.view.find(fmt::format("{}/{}/os.py", venv.path, library)) != nullptr) return true;
  }
  return false;
}

ImageVenv look_at(const Subject& subject, std::string_view path) {
  ImageVenv venv;
  venv.path = path;
  venv.config = subject.view.find(fmt::format("{}{}", path, kConfig));
  const Node* lib = subject.view.find(fmt::format("{}/lib", path));
  if (!is_directory(lib)) return venv;
  for (const std::string_view name : names_in(subject.view, *lib)) {
    if (!name.starts_with("python")) continue;
    std::string site = fmt::format("{}/lib/{}/site-packages", path, name);
    if (!is_directory(subject.view.find(site))) continue;
    venv.libraries.push_back(fmt::format("lib/{}", name));
    venv.site_packages.push_back(std::move(site));
  }
  return venv;
}

// Collects the shared objects below one site-packages directory.
class Walk {
 public:
  Walk(const Subject& subject, std::vector<OpenedFile>& opened, std::set<const Node*>& reached)
      : subject_(subject), opened_(opened), reached_(reached) {}

  void list(const Node& directory, const std::string& path) {
    if (!listed_.insert(&directory).second) return;
    for (const Node& node : subject_.view.below(directory)) {
      const Node* end = subject_.view.follow(node);
      if (end == nullptr) continue;
      if (end->kind == NodeKind::kDirectory && end != &node) {
        list(*end, path + std::string(node.path.substr(directory.path.size())));
      } else if (end->kind == NodeKind::kFile) {
        add(*end, path, node.path.substr(directory.path.size()));
      }
    }
  }

 private:
  void add(const Node& file, const std::string& directory, std::string_view rest) {
    const ElfFacts* elf = subject_.probes.find_elf(file);
    if (elf == nullptr || elf->is_program) return;
    reached_.insert(&file);
    opened_.push_back({directory + std::string(rest), &file, elf});
  }

  const Subject& subject_;
  std::vector<OpenedFile>& opened_;
  std::set<const Node*>& reached_;
  std::set<const Node*> listed_;  // a second link to a directory shows nothing new
};

}  // namespace

std::vector<ImageVenv> find_venvs(const Subject& subject) {
  std::set<std::string_view> marked;
  for (const Node& node : subject.view.nodes()) {
    for (const std::string_view mark : {kConfig, kProgram}) {
      if (node.path.ends_with(mark))
        marked.insert(node.path.substr(0, node.path.size() - mark.size()));
    }
  }
  std::vector<ImageVenv> venvs;
  for (const std::string_view path : marked) {
    ImageVenv venv = look_at(subject, path);
    const bool is_venv =
        venv.config != nullptr || (!venv.libraries.empty() && !is_whole_python(subject, venv));
    if (is_venv) venvs.push_back(std::move(venv));
  }
  return venvs;
}

std::vector<OpenedFile> opened_files(const Subject& subject, const std::vector<ImageVenv>& venvs) {
  std::vector<OpenedFile> opened;
  std::set<const Node*> reached;
  for (const ImageVenv& venv : venvs) {
    for (const std::string& path : venv.site_packages) {
      Walk(subject, opened, reached).list(*subject.view.find(path), path);
    }
  }
  for (const Node& node : subject.view.nodes()) {
    if (node.kind != NodeKind::kFile || subject.is_base(node) || reached.count(&node) != 0)
      continue;
    const ElfFacts* elf = subject.probes.find_elf(node);
    if (elf != nullptr) opened.push_back({std::string(node.path), &node, elf});
  }
  return opened;
}

}  // namespace layer

// Prints the parts of the screen one after the other, each with the few lines that say most.
#include "cmd/inspect/inspect_text.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cmd/report/columns.h"
#include "cmd/report/messages.h"
#include "layer/base/json.h"

namespace cmd {
namespace {

constexpr size_t kShownPackages = 8;
constexpr size_t kShownFiles = 5;
constexpr size_t kShownWaste = 5;
constexpr std::string_view kRow = "{:>10}  {}";  // a size, and what has it

void print_fact(std::string_view name, const std::string& value) {
  if (value.empty()) return;
  print_line(stdout, cut_end(fmt::format("{:<8} {}", name, value), report_width()));
}

void print_heading(const std::string& text) {
  print_line(stdout, "");
  print_line(stdout, cut_end(text, report_width()), Style::kHeading);
}

// Of a list with `size` rows.
size_t shown_of(size_t few, size_t size) {
  return is_verbose() ? size : std::min(few, size);
}

void print_path(uint64_t size, std::string_view path, const std::string& remark) {
  const std::string left = fmt::format("{:>10}  ", human_size(size));
  const std::string right = remark.empty() ? "" : "  " + remark;
  const size_t used = left.size() + right.size();
  const size_t room = report_width() > used + 20 ? report_width() - used : 20;
  print_line(stdout, left + cut_begin(path, room) + right);
}

// As a shell would show it, so far as a line may.
std::string command_text(const oci::ImageConfig& config) {
  std::vector<std::string> words = config.entrypoint.value_or(oci::Arguments());
  if (config.cmd) words.insert(words.end(), config.cmd->begin(), config.cmd->end());
  for (std::string& word : words) {
    if (word.empty() || word.find_first_of(" \t\n'\"$") != word.npos)
      word = fmt::format("\"{}\"", word);
  }
  return fmt::format("{}", fmt::join(words, " "));
}

std::string settings_text(const oci::ImageConfig& config) {
  std::vector<std::string> parts;
  if (!config.user.empty()) parts.push_back("user " + config.user);
  if (!config.working_dir.empty()) parts.push_back("in " + config.working_dir);
  if (!config.exposed_ports.empty()) {
    parts.push_back(fmt::format("ports {}", fmt::join(config.exposed_ports, " ")));
  }
  if (!config.volumes.empty()) {
    parts.push_back(fmt::format("volumes {}", fmt::join(config.volumes, " ")));
  }
  if (!config.stop_signal.empty()) parts.push_back("stops by " + config.stop_signal);
  if (!config.env.empty()) parts.push_back(counted(config.env.size(), "variable"));
  if (!config.labels.empty()) parts.push_back(counted(config.labels.size(), "label"));
  return fmt::format("{}", fmt::join(parts, "; "));
}

void print_head(const Inspection& inspection) {
  const oci::StoredImage& image = inspection.subject.image;
  print_fact("image", image.name);
  if (image.manifest_digest) print_fact("digest", image.manifest_digest->to_string());
  std::string platform = image.config.platform.to_string();
  if (!image.config.created.empty()) platform += ", created " + image.config.created;
  print_fact("platform", platform);
  print_fact("runs", command_text(image.config));
  print_fact("config", settings_text(image.config));
  const auto& nodes = inspection.subject.facts.tree.nodes();
  const auto links = std::ranges::count(nodes, layer::NodeKind::kSymlink, &layer::Node::kind);
  const auto files = std::ranges::count(nodes, layer::NodeKind::kFile, &layer::Node::kind);
  print_fact("size", fmt::format("{} stored, {} unpacked; {}, {}, {}",
                                 human_size(inspection.stored), human_size(inspection.unpacked),
                                 counted(inspection.layers.size(), "layer"),
                                 counted(static_cast<uint64_t>(files), "file"),
                                 counted(static_cast<uint64_t>(links), "symlink")));
}

std::string package_text(const oci::Package& package) {
  return package.version.empty() ? package.name : package.name + ' ' + package.version;
}

// The packages of a layer, the largest first, and who made it.
std::string contents_text(const Inspection& inspection, const oci::LayerSummary& layer) {
  constexpr size_t kShown = 2;
  std::string text;
  for (size_t i = 0; i < shown_of(kShown, layer.packages.size()); ++i) {
    const oci::Package& package = inspection.subject.facts.packages[layer.packages[i].package];
    text += (i == 0 ? "" : ", ") + package_text(package);
  }
  const size_t shown = shown_of(kShown, layer.packages.size());
  if (layer.packages.size() > shown) {
    text += fmt::format(" and {} more", layer.packages.size() - shown);
  }
  if (!text.empty() && !layer.created_by.empty()) text += " | ";
  return text + layer.created_by;
}

void print_layer_rows(const Inspection& inspection) {
  print_heading("layer      stored    unpacked    files  what is in it | what made it");
  for (size_t i = 0; i < inspection.layers.size(); ++i) {
    const oci::LayerSummary& layer = inspection.layers[i];
    const oci::ImageLayer& stored = inspection.subject.image.layers[i];
    print_line(stdout, cut_end(fmt::format("{:>5}  {:>10}  {:>10}  {:>7}  {}", i + 1,
                                           human_size(stored.descriptor.size),
                                           human_size(inspection.subject.facts.layers[i]->tar_size),
                                           layer.files, contents_text(inspection, layer)),
                               report_width()));
  }
}

// The largest first.
std::vector<const oci::Package*> packages_by_size(const oci::ImageFacts& facts) {
  std::vector<const oci::Package*> packages;
  for (const oci::Package& package : facts.packages) packages.push_back(&package);
  std::stable_sort(packages.begin(), packages.end(),
                   [](const auto* a, const auto* b) { return a->size > b->size; });
  return packages;
}

void print_packages(const oci::ImageFacts& facts) {
  if (facts.packages.empty()) return;
  std::string kinds;
  for (const oci::PackageKind kind :
       {oci::PackageKind::kAlpine, oci::PackageKind::kDebian, oci::PackageKind::kPython}) {
    uint64_t count = 0;
    uint64_t bytes = 0;
    for (const oci::Package& package : facts.packages) {
      if (package.kind != kind) continue;
      ++count;
      bytes += package.size;
    }
    if (count == 0) continue;
    kinds += fmt::format("{}{} {} with {}", kinds.empty() ? "" : ", ", count,
                         oci::package_kind_name(kind), human_size(bytes));
  }
  print_heading("packages: " + kinds);
  const std::vector<const oci::Package*> packages = packages_by_size(facts);
  for (size_t i = 0; i < shown_of(kShownPackages, packages.size()); ++i) {
    print_line(stdout, cut_end(fmt::format("{:>10}  {} ({})", human_size(packages[i]->size),
                                           package_text(*packages[i]),
                                           oci::package_kind_name(packages[i]->kind)),
                               report_width()));
  }
}

void print_largest(const oci::ImageFacts& facts) {
  std::vector<const layer::Node*> files;
  std::vector<bool> is_there(facts.files.size());
  for (const layer::Node& node : facts.tree.nodes()) {
    if (node.inode == 0 || node.size == 0 || is_there[node.inode - 1]) continue;
    is_there[node.inode - 1] = true;
    files.push_back(&node);
  }
  const size_t shown = std::min(kShownFiles, files.size());
  std::partial_sort(files.begin(), files.begin() + static_cast<std::ptrdiff_t>(shown), files.end(),
                    [](const auto* a, const auto* b) {
                      return a->size != b->size ? a->size > b->size : a->path < b->path;
                    });
  if (shown > 0) print_heading("largest files");
  for (size_t i = 0; i < shown; ++i) print_path(files[i]->size, files[i]->path, {});
}

std::string hidden_text(const oci::StoredFile& file) {
  if (file.hidden_by == file.layer) return fmt::format("twice in layer {}", file.layer + 1);
  return fmt::format("of layer {}, hidden by {}", file.layer + 1, file.hidden_by + 1);
}

void print_waste(const oci::Waste& waste) {
  if (waste.total() == 0) return;
  print_heading(fmt::format(
      "stored in vain: {} of {} ({:.1f} %): {} twice, {} hidden", human_size(waste.total()),
      human_size(waste.content_bytes),
      100 * static_cast<double>(waste.total()) / static_cast<double>(waste.content_bytes),
      human_size(waste.duplicate_bytes), human_size(waste.hidden_bytes)));
  for (size_t i = 0; i < shown_of(kShownWaste, waste.duplicates.size()); ++i) {
    const oci::Duplicate& duplicate = waste.duplicates[i];
    print_path(duplicate.wasted(), duplicate.paths.front(),
               fmt::format("{} times", duplicate.paths.size()));
  }
  for (size_t i = 0; i < shown_of(kShownWaste, waste.hidden.size()); ++i) {
    print_path(waste.hidden[i]->size, waste.hidden[i]->path, hidden_text(*waste.hidden[i]));
  }
}

void print_layer_head(const Inspection& inspection, uint32_t number) {
  const oci::ImageLayer& stored = inspection.subject.image.layers[number];
  const oci::LayerFacts& facts = *inspection.subject.facts.layers[number];
  const oci::LayerSummary& layer = inspection.layers[number];
  print_fact("layer", fmt::format("{} of {}: {}", number + 1, inspection.layers.size(),
                                  inspection.subject.image.name));
  print_fact("digest", facts.digest.to_string());
  print_fact("diff id", stored.diff_id.digest.to_string());
  print_fact("type", stored.descriptor.media_type);
  print_fact("made by", layer.created_by);
  print_fact("size", fmt::format("{} stored, {} unpacked", human_size(stored.descriptor.size),
                                 human_size(facts.tar_size)));
  print_fact(
      "entries",
      fmt::format("{}, {}, {}, {}, {}, {}", counted(layer.files, "file"),
                  counted_as(layer.directories, "directory", "directories"),
                  counted(layer.symlinks, "symlink"), counted(layer.hardlinks, "hardlink"),
                  counted_as(layer.others, "other", "others"), counted(layer.marks, "whiteout")));
}

}  // namespace

void print_image_text(const Inspection& inspection) {
  print_head(inspection);
  print_layer_rows(inspection);
  print_packages(inspection.subject.facts);
  print_largest(inspection.subject.facts);
  print_waste(inspection.waste);
}

void print_layer_text(const Inspection& inspection, uint32_t layer) {
  print_layer_head(inspection, layer);
  const oci::ImageFacts& facts = inspection.subject.facts;
  const std::vector<oci::PackageShare>& packages = inspection.layers[layer].packages;
  if (!packages.empty()) print_heading("packages");
  for (size_t i = 0; i < shown_of(kShownPackages, packages.size()); ++i) {
    print_line(stdout, fmt::format(kRow, human_size(packages[i].bytes),
                                   package_text(facts.packages[packages[i].package])));
  }
  std::vector<const oci::StoredFile*> files;
  std::vector<const oci::StoredFile*> hidden;
  for (const oci::StoredFile& file : facts.files) {
    if (file.layer == layer && file.size > 0) files.push_back(&file);
    if (file.hidden_by == layer && file.size > 0) hidden.push_back(&file);
  }
  const auto print = [&](const char* heading, std::vector<const oci::StoredFile*>& list) {
    std::stable_sort(list.begin(), list.end(),
                     [](const auto* a, const auto* b) { return a->size > b->size; });
    if (!list.empty()) print_heading(heading);
    for (size_t i = 0; i < std::min(kShownFiles, list.size()); ++i) {
      print_path(list[i]->size, list[i]->path,
                 list[i]->hidden_by == oci::kNone ? "" : hidden_text(*list[i]));
    }
  };
  print("largest files", files);
  print("what it hides", hidden);
}

}  // namespace cmd

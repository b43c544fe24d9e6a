// Marks the entries that go first, then copies the plan in two runs.
#include "layer/plan/start_order.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "layer/base/error.h"
#include "layer/base/utf8.h"
#include "layer/disk/stamp.h"
#include "layer/model/estargz_names.h"
#include "layer/plan/start_files.h"

namespace layer {
namespace {

std::string_view base_name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// Where the text of a symlink leads from its path, by the texts alone. Empty: out of the image.
std::string resolved_text(std::string_view path, std::string_view text) {
  std::string target;
  if (!text.starts_with('/')) target = path.substr(0, path.rfind('/') + 1);
  target += text;
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin <= target.size();) {
    const size_t end = std::min(target.find('/', begin), target.size());
    const std::string_view part = std::string_view(target).substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty()) {
      parts.pop_back();
    }
  }
  std::string resolved;
  for (const std::string_view part : parts) {
    if (!resolved.empty()) resolved += '/';
    resolved += part;
  }
  return resolved;
}

// Whether the file is the program, or a first-party file of its start in its runfiles: its main
// module, and rules_python's bootstrap ("_app_stage2_bootstrap.py").
bool belongs_to(const Program& program, std::string_view path) {
  const std::string_view entry = std::string_view(program.entry_point).substr(1);
  if (path == entry) return true;
  const std::string_view folder = std::string_view(program.working_directory).substr(1);
  if (!path.starts_with(folder) || path.find("/site-packages/") != std::string_view::npos) {
    return false;
  }
  const std::string name(base_name_of(entry));
  const std::string_view base = base_name_of(path);
  return base == name + ".py" || base == name + "_stage2_bootstrap.py" ||
         base == "_" + name + "_stage2_bootstrap.py";
}

// A table of contents is JSON.
void add_unfit_name(const TarEntry& entry, Diagnostics& found) {
  if (is_utf8(entry.path) && is_utf8(entry.link())) return;
  found.error({entry.origin.position(),
               fmt::format("'{}' cannot be in a layer with a table of contents: its name, or the "
                           "text of the link, is not UTF-8",
                           entry.path),
               {},
               "rename the file, or take another compression"});
}

class StartOrder {
 public:
  StartOrder(const LayerPlan& plan, const StartFiles& start)
      : plan_(plan), start_(start), leads_(plan.entries.size()) {}

  LayerPlan run();

 private:
  void check_names() const;
  bool is_needed(const TarEntry& entry) const;
  std::optional<size_t> find(std::string_view path) const;
  void take(size_t index);
  void take(std::string_view path);

  const LayerPlan& plan_;
  const StartFiles& start_;
  std::vector<bool> leads_;
};

void StartOrder::check_names() const {
  Diagnostics found;
  for (const TarEntry& entry : plan_.entries) {
    if (is_estargz_file(entry.path)) {
      found.error({entry.origin.position(),
                   fmt::format("'{}' is a name that an eStargz layer has for itself", entry.path),
                   {},
                   "leave the file out, or take another compression"});
    } else {
      add_unfit_name(entry, found);
    }
  }
  found.throw_if_errors();
}

bool StartOrder::is_needed(const TarEntry& entry) const {
  if (entry.type == TarType::kDirectory) return false;
  if (start_.listed) {
    const StartFiles::Listed& listed = *start_.listed;
    const bool is_file =
        entry.stamp != nullptr && listed.files.contains({entry.stamp->device, entry.stamp->inode});
    return is_file || listed.paths.contains(entry.path);
  }
  if (start_.program && belongs_to(*start_.program, entry.path)) return true;
  const auto is_word = [&](const std::string& word) {
    return word.starts_with('/') && std::string_view(word).substr(1) == entry.path;
  };
  return is_python_start_file(entry.path) || std::ranges::any_of(start_.words, is_word);
}

std::optional<size_t> StartOrder::find(std::string_view path) const {
  const auto found = std::ranges::lower_bound(plan_.entries, path, {}, &TarEntry::path);
  if (found == plan_.entries.end() || found->path != path) return std::nullopt;
  return static_cast<size_t>(found - plan_.entries.begin());
}

void StartOrder::take(std::string_view path) {
  if (const std::optional<size_t> index = find(path)) take(*index);
}

void StartOrder::take(size_t index) {
  if (leads_[index]) return;
  leads_[index] = true;
  const TarEntry& entry = plan_.entries[index];
  if (const size_t slash = entry.path.rfind('/'); slash != std::string_view::npos) {
    take(entry.path.substr(0, slash));
  }
  if (entry.type == TarType::kHardlink) take(entry.content);
  if (entry.type == TarType::kSymlink) take(resolved_text(entry.path, entry.link()));
}

LayerPlan StartOrder::run() {
  check_names();
  for (size_t i = 0; i < plan_.entries.size(); ++i) {
    if (is_needed(plan_.entries[i])) take(i);
  }
  LayerPlan ordered{plan_.name, plan_.reason, {}};
  ordered.entries.reserve(plan_.entries.size() + 1);
  const auto copy = [&](bool leads) {
    for (size_t i = 0; i < plan_.entries.size(); ++i) {
      if (leads_[i] == leads) ordered.entries.push_back(plan_.entries[i]);
    }
  };
  copy(true);
  ordered.entries.push_back(landmark_entry(!ordered.entries.empty()));
  ordered.lead = ordered.entries.size();
  copy(false);
  return ordered;
}

}  // namespace

TarEntry landmark_entry(bool has_files_before) {
  TarEntry landmark;
  landmark.path = has_files_before ? kPrefetchLandmark : kNoPrefetchLandmark;
  landmark.content = kLandmarkContent;
  landmark.is_inline = true;
  landmark.size = kLandmarkContent.size();
  landmark.mode = 0644;
  return landmark;
}

void check_toc_names(const LayerPlan& plan) {
  Diagnostics found;
  for (const TarEntry& entry : plan.entries) add_unfit_name(entry, found);
  found.throw_if_errors();
}

LayerPlan order_for_start(const LayerPlan& plan, const StartFiles& start) {
  return StartOrder(plan, start).run();
}

}  // namespace layer

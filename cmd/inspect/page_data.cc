// Writes columns in place of paths, because an image may hold a million.
#include "cmd/inspect/page_data.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cmd/inspect/diff_json.h"
#include "cmd/inspect/inspect_json.h"
#include "cmd/inspect/listing.h"
#include "cmd/steps/check_report.h"
#include "layer/base/utf8.h"

namespace cmd {
namespace {

using Json = nlohmann::json;

constexpr size_t kListedChanges = 1000;
constexpr int64_t kNowhere = -1;
constexpr int64_t kRoot = -2;

// The same document with printable texts.
Json with_printable_texts(const Json& json) {
  if (json.is_string()) return layer::with_escaped_bytes(json.get_ref<const std::string&>());
  if (!json.is_structured()) return json;
  Json printable = json.is_array() ? Json::array() : Json::object();
  for (const auto& [name, value] : json.items()) {
    if (json.is_array()) {
      printable.push_back(with_printable_texts(value));
    } else {
      printable[layer::with_escaped_bytes(name)] = with_printable_texts(value);
    }
  }
  return printable;
}

// Makes the columns of a tree.
class Columns {
 public:
  explicit Columns(const oci::ImageSubject& subject) : subject_(subject) {}

  void add(const ListedEntry& entry);
  Json take();

 private:
  int64_t index_of(const layer::Node* node) const {
    return static_cast<int64_t>(oci::index_of(subject_.facts, *node));
  }
  int64_t end_of(const ListedEntry& link) const;

  const oci::ImageSubject& subject_;
  Json::array_t names_, depths_, sizes_, layers_, owners_, links_, ends_;
  std::string kinds_;
};

int64_t Columns::end_of(const ListedEntry& link) const {
  if (link.type == 'h') return index_of(subject_.facts.tree.find(link.link));
  const layer::Resolution end = subject_.facts.tree.resolve(link.path);
  if (end.node != nullptr) return index_of(end.node);
  return end.fault == layer::ResolveFault::kNone ? kRoot : kNowhere;
}

void Columns::add(const ListedEntry& entry) {
  const size_t slash = entry.path.rfind('/');
  names_.emplace_back(layer::with_escaped_bytes(
      slash == std::string_view::npos ? entry.path : entry.path.substr(slash + 1)));
  depths_.emplace_back(std::ranges::count(entry.path, '/'));
  kinds_ += entry.type;
  sizes_.emplace_back(entry.size);
  layers_.emplace_back(entry.layer.value_or(0));
  owners_.emplace_back(entry.package == nullptr
                           ? int64_t{-1}
                           : int64_t{entry.package - subject_.facts.packages.data()});
  if (entry.type != 'l' && entry.type != 'h') return;
  links_.emplace_back(entry.type == 'l' ? layer::with_escaped_bytes(entry.link) : "");
  ends_.emplace_back(end_of(entry));
}

Json Columns::take() {
  Json tree;
  tree["names"] = std::move(names_);
  tree["depths"] = std::move(depths_);
  tree["kinds"] = std::move(kinds_);
  tree["sizes"] = std::move(sizes_);
  tree["layers"] = std::move(layers_);
  tree["owners"] = std::move(owners_);
  tree["links"] = std::move(links_);
  tree["ends"] = std::move(ends_);
  return tree;
}

std::string change_name(const oci::FileChange& change) {
  if (change.before == nullptr) return "added";
  if (change.after == nullptr) return "removed";
  return fmt::format("{}", fmt::join(difference_names(change.difference), ", "));
}

Json since_json(const Comparison& comparison) {
  Json json = diff_report(comparison);
  const std::vector<oci::FileChange>& files = comparison.contents.files;
  ChangeCounts counts;
  Json changes = Json::array();
  for (const oci::FileChange& change : files) {
    counts.count(change);
    if (changes.size() == kListedChanges) continue;
    changes.push_back({change.node().path, change_name(change)});
  }
  json["changes"] = std::move(changes);
  json["fileChanges"] = {
      {"added", counts.added}, {"removed", counts.removed}, {"changed", counts.changed}};
  return json;
}

}  // namespace

nlohmann::json page_data(const PageSubject& subject) {
  Json data;
  data["report"] = with_printable_texts(image_report(subject.inspection, {}));
  data["findings"] = Json::array();
  for (const layer::Finding& finding : subject.findings) {
    data["findings"].push_back(with_printable_texts(finding_json(finding)));
  }
  if (subject.since != nullptr) data["since"] = with_printable_texts(since_json(*subject.since));
  Columns columns(subject.inspection.subject);
  list_image(subject.inspection.subject, [&](const ListedEntry& entry) { columns.add(entry); });
  data["tree"] = columns.take();
  return data;
}

}  // namespace cmd

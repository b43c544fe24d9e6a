// Explains, in sentences, why a path of an image is what it is: `veneer explain`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/keyed_hash.h"
#include "layer/model/entry.h"
#include "layer/model/file_tree.h"
#include "layer/model/image_tree.h"
#include "layer/model/plan.h"

namespace layer {

// One thing to say, and its topic: "declared", "instead of", "stored", "link", "leads to", "saves",
// "mode", "layer", "package", "below", "absent", "dropped", "check".
struct Statement {
  std::string_view about;
  std::string text;  // sentences
};

struct Explanation {
  std::string path;                   // in the image, with its '/'
  std::string_view type;              // type_name(), or "absent"
  bool is_known = true;               // false: absent, and unknown to the input and to links
  std::string layer;                  // its name; empty when absent
  std::string link;                   // text of a symlink, target of a hardlink
  std::string leads_to;               // for a link: its final target, with its '/'; empty: none
  uint64_t size = 0;                  // bytes, as in a plan
  Position origin;                    // where it was declared; no file: not known
  std::string owner;                  // Bazel label; may be empty
  std::vector<Statement> statements;  // in the order in which people ask
};

class Explainer {
 public:
  // `tree` is the tree that `plan` was made from, with its lost entries; it is empty for a plan
  // that was read from a file. Both must outlive this object.
  Explainer(const FileTree& tree, const ImagePlan& plan);

  // Explains a path of the image, with or without its first '/'. The caller adds statements about
  // what is known elsewhere, such as findings of checks.
  Explanation explain(std::string_view path) const;

 private:
  struct Place {
    const TarEntry* entry = nullptr;
    uint32_t layer = 0;
  };

  std::optional<Place> find(std::string_view path) const;
  const Entry* declared_entry(const TarEntry& planned) const;
  void explain_present(const Place& place, Explanation& explanation) const;
  void say_declared(const TarEntry& planned, Explanation& explanation) const;
  void say_lost(std::string_view path, Explanation& explanation) const;
  void say_link(const TarEntry& planned, Explanation& explanation) const;
  void say_mode(const TarEntry& planned, Explanation& explanation) const;
  void say_layer(const Place& place, Explanation& explanation) const;
  void say_below(std::string_view path, Explanation& explanation) const;
  void explain_absent(std::string_view path, Explanation& explanation) const;
  std::string_view nearest_parent(std::string_view path) const;

  const FileTree& tree_;
  const ImagePlan& plan_;
  const ImageTree image_;
  NameMap<std::vector<const LostEntry*>> lost_;  // by path
  NameMap<std::vector<const LostEntry*>> won_;   // by `by`
  NameMap<uint64_t> stored_;                     // by repository
};

// The text for people: the path, then one line per statement. Ends with LF.
std::string explanation_to_text(const Explanation& explanation);

// The JSON form: {"format":1,"explanations":[...]}; see docs/explain.schema.json.
std::string explanations_to_json(const std::vector<Explanation>& explanations);

}  // namespace layer

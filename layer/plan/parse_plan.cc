// Parses line by line, and checks each entry against the earlier ones of its layer.
#include "layer/plan/parse_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/keyed_hash.h"
#include "layer/base/utf8.h"
#include "layer/model/file_tree.h"
#include "layer/plan/plan_image.h"
#include "layer/plan/plan_line.h"
#include "layer/plan/plan_text.h"
#include "layer/read/input_file.h"

namespace layer {
namespace {

constexpr std::string_view kMagic = "veneer plan ";
constexpr std::string_view kPlanVersion = "1";
constexpr size_t kMostLayers = 127;  // no image has more
constexpr std::string_view kNotUtf8 = "is not UTF-8, which an image's documents have to be";

// Where an action of Bazel has the outputs of others, below a folder for each configuration; with
// path mapping, all below one folder.
constexpr std::string_view kOutputs = "bazel-out/";
constexpr std::string_view kMappedOutputs = "bazel-out/cfg/";

// A line for a message, without its LF.
std::string spaced(std::string line) {
  std::ranges::replace(line, '\t', ' ');
  line.pop_back();
  return line;
}

class PlanReader {
 public:
  PlanReader(std::string_view text, const std::string& file, StringArena& arena)
      : text_(text),
        declaration_(arena.intern(Declaration{.file = file})),
        arena_(arena),
        lines_(text) {}

  ImagePlan run();

 private:
  void read_header();
  void read_line();
  void read_program();
  void read_layer();
  void read_entry();
  void read_base();
  void read_summary();
  bool is_placed_well(const TarEntry& entry);
  bool has_parent(const TarEntry& entry);
  bool has_target(const TarEntry& entry);

  Position position(uint32_t line, size_t offset) const {
    return {std::string(declaration_->file), line, static_cast<uint32_t>(offset + 1)};
  }
  bool report(const PlanLineFault& fault) {
    if (!fault.message.empty()) report(fault.offset, fault.message);
    return !fault.message.empty();
  }
  void report(size_t offset, std::string message, std::vector<Note> notes = {}) {
    found_.error({position(lines_.number(), offset), std::move(message), std::move(notes), {}});
  }

  const std::string_view text_;
  const Declaration* const declaration_;
  StringArena& arena_;
  Lines lines_;
  Diagnostics found_;
  std::vector<PlanField> fields_;
  ImagePlan plan_;
  NameMap<uint32_t> layer_lines_;  // by name
  NameMap<size_t> layer_entries_;  // of the last layer, by path
  uint32_t summary_line_ = 0;
  PlanSummary stated_;
};

// What follows another version than this one's has another grammar: stop at once.
void PlanReader::read_header() {
  const bool is_there = lines_.next();
  const std::string_view line = lines_.line();
  if (!line.starts_with(kMagic)) {
    throw Error({std::string(declaration_->file), 1, 1},
                is_there ? "this is not a plan" : "expected a plan, found an empty file")
        .with_help("a plan begins with the line 'veneer plan 1', as `veneer plan -o` writes it");
  }
  if (line.substr(kMagic.size()) != kPlanVersion) {
    throw Error({std::string(declaration_->file), 1, static_cast<uint32_t>(kMagic.size() + 1)},
                fmt::format("plan version '{}': this veneer reads version '{}'",
                            line.substr(kMagic.size()), kPlanVersion))
        .with_help("make the plan again with this veneer");
  }
}

void PlanReader::read_program() {
  if (plan_.program || !plan_.layers.empty()) {
    return report(0, "unexpected 'program' line: expected at most one, before the first layer");
  }
  for (const size_t i : {size_t{1}, size_t{2}}) {
    const auto& [text, offset] = fields_[i];
    if (!text.starts_with('/')) {
      return report(offset, fmt::format("'{}': expected an absolute path", text));
    }
    if (!is_utf8(text)) return report(offset, fmt::format("'{}' {}", text, kNotUtf8));
  }
  plan_.program = {std::string(fields_[1].text), std::string(fields_[2].text)};
}

void PlanReader::read_layer() {
  const auto [first, is_new] = layer_lines_.try_emplace(fields_[1].text, lines_.number());
  if (!is_new) {
    report(fields_[1].offset, fmt::format("a second layer '{}'", fields_[1].text),
           {{position(first->second, 0), "the first one"}});
  } else if (fields_[1].text.empty()) {
    report(fields_[1].offset, "the layer has no name");
  } else if (!is_utf8(fields_[1].text)) {
    report(fields_[1].offset, fmt::format("layer '{}' {}", fields_[1].text, kNotUtf8));
  }
  if (plan_.layers.size() == kMostLayers) {
    throw Error(position(lines_.number(), 0),
                fmt::format("is one of more than {} layers, which no image has", kMostLayers));
  }
  layer_entries_.clear();
  plan_.layers.push_back({std::string(fields_[1].text), std::string(fields_[2].text), {}});
}

// Every ancestor, if the direct one was held against its own.
bool PlanReader::has_parent(const TarEntry& entry) {
  const std::string_view parent = parent_path(entry.path);
  if (parent.empty()) return true;
  const auto found = layer_entries_.find(parent);
  if (found == layer_entries_.end()) {
    report(fields_[1].offset,
           fmt::format("'{}' comes without its parent: expected a 'd' line for '{}' before it",
                       entry.path, parent));
    return false;
  }
  const TarEntry& above = plan_.layers.back().entries[found->second];
  if (above.type == TarType::kDirectory) return true;
  report(
      fields_[1].offset,
      fmt::format("'{}' lies below '{}', which is a {}", entry.path, parent, type_name(above.type)),
      {{above.origin.position(), "here"}});
  return false;
}

// A hardlink is one file with its target: it has no size or attributes of its own.
bool PlanReader::has_target(const TarEntry& entry) {
  const auto found = layer_entries_.find(entry.content);
  const std::vector<TarEntry>& entries = plan_.layers.back().entries;
  if (found == layer_entries_.end() || entries[found->second].type != TarType::kFile) {
    report(fields_[3].offset, fmt::format("'{}' is not an earlier file of layer '{}'",
                                          entry.content, plan_.layers.back().name));
    return false;
  }
  const TarEntry& target = entries[found->second];
  if (target.size == entry.size && attributes_text(target) == attributes_text(entry)) return true;
  report(fields_[1].offset, "the hardlink's size or attributes differ from those of its target",
         {{target.origin.position(), "the target"}});
  return false;
}

bool PlanReader::is_placed_well(const TarEntry& entry) {
  const std::vector<TarEntry>& before = plan_.layers.back().entries;
  if (!before.empty() && before.back().path == entry.path) {
    report(fields_[1].offset,
           fmt::format("'{}' comes twice in layer '{}'", entry.path, plan_.layers.back().name),
           {{before.back().origin.position(), "the first time"}});
    return false;
  }
  if (!before.empty() && entry.path < before.back().path) {
    report(fields_[1].offset, fmt::format("'{}' comes after '{}': expected paths in bytewise order",
                                          entry.path, before.back().path));
    return false;
  }
  return has_parent(entry) && (entry.type != TarType::kHardlink || has_target(entry));
}

void PlanReader::read_entry() {
  TarEntry entry;
  entry.origin = {declaration_, lines_.number(), 1};
  if (report(parse_plan_entry(fields_, arena_, entry))) return;
  if (plan_.layers.empty()) return report(0, "unexpected entry before the first 'layer' line");
  if (!is_placed_well(entry)) return;
  std::vector<TarEntry>& entries = plan_.layers.back().entries;
  layer_entries_.emplace(entry.path, entries.size());
  entries.push_back(entry);
}

void PlanReader::read_base() {
  InBase entry;
  entry.origin = {declaration_, lines_.number(), 1};
  if (report(parse_plan_base(fields_, entry))) return;
  if (!plan_.in_base.empty() && plan_.in_base.back().path >= entry.path) {
    return report(fields_[1].offset,
                  fmt::format("'{}' comes after '{}': expected paths in bytewise order, each once",
                              entry.path, plan_.in_base.back().path));
  }
  plan_.in_base.push_back(entry);
}

void PlanReader::read_summary() {
  summary_line_ = lines_.number();
  if (report(parse_plan_summary(fields_, stated_))) return;
  plan_.repeated_bytes = stated_.repeated_bytes;
}

void PlanReader::read_line() {
  if (summary_line_ != 0) {
    return report(0, "unexpected line after the summary",
                  {{position(summary_line_, 0), "the summary"}});
  }
  if (report(split_plan_line(lines_.line(), arena_, fields_))) return;
  if (report(check_field_count(fields_))) return;
  const std::string_view word = fields_.front().text;
  if (!plan_.in_base.empty() && word != "base" && word != "summary") {
    return report(0, "unexpected line of a layer after a 'base' line");
  }
  if (word == "program") return read_program();
  if (word == "layer") return read_layer();
  if (word == "summary") return read_summary();
  if (word == "base") return read_base();
  read_entry();
}

ImagePlan PlanReader::run() {
  read_header();
  while (lines_.next()) read_line();
  if (summary_line_ == 0) {
    found_.error({position(lines_.number() + 1, 0),
                  "expected a 'summary' line, found the end of the file",
                  {},
                  {}});
  } else if (!text_.ends_with('\n')) {
    report(lines_.line().size(), "the last line does not end in LF");
  }
  found_.throw_if_errors();
  // Only now that every entry is known to be read.
  const std::string found = summary_text(summarize(plan_));
  if (found != summary_text(stated_)) {
    throw Error(position(summary_line_, 0), "the summary does not match the entries")
        .with_help("the entries add up to: " + spaced(found));
  }
  if (plan_.repeated_bytes > stated_.stored_bytes) {
    throw Error(position(summary_line_, 0), "bytes_repeated is larger than bytes");
  }
  return std::move(plan_);
}

void follow_path_mapping(ImagePlan& plan, StringArena& arena) {
  for (LayerPlan& layer : plan.layers) {
    for (TarEntry& entry : layer.entries) {
      const std::string_view source = entry.source();
      if (!source.starts_with(kOutputs)) continue;
      const size_t end = source.find('/', kOutputs.size());
      if (end == std::string_view::npos) continue;
      entry.content = arena.intern(fmt::format("{}{}", kMappedOutputs, source.substr(end + 1)));
    }
  }
}

}  // namespace

ImagePlan parse_plan(std::string_view text, const std::string& file, StringArena& arena) {
  return PlanReader(text, file, arena).run();
}

ImagePlan read_plan(const std::string& file, StringArena& arena) {
  ImagePlan plan = parse_plan(read_input_file(file, arena), file, arena);
  if (file.starts_with(kMappedOutputs)) follow_path_mapping(plan, arena);
  return plan;
}

}  // namespace layer

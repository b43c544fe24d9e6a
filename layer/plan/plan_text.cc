// Prints one line per entry; fields are separated by TABs and escaped as in the spec.
#include "layer/plan/plan_text.h"

#include <fmt/ranges.h>

#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "layer/base/json.h"
#include "layer/base/xattrs.h"
#include "layer/plan/plan_field.h"
#include "layer/plan/plan_image.h"

namespace layer {
namespace {

constexpr size_t kTextPiece = size_t{64} << 10;

char type_letter(TarType type) {
  switch (type) {
    case TarType::kDirectory:
      return 'd';
    case TarType::kFile:
      return 'f';
    case TarType::kSymlink:
      return 'l';
    case TarType::kHardlink:
      return 'h';
  }
  return '?';
}

void append_entry(const TarEntry& entry, std::string& out) {
  out += entry.is_inline ? 'c' : type_letter(entry.type);
  out += '\t';
  append_escaped(entry.path, out);
  out += '\t';
  out += attributes_text(entry);
  switch (entry.type) {
    case TarType::kDirectory:
      break;
    case TarType::kFile:
      fmt::format_to(std::back_inserter(out), "\t{}\t", entry.size);
      append_escaped(entry.is_inline ? entry.inline_bytes() : entry.source(), out);
      break;
    case TarType::kSymlink:
    case TarType::kHardlink:
      out += '\t';
      append_escaped(entry.link(), out);
      fmt::format_to(std::back_inserter(out), "\t{}\t{}", reason_name(entry.reason), entry.size);
      break;
  }
  out += '\n';
}

// Hands over what it is given in pieces.
class PlanText {
 public:
  explicit PlanText(const WriteText& write) : write_(write) {}

  void add_program(const Program& program) {
    add_words("program", program.entry_point, program.working_directory);
  }

  void add_layer(const LayerPlan& layer) {
    add_words("layer", layer.name, layer.reason);
    for (const TarEntry& entry : layer.entries) {
      append_entry(entry, out_);
      write_if_full();
    }
  }

  void add_base(const InBase& entry) {
    out_ += "base\t";
    append_escaped(entry.path, out_);
    fmt::format_to(std::back_inserter(out_), "\t{}\t{}\n", type_name(entry.type), entry.size);
    write_if_full();
  }

  void finish(const PlanSummary& summary) {
    out_ += summary_text(summary);
    write_(out_);
  }

 private:
  void add_words(std::string_view letter, std::string_view first, std::string_view second) {
    out_ += letter;
    for (const std::string_view word : {first, second}) {
      out_ += '\t';
      append_escaped(word, out_);
    }
    out_ += '\n';
  }

  void write_if_full() {
    if (out_.size() < kTextPiece) return;
    write_(out_);
    out_.clear();
  }

  const WriteText& write_;
  std::string out_ = "veneer plan 1\n";
};

// By name, each value in hex as in the text form.
nlohmann::json xattrs_to_json(std::string_view text) {
  nlohmann::json json = nlohmann::json::object();
  for (const Xattr& xattr : xattrs_of_text(text)) {
    const std::vector<unsigned char> bytes(xattr.value.begin(), xattr.value.end());
    json[xattr.name] = fmt::format("{:02x}", fmt::join(bytes, ""));
  }
  return json;
}

nlohmann::json entry_to_json(const TarEntry& entry) {
  nlohmann::json json{{"path", entry.path}, {"type", type_name(entry.type)}, {"uid", entry.uid},
                      {"gid", entry.gid},   {"mtime", entry.mtime},          {"size", entry.size}};
  if (entry.mode == kModeByContent) {
    json["mode"] = "by content";
  } else {
    json["mode"] = fmt::format("{:04o}", entry.mode);
  }
  if (entry.xattrs != nullptr) json["xattrs"] = xattrs_to_json(*entry.xattrs);
  if (!entry.source().empty()) json["source"] = entry.source();
  if (entry.is_inline) json["content"] = entry.inline_bytes();
  if (!entry.link().empty()) json["link"] = entry.link();
  if (entry.reason != LinkReason::kNone) json["reason"] = reason_name(entry.reason);
  return json;
}

}  // namespace

std::string_view reason_name(LinkReason reason) {
  switch (reason) {
    case LinkReason::kNone:
      return "";
    case LinkReason::kDeclared:
      return "declared";
    case LinkReason::kSymlinkEntry:
      return "symlink-entry";
    case LinkReason::kSitePackages:
      return "site-packages";
    case LinkReason::kInterpreterAlias:
      return "interpreter-alias";
    case LinkReason::kContent:
      return "equal-content";
    case LinkReason::kSharedRoot:
      return "shared-root";
  }
  return "";
}

std::string_view type_name(TarType type) {
  switch (type) {
    case TarType::kDirectory:
      return "directory";
    case TarType::kFile:
      return "file";
    case TarType::kSymlink:
      return "symlink";
    case TarType::kHardlink:
      return "hardlink";
  }
  return "";
}

uint32_t default_mode(TarType type) {
  switch (type) {
    case TarType::kDirectory:
      return 0755;
    case TarType::kFile:
    case TarType::kHardlink:
      return kModeByContent;
    case TarType::kSymlink:
      return 0777;
  }
  return 0;
}

std::string attributes_text(const TarEntry& entry) {
  std::string text;
  const auto add = [&text](std::string_view item) {
    if (!text.empty()) text += ',';
    text += item;
  };
  if (entry.mode != default_mode(entry.type)) add(fmt::format("mode={:04o}", entry.mode));
  if (entry.uid != 0) add(fmt::format("uid={}", entry.uid));
  if (entry.gid != 0) add(fmt::format("gid={}", entry.gid));
  if (entry.mtime != 0) add(fmt::format("mtime={}", entry.mtime));
  if (entry.xattrs != nullptr) add(*entry.xattrs);
  return text.empty() ? "-" : text;
}

std::string summary_text(const PlanSummary& summary) {
  return fmt::format(
      "summary\tfiles={}\tbytes={}\tsymlinks={}\thardlinks={}\tbytes_linked={}\t"
      "bytes_repeated={}\n",
      summary.files, summary.stored_bytes, summary.symlinks, summary.hardlinks,
      summary.linked_bytes, summary.repeated_bytes);
}

void write_plan_text(const ImagePlan& plan, const WriteText& write) {
  PlanText text(write);
  if (plan.program) text.add_program(*plan.program);
  for (const LayerPlan& layer : plan.layers) text.add_layer(layer);
  for (const InBase& entry : plan.in_base) text.add_base(entry);
  text.finish(summarize(plan));
}

std::string plan_to_text(const ImagePlan& plan) {
  std::string all;
  write_plan_text(plan, [&](std::string_view text) { all += text; });
  return all;
}

void write_plan_part_text(const ImagePlan& plan, std::string_view layer, const WriteText& write) {
  PlanText text(write);
  PlanSummary summary;
  for (const LayerPlan& candidate : plan.layers) {
    if (candidate.name != layer) continue;
    text.add_layer(candidate);
    summary = summarize(std::span(&candidate, 1));
  }
  text.finish(summary);
}

std::string plan_to_json(const ImagePlan& plan) {
  nlohmann::json layers = nlohmann::json::array();
  for (const LayerPlan& layer : plan.layers) {
    nlohmann::json entries = nlohmann::json::array();
    for (const TarEntry& entry : layer.entries) entries.push_back(entry_to_json(entry));
    layers.push_back(
        {{"name", layer.name}, {"reason", layer.reason}, {"entries", std::move(entries)}});
  }
  nlohmann::json in_base = nlohmann::json::array();
  for (const InBase& entry : plan.in_base) {
    in_base.push_back(
        {{"path", entry.path}, {"type", type_name(entry.type)}, {"size", entry.size}});
  }
  const PlanSummary summary = summarize(plan);
  nlohmann::json json{{"format", 1},
                      {"layers", std::move(layers)},
                      {"inBase", std::move(in_base)},
                      {"summary",
                       {{"files", summary.files},
                        {"bytes", summary.stored_bytes},
                        {"symlinks", summary.symlinks},
                        {"hardlinks", summary.hardlinks},
                        {"bytesLinked", summary.linked_bytes},
                        {"bytesRepeated", summary.repeated_bytes},
                        {"bytesInBase", summary.bytes_in_base}}}};
  if (plan.program) {
    json["program"] = {{"entryPoint", plan.program->entry_point},
                       {"workingDirectory", plan.program->working_directory}};
  }
  return dump_report(json);
}

}  // namespace layer

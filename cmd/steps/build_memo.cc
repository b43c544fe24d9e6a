// Keeps a build in the store as a memo of this form:
//   build := summary{8} dropped checks messages layers
//   dropped := count (repository paths bytes){count}      checks := 0 | 1 errors warnings notes
//   layers := count (name key){count}
#include "cmd/steps/build_memo.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "cmd/report/messages.h"
#include "layer/base/error.h"
#include "layer/identify/tree_key.h"
#include "layer/store/memo.h"
#include "layer/write/layer_keys.h"

namespace cmd {
namespace {

constexpr std::string_view kForm = "build 2";
constexpr size_t kNumber = sizeof(uint64_t);

// Which program it is: another may make something else of the same inputs.
bool put_stamp(const char* program, layer::MemoWriter& text) {
  struct stat status = {};
  if (::stat(program, &status) != 0) return false;
  text.put(layer::stamp_of(status));
  return true;
}

void put_base(const oci::StoredImage& base, layer::MemoWriter& text) {
  text.put(base.config_bytes);
  for (const oci::ImageLayer& layer : base.layers) text.put(layer.descriptor.digest);
}

void put_start(const layer::StartFiles& start, layer::MemoWriter& text) {
  if (!start.listed) return;
  text.put(uint64_t{start.listed->paths.size()});
  for (const std::string& path : start.listed->paths) text.put(path);
  for (const layer::ListedFile& file : start.listed->files) {
    text.put(file.device);
    text.put(file.inode);
  }
}

std::optional<layer::Digest> key_of(const CLI::App& command, const PlanningOptions& options,
                                    layer::Compression compression, const layer::StartFiles& start,
                                    const PlanningState& planned, const oci::StoredImage* base,
                                    int64_t now) {
  layer::MemoWriter text;
  text.put(kForm);
  text.put(layer::blob_recipe(compression));
  if (!put_stamp("/proc/self/exe", text)) return std::nullopt;
  for (const CLI::Option* option : command.get_options()) {
    if (option->count() == 0 || !says_what(*option)) continue;
    text.put(option->get_single_name());
    text.put(uint64_t{option->results().size()});  // a value may be spelt as an option's name
    for (const std::string& value : option->results()) text.put(value);
  }
  put_start(start, text);
  text.put(uint64_t{is_verbose()});  // which messages there are, wherever the option stands
  if (base != nullptr) put_base(*base, text);
  const std::optional<layer::Program>& program = planned.plan.program;
  text.put(program ? program->entry_point : std::string());
  text.put(program ? program->working_directory : std::string());
  // The compiler of runfiles, if none is named, is one of the tree's files.
  if (options.inputs.pyc == layer::PycFiles::kCompile) {
    const std::string compiler = !options.pyc_python.empty() ? options.pyc_python
                                 : planned.venv              ? planned.venv->compiler
                                                             : std::string();
    if (!compiler.empty() && !put_stamp(compiler.c_str(), text)) return std::nullopt;
    for (const std::string& plan : options.pyc_from) {
      if (!put_stamp(plan.c_str(), text)) return std::nullopt;
    }
  }
  const std::optional<layer::Digest> tree = layer::tree_key(planned.tree, now);
  if (!tree) return std::nullopt;
  text.put(*tree);
  return text.digest();
}

template <typename Summary>
auto numbers(Summary& plan) {
  return std::array{&plan.files,        &plan.stored_bytes,   &plan.symlinks, &plan.hardlinks,
                    &plan.linked_bytes, &plan.repeated_bytes, &plan.in_base,  &plan.bytes_in_base};
}

BuildResult read_result(layer::MemoReader& memo) {
  BuildResult result;
  for (uint64_t* number : numbers(result.plan)) *number = memo.number();
  for (size_t left = memo.count(3 * kNumber); left > 0; --left) {
    layer::DroppedPaths& dropped = result.dropped.emplace_back();
    dropped.repository = memo.text();
    dropped.paths = memo.number();
    dropped.bytes = memo.number();
  }
  if (memo.number() != 0) {
    CheckCounts& counts = result.checks.emplace();
    for (size_t* count : {&counts.errors, &counts.warnings, &counts.notes}) *count = memo.number();
  }
  result.messages = memo.text();
  return result;
}

}  // namespace

bool says_what(const CLI::Option& option) {
  static constexpr std::array<std::string_view, 14> kOthers{
      "color", "jobs", "json",  "no-store",   "output",  "project", "provenance",
      "quiet", "sbom", "store", "store-size", "timings", "trace",   "verbose"};
  return !std::ranges::binary_search(kOthers, option.get_single_name());
}

BuildMemo::BuildMemo(const CLI::App& command, const PlanningOptions& options,
                     layer::Compression compression, const layer::StartFiles& start,
                     const PlanningState& planned, const oci::StoredImage* base,
                     layer::Store* store)
    : compression_(compression), store_(store) {
  if (store_ != nullptr && options.layer_lock.empty() && options.plan_file.empty()) {
    key_ = key_of(command, options, compression, start, planned, base, store_->now());
  }
}

std::optional<BuildResult> BuildMemo::recall(std::vector<layer::CachedLayer>& stored) const {
  const layer::Memo memo = key_ ? store_->find_memo(*key_) : layer::Memo{};
  if (!memo) return std::nullopt;
  layer::MemoReader reader(memo.bytes());
  BuildResult result = read_result(reader);
  std::vector<layer::NamedKey> keys(reader.count(2 * kNumber));
  for (layer::NamedKey& named : keys) {
    named.name = reader.text();
    named.key = reader.digest();
  }
  if (!reader.is_done()) return std::nullopt;
  stored = layer::find_layers(keys, compression_, *store_);
  if (stored.size() != keys.size()) return std::nullopt;  // then it is empty
  for (const layer::CachedLayer& layer : stored) result.layers.push_back(layer.layer);
  return result;
}

void BuildMemo::remember(const BuildResult& result) const {
  const bool can_be_found = std::ranges::all_of(
      result.layers, [](const layer::WrittenLayer& layer) { return layer.key.has_value(); });
  if (!key_ || !can_be_found) return;
  layer::MemoWriter memo;
  for (const uint64_t* number : numbers(result.plan)) memo.put(*number);
  memo.put(uint64_t{result.dropped.size()});
  for (const layer::DroppedPaths& dropped : result.dropped) {
    memo.put(dropped.repository);
    memo.put(dropped.paths);
    memo.put(dropped.bytes);
  }
  memo.put(uint64_t{result.checks.has_value()});
  if (result.checks) {
    for (const size_t count :
         {result.checks->errors, result.checks->warnings, result.checks->notes}) {
      memo.put(uint64_t{count});
    }
  }
  memo.put(result.messages);
  memo.put(uint64_t{result.layers.size()});
  for (const layer::WrittenLayer& layer : result.layers) {
    memo.put(layer.name);
    memo.put(*layer.key);
  }
  store_->add_memo(*key_, memo.bytes());
}

}  // namespace cmd

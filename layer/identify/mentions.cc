// Reads each source once, word by word.
#include "layer/identify/mentions.h"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>

#include "layer/base/keyed_hash.h"
#include "layer/identify/read_content.h"
#include "layer/model/runfiles_path.h"
#include "layer/read/input_file.h"

namespace layer {
namespace {

constexpr uint64_t kMaxSourceSize = uint64_t{1} << 20;
constexpr std::string_view kRepoMapping = "_repo_mapping";

// A character that repository names are made of (Bazel: canonical names add '+' and '~').
bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == '+' || c == '~';
}

class Sources {
 public:
  Sources(const std::vector<std::string_view>& repositories,
          const std::vector<std::string_view>& first_party, StringArena& arena)
      : first_party_(first_party), arena_(arena) {
    for (const std::string_view repository : repositories) names_.emplace(repository, repository);
  }

  void read_repo_mapping(const Entry& entry, const Stamp& stamp);
  void read_source(const Entry& entry, const Stamp& stamp);
  bool is_source(const Entry& entry, uint64_t size) const;
  std::vector<Mention> take() const;

 private:
  const std::vector<std::string_view>& first_party_;
  StringArena& arena_;
  std::unordered_multimap<std::string_view, std::string_view, KeyedHash>
      names_;                                  // to canonical ones
  std::map<std::string_view, Mention> found_;  // by repository
};

void Sources::read_repo_mapping(const Entry& entry, const Stamp& stamp) {
  for (const RepositoryName& name : parse_repo_mapping(read_text(entry.content, stamp, arena_))) {
    const bool is_main = name.source.empty();
    if (!is_main && std::ranges::find(first_party_, name.source) == first_party_.end()) continue;
    if (name.apparent != name.canonical && names_.contains(name.canonical)) {
      names_.emplace(name.apparent, name.canonical);
    }
  }
}

bool Sources::is_source(const Entry& entry, uint64_t size) const {
  return entry.kind == EntryKind::kFile && size <= kMaxSourceSize &&
         (entry.path.ends_with(".py") || entry.path.ends_with(".sh")) &&
         std::ranges::find(first_party_, split_runfiles_path(entry.path).repository) !=
             first_party_.end();
}

void Sources::read_source(const Entry& entry, const Stamp& stamp) {
  StringArena text;  // nothing of the source is kept
  Lines lines(read_text(entry.content, stamp, text));
  while (lines.next()) {
    std::string_view rest = lines.line();
    while (!rest.empty()) {
      const auto word_end = std::find_if_not(rest.begin(), rest.end(), is_name_character);
      const auto length = static_cast<size_t>(word_end - rest.begin());
      const auto [begin, end] = names_.equal_range(rest.substr(0, length));
      for (auto name = begin; name != end; ++name) {
        found_.try_emplace(name->second, Mention{name->second, entry.path, lines.number()});
      }
      rest.remove_prefix(std::min(length + 1, rest.size()));
    }
  }
}

std::vector<Mention> Sources::take() const {
  std::vector<Mention> mentions;
  for (const auto& [repository, mention] : found_) mentions.push_back(mention);
  return mentions;
}

}  // namespace

std::vector<RepositoryName> parse_repo_mapping(std::string_view text) {
  std::vector<RepositoryName> names;
  for (Lines lines(text); lines.next();) {
    const std::string_view line = lines.line();
    const size_t first = line.find(',');
    if (first == std::string_view::npos) continue;
    const size_t second = line.find(',', first + 1);
    if (second == std::string_view::npos) continue;
    names.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1),
                     line.substr(second + 1)});
  }
  return names;
}

std::vector<Mention> find_mentions(const FileTree& tree, const std::vector<FileFacts>& facts,
                                   const std::vector<std::string_view>& repositories,
                                   const std::vector<std::string_view>& first_party,
                                   const std::vector<uint32_t>& ignored, StringArena& arena) {
  Sources sources(repositories, first_party, arena);
  for (uint32_t i = 0; i < tree.entries.size(); ++i) {
    const Entry& entry = tree.entries[i];
    const std::string_view root = split_runfiles_path(entry.path).root;
    const bool is_mapping = entry.kind == EntryKind::kFile && !root.empty() &&
                            entry.path.substr(root.size() + 1) == kRepoMapping;
    if (is_mapping) sources.read_repo_mapping(entry, *facts[i].stamp);
  }
  for (uint32_t i = 0; i < tree.entries.size(); ++i) {
    if (!sources.is_source(tree.entries[i], facts[i].size)) continue;
    if (std::binary_search(ignored.begin(), ignored.end(), i)) continue;
    sources.read_source(tree.entries[i], *facts[i].stamp);
  }
  return sources.take();
}

}  // namespace layer

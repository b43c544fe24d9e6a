// Searches in the order of ld.so(8), and resolves each candidate in the tree as the kernel would.
#include "layer/check/library_lookup.h"

#include <fmt/core.h>

#include <array>
#include <set>
#include <utility>

#include "layer/base/error.h"
#include "layer/check/library_directories.h"
#include "layer/model/file_tree.h"
#include "layer/model/relative_path.h"

namespace layer {
namespace {

// Of all libraries of an image together: docs/limits.md.
constexpr uint64_t kMaxLooks = 2'000'000;

struct Token {
  std::string_view name;
  std::string value;
};

// How many bytes of the text, which begins with '$', are the token; 0: none are.
size_t token_length(std::string_view text, std::string_view name) {
  const std::string_view behind = text.substr(1);
  if (behind.starts_with(name)) return 1 + name.size();
  const bool is_braced = behind.starts_with('{') && behind.substr(1).starts_with(name) &&
                         behind.substr(1 + name.size()).starts_with('}');
  return is_braced ? 3 + name.size() : 0;
}

// "$NAME" and "${NAME}". ld.so(8), "Dynamic string tokens".
std::string expand(std::string_view text, const std::array<Token, 3>& tokens) {
  std::string expanded;
  while (!text.empty()) {
    const size_t plain = std::min(text.find('$'), text.size());
    expanded += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    size_t length = 0;
    for (const Token& token : tokens) {
      length = token_length(text, token.name);
      if (length == 0) continue;
      expanded += token.value;
      break;
    }
    if (length == 0) expanded += '$';
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return expanded;
}

std::array<Token, 3> tokens_of(const OpenedFile& opener) {
  const bool is_64_bit = opener.elf->machine.is_64_bit;
  return {Token{"ORIGIN", fmt::format("/{}", parent_path(opener.path))},
          Token{"LIB", is_64_bit ? "lib64" : "lib"},
          Token{"PLATFORM", opener.elf->machine.to_string() == "x86-64"
                                ? "x86_64"
                                : opener.elf->machine.to_string()}};
}

// The parts between colons, each once; an empty one is the working directory, which is not known
// here.
std::vector<std::string> split_path(std::string_view text) {
  std::vector<std::string> parts;
  std::set<std::string_view> seen;
  while (!text.empty()) {
    const size_t end = std::min(text.find(':'), text.size());
    const std::string_view part = text.substr(0, end);
    if (end > 0 && seen.insert(part).second) parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace

LibraryLookup::LibraryLookup(const Subject& subject)
    : subject_(subject),
      from_env_(split_path(subject.config.variable("LD_LIBRARY_PATH").value_or(""))) {}

void LibraryLookup::count_looks(uint64_t count) const {
  if ((looks_ += count) <= kMaxLooks) return;
  throw Error(fmt::format("libraries are looked for at more than {} paths", kMaxLooks))
      .with_help("shorten LD_LIBRARY_PATH or the run paths, or build with --check=off");
}

std::vector<std::string> LibraryLookup::run_path(const OpenedFile& opener) const {
  const ElfFacts& elf = *opener.elf;
  if (!elf.runpath && !elf.rpath) return {};
  const std::string text = expand(elf.runpath ? *elf.runpath : *elf.rpath, tokens_of(opener));
  // A path may be named in it hundreds of times, by $ORIGIN.
  constexpr size_t kOneLook = 64;  // bytes
  count_looks(1 + text.size() / kOneLook);
  return split_path(text);
}

// A library for another machine is passed over, as by the dynamic linker.
bool LibraryLookup::fits(const Node& file, const ElfFacts& opener) const {
  const ElfFacts* elf = subject_.probes.find_elf(file);
  return elf == nullptr || elf->machine == opener.machine;
}

Found LibraryLookup::try_file(const ElfFacts& opener, std::string path) const {
  count_looks(1);
  const Node* node = subject_.view.find(path);
  if (node == nullptr || node->kind != NodeKind::kFile) return {};
  if (!fits(*node, opener)) return {nullptr, {}, node};
  return {node, std::move(path), nullptr};
}

Found LibraryLookup::find_in_image(const ElfFacts& opener, std::string_view needed) const {
  const std::string machine = opener.machine.to_string();
  const std::string key = fmt::format("{} {}", machine, needed);
  const std::lock_guard lock(mutex_);
  if (const auto known = found_.find(key); known != found_.end()) return known->second;
  if (directories_.count(machine) == 0) {
    directories_[machine] = library_directories(subject_, opener.machine);
  }
  Found result;
  for (const std::string& directory : directories_[machine]) {
    Found found = try_file(opener, fmt::format("{}/{}", directory, needed));
    if (result.alien == nullptr) result.alien = found.alien;
    if (found.node == nullptr) continue;
    result = std::move(found);
    break;
  }
  return found_.emplace(key, std::move(result)).first->second;
}

Found LibraryLookup::find(const OpenedFile& opener, std::string_view needed) const {
  if (needed.find('/') != std::string_view::npos) {
    return try_file(*opener.elf, expand(needed, tokens_of(opener)));
  }
  if (needed.size() > kMaxName) return {};
  const std::vector<std::string> directories = run_path(opener);
  const bool env_is_first = opener.elf->runpath.has_value();
  const Node* alien = nullptr;
  for (const auto* in :
       {env_is_first ? &from_env_ : &directories, env_is_first ? &directories : &from_env_}) {
    for (const std::string& directory : *in) {
      Found found = try_file(*opener.elf, fmt::format("{}/{}", directory, needed));
      if (found.node != nullptr) return found;
      if (alien == nullptr) alien = found.alien;
    }
  }
  Found found = find_in_image(*opener.elf, needed);
  if (found.alien == nullptr) found.alien = alien;
  return found;
}

bool LibraryLookup::try_input(const ElfFacts& opener, const std::string& path) const {
  count_looks(1);
  const PathEnd end = subject_.input->resolve(path);
  if (end.kind != NodeKind::kFile) return false;
  const Node* in_image = subject_.view.find(end.path);
  return in_image == nullptr || fits(*in_image, opener);
}

bool LibraryLookup::is_in_input(const OpenedFile& opener, std::string_view needed) const {
  if (subject_.input == nullptr) return false;
  if (needed.find('/') != std::string_view::npos) {
    return try_input(*opener.elf, expand(needed, tokens_of(opener)));
  }
  for (const std::string& directory : run_path(opener)) {
    if (try_input(*opener.elf, fmt::format("{}/{}", directory, needed))) return true;
  }
  return false;
}

}  // namespace layer

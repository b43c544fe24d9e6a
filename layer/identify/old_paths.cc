// Searches package by package. What a package's search found is a memo of this form:
//   found := (index line)*        index of the file among the package's
#include "layer/identify/old_paths.h"

#include <fmt/core.h>
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "layer/base/threads.h"
#include "layer/disk/file_reader.h"
#include "layer/python/moved_paths.h"
#include "layer/python/pyc_file.h"
#include "layer/store/memo.h"
#include "layer/store/store.h"

namespace layer {
namespace {

constexpr std::string_view kForm = "old paths 1";
constexpr size_t kHead = 4096;
constexpr uint64_t kLargest = uint64_t{16} << 20;
constexpr size_t kMostMentions = 10;  // warnings

// The files of one package.
struct SearchedPackage {
  std::vector<uint32_t> entries;  // of the tree
  std::vector<uint32_t> lines;    // of each; 0: it names no old place
};

bool is_text(std::string_view head) {
  return head.find('\0') == std::string_view::npos;
}

// The file, if it is text; else empty.
void read_if_text(std::string_view path, uint64_t size, std::string& text) {
  FileReader reader(path);
  text.resize(std::min<uint64_t>(size, kHead));
  size_t got = reader.read(std::as_writable_bytes(std::span(text)));
  text.resize(got);
  if (!is_text(text) || got == size) return text.resize(is_text(text) ? got : 0);
  text.resize(size);
  got += reader.read(std::as_writable_bytes(std::span(text)).subspan(got));
  text.resize(got);
}

class OldPathSearch {
 public:
  OldPathSearch(const Venv& venv, const FileTree& tree, const std::vector<FileFacts>& facts,
                Store* store)
      : venv_(venv), tree_(tree), facts_(facts), store_(store), old_places_(moves_of(venv)) {}

  void run(unsigned jobs, Diagnostics& found) {
    choose();
    std::vector<std::optional<Digest>> keys(packages_.size());
    std::vector<std::pair<size_t, size_t>> to_read;  // package, file in it
    for (size_t i = 0; i < packages_.size(); ++i) {
      keys[i] = key_of(packages_[i]);
      if (keys[i] && recall(*keys[i], packages_[i])) {
        keys[i].reset();  // it is there
        continue;
      }
      for (size_t file = 0; file < packages_[i].entries.size(); ++file)
        to_read.emplace_back(i, file);
    }
    read(to_read, jobs);
    for (size_t i = 0; i < packages_.size(); ++i) {
      if (keys[i]) remember(*keys[i], packages_[i]);
    }
    report(found);
  }

 private:
  static MovedPaths moves_of(const Venv& venv) {
    std::vector<MovedPath> moves;
    for (const std::string& old : venv.old_places) {
      if (old != '/' + venv.place) moves.push_back({old, {}});
    }
    return MovedPaths(std::move(moves));
  }

  bool is_searched(const Entry& entry) const {
    if (entry.kind != EntryKind::kFile && entry.kind != EntryKind::kInlineFile) return false;
    if (is_compiled_path(entry.path)) return false;  // Python corrects what they name
    return is_below(entry.path, venv_.place) ||
           std::ranges::any_of(venv_.apps, [&](const AppFiles& app) {
             return app.place.empty() || entry.path == app.place || is_below(entry.path, app.place);
           });
  }

  void choose() {
    std::map<std::pair<std::string_view, std::string_view>, size_t> index;
    for (uint32_t i = 0; i < tree_.entries.size(); ++i) {
      const Entry& entry = tree_.entries[i];
      if (!is_searched(entry) || facts_[i].size > kLargest) continue;
      const auto [package, is_new] =
          index.try_emplace({entry.origin.file(), entry.repository()}, packages_.size());
      if (is_new) packages_.emplace_back();
      packages_[package->second].entries.push_back(i);
    }
    for (SearchedPackage& package : packages_) package.lines.resize(package.entries.size());
  }

  // No value: the store is not to be asked.
  std::optional<Digest> key_of(const SearchedPackage& package) const {
    if (store_ == nullptr) return std::nullopt;
    MemoWriter key;
    key.put(kForm);
    for (const std::string& old : venv_.old_places) key.put(std::string_view(old));
    for (const uint32_t i : package.entries) {
      const Entry& entry = tree_.entries[i];
      key.put(entry.path);
      if (entry.kind == EntryKind::kInlineFile) {
        key.put(entry.content);
        continue;
      }
      const std::optional<Stamp> stamp = store_->identity(entry.content, *facts_[i].stamp);
      if (!stamp) return std::nullopt;
      key.put(*stamp);
    }
    return key.digest();
  }

  bool recall(const Digest& key, SearchedPackage& package) const {
    const Memo memo = store_->find_memo(key);
    if (!memo) return false;
    std::vector<uint32_t> lines(package.lines.size());
    MemoReader reader(memo.bytes());
    while (!reader.is_done() && !reader.has_failed()) {
      const uint64_t file = reader.number();
      const uint32_t line = reader.small_number();
      if (file >= lines.size()) return false;
      lines[file] = line;
    }
    if (reader.has_failed()) return false;
    package.lines = std::move(lines);
    return true;
  }

  void remember(const Digest& key, const SearchedPackage& package) const {
    MemoWriter memo;
    for (size_t file = 0; file < package.lines.size(); ++file) {
      if (package.lines[file] == 0) continue;
      memo.put(uint64_t{file});
      memo.put(package.lines[file]);
    }
    store_->add_memo(key, memo.bytes());
  }

  uint32_t line_in(const Entry& entry, uint64_t size, std::string& buffer) const {
    std::string_view text = entry.content;
    if (entry.kind == EntryKind::kFile) {
      read_if_text(entry.content, size, buffer);
      text = buffer;
    }
    const size_t at = old_places_.first_in(text);
    if (at == std::string_view::npos) return 0;
    return static_cast<uint32_t>(
               std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(at), '\n')) +
           1;
  }

  void read(const std::vector<std::pair<size_t, size_t>>& files, unsigned jobs) {
    Threads(jobs).execute([&] {
      tbb::parallel_for(tbb::blocked_range<size_t>(0, files.size(), 32), [&](const auto& range) {
        std::string buffer;
        for (size_t i = range.begin(); i != range.end(); ++i) {
          SearchedPackage& package = packages_[files[i].first];
          const uint32_t entry = package.entries[files[i].second];
          package.lines[files[i].second] =
              line_in(tree_.entries[entry], facts_[entry].size, buffer);
        }
      });
    });
  }

  void report(Diagnostics& found) const {
    size_t count = 0;
    for (const SearchedPackage& package : packages_) {
      for (size_t file = 0; file < package.lines.size(); ++file) {
        if (package.lines[file] == 0 || ++count > kMostMentions) continue;
        const Entry& entry = tree_.entries[package.entries[file]];
        const std::string path = entry.kind == EntryKind::kFile ? std::string(entry.content)
                                                                : fmt::format("/{}", entry.path);
        found.warn({{path, package.lines[file]},
                    "names the place of the virtual environment on this machine, and is packed so",
                    {},
                    fmt::format("if the program needs it, put the environment there in the image, "
                                "too: --venv '{}:{}'",
                                venv_.directory, venv_.old_places.front())});
      }
    }
    if (count <= kMostMentions) return;
    found.warn({{venv_.directory},
                fmt::format("{} more files name its place on this machine", count - kMostMentions),
                {},
                {}});
  }

  const Venv& venv_;
  const FileTree& tree_;
  const std::vector<FileFacts>& facts_;
  Store* store_;
  const MovedPaths old_places_;
  std::vector<SearchedPackage> packages_;
};

}  // namespace

void warn_of_old_paths(const Venv& venv, const FileTree& tree, const std::vector<FileFacts>& facts,
                       unsigned jobs, Store* store, Diagnostics& found) {
  OldPathSearch(venv, tree, facts, store).run(jobs, found);
}

}  // namespace layer

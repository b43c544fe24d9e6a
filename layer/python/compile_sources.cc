// Shares the sources out to a few interpreters, which print what they make of them.
#include "layer/python/compile_sources.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "layer/base/error.h"
#include "layer/disk/child_process.h"
#include "layer/disk/stamp.h"
#include "layer/store/memo.h"
#include "layer/store/store.h"

namespace layer {
namespace {

constexpr std::string_view kCompiledForm = "compiled 1";
constexpr std::string_view kSource = ".py";
constexpr std::string_view kCacheFolder = "__pycache__";
constexpr size_t kWorthAProcess = 16;  // sources
constexpr size_t kLengthBytes = 4;

// Reads pairs of NUL-terminated paths: of a source in the image, and on this machine. Prints texts,
// each with its length in front: the name that this interpreter gives its compiled files, then
// those files. Which objects of a file are marked as shared depends on what the interpreter has
// made before (CPython, Python/marshal.c), so each source is compiled in a process of its own.
constexpr std::string_view kCompileProgram = R"(
import sys
sys.path[:] = [path for path in sys.path if path]
import _frozen_importlib_external, _imp, marshal, os
MAGIC = _frozen_importlib_external.MAGIC_NUMBER

def put(text):
    text = len(text).to_bytes(4, "little") + text
    while text:
        text = text[os.write(1, text):]

def compiled(place, path):
    with open(path, "rb") as file:
        source = file.read()
    try:
        code = compile(source, os.fsdecode(place), "exec", dont_inherit=True)
    except Exception:
        return b""
    key = _imp.source_hash(int.from_bytes(MAGIC, "little"), source)
    return MAGIC + b"\1\0\0\0" + key + marshal.dumps(code)

put(sys.implementation.cache_tag.encode())
with open(0, "rb") as file:
    paths = file.read().split(b"\0")
caller = os.getppid()
for place, path in zip(paths[::2], paths[1::2]):
    if os.getppid() != caller:
        sys.exit("the caller is gone")
    child = os.fork()
    if child == 0:
        put(compiled(place, path))
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit("cannot compile " + repr(path))
)";

// A source, and what is made of it.
struct CompiledSource {
  size_t entry = 0;   // index in the tree
  std::string bytes;  // empty: the interpreter does not take the source
};

// The sources of a package, which the store keeps together.
struct SourceGroup {
  std::vector<CompiledSource> sources;
  std::optional<Digest> key;
};

// Takes the texts from what the program prints.
class PrintedTexts {
 public:
  PrintedTexts(std::string_view text, const std::string& program)
      : rest_(text), program_(program) {}

  std::string next() {
    size_t length = 0;
    for (size_t i = kLengthBytes; i-- > 0;) {
      if (rest_.size() < kLengthBytes) throw wrong();
      length = length << 8U | static_cast<unsigned char>(rest_[i]);
    }
    rest_.remove_prefix(kLengthBytes);
    if (rest_.size() < length) throw wrong();
    std::string text(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return text;
  }

 private:
  Error wrong() const {
    return Error(Position{program_}, "prints less than a compiled file for each source");
  }

  std::string_view rest_;
  const std::string& program_;
};

class SourceCompiler {
 public:
  SourceCompiler(const Venv& venv, unsigned jobs, FileTree& tree, StringArena& arena, Store* store)
      : venv_(venv), jobs_(jobs), tree_(tree), arena_(arena), store_(store) {
    struct stat status = {};
    if (::stat(venv.compiler.c_str(), &status) != 0) {
      throw system_error(venv.compiler, "cannot be run", errno);
    }
    compiler_ = stamp_of(status);
  }

  void run() {
    gather();
    std::vector<CompiledSource*> left;
    for (auto& [package, group] : groups_) {
      if (recall(group)) continue;
      for (CompiledSource& source : group.sources) left.push_back(&source);
    }
    if (!left.empty()) compile(left);
    for (const auto& [package, group] : groups_) remember(group);
    add();
  }

 private:
  bool is_source(const Entry& entry) const;
  void gather();
  std::optional<Digest> key_of(const SourceGroup& group) const;
  bool recall(SourceGroup& group);
  void remember(const SourceGroup& group) const;
  void compile(const std::vector<CompiledSource*>& sources);
  void add();

  const Venv& venv_;
  const unsigned jobs_;
  FileTree& tree_;
  StringArena& arena_;
  Store* const store_;
  Stamp compiler_;
  std::string tag_;                                 // "cpython-311"
  std::map<std::string_view, SourceGroup> groups_;  // by Entry::repository()
};

bool SourceCompiler::is_source(const Entry& entry) const {
  if (entry.kind != EntryKind::kFile || !entry.path.ends_with(kSource)) return false;
  if (is_below(entry.path, venv_.place)) return !is_below(entry.path, venv_.place + "/bin");
  if (entry.repository().starts_with(kIncludedInterpreter)) return true;
  return std::ranges::any_of(venv_.apps, [&](const AppFiles& app) {
    return entry.path == app.place || app.place.empty() || is_below(entry.path, app.place);
  });
}

void SourceCompiler::gather() {
  for (size_t i = 0; i < tree_.entries.size(); ++i) {
    if (!is_source(tree_.entries[i])) continue;
    groups_[tree_.entries[i].repository()].sources.push_back({i, {}});
  }
  for (auto& [package, group] : groups_) group.key = key_of(group);
}

// No value if the store cannot tell whether a source is as it was.
std::optional<Digest> SourceCompiler::key_of(const SourceGroup& group) const {
  if (store_ == nullptr) return std::nullopt;
  MemoWriter text;
  text.put(kCompiledForm);
  text.put(kCompileProgram);
  text.put(venv_.compiler);
  text.put(compiler_);
  for (const CompiledSource& source : group.sources) {
    const Entry& entry = tree_.entries[source.entry];
    const std::optional<Stamp> file =
        entry.stamp == nullptr ? std::nullopt : store_->identity(entry.content, *entry.stamp);
    if (!file) return std::nullopt;
    text.put(entry.path);
    text.put(*file);
  }
  return text.digest();
}

bool SourceCompiler::recall(SourceGroup& group) {
  const Memo memo = group.key ? store_->find_memo(*group.key) : Memo{};
  if (!memo) return false;
  MemoReader reader(memo.bytes());
  const std::string_view tag = reader.text();
  std::vector<std::string_view> texts;
  for (size_t i = 0; i < group.sources.size(); ++i) texts.push_back(reader.text());
  if (!reader.is_done()) return false;
  tag_ = tag;
  for (size_t i = 0; i < texts.size(); ++i) group.sources[i].bytes = texts[i];
  group.key.reset();  // it is there
  return true;
}

void SourceCompiler::remember(const SourceGroup& group) const {
  if (!group.key) return;
  MemoWriter memo;
  memo.put(tag_);
  for (const CompiledSource& source : group.sources) memo.put(source.bytes);
  store_->add_memo(*group.key, memo.bytes());
}

// Neighbours go to different processes: sources of one folder are of a kind.
void SourceCompiler::compile(const std::vector<CompiledSource*>& sources) {
  const size_t count =
      std::clamp<size_t>(sources.size() / kWorthAProcess, 1, std::max<size_t>(jobs_, 1));
  std::vector<std::string> inputs(count);
  for (size_t i = 0; i < sources.size(); ++i) {
    const Entry& entry = tree_.entries[sources[i]->entry];
    inputs[i % count] += fmt::format("/{}{}{}{}", entry.path, '\0', entry.content, '\0');
  }
  // Without the user's settings, which may change what an interpreter prints or makes.
  const ProgramCall call{venv_.compiler,
                         {"-S", "-s", "-B", "-W", "ignore", "-c", std::string(kCompileProgram)},
                         {"PYTHONHASHSEED=0", "LC_ALL=C.UTF-8"}};
  std::vector<std::unique_ptr<ChildProcess>> children;
  children.reserve(count);
  for (const std::string& input : inputs) {
    children.push_back(std::make_unique<ChildProcess>(call, input));
  }
  for (size_t child = 0; child < count; ++child) {
    const std::string printed = children[child]->finish();
    PrintedTexts texts(printed, venv_.compiler);
    tag_ = texts.next();
    for (size_t i = child; i < sources.size(); i += count) sources[i]->bytes = texts.next();
  }
}

void SourceCompiler::add() {
  std::vector<Entry> compiled;
  for (const auto& [package, group] : groups_) {
    for (const CompiledSource& source : group.sources) {
      if (source.bytes.empty()) continue;
      const Entry& from = tree_.entries[source.entry];
      const std::string_view name = base_name(from.path);
      const std::string below = fmt::format("{}/{}.{}.pyc", kCacheFolder,
                                            name.substr(0, name.size() - kSource.size()), tag_);
      const std::string_view path = arena_.join(parent_path(from.path), below);
      const bool is_taken = !entries_at_or_below(tree_, path).empty();
      if (is_taken) continue;  // by a file that the user put there
      compiled.push_back({.path = path,
                          .content = arena_.copy(source.bytes),
                          .origin = from.origin,
                          .kind = EntryKind::kInlineFile});
    }
  }
  const auto by_path = [](const Entry& a, const Entry& b) { return tree_order(a.path, b.path); };
  std::ranges::sort(compiled, by_path);
  const size_t before = tree_.entries.size();
  tree_.entries.insert(tree_.entries.end(), compiled.begin(), compiled.end());
  std::inplace_merge(tree_.entries.begin(), tree_.entries.begin() + static_cast<ptrdiff_t>(before),
                     tree_.entries.end(), by_path);
}

}  // namespace

void compile_sources(const Venv& venv, unsigned jobs, FileTree& tree, StringArena& arena,
                     Store* store) {
  SourceCompiler(venv, jobs, tree, arena, store).run();
}

}  // namespace layer

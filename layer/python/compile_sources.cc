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
#include "layer/process/child_process.h"
#include "layer/store/memo.h"
#include "layer/store/store.h"

namespace layer {
namespace {

constexpr std::string_view kCompiledForm = "compiled 2";
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

// The sources of a package, which the store keeps together.
struct SourceGroup {
  std::vector<size_t> sources;  // indices
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
  SourceCompiler(const PythonCompiler& compiler, std::span<const PythonSourceFile> sources,
                 unsigned jobs, Store* store)
      : compiler_(compiler), sources_(sources), jobs_(jobs), store_(store) {
    struct stat status = {};
    if (::stat(compiler.program.c_str(), &status) != 0) {
      throw system_error(compiler.program, "cannot be run", errno);
    }
    program_ = stamp_of(status);
    result_.files.resize(sources.size());
  }

  CompiledSources run() {
    for (size_t i = 0; i < sources_.size(); ++i) groups_[sources_[i].group].sources.push_back(i);
    std::vector<size_t> left;
    for (auto& [package, group] : groups_) {
      group.key = key_of(group);
      if (!recall(group)) left.insert(left.end(), group.sources.begin(), group.sources.end());
    }
    if (!left.empty()) compile(left);
    for (const auto& [package, group] : groups_) remember(group);
    return std::move(result_);
  }

 private:
  std::optional<Digest> key_of(const SourceGroup& group) const;
  bool recall(SourceGroup& group);
  void remember(const SourceGroup& group) const;
  void compile(const std::vector<size_t>& sources);

  const PythonCompiler& compiler_;
  const std::span<const PythonSourceFile> sources_;
  const unsigned jobs_;
  Store* const store_;
  Stamp program_;
  CompiledSources result_;
  std::map<std::string_view, SourceGroup> groups_;
};

// No value if the store cannot tell whether a source is as it was.
std::optional<Digest> SourceCompiler::key_of(const SourceGroup& group) const {
  if (store_ == nullptr) return std::nullopt;
  MemoWriter text;
  text.put(kCompiledForm);
  text.put(kCompileProgram);
  text.put(compiler_.program);
  text.put(compiler_.home);
  text.put(program_);
  for (const size_t i : group.sources) {
    const PythonSourceFile& source = sources_[i];
    const std::optional<Stamp> file =
        source.stamp == nullptr ? Stamp{} : store_->identity(source.content, *source.stamp);
    if (!file) return std::nullopt;
    text.put(source.place);
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
  result_.tag = tag;
  for (size_t i = 0; i < texts.size(); ++i) result_.files[group.sources[i]] = texts[i];
  group.key.reset();  // it is there
  return true;
}

void SourceCompiler::remember(const SourceGroup& group) const {
  if (!group.key) return;
  MemoWriter memo;
  memo.put(result_.tag);
  for (const size_t i : group.sources) memo.put(result_.files[i]);
  store_->add_memo(*group.key, memo.bytes());
}

// Neighbours go to different processes: sources of one folder are of a kind.
void SourceCompiler::compile(const std::vector<size_t>& sources) {
  const size_t count =
      std::clamp<size_t>(sources.size() / kWorthAProcess, 1, std::max<size_t>(jobs_, 1));
  std::vector<std::string> inputs(count);
  for (size_t i = 0; i < sources.size(); ++i) {
    const PythonSourceFile& source = sources_[sources[i]];
    inputs[i % count] += fmt::format("{}{}{}{}", source.place, '\0', source.content, '\0');
  }
  // Without the user's settings, which may change what an interpreter prints or makes.
  ProgramCall call{compiler_.program,
                   {"-S", "-s", "-B", "-W", "ignore", "-c", std::string(kCompileProgram)},
                   {"PYTHONHASHSEED=0", "LC_ALL=C.UTF-8"}};
  if (!compiler_.home.empty()) call.environment.push_back("PYTHONHOME=" + compiler_.home);
  std::vector<std::unique_ptr<ChildProcess>> children;
  children.reserve(count);
  for (const std::string& input : inputs) {
    children.push_back(std::make_unique<ChildProcess>(call, input));
  }
  for (size_t child = 0; child < count; ++child) {
    const std::string printed = children[child]->finish();
    PrintedTexts texts(printed, compiler_.program);
    result_.tag = texts.next();
    for (size_t i = child; i < sources.size(); i += count) result_.files[sources[i]] = texts.next();
  }
}

}  // namespace

CompiledSources compile_sources(const PythonCompiler& compiler,
                                std::span<const PythonSourceFile> sources, unsigned jobs,
                                Store* store) {
  return SourceCompiler(compiler, sources, jobs, store).run();
}

}  // namespace layer

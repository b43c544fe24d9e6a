// Allocates immutable texts by bumping a pointer.
#include "layer/model/string_arena.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <tuple>
#include <utility>

#include "layer/base/xattrs.h"

namespace layer {
namespace {

constexpr size_t kBlockSize = size_t{256} << 10;

}  // namespace

char* StringArena::allocate(size_t size) {
  if (size > left_) {
    const size_t block = std::max(size, kBlockSize);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
    next_ = blocks_.back().get();
    left_ = block;
  }
  char* result = next_;
  next_ += size;
  left_ -= size;
  return result;
}

std::string_view StringArena::copy(std::string_view text) {
  if (text.empty()) return {};
  char* bytes = allocate(text.size());
  std::memcpy(bytes, text.data(), text.size());
  return {bytes, text.size()};
}

std::string_view StringArena::join(std::string_view head, std::string_view tail) {
  if (head.empty()) return copy(tail);
  const size_t size = head.size() + 1 + tail.size();
  char* bytes = allocate(size);
  std::memcpy(bytes, head.data(), head.size());
  bytes[head.size()] = '/';
  std::memcpy(bytes + head.size() + 1, tail.data(), tail.size());
  return {bytes, size};
}

std::string_view StringArena::concatenate(std::string_view head, std::string_view tail) {
  const size_t size = head.size() + tail.size();
  if (size == 0) return {};
  char* bytes = allocate(size);
  std::copy(head.begin(), head.end(), bytes);
  std::copy(tail.begin(), tail.end(), bytes + head.size());
  return {bytes, size};
}

std::string_view StringArena::intern(std::string_view text) {
  if (const auto found = interned_.find(text); found != interned_.end()) return *found;
  return *interned_.insert(copy(text)).first;
}

const std::string_view* StringArena::intern_at(std::string_view text) {
  if (text.empty()) return nullptr;
  if (const auto found = interned_.find(text); found != interned_.end()) return &*found;
  return &*interned_.insert(copy(text)).first;
}

const Attributes* StringArena::intern(const Attributes& attributes) {
  return &*attributes_.insert(attributes).first;
}

size_t StringArena::DeclarationHash::operator()(const Declaration& declaration) const {
  const KeyedHash hash;
  size_t mixed = hash(declaration.file);
  for (const std::string_view text :
       {declaration.owner, declaration.group, declaration.repository}) {
    mixed = mixed * 31 + hash(text);
  }
  return mixed;
}

const Declaration* StringArena::intern(const Declaration& declaration) {
  if (const auto found = declarations_.find(declaration); found != declarations_.end()) {
    return &*found;
  }
  // An owner is hardly ever met in two declarations.
  return &*declarations_
               .insert({intern(declaration.file), copy(declaration.owner),
                        intern(declaration.group), intern(declaration.repository)})
               .first;
}

bool StringArena::AttributesLess::operator()(const Attributes& a, const Attributes& b) const {
  return std::tuple(a.mode, a.uid, a.gid, a.mtime, xattrs_text(a.xattrs)) <
         std::tuple(b.mode, b.uid, b.gid, b.mtime, xattrs_text(b.xattrs));
}

std::string_view StringArena::adopt(std::unique_ptr<char[]> bytes, size_t size) {
  blocks_.push_back(std::move(bytes));
  return {blocks_.back().get(), size};
}

}  // namespace layer

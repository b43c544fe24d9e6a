// Keeps a layer's facts as a memo of this form:
//   facts   := digest codec tar-size count member{count} count package{count}
//   member  := path target xattrs kind+mode owners mtime [size content]    the last two of a file
//   package := member-number text
#include "oci/inspect/facts_memo.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <string>
#include <string_view>

#include "layer/store/memo.h"

namespace oci {
namespace {

constexpr std::string_view kFactsForm = "layer facts 2";
constexpr size_t kMemberSize = 6 * sizeof(uint64_t);  // at least

void put_facts_member(const LayerMember& member, layer::MemoWriter& memo) {
  for (const std::string_view text : {member.path, member.target, member.xattrs}) memo.put(text);
  memo.put(uint64_t{static_cast<uint8_t>(member.kind)} << 32 | member.mode);
  memo.put(uint64_t{member.uid} << 32 | member.gid);
  memo.put(member.mtime);
}

LayerMember read_facts_member(layer::MemoReader& memo) {
  LayerMember member;
  member.path = memo.text();
  member.target = memo.text();
  member.xattrs = memo.text();
  const uint64_t kind = memo.number();
  member.kind = static_cast<MemberKind>(kind >> 32);
  member.mode = static_cast<uint32_t>(kind);
  const uint64_t owners = memo.number();
  member.uid = static_cast<uint32_t>(owners >> 32);
  member.gid = static_cast<uint32_t>(owners);
  member.mtime = memo.signed_number();
  return member;
}

void read_facts_members(layer::MemoReader& memo, LayerFacts& facts) {
  const size_t count = memo.count(kMemberSize);
  facts.members.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    LayerMember& member = facts.members.emplace_back(read_facts_member(memo));
    if (member.kind != MemberKind::kFile) continue;
    member.size = memo.number();
    facts.contents.push_back(memo.digest());
  }
}

}  // namespace

std::optional<layer::Digest> facts_key(const ImageLayer& layer, const layer::Store& store) {
  std::string text = fmt::format("{} {} ", kFactsForm, layer.diff_id.digest.hex());
  if (layer.has_digest) {
    text += layer.descriptor.digest.hex();
  } else {
    struct stat status = {};
    if (::fstat(layer.blob.fd(), &status) != 0) return std::nullopt;
    const std::optional<layer::Stamp> stamp =
        store.identity(layer.blob.file()->path(), layer::stamp_of(status));
    if (!stamp) return std::nullopt;
    text += fmt::format("{} {} {} {} {} {}", stamp->device, stamp->inode, stamp->size, stamp->mtime,
                        stamp->ctime, layer.blob.offset());
  }
  return layer::sha256(std::as_bytes(std::span(text)));
}

std::optional<LayerFacts> recall_facts(const layer::Digest& key, layer::Store& store) {
  layer::Memo memo = store.find_memo(key);
  if (!memo) return std::nullopt;
  LayerFacts facts;
  facts.arena = std::make_unique<layer::StringArena>();
  layer::MemoReader reader(facts.arena->adopt(std::move(memo.memory), memo.size));
  facts.digest = reader.digest();
  facts.codec = static_cast<layer::Codec>(reader.small_number());
  facts.tar_size = reader.number();
  read_facts_members(reader, facts);
  const size_t texts = reader.count(2 * sizeof(uint64_t));
  for (size_t i = 0; i < texts; ++i) {
    const uint32_t member = reader.small_number();
    facts.package_texts.push_back({member, reader.text()});
  }
  if (!reader.is_done()) return std::nullopt;
  return facts;
}

void remember_facts(const layer::Digest& key, const LayerFacts& facts, layer::Store& store) {
  layer::MemoWriter memo;
  memo.put(facts.digest);
  memo.put(uint64_t{static_cast<uint8_t>(facts.codec)});
  memo.put(facts.tar_size);
  memo.put(uint64_t{facts.members.size()});
  size_t files = 0;
  for (const LayerMember& member : facts.members) {
    put_facts_member(member, memo);
    if (member.kind != MemberKind::kFile) continue;
    memo.put(member.size);
    memo.put(facts.contents[files++]);
  }
  memo.put(uint64_t{facts.package_texts.size()});
  for (const PackageText& package : facts.package_texts) {
    memo.put(package.member);
    memo.put(package.text);
  }
  store.add_memo(key, memo.bytes());
}

}  // namespace oci

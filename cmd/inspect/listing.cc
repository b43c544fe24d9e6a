// Makes the same entry of a node of the tree and of a member of a tar.
#include "cmd/inspect/listing.h"

#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "layer/base/xattrs.h"

namespace cmd {
namespace {

using layer::NodeKind;
using oci::MemberKind;

// Of a device "c 1,3", a pipe "p".
char device_type(std::string_view content) {
  return content.empty() ? 'p' : content.front();
}

char type_of(const layer::Node& node) {
  switch (node.kind) {
    case NodeKind::kDirectory:
      return 'd';
    case NodeKind::kFile:
      return '-';
    case NodeKind::kSymlink:
      return 'l';
    case NodeKind::kOther:
      return device_type(node.content);
    case NodeKind::kWhiteout:
    case NodeKind::kOpaque:
      return 'w';
  }
  throw std::logic_error("no such kind of node");
}

char type_of(const oci::LayerMember& member) {
  switch (member.kind) {
    case MemberKind::kDirectory:
    case MemberKind::kRoot:
      return 'd';
    case MemberKind::kFile:
      return '-';
    case MemberKind::kSymlink:
      return 'l';
    case MemberKind::kHardlink:
      return 'h';
    case MemberKind::kOther:
      return device_type(member.target);
    case MemberKind::kWhiteout:
    case MemberKind::kOpaque:
    case MemberKind::kReserved:
      return 'w';
  }
  throw std::logic_error("no such kind of member");
}

// "rwxr-xr-x", with s, S, t and T as in ls(1).
std::string permissions(uint32_t mode) {
  std::string text = "---------";
  for (size_t i = 0; i < text.size(); ++i) {
    if ((mode & (0400U >> i)) != 0) text[i] = "rwx"[i % 3];
  }
  const auto mark = [&](uint32_t bit, size_t at, char with, char without) {
    if ((mode & bit) != 0) text[at] = text[at] == 'x' ? with : without;
  };
  mark(04000, 2, 's', 'S');
  mark(02000, 5, 's', 'S');
  mark(01000, 8, 't', 'T');
  return text;
}

std::string utc_text(int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts = {};
  if (::gmtime_r(&time, &parts) == nullptr) return fmt::format("@{}", seconds);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", int64_t{parts.tm_year} + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min);
}

std::string_view type_name(char type) {
  switch (type) {
    case '-':
      return "file";
    case 'd':
      return "directory";
    case 'l':
      return "symlink";
    case 'h':
      return "hardlink";
    case 'c':
      return "character-device";
    case 'b':
      return "block-device";
    case 'p':
      return "pipe";
    default:
      return "whiteout";
  }
}

nlohmann::json xattrs_json(std::string_view text) {
  nlohmann::json json = nlohmann::json::object();
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const layer::Xattr& xattr : layer::xattrs_of_text(text)) {
    std::string hex;
    for (const char c : xattr.value) {
      const auto byte = static_cast<unsigned char>(c);
      hex += kDigits[byte >> 4U];
      hex += kDigits[byte & 15U];
    }
    json[xattr.name] = hex;
  }
  return json;
}

}  // namespace

ListedEntry entry_of(const layer::Node& node, const oci::ImageSubject& subject) {
  const oci::ImageFacts& facts = subject.facts;
  ListedEntry entry{.type = type_of(node), .path = node.path};
  entry.xattrs = layer::xattrs_text(node.xattrs);
  entry.mode = node.mode;
  entry.uid = node.uid;
  entry.gid = node.gid;
  entry.mtime = node.mtime;
  entry.layer = node.layer;
  const uint32_t owner = facts.owners[oci::index_of(facts, node)];
  if (owner != oci::kNone) entry.package = &facts.packages[owner];
  if (node.inode == 0) {
    entry.link = node.content;
  } else {
    entry.size = node.size;
    entry.content = &facts.files[node.inode - 1].content;
  }
  return entry;
}

void list_image(const oci::ImageSubject& subject, const TakeEntry& take) {
  std::vector<const layer::Node*> first(subject.facts.files.size(), nullptr);  // of each inode
  for (const layer::Node& node : subject.facts.tree.nodes()) {
    ListedEntry entry = entry_of(node, subject);
    if (node.inode != 0) {
      const layer::Node*& leader = first[node.inode - 1];
      if (leader == nullptr) {
        leader = &node;
      } else {
        entry.type = 'h';
        entry.link = leader->path;
      }
    }
    take(entry);
  }
}

void list_layer(const oci::ImageSubject& subject, uint32_t layer, const TakeEntry& take) {
  const oci::LayerFacts& facts = *subject.facts.layers[layer];
  size_t files = 0;
  for (const oci::LayerMember& member : facts.members) {
    ListedEntry entry{.type = type_of(member), .path = member.path, .link = member.target};
    if (member.kind == MemberKind::kRoot) entry.path = ".";
    entry.xattrs = member.xattrs;
    entry.mode = member.mode;
    entry.uid = member.uid;
    entry.gid = member.gid;
    entry.size = member.size;
    entry.mtime = member.mtime;
    if (member.kind == MemberKind::kFile) entry.content = &facts.contents[files++];
    take(entry);
  }
}

std::string listing_line(const ListedEntry& entry) {
  const bool is_device = entry.type == 'c' || entry.type == 'b';
  const std::string size = is_device && entry.link.size() > 2 ? std::string(entry.link.substr(2))
                                                              : fmt::to_string(entry.size);
  std::string line = fmt::format("{}{} {:>9} {:>11} {} {}", entry.type, permissions(entry.mode),
                                 fmt::format("{}/{}", entry.uid, entry.gid), size,
                                 utc_text(entry.mtime), entry.path);
  if (entry.type == 'l') line += fmt::format(" -> {}", entry.link);
  if (entry.type == 'h') line += fmt::format(" link to {}", entry.link);
  return line;
}

nlohmann::json listing_json(const ListedEntry& entry) {
  nlohmann::json json{{"path", entry.path}, {"type", type_name(entry.type)}};
  if (entry.type == 'w') return json;
  json["mode"] = fmt::format("{:04o}", entry.mode);
  json["uid"] = entry.uid;
  json["gid"] = entry.gid;
  json["mtime"] = entry.mtime;
  if (entry.content != nullptr) {
    json["size"] = entry.size;
    json["digest"] = entry.content->to_string();
  }
  if (entry.type == 'l' || entry.type == 'h') json["link"] = entry.link;
  if ((entry.type == 'c' || entry.type == 'b') && entry.link.size() > 2) {
    json["device"] = entry.link.substr(2);
  }
  if (!entry.xattrs.empty()) json["xattrs"] = xattrs_json(entry.xattrs);
  if (entry.layer) json["layer"] = *entry.layer + 1;
  if (entry.package != nullptr) json["package"] = entry.package->name;
  return json;
}

}  // namespace cmd

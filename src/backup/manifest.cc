#include "backup/manifest.h"

#include <array>
#include <cstdio>
#include <span>
#include <utility>

#include "base/json.h"
#include "base/try.h"
#include "base/value.h"
#include "evidence/checkpoint.h"
#include "node/files.h"

namespace bashu::backup {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kHead = "bashu.backup/v1\n";
constexpr JsonLimits kIndexLimits{.depth = 8, .values = 20'000'000};

std::unexpected<Fault> fault(std::string what) { return std::unexpected{Fault{std::move(what)}}; }

Value to_value(const Part& part) {
  return Value::Record{
      {"name", part.name}, {"bytes", part.sealed.bytes}, {"sha256", hex(part.sealed.sha256)}};
}
Value to_value(const Segment& segment) {
  Value value = to_value(segment.part);
  value.as_record()->emplace("first", segment.first);
  value.as_record()->emplace("end", segment.end);
  return value;
}
Value to_value(const FileState& file) {
  Value::List parts;
  for (const std::string& part : file.parts) parts.emplace_back(part);
  return Value::Record{{"path", file.path},
                       {"mode", file.mode},
                       {"size", file.size},
                       {"mark", file.mark},
                       {"parts", std::move(parts)}};
}
template <typename T>
Value to_list(const std::vector<T>& all) {
  Value::List list;
  for (const T& one : all) list.push_back(to_value(one));
  return list;
}

std::string index_text(const Manifest& manifest) {
  Value::Record index{{"journal", to_list(manifest.journal)},
                      {"parts", to_list(manifest.parts)},
                      {"files", to_list(manifest.files)},
                      {"documents", manifest.documents}};
  if (manifest.new_documents) index.emplace("new_documents", to_value(*manifest.new_documents));
  if (manifest.vault) {
    Value vault = to_value(manifest.vault->part);
    vault.as_record()->emplace("mark", manifest.vault->mark);
    vault.as_record()->emplace("keys", manifest.vault->keys);
    index.emplace("vault", std::move(vault));
  }
  return canonical_json(index) + "\n";
}

std::uint64_t number_at(const Value& value, std::string_view name) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, value.int_at(name)));
}
const Value::List& list_at(const Value& value, std::string_view name) {
  static const Value::List kNone;
  const Value* member = value.find(name);
  const Value::List* list = member ? member->as_list() : nullptr;
  return list ? *list : kNone;
}
// A name that leads out of the folder is none: it is given back empty.
std::string inside(std::string name) {
  const fs::path path{name};
  if (path.is_absolute() || name.find("..") != std::string::npos) return {};
  return name;
}
Part part_of(const Value& value) {
  return {.name = inside(value.text_at("name")),
          .sealed = {.bytes = number_at(value, "bytes"),
                     .sha256 = hash_from_hex(value.text_at("sha256")).value_or(Hash{})}};
}
FileState file_of(const Value& value) {
  FileState file{.path = inside(value.text_at("path")),
                 .mode = static_cast<unsigned>(value.int_at("mode")) & 0777U,
                 .size = number_at(value, "size"),
                 .mark = value.text_at("mark"),
                 .parts = {}};
  for (const Value& part : list_at(value, "parts")) {
    if (const std::string* name = part.as_text()) file.parts.push_back(inside(*name));
  }
  return file;
}

void read_index(const Value& index, Manifest& manifest) {
  for (const Value& one : list_at(index, "journal")) {
    manifest.journal.push_back(
        {.part = part_of(one), .first = number_at(one, "first"), .end = number_at(one, "end")});
  }
  for (const Value& one : list_at(index, "parts")) manifest.parts.push_back(part_of(one));
  for (const Value& one : list_at(index, "files")) manifest.files.push_back(file_of(one));
  manifest.documents = number_at(index, "documents");
  if (const Value* list = index.find("new_documents")) manifest.new_documents = part_of(*list);
  if (const Value* vault = index.find("vault")) {
    manifest.vault = VaultState{
        .part = part_of(*vault), .mark = vault->text_at("mark"), .keys = number_at(*vault, "keys")};
  }
}

struct Read {
  Manifest manifest;
  std::string previous;  // digest of the manifest before, in hex; empty for the first
};
std::expected<Read, Fault> read_manifest(const fs::path& folder, std::uint64_t number) {
  const fs::path place = folder / folder_name(number);
  const auto wrong = [&](std::string_view what) {
    return fault((place / "manifest").string() + ": " + std::string{what});
  };
  BASHU_TRY(const std::string note, node::read_file(place / "manifest"));
  const std::size_t end = note.find("\n\n");
  if (!note.starts_with(kHead) || end == std::string::npos) return wrong("no manifest of a backup");
  const auto said = parse_json(std::string_view{note}.substr(kHead.size(), end - kHead.size()));
  if (!said) return wrong("not readable: " + said.error().code);
  Read read{.manifest = {.number = number_at(*said, "number"),
                         .party = said->text_at("party"),
                         .origin = said->text_at("origin"),
                         .log_key = from_hex(said->text_at("log_key")).value_or(""),
                         .made_ms = said->int_at("made_ms"),
                         .size = number_at(*said, "size"),
                         .root = hash_from_hex(said->text_at("root")).value_or(Hash{}),
                         .journal = {},
                         .parts = {},
                         .files = {},
                         .documents = 0,
                         .new_documents = {},
                         .vault = {},
                         .note = sha256(note)},
            .previous = said->text_at("previous")};
  const std::array keys{read.manifest.log_key};
  if (!evidence::open_note(note, read.manifest.origin, keys)) {
    return wrong("its signature does not verify");
  }
  if (read.manifest.number != number) return wrong("it is that of another backup");
  BASHU_TRY(const std::string text, node::read_file(place / "index.json"));
  if (hex(sha256(text)) != said->text_at("index")) {
    return fault((place / "index.json").string() + ": not the one that the manifest names");
  }
  const auto index = parse_json(std::string_view{text}.substr(0, text.size() - 1), kIndexLimits);
  if (!index) return fault((place / "index.json").string() + ": " + index.error().code);
  read_index(*index, read.manifest);
  return read;
}

}  // namespace

std::string folder_name(std::uint64_t number) {
  std::string digits = std::to_string(number);
  constexpr std::size_t kDigits = 6;
  if (digits.size() < kDigits) digits.insert(0, kDigits - digits.size(), '0');
  return digits;
}

std::expected<void, Fault> write_manifest(const fs::path& folder, const Manifest& manifest,
                                          const Hash& previous, std::string_view secret_key) {
  const fs::path place = folder / folder_name(manifest.number);
  const std::string index = index_text(manifest);
  BASHU_TRY_OK(node::write_file(place / "index.json", index));
  const Value::Record said{{"number", manifest.number},
                           {"party", manifest.party},
                           {"origin", manifest.origin},
                           {"log_key", hex(manifest.log_key)},
                           {"made_ms", manifest.made_ms},
                           {"size", manifest.size},
                           {"root", hex(manifest.root)},
                           {"index", hex(sha256(index))},
                           {"previous", manifest.number > 1 ? hex(previous) : std::string{}}};
  const std::string note = evidence::sign_note(std::string{kHead} + canonical_json(said) + "\n",
                                               manifest.origin, secret_key);
  return node::write_file(place / "manifest", note);
}

std::expected<std::vector<Manifest>, Fault> read_manifests(const fs::path& folder) {
  std::uint64_t last = 0;
  std::error_code error;
  for (fs::directory_iterator it{folder, error}, end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.size() < 6 || name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (!fs::exists(it->path() / "manifest", error)) continue;
    last = std::max<std::uint64_t>(last, std::stoull(name));
  }
  if (error) return fault(folder.string() + ": " + error.message());
  std::vector<Manifest> all;
  for (std::uint64_t number = 1; number <= last; ++number) {
    BASHU_TRY(Read read, read_manifest(folder, number));
    const std::string before = all.empty() ? std::string{} : hex(all.back().note);
    if (read.previous != before || (!all.empty() && (read.manifest.log_key != all.back().log_key ||
                                                     read.manifest.origin != all.back().origin ||
                                                     read.manifest.size < all.back().size))) {
      return fault((folder / folder_name(number)).string() +
                   ": does not continue the backup before");
    }
    all.push_back(std::move(read.manifest));
  }
  return all;
}

}  // namespace bashu::backup

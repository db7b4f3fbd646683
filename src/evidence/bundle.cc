#include "evidence/bundle.h"

#include <boost/crc.hpp>
#include <zip.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "evidence/agreement.h"
#include "evidence/envelope.h"
#include "evidence/grammar.h"
#include "evidence/in_force.h"
#include "evidence/known.h"
#include "evidence/succession.h"
#include "evidence/tree.h"
#include "evidence/witness.h"

namespace bashu::evidence {
namespace {

constexpr std::string_view kManifest = "manifest.sha256";
constexpr std::size_t kFilesMax = 65'000;  // what a ZIP without extensions can hold
constexpr std::size_t kBundleMax = std::size_t{1} << 30;

std::unexpected<Bad> bad(Code code) { return std::unexpected{Bad{code}}; }

bool is_name(std::string_view name) {
  const auto inner = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '/' || c == '_' ||
           c == '-';
  };
  return !name.empty() && name.size() <= 255 && std::ranges::all_of(name, inner) &&
         name.front() != '.' && name.front() != '/' && name.front() != '_' && name.front() != '-' &&
         !name.contains("..");
}

std::string manifest_of(const BundleFiles& files) {
  std::string manifest;
  for (const auto& [name, data] : files) {
    manifest += hex(sha256(data));
    manifest += "  ";
    manifest += name;
    manifest += '\n';
  }
  return manifest;
}

std::string padded(std::uint64_t number, std::size_t digits) {
  std::string text = std::to_string(number);
  return text.size() < digits ? std::string(digits - text.size(), '0') + text : text;
}

// Writes a ZIP byte by byte (PKWARE APPNOTE 4.3), because what a library puts into the version
// fields changes with the library, and equal content must give equal bytes for decades.
class StoredZip {
 public:
  void add(std::string_view name, std::string_view data) {
    boost::crc_32_type crc;
    crc.process_bytes(data.data(), data.size());
    std::string common;   // what both headers share
    put16(common, 20);    // version needed
    put16(common, 0);     // flags
    put16(common, 0);     // stored
    put16(common, 0);     // 00:00:00
    put16(common, 0x21);  // 1980-01-01
    put32(common, crc.checksum());
    put32(common, data.size());
    put32(common, data.size());
    put16(common, name.size());
    put16(common, 0);  // extra field
    const std::size_t offset = out_.size();
    put32(out_, 0x04034b50);
    out_ += common;
    out_ += name;
    out_ += data;
    put32(directory_, 0x02014b50);
    put16(directory_, 3 << 8 | 20);  // made by: Unix
    directory_ += common;
    put16(directory_, 0);            // comment
    put16(directory_, 0);            // disk
    put16(directory_, 0);            // internal attributes
    put32(directory_, 0644u << 16);  // external attributes
    put32(directory_, offset);
    directory_ += name;
    ++count_;
  }
  std::string finish() {
    const std::size_t offset = out_.size();
    out_ += directory_;
    put32(out_, 0x06054b50);
    put16(out_, 0);
    put16(out_, 0);
    put16(out_, count_);
    put16(out_, count_);
    put32(out_, directory_.size());
    put32(out_, offset);
    put16(out_, 0);
    return std::move(out_);
  }

 private:
  static void put16(std::string& out, std::size_t number) {
    BASHU_ASSERT(number <= 0xffff);
    out.push_back(static_cast<char>(number & 0xff));
    out.push_back(static_cast<char>(number >> 8));
  }
  static void put32(std::string& out, std::size_t number) {
    BASHU_ASSERT(number <= 0xffffffff);
    put16(out, number & 0xffff);
    put16(out, number >> 16);
  }
  std::string out_, directory_;
  std::size_t count_ = 0;
};

struct CloseZip {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

struct Member {
  zip_uint64_t index = 0;
  std::string name;
  std::size_t size = 0;
};
// The directory, without reading any content.
std::optional<std::vector<Member>> read_directory(zip_t* archive) {
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  if (count < 1 || static_cast<std::size_t>(count) > kFilesMax) return std::nullopt;
  std::vector<Member> members;
  std::size_t total = 0;
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i) {
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD;
    zip_stat_t stat;
    if (zip_stat_index(archive, i, ZIP_FL_ENC_RAW, &stat) != 0 ||
        (stat.valid & kNeeded) != kNeeded || stat.comp_method != ZIP_CM_STORE ||
        stat.size > kBundleMax)
      return std::nullopt;
    members.push_back({i, stat.name, static_cast<std::size_t>(stat.size)});
    total += members.back().size;
    if (!is_name(members.back().name) || total > kBundleMax) return std::nullopt;
  }
  return members;
}

std::optional<std::string> read_file(zip_t* archive, const Member& member) {
  const std::unique_ptr<zip_file_t, CloseFile> file{zip_fopen_index(archive, member.index, 0)};
  if (!file) return std::nullopt;
  std::string data(member.size, '\0');
  const zip_int64_t got = zip_fread(file.get(), data.data(), data.size());
  // One more byte asked makes libzip compare the checksum.
  char beyond = 0;
  if (got != static_cast<zip_int64_t>(data.size()) || zip_fread(file.get(), &beyond, 1) != 0)
    return std::nullopt;
  return data;
}

// The files with the manifest taken out; checked against it.
Verified<BundleFiles> read_bundle(std::string_view zip) {
  if (zip.size() > kBundleMax) return bad("bundle-names");
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(zip.data(), zip.size(), 0, &error);
  if (!source) return bad("bundle-names");
  const std::unique_ptr<zip_t, CloseZip> archive{
      zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error)};
  if (!archive) {
    zip_source_free(source);
    zip_error_fini(&error);
    return bad("bundle-names");
  }
  const auto members = read_directory(archive.get());
  if (!members || members->front().name != kManifest) return bad("bundle-names");
  BundleFiles files;
  for (const Member& member : *members) {
    std::optional<std::string> data = read_file(archive.get(), member);
    if (!data) return bad("bundle-manifest");
    if (!files.emplace(member.name, *std::move(data)).second) return bad("bundle-names");
  }
  const auto manifest = files.extract(files.find(kManifest));
  if (manifest.mapped() != manifest_of(files)) return bad("bundle-manifest");
  return files;
}

// The files `prefix000001.json`, 000002 and so on, none missing and none else under the prefix.
Verified<std::vector<std::string>> numbered(const BundleFiles& files, const std::string& prefix) {
  std::vector<std::string> found;
  for (auto it = files.lower_bound(prefix); it != files.end() && it->first.starts_with(prefix);
       ++it) {
    if (it->first != prefix + padded(found.size() + 1, 6) + ".json") return bad("bundle-names");
    found.push_back(it->second);
  }
  return found;
}

// What the bundle proves about who may sign what.
struct Parties {
  Agreement agreement;
  Known known;  // who left since, too
  KeyList keys;
  std::vector<WitnessKey> witnesses;
};
Verified<Parties> read_parties(const BundleFiles& files, std::string_view agreement_id) {
  const auto editions = numbered(files, "agreement/");
  if (!editions) return std::unexpected{editions.error()};
  Known known;
  Verified<Agreement> agreement = open_agreements(*editions, agreement_id, &known);
  if (!agreement) return std::unexpected{agreement.error()};
  Parties parties{
      .agreement = *std::move(agreement), .known = std::move(known), .keys = {}, .witnesses = {}};
  for (const std::string& party : parties.known.parties()) {
    const auto lists = numbered(files, "keys/" + party + '/');
    if (!lists) return std::unexpected{lists.error()};
    auto last = parties.known.open_keys(*lists, party);
    if (!last) return std::unexpected{last.error()};
    if (*last) parties.keys.merge((*last)->keys);
  }
  for (const auto& [kid, key] : parties.keys)
    // Nobody can tell when a revoked one dated what it signed.
    if (key.role == "witness" && key.revoked == 0) {
      parties.witnesses.push_back({key.name, key.key});
    }
  return parties;
}

// A revoked log key still counts for a checkpoint that a witness dated before the revocation.
bool outlives_revocation(std::string_view receipt, const LogOwner& owner, const Receipt& opened,
                         const Parties& parties) {
  KeyList valid = parties.keys;
  std::int64_t revoked = 0;
  for (auto it = valid.begin(); it != valid.end();) {
    const KeyRecord& key = it->second;
    if (key.role != "log" || key.name != owner.origin || key.revoked == 0) {
      ++it;
      continue;
    }
    revoked = revoked == 0 ? key.revoked : std::min(revoked, key.revoked);
    it = valid.erase(it);
  }
  if (revoked == 0) return true;
  const Verified<Receipt> still = open_receipt(receipt, owner, valid);
  if (still && still->checkpoint.second == opened.checkpoint.second) return true;
  return std::ranges::any_of(opened.checkpoint.cosigned, [&](const auto& cosigned) {
    return cosigned.second < static_cast<std::uint64_t>(revoked);
  });
}

Verified<ProvenMessage> read_message(std::string_view name, std::string_view text,
                                     const Parties& parties) {
  constexpr std::string_view kFolder = "messages/";
  const std::string_view rest = name.substr(kFolder.size());
  const std::string_view sender = rest.substr(0, rest.find('.'));
  const auto opened = open_envelope(text, parties.keys, sender);
  if (!opened) return std::unexpected{Bad{opened.error().code}};
  const Payload& payload = opened->payload;
  const auto seq = static_cast<std::uint64_t>(payload.seq);
  const auto channel = split_channel(payload.channel);
  if (payload.agreement != parties.agreement.id || name != bundle_message(payload.channel, seq) ||
      channel->from != payload.from || channel->to != payload.to)
    return bad("bundle-message");
  if (!covered(*opened)) return bad("bundle-key");
  if (lacks_second(*opened, parties.agreement.second_from("envelopes")))
    return bad("second-missing");
  const auto vouched = check_voucher(
      payload, {.keys = parties.keys, .max_life_s = parties.agreement.max_life_s, .past = true});
  if (!vouched) return bad(vouched.error());
  const PartyRecord* receiver = parties.known.party(payload.to);
  if (!receiver) return bad("bundle-message");
  return ProvenMessage{.message_id = opened->message_id,
                       .channel = payload.channel,
                       .kid = opened->key.kid,
                       .seq = seq,
                       .origin = receiver->origin,
                       .receipt = std::nullopt,
                       .quorum_met = false,
                       .second_kid = opened->second ? opened->second->kid : std::string{},
                       .vouched = *vouched};
}

// The receiver's log, or the one it went on from, that the receipt is of.
std::string origin_of(std::string_view receipt, const PartyRecord& receiver) {
  const std::size_t note = receipt.find("\n\n");
  if (note == std::string_view::npos) return receiver.origin;
  receipt.remove_prefix(note + 2);
  const std::string_view named = receipt.substr(0, receipt.find('\n'));
  for (const Predecessor& one : read_predecessors(receiver.predecessors).value_or(Predecessors{})) {
    if (one.origin == named) return one.origin;
  }
  return receiver.origin;
}

Verified<Receipt> read_receipt(std::string_view text, ProvenMessage& message,
                               const Parties& parties) {
  if (const PartyRecord* receiver = parties.known.party(split_channel(message.channel)->to)) {
    message.origin = origin_of(text, *receiver);
  }
  const LogOwner owner{split_channel(message.channel)->to, message.origin};
  Verified<Receipt> opened = open_receipt(text, owner, parties.keys, parties.witnesses);
  if (!opened) return opened;
  const EntryLeaf& entry = opened->entry;
  if ((entry.kind != "recv" && entry.kind != "resolve") || entry.outcome == "-" ||
      entry.evidence != message.message_id || entry.channel != message.channel ||
      entry.seq != message.seq || !outlives_revocation(text, owner, *opened, parties))
    return bad("bundle-receipt");
  if (lacks_second(*opened, parties.agreement.second_from("receipts")))
    return bad("second-missing");
  return opened;
}

// All checkpoints of the bundle by log and size. Two of one size and different roots prove that the
// log told two stories, whoever of the parties brought them.
class Checkpoints {
 public:
  [[nodiscard]] Verified<void> add(std::string_view origin, const Checkpoint& checkpoint) {
    const auto [known, added] =
        roots_.try_emplace({std::string{origin}, checkpoint.size}, checkpoint.root);
    if (!added && known->second != checkpoint.root) return bad("consistency");
    return {};
  }
  [[nodiscard]] const Hash* find(std::string_view origin, std::uint64_t size) const {
    const auto it = roots_.find({std::string{origin}, size});
    return it == roots_.end() ? nullptr : &it->second;
  }

 private:
  std::map<std::pair<std::string, std::uint64_t>, Hash> roots_;
};

std::vector<std::string> log_keys_of(const Parties& parties, std::string_view origin) {
  std::vector<std::string> keys;
  for (const auto& [kid, key] : parties.keys)
    if (key.role == "log" && key.name == origin) keys.push_back(key.key);
  return keys;
}

// Opens a note of any log of the agreement: its first line says which.
Verified<std::pair<std::string, Checkpoint>> read_checkpoint(std::string_view note,
                                                             const Parties& parties) {
  const std::string origin{note.substr(0, note.find('\n'))};
  Verified<Checkpoint> checkpoint =
      open_checkpoint(note, origin, log_keys_of(parties, origin), parties.witnesses);
  if (!checkpoint) return std::unexpected{checkpoint.error()};
  return std::pair{origin, *std::move(checkpoint)};
}

// `checkpoints/<n>.note` and `consistency/<m>-<n>.txt`, both optional.
Verified<void> check_logs(const BundleFiles& files, const Parties& parties,
                          Checkpoints& checkpoints) {
  const auto each = [&files](std::string_view folder, const auto& check) -> Verified<void> {
    for (auto it = files.lower_bound(folder); it != files.end() && it->first.starts_with(folder);
         ++it) {
      const Verified<void> sound =
          check(std::string_view{it->first}.substr(folder.size()), it->second);
      if (!sound) return sound;
    }
    return {};
  };
  const Verified<void> notes =
      each("checkpoints/", [&](std::string_view name, std::string_view note) -> Verified<void> {
        const auto read = read_checkpoint(note, parties);
        if (!read) return std::unexpected{read.error()};
        if (name != std::to_string(read->second.size) + ".note") return bad("bundle-names");
        return checkpoints.add(read->first, read->second);
      });
  if (!notes) return notes;
  return each("consistency/", [&](std::string_view name, std::string_view proof) -> Verified<void> {
    const std::size_t dash = name.find('-');
    const auto old_size = parse_decimal(name.substr(0, dash));
    if (!old_size) return bad("bundle-names");
    // The file is what a log sends to a witness; here the bundle's own checkpoint is the record.
    WitnessedLog log;
    const WitnessVerdict verdict =
        check_add_checkpoint(proof, [&](std::string_view origin) -> const WitnessedLog* {
          const Hash* root = checkpoints.find(origin, *old_size);
          if (!root) return nullptr;
          log = {.keys = log_keys_of(parties, origin), .size = *old_size, .root = *root};
          return &log;
        });
    if (verdict.status != 200) return bad("consistency");
    if (name.substr(dash + 1) != std::to_string(verdict.checkpoint.size) + ".txt")
      return bad("bundle-names");
    return checkpoints.add(verdict.origin, verdict.checkpoint);
  });
}

bool packs_named_by_content(const BundleFiles& files) {
  constexpr std::string_view kFolder = "packs/";
  for (auto it = files.lower_bound(kFolder); it != files.end() && it->first.starts_with(kFolder);
       ++it)
    if (it->first.substr(kFolder.size()) != hex(sha256(it->second)) + ".json") return false;
  return true;
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ",") + word;
  return all;
}

bool quorum_met(const Receipt& receipt, const Agreement& agreement) {
  const auto count = std::ranges::count_if(agreement.witnesses, [&](const std::string& name) {
    return receipt.checkpoint.cosigned.contains(name);
  });
  return count >= agreement.quorum;
}

}  // namespace

std::string make_bundle(const BundleFiles& files) {
  BASHU_ASSERT(files.size() < kFilesMax);
  StoredZip zip;
  zip.add(kManifest, manifest_of(files));
  for (const auto& [name, data] : files) {
    BASHU_ASSERT(is_name(name) && name != kManifest);
    zip.add(name, data);
  }
  return zip.finish();
}

std::string bundle_message(std::string_view channel, std::uint64_t seq) {
  return "messages/" + std::string{channel} + '/' + padded(seq, 9) + ".json";
}

std::string bundle_receipt(std::string_view channel, std::uint64_t seq) {
  return "receipts/" + std::string{channel} + '/' + padded(seq, 9) + ".tlog-proof";
}

std::string bundle_agreement(std::int64_t edition) {
  return "agreement/" + padded(static_cast<std::uint64_t>(edition), 6) + ".json";
}

std::string bundle_keys(std::string_view party, std::int64_t edition) {
  return "keys/" + std::string{party} + '/' + padded(static_cast<std::uint64_t>(edition), 6) +
         ".json";
}

std::string officer_line(const Vouched& vouched) {
  std::string line = "acted: " + vouched.voucher.officer + " of " + vouched.voucher.party;
  if (!vouched.voucher.roles.empty()) line += " as " + joined(vouched.voucher.roles);
  if (!vouched.voucher.divisions.empty()) line += " for " + joined(vouched.voucher.divisions);
  return line + " by " + vouched.voucher.how + " at " + std::to_string(vouched.voucher.at) +
         ", vouched for by " + vouched.kid;
}

std::string report_line(const ProvenMessage& message) {
  std::string line = message.message_id + ' ' + message.channel + ' ' +
                     std::to_string(message.seq) + " signed by " + message.kid;
  if (!message.second_kid.empty()) line += " and " + message.second_kid;
  if (message.vouched) line += "; " + officer_line(*message.vouched);
  if (!message.receipt) return line;
  const EntryLeaf& entry = message.receipt->entry;
  line += "; entry " + std::to_string(entry.index) + " of " + message.origin + " at " +
          std::to_string(entry.time) + ": " + entry.outcome + ' ' + entry.reason;
  line += "; tree size " + std::to_string(message.receipt->checkpoint.size);
  line += message.receipt->checkpoint.second ? " signed by SM2 as well; cosigned by "
                                             : "; cosigned by ";
  std::string names;
  for (const auto& [name, time] : message.receipt->checkpoint.cosigned)
    names += (names.empty() ? "" : ",") + name;
  return line + (names.empty() ? "-" : names);
}

Verified<std::vector<ProvenMessage>> verify_bundle(std::string_view zip,
                                                   std::string_view agreement_id) {
  const Verified<BundleFiles> files = read_bundle(zip);
  if (!files) return std::unexpected{files.error()};
  if (!packs_named_by_content(*files)) return bad("bundle-names");
  const Verified<Parties> parties = read_parties(*files, agreement_id);
  if (!parties) return std::unexpected{parties.error()};
  std::vector<ProvenMessage> proven;
  Checkpoints checkpoints;
  constexpr std::string_view kFolder = "messages/";
  for (auto it = files->lower_bound(kFolder); it != files->end() && it->first.starts_with(kFolder);
       ++it) {
    Verified<ProvenMessage> message = read_message(it->first, it->second, *parties);
    if (!message) return std::unexpected{message.error()};
    const auto text = files->find(bundle_receipt(message->channel, message->seq));
    if (text != files->end()) {
      Verified<Receipt> receipt = read_receipt(text->second, *message, *parties);
      if (!receipt) return std::unexpected{receipt.error()};
      const Verified<void> one_story = checkpoints.add(message->origin, receipt->checkpoint);
      if (!one_story) return std::unexpected{one_story.error()};
      message->quorum_met = quorum_met(*receipt, parties->agreement);
      message->receipt = *std::move(receipt);
    }
    proven.push_back(*std::move(message));
  }
  const Verified<void> logs = check_logs(*files, *parties, checkpoints);
  if (!logs) return std::unexpected{logs.error()};
  return proven;
}

}  // namespace bashu::evidence

// bashu bundle: everything a third party needs to judge the messages of a case, in one file
// (docs/formats/evidence.md section 11); bashu verify-bundle judges it.

#include <algorithm>
#include <map>
#include <ostream>
#include <set>
#include <utility>
#include <variant>

#include "base/bytes.h"
#include "core/told/settle.h"
#include "core/told/shown_claims.h"
#include "evidence/bundle.h"
#include "evidence/entry.h"
#include "evidence/tree.h"
#include "main/commands.h"
#include "main/journal_scan.h"
#include "node/entry.h"
#include "node/files.h"
#include "node/storage/storage.h"

namespace bashu::cli {

namespace {

// The case itself or one below it.
bool belongs(std::string_view stream, std::string_view id) {
  return stream == id || (stream.starts_with(id) && stream[id.size()] == '/');
}

// The id of the message that a receipt answers; empty if it cannot be read.
std::string answered_by(std::string_view receipt) {
  constexpr std::string_view kExtra = "\nextra ";
  const std::size_t at = receipt.find(kExtra);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = receipt.substr(at + kExtra.size());
  const auto text = from_base64(rest.substr(0, rest.find('\n')));
  const auto leaf =
      text
          ? evidence::parse_entry(*text)
          : evidence::Verified<evidence::EntryLeaf>{std::unexpected{evidence::Bad{"receipt-form"}}};
  return leaf ? leaf->evidence : std::string{};
}

// What a journal says about a case and its sub-cases, gathered in one pass.
class Gatherer {
 public:
  Gatherer(std::string id, evidence::BundleFiles& files) : id_{std::move(id)}, files_{files} {}

  void take(const node::Entry& entry) {
    for (const core::Event& event : entry.events) {
      if (const auto* record = std::get_if<core::RecordSigned>(&event)) take_record(*record);
      if (const auto* adopted = std::get_if<core::PackAdopted>(&event)) {
        if (!adopted->source.empty()) packs_[adopted->digest] = adopted->source;
      }
      if (const auto* opened = std::get_if<core::CaseOpened>(&event)) {
        if (belongs(opened->id, id_)) used_.insert(opened->pack);
      }
      if (const auto* queued = std::get_if<core::MessageQueued>(&event)) {
        if (belongs(queued->stream, id_) || settles(entry, queued->kind)) {
          queued_.insert({queued->to, queued->seq});
        }
      }
      if (const auto* taken = std::get_if<core::MessageTaken>(&event)) {
        if (entry.kind == "recv" && (belongs(taken->stream, id_) || settles(entry, taken->kind))) {
          put_message(entry);
          received_.push_back({entry.index, entry.channel, entry.seq, entry.leaf});
        }
      }
    }
    const bool ours = queued_.contains({receiver(entry.channel), entry.seq});
    if (entry.kind == "send" && ours) put_message(entry);
    if (entry.kind == "resend" && ours) put_again(entry);
    if (entry.kind == "ack" && ours) {
      receipt_of(entry.channel, entry.seq) = entry.evidence;
      put_answered(entry);
    }
  }

  // The tree covers the commit now: receipts of what it received can be made.
  void end_commit(const evidence::TreeNodes& nodes, std::uint64_t size,
                  const std::string& checkpoint) {
    for (const Received& one : received_) {
      const auto path = evidence::inclusion_proof(nodes, one.index, size);
      receipt_of(one.channel, one.seq) =
          evidence::make_receipt(one.leaf, one.index, path, checkpoint);
    }
    received_.clear();
  }

  void end() {
    constexpr std::string_view kPrefix = "sha256:";
    for (const std::string& digest : used_) {
      const auto source = packs_.find(digest);
      if (source == packs_.end() || !digest.starts_with(kPrefix)) continue;
      files_["packs/" + digest.substr(kPrefix.size()) + ".json"] = source->second;
    }
  }
  [[nodiscard]] std::size_t messages() const { return messages_; }

 private:
  // A settlement waits in no stream, nor what is shown for a question: what they are about, the
  // decision says.
  [[nodiscard]] bool settles(const node::Entry& entry, std::string_view kind) const {
    return (kind == core::told::Settle::kKind || kind == core::told::ShownClaims::kKind) &&
           std::ranges::any_of(entry.events, [this](const core::Event& event) {
             const auto* made = std::get_if<core::SettlementSigned>(&event);
             return made && belongs(made->id, id_);
           });
  }
  struct Received {
    std::uint64_t index = 0;
    std::string channel;
    std::int64_t seq = 0;
    std::string leaf;
  };

  static std::string receiver(const std::string& channel) {  // `from.to.name`
    const std::size_t first = channel.find('.');
    if (first == std::string::npos) return {};
    return channel.substr(first + 1, channel.find('.', first + 1) - first - 1);
  }
  void take_record(const core::RecordSigned& record) {
    files_[record.what == "agreement" ? evidence::bundle_agreement(record.edition)
                                      : evidence::bundle_keys(record.party, record.edition)] =
        record.bytes;
  }
  void put_message(const node::Entry& entry) {
    files_[evidence::bundle_message(entry.channel, static_cast<std::uint64_t>(entry.seq))] =
        entry.evidence;
    ++messages_;
  }
  // Signed again: one of the two was answered, the later one unless the receipt says otherwise.
  void put_again(const node::Entry& entry) {
    std::string& envelope =
        files_[evidence::bundle_message(entry.channel, static_cast<std::uint64_t>(entry.seq))];
    before_[{entry.channel, entry.seq}] = std::exchange(envelope, entry.evidence);
  }
  void put_answered(const node::Entry& ack) {
    const auto before = before_.find({ack.channel, ack.seq});
    if (before == before_.end()) return;
    const std::string name =
        evidence::bundle_message(ack.channel, static_cast<std::uint64_t>(ack.seq));
    if (answered_by(ack.evidence) == evidence::message_id_of(before->second)) {
      files_[name] = before->second;
    }
  }
  std::string& receipt_of(const std::string& channel, std::int64_t seq) {
    return files_[evidence::bundle_receipt(channel, static_cast<std::uint64_t>(seq))];
  }

  std::string id_;
  evidence::BundleFiles& files_;
  std::map<std::string, std::string> packs_;
  std::set<std::string> used_;
  std::set<std::pair<std::string, std::int64_t>> queued_;  // receiver and number
  // As they were before they were signed again, by channel and number.
  std::map<std::pair<std::string, std::int64_t>, std::string> before_;
  std::vector<Received> received_;  // in the commit at hand
  std::size_t messages_ = 0;
};

}  // namespace

Exit bundle(const Console& console, const Bundle& what) {
  const auto journal = node::open_directory(what.dir)->journal_to_read();
  if (!journal) return console.fail(journal.error());
  evidence::BundleFiles files;
  Gatherer gatherer{what.id, files};
  evidence::MemoryNodes nodes;
  std::uint64_t size = 0;
  const auto read = each_commit(
      **journal, 0, [&](const evidence::CommitRecord& commit) -> std::expected<bool, Fault> {
        for (const evidence::CommitEntry& bytes : commit.entries) {
          const auto entry = node::decode_entry(size, bytes);
          if (!entry) return std::unexpected{entry.error()};
          gatherer.take(*entry);
          evidence::append(nodes, size++, evidence::leaf_hash(bytes.leaf));
        }
        gatherer.end_commit(nodes, size, commit.checkpoint);
        console.progress(std::to_string(size) + "/" + std::to_string((*journal)->size()));
        return true;
      });
  console.progress({});
  if (!read) return console.fail(read.error());
  gatherer.end();
  if (gatherer.messages() == 0) {
    console.err << console.say("no message of this case is in the journal\n",
                               "日志中没有该办件的消息\n");
    return Exit::refused;
  }
  if (!what.claim.empty()) {
    const auto claim = node::read_file(what.claim);
    if (!claim) return console.fail(claim.error());
    files["claim.txt"] = *claim;
  }
  const auto written = write_output(console, what.out, evidence::make_bundle(files));
  if (!written) return console.fail(written.error());
  console.err << gatherer.messages() << console.say(" messages\n", " 条消息\n");
  return Exit::done;
}

Exit verify_bundle(const Console& console, const VerifyBundle& what) {
  const auto zip = node::read_file(what.file);
  if (!zip) return console.fail(zip.error());
  const auto proven = evidence::verify_bundle(*zip, what.agreement);
  if (!proven) {
    console.out << what.file << ": " << proven.error().code << '\n';
    return Exit::refused;
  }
  for (const evidence::ProvenMessage& message : *proven) {
    console.out << evidence::report_line(message) << '\n';
  }
  return Exit::done;
}

}  // namespace bashu::cli

#include "node/verify.h"

#include <algorithm>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "base/try.h"
#include "core/core.h"
#include "core/state.h"
#include "evidence/checkpoint.h"
#include "evidence/fsck.h"
#include "evidence/grammar.h"
#include "node/archive.h"
#include "node/codec.h"
#include "node/directory.h"
#include "node/identity.h"
#include "node/replay.h"
#include "node/snapshot.h"

namespace bashu::node {

namespace {

constexpr std::size_t kReadBytes = 1U << 20;

// Gives every commit of a journal, as it was when this began; stops when told.
std::expected<void, Fault> each_commit(journal::Journal& journal,
                                       const std::function<bool(const journal::Commit&)>& visit) {
  const std::uint64_t size = journal.size();
  for (std::uint64_t at = 0; at < size;) {
    const auto commits = journal.read(at, kReadBytes);
    if (!commits) return std::unexpected{commits.error()};
    if (commits->empty()) break;
    for (const journal::Commit& commit : *commits) {
      if (!visit(commit)) return {};
      // A record that lies about its length is found by its reader; the walk must end all the same.
      at = std::max(at + 1, commit.first + commit.count);
    }
  }
  return {};
}

// A commit with all that can be said of it without those before it.
struct Examined {
  std::uint64_t first = 0;  // as the journal says
  evidence::ExaminedCommit examined;
  Effects effects;
};

std::vector<Examined> examine_all(const std::vector<journal::Commit>& commits,
                                  const std::shared_ptr<const evidence::CheckKeys>& keys) {
  std::vector<Examined> all;
  all.reserve(commits.size());
  for (const journal::Commit& commit : commits) {
    Examined one{
        .first = commit.first, .examined = evidence::examine(commit.record, keys), .effects = {}};
    if (one.examined.record) one.effects = decode_effects(*one.examined.record);
    all.push_back(std::move(one));
  }
  return all;
}

class Verifier {
 public:
  Verifier(const FileStore& files, const PublicIdentity& identity)
      : identity_{identity},
        files_{files},
        check_{identity.origin, all_log_keys(identity), {}, identity.predecessors},
        state_{identity.party},
        snapshots_{snapshots_kept(files)} {}

  [[nodiscard]] std::shared_ptr<const evidence::CheckKeys> keys() const { return check_.keys(); }

  // False: something is unsound.
  bool take(Examined& commit) {
    const auto sound = check_.next(commit.examined);
    if (!sound) return fail(sound.error().code, commit.first, {});
    const auto& record = commit.examined.record;
    if (record->first == 0 && !genesis_fits(record->entries.front())) {
      return fail("genesis", 0, "it names another party or log than node.json");
    }
    const auto done = replay(*record, commit.effects, state_);
    if (!done) return fail("replay", record->first, done.error().what);
    ++result.commits;
    result.entries = done->size;
    return learn(*record) && compare_snapshot();
  }
  void end() {
    result.root = check_.root();
    result.state = state_digest(state_);
    if (result.unsound) return;
    if (const std::string broken = core::invariant(state_); !broken.empty()) {
      fail("invariant", result.entries, broken);
    }
  }

  Verification result;

 private:
  bool fail(std::string code, std::uint64_t position, std::string text) {
    result.unsound =
        Unsound{.code = std::move(code), .position = position, .text = std::move(text)};
    return false;
  }
  [[nodiscard]] bool genesis_fits(const evidence::CommitEntry& entry) const {
    const auto genesis = decode_genesis(entry.effect);
    return genesis && genesis->party == identity_.party &&
           genesis->origin == evidence::origin_at(identity_.origin, identity_.predecessors, 0);
  }
  bool learn(const evidence::CommitRecord& record) {
    bool adopts = false;
    for (const evidence::CommitEntry& entry : record.entries) {
      adopts = adopts || entry.leaf.find("\nkind keys\n") != std::string::npos ||
               entry.leaf.find("\nkind agreement\n") != std::string::npos;
    }
    if (!adopts) return true;
    const auto directory = make_directory(state_.circle().records);
    if (!directory) return fail("replay", record.first, directory.error());
    check_.learn(directory->keys);
    return true;
  }
  bool compare_snapshot() {
    if (std::ranges::find(snapshots_, result.entries) == snapshots_.end()) return true;
    const std::string name = snapshot_name(result.entries);
    if (of_earlier_format(files_, name)) return true;
    const auto label = read_snapshot_label(files_, name);
    if (!label) return fail("snapshot", result.entries, label.error().what);
    if (label->at.root != check_.root()) {
      return fail("snapshot", result.entries, files_.where(name) + ": of another tree");
    }
    if (label->digest != state_digest(state_)) {
      return fail("snapshot", result.entries, files_.where(name) + ": of another state");
    }
    ++result.snapshots;
    return true;
  }

  const PublicIdentity& identity_;
  const FileStore& files_;
  evidence::JournalCheck check_;
  core::State state_;
  std::vector<std::uint64_t> snapshots_;
};

// The journal as it is when this begins. `threads` examine what was read, ahead of who puts it
// together; each takes over, to free it, what was put together before.
std::expected<void, Fault> walk(journal::Journal& journal, Verifier& verifier,
                                const Progress& progress, unsigned threads) {
  const std::uint64_t size = journal.size();
  std::deque<std::future<std::vector<Examined>>> ahead;
  std::vector<Examined> spent;
  for (std::uint64_t read = 0;;) {
    while (read < size && ahead.size() < threads) {
      BASHU_TRY(auto commits, journal.read(read, kReadBytes));
      if (commits.empty()) break;
      // A record that lies about its length is found by its reader; the walk must end all the same.
      read = std::max(read + 1, commits.back().first + commits.back().count);
      ahead.push_back(std::async(
          std::launch::async,
          [commits = std::move(commits), keys = verifier.keys(), old = std::move(spent)]() mutable {
            old.clear();
            return examine_all(commits, keys);
          }));
      spent = {};
    }
    if (ahead.empty()) return {};
    spent = ahead.front().get();
    ahead.pop_front();
    for (Examined& commit : spent) {
      const bool sound = verifier.take(commit);
      if (progress) progress(verifier.result.entries, size);
      if (!sound) return {};
    }
  }
}

// What one journal says about its channels with one peer.
struct Side {
  PublicIdentity identity;
  std::map<std::string, std::map<std::uint64_t, std::string>> sent, taken;  // channel, seq to id
  std::map<std::string, std::map<std::uint64_t, std::string>> acked;        // to the receipt
  std::map<std::string, std::map<std::uint64_t, std::string>> again;        // signed again, to id
  std::vector<std::string> log_keys;
  std::optional<evidence::Agreement> agreement;  // the last one adopted
  std::map<std::string, std::uint64_t> ended;    // renewed channels: the first number that went on
  std::map<std::string, std::uint64_t> begun;    // those that went on: the same
};

// Where channels go on under other names.
void adopt(Side& side, const std::string& edition) {
  auto next = evidence::read_agreement(edition);
  if (!next) return;
  if (side.agreement) {
    for (const evidence::Renewed& one : evidence::renewed_channels(*side.agreement, *next)) {
      side.ended[one.before] = side.begun[one.channel] = static_cast<std::uint64_t>(one.from_seq);
    }
  }
  side.agreement = *std::move(next);
}

// The log that a receipt of `side` names, now or before.
std::string_view origin_of(std::string_view receipt, const Side& side) {
  for (const evidence::Predecessor& one : side.identity.predecessors) {
    if (receipt.find("\n\n" + one.origin + "\n") != std::string_view::npos) return one.origin;
  }
  return side.identity.origin;
}

std::expected<Side, Fault> read_side(Storage& storage) {
  auto identity = load_public_identity(storage.files());
  if (!identity) return std::unexpected{identity.error()};
  auto journal = storage.journal_to_read();
  if (!journal) return std::unexpected{journal.error()};
  Side side;
  side.identity = std::move(*identity);
  side.log_keys = all_log_keys(side.identity);
  std::string wrong;
  const auto walked = each_commit(**journal, [&](const journal::Commit& commit) {
    const auto record = evidence::decode_commit(commit.record);
    if (!record) {
      wrong = "commit at " + std::to_string(commit.first) + ": " + record.error().code;
      return false;
    }
    for (const evidence::CommitEntry& entry : record->entries) {
      const auto leaf = evidence::parse_entry(entry.leaf);
      if (!leaf) continue;
      if (leaf->kind == "send") side.sent[leaf->channel][leaf->seq] = leaf->evidence;
      if (leaf->kind == "resend") side.again[leaf->channel][leaf->seq] = leaf->evidence;
      if (leaf->kind == "agreement") adopt(side, entry.evidence);
      if (leaf->kind == "recv") side.taken[leaf->channel][leaf->seq] = leaf->evidence;
      if (leaf->kind == "ack") side.acked[leaf->channel][leaf->seq] = entry.evidence;
      if (leaf->kind != "keys") continue;
      const auto list = evidence::read_keys(entry.evidence);
      if (!list || list->party != side.identity.party) continue;
      for (const auto& [kid, key] : list->keys) {
        if (key.role == "log") side.log_keys.push_back(key.key);
      }
    }
    return true;
  });
  if (!walked) return std::unexpected{walked.error()};
  if (!wrong.empty()) return std::unexpected{Fault{.what = side.identity.party + ": " + wrong}};
  return side;
}

void compare_channels(const Side& from, const Side& to, Comparison& result) {
  const auto fail = [&](const char* code, std::uint64_t seq, const std::string& text) {
    if (!result.unsound) result.unsound = Unsound{.code = code, .position = seq, .text = text};
  };
  static const std::map<std::uint64_t, std::string> kNone;
  const auto of = [](const auto& channels, const std::string& name) -> const auto& {
    const auto it = channels.find(name);
    return it == channels.end() ? kNone : it->second;
  };
  std::map<std::string, bool> names;
  for (const auto* channels : {&from.sent, &to.taken}) {
    for (const auto& [name, messages] : *channels) {
      const auto parts = evidence::split_channel(name);
      if (parts && parts->from == from.identity.party && parts->to == to.identity.party) {
        names[name] = true;
      }
    }
  }
  for (const auto& [name, named] : names) {
    const auto& sent = of(from.sent, name);
    const auto& taken = of(to.taken, name);
    const auto& acked = of(from.acked, name);
    result.channels.push_back(
        {.channel = name, .sent = sent.size(), .taken = taken.size(), .acked = acked.size()});
    auto known = of(from.again, name);
    known.insert(sent.begin(), sent.end());
    const auto begun = to.begun.find(name);
    const std::uint64_t first = begun == to.begun.end() ? 1 : begun->second;
    // The end of a log that another one follows is lost: what it sent there, and what it took.
    const auto ended = to.ended.find(name);
    const bool forgot = ended != to.ended.end() && !from.identity.predecessors.empty();
    const bool forgotten = ended != to.ended.end() && !to.identity.predecessors.empty();
    const auto whole = [&](const auto& messages) {
      return messages.empty() || (messages.begin()->first == first &&
                                  messages.rbegin()->first == first + messages.size() - 1);
    };
    for (const auto* messages : {&std::as_const(known), &taken}) {
      if (!whole(*messages)) {
        fail("channel-order", messages->rbegin()->first, name + ": numbers are missing");
      }
    }
    for (const auto& [seq, id] : taken) {
      const auto it = known.find(seq);
      const auto first_sent = sent.find(seq);
      if (it == known.end()) {
        if (!forgot) fail("other-message", seq, name + ": taken, but never sent");
      } else if (it->second != id && (first_sent == sent.end() || first_sent->second != id)) {
        fail("other-message", seq, name + ": sent " + it->second + ", taken " + id);
      }
    }
    for (const auto& [seq, receipt] : acked) {
      const auto it = taken.find(seq);
      const bool lost = forgotten && it == taken.end() && seq >= ended->second;
      const auto answered = known.find(seq);
      const std::string id = it != taken.end()         ? it->second
                             : answered != known.end() ? answered->second
                                                       : std::string{};
      const auto opened =
          evidence::accept_receipt(receipt, origin_of(receipt, to), to.log_keys, id, name, seq);
      if (!opened) fail("receipt", seq, name + ": " + opened.error().code);
      if (it == taken.end() && !lost) {
        fail("receipt", seq, name + ": acknowledged, but never taken");
      }
    }
  }
}

}  // namespace

std::expected<Verification, Fault> verify(const std::filesystem::path& dir,
                                          const Progress& progress, unsigned threads) {
  return verify(*open_directory(dir), progress, threads);
}

std::expected<Verification, Fault> verify(Storage& storage, const Progress& progress,
                                          unsigned threads) {
  const auto identity = load_public_identity(storage.files());
  if (!identity) return std::unexpected{identity.error()};
  const auto journal = storage.journal_to_read();
  if (!journal) return std::unexpected{journal.error()};
  Verifier verifier{storage.files(), *identity};
  BASHU_TRY_OK(walk(**journal, verifier, progress, std::max(threads, 1U)));
  verifier.end();
  return std::move(verifier.result);
}

std::expected<Comparison, Fault> compare(const std::filesystem::path& one,
                                         const std::filesystem::path& other) {
  return compare(*open_directory(one), *open_directory(other));
}

std::expected<Comparison, Fault> compare(Storage& one, Storage& other) {
  const auto left = read_side(one);
  if (!left) return std::unexpected{left.error()};
  const auto right = read_side(other);
  if (!right) return std::unexpected{right.error()};
  Comparison result;
  compare_channels(*left, *right, result);
  compare_channels(*right, *left, result);
  return result;
}

}  // namespace bashu::node

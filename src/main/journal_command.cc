// bashu journal: show, verify, proof. They read only and may run beside the node.

#include <algorithm>
#include <ostream>
#include <thread>
#include <utility>
#include <vector>

#include "api/event_value.h"
#include "base/bytes.h"
#include "base/json.h"
#include "evidence/agreement.h"
#include "evidence/checkpoint.h"
#include "evidence/entry.h"
#include "evidence/sm2.h"
#include "evidence/tree.h"
#include "main/commands.h"
#include "main/journal_scan.h"
#include "node/entry.h"
#include "node/identity.h"
#include "node/storage/storage.h"
#include "node/verify.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

void print_unsound(const Console& console, const std::string& dir, const node::Unsound& unsound,
                   bool seq) {
  console.out << dir << ": " << unsound.code
              << (seq ? console.say(" at message ", "，消息 ")
                      : console.say(" at entry ", "，条目 "))
              << unsound.position;
  if (!unsound.text.empty()) console.out << ": " << unsound.text;
  console.out << '\n';
}

// The key of SM2 whose line stands below the commit of that entry, among those the journal itself
// names up to there: they are renewed. Empty: none signed it.
std::expected<std::string, Fault> second_key_of(const std::string& dir,
                                                const node::Identity& identity,
                                                std::uint64_t sequence) {
  const auto journal = node::open_directory(dir)->journal_to_read();
  if (!journal) return std::unexpected{journal.error()};
  std::vector<std::string> known;
  std::string found;
  const auto take_keys = [&](const evidence::CommitEntry& entry) {
    const auto leaf = evidence::parse_entry(entry.leaf);
    if (!leaf || leaf->kind != "keys") return;
    const auto list = evidence::read_keys(entry.evidence);
    if (!list || list->party != identity.party) return;
    for (const auto& [kid, key] : list->keys) {
      if (key.role == "log" && key.alg == evidence::kSm2Algorithm) known.push_back(key.key);
    }
  };
  const auto walked = each_commit(
      **journal, 0, [&](const evidence::CommitRecord& commit) -> std::expected<bool, Fault> {
        std::ranges::for_each(commit.entries, take_keys);
        if (commit.first + commit.entries.size() <= sequence) return true;
        for (const std::string& key : known) {
          const std::vector<std::string> keys{identity.log.public_key, key};
          const auto note = evidence::open_checkpoint(
              commit.checkpoint,
              evidence::origin_at(identity.origin, identity.predecessors, sequence + 1), keys);
          if (note && note->second) found = key;
        }
        return false;
      });
  if (!walked) return std::unexpected{walked.error()};
  return found;
}

}  // namespace

Exit journal_show(const Console& console, const JournalShow& what) {
  const auto journal = node::open_directory(what.dir)->journal_to_read();
  if (!journal) return console.fail(journal.error());
  std::uint64_t left = what.count;
  const auto shown =
      each_commit(**journal, what.from,
                  [&](const evidence::CommitRecord& commit) -> std::expected<bool, Fault> {
                    std::uint64_t index = commit.first;
                    for (const evidence::CommitEntry& bytes : commit.entries) {
                      const std::uint64_t at = index++;
                      if (at < what.from || left == 0) continue;
                      const auto entry = node::decode_entry(at, bytes);
                      if (!entry) return std::unexpected{entry.error()};
                      console.out << canonical_json(api::entry_value(*entry)) << '\n';
                      --left;
                    }
                    return left > 0;
                  });
  return shown ? Exit::done : console.fail(shown.error());
}

Exit journal_verify(const Console& console, const JournalVerify& what) {
  std::vector<std::string> dirs{what.dir};
  if (!what.other.empty()) dirs.push_back(what.other);
  for (const std::string& dir : dirs) {
    const auto found = node::verify(
        dir,
        [&](std::uint64_t done, std::uint64_t all) {
          console.progress(dir + "  " + std::to_string(done) + "/" + std::to_string(all));
        },
        std::thread::hardware_concurrency());
    console.progress({});
    if (!found) return console.fail(found.error());
    if (found->unsound) {
      print_unsound(console, dir, *found->unsound, false);
      return Exit::refused;
    }
    console.out << dir << ": " << console.say("sound, ", "无误，") << found->entries
                << console.say(" entries in ", " 条，提交 ") << found->commits
                << console.say(" commits, ", " 次，快照 ") << found->snapshots
                << console.say(" snapshots\n  root  ", " 个\n  根  ") << hex(found->root)
                << console.say("\n  state ", "\n  状态 ") << hex(found->state) << '\n';
  }
  if (what.other.empty()) return Exit::done;
  const auto compared = node::compare(what.dir, what.other);
  if (!compared) return console.fail(compared.error());
  for (const auto& channel : compared->channels) {
    console.out << channel.channel << console.say(": sent ", "：发出 ") << channel.sent
                << console.say(", taken ", "，收到 ") << channel.taken
                << console.say(", acknowledged ", "，已确认 ") << channel.acked << '\n';
  }
  if (compared->unsound) {
    print_unsound(console, what.dir + " / " + what.other, *compared->unsound, true);
    return Exit::refused;
  }
  if (compared->channels.empty()) {
    console.out << texts::text(console.language, "journal.nothing_shared") << '\n';
    return Exit::refused;
  }
  console.out << console.say("the two agree\n", "双方一致\n");
  return Exit::done;
}

Exit journal_proof(const Console& console, const JournalProof& what) {
  if (what.vkey) {
    const auto identity = node::load_identity(what.dir);
    if (!identity) return console.fail(identity.error());
    if (what.second && !identity->second) {
      return console.fail("this node has no keys of SM2: `bashu circle second DIR` makes them",
                          "本节点没有 SM2 密钥：请运行 `bashu circle second DIR` 生成");
    }
    constexpr std::uint8_t kLogKey = 1;
    const std::string origin{
        evidence::origin_at(identity->origin, identity->predecessors, what.sequence + 1)};
    std::string key = evidence::verifier_key(origin, kLogKey, identity->log.public_key);
    if (what.second) {
      const auto signer = second_key_of(what.dir, *identity, what.sequence);
      if (!signer) return console.fail(signer.error());
      key = evidence::second_verifier_key(
          origin, signer->empty() ? identity->second->log.key.public_key() : *signer);
    }
    const auto written = write_output(console, what.out, key + "\n");
    return written ? Exit::done : console.fail(written.error());
  }
  const auto journal = node::open_directory(what.dir)->journal_to_read();
  if (!journal) return console.fail(journal.error());
  if (what.sequence >= (*journal)->size()) {
    return console.fail(
        "there is no such entry; the journal has " + std::to_string((*journal)->size()),
        "没有该条目；日志共有 " + std::to_string((*journal)->size()) + " 条");
  }
  evidence::MemoryNodes nodes;
  std::uint64_t size = 0;
  std::string leaf;
  std::string proof;
  const auto built = each_commit(
      **journal, 0, [&](const evidence::CommitRecord& commit) -> std::expected<bool, Fault> {
        for (const evidence::CommitEntry& entry : commit.entries) {
          if (size == what.sequence) leaf = entry.leaf;
          evidence::append(nodes, size++, evidence::leaf_hash(entry.leaf));
        }
        if (size <= what.sequence) return true;
        const auto path = evidence::inclusion_proof(nodes, what.sequence, size);
        proof = evidence::make_receipt(leaf, what.sequence, path, commit.checkpoint);
        return false;
      });
  if (!built) return console.fail(built.error());
  const auto written = write_output(console, what.out, what.leaf ? leaf : proof);
  return written ? Exit::done : console.fail(written.error());
}

}  // namespace bashu::cli

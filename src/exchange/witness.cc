#include "exchange/witness.h"

#include <sodium.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "evidence/grammar.h"
#include "evidence/signing.h"
#include "evidence/witness.h"

namespace bashu::exchange {

namespace {

constexpr std::string_view kText = "text/plain; charset=utf-8";

// A file of 64 hex digits, as the node's other keys are; the first is made of the log's secret.
std::expected<std::string, Fault> seed_of(node::FileStore& files, std::string_view log_secret) {
  constexpr std::string_view kName = "keys/witness.key";
  if (const auto text = files.read(kName)) {
    const auto seed = from_hex(std::string_view{*text}.substr(0, 64));
    if (seed && seed->size() == crypto_sign_SEEDBYTES) return *seed;
    return std::unexpected{Fault{.what = files.where(kName) + ": not 64 hex digits"}};
  }
  // A simulated node has the same keys in every run.
  const Hash made = sha256("bashu.witness/v1\n", log_secret);
  const std::string seed{as_bytes(made)};
  if (auto written = files.write(kName, hex(seed) + "\n"); !written) {
    return std::unexpected{written.error()};
  }
  return seed;
}

// A cosigned checkpoint as its file keeps it; nullopt if it does not verify.
std::optional<Cosigned::State> read_cosigned(const node::Directory& directory,
                                             const node::Identity& own, std::string_view party,
                                             std::string_view note) {
  const auto keys = witness_keys(directory, party);
  const auto checkpoint =
      evidence::open_checkpoint(note, own.origin, directory.log_keys(own.party), keys);
  if (!checkpoint || checkpoint->cosigned.empty()) return std::nullopt;
  return Cosigned::State{.size = checkpoint->size,
                         .time_s = static_cast<std::int64_t>(checkpoint->cosigned.begin()->second)};
}

}  // namespace

std::vector<std::string> log_keys_in_force(const node::Directory& directory,
                                           std::string_view party) {
  std::vector<std::string> found;
  for (const auto& [kid, key] : directory.keys) {
    if (key.party == party && key.role == "log" && key.revoked == 0) found.push_back(key.key);
  }
  return found;
}

std::optional<Cosigned::State> cosigned_by(const node::FileStore& files,
                                           const node::Directory& directory,
                                           const node::Identity& own, std::string_view party) {
  const auto note = files.read("cosigned/" + std::string{party});
  return note ? read_cosigned(directory, own, party, *note) : std::nullopt;
}

std::optional<std::string> note_cosigned_by(const node::FileStore& files,
                                            const node::Directory& directory,
                                            const node::Identity& own, std::string_view party) {
  auto note = files.read("cosigned/" + std::string{party});
  if (!note || !read_cosigned(directory, own, party, *note)) return std::nullopt;
  return *std::move(note);
}

std::uint64_t witnessed_size(const node::FileStore& files, const std::string& party) {
  const auto note = files.read("witness/" + party);
  if (!note) return 0;
  const std::size_t first = note->find('\n') + 1;
  return evidence::parse_decimal(note->substr(first, note->find('\n', first) - first)).value_or(0);
}

std::string witness_name(const node::Identity& own) {
  return own.origin.substr(0, own.origin.find('/')) + "/bashu/witness/1";
}

std::expected<WitnessSigner, Fault> witness_signer(node::FileStore& files,
                                                   const node::Identity& own) {
  auto seed = seed_of(files, own.log.secret_key);
  if (!seed) return std::unexpected{seed.error()};
  auto [open, secret] = evidence::signing_pair(*seed);
  return WitnessSigner{.name = witness_name(own),
                       .key = {.kid = own.party + "/witness/1",
                               .public_key = std::move(open),
                               .secret_key = std::move(secret)}};
}

std::expected<std::optional<CosignAsk>, NoCheckpoint> ask_to_cosign(node::Node& node,
                                                                    std::uint64_t held) {
  if (node.durable() <= held) return std::nullopt;
  const node::Identity& own = node.identity();
  std::string note = node.checkpoint();
  const auto checkpoint =
      evidence::open_checkpoint(note, own.origin, log_keys_in_force(*node.directory(), own.party));
  if (!checkpoint || checkpoint->size <= held) return std::nullopt;
  std::vector<Hash> path;
  if (held > 0) {
    auto proof = node.consistency(held, checkpoint->size);
    if (!proof) return std::unexpected{NoCheckpoint{.note = std::move(note)}};
    path = std::move(*proof);
  }
  std::string request = evidence::add_checkpoint_request(held, path, note);
  return CosignAsk{.note = std::move(note), .request = std::move(request)};
}

std::vector<evidence::WitnessKey> witness_keys(const node::Directory& directory,
                                               std::string_view party) {
  std::vector<evidence::WitnessKey> found;
  for (const auto& [kid, key] : directory.keys) {
    if (key.party == party && key.role == "witness" && key.revoked == 0) {
      found.push_back({.name = key.name, .public_key = key.key});
    }
  }
  return found;
}

Witness::Witness(node::FileStore& files, WitnessSigner signer, Contradicted contradicted)
    : files_{files}, signer_{std::move(signer)}, contradicted_{std::move(contradicted)} {}

bool Witness::load(const node::Directory& directory, const std::string& party) {
  const evidence::PartyRecord* record = directory.agreement.party(party);
  const std::string origin = record ? record->origin : std::string{};
  const auto known = known_.find(party);
  if (known != known_.end() && known->second.origin == origin) return true;
  if (known != known_.end()) known_.erase(known);  // it has a successor
  const auto note = files_.read("witness/" + party);
  if (!note) {
    known_.emplace(party,
                   Known{.size = 0, .root = evidence::empty_root(), .time_s = 0, .origin = origin});
    return true;
  }
  const std::vector<evidence::WitnessKey> own{
      {.name = signer_.name, .public_key = signer_.key.public_key}};
  const auto open = [&](std::string_view log) {
    return evidence::open_checkpoint(*note, log, directory.log_keys(party), own);
  };
  auto checkpoint = open(origin);
  const auto before = record ? evidence::read_predecessors(record->predecessors) : std::nullopt;
  if (!checkpoint && before && !before->empty()) {
    // Of the log before: this one goes on from where the agreement says.
    checkpoint = open(before->back().origin);
    if (checkpoint) {
      checkpoint->size = before->back().size;
      checkpoint->root = before->back().root;
    }
  }
  if (!checkpoint) return false;
  const auto time = checkpoint->cosigned.find(signer_.name);
  known_.emplace(party, Known{.size = checkpoint->size,
                              .root = checkpoint->root,
                              .time_s = time == checkpoint->cosigned.end()
                                            ? 0
                                            : static_cast<std::int64_t>(time->second),
                              .origin = origin});
  return true;
}

Witness::Answer Witness::add_checkpoint(const node::Directory& directory, const std::string& party,
                                        std::string_view request, std::int64_t now_s) {
  std::unique_lock lock{mutex_};
  const evidence::PartyRecord* record = directory.agreement.party(party);
  if (!record || !load(directory, party)) return {.status = 503, .media_type = {}, .body = {}};
  Known& known = known_.at(party);
  const auto second_from = directory.agreement.second_from("checkpoints");
  // What a revoked key signs now may be a thief's.
  const evidence::WitnessedLog log{.keys = log_keys_in_force(directory, party),
                                   .second = second_from && now_s >= *second_from,
                                   .size = known.size,
                                   .root = known.root};
  const auto verdict = evidence::check_add_checkpoint(
      request, [&](std::string_view origin) { return origin == record->origin ? &log : nullptr; });
  if (verdict.alarm) {
    const auto kept = files_.read("witness/" + party);
    lock.unlock();
    contradicted_(party, kept.value_or("") + "\n" + std::string{request});
    return {.status = verdict.status, .media_type = verdict.media_type, .body = verdict.answer};
  }
  if (verdict.status != 200) {
    return {.status = verdict.status, .media_type = verdict.media_type, .body = verdict.answer};
  }
  const std::int64_t time_s = std::max(now_s, known.time_s);
  const std::string line =
      evidence::cosignature_line(verdict.checkpoint.body, signer_.name,
                                 static_cast<std::uint64_t>(time_s), signer_.key.secret_key);
  // Only then does it leave: whoever crashes between may be asked again.
  if (!files_.write("witness/" + party, verdict.note + line)) {
    return {.status = 503, .media_type = {}, .body = {}};
  }
  known.size = verdict.checkpoint.size;
  known.root = verdict.checkpoint.root;
  known.time_s = time_s;
  return {.status = 200, .media_type = std::string{kText}, .body = line};
}

std::string Witness::recorded(const std::string& party) const {
  std::string note = files_.read("witness/" + party).value_or("");
  // Its last line is our cosignature, which leaves when it is asked for.
  if (note.ends_with('\n')) note.pop_back();
  note.resize(note.rfind('\n') + 1);
  return note;
}

Cosigned::Cosigned(node::FileStore& files, const std::string& party)
    : files_{files}, name_{"cosigned/" + party} {}

void Cosigned::load(const node::Directory& directory, const node::Identity& own,
                    std::string_view party) {
  const auto note = files_.read(name_);
  if (!note) return;
  const auto read = read_cosigned(directory, own, party, *note);
  const std::lock_guard lock{mutex_};
  if (read && read->size > state_.size) state_ = *read;
}

bool Cosigned::take(const node::Directory& directory, const node::Identity& own,
                    std::string_view party, std::string_view note, std::string_view line) {
  const std::string whole = std::string{note} + std::string{line};
  const auto read = read_cosigned(directory, own, party, whole);
  if (!read) return false;
  const std::lock_guard lock{mutex_};
  // If it cannot be written it is asked for again.
  if (read->size >= state_.size && files_.write(name_, whole)) state_ = *read;
  return true;
}

Cosigned::State Cosigned::state() const {
  const std::lock_guard lock{mutex_};
  return state_;
}

}  // namespace bashu::exchange

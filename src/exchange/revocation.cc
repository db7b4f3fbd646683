#include "exchange/revocation.h"

#include <sodium.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "base/try.h"
#include "evidence/signing.h"
#include "evidence/sm2.h"
#include "evidence/voucher.h"
#include "exchange/alarms.h"
#include "exchange/circle.h"
#include "exchange/key_lists.h"
#include "exchange/witness.h"
#include "node/files.h"

namespace bashu::exchange {

namespace {

std::unexpected<Fault> fault(std::string what) { return std::unexpected{Fault{std::move(what)}}; }

// The uses of the keys of this node: kid to use, as files and node.json call it.
std::map<std::string, std::string> uses(node::Node& node) {
  const node::Identity& own = node.identity();
  std::map<std::string, std::string> found;
  for (const KeyInUse& key : keys_in_use(own)) found[key.kid] = key.use;
  const auto signer = witness_signer(node.storage().files(), own);
  for (const auto& [kid, key] : node.directory()->keys) {
    const bool witness = key.party == own.party && key.role == "witness" && key.revoked == 0;
    if (witness && signer && signer->key.public_key == key.key) found[kid] = "witness";
  }
  return found;
}

// The witness's key is made of the log's, and in older nodes that of the sign-in service: who has
// the one has these.
bool made_of_log(node::Node& node, const std::string& use) {
  const node::Identity& own = node.identity();
  const std::string_view head = use == "witness"   ? "bashu.witness/v1\n"
                                : use == "command" ? "bashu.command/v1\n"
                                                   : "";
  if (head.empty()) return false;
  const std::string seed{as_bytes(sha256(head, own.log.secret_key))};
  const std::string open = evidence::signing_pair(seed).public_key;
  if (use == "command") return own.command && own.command->public_key == open;
  const auto signer = witness_signer(node.storage().files(), own);
  return signer && signer->key.public_key == open;
}

std::set<std::string> with_those_made_of_them(node::Node& node,
                                              const std::vector<std::string>& kids) {
  std::set<std::string> all{kids.begin(), kids.end()};
  if (!all.contains(node.identity().log.kid)) return all;
  for (const auto& [kid, use] : uses(node)) {
    if (made_of_log(node, use)) all.insert(kid);
  }
  return all;
}

struct NewKey {
  std::string use, secret;  // what its file holds
  evidence::KeyRecord record;
};

struct Making {
  node::Node& node;
  const evidence::KeysEdition& last;
  std::int64_t from = 0;  // seconds
};
NewKey new_key(const Making& making, const std::string& use, const evidence::KeyRecord& before) {
  constexpr std::int64_t kLongDays = 3'650;
  const node::Identity& own = making.node.identity();
  node::KeyPair pair{.kid = next_kid(making.last, use), .public_key = {}, .secret_key = {}};
  std::string secret;
  if (use.ends_with("-sm2")) {
    const evidence::Sm2Key key = evidence::Sm2Key::make();
    pair.public_key = key.public_key();
    secret = key.pem();
  } else {
    const std::string seed = making.node.chance().bytes(32);
    pair.public_key = use == "seal" ? std::string(crypto_box_PUBLICKEYBYTES, '\0')
                                    : evidence::signing_pair(seed).public_key;
    if (use == "seal") {
      crypto_scalarmult_base(reinterpret_cast<unsigned char*>(pair.public_key.data()),
                             reinterpret_cast<const unsigned char*>(seed.data()));
    }
    secret = hex(seed) + "\n";
  }
  const bool lasts = use == "log" || use == "witness";
  evidence::KeyRecord record =
      key_record(own, pair, before.role, making.from, lasts ? kLongDays : kKeyDays);
  record.alg = before.alg;
  record.name = before.name;
  // It vouches anew for what its predecessor vouched for and nobody has answered yet.
  // So does that of the log: receipts of older entries are signed under it, too.
  if (record.role == evidence::kCommandRole || record.role == "log") record.from = before.from;
  return {.use = use, .secret = std::move(secret), .record = std::move(record)};
}

// The secrets are on disk before anybody hears of them.
std::expected<void, Fault> write_keys(node::Node& node, const std::filesystem::path& folder,
                                      const std::vector<NewKey>& keys) {
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  std::filesystem::create_directories(folder, error);
  if (error) return fault(folder.string() + ": " + error.message());
  // Where the list will stand, if it does: a start that finds this folder looks there.
  Value::Record about{{"journal", static_cast<std::int64_t>(node.durable())}};
  for (const NewKey& key : keys) {
    about[key.use] = Value::Record{{"kid", key.record.kid}, {"public", hex(key.record.key)}};
    if (auto written = node::write_file(folder / (key.use + ".key"), key.secret); !written) {
      return written;
    }
  }
  return node::write_file(folder / "keys.json", pretty_json(Value{std::move(about)}) + "\n");
}

void tell(node::Node& node, const Revocation& what, const Revoked& done) {
  std::string kids;
  for (const std::string& kid : done.kids) kids += (kids.empty() ? "" : ", ") + kid;
  Alarms{node.storage().files()}.raise(
      {.time_ms = node.clock().now().unix_ms,
       .code = "keys-revoked",
       .party = node.identity().party,
       .text = "revoked: " + kids + (what.reason.empty() ? "" : ": " + what.reason)},
      kids);
}

}  // namespace

std::vector<std::string> kids_in_use(node::Node& node) {
  const auto directory = node.directory();
  std::vector<std::string> kids;
  for (const auto& [kid, use] : uses(node)) {
    const auto key = directory->keys.find(kid);
    if (key != directory->keys.end() && key->second.revoked == 0) kids.push_back(kid);
  }
  return kids;
}

std::optional<NotRevocable> cannot_revoke(node::Node& node, const Revocation& what) {
  const node::Identity& own = node.identity();
  const auto directory = node.directory();
  if (!directory->keys_edition.contains(own.party)) {
    return NotRevocable{.text = "circle.revoke.no_list", .kid = {}};
  }
  if (what.since > node.clock().now().unix_ms / 1'000) {
    return NotRevocable{.text = "circle.revoke.since", .kid = {}};
  }
  if (what.kids.empty()) return NotRevocable{.text = "circle.revoke.none", .kid = {}};
  for (const std::string& kid : what.kids) {
    const auto refuse = [&](const char* text) { return NotRevocable{.text = text, .kid = kid}; };
    if (kid == own.root.kid) return refuse("circle.revoke.root");
    if (!kid.starts_with(own.party + "/")) return refuse("circle.revoke.foreign");
    const auto key = directory->keys.find(kid);
    if (key == directory->keys.end()) return refuse("circle.revoke.unknown");
    if (key->second.revoked != 0) return refuse("circle.revoke.already");
  }
  return std::nullopt;
}

std::expected<Revoked, Fault> revoke_keys(node::Node& node, const Revocation& what,
                                          const tokens::Pin& pin) {
  if (const auto why = cannot_revoke(node, what)) {
    return fault("cannot be revoked: " + why->kid + " (" + why->text + ")");
  }
  const auto folder = node.identity().dir / "keys" / "next";
  const auto making = node.identity().dir / "keys" / "next.part";
  std::error_code error;
  if (std::filesystem::exists(folder, error)) {
    return fault(folder.string() + ": keys announced before are not in use yet");
  }
  BASHU_TRY(const evidence::KeysEdition last, own_list(node));
  const std::int64_t now = node.clock().now().unix_ms / 1'000;
  const std::int64_t since = what.since == 0 ? now : what.since;
  const auto in_use = uses(node);
  const Making how{.node = node, .last = last, .from = begins(last.keys, now)};
  Revoked done;
  std::vector<evidence::KeyRecord> keys;
  std::vector<NewKey> fresh;
  for (const auto& [kid, key] : last.keys) keys.push_back(key);
  for (const std::string& kid : with_those_made_of_them(node, what.kids)) {
    const auto it = std::ranges::find(keys, kid, &evidence::KeyRecord::kid);
    if (it == keys.end() || it->revoked != 0) continue;
    it->revoked = std::max(since, it->from);
    done.kids.push_back(kid);
    if (const auto use = in_use.find(kid); use != in_use.end()) {
      fresh.push_back(new_key(how, use->second, *it));
      done.fresh.push_back(fresh.back().record.kid);
    }
  }
  for (const NewKey& one : fresh) keys.push_back(one.record);
  if (!fresh.empty()) BASHU_TRY_OK(write_keys(node, making, fresh));
  BASHU_TRY_OK(continue_list(node, last, keys, pin));
  tell(node, what, done);
  if (fresh.empty()) return done;
  std::filesystem::rename(making, folder, error);
  if (error) return fault(folder.string() + ": " + error.message());
  BASHU_TRY_OK(node::sync_directory(node.identity().dir / "keys"));
  return done;
}

}  // namespace bashu::exchange

#include "evidence/voucher.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "evidence/grammar.h"
#include "evidence/members.h"
#include "evidence/receive.h"
#include "evidence/signing.h"

namespace bashu::evidence {
namespace {

constexpr std::string_view kFormat = "bashu.voucher/v1";
constexpr std::string_view kSettle = "case.settle", kStep = "case.event", kAsk = "case.ask";
constexpr std::int64_t kEarly = 3'600;  // keys are listed so many seconds before they are used
constexpr std::size_t kListMax = 64;    // roles, divisions

// Every kind that somebody's act travels in, but for steps: the act's name, and which members of
// the body it covers.
struct Act {
  std::string_view kind, name;
  std::array<std::string_view, 5> covered;
};
constexpr std::array kActs{
    Act{kSettle, "settle", {"case", "content", "note"}},
    Act{"register.settle", "settle-record", {"register", "key", "keeper", "content", "note"}},
    Act{kAsk, "step", {"case", "event", "input"}},
    Act{"bashu.erase", "erase", {"subject", "reason"}},
    Act{"pack.adopt", "adopt", {"digest"}},
};
constexpr Act kStarted{kStep, "start", {"service", "input"}};
constexpr Act kStepped{kStep, "step", {"case", "event", "input"}};

const Act* act_for(std::string_view kind, const Value& body) {
  if (kind != kStep) {
    const auto* found = std::ranges::find(kActs, kind, &Act::kind);
    return found == kActs.end() ? nullptr : found;
  }
  const std::string event = body.text_at("event");
  if (event == "$start") return &kStarted;
  return event.starts_with('$') ? nullptr : &kStepped;
}

Value list_of(const std::vector<std::string>& texts) {
  Value::List list;
  for (const std::string& text : texts) list.emplace_back(text);
  return Value{std::move(list)};
}

std::vector<std::string> texts(Members& members, std::string_view name) {
  std::vector<std::string> out;
  for (const Value& item : members.list(name)) {
    members.require(item.as_text() != nullptr && out.size() < kListMax);
    if (item.as_text()) out.push_back(*item.as_text());
  }
  return out;
}

std::optional<Voucher> read_voucher(std::string_view said) {
  const auto value = parse_json(said);
  if (!value) return std::nullopt;
  Members members{*value};
  members.require(members.text("format") == kFormat);
  Voucher voucher{.party = members.text("party"),
                  .officer = members.text("officer"),
                  .roles = texts(members, "roles"),
                  .divisions = texts(members, "divisions"),
                  .how = members.text("how"),
                  .session = members.text("session"),
                  .at = members.integer("at", 0),
                  .case_id = members.text("case"),
                  .after = members.integer("after", 0),
                  .act = members.text("act")};
  members.require(!voucher.officer.empty() && voucher.officer.size() <= 200);
  members.require(is_token(voucher.how));
  return members.sound() ? std::optional{std::move(voucher)} : std::nullopt;
}

// As it was signed by a key of that party's sign-in service, whenever that counts.
struct Signed {
  const KeyRecord& key;
  Voucher voucher;
};
std::optional<Signed> read_signed(const Value& member, const KeyList& keys,
                                  std::string_view party) {
  Members members{member};
  const std::string kid = members.text("kid"), said = members.text("said");
  const std::string signature = members.bytes("signature");
  if (!members.sound()) return std::nullopt;
  const auto key = keys.find(kid);
  if (key == keys.end() || key->second.role != kCommandRole || key->second.party != party ||
      key->second.alg != "EdDSA" || !verify_ed25519(key->second.key, said, signature)) {
    return std::nullopt;
  }
  auto voucher = read_voucher(said);
  if (!voucher || voucher->party != party) return std::nullopt;
  return Signed{.key = key->second, .voucher = *std::move(voucher)};
}

// Whether the key counted when it signed, and the message follows what it vouches for.
bool in_time(const Signed& made, const Payload& message, const VouchedBy& by) {
  const std::int64_t at = made.voucher.at;
  const KeyRecord& key = made.key;
  if (key.revoked != 0 && (!by.past || at >= key.revoked)) return false;
  return key.from <= at && at <= key.to && at <= message.issued + kClockSkew &&
         at >= message.issued - by.max_life_s;
}

bool is_for(const Voucher& voucher, const Payload& message) {
  const auto act = act_of(message.kind, message.body);
  if (!act || voucher.act != act_digest(*act)) return false;
  if (voucher.case_id != act->text_at("case")) return false;
  return voucher.after == 0 || message.kind != kStep ||
         message.body.int_at("version") == voucher.after + 1;
}

}  // namespace

std::optional<Value> act_of(std::string_view kind, const Value& body) {
  const Act* const known = act_for(kind, body);
  if (!known) return std::nullopt;
  Value::Record act{{"act", std::string{known->name}}};
  for (const std::string_view name : known->covered) {
    if (name.empty()) continue;
    const Value* member = body.find(name);
    if (!member) return std::nullopt;
    act[std::string{name}] = *member;
  }
  return Value{std::move(act)};
}

std::string act_digest(const Value& act) { return hex(sha256(canonical_json(act))); }

namespace {

Value signed_text(std::string said, std::string_view kid, std::string_view secret_key) {
  std::string signature = base64url(sign_ed25519(secret_key, said));
  return Value::Record{
      {"kid", std::string{kid}}, {"said", std::move(said)}, {"signature", std::move(signature)}};
}

}  // namespace

Value vouch_again(const Value& voucher, std::string_view kid, std::string_view secret_key) {
  return signed_text(voucher.text_at("said"), kid, secret_key);
}

Value sign_voucher(const Voucher& voucher, std::string_view kid, std::string_view secret_key) {
  std::string said = canonical_json(Value::Record{{"format", std::string{kFormat}},
                                                  {"party", voucher.party},
                                                  {"officer", voucher.officer},
                                                  {"roles", list_of(voucher.roles)},
                                                  {"divisions", list_of(voucher.divisions)},
                                                  {"how", voucher.how},
                                                  {"session", voucher.session},
                                                  {"at", voucher.at},
                                                  {"case", voucher.case_id},
                                                  {"after", voucher.after},
                                                  {"act", voucher.act}});
  return signed_text(std::move(said), kid, secret_key);
}

bool needs_voucher(const Payload& message, const KeyList& keys) {
  return message.kind == kSettle && std::ranges::any_of(keys, [&](const auto& one) {
           const KeyRecord& key = one.second;
           return key.role == kCommandRole && key.party == message.from &&
                  key.from + kEarly <= message.issued;
         });
}

std::expected<std::optional<Vouched>, Code> check_voucher(const Payload& message,
                                                          const VouchedBy& by) {
  const Value* member = message.body.find(kVoucher);
  if (!member) {
    if (needs_voucher(message, by.keys)) return std::unexpected{Code{"voucher-missing"}};
    return std::nullopt;
  }
  auto made = read_signed(*member, by.keys, message.from);
  if (!made || !in_time(*made, message, by) || !is_for(made->voucher, message)) {
    return std::unexpected{Code{"voucher"}};
  }
  return Vouched{.kid = made->key.kid, .voucher = std::move(made->voucher)};
}

}  // namespace bashu::evidence

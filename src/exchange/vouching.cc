#include "exchange/vouching.h"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "core/told/adoption.h"
#include "core/told/ask.h"
#include "core/told/erase.h"
#include "core/told/settle.h"
#include "core/told/settle_record.h"
#include "core/told/step.h"
#include "evidence/voucher.h"

namespace bashu::exchange {

namespace {

// What a command does, with the members that its message will have.
struct Done {
  std::optional<Value> act;
  core::CaseId id = {};
  std::int64_t after = 0;
  std::vector<std::string> roles = {};  // in which they acted; empty: in all they have
};

struct Acts {
  Done operator()(const core::SignSettlement& c) const {
    return {.act = evidence::act_of(
                core::told::Settle::kKind,
                Value::Record{{"case", c.id}, {"content", c.content}, {"note", c.note}}),
            .id = c.id};
  }
  Done operator()(const core::SettleRecord& c) const {
    return {.act = evidence::act_of(core::told::SettleRecord::kKind,
                                    Value::Record{{"register", c.reg},
                                                  {"key", c.key},
                                                  {"keeper", c.keeper},
                                                  {"content", c.content},
                                                  {"note", c.note}})};
  }
  Done operator()(const core::FireEvent& c) const {
    return {.act = evidence::act_of(
                core::told::Ask::kKind,
                Value::Record{{"case", c.id}, {"event", c.event}, {"input", c.with}}),
            .id = c.id,
            .after = c.version.value_or(0),
            .roles = {c.role}};
  }
  Done operator()(const core::StartCase& c) const {
    return {.act = evidence::act_of(core::told::Step::kKind,
                                    Value::Record{{"event", std::string{core::told::Step::kStart}},
                                                  {"service", c.service},
                                                  {"input", c.with}}),
            .roles = {c.role}};
  }
  Done operator()(const core::OrderPrivacy& c) const {
    if (c.order.kind != "erase") return {};
    return {.act = evidence::act_of(
                core::told::Erase::kKind,
                Value::Record{{"subject", c.order.subject}, {"reason", c.order.reason}})};
  }
  Done operator()(const core::AdoptPack& c) const {
    return {.act = evidence::act_of(core::told::Adoption::kKind,
                                    Value::Record{{"digest", "sha256:" + hex(sha256(c.source))}})};
  }
  template <typename Other>
  Done operator()(const Other&) const {
    return {};
  }
};

core::Asker* asker_of(core::Command& command) {
  return std::visit(
      [](auto& one) -> core::Asker* {
        if constexpr (requires { one.by; }) {
          return &one.by;
        } else {
          return nullptr;
        }
      },
      command);
}

}  // namespace

std::string officer_id(std::string_view principal, std::string_view secret) {
  const std::string id{principal.substr(principal.find(':') + 1)};
  constexpr std::size_t kShortest = 15;  // a citizen's number of before 1999
  if (id.size() < kShortest || !check_citizen_number(id).wrong.empty()) {
    return std::string{principal};
  }
  std::string mixed{"bashu.officer/v1\n"};
  mixed += secret;
  mixed += principal;
  constexpr std::size_t kShown = 32;
  return "sha256:" + hex(sha256(mixed)).substr(0, kShown);
}

Vouching vouch(node::Node& node, core::Command& command, const SignedIn& who) {
  core::Asker* const by = asker_of(command);
  if (!by || by->principal.empty()) return Vouching::nothing;
  const Done done = std::visit(Acts{}, command);
  const node::Identity& own = node.identity();
  if (!done.act || !own.command) return Vouching::nothing;
  const auto directory = node.directory();
  const auto listed = directory->keys.find(own.command->kid);
  if (listed == directory->keys.end()) return Vouching::nothing;
  const evidence::KeyRecord& key = listed->second;
  const std::int64_t now = node.clock().now().unix_ms / 1'000;
  if (now < key.from || now > key.to || key.revoked != 0) return Vouching::ended;
  by->voucher = evidence::sign_voucher({.party = own.party,
                                        .officer = officer_id(by->principal, own.log.secret_key),
                                        .roles = done.roles.empty() ? by->roles : done.roles,
                                        .divisions = by->divisions,
                                        .how = who.how,
                                        .session = who.session,
                                        .at = now,
                                        .case_id = done.id,
                                        .after = done.after,
                                        .act = evidence::act_digest(*done.act)},
                                       own.command->kid, own.command->secret_key);
  return Vouching::done;
}

}  // namespace bashu::exchange

#include "people/roster.h"

#include <utility>

#include "base/bytes.h"
#include "core/state.h"
#include "people/secrets.h"

namespace bashu::people {

namespace {

using People = std::map<std::string, core::Principal, std::less<>>;

}  // namespace

Roster::Roster(node::Node& node, const std::filesystem::path& dir)
    : node_{node},
      passwords_{dir / "passwords.json", &read_passwords, std::make_shared<const Passwords>()} {}

std::string Roster::name_of(const core::PrincipalSet& set) {
  const Value clear = node_.vault().unseal(set.name);
  return clear.as_text() ? *clear.as_text() : std::string{};
}

std::shared_ptr<const Roster::Roll> Roster::now() {
  std::shared_ptr<const Roll> before;
  {
    const std::lock_guard lock{mutex_};
    if (roll_ && roll_->changes == node_.circle_changes()) return roll_;
    before = roll_;
  }
  // Opening a name takes longer than all else: those that did not change are taken over.
  const auto holder = [&](const core::PrincipalSet& set) -> std::shared_ptr<const Principal> {
    const auto old = before ? before->people.principals.find(set.id) : People::const_iterator{};
    if (before && old != before->people.principals.end() && !old->second.ended &&
        old->second.set.version == set.version) {
      const std::string id = set.id.substr(set.id.find(':') + 1);
      return set.id.starts_with("key:") ? before->keys.find(set.proof)->second.who
                                        : before->accounts.find(id)->second.who;
    }
    return std::make_shared<const Principal>(principal_of(set, name_of(set)));
  };
  auto roll = std::make_shared<Roll>();
  roll->changes = node_.circle_changes();
  node_.query([&](const core::State& state) { roll->people = state.circle().people; });
  for (const auto& [id, row] : roll->people.principals) {
    if (row.ended) continue;
    const Entry entry{.who = holder(row.set), .row = &row};
    if (entry.who->kind == Principal::Kind::key) {
      roll->keys.emplace(row.set.proof, entry);
      continue;
    }
    roll->accounts.emplace(entry.who->id, entry);
    if (!row.set.provider.empty()) roll->providers.emplace(row.set.provider, entry);
  }
  const std::lock_guard lock{mutex_};
  roll_ = roll;
  return roll;
}

std::shared_ptr<const core::People> Roster::people() {
  const auto roll = now();
  return {roll, &roll->people};
}

// Looked up by digest: how long it takes says nothing about a secret.
std::shared_ptr<const Principal> Roster::find_key(std::string_view secret) {
  const auto roll = now();
  const auto it = roll->keys.find(key_proof(secret));
  if (it == roll->keys.end() || !it->second.row->in_force(node_.clock().today())) return nullptr;
  return it->second.who;
}

std::shared_ptr<const Account> Roster::account(const Entry& entry) {
  const core::PrincipalSet& set = entry.row->set;
  if (!entry.row->in_force(node_.clock().today())) return nullptr;
  auto account = std::make_shared<Account>();
  account->who = entry.who;
  account->credential = hex(sha256(set.proof + "\n" + set.provider));
  if (set.proof.empty()) return account;
  const auto passwords = passwords_.now();
  if (!passwords) return account;
  const auto hash = passwords->find(set.proof);
  if (hash != passwords->end()) account->password = hash->second;
  return account;
}

std::shared_ptr<const Account> Roster::find(std::string_view id) {
  const auto roll = now();
  const auto it = roll->accounts.find(id);
  return it == roll->accounts.end() ? nullptr : account(it->second);
}

std::shared_ptr<const Account> Roster::find_by(std::string_view issuer, std::string_view subject) {
  const auto roll = now();
  const auto it = roll->providers.find(provider_proof(issuer, subject));
  return it == roll->providers.end() ? nullptr : account(it->second);
}

}  // namespace bashu::people

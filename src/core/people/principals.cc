#include <algorithm>
#include <string>

#include "base/try.h"
#include "core/people/people.h"

namespace bashu::core {

namespace {

bool holds(const std::vector<std::string>& list, std::string_view one) {
  return std::ranges::find(list, one) != list.end();
}

// People are let in and out by an administrator for the whole node, or by who holds its directory.
Result may_rule(const Deciding& d, const Asker& by) {
  if (has_directory(by)) return {};
  const Principal* admin = in_force(d.circle().people, by.principal, "admin", d.today());
  if (!admin || !admin->set.divisions.empty()) return refuse(Why::admin_only);
  return {};
}

// A new secret of one's own, and nothing else: for that nobody has to rule.
bool own_secret_only(const Deciding& d, const SetPrincipal& command) {
  const auto known = d.circle().people.principals.find(command.who.id);
  if (known == d.circle().people.principals.end() || !known->second.in_force(d.today())) {
    return false;
  }
  const PrincipalSet &now = known->second.set, &who = command.who;
  return command.by.principal == now.person && who.person == now.person && who.name == now.name &&
         who.roles == now.roles && who.divisions == now.divisions && who.may == now.may &&
         who.subjects == now.subjects && who.provider == now.provider && who.until == now.until;
}

// Whether the principal may be so, whoever asks.
Result sound(const Deciding& d, const PrincipalSet& who) {
  const People& people = d.circle().people;
  const auto known = people.principals.find(who.id);
  if (known == people.principals.end()) {
    if (who.version != 1) return refuse(Why::no_such_principal, who.id);
  } else {
    const Principal& now = known->second;
    if (who.version == 1) return refuse(Why::principal_exists, who.id);
    if (now.ended) return refuse(Why::principal_ended, who.id);
    if (who.version != now.set.version + 1) {
      return refuse(Why::principal_changed, now.set.version);
    }
  }
  // A key is no person: whoever signs for the government says who he is.
  const bool nobody = who.person.empty() || (who.person == who.id && who.id.starts_with("key:"));
  if (nobody && holds(who.may, "admin")) return refuse(Why::person_needed);
  for (const auto& [id, other] : people.principals) {
    if (id == who.id) continue;
    if (!who.proof.empty() && other.set.proof == who.proof) return refuse(Why::proof_used);
    if (!who.provider.empty() && !other.ended && other.set.provider == who.provider) {
      return refuse(Why::proof_used);
    }
  }
  return {};
}

}  // namespace

bool has_directory(const Asker& by) { return holds(by.roles, kDirectoryRole); }

const Principal* in_force(const People& people, std::string_view person, std::string_view act,
                          Date today) {
  const Principal* found = nullptr;
  for (const auto& [id, one] : people.principals) {
    if (one.set.person != person || !one.in_force(today) || !holds(one.set.may, act)) continue;
    if (!found || one.set.divisions.empty()) found = &one;
  }
  return found;
}

bool needs_two(const People& people, const SetPrincipal& command, Date today) {
  if (has_directory(command.by) || command.who.may.empty()) return false;
  const PrincipalSet& who = command.who;
  const auto known = people.principals.find(who.id);
  if (known == people.principals.end() || !known->second.in_force(today)) return true;
  const PrincipalSet& now = known->second.set;
  const bool more =
      std::ranges::any_of(who.may, [&](const std::string& act) { return !holds(now.may, act); });
  const bool longer = now.until && (!who.until || *who.until > *now.until);
  const bool wider = who.divisions != now.divisions && !now.divisions.empty();
  const bool other = who.person != now.person;
  // Whoever chooses the secret can come in by it.
  const bool by_another = (who.proof != now.proof || who.provider != now.provider) &&
                          command.by.principal != now.person;
  return more || longer || wider || other || by_another;
}

Result set_principal(Deciding& d, const SetPrincipal& command, Decision& decision) {
  if (!own_secret_only(d, command)) BASHU_TRY_OK(may_rule(d, command.by));
  BASHU_TRY_OK(sound(d, command.who));
  if (command.approval != 0) {
    BASHU_TRY_OK(first_of_two(d, command.approval, command.by, command));
  } else if (needs_two(d.circle().people, command, d.today())) {
    return refuse(Why::needs_two);
  }
  PrincipalSet who = command.who;
  who.by = command.by.principal;
  who.on = d.today();
  decision.answer = Value::Record{{"id", who.id}, {"version", who.version}};
  d.draft.decide(std::move(who));
  if (command.approval != 0) close_approval(d, command.approval, "approved", command.by);
  return {};
}

Result end_principal(Deciding& d, const EndPrincipal& command) {
  BASHU_TRY_OK(may_rule(d, command.by));
  const auto& principals = d.circle().people.principals;
  const auto known = principals.find(command.id);
  if (known == principals.end()) return refuse(Why::no_such_principal, command.id);
  if (known->second.ended) return refuse(Why::principal_ended, command.id);
  d.draft.decide(PrincipalEnded{.id = command.id, .by = command.by.principal, .on = d.today()});
  return {};
}

}  // namespace bashu::core

// Keys and accounts of this node: shown and ruled by an administrator for the whole node. Secrets
// are told once, in the answer to the request that made them, and kept nowhere.

#include "core/people/people.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "api/handlers.h"
#include "api/reading.h"
#include "base/bytes.h"
#include "base/ids.h"
#include "base/json.h"
#include "people/admission.h"
#include "people/roles.h"
#include "people/secrets.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

using people::Secret;
constexpr std::size_t kNameMax = 200, kPersonsMax = 100;

std::optional<Problem> needs_ruler(const Call& call) {
  if (desk::may_everywhere(*call.key, "admin")) return std::nullopt;
  return forbidden("This needs `admin` for the whole node.", "须有对整个节点有效的 admin 权限。");
}

Problem wrong(std::string where, std::string_view key, const texts::Places& places = {}) {
  return problem_of(Reject{
      .code = RejectCode::form, .where = std::move(where), .why = {texts::title(key, places)}});
}

bool is_dry(const Call& call) { return call.parameter("dry_run") == "true"; }

// Who asks. What stands for the request must not tell a password or a name to whoever tries many.
core::Asker ruler(const Call& call, Value body) {
  core::Asker by = asker(call, {call.key->may.begin(), call.key->may.end()});
  if (by.idempotency_key.empty()) return by;
  for (const char* secret : {"password", "current", "name", "persons", "openid"}) {
    body.as_record()->erase(secret);
  }
  by.request_digest = hex(sha256(call.request.method + "\n" + std::string{call.request.path()} +
                                 "\n" + canonical_json(body)));
  return by;
}

struct Told {
  Value::Record once{};  // with the answer, and never again
  std::vector<std::string> new_keys{};
};

// The command, or the request for a second person's signature if it takes two.
Prepared set(Context& context, core::Asker by, core::PrincipalSet who, Told told) {
  Write write;
  write.request = people::told(who);
  write.new_keys = std::move(told.new_keys);
  write.told_once = std::move(told.once);
  core::SetPrincipal command{.by = by, .who = std::move(who), .approval = 0};
  const auto people = context.entrance.roster().people();
  if (!core::needs_two(*people, command, context.node.clock().today())) {
    write.command = std::move(command);
    return write;
  }
  command.by = {};
  write.status = 202;
  write.command = core::AskApproval{.by = std::move(by), .act = std::move(command)};
  return write;
}

std::expected<std::optional<Date>, Problem> until_of(Context& context, const Value& body) {
  const Value* until = body.find("until");
  if (!until || until->is_null()) return std::nullopt;
  const auto day = until->as_text() ? Date::parse(*until->as_text()) : std::nullopt;
  if (!day || *day < context.node.clock().today()) {
    return std::unexpected{wrong("until", "people.until")};
  }
  return day;
}

// The people whose cases are theirs, by identity number: only their pseudonyms are kept.
std::expected<std::vector<std::string>, Problem> tokens_of(Context& context, const Value& body) {
  std::vector<std::string> tokens;
  const Value* persons = body.find("persons");
  if (!persons) return tokens;
  const Value::List* list = persons->as_list();
  if (!list || list->size() > kPersonsMax) {
    return std::unexpected{wrong("persons", "people.texts_expected")};
  }
  for (const Value& one : *list) {
    if (!one.as_text() || one.as_text()->empty()) {
      return std::unexpected{wrong("persons", "people.texts_expected")};
    }
    // Cases recorded under an older secret are theirs too.
    auto names = names_of_person(context, normal_person(*one.as_text()));
    if (!names) return std::unexpected{names.error()};
    std::ranges::move(*names, std::back_inserter(tokens));
  }
  return tokens;
}

// What the body says of a principal, onto `set`, which has what stays.
std::expected<core::PrincipalSet, Problem> described(Context& context, const Value& body,
                                                     people::Principal::Kind kind,
                                                     const core::PrincipalSet& before, Told& told) {
  auto who = people::read_principal(body);
  if (!who) return std::unexpected{wrong("", "people.misshapen", {{"what", who.error()}})};
  std::optional<std::string> strange;
  context.node.query(
      [&](const core::State& state) { strange = people::unknown_role(*who, state.circle()); });
  if (strange) return std::unexpected{wrong("roles", "people.no_such_role", {{"role", *strange}})};
  who->kind = kind;
  core::PrincipalSet set = people::set_of(*who);
  set.version = before.version;
  set.proof = before.proof;
  set.provider = before.provider;
  const auto until = until_of(context, body);
  if (!until) return std::unexpected{until.error()};
  set.until = *until;
  const auto tokens = tokens_of(context, body);
  if (!tokens) return std::unexpected{tokens.error()};
  set.subjects.insert(set.subjects.end(), tokens->begin(), tokens->end());
  if (who->name.size() > kNameMax) {
    return std::unexpected{
        wrong("name", "people.misshapen", {{"what", "name: at most 200 bytes"}})};
  }
  set.name = before.name;
  if (before.name.is_null() || context.entrance.roster().name_of(before) != who->name) {
    set.name = people::seal_name(context.node, who->name);
    told.new_keys = node::sealing_keys(set.name);
  }
  return set;
}

const std::vector<std::string_view> kMembers{
    "id", "name", "roles", "divisions", "may", "person", "subjects", "persons", "until", "version"};

std::vector<std::string_view> with(std::vector<std::string_view> more) {
  more.insert(more.end(), kMembers.begin(), kMembers.end());
  return more;
}

// The password of the body, kept; one is made if there is none.
std::expected<Secret, Problem> password_of(Context& context, const Call& call, const Value& body) {
  const auto given = text_member(body, "password", false);
  if (!given) return std::unexpected{given.error()};
  if (!given->empty() &&
      (given->size() < people::kPasswordMin || given->size() > people::kPasswordMax)) {
    return std::unexpected{wrong("password", "people.password_size")};
  }
  if (is_dry(call)) return Secret{.text = {}, .proof = "-"};
  auto made = people::make_password(context.node, context.dir, *given);
  if (!made) return std::unexpected{problem_of(made.error())};
  return std::move(*made);
}

std::expected<std::string, Problem> provider_of(const Value& body) {
  const Value* openid = body.find("openid");
  if (!openid) return std::string{};
  const std::string issuer = openid->text_at("issuer");
  const std::string subject = openid->text_at("subject");
  if (issuer.empty() || subject.empty()) {
    return std::unexpected{wrong("openid", "people.openid")};
  }
  return people::provider_proof(issuer, subject);
}

std::string journal_id(const Call& call, people::Principal::Kind kind) {
  return people::Principal{.id = call.part("id"), .kind = kind}.journal_id();
}

// The next version of the one the path names.
std::expected<core::PrincipalSet, Problem> next(Context& context, const Call& call,
                                                people::Principal::Kind kind) {
  auto set = people::next_of(*context.entrance.roster().people(), journal_id(call, kind));
  if (!set) return std::unexpected{not_found()};
  return std::move(*set);
}

Prepared change(Context& context, const Call& call, people::Principal::Kind kind) {
  if (auto problem = needs_ruler(call)) return std::unexpected{std::move(*problem)};
  auto body = json_body(call, kMembers);
  if (!body) return std::unexpected{body.error()};
  auto before = next(context, call, kind);
  if (!before) return std::unexpected{before.error()};
  body->as_record()->insert_or_assign("id", call.part("id"));
  // Whoever saw it before says what he saw.
  if (body->find("version")) before->version = body->int_at("version") + 1;
  Told told;
  auto who = described(context, *body, kind, *before, told);
  if (!who) return std::unexpected{who.error()};
  if (!body->find("name") && !before->name.is_null()) {
    who->name = before->name;
    told.new_keys.clear();
  }
  return set(context, ruler(call, *body), std::move(*who), std::move(told));
}

Prepared end(const Call& call, people::Principal::Kind kind) {
  if (auto problem = needs_ruler(call)) return std::unexpected{std::move(*problem)};
  const auto body = json_body(call, {});
  if (!body) return std::unexpected{body.error()};
  Write write;
  const std::string id = journal_id(call, kind);
  write.request = Value::Record{{"id", id}};
  write.command = core::EndPrincipal{.by = ruler(call, *body), .id = id};
  return write;
}

Result list(Context& context, const Call& call, std::string_view prefix, std::string_view member) {
  const bool rules = desk::may_everywhere(*call.key, "admin");
  if (!rules && !desk::may_everywhere(*call.key, "audit")) {
    return std::unexpected{
        forbidden("This needs `admin` or `audit`.", "须有 admin 或 audit 权限。")};
  }
  people::Roster& roster = context.entrance.roster();
  const auto people = roster.people();
  const Date today = context.node.clock().today();
  Value::List list;
  std::vector<std::string> opened;
  for (const auto& [id, row] : people->principals) {
    if (!id.starts_with(prefix)) continue;
    Value::Record one;
    people::write_principal(one, people::principal_of(row.set, {}));
    one["principal"] = row.set.person;
    one["version"] = row.set.version;
    one["by"] = row.set.by;
    one["on"] = row.set.on.text();
    one["in_force"] = row.in_force(today);
    if (row.set.until) one["until"] = row.set.until->text();
    if (prefix == "user:") {
      one["password"] = !row.set.proof.empty();
      one["provider"] = !row.set.provider.empty();
    }
    if (row.ended) {
      one["ended"] = Value::Record{{"on", row.ended->on.text()}, {"by", row.ended->by}};
    }
    if (rules) {
      one["name"] = roster.name_of(row.set);
      opened.push_back(id + ".name");
    } else {
      one.erase("name");
    }
    list.emplace_back(std::move(one));
  }
  if (!opened.empty()) {
    if (auto told = account_for(context, call, member, opened); !told) {
      return std::unexpected{told.error()};
    }
  }
  return json_response(Value::Record{{std::string{member}, std::move(list)}});
}

constexpr auto kKey = people::Principal::Kind::key;
constexpr auto kAccount = people::Principal::Kind::account;

}  // namespace

Result list_keys(Context& context, const Call& call) { return list(context, call, "key:", "keys"); }
Result list_users(Context& context, const Call& call) {
  return list(context, call, "user:", "users");
}
Prepared change_key(Context& context, const Call& call) { return change(context, call, kKey); }
Prepared change_user(Context& context, const Call& call) { return change(context, call, kAccount); }
Prepared end_key(Context& /*context*/, const Call& call) { return end(call, kKey); }
Prepared end_user(Context& /*context*/, const Call& call) { return end(call, kAccount); }

Prepared add_key(Context& context, const Call& call) {
  if (auto problem = needs_ruler(call)) return std::unexpected{std::move(*problem)};
  const auto body = json_body(call, kMembers);
  if (!body) return std::unexpected{body.error()};
  Told told;
  auto who = described(context, *body, kKey, {.version = 1}, told);
  if (!who) return std::unexpected{who.error()};
  const Secret secret = people::make_key_secret(context.node.chance());
  who->proof = secret.proof;
  told.once["secret"] = secret.text;
  return set(context, ruler(call, *body), std::move(*who), std::move(told));
}

Prepared rotate_key(Context& context, const Call& call) {
  if (auto problem = needs_ruler(call)) return std::unexpected{std::move(*problem)};
  const auto body = json_body(call, {});
  if (!body) return std::unexpected{body.error()};
  auto who = next(context, call, kKey);
  if (!who) return std::unexpected{who.error()};
  const Secret secret = people::make_key_secret(context.node.chance());
  who->proof = secret.proof;
  return set(context, ruler(call, *body), std::move(*who),
             {.once = {{"secret", secret.text}}, .new_keys = {}});
}

Prepared add_user(Context& context, const Call& call) {
  if (auto problem = needs_ruler(call)) return std::unexpected{std::move(*problem)};
  const auto body = json_body(call, with({"password", "openid"}));
  if (!body) return std::unexpected{body.error()};
  Told told;
  auto who = described(context, *body, kAccount, {.version = 1}, told);
  if (!who) return std::unexpected{who.error()};
  auto provider = provider_of(*body);
  if (!provider) return std::unexpected{provider.error()};
  who->provider = std::move(*provider);
  if (who->provider.empty() || body->find("password")) {
    const auto secret = password_of(context, call, *body);
    if (!secret) return std::unexpected{secret.error()};
    who->proof = secret->proof;
    if (!secret->text.empty()) told.once["password"] = secret->text;
  }
  return set(context, ruler(call, *body), std::move(*who), std::move(told));
}

Prepared set_password(Context& context, const Call& call) {
  if (auto problem = needs_ruler(call)) return std::unexpected{std::move(*problem)};
  const auto body = json_body(call, {"password"});
  if (!body) return std::unexpected{body.error()};
  auto who = next(context, call, kAccount);
  if (!who) return std::unexpected{who.error()};
  const auto secret = password_of(context, call, *body);
  if (!secret) return std::unexpected{secret.error()};
  who->proof = secret->proof;
  Told told;
  if (!secret->text.empty()) told.once["password"] = secret->text;
  return set(context, ruler(call, *body), std::move(*who), std::move(told));
}

// The present one is asked for: an open page alone gives nobody an account for good.
Prepared set_own_password(Context& context, const Call& call) {
  if (!call.session) {
    return std::unexpected{forbidden(texts::text("en", "people.own_session"),
                                     texts::text("zh", "people.own_session"))};
  }
  const auto body = json_body(call, {"current", "password"});
  if (!body) return std::unexpected{body.error()};
  const auto current = text_member(*body, "current");
  if (!current) return std::unexpected{current.error()};
  const auto chosen = text_member(*body, "password");
  if (!chosen) return std::unexpected{chosen.error()};
  const std::string& user = call.session->user;
  if (const auto proven = context.entrance.prove(user, *current, call.request); !proven) {
    const bool wrong_one = proven.error().why == people::NotIn::Why::wrong;
    return std::unexpected{wrong_one ? wrong("current", "people.wrong_password")
                                     : problem_of(proven.error())};
  }
  const std::string id = people::Principal{.id = user, .kind = kAccount}.journal_id();
  auto who = people::next_of(*context.entrance.roster().people(), id);
  if (!who) return std::unexpected{not_found()};
  const auto secret = password_of(context, call, *body);
  if (!secret) return std::unexpected{secret.error()};
  who->proof = secret->proof;
  return set(context, ruler(call, *body), std::move(*who), {});
}

}  // namespace bashu::api

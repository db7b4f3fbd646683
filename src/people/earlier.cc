#include "people/earlier.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "base/bytes.h"
#include "base/json.h"
#include "base/try.h"
#include "core/people/people.h"
#include "core/state.h"
#include "node/files.h"
#include "people/admission.h"
#include "people/passwords.h"
#include "people/secrets.h"

namespace bashu::people {

namespace {

namespace fs = std::filesystem;
using Members = std::set<std::string, std::less<>>;
constexpr const char* kKeys = "api-keys.json";
constexpr const char* kUsers = "users.json";

using Read = std::expected<Earlier, std::string>;

// What keys and accounts have in common.
Read read_one(const Value& value, const Members& members, Principal::Kind kind) {
  if (!value.as_record()) return std::unexpected{"a list of records is expected"};
  for (const auto& [name, unused] : *value.as_record()) {
    if (!members.contains(name)) return std::unexpected{"unknown member `" + name + "`"};
  }
  BASHU_TRY(Principal who, read_principal(value));
  who.kind = kind;
  who.person = value.text_at("subject");
  // A key that signs for the government has a person behind it; earlier versions named none.
  if (kind == Principal::Kind::key && who.person.empty() && who.allows("admin")) {
    who.person = who.id;
  }
  Earlier one{.set = set_of(who), .name = who.name, .password = {}};
  one.set.version = 1;
  return one;
}

Read read_key(const Value& value) {
  static const Members kMembers{"id", "sha256", "name", "roles", "divisions", "subject", "may"};
  BASHU_TRY(Earlier one, read_one(value, kMembers, Principal::Kind::key));
  const std::string digest = value.text_at("sha256");
  if (!hash_from_hex(digest)) {
    return std::unexpected{one.set.id + ": sha256 must be 64 lower-case hex digits"};
  }
  one.set.proof = key_proof_of_digest(digest);
  return one;
}

Read read_account(const Value& value) {
  static const Members kMembers{"id",  "name",     "roles",  "divisions", "subject",
                                "may", "password", "openid", "ended"};
  BASHU_TRY(Earlier one, read_one(value, kMembers, Principal::Kind::account));
  one.password = value.text_at("password");
  if (!one.password.empty()) {
    if (!one.password.starts_with("$argon2id$")) {
      return std::unexpected{one.set.id + ": password must be a hash of argon2id"};
    }
    one.set.proof = password_proof(one.password);
  }
  if (const Value* openid = value.find("openid")) {
    const std::string issuer = openid->text_at("issuer");
    const std::string subject = openid->text_at("subject");
    if (issuer.empty() || subject.empty()) {
      return std::unexpected{one.set.id + ": openid needs issuer and subject"};
    }
    one.set.provider = provider_proof(issuer, subject);
  }
  if (const Value* ended = value.find("ended")) {
    if (!ended->as_bool()) return std::unexpected{one.set.id + ": ended must be true or false"};
    one.ended = *ended->as_bool();
  }
  return one;
}

std::expected<void, Fault> read_file(const fs::path& file, Read (*read)(const Value&),
                                     std::vector<Earlier>& all) {
  if (!fs::exists(file)) return {};
  const auto fault = [&](const std::string& what) {
    return std::unexpected{Fault{.what = file.string() + ": " + what}};
  };
  BASHU_TRY(const std::string text, node::read_file(file));
  const auto parsed = parse_json(text, {.depth = 8, .values = 1'000'000});
  if (!parsed) {
    return fault("not valid JSON (" + parsed.error().code + " at byte " +
                 std::to_string(parsed.error().offset) + ")");
  }
  if (!parsed->as_list()) return fault("must hold a list");
  for (const Value& value : *parsed->as_list()) {
    auto one = read(value);
    if (!one) return fault(one.error());
    for (const Earlier& other : all) {
      if (other.set.id == one->set.id) return fault(one->set.id + " occurs twice");
      const bool same = (!one->set.proof.empty() && other.set.proof == one->set.proof) ||
                        (!one->set.provider.empty() && other.set.provider == one->set.provider);
      if (same) return fault(one->set.id + " and " + other.set.id + " come in by the same");
    }
    all.push_back(std::move(*one));
  }
  return {};
}

// What the journal says already must be what the files say: all of it is theirs.
std::expected<void, Fault> agrees(const core::People& people, const std::vector<Earlier>& all,
                                  const fs::path& dir) {
  const auto fault = [&](const std::string& id, const std::string& what) {
    return std::unexpected{
        Fault{.what = dir.string() + ": " + id + " of api-keys.json or users.json " + what +
                      "; who comes in is kept in the journal (bashu key, bashu user): take the "
                      "files away"}};
  };
  for (const auto& [id, row] : people.principals) {
    const auto it = std::ranges::find(all, id, [](const Earlier& one) { return one.set.id; });
    if (it == all.end()) return fault(id, "is missing there, but in the journal");
    if (it->set.proof != row.set.proof) return fault(id, "has another secret in the journal");
    if (row.ended && !it->ended) return fault(id, "has ended");
  }
  return {};
}

std::expected<void, Fault> run(node::Node& node, core::Command command, Value told) {
  Value::Record record{
      {"principal", "local:files"}, {"command", "take-over"}, {"request", std::move(told)}};
  const node::Outcome outcome = node.run(
      {.command = std::move(command), .evidence = canonical_json(record), .dry_run = false});
  if (const auto* fault = std::get_if<Fault>(&outcome)) return std::unexpected{*fault};
  if (const auto* why = std::get_if<Reject>(&outcome)) {
    return std::unexpected{Fault{.what = "keys and accounts: " + core::describe(*why)}};
  }
  return {};
}

core::Asker files() {
  core::Asker by;
  by.principal = "local:files";
  by.roles = {std::string{core::kDirectoryRole}};
  return by;
}

std::expected<void, Fault> take(node::Node& node, const fs::path& dir, const Earlier& one,
                                const core::People& people) {
  if (!people.principals.contains(one.set.id)) {
    if (!one.password.empty()) {
      BASHU_TRY_OK(keep_password(dir / "passwords.json", one.password));
    }
    core::SetPrincipal command{.by = files(), .who = one.set, .approval = 0};
    command.who.name = seal_name(node, one.name);
    Value what = told(one.set);
    BASHU_TRY_OK(run(node, std::move(command), std::move(what)));
  }
  const auto row = people.principals.find(one.set.id);
  if (!one.ended || (row != people.principals.end() && row->second.ended)) return {};
  return run(node, core::EndPrincipal{.by = files(), .id = one.set.id},
             Value::Record{{"id", one.set.id}});
}

}  // namespace

std::expected<std::vector<Earlier>, Fault> read_earlier(const fs::path& dir) {
  std::vector<Earlier> all;
  BASHU_TRY_OK(read_file(dir / kKeys, &read_key, all));
  BASHU_TRY_OK(read_file(dir / kUsers, &read_account, all));
  return all;
}

std::expected<void, Fault> take_over(node::Node& node, const fs::path& dir) {
  if (!fs::exists(dir / kKeys) && !fs::exists(dir / kUsers)) return {};
  BASHU_TRY(const std::vector<Earlier> all, read_earlier(dir));
  core::People people;
  node.query([&](const core::State& state) { people = state.circle().people; });
  BASHU_TRY_OK(agrees(people, all, dir));
  for (const Earlier& one : all) BASHU_TRY_OK(take(node, dir, one, people));
  for (const char* name : {kKeys, kUsers}) {
    std::error_code error;
    if (!fs::exists(dir / name)) continue;
    fs::rename(dir / name, dir / (std::string{name} + ".taken"), error);
    if (error)
      return std::unexpected{Fault{.what = (dir / name).string() + ": " + error.message()}};
  }
  return {};
}

}  // namespace bashu::people

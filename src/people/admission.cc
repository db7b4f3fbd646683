#include "people/admission.h"

#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "packs/type.h"
#include "people/passwords.h"
#include "people/secrets.h"

namespace bashu::people {

namespace {

const std::vector<packs::Member>& name_field() {
  static const std::vector<packs::Member> kFields = [] {
    packs::Type type;
    type.kind = packs::Kind::text;
    type.cls = packs::Class::personal;
    return std::vector<packs::Member>{
        {.name = "name", .type = std::make_shared<const packs::Type>(std::move(type))}};
  }();
  return kFields;
}

}  // namespace

Value seal_name(node::Node& node, const std::string& name) {
  if (name.empty()) return {};
  const std::string& party = node.identity().party;
  const Value sealed = node.vault().seal(name_field(), Value::Record{{"name", name}}, party,
                                         node.vault().new_key(party));
  return *sealed.find("name");
}

Secret make_key_secret(node::Chance& chance) {
  std::string text = new_secret(chance.bytes(kSecretRandom));
  std::string proof = key_proof(text);
  return {.text = std::move(text), .proof = std::move(proof)};
}

std::expected<Secret, Fault> make_password(node::Node& node, const std::filesystem::path& dir,
                                           std::string password) {
  constexpr std::size_t kMadeBytes = 16;
  const bool made = password.empty();
  if (made) password = base64url(node.chance().bytes(kMadeBytes));
  auto proof = keep_password(dir / "passwords.json", hash_password(password));
  if (!proof) return std::unexpected{proof.error()};
  return Secret{.text = made ? std::move(password) : std::string{}, .proof = std::move(*proof)};
}

std::optional<core::PrincipalSet> next_of(const core::People& people, std::string_view id) {
  const auto it = people.principals.find(id);
  if (it == people.principals.end()) return std::nullopt;
  core::PrincipalSet set = it->second.set;
  ++set.version;
  return set;
}

Value told(const core::PrincipalSet& set) {
  Value::Record record{{"id", set.id},
                       {"version", set.version},
                       {"person", set.person},
                       {"roles", list_of(set.roles)},
                       {"divisions", list_of(set.divisions)},
                       {"may", list_of(set.may)},
                       {"subjects", list_of(set.subjects)}};
  if (set.until) record["until"] = set.until->text();
  return record;
}

}  // namespace bashu::people

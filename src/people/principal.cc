#include "people/principal.h"

#include <algorithm>
#include <utility>

namespace bashu::people {

namespace {

constexpr std::size_t kPersonMax = 200;

// The texts of the list `name`; an error text if it is anything else.
std::expected<std::vector<std::string>, std::string> texts(const Value& in, std::string_view name) {
  std::vector<std::string> out;
  const Value* value = in.find(name);
  if (!value) return out;
  const Value::List* list = value->as_list();
  if (!list) return std::unexpected{std::string{name} + " must be a list of texts"};
  for (const Value& item : *list) {
    if (!item.as_text()) return std::unexpected{std::string{name} + " must be a list of texts"};
    out.push_back(*item.as_text());
  }
  return out;
}

bool is_code(std::string_view text) {
  constexpr std::size_t kDigits = 12;
  return !text.empty() && text.size() <= kDigits &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string Principal::journal_id() const { return (kind == Kind::key ? "key:" : "user:") + id; }

std::string Principal::principal() const { return person.empty() ? journal_id() : person; }

std::vector<std::string> Principal::roles_in(std::string_view pack_name) const {
  std::vector<std::string> all;
  for (const std::string_view where : {pack_name, std::string_view{"*"}}) {
    const auto it = roles.find(where);
    if (it == roles.end()) continue;
    for (const std::string& role : it->second) {
      if (std::ranges::find(all, role) == all.end()) all.push_back(role);
    }
  }
  return all;
}

bool is_id(std::string_view id) {
  if (id.empty() || id.size() > 64) return false;
  return std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

std::expected<Principal, std::string> read_principal(const Value& value) {
  Principal one;
  one.id = value.text_at("id");
  if (!is_id(one.id)) return std::unexpected{"id must be 1 to 64 of a-z 0-9 - _ ."};
  one.name = value.text_at("name");
  one.person = value.text_at("person");
  if (one.person.size() > kPersonMax) return std::unexpected{one.id + ": person is too long"};
  if (const Value* roles = value.find("roles")) {
    if (!roles->as_record()) return std::unexpected{one.id + ": roles must be a record"};
    for (const auto& [pack, unused] : *roles->as_record()) {
      auto list = texts(*roles, pack);
      if (!list) return std::unexpected{one.id + ": roles: " + list.error()};
      one.roles[pack] = std::move(*list);
    }
  }
  auto divisions = texts(value, "divisions");
  if (!divisions) return std::unexpected{one.id + ": " + divisions.error()};
  for (const std::string& code : *divisions) {
    if (!is_code(code)) {
      return std::unexpected{one.id + ": divisions: `" + code +
                             "` is not the beginning of a code of GB/T 2260, such as 5101"};
    }
  }
  one.divisions = std::move(*divisions);
  auto may = texts(value, "may");
  if (!may) return std::unexpected{one.id + ": " + may.error()};
  for (std::string& act : *may) {
    if (act != "admin" && act != "registrar" && act != "audit") {
      return std::unexpected{one.id + ": may: `" + act + "` is not admin, registrar or audit"};
    }
    one.may.insert(std::move(act));
  }
  auto subjects = texts(value, "subjects");
  if (!subjects) return std::unexpected{one.id + ": " + subjects.error()};
  for (std::string& subject : *subjects) {
    if (subject.empty() || subject.size() > kPersonMax) {
      return std::unexpected{one.id + ": subjects: 1 to 200 bytes each"};
    }
    one.subjects.insert(std::move(subject));
  }
  return one;
}

void write_principal(Value::Record& into, const Principal& principal) {
  Value::Record roles;
  for (const auto& [pack, names] : principal.roles) roles.emplace(pack, list_of(names));
  into["id"] = principal.id;
  into["name"] = principal.name;
  into["roles"] = std::move(roles);
  into["divisions"] = list_of(principal.divisions);
  into["person"] = principal.person;
  into["may"] = list_of(principal.may);
  into["subjects"] = list_of(principal.subjects);
}

core::PrincipalSet set_of(const Principal& principal) {
  core::PrincipalSet set;
  set.id = principal.journal_id();
  set.person = principal.principal();
  for (const auto& [pack, names] : principal.roles) {
    for (const std::string& role : names) set.roles.push_back(pack + ":" + role);
  }
  set.divisions = principal.divisions;
  set.may = {principal.may.begin(), principal.may.end()};
  set.subjects = {principal.subjects.begin(), principal.subjects.end()};
  return set;
}

Principal principal_of(const core::PrincipalSet& set, std::string name) {
  const std::size_t colon = set.id.find(':');
  Principal one{
      .id = set.id.substr(colon + 1),
      .name = std::move(name),
      .divisions = set.divisions,
      .person = set.person == set.id ? std::string{} : set.person,
      .may = {set.may.begin(), set.may.end()},
      .subjects = {set.subjects.begin(), set.subjects.end()},
      .kind = set.id.starts_with("key:") ? Principal::Kind::key : Principal::Kind::account};
  for (const std::string& text : set.roles) {
    const std::size_t split = text.find(':');
    one.roles[text.substr(0, split)].push_back(text.substr(split + 1));
  }
  return one;
}

}  // namespace bashu::people

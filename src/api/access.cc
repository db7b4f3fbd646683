#include "api/access.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "node/files.h"

namespace bashu::api {

namespace {

constexpr std::size_t kRandomBytes = 32;

Fault fault(const std::filesystem::path& file, std::string what) {
  return {.what = file.string() + ": " + std::move(what)};
}

bool is_key_id(std::string_view id) {
  if (id.empty() || id.size() > 64) return false;
  return std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

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

std::expected<ApiKey, std::string> read_key(const Value& value) {
  const Value::Record* record = value.as_record();
  if (!record) return std::unexpected{"a key must be a record"};
  static const std::set<std::string, std::less<>> kMembers{"id",        "sha256",  "name", "roles",
                                                           "divisions", "subject", "may"};
  for (const auto& [name, unused] : *record) {
    if (!kMembers.contains(name)) return std::unexpected{"unknown member `" + name + "`"};
  }
  ApiKey key;
  key.id = value.text_at("id");
  if (!is_key_id(key.id)) return std::unexpected{"id must be 1 to 64 of a-z 0-9 - _ ."};
  key.secret_sha256 = value.text_at("sha256");
  if (!hash_from_hex(key.secret_sha256)) {
    return std::unexpected{"key " + key.id + ": sha256 must be 64 lower-case hex digits"};
  }
  key.name = value.text_at("name");
  key.subject = value.text_at("subject");
  if (const Value* roles = value.find("roles")) {
    if (!roles->as_record()) return std::unexpected{"key " + key.id + ": roles must be a record"};
    for (const auto& [pack, unused] : *roles->as_record()) {
      auto list = texts(*roles, pack);
      if (!list) return std::unexpected{"key " + key.id + ": roles: " + list.error()};
      key.roles[pack] = std::move(*list);
    }
  }
  auto divisions = texts(value, "divisions");
  if (!divisions) return std::unexpected{"key " + key.id + ": " + divisions.error()};
  key.divisions = std::move(*divisions);
  auto may = texts(value, "may");
  if (!may) return std::unexpected{"key " + key.id + ": " + may.error()};
  for (std::string& act : *may) {
    if (act != "admin" && act != "registrar" && act != "audit") {
      return std::unexpected{"key " + key.id + ": may: `" + act +
                             "` is not admin, registrar or audit"};
    }
    key.may.insert(std::move(act));
  }
  return key;
}

Value::List as_list(const auto& texts_of) {
  Value::List list;
  for (const std::string& text : texts_of) list.emplace_back(text);
  return list;
}

Value as_value(const ApiKey& key) {
  Value::Record roles;
  for (const auto& [pack, names] : key.roles) roles.emplace(pack, as_list(names));
  return Value::Record{{"id", key.id},
                       {"sha256", key.secret_sha256},
                       {"name", key.name},
                       {"roles", std::move(roles)},
                       {"divisions", as_list(key.divisions)},
                       {"subject", key.subject},
                       {"may", as_list(key.may)}};
}

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

bool holds(const std::vector<std::string>& roles, std::string_view role) {
  return std::ranges::find(roles, role) != roles.end();
}

// Whether an event of the present state waits for `role` of `party`.
bool awaits(const packs::Service& service, std::string_view state, std::string_view party,
            std::string_view role) {
  const packs::StateDef* def = packs::find(service.states, state);
  if (!def) return false;
  for (const auto& [name, event] : def->events) {
    for (const packs::By& by : event.by) {
      if (by.party == party && by.role == role) return true;
    }
  }
  return false;
}

// Whether the case was begun here by a holder of `role`, so that it is that person's own.
bool begun_by(const packs::Service& service, std::string_view party, std::string_view role) {
  for (const packs::By& by : service.start.event.by) {
    if (by.party == party && by.role == role) return true;
  }
  return false;
}

}  // namespace

std::string ApiKey::principal() const { return subject.empty() ? "key:" + id : subject; }

std::vector<std::string> ApiKey::roles_in(std::string_view pack_name) const {
  std::vector<std::string> all;
  for (const std::string_view where : {pack_name, std::string_view{"*"}}) {
    const auto it = roles.find(where);
    if (it == roles.end()) continue;
    for (const std::string& role : it->second) {
      if (!holds(all, role)) all.push_back(role);
    }
  }
  return all;
}

std::expected<ApiKeys, Fault> read_api_keys(const std::filesystem::path& file) {
  const auto text = node::read_file(file);
  if (!text) return std::unexpected{text.error()};
  const auto parsed = parse_json(*text, {.depth = 8, .values = 1'000'000});
  if (!parsed) {
    return std::unexpected{fault(file, "not valid JSON (" + parsed.error().code + " at byte " +
                                           std::to_string(parsed.error().offset) + ")")};
  }
  if (!parsed->as_list()) return std::unexpected{fault(file, "must hold a list of keys")};
  ApiKeys keys;
  std::set<std::string> ids;
  for (const Value& value : *parsed->as_list()) {
    auto key = read_key(value);
    if (!key) return std::unexpected{fault(file, key.error())};
    if (!ids.insert(key->id).second) return std::unexpected{fault(file, key->id + " occurs twice")};
    std::string hash = key->secret_sha256;
    if (!keys.emplace(std::move(hash), std::move(*key)).second) {
      return std::unexpected{fault(file, "two keys have the same secret")};
    }
  }
  return keys;
}

std::expected<std::string, Fault> add_api_key(const std::filesystem::path& file, ApiKey key,
                                              std::string_view random) {
  if (random.size() < kRandomBytes) return std::unexpected{fault(file, "too little chance")};
  ApiKeys keys;
  if (std::filesystem::exists(file)) {
    auto read = read_api_keys(file);
    if (!read) return std::unexpected{read.error()};
    keys = std::move(*read);
  }
  Value::List list;
  for (const auto& [hash, known] : keys) {
    if (known.id == key.id) return std::unexpected{fault(file, key.id + " is there already")};
    list.push_back(as_value(known));
  }
  std::string secret = "bashu_" + base64url(random.substr(0, kRandomBytes));
  key.secret_sha256 = hex(sha256(secret));
  Value added = as_value(key);
  if (auto sound = read_key(added); !sound) return std::unexpected{fault(file, sound.error())};
  list.push_back(std::move(added));
  std::ranges::sort(list, {}, [](const Value& value) { return value.text_at("id"); });
  if (auto written = node::write_file(file, pretty_json(list) + "\n"); !written) {
    return std::unexpected{written.error()};
  }
  return secret;
}

KeyRing::KeyRing(std::filesystem::path file) : file_{std::move(file)} {}

std::expected<void, Fault> KeyRing::open() {
  reload();
  const std::lock_guard lock{mutex_};
  if (!problem_.empty()) return std::unexpected{Fault{.what = problem_}};
  return {};
}

void KeyRing::reload() {
  const std::lock_guard lock{mutex_};
  refresh(true);
}

std::string KeyRing::problem() const {
  const std::lock_guard lock{mutex_};
  return problem_;
}

void KeyRing::refresh(bool force) {
  constexpr std::int64_t kLookEveryMs = 1'000;
  const std::int64_t now = steady_ms();
  if (!force && now - looked_ms_ < kLookEveryMs) return;
  looked_ms_ = now;
  std::error_code error;
  const auto written = std::filesystem::last_write_time(file_, error);
  if (!force && !error && written == written_) return;
  auto read = read_api_keys(file_);
  if (!read) {
    problem_ = read.error().what;
    return;
  }
  problem_.clear();
  written_ = written;
  keys_.clear();
  for (auto& [hash, key] : *read) {
    keys_.emplace(hash, std::make_shared<const ApiKey>(std::move(key)));
  }
}

std::shared_ptr<const ApiKey> KeyRing::find(std::string_view secret) {
  // Looked up by digest: how long it takes says nothing about a secret.
  const std::string hash = hex(sha256(secret));
  const std::lock_guard lock{mutex_};
  refresh(false);
  const auto it = keys_.find(hash);
  return it == keys_.end() ? nullptr : it->second;
}

Sight sight(const ApiKey& key, const packs::Pack& pack, const packs::Service& service,
            std::string_view own, const CaseFacts& facts) {
  const std::vector<std::string> held = key.roles_in(pack.name);
  for (const packs::PartyDef& party : service.parties) {
    const auto player = facts.parties->find(party.name);
    if (player == facts.parties->end() || player->second != own) continue;
    for (const auto& [role, all] : party.roles) {
      if (!holds(held, role)) continue;
      if (all) return Sight::full;
      if (facts.acted || facts.opened_by == key.principal()) return Sight::full;
      if (!facts.opened_by.empty() && begun_by(service, party.name, role)) continue;
      if (facts.task_roles.contains(role) || awaits(service, facts.state, party.name, role)) {
        return Sight::full;
      }
    }
  }
  return key.allows("audit") ? Sight::audited : Sight::none;
}

bool sees_internal(const ApiKey& key, const packs::Pack& pack) {
  const std::vector<std::string> held = key.roles_in(pack.name);
  for (const auto& [name, service] : pack.services) {
    for (const packs::PartyDef& party : service.parties) {
      for (const auto& [role, all] : party.roles) {
        if (all && holds(held, role)) return true;
      }
    }
  }
  return key.allows("audit") || key.allows("registrar");
}

bool in_divisions(const ApiKey& key, const std::vector<packs::Member>& fields, const Value& data) {
  if (key.divisions.empty()) return true;
  bool any = false;
  for (const packs::Member& field : fields) {
    if (field.type->kind != packs::Kind::place) continue;
    const std::string code = data.text_at(field.name);
    if (code.empty()) continue;
    any = true;
    for (const std::string& prefix : key.divisions) {
      if (code.starts_with(prefix)) return true;
    }
  }
  return !any;
}

}  // namespace bashu::api

#include "api/context.h"

#include <algorithm>
#include <utility>

#include "api/command_record.h"
#include "api/documents.h"
#include "api/reading.h"
#include "base/json.h"
#include "core/privacy/made_by.h"

namespace bashu::api {

namespace {

constexpr std::size_t kRootsMax = 65'536;

// Whether the key has a role that sees every case of a party this node plays here.
bool sees_all(const Principal& key, const CaseRoot& root, std::string_view own) {
  static const Value kNothing{Value::Record{}};
  const desk::CaseFacts nothing{
      .parties = &root.parties, .data = &kNothing, .parent = nullptr, .opened_by = {}};
  return desk::sight(key, *root.pack, *root.service, own, nothing) == Sight::full;
}

// One that is still there: what follows an erasure is sealed under a new one.
std::string own_sealing_key(node::Vault& vault, const Value& data, std::string_view own) {
  for (const std::string& id : node::sealing_keys(data)) {
    if (core::made_by(id, own) && vault.key(id)) return id;
  }
  return {};
}

// A key for forms in which only pseudonyms are made: the vault asks for one and seals nothing under
// it, so that a batch of taps does not make a key for every line.
std::string idle_key(Context& context) {
  const std::lock_guard lock{context.mutex};
  if (context.idle_key.empty()) {
    context.idle_key = context.node.vault().new_key(context.node.identity().party);
  }
  return context.idle_key;
}

// Why persons could not be named, with the names of those who were asked.
Problem not_named(const Context& context, const exchange::Unnamed& why) {
  Title parties;
  for (const std::string& party : why.parties) {
    const auto known = context.party_names.find(party);
    for (const char* language : {"en", "zh"}) {
      std::string& list = parties[language];
      if (!list.empty()) list += std::string_view{language} == "zh" ? "、" : ", ";
      list += known == context.party_names.end() ? party : in_language(known->second, language);
    }
  }
  using Why = exchange::Unnamed::Why;
  const char* word = "away";
  if (why.why == Why::busy) word = "busy";
  if (why.why == Why::forming) word = "forming";
  if (why.why == Why::wrong) word = "wrong";
  return unnamed(word, {{"parties", std::move(parties)}}, static_cast<int>(why.retry_s));
}

}  // namespace

std::string origin_of(Context& context, const Call& call) {
  const std::string& told = context.entrance.settings().origin;
  if (!told.empty()) return told;
  return (call.request.tls ? "https://" : "http://") + std::string{call.request.header("Host")};
}

std::expected<SeenCase, Problem> see_case(Context& context, const Call& call, std::string_view id,
                                          bool state_needed) {
  const Problem unknown = problem_of(reject(RejectCode::unknown_case, std::string{id}));
  const std::string& own = context.node.identity().party;
  if (!state_needed) {
    const std::lock_guard lock{context.mutex};
    const auto it = context.roots.find(id);
    if (it != context.roots.end() && call.key->divisions.empty() &&
        sees_all(*call.key, it->second, own)) {
      return SeenCase{.root = it->second, .sight = Sight::full, .sealing_key = {}};
    }
  }

  SeenCase seen;
  desk::CaseFacts facts;
  Value data, parent;
  std::string opened_by;
  bool found = false;
  context.node.query([&](const core::State& state) {
    const core::Case* c = state.find_case(id);
    if (!c) return;
    const auto row = state.circle().packs.find(c->pack);
    if (row == state.circle().packs.end() || !row->second.pack) return;
    seen.root.pack = row->second.pack;
    seen.root.service = packs::find(seen.root.pack->services, c->service);
    if (!seen.root.service) return;
    found = true;
    seen.root.service_name = c->service;
    seen.root.parties = c->parties;
    data = c->data;
    opened_by = c->opened_by;
    if (const core::Case* above = c->parent.empty() ? nullptr : state.find_case(c->parent)) {
      parent = above->data;
    }
  });
  if (!found) return std::unexpected{unknown};
  seen.sealing_key = own_sealing_key(context.node.vault(), data, own);
  facts.parties = &seen.root.parties;
  facts.data = &data;
  facts.parent = &parent;
  facts.opened_by = opened_by;
  const auto look = [&] {
    return desk::sight(*call.key, *seen.root.pack, *seen.root.service, own, facts);
  };
  seen.sight = look();
  if (seen.sight != Sight::full && !call.key->roles_in(seen.root.pack->name).empty()) {
    facts.acted = acted_in(*call.views, id, call.key->principal());
    seen.sight = look();
  }
  if (seen.sight == Sight::none) return std::unexpected{unknown};
  const std::lock_guard lock{context.mutex};
  if (context.roots.size() >= kRootsMax) context.roots.clear();
  context.roots.insert_or_assign(std::string{id}, seen.root);
  return seen;
}

std::expected<HeldPack, Problem> see_pack(Context& context, std::string_view name_or_digest) {
  const auto shelf = context.shelves.now();
  if (const HeldPack* held = shelf->find(name_or_digest)) return *held;
  return std::unexpected{problem_of(reject(RejectCode::unknown_pack, "pack"))};
}

std::expected<Value, Problem> seal_form(Context& context, const Call& call,
                                        const std::vector<packs::Member>& fields,
                                        const Value& given, const std::string& path,
                                        std::string_view key_id, Write& write) {
  auto form_problem = [](const std::string& where, Title why) {
    return problem_of(Reject{.code = RejectCode::form, .where = where, .why = {std::move(why)}});
  };
  if (!given.as_record()) {
    return std::unexpected{form_problem(
        path, {{"en", "A record of fields is expected."}, {"zh", "应为字段的集合。"}})};
  }
  if (const std::string where = find_sealed(given, path); !where.empty()) {
    return std::unexpected{
        form_problem(where, {{"en", "Values are sealed by the node, not by its clients."},
                             {"zh", "数值由节点加密封存，客户端不得提交密封值。"}})};
  }
  const Value form = normalised(fields, given);
  const bool open = !std::ranges::any_of(
      fields, [](const packs::Member& field) { return is_private(*field.type); });
  if (auto error = open ? std::nullopt : find_nobody(fields, form, path)) {
    return std::unexpected{form_problem(error->path, error->why)};
  }
  if (auto error = open ? std::nullopt : check_private(fields, form, path)) {
    return std::unexpected{form_problem(error->path, error->why)};
  }
  auto warnings = identifier_warnings(
      fields, form, path, {.divisions = *context.divisions, .today = context.shelves.now()->today});
  std::ranges::move(warnings, std::back_inserter(write.warnings));

  const auto has = [&](bool (*is)(const packs::Type&)) {
    return std::ranges::any_of(
        fields, [&](const packs::Member& f) { return form.find(f.name) && is(*f.type); });
  };
  if (!has(is_private)) return form;
  const std::string& own = context.node.identity().party;
  std::string key{key_id};
  const auto named = name_persons(context, node::numbers_in(fields, form));
  if (!named) return std::unexpected{named.error()};
  if (!has(needs_key)) {
    key = idle_key(context);
  } else if (key.empty()) {
    key = context.node.vault().new_key(own);
    write.new_keys.push_back(key);
  }
  Value sealed = context.node.vault().seal(fields, form, own, key, &*named);
  Handing handing{.principal = call.key->principal()};
  if (auto error = seal_documents(context, handing, fields, form, path, sealed)) {
    return std::unexpected{form_problem(error->path, error->why)};
  }
  std::ranges::move(handing.documents, std::back_inserter(write.documents));
  return sealed;
}

std::expected<node::Vault::Named, Problem> name_persons(Context& context,
                                                        const std::vector<std::string>& numbers) {
  auto named = context.pseudonyms.of(numbers);
  if (!named) return std::unexpected{not_named(context, named.error())};
  return *std::move(named);
}

std::expected<std::vector<std::string>, Problem> names_of_person(Context& context,
                                                                 const std::string& number) {
  auto names = context.pseudonyms.all_of(number);
  if (!names) return std::unexpected{not_named(context, names.error())};
  return *std::move(names);
}

std::optional<std::int64_t> recorded_ms(const Context& context, std::uint64_t position) {
  const auto entries = context.node.entries(position, 1);
  if (!entries || entries->empty()) return std::nullopt;
  return entries->front().time_ms;
}

std::string command_record(const Call& call, const core::Command& command, Value request) {
  return command_record_of(call, command, canonical_json(request));
}

}  // namespace bashu::api

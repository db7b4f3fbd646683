// What changes a case: starting it, its events, the joint act that ends a dispute; closing tasks.

#include <utility>

#include "api/clearing_forms.h"
#include "api/form_faults.h"
#include "api/handlers.h"
#include "api/identifiers.h"
#include "core/authority.h"
#include "core/circle/nodes.h"
#include "core/peers/asked_claims.h"
#include "core/told/settle.h"
#include "packs/before_sealing.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

std::expected<core::Parties, Problem> parties_member(const Value& body) {
  core::Parties parties;
  const Value* value = body.find("parties");
  if (!value) return parties;
  const Problem wrong = malformed("parties", "A party id for each party of the case is expected.",
                                  "应为办件各方对应的参与方代码。");
  if (!value->as_record()) return std::unexpected{wrong};
  for (const auto& [name, id] : *value->as_record()) {
    if (!id.as_text()) return std::unexpected{wrong};
    parties.emplace(name, *id.as_text());
  }
  return parties;
}

const Value& form_member(const Value& body) {
  static const Value kEmpty{Value::Record{}};
  const Value* with = body.find("with");
  return with ? *with : kEmpty;
}

// Which other node of a party the case belongs to; null: it is right here.
const core::PartyJoined* node_elsewhere(const Shelf& shelf, const packs::Service& service,
                                        const core::Parties& parties, const Value& form,
                                        std::string& place) {
  std::vector<std::string> codes;
  for (const core::Place& one : core::places_of(service.fields, form)) codes.push_back(one.code);
  const auto found = core::elsewhere(shelf.parties, parties, codes);
  place = found.place;
  if (found.node) return found.node;
  const auto opener = parties.find(service.start.owner);
  if (opener == parties.end() || opener->second == shelf.own) return nullptr;
  const auto node = shelf.parties.find(opener->second);
  const bool ours =
      core::party_of(shelf.parties, opener->second) == core::party_of(shelf.parties, shelf.own);
  return ours && node != shelf.parties.end() ? &node->second : nullptr;
}

// Where to go is told as the core would, and as members for who follows it.
std::optional<Problem> misdirected(const Shelf& shelf, const packs::Service& service,
                                   const core::Parties& parties, const Value& form) {
  std::string place;
  const core::PartyJoined* const node = node_elsewhere(shelf, service, parties, form, place);
  if (!node) return std::nullopt;
  const std::string key = place.empty() ? "api.opened_elsewhere" : "refusal.opened_elsewhere";
  Problem problem = problem_of(Reject{
      .code = RejectCode::elsewhere,
      .where = {},
      .why = {texts::title(key, {{"place", place}, {"node", node->party}, {"site", node->site}})}});
  problem.more["node"] = node->party;
  if (!node->site.empty()) problem.more["site"] = node->site;
  return problem;
}

// Offices know each other's pseudonyms and may hand them on; an applicant names a person.
std::optional<Problem> foreign_pseudonym(const Call& call, const packs::Pack& pack,
                                         const std::vector<packs::Member>& fields,
                                         const Value& form) {
  if (desk::is_office(*call.key, pack)) return std::nullopt;
  std::string where = find_pseudonym(fields, form, "with");
  if (where.empty()) return std::nullopt;
  return problem_of(Reject{.code = RejectCode::form,
                           .where = std::move(where),
                           .why = {texts::title("desk.pseudonym")}});
}

// With what the node works out before the form is sealed. All that is wrong with the form is noted
// for who reads it.
std::expected<Value, Problem> worked_out(Context& context, const packs::Pack& pack,
                                         const packs::Service& service,
                                         const std::vector<std::string>& form, const Value& given,
                                         Write& write) {
  write.faults = form_faults(service, packs::asked(service, form), given);
  if (service.before_sealing.empty()) return given;
  auto told = packs::with_worked_out(pack, service, normalised(service.fields, given),
                                     context.shelves.now()->today);
  if (told) return *std::move(told);
  Problem problem = problem_of(Reject{.code = RejectCode::form,
                                      .where = std::move(told.error().path),
                                      .why = {std::move(told.error().why)}});
  tell_all(problem, write.faults);
  return std::unexpected{std::move(problem)};
}

// The request as it may be kept: with the form sealed, and with what the node computed for it.
Value sealed_request(const Value& body, const Value& form) {
  Value request = body;
  const bool computed = form.as_record() && !form.as_record()->empty();
  if (body.find("with") || computed) request.as_record()->insert_or_assign("with", form);
  return request;
}

}  // namespace

Prepared start_case(Context& context, const Call& call) {
  const auto body = json_body(call, {"pack", "service", "role", "parties", "parent", "with"});
  if (!body) return std::unexpected{body.error()};
  const auto parent = text_member(*body, "parent", false);
  if (!parent) return std::unexpected{parent.error()};
  const auto pack = text_member(*body, "pack", parent->empty());
  if (!pack) return std::unexpected{pack.error()};
  const auto service = text_member(*body, "service");
  if (!service) return std::unexpected{service.error()};
  const auto role = text_member(*body, "role");
  if (!role) return std::unexpected{role.error()};
  auto parties = parties_member(*body);
  if (!parties) return std::unexpected{parties.error()};

  packs::PackPtr of;
  std::string named = *pack;
  if (parent->empty()) {
    const auto held = see_pack(context, *pack);
    if (!held) return std::unexpected{held.error()};
    of = held->pack;
    // By digest, so that what was sealed here is what is decided; a pack that is not in force is
    // left to decide, which says so.
    if (held->in_force) named = of->digest;
    const auto shelf = context.shelves.now();
    if (const HeldPack* agreed = shelf->agreed(*pack, *parties)) {
      of = agreed->pack;
      named = of->digest;
    }
  } else {
    const auto seen = see_case(context, call, *parent, false);
    if (!seen) return std::unexpected{seen.error()};
    of = seen->root.pack;
  }
  const packs::Service* def = packs::find(of->services, *service);
  if (!def) {
    return std::unexpected{problem_of(reject(RejectCode::unknown_service, "service"))};
  }
  if (auto odd = foreign_pseudonym(call, *of, def->fields, form_member(*body))) {
    return std::unexpected{std::move(*odd)};
  }
  if (parent->empty()) {
    const auto shelf = context.shelves.now();
    if (auto there = misdirected(*shelf, *def, *parties, form_member(*body))) {
      return std::unexpected{std::move(*there)};
    }
  }
  const ClearingForm clears{.pack = of,
                            .service = *service,
                            .id = *parent,
                            .starts = true,
                            .form = def->start.event.form};
  const auto given = with_computed(context, call, clears, form_member(*body));
  if (!given) return std::unexpected{given.error()};
  Write write;
  write.warnings = clearing_warnings(context, call, clears, *given);
  const auto told = worked_out(context, *of, *def, def->start.event.form, *given, write);
  if (!told) return std::unexpected{told.error()};
  auto form = seal_form(context, call, def->fields, *told, "with", {}, write);
  if (!form) {
    tell_all(form.error(), write.faults);
    return std::unexpected{form.error()};
  }
  if (!desk::may_begin(*call.key, *def, *role, {.data = &*form})) {
    return std::unexpected{forbidden(texts::text("en", "desk.not_your_subject"),
                                     texts::text("zh", "desk.not_your_subject"))};
  }
  write.office = desk::is_office(*call.key, *of);
  write.request = sealed_request(*body, *form);
  write.status = 201;
  write.command = core::StartCase{.by = asker(call, call.key->roles_in(of->name)),
                                  .pack = std::move(named),
                                  .service = *service,
                                  .role = *role,
                                  .parties = std::move(*parties),
                                  .parent = core::CaseId{*parent},
                                  .id = {},
                                  .with = std::move(*form)};
  return write;
}

Prepared fire_event(Context& context, const Call& call) {
  const auto body = json_body(call, {"role", "version", "with"});
  if (!body) return std::unexpected{body.error()};
  auto role = text_member(*body, "role");
  if (!role) return std::unexpected{role.error()};
  // Who asks from another party may name the role as choices and the document do: `party.role`.
  role->erase(0, role->rfind('.') + 1);
  std::optional<std::int64_t> version;
  if (const Value* value = body->find("version")) {
    if (!value->as_int()) {
      return std::unexpected{malformed("version", "A whole number is expected.", "应为整数。")};
    }
    version = *value->as_int();
  }
  const std::string& id = call.part("id");
  auto seen = see_case(context, call, id, false);
  if (!seen) return std::unexpected{seen.error()};
  const std::vector<packs::Member>& fields = seen->root.service->fields;
  bool seals = false;
  for (const packs::Member& field : fields) {
    seals = seals || (is_private(*field.type) && form_member(*body).find(field.name));
  }
  if (seals) {
    seen = see_case(context, call, id, true);
    if (!seen) return std::unexpected{seen.error()};
  }
  if (seen->sight != Sight::full) {
    return std::unexpected{forbidden("An auditor changes nothing.", "审计人员不得更改。")};
  }
  if (auto odd = foreign_pseudonym(call, *seen->root.pack, fields, form_member(*body))) {
    return std::unexpected{std::move(*odd)};
  }
  Write write;
  const packs::Service& service = *seen->root.service;
  const std::vector<std::string> asked = form_of(service, call.part("event"));
  const auto given = with_computed(context, call,
                                   {.pack = seen->root.pack,
                                    .service = seen->root.service_name,
                                    .id = id,
                                    .starts = false,
                                    .form = asked,
                                    .event = call.part("event")},
                                   form_member(*body));
  if (!given) return std::unexpected{given.error()};
  const auto told = worked_out(context, *seen->root.pack, service, asked, *given, write);
  if (!told) return std::unexpected{told.error()};
  auto form = seal_form(context, call, fields, *told, "with", seen->sealing_key, write);
  if (!form) {
    tell_all(form.error(), write.faults);
    return std::unexpected{form.error()};
  }
  write.request = sealed_request(*body, *form);
  write.office = desk::is_office(*call.key, *seen->root.pack);
  write.command = core::FireEvent{.by = asker(call, call.key->roles_in(seen->root.pack->name)),
                                  .id = core::CaseId{id},
                                  .event = call.part("event"),
                                  .role = *role,
                                  .version = version,
                                  .with = std::move(*form)};
  return write;
}

Prepared settle_case(Context& context, const Call& call) {
  auto body = json_body(call, {"content", "note"});
  if (!body) return std::unexpected{body.error()};
  const auto content = text_member(*body, "content");
  if (!content) return std::unexpected{content.error()};
  const auto note = text_member(*body, "note");
  if (!note) return std::unexpected{note.error()};
  const auto seen = see_case(context, call, call.part("id"), false);
  if (!seen) return std::unexpected{seen.error()};
  // A joint act is signed by an office, not by whoever began the case.
  if (seen->sight != Sight::full || !desk::is_office(*call.key, *seen->root.pack)) {
    return std::unexpected{forbidden("A dispute is settled by an office of a party of the case.",
                                     "争议须由办件一方的机关签署处理。")};
  }
  // What looks it up and compares it is the node (api/claims.h).
  if (core::claims_act(*content)) {
    return std::unexpected{malformed("content", "The digest of a step, or `case:` and a case.",
                                     "应为步骤的摘要，或 `case:` 加办件编号。")};
  }
  if (note->size() > core::told::Settle::kNoteMax) {
    return std::unexpected{malformed("note", "At most 2,000 bytes.", "不得超过 2000 字节。")};
  }
  Write write;
  write.office = true;
  write.command = core::SignSettlement{.by = officer(call, seen->root.pack->name),
                                       .id = core::CaseId{call.part("id")},
                                       .content = *content,
                                       .note = *note};
  write.request = std::move(*body);
  return write;
}

Prepared close_task(Context& context, const Call& call) {
  std::int64_t number = 0;
  for (const char c : call.part("number")) {
    if (c < '0' || c > '9' || number > 1'000'000'000'000) return std::unexpected{not_found()};
    number = number * 10 + (c - '0');
  }
  // Who holds one of the task's roles in its pack may close it; exceptions, also an administrator.
  std::vector<std::string> roles;
  std::string id;
  bool found = false;
  context.node.query([&](const core::State& state) {
    const core::Task* task = state.find_task(number);
    if (!task) return;
    found = true;
    id = task->id;
    const core::Case* c = state.find_case(task->id);
    const auto row = c ? state.circle().packs.find(c->pack) : state.circle().packs.end();
    const bool known = row != state.circle().packs.end() && row->second.pack;
    roles = call.key->roles_in(known ? row->second.pack->name : std::string{});
  });
  if (!found) return std::unexpected{not_found()};
  // A task is of its case: who may not see that does not learn that there is a task.
  if (!desk::may_everywhere(*call.key, "admin") && !id.empty()) {
    const auto seen = see_case(context, call, id, false);
    if (!seen || seen->sight != Sight::full) return std::unexpected{not_found()};
  }
  Write write;
  write.command = core::CloseTask{.by = asker(call, std::move(roles)), .number = number};
  if (call.key->allows("admin")) {
    std::get<core::CloseTask>(write.command).by.roles.emplace_back("admin");
  }
  write.request = Value::Record{};
  return write;
}

}  // namespace bashu::api

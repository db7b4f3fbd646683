// Parties, packs, calendars; imports into registers; feeds.

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "core/decider.h"
#include "core/rows.h"
#include "packs/load.h"

namespace bashu::core {

namespace {

std::unexpected<Reject> refused(RejectCode code, std::string where, std::string en,
                                std::string zh) {
  return std::unexpected{reject(code, std::move(where), std::move(en), std::move(zh))};
}

bool holds_role(const Asker& by, std::string_view role) {
  return std::find(by.roles.begin(), by.roles.end(), role) != by.roles.end();
}

Value adoption_body(const packs::Pack& pack, Date from) {
  Value::Record body;
  body["digest"] = pack.digest;
  body["name"] = pack.name;
  body["version"] = pack.version;
  body["from"] = from.text();
  return Value{std::move(body)};
}

}  // namespace

Result Decider::adopt_pack(const AdoptPack& command) {
  const auto source = parse_json(command.source, packs::kSourceLimits);
  if (!source) {
    return refused(RejectCode::malformed, "source", "The pack is not JSON: " + source.error().code,
                   "业务包不是合法 JSON");
  }
  const auto loaded = packs::load(*source);
  if (!loaded.pack) {
    Reject why{.code = RejectCode::form, .where = "source", .why = {}};
    for (const Finding& finding : loaded.findings) {
      if (!finding.note && why.why.size() < 20) {
        const std::string words = finding.path + ": " + finding.text;
        why.why.push_back({{"en", words}, {"zh", words}});
      }
    }
    return std::unexpected{std::move(why)};
  }
  const packs::Pack& pack = *loaded.pack;
  const auto& rows = draft_.circle().packs;
  const auto row = rows.find(pack.digest);
  if (row != rows.end() && row->second.pack && row->second.adopted.contains(self())) return {};
  draft_.decide(PackAdopted{.party = self(),
                            .digest = pack.digest,
                            .from = command.from,
                            .source = canonical_json(*source)});
  std::vector<PartyId> others;
  for (const auto& [party, joined] : draft_.circle().parties) {
    if (party != self() && joined.member) others.push_back(party);
  }
  for (const PartyId& party : others) {
    if (auto ok = queue(party, "pack.adopt", {}, {}, adoption_body(pack, command.from)); !ok) {
      return ok;
    }
    // They may have adopted it before us: then they lack what we keep.
    share_registers_with(party, pack.name);
  }
  release_held(std::string_view{pack.digest}.substr(7));
  return {};
}

void Decider::share_registers_with(const PartyId& party, std::string_view pack_name) {
  packs::PackPtr pack;
  bool adopted = false;
  for (const auto& [digest, row] : draft_.circle().packs) {
    if (!row.pack || row.pack->name != pack_name || !row.adopted.contains(self())) continue;
    adopted = adopted || row.adopted.contains(party);
    if (!pack || row.pack->version > pack->version) pack = row.pack;
  }
  if (!pack || !adopted) return;
  share_all(*pack, party);
}

void Decider::share_record(const packs::Pack& pack, const RecordPut& put,
                           const std::vector<PartyId>& except) {
  const std::vector<PartyId> others = adopters(pack, except);
  if (others.empty()) return;
  Value::Record item;
  item["register"] = put.reg.substr(put.reg.find('/') + 1);
  item["key"] = put.key;
  item["keeper"] = put.keeper;
  item["side"] = put.side;
  item["fields"] = put.fields;
  item["on"] = put.on.text();
  Value::List sides;
  for (const PartyId& side : put.sides) sides.emplace_back(side);
  item["sides"] = std::move(sides);
  for (const PartyId& party : others) queue_item(pack, party, Value{item});
}

std::vector<PartyId> Decider::members() const {
  std::vector<PartyId> all;
  for (const auto& [party, joined] : draft_.circle().parties) {
    if (joined.member) all.push_back(party);
  }
  if (all.empty()) all.push_back(self());
  return all;
}

// Who adopted a pack of this name, but for us and those told otherwise.
std::vector<PartyId> Decider::adopters(const packs::Pack& pack,
                                       const std::vector<PartyId>& told) const {
  std::vector<PartyId> others;
  for (const PartyId& party : members()) {
    if (party == self() || std::find(told.begin(), told.end(), party) != told.end()) continue;
    for (const auto& [digest, row] : draft_.circle().packs) {
      if (!row.pack || row.pack->name != pack.name || !row.adopted.contains(party)) continue;
      others.push_back(party);
      break;
    }
  }
  return others;
}

void Decider::share_edition(const packs::Pack& pack, const EditionPublished& edition,
                            const std::vector<PartyId>& told) {
  Value::Record item;
  item["register"] = edition.reg.substr(edition.reg.find('/') + 1);
  item["edition"] = edition.name;
  item["number"] = edition.number;
  item["on"] = edition.on.text();
  Value::List entries;
  for (const auto& [key, entry] : edition.entries) entries.push_back(entry);
  item["entries"] = std::move(entries);
  for (const PartyId& party : adopters(pack, told)) queue_item(pack, party, Value{item});
}

// All that this node keeps, or speaks for, in the shared registers of a pack: for a newcomer.
void Decider::share_all(const packs::Pack& pack, const PartyId& party) {
  const auto shared = [&](const RegisterId& id) -> const packs::Register* {
    if (!id.starts_with(pack.name + "/")) return nullptr;
    const auto* reg =
        packs::find(pack.registers, std::string_view{id}.substr(pack.name.size() + 1));
    return reg && reg->kept == packs::Kept::shared ? reg : nullptr;
  };
  state_->each_record([&](const RegisterId& id, const std::string& key, const Record& record) {
    const auto* reg = shared(id);
    if (!reg || reg->editions) return;
    Value::Record fields;
    Value::List sides;
    for (const packs::Member& member : reg->record->members) {
      const Value* value = record.fields.find(member.name);
      if (!value) continue;
      if (!member.type->sided) {
        if (record.keeper == self()) fields[member.name] = *value;
        continue;
      }
      const Value* own = value->find(self());
      fields[member.name] = own ? *own : Value{};
      if (sides.empty() && value->as_record()) {
        for (const auto& [side, said] : *value->as_record()) sides.emplace_back(side);
      }
    }
    if (fields.empty()) return;
    Value::Record item;
    item["register"] = id.substr(pack.name.size() + 1);
    item["key"] = key;
    item["keeper"] = record.keeper;
    item["side"] = self();
    item["fields"] = std::move(fields);
    item["on"] = record.on.text();
    item["sides"] = std::move(sides);
    queue_item(pack, party, Value{std::move(item)});
  });
  state_->each_edition([&](const RegisterId& id, const PartyId& keeper, const std::string& name,
                           const Edition& edition) {
    if (!shared(id) || keeper != self()) return;
    EditionPublished whole{.reg = id,
                           .keeper = keeper,
                           .name = name,
                           .number = edition.number,
                           .on = edition.on,
                           .entries = {},
                           .id = {}};
    for (const std::string& key : edition.keys) {
      Value entry = state_->find_record(id, key)->fields;
      entry.as_record()->erase("key");
      entry.as_record()->erase("edition");
      whole.entries.emplace_back(key, std::move(entry));
    }
    std::vector<PartyId> told = members();
    std::erase(told, party);
    share_edition(pack, whole, told);
  });
}

void Decider::take_shared(Decider& inner) {
  for (auto& [to, items] : inner.shared_) {
    auto& ours = shared_[to];
    std::move(items.begin(), items.end(), std::back_inserter(ours));
  }
  inner.shared_.clear();
}

void Decider::queue_item(const packs::Pack& pack, const PartyId& party, Value item) {
  auto& batch = shared_[{party, pack.digest}];
  batch.push_back(std::move(item));
}

// Items collected in a decision travel together, at most 200 to a message.
Result Decider::flush_shared() {
  constexpr std::size_t kItemsMax = 200;
  constexpr std::size_t kBytesMax = 600'000;
  for (auto& [to, items] : shared_) {
    Value::List batch;
    std::size_t bytes = 0;
    const auto send = [&]() -> Result {
      if (batch.empty()) return {};
      Value::Record body;
      body["items"] = std::move(batch);
      batch = {};
      bytes = 0;
      return queue(to.first, "register.shared", {}, to.second, Value{std::move(body)});
    };
    for (Value& item : items) {
      const std::size_t size = canonical_json(item).size();
      if (batch.size() >= kItemsMax || bytes + size > kBytesMax) {
        if (auto ok = send(); !ok) return ok;
      }
      bytes += size;
      batch.push_back(std::move(item));
    }
    if (auto ok = send(); !ok) return ok;
  }
  shared_.clear();
  return {};
}

Result Decider::adopt_record(const AdoptRecord& command) {
  const RecordSigned& record = command.record;
  const std::string name = record.party.empty() ? record.what : record.what + "/" + record.party;
  const auto& records = draft_.circle().records;
  const auto known = records.find(name + "/" + std::to_string(record.edition));
  if (known != records.end()) {
    if (known->second == record.bytes) return {};
    return refused(RejectCode::chain, "edition", "Another record of that edition is held",
                   "已有该版次的其他记录");
  }
  if (record.edition > 1 && !records.contains(name + "/" + std::to_string(record.edition - 1))) {
    return refused(RejectCode::chain, "edition", "The edition before is missing", "缺少上一版次");
  }
  std::vector<PartyId> newcomers;
  draft_.decide(record);
  for (const PartyJoined& party : command.parties) {
    const auto before = draft_.circle().parties.find(party.party);
    if (before == draft_.circle().parties.end() && party.member && party.party != self()) {
      newcomers.push_back(party.party);
    }
    draft_.decide(party);
  }
  // A newcomer hears what is in force here.
  std::vector<std::pair<packs::PackPtr, Date>> adopted;
  for (const auto& [digest, row] : draft_.circle().packs) {
    const auto own = row.adopted.find(self());
    if (row.pack && own != row.adopted.end()) adopted.emplace_back(row.pack, own->second);
  }
  for (const PartyId& party : newcomers) {
    for (const auto& [pack, from] : adopted) {
      if (auto ok = queue(party, "pack.adopt", {}, {}, adoption_body(*pack, from)); !ok) return ok;
    }
  }
  return {};
}

// A calendar corrected after deadlines were computed: one decision that moves them.
Result Decider::set_calendar(const SetCalendar& command) {
  const auto known = draft_.circle().calendars.find(command.calendar.party);
  if (known != draft_.circle().calendars.end() &&
      command.calendar.version <= known->second.version) {
    return refused(RejectCode::chain, "version",
                   "The calendar held is version " + std::to_string(known->second.version),
                   "已有日历版本 " + std::to_string(known->second.version));
  }
  draft_.decide(command.calendar);
  // Of those it holds and of those it observes: the breach will be told with the new days.
  const PartyId& whose = command.calendar.party;
  std::vector<CaseId> running;
  state_->each_case([&](const Case& c) { running.push_back(c.id); });
  for (const CaseId& id : running) {
    const auto of = definition(*draft_.find_case(id));
    if (of && owner(*draft_.find_case(id), *of) == whose)
      update_clocks(id, *of, {}, whose);  // none runs in a final state
  }
  return {};
}

Result Decider::put_records(const PutRecords& command, Decision* decision) {
  packs::PackPtr pack;
  for (const auto& [digest, row] : draft_.circle().packs) {
    if (!row.pack || !row.adopted.contains(self())) continue;
    if (digest != command.pack && row.pack->name != command.pack) continue;
    if (!pack || row.pack->version > pack->version) pack = row.pack;
  }
  if (!pack) {
    return refused(RejectCode::unknown_pack, "pack",
                   "No pack " + command.pack + " is in force here",
                   "本节点没有生效的业务包 " + command.pack);
  }
  const auto* reg = packs::find(pack->registers, command.reg);
  if (!reg) {
    return refused(RejectCode::unknown_register, "register",
                   "The pack has no register " + command.reg, "业务包中没有登记册 " + command.reg);
  }
  if (reg->editions) {
    return refused(RejectCode::form, "register", command.reg + " changes only by an edition",
                   command.reg + " 只能以版次整体变更");
  }
  if (!holds_role(command.by, "registrar")) {
    return refused(RejectCode::role, "role", "Only a registrar may fill a register",
                   "只有登记员可以导入登记册");
  }
  // A record that does not name its sides waits for all among whom the pack is in force.
  std::vector<PartyId> sides = adopters(*pack, {});
  sides.push_back(self());
  std::int64_t taken = 0;
  std::int64_t known = 0;
  for (std::size_t i = 0; i < command.records.size(); ++i) {
    const Value& record = command.records[i];
    const auto refuse = [&](Reject why) {
      decision->refused.push_back({.line = i, .why = std::move(why)});
    };
    if (!record.as_record()) {
      refuse(form_reject("", "A record is expected", "应为一条记录"));
      continue;
    }
    std::string missing;
    for (const std::string& field : reg->key) {
      const Value* part = record.find(field);
      if (!part || !(part->as_text() || part->as_int())) missing = field;
    }
    if (!missing.empty()) {
      refuse(form_reject(missing, "A field of the key is missing", "缺少关键字段"));
      continue;
    }
    // Sided fields may come as {party: value}; only this side's own may be spoken for. A party
    // named there is a side of the record.
    Value::Record fields = *record.as_record();
    std::vector<PartyId> named;
    std::optional<Reject> wrong;
    for (auto& [name, value] : fields) {
      const packs::Type* type = reg->record->member(name);
      if (!type || !type->sided || !value.as_record()) continue;
      Value own;
      for (const auto& [party, said] : *value.as_record()) {
        if (std::find(named.begin(), named.end(), party) == named.end()) named.push_back(party);
        if (party == self()) {
          own = said;
        } else if (!said.is_null()) {
          wrong = reject(RejectCode::not_keeper, name, "Only " + party + " can say this",
                         "只能由 " + party + " 填报");
        }
      }
      value = own;
    }
    if (wrong) {
      refuse(std::move(*wrong));
      continue;
    }
    for (auto it = fields.begin(); it != fields.end();) {
      const packs::Type* type = reg->record->member(it->first);
      const bool silent = type && it->second.is_null() && (type->optional || type->sided);
      it = silent ? fields.erase(it) : std::next(it);
    }
    const std::string key = reg->key_of(record);
    const std::string reg_id = pack->name + "/" + command.reg;
    const Record* there = draft_.find_record(reg_id, key);
    auto allowed = within(command.by, reg->record->members, record, "");
    if (allowed && there) allowed = within(command.by, reg->record->members, there->fields, "");
    if (!allowed) {
      refuse(std::move(allowed.error()));
      continue;
    }
    if (there) {
      bool same = true;
      for (const auto& [name, value] : fields) {
        const packs::Type* type = reg->record->member(name);
        const Value* old = there->fields.find(name);
        if (old && type && type->sided) old = old->find(self());
        same = same && old && *old == value;
      }
      if (same) {
        ++known;
        continue;
      }
      // Another keeper's record is not changed by repeating what it says, such as its key.
      if (there->keeper != self()) {
        std::erase_if(fields, [&](const auto& field) {
          const packs::Type* type = reg->record->member(field.first);
          const Value* old = there->fields.find(field.first);
          return type && !type->sided && old && *old == field.second;
        });
      }
    } else {
      std::string absent;
      for (const packs::Member& member : reg->record->members) {
        if (!member.type->optional && !member.type->sided && !fields.contains(member.name)) {
          absent = member.name;
        }
      }
      if (!absent.empty()) {
        refuse(form_reject(absent, "This field is required", "此字段必填"));
        continue;
      }
    }
    Draft inner{&draft_};
    Decider decider{inner, moment_, budget_, state_};
    const PutDone what{
        .reg = command.reg, .key = key, .fields = Value{std::move(fields)}, .sides = named};
    if (auto ok = decider.put({}, *pack, what, self(), sides, {}, true); !ok) {
      refuse(std::move(ok.error()));
      continue;
    }
    accept(inner, decider);
    ++taken;
  }
  Value::Record answer;
  answer["taken"] = taken;
  answer["known"] = known;
  answer["refused"] = static_cast<std::int64_t>(decision->refused.size());
  decision->answer = Value{std::move(answer)};
  return {};
}

Result Decider::post_feed(const PostFeed& command, Decision* decision) {
  packs::PackPtr pack;
  for (const auto& [digest, row] : draft_.circle().packs) {
    const auto own = row.adopted.find(self());
    if (!row.pack || own == row.adopted.end() || own->second > moment_.today) continue;
    if (digest != command.pack && row.pack->name != command.pack) continue;
    if (!pack || row.pack->version > pack->version) pack = row.pack;
  }
  if (!pack) {
    return refused(RejectCode::unknown_pack, "pack",
                   "No pack " + command.pack + " is in force here",
                   "本节点没有生效的业务包 " + command.pack);
  }
  const auto* feed = packs::find(pack->feeds, command.feed);
  if (!feed) {
    return refused(RejectCode::unknown_feed, "feed", "The pack has no feed " + command.feed,
                   "业务包中没有数据流 " + command.feed);
  }
  const bool may = std::find(feed->by.begin(), feed->by.end(), command.role) != feed->by.end() &&
                   holds_role(command.by, command.role);
  if (!may) {
    return refused(RejectCode::role, "role", "The role " + command.role + " may not use this feed",
                   "角色 " + command.role + " 无权使用该数据流");
  }
  const std::string feed_id = pack->name + "/" + command.feed;
  FeedTaken taken{.feed = feed_id, .lines = {}};
  taken.lines.reserve(command.lines.size());
  CaseScope scope{draft_, *pack, nullptr, nullptr, nullptr, moment_.today, self()};
  FeedBatch batch{.decider = *this,
                  .by = command.by,
                  .pack = *pack,
                  .feed = *feed,
                  .feed_id = feed_id,
                  .scope = scope,
                  .branch = {},
                  .sides = {},
                  .transfer = nullptr};
  batch.branch.effects = feed->effects;
  if (feed->effects.size() == 1 && !feed->effects[0].each && !feed->effects[0].only_if) {
    batch.transfer = std::get_if<packs::Move>(&feed->effects[0].what);
  }
  batch.sides = adopters(*pack, {});
  batch.sides.push_back(self());
  std::int64_t known = 0;
  for (std::size_t i = 0; i < command.lines.size(); ++i) {
    auto line = batch.line(command.lines[i]);
    if (!line) {
      decision->refused.push_back({.line = i, .why = std::move(line.error())});
    } else if (!*line) {
      ++known;
    } else {
      taken.lines.push_back(std::move(**line));
    }
  }
  Value::Record answer;
  answer["taken"] = static_cast<std::int64_t>(taken.lines.size());
  answer["known"] = known;
  answer["refused"] = static_cast<std::int64_t>(decision->refused.size());
  decision->answer = Value{std::move(answer)};
  if (taken.lines.empty()) return {};
  draft_.note(std::move(taken));  // its changes were made line by line
  return {};
}

// One line: form, key, guard, effects; nothing of it stays if it fails. nullopt: known already.
std::expected<std::optional<FeedLine>, Reject> FeedBatch::line(const Value& value) {
  if (auto error = packs::check(*feed.line, value, "")) {
    return std::unexpected{
        Reject{.code = RejectCode::form, .where = error->path, .why = {error->why}}};
  }
  if (auto ok = Decider::within(by, feed.line->members, value, ""); !ok) {
    return std::unexpected{std::move(ok.error())};
  }
  FeedLine done;
  if (const Value* only = feed.key.size() == 1 ? value.find(feed.key[0]) : nullptr) {
    done.key = packs::join_key({only, 1});
  } else {
    Value::List parts;
    for (const std::string& name : feed.key) {
      const Value* part = value.find(name);
      parts.push_back(part ? *part : Value{""});
    }
    done.key = packs::join_key(parts);
  }
  Draft& draft = decider.draft_;
  if (draft.feed_key_taken(feed_id, done.key)) return std::nullopt;

  scope.set_root("line", &value);
  if (feed.when) {
    const auto passes = packs::evaluate_bool(*feed.when, scope);
    if (!passes || !*passes) {
      Reject why{.code = RejectCode::guard, .where = {}, .why = {feed.why}};
      if (!passes) why.why.push_back({{"en", passes.error().text}, {"zh", passes.error().text}});
      return std::unexpected{std::move(why)};
    }
  }
  auto ok = transfer ? post_transfer(done) : carry_out(done);
  if (!ok) return std::unexpected{std::move(ok.error())};
  draft.take_feed_key(feed_id, done.key);
  return done;
}

Result FeedBatch::post_transfer(FeedLine& done) {
  auto move = compute_move(pack, *transfer, scope);
  if (!move) {
    return std::unexpected{
        reject(RejectCode::error, "do[0]", move.error().text, "表达式出错：" + move.error().text)};
  }
  if (!*move) return {};
  // A refusal of `post` leaves nothing if the floor is asked first.
  if (auto ok = decider.check_move(pack, **move); !ok) return ok;
  Posted& posted = done.postings.emplace_back(Posted{.id = {},
                                                     .from = std::move((*move)->from),
                                                     .to = std::move((*move)->to),
                                                     .amount = (*move)->amount,
                                                     .on = (*move)->on});
  post(decider.draft_, posted);
  return {};
}

Result FeedBatch::carry_out(FeedLine& done) {
  const Definition of{.pack = packs::PackPtr{packs::PackPtr{}, &pack}, .service = nullptr};
  static const Case kNoCase;
  const PartyId& self = decider.self();
  std::map<std::string, std::int64_t> kids;
  std::vector<EffectDone> effects;
  for (std::size_t n = 0; n < feed.effects.size(); ++n) {
    auto some = decider.compute_effect(of, kNoCase, branch, static_cast<std::int64_t>(n), scope,
                                       self, &kids);
    if (!some) {
      return std::unexpected{reject(RejectCode::error, "do[" + std::to_string(n) + "]",
                                    some.error().text, "表达式出错：" + some.error().text)};
    }
    std::move(some->begin(), some->end(), std::back_inserter(effects));
  }
  Draft& draft = decider.draft_;
  Draft inner{&draft};
  Decider trial{inner, decider.moment_, decider.budget_, decider.state_};
  for (const EffectDone& effect : effects) {
    Result ok;
    if (const auto* move = std::get_if<MoveDone>(&effect.what)) {
      ok = trial.post({}, pack, *move, true);
    } else if (const auto* edition = std::get_if<EditionDone>(&effect.what)) {
      ok = trial.publish({}, pack, *edition, self, true);
    } else {
      ok = trial.put({}, pack, std::get<PutDone>(effect.what), self, sides, {}, true);
    }
    if (!ok) return ok;
  }
  decider.take_shared(trial);
  for (Event& event : inner.take_events()) {
    core::apply(draft, event);
    if (auto* posted = std::get_if<Posted>(&event)) done.postings.push_back(std::move(*posted));
    if (auto* record = std::get_if<RecordPut>(&event)) done.records.push_back(std::move(*record));
    if (std::holds_alternative<EditionPublished>(event)) draft.note(std::move(event));
  }
  return {};
}

Result Decider::close_task(const CloseTask& command) {
  const Task* task = draft_.find_task(command.number);
  if (!task) {
    return refused(RejectCode::not_found, "task", "There is no open task of that number",
                   "没有该编号的待办");
  }
  if (!task->roles.empty() &&
      std::none_of(task->roles.begin(), task->roles.end(),
                   [&](const std::string& role) { return holds_role(command.by, role); })) {
    return refused(RejectCode::role, "task", "The task is for other roles", "该待办属于其他角色");
  }
  if (auto ok = within(command.by, task->id); !ok) return ok;
  draft_.decide(TaskClosed{.number = command.number});
  return {};
}

}  // namespace bashu::core

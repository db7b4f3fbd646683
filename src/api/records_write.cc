// Batches: postings by a feed, and registers filled by import.

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "api/handlers.h"
#include "api/identifiers.h"
#include "core/circle/nodes.h"
#include "core/feeds/content.h"

namespace bashu::api {

namespace {

constexpr std::size_t kBatchMax = 10'000;

std::expected<const Value::List*, Problem> batch(const Value& body, std::string_view name) {
  const Value* value = body.find(name);
  if (!value || !value->as_list() || value->as_list()->empty() ||
      value->as_list()->size() > kBatchMax) {
    return std::unexpected{malformed(std::string{name}, "A list of 1 to 10,000 is expected.",
                                     "应为 1 至 10,000 项的列表。")};
  }
  return value->as_list();
}

bool has_private(const packs::Type& type) {
  return std::ranges::any_of(type.members,
                             [](const packs::Member& field) { return is_private(*field.type); });
}

// Each line sealed under a key of its own, so that one person's can be forgotten alone. One that
// cannot be sealed goes on as nothing, which the core refuses, and is told what is wrong with it.
// All persons are named at once, or nothing of it goes on.
std::expected<std::vector<Value>, Problem> seal_lines(Context& context, const Call& call,
                                                      const packs::Type& type,
                                                      const Value::List& lines,
                                                      const std::string& name, Write& write) {
  if (has_private(type)) {
    std::vector<std::string> numbers;
    for (const Value& line : lines) {
      std::ranges::move(node::numbers_in(type.members, normalised(type.members, line)),
                        std::back_inserter(numbers));
    }
    if (const auto named = name_persons(context, numbers); !named) {
      return std::unexpected{named.error()};
    }
  }
  std::vector<Value> sealed;
  sealed.reserve(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string path = name + "[" + std::to_string(i) + "]";
    auto line = seal_form(context, call, type.members, lines[i], path, {}, write);
    if (!line) std::ranges::move(line.error().errors, std::back_inserter(write.faults));
    sealed.push_back(line ? std::move(*line) : Value{});
  }
  return sealed;
}

// Where each line goes that another node of this party decides.
std::map<std::size_t, Value::Record> ways(const Shelf& shelf, const packs::Type& type,
                                          const std::vector<Value>& lines) {
  std::map<std::size_t, Value::Record> ways;
  if (!core::has_other_nodes(shelf.parties, shelf.own)) return ways;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto [place, node] = core::misplaced(shelf.parties, shelf.own, type.members, lines[i]);
    if (!node) continue;
    Value::Record& way = ways[i];
    way["node"] = node->party;
    if (!node->site.empty()) way["site"] = node->site;
  }
  return ways;
}

// The request as it goes into the journal: its lines sealed, if any of them can hold a secret.
Value as_told(Value body, const std::string& name, const packs::Type& type,
              const std::vector<Value>& sealed) {
  if (has_private(type)) body.as_record()->insert_or_assign(name, Value{Value::List{sealed}});
  return body;
}

}  // namespace

bool small_feed(Context& context, const Call& call) {
  constexpr std::size_t kBytesMax = 4'096;
  if (call.request.body.size() > kBytesMax) return false;
  const auto shelf = context.shelves.recent();
  const HeldPack* held = shelf ? shelf->find(call.part("pack")) : nullptr;
  const packs::Feed* feed = held ? packs::find(held->pack->feeds, call.part("feed")) : nullptr;
  return feed && !has_private(*feed->line);
}

Prepared post_feed(Context& context, const Call& call) {
  auto body = json_body(call, {"role", "lines"});
  if (!body) return std::unexpected{body.error()};
  const auto role = text_member(*body, "role");
  if (!role) return std::unexpected{role.error()};
  const auto lines = batch(*body, "lines");
  if (!lines) return std::unexpected{lines.error()};
  const auto held = see_pack(context, call.part("pack"));
  if (!held) return std::unexpected{held.error()};
  const packs::Feed* feed = packs::find(held->pack->feeds, call.part("feed"));
  if (!feed) return std::unexpected{problem_of(reject(RejectCode::unknown_feed))};

  Write write;
  auto sealed = seal_lines(context, call, *feed->line, **lines, "lines", write);
  if (!sealed) return std::unexpected{sealed.error()};
  write.request = as_told(std::move(*body), "lines", *feed->line, *sealed);
  write.ways = ways(*context.shelves.now(), *feed->line, *sealed);
  std::vector<std::uint32_t> contents;  // here, because the core has no time to spare
  std::ranges::transform(*sealed, std::back_inserter(contents), core::content_of);
  write.command = core::PostFeed{.by = asker(call, call.key->roles_in(held->pack->name)),
                                 .pack = held->pack->digest,
                                 .feed = call.part("feed"),
                                 .role = *role,
                                 .lines = std::move(*sealed),
                                 .contents = std::move(contents)};
  return write;
}

Prepared put_records(Context& context, const Call& call) {
  if (!call.key->allows("registrar")) {
    return std::unexpected{
        forbidden("Filling a register needs `registrar`.", "导入登记册须有 registrar 权限。")};
  }
  auto body = json_body(call, {"records"});
  if (!body) return std::unexpected{body.error()};
  const auto records = batch(*body, "records");
  if (!records) return std::unexpected{records.error()};
  const auto held = see_pack(context, call.part("pack"));
  if (!held) return std::unexpected{held.error()};
  const packs::Register* reg = packs::find(held->pack->registers, call.part("register"));
  if (!reg) return std::unexpected{problem_of(reject(RejectCode::unknown_register))};

  Write write;
  auto sealed = seal_lines(context, call, *reg->record, **records, "records", write);
  if (!sealed) return std::unexpected{sealed.error()};
  write.request = as_told(std::move(*body), "records", *reg->record, *sealed);
  write.ways = ways(*context.shelves.now(), *reg->record, *sealed);
  write.command = core::PutRecords{.by = officer(call, held->pack->name),
                                   .pack = held->pack->digest,
                                   .reg = call.part("register"),
                                   .records = std::move(*sealed)};
  return write;
}

Prepared settle_record(Context& context, const Call& call) {
  auto body = json_body(call, {"key", "keeper", "yields", "content", "note"});
  if (!body) return std::unexpected{body.error()};
  const auto held = see_pack(context, call.part("pack"));
  if (!held) return std::unexpected{held.error()};
  // A joint act is signed by an office, as the end of a dispute is.
  if (!desk::is_office(*call.key, *held->pack)) {
    return std::unexpected{forbidden("Two keepers of a record are settled by an office of each.",
                                     "一条记录的两个维护方须由双方机关签署处理。")};
  }
  core::SettleRecord command{.by = officer(call, held->pack->name),
                             .pack = held->pack->digest,
                             .reg = call.part("register"),
                             .key = {},
                             .keeper = {},
                             .yields = core::PartyId{body->text_at("yields")},
                             .content = {},
                             .note = {}};
  for (const auto& [name, into] :
       std::initializer_list<std::pair<const char*, std::string*>>{{"key", &command.key},
                                                                   {"keeper", &command.keeper},
                                                                   {"content", &command.content},
                                                                   {"note", &command.note}}) {
    const auto text = text_member(*body, name);
    if (!text) return std::unexpected{text.error()};
    *into = *text;
  }
  Write write;
  write.office = true;
  write.command = std::move(command);
  write.request = std::move(*body);
  return write;
}

}  // namespace bashu::api

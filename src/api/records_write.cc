// Batches: postings by a feed, and registers filled by import.

#include <map>
#include <optional>
#include <utility>

#include "api/command_record.h"
#include "api/handlers.h"
#include "api/lines.h"
#include "core/circle/nodes.h"

namespace bashu::api {

namespace {

constexpr std::size_t kBatchMax = 10'000;

std::optional<Problem> no_batch(const Value& body, std::string_view name) {
  const Value* value = body.find(name);
  if (value && value->as_list() && !value->as_list()->empty() &&
      value->as_list()->size() <= kBatchMax) {
    return std::nullopt;
  }
  return malformed(std::string{name}, "A list of 1 to 10,000 is expected.",
                   "应为 1 至 10,000 项的列表。");
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
  if (auto problem = no_batch(*body, "lines")) return std::unexpected{*std::move(problem)};
  const auto held = see_pack(context, call.part("pack"));
  if (!held) return std::unexpected{held.error()};
  const packs::Feed* feed = packs::find(held->pack->feeds, call.part("feed"));
  if (!feed) return std::unexpected{problem_of(reject(RejectCode::unknown_feed))};

  Write write;
  // What lines say is marked here, because the core has no time to spare.
  const LinesAsked asked{.type = *feed->line, .list = "lines", .contents = true};
  auto taken = take_lines(context, call, asked, std::move(*body), write);
  if (!taken) return std::unexpected{taken.error()};
  write.ways = ways(*context.shelves.now(), *feed->line, taken->lines);
  write.command = core::PostFeed{.by = asker(call, call.key->roles_in(held->pack->name)),
                                 .pack = held->pack->digest,
                                 .feed = call.part("feed"),
                                 .role = *role,
                                 .lines = std::move(taken->lines),
                                 .contents = std::move(taken->contents)};
  write.evidence = command_record_of(call, write.command, taken->request);
  return write;
}

Prepared put_records(Context& context, const Call& call) {
  if (!call.key->allows("registrar")) {
    return std::unexpected{
        forbidden("Filling a register needs `registrar`.", "导入登记册须有 registrar 权限。")};
  }
  auto body = json_body(call, {"records"});
  if (!body) return std::unexpected{body.error()};
  if (auto problem = no_batch(*body, "records")) return std::unexpected{*std::move(problem)};
  const auto held = see_pack(context, call.part("pack"));
  if (!held) return std::unexpected{held.error()};
  const packs::Register* reg = packs::find(held->pack->registers, call.part("register"));
  if (!reg) return std::unexpected{problem_of(reject(RejectCode::unknown_register))};

  Write write;
  const LinesAsked asked{.type = *reg->record, .list = "records"};
  auto taken = take_lines(context, call, asked, std::move(*body), write);
  if (!taken) return std::unexpected{taken.error()};
  write.ways = ways(*context.shelves.now(), *reg->record, taken->lines);
  write.command = core::PutRecords{.by = officer(call, held->pack->name),
                                   .pack = held->pack->digest,
                                   .reg = call.part("register"),
                                   .records = std::move(taken->lines)};
  write.evidence = command_record_of(call, write.command, taken->request);
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

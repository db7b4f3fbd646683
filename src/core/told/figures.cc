#include "core/told/figures.h"

#include <algorithm>
#include <array>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/try.h"
#include "core/told/members.h"

namespace bashu::core::told {

namespace {

constexpr std::size_t kRowsMax = 2'000;     // named one by one in an item
constexpr std::size_t kCountedMax = 2'000;  // items of one command
constexpr std::size_t kNameMax = 100;
constexpr std::size_t kDigestLength = 71;

bool is_number_or_null(const Value* value) {
  return value && (value->is_null() || value->as_int());
}

bool is_count(const Value* value) { return value && value->as_int() && *value->as_int() >= 0; }

bool is_digest(const std::string& text) {
  return text.size() == kDigestLength && text.starts_with("sha256:") &&
         text.find_first_not_of("0123456789abcdef", 7) == std::string::npos;
}

bool read_period(const Value& value, FigureItem& item) {
  const auto* days = value.as_list();
  if (!days || days->size() != 2) return false;
  const auto first = as_day(&(*days)[0]);
  const auto last = as_day(&(*days)[1]);
  if (!first || !last) return false;
  item.period = {*first, *last};
  return true;
}

bool read_row_digests(const Value& value, FigureItem& item) {
  const auto* rows = value.as_record();
  if (!rows || rows->size() > kRowsMax) return false;
  item.row_digests.emplace();
  for (const auto& [key, digest] : *rows) {
    if (!digest.as_text() || digest.as_text()->size() > kDigestLength) return false;
    item.row_digests->emplace(key, *digest.as_text());
  }
  return true;
}

bool read_splits(const Value& value, FigureItem& item) {
  const auto* splits = value.as_record();
  if (!splits) return false;
  for (const auto& [split, pairs] : *splits) {
    if (!pairs.as_list()) return false;
    for (const Value& pair : *pairs.as_list()) {
      const auto* both = pair.as_list();
      if (!both || both->size() != 2 || !is_number_or_null(&(*both)[1])) return false;
    }
  }
  item.splits = *splits;
  return true;
}

// What may be absent; false: it is not as it must be, or no member of an item.
bool read_optional(const std::string& name, const Value& value, FigureItem& item) {
  if (name == "period") return read_period(value, item);
  if (name == "splits") return read_splits(value, item);
  if (name == "row_digests") return read_row_digests(value, item);
  if (name == "rows_digest") {
    if (!value.as_text() || !is_digest(*value.as_text())) return false;
    item.rows_digest = *value.as_text();
    return true;
  }
  static constexpr std::array<std::string_view, 6> kRequired{"figure", "definition", "as_of",
                                                             "value",  "rows",       "failed"};
  return std::ranges::find(kRequired, name) != kRequired.end();
}

std::expected<FigureItem, std::string> read_item(const Value& value, bool with_pack) {
  const Value::Record* record = value.as_record();
  if (!record) return std::unexpected{"items"};
  FigureItem item;
  for (const auto& [name, member] : *record) {
    if (with_pack && (name == "pack" || name == "to") && member.as_text()) continue;
    if (!read_optional(name, member, item)) return std::unexpected{name};
  }
  item.figure = value.text_at("figure");
  item.definition = value.text_at("definition");
  const auto as_of = day_at(value, "as_of");
  if (item.figure.empty() || item.figure.size() > kNameMax) return std::unexpected{"figure"};
  if (!is_digest(item.definition)) return std::unexpected{"definition"};
  if (!as_of) return std::unexpected{"as_of"};
  if (!is_number_or_null(value.find("value"))) return std::unexpected{"value"};
  for (const char* name : {"rows", "failed"}) {
    if (!is_count(value.find(name))) return std::unexpected{name};
  }
  item.as_of = *as_of;
  if (const auto* number = value.find("value")->as_int()) item.value = *number;
  item.rows = value.int_at("rows");
  item.failed = value.int_at("failed");
  return item;
}

}  // namespace

Value write(const FigureItem& item) {
  Value::Record record{
      {"figure", item.figure},      {"definition", item.definition},
      {"as_of", item.as_of.text()}, {"value", item.value ? Value{*item.value} : Value{}},
      {"rows", item.rows},          {"failed", item.failed}};
  if (item.period) {
    record["period"] =
        Value::List{Value{item.period->first.text()}, Value{item.period->second.text()}};
  }
  if (item.splits) record["splits"] = *item.splits;
  if (item.rows_digest) record["rows_digest"] = *item.rows_digest;
  if (item.row_digests) {
    Value::Record rows;
    for (const auto& [key, digest] : *item.row_digests) rows[key] = digest;
    record["row_digests"] = std::move(rows);
  }
  return Value{std::move(record)};
}

Value write(Figures figures) {
  return Value::Record{{"position", figures.position},
                       {"sent", figures.sent},
                       {"taken", figures.taken},
                       {"items", std::move(figures.items)}};
}

std::expected<void, Reject> check_figures(const Value& body) {
  const Value* items = body.find("items");
  if (!body.as_record() || body.as_record()->size() != 4) return hold("shape", "body");
  if (!items || !items->as_list() || items->as_list()->size() > Figures::kItemsMax) {
    return hold("shape", "items");
  }
  for (const char* name : {"position", "sent", "taken"}) {
    if (!is_count(body.find(name))) return hold("shape", name);
  }
  for (const Value& item : *items->as_list()) {
    if (const auto read = read_item(item, false); !read) return hold("shape", read.error());
  }
  return {};
}

std::expected<CountedAll, std::string> read_counted_all(const Value& told) {
  const Value* items = told.find("items");
  const Value* channels = told.find("channels");
  if (!items || !items->as_list() || items->as_list()->size() > kCountedMax) {
    return std::unexpected{"items"};
  }
  if (!channels || !channels->as_record()) return std::unexpected{"channels"};
  if (!is_count(told.find("position"))) return std::unexpected{"position"};
  CountedAll all{.position = told.int_at("position"), .channels = {}, .items = *items->as_list()};
  for (const auto& [party, ends] : *channels->as_record()) {
    all.channels[PartyId{party}] = {ends.int_at("sent"), ends.int_at("taken")};
  }
  return all;
}

std::expected<Counted, std::string> read_counted(const Value& item) {
  BASHU_TRY(FigureItem read, read_item(item, true));
  return Counted{
      .pack = item.text_at("pack"), .to = PartyId{item.text_at("to")}, .item = std::move(read)};
}

}  // namespace bashu::core::told

// Records of a register that are likely one: their keys or their public names are alike but for
// writing. They are shown to offices and never joined by themselves, because two firms may well
// have one name.

#include <map>
#include <set>
#include <string>
#include <utility>

#include "api/handlers.h"
#include "api/reading.h"
#include "base/unicode.h"

namespace bashu::api {

namespace {

constexpr int kPageRecords = 1'000;
constexpr int kPagesMax = 200;  // looked through for one answer
constexpr std::size_t kGroupsMax = 500;

// Field, or empty for the key, and what is alike of it; to the keys that have it.
using Alike = std::map<std::pair<std::string, std::string>, std::set<std::string>>;

// Texts by which people look for a record, and which everybody may read.
std::vector<std::string> naming_fields(const packs::Register& reg) {
  std::vector<std::string> names;
  for (const std::string& name : reg.display.search) {
    const packs::Type* type = reg.record->member(name);
    if (type && type->kind == packs::Kind::text && type->cls == packs::Class::open) {
      names.push_back(name);
    }
  }
  return names;
}

void note(Alike& alike, const std::string& field, const std::string& text, const std::string& key) {
  if (std::string same = likeness(text); !same.empty()) alike[{field, same}].insert(key);
}

Value::List groups_of(const Alike& alike, bool& whole) {
  Value::List groups;
  std::set<std::set<std::string>> told;  // one pair may be alike in several ways
  for (const auto& [what, keys] : alike) {
    if (keys.size() < 2 || !told.insert(keys).second) continue;
    if (groups.size() == kGroupsMax) {
      whole = false;
      break;
    }
    Value::List list(keys.begin(), keys.end());
    groups.push_back(Value::Record{{"alike", what.first.empty() ? "key" : what.first},
                                   {"keys", std::move(list)}});
  }
  return groups;
}

}  // namespace

Result list_doubles(Context& context, const Call& call) {
  const auto held = see_pack(context, call.part("pack"));
  if (!held) return std::unexpected{held.error()};
  const packs::Register* reg = packs::find(held->pack->registers, call.part("register"));
  if (!reg) return std::unexpected{problem_of(reject(RejectCode::unknown_register))};
  if (!desk::is_office(*call.key, *held->pack) && !call.key->allows("registrar")) {
    return std::unexpected{
        forbidden("Likely doubles are for offices.", "疑似重复记录仅供机关查阅。")};
  }
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  views::RecordFilter filter{.reg = held->pack->name + "/" + call.part("register"),
                             .key = {},
                             .prefix = {},
                             .as_of = {},
                             .page = {.after = {}, .limit = kPageRecords}};
  const std::vector<std::string> fields = naming_fields(*reg);
  Alike alike;
  std::int64_t seen = 0;
  bool whole = true;
  for (int page = 0;; ++page) {
    const auto listed = call.views->records(filter, past->at);
    if (!listed) return std::unexpected{problem_of(listed.error())};
    for (const views::RecordRow& row : listed->rows) {
      if (!desk::sees_record(*call.key, *reg, row.fields)) continue;
      ++seen;
      note(alike, "", row.key, row.key);
      for (const std::string& field : fields) {
        const Value* value = row.fields.find(field);
        if (value && value->as_text()) note(alike, field, *value->as_text(), row.key);
      }
    }
    filter.page.after = listed->next;
    whole = listed->next.empty();
    if (whole || page + 1 == kPagesMax) break;
  }
  Value::List groups = groups_of(alike, whole);
  return json_response(Value::Record{{"register", call.part("register")},
                                     {"records", seen},
                                     {"whole", whole},
                                     {"doubles", std::move(groups)},
                                     {"position", past->position}});
}

}  // namespace bashu::api

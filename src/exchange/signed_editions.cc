#include "exchange/signed_editions.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/date.h"
#include "base/json.h"
#include "base/try.h"
#include "texts/texts.h"

namespace bashu::exchange {

namespace {

const std::string kFolder = "signed";
constexpr std::int64_t kDayS = 86'400;

struct Mark {
  std::string digest, how, reason;
  std::int64_t time_s = 0;
};
using Marks = std::vector<Mark>;  // of one number

std::string file_of(std::int64_t edition) { return kFolder + "/" + std::to_string(edition); }

// What cannot be read is no leave to sign.
std::expected<Marks, Fault> marks_of(const node::FileStore& files, std::int64_t edition) {
  const std::string name = file_of(edition);
  if (!files.has(name)) return Marks{};
  BASHU_TRY(const std::string text, files.read(name));
  const auto value = parse_json(text);
  const Value* member = value ? value->find("editions") : nullptr;
  const Value::List* list = member ? member->as_list() : nullptr;
  if (!list) return std::unexpected{Fault{files.where(name) + ": cannot be read"}};
  Marks marks;
  for (const Value& one : *list) {
    marks.push_back({.digest = one.text_at("digest"),
                     .how = one.text_at("how"),
                     .reason = one.text_at("reason"),
                     .time_s = one.int_at("time")});
  }
  return marks;
}

std::expected<void, Fault> write_marks(node::FileStore& files, std::int64_t edition,
                                       const Marks& marks) {
  Value::List list;
  for (const Mark& mark : marks) {
    list.push_back(Value::Record{{"digest", mark.digest},
                                 {"how", mark.how},
                                 {"reason", mark.reason},
                                 {"time", mark.time_s}});
  }
  const Value value = Value::Record{{"editions", std::move(list)}};
  return files.write(file_of(edition), pretty_json(value) + "\n", 0644);
}

const Mark* with_digest(const Marks& marks, const std::string& digest) {
  const auto it = std::ranges::find(marks, digest, &Mark::digest);
  return it == marks.end() ? nullptr : &*it;
}

// The one this node stands by; null: none.
const Mark* standing(const Marks& marks) {
  for (const char* how : {"adopted", "signed"}) {
    const auto it = std::ranges::find(marks, how, &Mark::how);
    if (it != marks.end()) return &*it;
  }
  return nullptr;
}

Title words(const std::string& key, std::int64_t edition, const Mark& mark) {
  const auto day = static_cast<std::int32_t>(mark.time_s / kDayS);
  return texts::title(key, {{"edition", std::to_string(edition)},
                            {"digest", mark.digest},
                            {"day", Date::from_days(day).text()},
                            {"reason", mark.reason}});
}

Title taken(std::int64_t edition, const Mark& by) {
  return words(by.how == "adopted" ? "circle.signed.adopted" : "circle.signed.other", edition, by);
}

std::expected<void, Fault> note(node::FileStore& files, const evidence::Agreement& edition,
                                const char* how, std::int64_t now_s) {
  BASHU_TRY(Marks marks, marks_of(files, edition.edition));
  const auto it = std::ranges::find(marks, edition.digest, &Mark::digest);
  if (it != marks.end() && (it->how == how || it->how == "adopted")) return {};
  Mark mark{.digest = edition.digest, .how = how, .reason = {}, .time_s = now_s};
  if (it == marks.end()) {
    marks.push_back(std::move(mark));
  } else {
    *it = std::move(mark);
  }
  return write_marks(files, edition.edition, marks);
}

}  // namespace

std::expected<std::optional<Title>, Fault> cannot_sign(
    const node::FileStore& files, const std::vector<evidence::Agreement>& editions) {
  for (const evidence::Agreement& edition : editions) {
    BASHU_TRY(const Marks marks, marks_of(files, edition.edition));
    const Mark* by = standing(marks);
    if (by && by->digest != edition.digest) return taken(edition.edition, *by);
    if (&edition != &editions.back()) continue;
    const Mark* known = with_digest(marks, edition.digest);
    if (known && known->how == "withdrawn") {
      return words("circle.signed.withdrawn", edition.edition, *known);
    }
  }
  return std::nullopt;
}

std::expected<std::optional<Title>, Fault> cannot_compose(const node::FileStore& files,
                                                          std::int64_t edition) {
  BASHU_TRY(const Marks marks, marks_of(files, edition));
  const Mark* by = standing(marks);
  return by ? std::optional{taken(edition, *by)} : std::nullopt;
}

std::expected<void, Fault> note_signed(node::FileStore& files, const evidence::Agreement& edition,
                                       std::int64_t now_s) {
  return note(files, edition, "signed", now_s);
}

std::expected<void, Fault> note_adopted(node::FileStore& files,
                                        const std::vector<std::string>& editions,
                                        std::int64_t now_s) {
  for (const std::string& record : editions) {
    const auto edition = evidence::read_agreement(record);
    if (!edition) return std::unexpected{Fault{"an edition held cannot be read"}};
    BASHU_TRY_OK(note(files, *edition, "adopted", now_s));
  }
  return {};
}

std::expected<Withdrawn, Fault> withdraw(node::FileStore& files, const Withdrawal& what) {
  for (const std::string& name : files.list(kFolder)) {
    std::int64_t edition = 0;
    const char* const end = name.data() + name.size();
    if (std::from_chars(name.data(), end, edition).ptr != end) continue;
    BASHU_TRY(Marks marks, marks_of(files, edition));
    const auto it = std::ranges::find(marks, what.digest, &Mark::digest);
    if (it == marks.end()) continue;
    if (it->how != "signed") {
      return Withdrawn{.edition = edition,
                       .why_not = words("circle.withdraw." + it->how, edition, *it)};
    }
    *it = {.digest = what.digest, .how = "withdrawn", .reason = what.reason, .time_s = what.now_s};
    BASHU_TRY_OK(write_marks(files, edition, marks));
    return Withdrawn{.edition = edition};
  }
  return Withdrawn{.why_not = texts::title("circle.withdraw.unknown", {{"digest", what.digest}})};
}

}  // namespace bashu::exchange

// bashu circle revoke (docs/guide/keys.md).

#include "main/revoke_command.h"

#include <charconv>
#include <optional>
#include <ostream>
#include <string_view>

#include "exchange/revocation.h"
#include "main/offline.h"
#include "main/pin.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

// `2027-01-31` or `2027-01-31T08:30`, at the node's offset from UTC; seconds.
std::optional<std::int64_t> time_of(std::string_view text, int offset_minutes) {
  constexpr std::size_t kDay = 10, kWhole = 16;
  const auto day = Date::parse(text.substr(0, kDay));
  if (!day || (text.size() != kDay && text.size() != kWhole)) return std::nullopt;
  std::int64_t minutes = std::int64_t{day->days()} * 24 * 60 - offset_minutes;
  if (text.size() == kWhole) {
    const auto number = [&](std::size_t at, int most) -> std::optional<int> {
      int value = -1;
      const char* const end = text.data() + at + 2;
      const bool whole = std::from_chars(text.data() + at, end, value).ptr == end;
      return whole && value >= 0 && value <= most ? std::optional{value} : std::nullopt;
    };
    const auto hour = number(11, 23), minute = number(14, 59);
    if (text[kDay] != 'T' || text[13] != ':' || !hour || !minute) return std::nullopt;
    minutes += *hour * 60 + *minute;
  }
  return minutes * 60;
}

Exit refused(const Console& console, const std::string& text, const std::string& kid) {
  const std::string words = texts::text(console.language, text, {{"kid", kid}});
  console.fail(words, words);
  return Exit::refused;
}

}  // namespace

Exit circle_revoke(const Console& console, const CircleRevoke& what) {
  const auto held = open_at_rest(console, what.dir);
  if (!held) return held.error();
  node::Node& node = **held;
  exchange::Revocation revocation{.kids = what.kids, .since = 0, .reason = what.reason};
  if (what.all) revocation.kids = exchange::kids_in_use(node);
  if (!what.since.empty()) {
    const auto since = time_of(what.since, node.identity().offset_minutes);
    if (!since) {
      return console.fail("--since: not a time like 2027-01-31 or 2027-01-31T08:30",
                          "--since：不是形如 2027-01-31 或 2027-01-31T08:30 的时间");
    }
    revocation.since = *since;
  }
  if (const auto why = exchange::cannot_revoke(node, revocation)) {
    return refused(console, why->text, why->kid);
  }
  const auto pin = pin_of_root(console, node.identity());
  if (!pin) return pin.error();
  const auto done = exchange::revoke_keys(node, revocation, *pin);
  if (!done) return console.fail(done.error());
  const auto list = [&](const char* text, const std::vector<std::string>& kids) {
    for (const std::string& kid : kids) {
      console.out << texts::text(console.language, text, {{"kid", kid}}) << '\n';
    }
  };
  list("circle.revoke.done", done->kids);
  list("circle.revoke.fresh", done->fresh);
  console.out << texts::text(console.language, "circle.revoke.next") << '\n';
  return Exit::done;
}

}  // namespace bashu::cli

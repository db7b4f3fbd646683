#include "travel/public_records.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "packs/pack.h"

namespace bashu::travel {

constexpr int kAtOnce = 1'000;

std::vector<views::RecordRow> public_records(views::Session& session, std::string_view pack,
                                             std::string_view name) {
  const views::PackVersion* newest = nullptr;
  for (const auto& [digest, version] : session.catalogue.packs) {
    if (version.pack->name != pack) continue;
    if (!newest || newest->position < version.position) newest = &version;
  }
  const packs::Register* reg = newest ? packs::find(newest->pack->registers, name) : nullptr;
  if (!reg || !reg->open) return {};
  std::vector<views::RecordRow> rows;
  views::RecordFilter filter{
      .reg = std::string{pack} + "/" + std::string{name}, .key = {}, .prefix = {}, .as_of = {}};
  filter.page.limit = kAtOnce;
  do {
    auto some = views::records(session, filter);
    std::ranges::move(some.rows, std::back_inserter(rows));
    filter.page.after = some.next;
  } while (!filter.page.after.empty());
  return rows;
}

}  // namespace bashu::travel

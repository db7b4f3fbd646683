// Any bytes as a feed: two bytes choose the table and its length, then its text.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "network/gtfs/feed.h"
#include "network/scan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bashu::network;
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  gtfs::Reader reader;
  while (rest.size() > 2) {
    const auto table = static_cast<unsigned char>(rest[0]) % gtfs::kTables.size();
    const std::size_t length = static_cast<unsigned char>(rest[1]) * std::size_t{16};
    rest.remove_prefix(2);
    const std::string_view text = rest.substr(0, length);
    reader.begin(gtfs::kTables[table]);
    reader.bytes(text);
    reader.end();
    rest.remove_prefix(text.size());
  }
  const gtfs::Feed feed = reader.finish();
  if (feed.schedule && !feed.schedule->stations.empty()) {
    const Timetable timetable = on_day(*feed.schedule, *bashu::Date::parse("2026-03-02"), 0);
    Scan scan{timetable};
    static_cast<void>(scan.earliest(0, 0));
  }
  return 0;
}

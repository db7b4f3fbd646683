#include "main/network_files.h"

#include <zip.h>

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "main/network_words.h"
#include "network/gtfs/feed.h"
#include "network/gtfs/write.h"
#include "network/rail/list.h"
#include "node/files.h"

namespace bashu::cli {

namespace {

struct CloseZip {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

std::unexpected<Fault> cannot(const std::filesystem::path& path, std::string_view why) {
  return std::unexpected{Fault{.what = path.string() + ": " + std::string{why}}};
}

// A table lies at the top, or in the one folder that careless archives have.
zip_int64_t locate(zip_t* archive, std::string_view table) {
  const std::string name{table};
  return zip_name_locate(archive, name.c_str(), ZIP_FL_NODIR);
}

std::expected<NetworkFile, Fault> read_gtfs(const std::filesystem::path& path) {
  int code = 0;
  const std::unique_ptr<zip_t, CloseZip> archive{zip_open(path.c_str(), ZIP_RDONLY, &code)};
  if (!archive) return cannot(path, "is no zip archive that can be read");
  network::gtfs::Reader reader;
  for (const std::string_view table : network::gtfs::kTables) {
    const zip_int64_t at = locate(archive.get(), table);
    if (at < 0) continue;
    const std::unique_ptr<zip_file_t, CloseFile> file{
        zip_fopen_index(archive.get(), static_cast<zip_uint64_t>(at), 0)};
    if (!file) return cannot(path, std::string{table} + " cannot be unpacked");
    reader.begin(table);
    std::array<char, 1 << 16> buffer;
    while (true) {
      const zip_int64_t got = zip_fread(file.get(), buffer.data(), buffer.size());
      if (got < 0) return cannot(path, std::string{table} + " is damaged");
      if (got == 0) break;
      reader.bytes({buffer.data(), static_cast<std::size_t>(got)});
    }
    reader.end();
  }
  network::gtfs::Feed feed = reader.finish();
  NetworkFile out{.schedule = {},
                  .divisions = {},
                  .since = {},
                  .notices = std::move(feed.notices),
                  .trips_left_out = feed.trips_left_out,
                  .readable = feed.schedule.has_value()};
  if (feed.schedule) out.schedule = std::move(*feed.schedule);
  return out;
}

std::expected<NetworkFile, Fault> read_rail(const std::filesystem::path& path, Date on) {
  network::rail::Reader reader{{.first = on.plus_days(-1), .last = on.plus_days(7)}};
  const auto stations = node::read_file(path / "stations.csv");
  if (!stations) return std::unexpected{stations.error()};
  const auto calls = node::read_file(path / "calls.csv");
  if (!calls) return std::unexpected{calls.error()};
  reader.stations("stations.csv", *stations);
  reader.calls("calls.csv", *calls);
  network::rail::List list = reader.finish();
  return NetworkFile{.schedule = std::move(list.schedule),
                     .divisions = std::move(list.divisions),
                     .since = std::move(list.since),
                     .notices = std::move(list.notices)};
}

}  // namespace

std::expected<NetworkFile, Fault> read_network(const std::filesystem::path& path, Date on) {
  std::error_code error;
  return std::filesystem::is_directory(path, error) ? read_rail(path, on) : read_gtfs(path);
}

std::optional<network::StationIndex> station(const Console& console,
                                             const network::Schedule& schedule,
                                             const std::string& name) {
  std::optional<network::StationIndex> found;
  for (network::StationIndex s = 0; s < schedule.stations.size(); ++s) {
    if (schedule.stations[s].id == name) return s;
    if (schedule.stations[s].name != name) continue;
    if (found) return network_words::wrong(console, "several", {{"name", name}}), std::nullopt;
    found = s;
  }
  if (!found) network_words::wrong(console, "no_station", {{"name", name}});
  return found;
}

std::expected<void, Fault> write_gtfs(const network::Schedule& schedule,
                                      const std::filesystem::path& path) {
  const auto tables = network::gtfs::tables(schedule, path.stem().string());
  int code = 0;
  std::unique_ptr<zip_t, CloseZip> archive{
      zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code)};
  if (!archive) return cannot(path, "cannot be written");
  for (const auto& [name, text] : tables) {
    zip_source_t* source = zip_source_buffer(archive.get(), text.data(), text.size(), 0);
    const zip_int64_t at =
        source ? zip_file_add(archive.get(), name.c_str(), source, ZIP_FL_ENC_UTF_8) : -1;
    if (at < 0) {
      if (source) zip_source_free(source);
      return cannot(path, name + " cannot be packed");
    }
    zip_file_set_mtime(archive.get(), static_cast<zip_uint64_t>(at), 315'532'800, 0);  // 1980
  }
  if (zip_close(archive.get()) != 0) return cannot(path, "cannot be written");
  (void)archive.release();  // closing freed it
  return {};
}

}  // namespace bashu::cli

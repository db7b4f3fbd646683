#include "postgres/connection.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace bashu::postgres {

namespace {

constexpr Oid kBigint = 20, kBytea = 17;

std::string one_line(const char* message) {
  std::string text = message ? message : "";
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text;
}

// The server took the statement back, and says so: classes of SQLSTATE that leave no doubt.
bool is_known(std::string_view state) {
  const std::string_view group = state.substr(0, 2);
  return state.size() == 5 && group != "08" && group != "57" && group != "58" && group != "XX";
}

void note_warning(void* to, const PGresult* result) {
  const char* const severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (!severity || std::strcmp(severity, "WARNING") != 0) return;
  *static_cast<std::string*>(to) = one_line(PQresultErrorMessage(result));
}

}  // namespace

WithoutParameter take_parameter(std::string_view url, std::string_view name) {
  WithoutParameter taken{.url = std::string{url.substr(0, url.find('?'))}, .value = {}};
  if (taken.url.size() == url.size()) return taken;
  char joint = '?';
  for (std::string_view rest = url.substr(taken.url.size() + 1); !rest.empty();) {
    const std::string_view one = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    const std::size_t cut = one.find('=');
    if (cut != std::string_view::npos && one.substr(0, cut) == name) {
      taken.value = one.substr(cut + 1);
      continue;
    }
    taken.url.append(1, joint).append(one);
    joint = '&';
  }
  return taken;
}

std::uint64_t PgResult::number(int row, int column) const {
  std::uint64_t number = 0;
  for (const char byte : bytes(row, column))
    number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::string_view PgResult::bytes(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::uint64_t PgResult::changed() const {
  const std::string_view text = PQcmdTuples(result_.get());
  std::uint64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

PgConnection::Parameters& PgConnection::Parameters::add(std::uint64_t number) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(number >> (56 - 8 * i) & 0xff);
  all_.push_back({.number = std::move(bytes), .bytes = {}, .type = kBigint});
  return *this;
}

PgConnection::Parameters& PgConnection::Parameters::add(std::string_view bytes) {
  all_.push_back({.number = {}, .bytes = bytes, .type = kBytea});
  return *this;
}

PgConnection::PgConnection(PGconn* handle)
    : handle_{handle}, warning_{std::make_unique<std::string>()} {
  PQsetNoticeReceiver(handle, note_warning, warning_.get());
}

std::expected<PgConnection, Fault> PgConnection::open(const std::string& url,
                                                      const std::string& options) {
  const std::string plain = take_parameter(url, kQuorumParameter).url;
  // The first name says that its value is a whole URL.
  const char* const names[] = {"dbname", options.empty() ? nullptr : "options", nullptr};
  const char* const values[] = {plain.c_str(), options.c_str(), nullptr};
  PgConnection connection{PQconnectdbParams(names, values, 1)};
  if (PQstatus(connection.handle_.get()) != CONNECTION_OK) {
    return std::unexpected{connection.failed(nullptr)};
  }
  return connection;
}

Fault PgConnection::failed(const char* state) const {
  std::string what = one_line(PQerrorMessage(handle_.get()));
  // Never the URL itself: it may hold a password.
  if (const char* const host = PQhost(handle_.get()); host && *host) {
    what = "PostgreSQL at " + std::string{host} + ": " + what;
  }
  return {.what = std::move(what), .unknown_outcome = !state || !is_known(state)};
}

std::expected<PgResult, Fault> PgConnection::run(const std::string& sql,
                                                 const Parameters& parameters) {
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
  for (const Parameters::One& one : parameters.all_) {
    const std::string_view bytes = one.type == kBigint ? std::string_view{one.number} : one.bytes;
    types.push_back(one.type);
    values.push_back(bytes.data() ? bytes.data() : "");
    lengths.push_back(static_cast<int>(bytes.size()));
    formats.push_back(1);
  }
  warning_->clear();
  PgResult result{PQexecParams(handle_.get(), sql.c_str(), static_cast<int>(types.size()),
                               types.data(), values.data(), lengths.data(), formats.data(), 1)};
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    return std::unexpected{failed(PQresultErrorField(result.get(), PG_DIAG_SQLSTATE))};
  }
  if (!warning_->empty()) {
    return std::unexpected{Fault{.what = *warning_, .unknown_outcome = true}};
  }
  return result;
}

std::expected<std::string, Fault> PgConnection::show(const std::string& setting) {
  const auto shown = run("SHOW " + setting);
  if (!shown) return std::unexpected{shown.error()};
  return std::string{shown->rows() > 0 ? shown->bytes(0, 0) : std::string_view{}};
}

}  // namespace bashu::postgres

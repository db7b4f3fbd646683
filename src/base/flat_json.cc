#include "base/flat_json.h"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "base/json.h"

namespace bashu {

namespace {

namespace json = boost::json;

// What is more than a member of one level ends the reading.
class Members {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  void clear() {
    count_ = 0;
    begun_ = false;
    part_.clear();
  }
  [[nodiscard]] std::span<const FlatJson::Member> all() const { return {members_.data(), count_}; }
  [[nodiscard]] bool begun() const { return begun_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code& ec) {
    if (begun_) return refuse(ec);
    begun_ = true;
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) { return true; }
  bool on_array_begin(json::error_code& ec) { return refuse(ec); }
  bool on_array_end(std::size_t, json::error_code&) { return true; }

  bool on_key_part(json::string_view part, std::size_t, json::error_code&) { return keep(part); }
  bool on_key(json::string_view part, std::size_t, json::error_code& ec) {
    if (count_ == members_.size()) members_.emplace_back();
    std::string& name = members_[count_].name;
    take(part, name);
    const bool twice =
        std::ranges::any_of(all(), [&](const FlatJson::Member& one) { return one.name == name; });
    return twice || !is_json_text(name) ? refuse(ec) : true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) { return keep(part); }
  bool on_string(json::string_view part, std::size_t, json::error_code& ec) {
    if (!begun_) return refuse(ec);
    take(part, members_[count_].text);
    return is_json_text(members_[count_++].text) ? true : refuse(ec);
  }
  bool on_number_part(json::string_view part, json::error_code&) { return keep(part); }
  bool on_int64(std::int64_t, json::string_view text, json::error_code& ec) {
    return number(text, ec);
  }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code& ec) { return refuse(ec); }
  bool on_double(double, json::string_view, json::error_code& ec) { return refuse(ec); }
  bool on_bool(bool, json::error_code& ec) { return refuse(ec); }
  bool on_null(json::error_code& ec) { return refuse(ec); }
  bool on_comment_part(json::string_view, json::error_code& ec) { return refuse(ec); }
  bool on_comment(json::string_view, json::error_code& ec) { return refuse(ec); }

 private:
  static bool refuse(json::error_code& ec) {
    ec = json::error::syntax;
    return false;
  }
  bool keep(json::string_view part) {
    part_.append(part.data(), part.size());
    return true;
  }
  void take(json::string_view last, std::string& to) {
    to.assign(part_);
    to.append(last.data(), last.size());
    part_.clear();
  }
  // Only digits that are written back as they came.
  bool number(json::string_view last, json::error_code& ec) {
    constexpr std::size_t kDigitsMost = 15;  // all below 2^53
    if (!begun_) return refuse(ec);
    std::string& text = members_[count_].text;
    take(last, text);
    if (text.size() > kDigitsMost || text == "-0") return refuse(ec);
    ++count_;
    return true;
  }

  std::vector<FlatJson::Member> members_;  // more than are read: their memory is used again
  std::size_t count_ = 0;
  bool begun_ = false;
  std::string part_;
};

json::parse_options options() {
  json::parse_options out;
  out.max_depth = 2;
  return out;
}

}  // namespace

class FlatJson::Reading {
 public:
  json::basic_parser<Members> parser{options()};
};

FlatJson::FlatJson() : reading_{std::make_unique<Reading>()} {}
FlatJson::~FlatJson() = default;

bool FlatJson::read(std::string_view line) {
  auto& parser = reading_->parser;
  parser.reset();
  parser.handler().clear();
  json::error_code ec;
  const std::size_t end = parser.write_some(false, line.data(), line.size(), ec);
  return !ec && parser.handler().begun() &&
         line.find_first_not_of(" \t\r\n", end) == std::string_view::npos;
}

std::string_view FlatJson::text(std::string_view name) const {
  const auto members = reading_->parser.handler().all();
  const auto found = std::ranges::find(members, name, &Member::name);
  return found == members.end() ? std::string_view{} : std::string_view{found->text};
}

}  // namespace bashu

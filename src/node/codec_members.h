// How the members of events become fields of messages, by their types alone. Included by the .cc
// files that know the generated messages.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/event.h"
#include "formats/event.pb.h"
#include "node/codec_parts.h"

namespace bashu::node::parts {

// -- members that are one plain field

inline const std::string& plain(const std::string& text) { return text; }
inline std::int32_t plain(Date date) { return date.days(); }
inline std::int64_t plain(std::int64_t number) { return number; }
inline bool plain(bool flag) { return flag; }
inline std::uint32_t plain(core::TaskKind kind) { return static_cast<std::uint32_t>(kind); }

template <std::derived_from<std::string> Text>
void assign(Reader& /*reader*/, Text& to, const std::string& text) {
  to = Text{text};
}
inline void assign(Reader& /*reader*/, Date& to, std::int32_t days) { to = Date::from_days(days); }
inline void assign(Reader& /*reader*/, std::int64_t& to, std::int64_t number) { to = number; }
inline void assign(Reader& /*reader*/, bool& to, bool flag) { to = flag; }
inline void assign(Reader& reader, core::TaskKind& to, std::uint32_t kind) {
  if (kind > 0xff) reader.error = "unknown kind of task";
  to = static_cast<core::TaskKind>(kind & 0xff);
}

template <typename T>
concept Plain =
    std::derived_from<T, std::string> || std::same_as<T, Date> || std::same_as<T, std::int64_t> ||
    std::same_as<T, bool> || std::same_as<T, core::TaskKind>;
template <typename T>
inline constexpr bool kOptional = false;
template <typename T>
inline constexpr bool kOptional<std::optional<T>> = true;

// -- members that are messages or repeated

inline bool absent(const auto& /*member*/) { return false; }
inline bool absent(const Value& value) { return value.is_null(); }

inline void put_into(const Value& value, formats::Value* out) { put(value, out); }
inline void put_into(const core::Account& account, formats::Account* out) { put(account, out); }
template <std::derived_from<std::string> Text,
          typename Repeated>  // of a title, of a case's parties
void put_into(const std::map<std::string, Text, std::less<>>& names, Repeated* out) {
  for (const auto& [name, text] : names) {
    formats::TextPair* pair = out->Add();
    pair->set_name(name);
    pair->set_text(text);
  }
}
template <std::derived_from<std::string> Text, typename Repeated>
void put_into(const std::vector<Text>& texts, Repeated* out) {
  for (const std::string& text : texts) *out->Add() = text;
}
template <typename Repeated>
void put_into(const std::vector<Date>& dates, Repeated* out) {
  for (const Date date : dates) out->Add(date.days());
}
template <typename Repeated>
void put_into(const std::vector<std::pair<std::string, Value>>& entries, Repeated* out) {
  for (const auto& [key, record] : entries) {
    auto* item = out->Add();
    item->set_key(key);
    if (!record.is_null()) put(record, item->mutable_record());
  }
}

inline void read_into(Reader& reader, const formats::Value& in, Value& out) {
  out = reader.value(in);
}
inline void read_into(Reader& reader, const formats::Account& in, core::Account& out) {
  out = reader.account(in);
}
template <std::derived_from<std::string> Text, typename Repeated>
void read_into(Reader& /*reader*/, const Repeated& in,
               std::map<std::string, Text, std::less<>>& out) {
  for (const formats::TextPair& pair : in) out.emplace_hint(out.end(), pair.name(), pair.text());
}
template <std::derived_from<std::string> Text, typename Repeated>
void read_into(Reader& /*reader*/, const Repeated& in, std::vector<Text>& out) {
  out.clear();
  for (const std::string& text : in) out.emplace_back(text);
}
template <typename Repeated>
void read_into(Reader& /*reader*/, const Repeated& in, std::vector<Date>& out) {
  for (const std::int32_t days : in) out.push_back(Date::from_days(days));
}
template <typename Repeated>
void read_into(Reader& reader, const Repeated& in,
               std::vector<std::pair<std::string, Value>>& out) {
  for (const auto& item : in) out.emplace_back(item.key(), reader.value(item.record()));
}

}  // namespace bashu::node::parts

// Write or read one member of `event`, from or to the field of `message` that is called like it.
#define BASHU_PUT_MEMBER(member)                                        \
  [](const auto& value, auto* to) {                                     \
    using Member = std::remove_cvref_t<decltype(value)>;                \
    if constexpr (::bashu::node::parts::Plain<Member>) {                \
      to->set_##member(::bashu::node::parts::plain(value));             \
    } else if constexpr (::bashu::node::parts::kOptional<Member>) {     \
      if (value) to->set_##member(::bashu::node::parts::plain(*value)); \
    } else if (!::bashu::node::parts::absent(value)) {                  \
      ::bashu::node::parts::put_into(value, to->mutable_##member());    \
    }                                                                   \
  }(event.member, message);
#define BASHU_READ_MEMBER(member)                                             \
  [&reader](auto& value, const auto& from) {                                  \
    using Member = std::remove_cvref_t<decltype(value)>;                      \
    if constexpr (::bashu::node::parts::Plain<Member>) {                      \
      ::bashu::node::parts::assign(reader, value, from.member());             \
    } else if constexpr (::bashu::node::parts::kOptional<Member>) {           \
      if (from.has_##member()) {                                              \
        ::bashu::node::parts::assign(reader, value.emplace(), from.member()); \
      }                                                                       \
    } else {                                                                  \
      ::bashu::node::parts::read_into(reader, from.member(), value);          \
    }                                                                         \
  }(event.member, message);

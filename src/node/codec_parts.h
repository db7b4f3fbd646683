// What the encodings of events and of snapshots share. The messages are only declared here:
// generated headers are included by the two .cc files alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "core/event.h"

namespace google::protobuf {
class MessageLite;
}

namespace bashu::formats {
class Value;
class Account;
class TaskRaised;
class MessageHeld;
class PartyJoined;
class CalendarSet;
class RequestRemembered;
class PrincipalSet;
class PrincipalEnded;
class ApprovalAsked;
class SubstituteSet;
class PrivacyOrdered;
class PrivacyOrderEnded;
class ErasureAnswered;
}  // namespace bashu::formats

namespace bashu::node::parts {

void put(const Value& value, formats::Value* out);
void put(const core::Account& account, formats::Account* out);
void put(const core::TaskRaised& event, formats::TaskRaised* out);
void put(const core::MessageHeld& event, formats::MessageHeld* out);
void put(const core::PartyJoined& event, formats::PartyJoined* out);
void put(const core::CalendarSet& event, formats::CalendarSet* out);
void put(const core::RequestRemembered& event, formats::RequestRemembered* out);
void put(const core::PrincipalSet& event, formats::PrincipalSet* out);
void put(const core::PrincipalEnded& event, formats::PrincipalEnded* out);
void put(const core::ApprovalAsked& event, formats::ApprovalAsked* out);
void put(const core::SubstituteSet& event, formats::SubstituteSet* out);
void put(const core::PrivacyOrdered& event, formats::PrivacyOrdered* out);
void put(const core::PrivacyOrderEnded& event, formats::PrivacyOrderEnded* out);
void put(const core::ErasureAnswered& event, formats::ErasureAnswered* out);

// Reads messages into our types. What does not fit sets `error` and is left out.
class Reader {
 public:
  std::string error;

  Value value(const formats::Value& in, int depth = 1);
  core::Account account(const formats::Account& in);
  core::TaskRaised task_raised(const formats::TaskRaised& in);
  core::MessageHeld message_held(const formats::MessageHeld& in);
  core::PartyJoined party_joined(const formats::PartyJoined& in);
  core::CalendarSet calendar_set(const formats::CalendarSet& in);
  core::RequestRemembered request_remembered(const formats::RequestRemembered& in);
  core::PrincipalSet principal_set(const formats::PrincipalSet& in);
  core::PrincipalEnded principal_ended(const formats::PrincipalEnded& in);
  core::ApprovalAsked approval_asked(const formats::ApprovalAsked& in);
  core::SubstituteSet substitute_set(const formats::SubstituteSet& in);
  core::PrivacyOrdered privacy_ordered(const formats::PrivacyOrdered& in);
  core::PrivacyOrderEnded privacy_order_ended(const formats::PrivacyOrderEnded& in);
  core::ErasureAnswered erasure_answered(const formats::ErasureAnswered& in);
};

// Parses with room for nested values; false if the bytes are no such message.
[[nodiscard]] bool parse(google::protobuf::MessageLite& message, std::string_view bytes);

}  // namespace bashu::node::parts

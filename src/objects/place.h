// Where an object store is, as one line says it; no secret belongs in it.
//
//     s3://HOST[:PORT]/BUCKET[/PREFIX][?region=REGION][&ca=FILE][&tls=no]
//
// The bucket is part of the path (path-style), which every store that speaks S3 understands.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"

namespace bashu::objects {

struct Place {
  std::string endpoint;  // https://HOST[:PORT]
  std::string bucket;
  std::string prefix;  // of every object's name; empty, or ends with '/'
  std::string region = "us-east-1";
  std::string ca{};  // a file of authorities; empty: the machine's

  friend bool operator==(const Place&, const Place&) = default;
};
[[nodiscard]] bool is_s3(std::string_view text);
[[nodiscard]] std::expected<Place, Fault> parse_place(const std::string& text);

// Who asks. As it lies in a file, on one line: ID:SECRET.
struct Keys {
  std::string id, secret;
};
[[nodiscard]] std::expected<Keys, Fault> parse_keys(std::string_view text);

}  // namespace bashu::objects

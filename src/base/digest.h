// SHA-256 of bytes that come piece after piece.
#pragma once

#include <memory>
#include <string_view>

#include "base/bytes.h"

namespace bashu {

class Digest {
 public:
  Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
  ~Digest();
  void add(std::string_view piece);
  // Once.
  [[nodiscard]] Hash end();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bashu

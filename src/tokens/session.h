// One session with the one token that a URI names; ended when it goes.
#pragma once

#include <p11-kit/p11-kit.h>
#include <p11-kit/pkcs11.h>

#include <memory>
#include <string>
#include <vector>

#include "tokens/place.h"
#include "tokens/token.h"
#include "tokens/trouble.h"

namespace bashu::tokens {

// Initialised; finalised when it goes.
class Modules {
 public:
  [[nodiscard]] static Done<Modules> load(const Place& place);
  Modules(Modules&& other) noexcept;
  Modules& operator=(Modules&&) = delete;
  ~Modules();

  [[nodiscard]] std::vector<CK_FUNCTION_LIST*> all() const;

 private:
  Modules() = default;
  CK_FUNCTION_LIST* one_ = nullptr;
  CK_FUNCTION_LIST** all_ = nullptr;  // ends with nullptr
};

class Session {
 public:
  [[nodiscard]] static Done<Session> open(const Place& place, bool writes = false);
  Session(Session&& other) noexcept;
  Session& operator=(Session&&) = delete;
  ~Session();

  [[nodiscard]] Done<void> log_in(const Pin& pin);
  // The one object of that class that the URI names.
  [[nodiscard]] Done<CK_OBJECT_HANDLE> find(CK_OBJECT_CLASS kind);
  [[nodiscard]] Done<std::string> attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
  [[nodiscard]] Done<CK_KEY_TYPE> key_type(CK_OBJECT_HANDLE object);

  [[nodiscard]] const CK_TOKEN_INFO& info() const { return info_; }
  [[nodiscard]] CK_FUNCTION_LIST* calls() const { return calls_; }
  [[nodiscard]] CK_SESSION_HANDLE handle() const { return handle_; }
  // What `rv` says, as trouble with this token.
  [[nodiscard]] std::unexpected<Trouble> trouble(CK_RV rv) const;
  [[nodiscard]] std::unexpected<Trouble> trouble(Why why, std::string detail = {}) const {
    return place_.trouble(why, std::move(detail));
  }

 private:
  Session(Modules modules, const Place& place) : modules_{std::move(modules)}, place_{place} {}

  Modules modules_;
  const Place& place_;  // outlives the session
  CK_FUNCTION_LIST* calls_ = nullptr;
  CK_SESSION_HANDLE handle_ = CK_INVALID_HANDLE;
  CK_TOKEN_INFO info_{};
};

}  // namespace bashu::tokens

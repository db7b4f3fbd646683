#include "tokens/session.h"

#include <p11-kit/uri.h>

#include <array>
#include <mutex>
#include <set>
#include <utility>

#include "base/digest.h"
#include "base/try.h"

namespace bashu::tokens {

namespace {

// PINs that a token refused in this process, by digest.
class Refused {
 public:
  bool holds(const CK_TOKEN_INFO& token, const std::string& pin) {
    const std::lock_guard lock{guard_};
    return digests_.contains(digest(token, pin));
  }
  void add(const CK_TOKEN_INFO& token, const std::string& pin) {
    const std::lock_guard lock{guard_};
    digests_.insert(digest(token, pin));
  }

 private:
  static Hash digest(const CK_TOKEN_INFO& token, const std::string& pin) {
    std::string of{reinterpret_cast<const char*>(token.label), sizeof token.label};
    of.append(reinterpret_cast<const char*>(token.serialNumber), sizeof token.serialNumber);
    return sha256(of + pin);
  }

  std::mutex guard_;
  std::set<Hash> digests_;
};
Refused& refused() {
  static Refused pins;
  return pins;
}

struct Found {
  CK_FUNCTION_LIST* calls = nullptr;
  CK_SLOT_ID slot = 0;
  CK_TOKEN_INFO info{};
};

void look_into(CK_FUNCTION_LIST* calls, const Place& place, std::vector<Found>& found) {
  CK_INFO module{};
  if (calls->C_GetInfo(&module) != CKR_OK ||
      ::p11_kit_uri_match_module_info(place.uri(), &module) == 0) {
    return;
  }
  CK_ULONG count = 0;
  if (calls->C_GetSlotList(CK_TRUE, nullptr, &count) != CKR_OK) return;
  std::vector<CK_SLOT_ID> slots(count);
  if (calls->C_GetSlotList(CK_TRUE, slots.data(), &count) != CKR_OK) return;
  slots.resize(count);
  for (const CK_SLOT_ID slot : slots) {
    Found one{.calls = calls, .slot = slot, .info = {}};
    if (calls->C_GetTokenInfo(slot, &one.info) != CKR_OK) continue;
    if ((one.info.flags & CKF_TOKEN_INITIALIZED) == 0) continue;
    if (::p11_kit_uri_match_token_info(place.uri(), &one.info) != 0) found.push_back(one);
  }
}

}  // namespace

Done<Modules> Modules::load(const Place& place) {
  Modules modules;
  const auto failed = [&](const char* otherwise) {
    const char* said = ::p11_kit_message();
    return place.trouble(Why::module, said && *said ? said : otherwise);
  };
  if (const char* path = ::p11_kit_uri_get_module_path(place.uri())) {
    CK_FUNCTION_LIST* one = ::p11_kit_module_load(path, 0);
    if (!one) return failed(path);
    if (const CK_RV rv = ::p11_kit_module_initialize(one); rv != CKR_OK) {
      auto why = failed(::p11_kit_strerror(rv));
      ::p11_kit_module_release(one);
      return why;
    }
    modules.one_ = one;
    return modules;
  }
  modules.all_ = ::p11_kit_modules_load_and_initialize(0);
  if (!modules.all_) return failed("");
  return modules;
}

Modules::Modules(Modules&& other) noexcept
    : one_{std::exchange(other.one_, nullptr)}, all_{std::exchange(other.all_, nullptr)} {}

Modules::~Modules() {
  if (one_) {
    ::p11_kit_module_finalize(one_);
    ::p11_kit_module_release(one_);
  }
  if (all_) ::p11_kit_modules_finalize_and_release(all_);
}

std::vector<CK_FUNCTION_LIST*> Modules::all() const {
  std::vector<CK_FUNCTION_LIST*> found;
  if (one_) found.push_back(one_);
  for (CK_FUNCTION_LIST** each = all_; each && *each; ++each) found.push_back(*each);
  return found;
}

Done<Session> Session::open(const Place& place, bool writes) {
  BASHU_TRY(Modules modules, Modules::load(place));
  std::vector<Found> found;
  for (CK_FUNCTION_LIST* calls : modules.all()) look_into(calls, place, found);
  if (found.empty()) return place.trouble(Why::no_token);
  if (found.size() > 1) return place.trouble(Why::two_tokens);
  Session session{std::move(modules), place};
  session.calls_ = found.front().calls;
  session.info_ = found.front().info;
  const CK_FLAGS flags = CKF_SERIAL_SESSION | (writes ? CKF_RW_SESSION : 0);
  const CK_RV rv =
      session.calls_->C_OpenSession(found.front().slot, flags, nullptr, nullptr, &session.handle_);
  if (rv != CKR_OK) return session.trouble(rv);
  return session;
}

Session::Session(Session&& other) noexcept
    : modules_{std::move(other.modules_)},
      place_{other.place_},
      calls_{other.calls_},
      handle_{std::exchange(other.handle_, CK_INVALID_HANDLE)},
      info_{other.info_} {}

Session::~Session() {
  if (handle_ != CK_INVALID_HANDLE) calls_->C_CloseSession(handle_);
}

Done<void> Session::log_in(const Pin& pin) {
  if ((info_.flags & CKF_LOGIN_REQUIRED) == 0) return {};
  if ((info_.flags & CKF_USER_PIN_LOCKED) != 0) return trouble(Why::pin_locked);
  if ((info_.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0) {  // a keypad of its own
    const CK_RV rv = calls_->C_Login(handle_, CKU_USER, nullptr, 0);
    if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN) return {};
    return trouble(rv);
  }
  if (pin.digits.empty()) return trouble(Why::no_pin);
  constexpr CK_FLAGS kTriedBefore = CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY;
  if (!pin.by_person && ((info_.flags & kTriedBefore) != 0 || refused().holds(info_, pin.digits))) {
    return trouble(Why::pin_spent);
  }
  std::string digits = pin.digits;
  const CK_RV rv = calls_->C_Login(handle_, CKU_USER, reinterpret_cast<CK_UTF8CHAR*>(digits.data()),
                                   digits.size());
  if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN) return {};
  const auto why = trouble(rv);
  if (why.error().why == Why::pin_wrong) refused().add(info_, pin.digits);
  return why;
}

Done<CK_OBJECT_HANDLE> Session::find(CK_OBJECT_CLASS kind) {
  CK_ULONG count = 0;
  CK_ATTRIBUTE* named = ::p11_kit_uri_get_attributes(place_.uri(), &count);
  std::vector<CK_ATTRIBUTE> wanted;
  for (CK_ULONG i = 0; i < count; ++i) {
    if (named[i].type != CKA_CLASS) wanted.push_back(named[i]);
  }
  wanted.push_back({.type = CKA_CLASS, .pValue = &kind, .ulValueLen = sizeof kind});
  if (const CK_RV rv = calls_->C_FindObjectsInit(handle_, wanted.data(), wanted.size());
      rv != CKR_OK) {
    return trouble(rv);
  }
  std::array<CK_OBJECT_HANDLE, 2> objects{};
  CK_ULONG found = 0;
  const CK_RV rv = calls_->C_FindObjects(handle_, objects.data(), objects.size(), &found);
  calls_->C_FindObjectsFinal(handle_);
  if (rv != CKR_OK) return trouble(rv);
  if (found == 0) return trouble(Why::no_key);
  if (found > 1) return trouble(Why::two_keys);
  return objects.front();
}

Done<std::string> Session::attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  CK_ATTRIBUTE one{.type = type, .pValue = nullptr, .ulValueLen = 0};
  CK_RV rv = calls_->C_GetAttributeValue(handle_, object, &one, 1);
  if (rv != CKR_OK) return trouble(rv);
  std::string value(one.ulValueLen, '\0');
  one.pValue = value.data();
  rv = calls_->C_GetAttributeValue(handle_, object, &one, 1);
  if (rv != CKR_OK) return trouble(rv);
  return value;
}

Done<CK_KEY_TYPE> Session::key_type(CK_OBJECT_HANDLE object) {
  CK_KEY_TYPE type = 0;
  CK_ATTRIBUTE one{.type = CKA_KEY_TYPE, .pValue = &type, .ulValueLen = sizeof type};
  if (const CK_RV rv = calls_->C_GetAttributeValue(handle_, object, &one, 1); rv != CKR_OK) {
    return trouble(rv);
  }
  return type;
}

std::unexpected<Trouble> Session::trouble(CK_RV rv) const {
  switch (rv) {
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
      return trouble(Why::pin_wrong);
    case CKR_PIN_LOCKED:
      return trouble(Why::pin_locked);
    case CKR_MECHANISM_INVALID:
    case CKR_MECHANISM_PARAM_INVALID:
    case CKR_CURVE_NOT_SUPPORTED:
    case CKR_FUNCTION_NOT_SUPPORTED:
      return trouble(Why::mechanism, ::p11_kit_strerror(rv));
    case CKR_TOKEN_NOT_PRESENT:
    case CKR_DEVICE_REMOVED:
      return trouble(Why::no_token, ::p11_kit_strerror(rv));
    default:
      return trouble(Why::device, ::p11_kit_strerror(rv));
  }
}

}  // namespace bashu::tokens

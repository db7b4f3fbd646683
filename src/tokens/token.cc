#include "tokens/token.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "base/try.h"
#include "tokens/session.h"

namespace bashu::tokens {

namespace {

constexpr std::size_t kKeySize = 32, kSignatureSize = 64;
constexpr CK_ULONG kRsaBits = 3072;

CK_BYTE* bytes(std::string& text) { return reinterpret_cast<CK_BYTE*>(text.data()); }

// Labels are filled up with blanks.
template <std::size_t N>
std::string padded(const unsigned char (&text)[N]) {
  std::string read{reinterpret_cast<const char*>(text), N};
  read.erase(read.find_last_not_of(std::string{" \0", 2}) + 1);
  return read;
}

// The private key of that kind, the session logged in.
Done<CK_OBJECT_HANDLE> secret_part(Session& session, const Pin& pin, CK_KEY_TYPE kind) {
  BASHU_TRY_OK(session.log_in(pin));
  BASHU_TRY(const CK_OBJECT_HANDLE key, session.find(CKO_PRIVATE_KEY));
  BASHU_TRY(const CK_KEY_TYPE type, session.key_type(key));
  if (type != kind) return session.trouble(Why::other_kind);
  return key;
}
Done<CK_OBJECT_HANDLE> public_part(Session& session, CK_KEY_TYPE kind) {
  BASHU_TRY(const CK_OBJECT_HANDLE key, session.find(CKO_PUBLIC_KEY));
  BASHU_TRY(const CK_KEY_TYPE type, session.key_type(key));
  if (type != kind) return session.trouble(Why::other_kind);
  return key;
}

struct Attribute {
  CK_ATTRIBUTE_TYPE type;
  std::string value;
};
std::string flag(bool value) { return std::string(1, value ? CK_TRUE : CK_FALSE); }
std::string number(CK_ULONG value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }
std::vector<CK_ATTRIBUTE> pointing_at(std::vector<Attribute>& attributes) {
  std::vector<CK_ATTRIBUTE> all;
  for (Attribute& one : attributes) {
    all.push_back({.type = one.type, .pValue = one.value.data(), .ulValueLen = one.value.size()});
  }
  return all;
}

struct Kind {
  CK_MECHANISM_TYPE mechanism;
  std::vector<Attribute> of_public, of_private;
};
// A pair that stays where it is made, under the label of the URI.
CK_RV generate(Session& session, const std::string& label, const Kind& kind) {
  const std::string id = label;  // both parts the same, as who asks by id expects
  std::vector<Attribute> open{
      {CKA_TOKEN, flag(true)}, {CKA_PRIVATE, flag(false)}, {CKA_LABEL, label}, {CKA_ID, id}};
  std::vector<Attribute> closed{{CKA_TOKEN, flag(true)},     {CKA_PRIVATE, flag(true)},
                                {CKA_SENSITIVE, flag(true)}, {CKA_EXTRACTABLE, flag(false)},
                                {CKA_LABEL, label},          {CKA_ID, id}};
  open.insert(open.end(), kind.of_public.begin(), kind.of_public.end());
  closed.insert(closed.end(), kind.of_private.begin(), kind.of_private.end());
  auto public_attributes = pointing_at(open), private_attributes = pointing_at(closed);
  CK_MECHANISM mechanism{.mechanism = kind.mechanism, .pParameter = nullptr, .ulParameterLen = 0};
  CK_OBJECT_HANDLE public_key = 0, private_key = 0;
  return session.calls()->C_GenerateKeyPair(session.handle(), &mechanism, public_attributes.data(),
                                            public_attributes.size(), private_attributes.data(),
                                            private_attributes.size(), &public_key, &private_key);
}

// Ready to make a key: writable, logged in, and nothing of that name there.
Done<Session> session_to_make(const Place& place, const Pin& pin) {
  if (place.label().empty()) return place.trouble(Why::uri);
  BASHU_TRY(Session session, Session::open(place, true));
  BASHU_TRY_OK(session.log_in(pin));
  for (const CK_OBJECT_CLASS kind : {CKO_PRIVATE_KEY, CKO_PUBLIC_KEY}) {
    const auto there = session.find(kind);
    if (there || there.error().why == Why::two_keys) return session.trouble(Why::key_exists);
    if (there.error().why != Why::no_key) return std::unexpected{there.error()};
  }
  return session;
}

// OAEP with either hash; SHA-256 first.
struct Oaep {
  std::string_view name;
  CK_MECHANISM_TYPE hash;
  CK_RSA_PKCS_MGF_TYPE mask;
};
constexpr std::array<Oaep, 2> kOaep{Oaep{"RSA-OAEP-SHA256", CKM_SHA256, CKG_MGF1_SHA256},
                                    Oaep{"RSA-OAEP-SHA1", CKM_SHA_1, CKG_MGF1_SHA1}};

CK_RSA_PKCS_OAEP_PARAMS parameters(const Oaep& how) {
  return {.hashAlg = how.hash,
          .mgf = how.mask,
          .source = CKZ_DATA_SPECIFIED,
          .pSourceData = nullptr,
          .ulSourceDataLen = 0};
}
CK_MECHANISM mechanism_of(CK_RSA_PKCS_OAEP_PARAMS& with) {
  return {.mechanism = CKM_RSA_PKCS_OAEP, .pParameter = &with, .ulParameterLen = sizeof with};
}

}  // namespace

Done<Seen> look(const Place& place) {
  BASHU_TRY(const Session session, Session::open(place));
  const CK_TOKEN_INFO& info = session.info();
  constexpr CK_FLAGS kTriedBefore = CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY;
  return Seen{.token = padded(info.label),
              .model = padded(info.model),
              .serial = padded(info.serialNumber),
              .pin_spent = (info.flags & kTriedBefore) != 0,
              .pin_locked = (info.flags & CKF_USER_PIN_LOCKED) != 0};
}

Done<std::string> public_key(const Place& place) {
  BASHU_TRY(Session session, Session::open(place));
  BASHU_TRY(const CK_OBJECT_HANDLE key, public_part(session, CKK_EC_EDWARDS));
  BASHU_TRY(std::string point, session.attribute(key, CKA_EC_POINT));
  // An OCTET STRING in DER, or the bytes as they are: both are found.
  constexpr std::string_view kOctets{"\x04\x20", 2};
  if (point.size() == kKeySize + kOctets.size() && point.starts_with(kOctets)) {
    point.erase(0, kOctets.size());
  }
  if (point.size() != kKeySize) return session.trouble(Why::other_kind);
  return point.substr(0, kKeySize);  // moved, g++ 12 takes it for a short one
}

Done<std::string> sign(const Place& place, const Pin& pin, std::string_view message) {
  BASHU_TRY(Session session, Session::open(place));
  BASHU_TRY(const CK_OBJECT_HANDLE key, secret_part(session, pin, CKK_EC_EDWARDS));
  CK_MECHANISM eddsa{.mechanism = CKM_EDDSA, .pParameter = nullptr, .ulParameterLen = 0};
  CK_RV rv = session.calls()->C_SignInit(session.handle(), &eddsa, key);
  if (rv != CKR_OK) return session.trouble(rv);
  std::string text{message}, signature(kSignatureSize, '\0');
  CK_ULONG size = signature.size();
  rv = session.calls()->C_Sign(session.handle(), bytes(text), text.size(), bytes(signature), &size);
  if (rv != CKR_OK) return session.trouble(rv);
  if (size != kSignatureSize) return session.trouble(Why::other_kind);
  return signature;
}

Done<void> make_signing_key(const Place& place, const Pin& pin) {
  BASHU_TRY(Session session, session_to_make(place, pin));
  // The curve by its identifier (RFC 8410), or by its name (PKCS #11 3.0): tokens take one of them.
  CK_RV rv = CKR_OK;
  for (const std::string_view curve :
       {std::string_view{"\x06\x03\x2b\x65\x70"}, std::string_view{"\x13\x0c"
                                                                   "edwards25519"}}) {
    rv = generate(session, place.label(),
                  {.mechanism = CKM_EC_EDWARDS_KEY_PAIR_GEN,
                   .of_public = {{CKA_EC_PARAMS, std::string{curve}}, {CKA_VERIFY, flag(true)}},
                   .of_private = {{CKA_SIGN, flag(true)}}});
    if (rv == CKR_OK || rv == CKR_MECHANISM_INVALID) break;
  }
  if (rv != CKR_OK) return session.trouble(rv);
  return {};
}

Done<void> make_closing_key(const Place& place, const Pin& pin) {
  BASHU_TRY(Session session, session_to_make(place, pin));
  const CK_RV rv = generate(session, place.label(),
                            {.mechanism = CKM_RSA_PKCS_KEY_PAIR_GEN,
                             .of_public = {{CKA_MODULUS_BITS, number(kRsaBits)},
                                           {CKA_PUBLIC_EXPONENT, std::string{"\x01\x00\x01", 3}},
                                           {CKA_ENCRYPT, flag(true)}},
                             .of_private = {{CKA_DECRYPT, flag(true)}}});
  if (rv != CKR_OK) return session.trouble(rv);
  return {};
}

// Opened again before it is believed: what only closes would lose the secret.
Done<Closed> close(const Place& place, const Pin& pin, std::string_view secret) {
  Trouble last{.why = Why::mechanism, .place = place.text(), .detail = {}};
  for (const Oaep& how : kOaep) {
    BASHU_TRY(Session session, Session::open(place));
    BASHU_TRY(const CK_OBJECT_HANDLE key, public_part(session, CKK_RSA));
    CK_RSA_PKCS_OAEP_PARAMS with = parameters(how);
    CK_MECHANISM oaep = mechanism_of(with);
    std::string text{secret}, box(kRsaBits, '\0');
    CK_ULONG size = box.size();
    CK_RV rv = session.calls()->C_EncryptInit(session.handle(), &oaep, key);
    if (rv == CKR_OK) {
      rv =
          session.calls()->C_Encrypt(session.handle(), bytes(text), text.size(), bytes(box), &size);
    }
    if (rv != CKR_OK) {
      last = session.trouble(rv).error();
      continue;
    }
    box.resize(size);
    Closed closed{.how = std::string{how.name}, .bytes = std::move(box)};
    BASHU_TRY(const std::string again, open(place, pin, closed));
    if (again != secret) return session.trouble(Why::not_its_own);
    return closed;
  }
  return std::unexpected{std::move(last)};
}

Done<std::string> open(const Place& place, const Pin& pin, const Closed& closed) {
  BASHU_TRY(Session session, Session::open(place));
  const auto* how = std::ranges::find(kOaep, closed.how, &Oaep::name);
  if (how == kOaep.end()) return session.trouble(Why::mechanism, closed.how);
  BASHU_TRY(const CK_OBJECT_HANDLE key, secret_part(session, pin, CKK_RSA));
  CK_RSA_PKCS_OAEP_PARAMS with = parameters(*how);
  CK_MECHANISM oaep = mechanism_of(with);
  CK_RV rv = session.calls()->C_DecryptInit(session.handle(), &oaep, key);
  if (rv != CKR_OK) return session.trouble(rv);
  std::string box = closed.bytes, secret(kRsaBits, '\0');
  CK_ULONG size = secret.size();
  rv = session.calls()->C_Decrypt(session.handle(), bytes(box), box.size(), bytes(secret), &size);
  if (rv == CKR_ENCRYPTED_DATA_INVALID || rv == CKR_ENCRYPTED_DATA_LEN_RANGE ||
      rv == CKR_GENERAL_ERROR) {
    return session.trouble(Why::not_its_own, ::p11_kit_strerror(rv));
  }
  if (rv != CKR_OK) return session.trouble(rv);
  secret.resize(size);
  return secret;
}

Done<std::string> try_key(const Place& place, const Pin& pin) {
  CK_KEY_TYPE type = 0;
  {
    BASHU_TRY(Session session, Session::open(place));
    BASHU_TRY_OK(session.log_in(pin));
    BASHU_TRY(const CK_OBJECT_HANDLE key, session.find(CKO_PRIVATE_KEY));
    BASHU_TRY(type, session.key_type(key));
  }
  if (type == CKK_RSA) {
    BASHU_TRY_OK(close(place, pin, "bashu: does this key open?"));
    return std::string{};
  }
  BASHU_TRY(std::string known, public_key(place));
  BASHU_TRY_OK(sign(place, pin, "bashu: does this key sign?"));
  return known;
}

}  // namespace bashu::tokens

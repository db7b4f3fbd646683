// A small pack for the tests of this folder and of api/: roles of every kind, values of every
// class.
#pragma once

#include <string_view>

namespace bashu::desk {

inline constexpr std::string_view kTestPack = R"(
bashu: 1
pack: errand
version: 1
title: {zh: 代办, en: Errands}
types:
  line:    {type: text, min: 1, max: 60, class: internal, title: {zh: 一行, en: Line}}
  name:    {type: text, min: 1, max: 60, class: personal, title: {zh: 姓名, en: Name}}
  person:  {type: token, class: token, title: {zh: 人员代码, en: Person token}}
  proof:   {type: document, class: sensitive, title: {zh: 证明, en: Proof}}
  firm:    {type: text, pattern: "[0-9A-HJ-NPQRTUWXY]{18}", class: public, title: {zh: 信用代码, en: Credit code}}
  day:     {type: date, class: public, title: {zh: 日期, en: Date}}
  where:   {type: place, class: public, title: {zh: 行政区划, en: Division}}
  yuan:    {type: money, unit: CNY, scale: 2, min: 0, class: internal, title: {zh: 金额, en: Amount}}
  code:    {type: text, min: 1, max: 20, class: public, title: {zh: 代码, en: Code}}
registers:
  agents:
    title: {zh: 代办机构, en: Agents}
    kept: own
    key: [firm]
    fields: {firm: firm, since: day, contact: {type: name, optional: true}, note: {type: line, optional: true}, called: {type: code, optional: true}}
books:
  fees:
    title: {zh: 费用, en: Fees}
    type: yuan
    accounts:
      payers: {floor: none}
      owed:   {key: [firm]}
      kept:   {key: [receipt]}
feeds:
  fee:
    title: {zh: 收费, en: Fees}
    by: cashier
    fields: {receipt: code, firm: firm, day: day, fee: yuan}
    key: [receipt]
    when: line.fee > 0
    why: {zh: 金额须为正, en: The amount must be positive}
    do: {move: =line.fee, from: fees.payers, to: fees.owed(line.firm), date: =line.day}
  deposit:
    title: {zh: 押金, en: Deposits}
    by: cashier
    fields: {receipt: code, fee: yuan}
    key: [receipt]
    do: {move: =line.fee, from: fees.payers, to: fees.kept(line.receipt)}
  named_fee:
    title: {zh: 实名收费, en: Fees of named payers}
    by: cashier
    fields: {receipt: code, firm: firm, name: name, fee: yuan}
    key: [receipt]
    do: {move: =line.fee, from: fees.payers, to: fees.owed(line.firm)}
services:
  errand:
    title: {zh: 代办事项, en: Errand}
    parties:
      origin:      {citizen: {own: person}, driver: {own: firm}, clerk: all}
      destination: {checker: all}
    fields:
      subject: line
      name: name
      person: {type: person, optional: true}
      proof: {type: proof, optional: true}
      firm: {type: firm, optional: true}
      place: {type: where, optional: true}
      born: {type: date, optional: true, title: {zh: 出生日期, en: Date of birth}}
      age: {type: int, min: 0, max: 130, class: internal, optional: true, title: {zh: 周岁, en: Age}}
      reason: line
    before_sealing:
      age: years(data.born, today)
    prints:
      receipt: {title: {zh: 回执, en: Receipt}, text: {zh: "{name}", en: "{name}"}}
    start: {owner: origin, by: [citizen, clerk], form: [subject, name, person, proof, firm, place, born], to: asked}
    states:
      asked:
        title: {zh: 已申请, en: Asked}
        owner: origin
        events:
          accept:
            title: {zh: 受理, en: Accept}
            by: clerk
            when: data.subject != 'impossible'
            why: {zh: 无法代办, en: It cannot be done}
            do: {task: {zh: 送达, en: Deliver it}, for: driver}
            to: on_the_way
          withdraw: {title: {zh: 撤回, en: Withdraw}, by: citizen, to: done}
          refuse: {title: {zh: 不予受理, en: Refuse}, by: clerk, form: [reason], to: done}
      on_the_way:
        title: {zh: 途中, en: On the way}
        owner: origin
        events:
          arrive: {title: {zh: 送达, en: Arrive}, by: driver, to: done}
      done: {title: {zh: 办结, en: Done}, final: true}
figures:
  asked:
    title: {zh: 申请量, en: Errands asked for}
    of: errand
    from: case.opened
    count: true
  collected:
    title: {zh: 收费额, en: Fees collected}
    of: fees.owed
    sum: account.balance
scenarios:
  - title: one errand
    today: 2026-03-02
    steps:
      - {at: sichuan, as: citizen, start: errand, id: E1, parties: {origin: sichuan, destination: chongqing}, with: {subject: post, name: Synthetic}, state: asked}
)";

}  // namespace bashu::desk

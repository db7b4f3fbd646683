// Tests only: corridors, each half by its own side, stations and timetables as the transport pack
// keeps them.
#pragma once

namespace bashu::travel::test {

inline constexpr const char* kTransport = R"(
bashu: 2
pack: transport
version: 1
title: {zh: 交通, en: Transport}
types: {code: {type: text, max: 20, class: public, title: {zh: 代码, en: Code}}}
registers:
  corridor:
    title: {zh: 通道, en: Corridors}
    kept: shared
    public: true
    key: [code]
    fields:
      code: code
      crosses: {type: mark, class: public, title: {zh: 跨省界, en: Crosses the border}}
      opened_on: {type: day, class: public, sided: true, optional: true, title: {zh: 开通, en: Open}}
      approved_on: {type: day, class: public, sided: true, optional: true, title: {zh: 批复, en: Approved}}
      started_on: {type: day, class: public, sided: true, optional: true, title: {zh: 开工, en: Started}}
      trial_on: {type: day, class: public, sided: true, optional: true, title: {zh: 试运行, en: On trial}}
      closed_on: {type: day, class: public, sided: true, optional: true, title: {zh: 停运, en: Closed}}
      dropped_on: {type: day, class: public, optional: true, title: {zh: 移出, en: Dropped}}
  scenario:
    title: {zh: 情景, en: Scenarios}
    kept: shared
    public: true
    key: [scenario, corridor]
    fields:
      scenario: code
      name: code
      english: code
      corridor: code
      change: code
      opens_on: {type: day, class: public, optional: true, title: {zh: 开通, en: Opens on}}
      months: {type: int, min: -240, max: 240, class: public, optional: true, title: {zh: 月, en: Months}}
  station:
    title: {zh: 车站, en: Stations}
    kept: shared
    public: true
    key: [station]
    fields:
      station: code
      side: {type: party, class: public, title: {zh: 一方, en: Side}}
      division: code
      east: {type: int, class: public, title: {zh: 东经, en: East}}
      north: {type: int, class: public, title: {zh: 北纬, en: North}}
      opened_on: {type: date, class: public, optional: true, title: {zh: 启用, en: Open}}
      closed_on: {type: date, class: public, optional: true, title: {zh: 停用, en: Closed}}
  timetable:
    title: {zh: 版本, en: Editions}
    kept: shared
    public: true
    key: [side, valid_from]
    fields:
      side: {type: party, class: public, title: {zh: 一方, en: Side}}
      valid_from: {type: date, class: public, title: {zh: 施行, en: From}}
      trains: {type: int, class: public, title: {zh: 车次数, en: Trains}}
  train:
    title: {zh: 车次, en: Trains}
    kept: shared
    public: true
    key: [side, valid_from, number]
    fields:
      side: {type: party, class: public, title: {zh: 一方, en: Side}}
      valid_from: {type: date, class: public, title: {zh: 施行, en: From}}
      number: code
      calls:
        type: list
        class: public
        title: {zh: 停站, en: Calls}
        of:
          type: record
          title: {zh: 停站, en: Call}
          fields:
            station: code
            arrives: {type: int, class: public, optional: true, title: {zh: 到, en: Arrives}}
            departs: {type: int, class: public, optional: true, title: {zh: 发, en: Departs}}
figures: {corridors: {title: {zh: 通道数, en: Corridors}, of: corridor, count: true}}
scenarios:
  - {title: 无 / None, today: 2026-03-02, steps: [{figure: corridors, is: 0}]}
)";

}  // namespace bashu::travel::test

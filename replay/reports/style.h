// How a report looks: on a screen, light or dark, and on paper.
#pragma once

#include <string_view>

namespace replay::reports {

inline constexpr std::string_view page_style = R"css(
:root { color-scheme: light dark; --ground: #ffffff; --ink: #1b1f24; --quiet: #59616b;
  --rule: #d5dae0; --panel: #f4f6f8; --good: #3b8f5e; --late: #d99a2b; --bad: #b8392e;
  --idle: #a3a9b1; --hue_a: #2f6db5; --hue_b: #7c55b5; --hue_c: #1f8c93; --hue_d: #c3cad2;
  --hue_e: #9a5a2c; }
@media (prefers-color-scheme: dark) { :root { --ground: #14181d; --ink: #e4e8ec;
  --quiet: #9aa4af; --rule: #343c45; --panel: #1c2229; --good: #56b37f; --late: #e0ab4c;
  --bad: #e0685c; --idle: #6c7580; --hue_a: #6aa5e6; --hue_b: #ac8ae0; --hue_c: #4fb9c0;
  --hue_d: #49535e; --hue_e: #c98a5c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 84rem; padding: 2rem 1.5rem 3rem; background: var(--ground);
  color: var(--ink); font: 15px/1.45 system-ui, "Liberation Sans", Arial, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0.1rem 0 0.4rem; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 0.3rem; }
p { margin: 0.2rem 0 0.7rem; max-width: 46rem; }
.origin, .note, .none, .more { color: var(--quiet); }
.origin { margin: 0; font-weight: 600; }
.period { font-variant-numeric: tabular-nums; }
dl.figures { display: flex; flex-wrap: wrap; gap: 0.8rem; margin: 1.2rem 0; padding: 0; }
dl.figures div { display: flex; flex-direction: column-reverse; justify-content: flex-end;
  background: var(--panel); border: 1px solid var(--rule); border-radius: 6px;
  padding: 0.6rem 1rem; min-width: 9rem; }
dl.figures dt { color: var(--quiet); font-size: 0.85rem; }
dl.figures dd { margin: 0; font-size: 1.5rem; font-weight: 600; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; list-style: none; padding: 0; }
a { color: inherit; text-decoration-color: var(--quiet); }
figure { margin: 0.8rem 0 1rem; max-width: 60rem; break-inside: avoid; }
figcaption { font-size: 0.85rem; color: var(--quiet); }
.key { display: inline-block; margin-left: 1rem; color: var(--ink); white-space: nowrap; }
.key svg { width: 0.75em; height: 0.75em; margin-right: 0.35em; }
svg.plot { display: block; width: 100%; height: auto; }
svg text { font-size: 11px; fill: var(--quiet); font-variant-numeric: tabular-nums; }
svg text.label, svg text.value { fill: var(--ink); }
svg text.label, svg text.y, svg text.to { text-anchor: end; }
svg text.x { text-anchor: middle; }
svg .tick { stroke: var(--rule); stroke-width: 1; }
svg .line { fill: none; stroke-width: 2; }
.good { fill: var(--good); } .line.good { stroke: var(--good); }
.late { fill: var(--late); } .line.late { stroke: var(--late); }
.bad { fill: var(--bad); } .line.bad { stroke: var(--bad); }
.idle { fill: var(--idle); } .line.idle { stroke: var(--idle); }
.hue_a { fill: var(--hue_a); } .line.hue_a { stroke: var(--hue_a); }
.hue_b { fill: var(--hue_b); } .line.hue_b { stroke: var(--hue_b); }
.hue_c { fill: var(--hue_c); } .line.hue_c { stroke: var(--hue_c); }
.hue_d { fill: var(--hue_d); } .line.hue_d { stroke: var(--hue_d); }
.hue_e { fill: var(--hue_e); } .line.hue_e { stroke: var(--hue_e); }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.7rem 0.25rem 0;
  border-bottom: 1px solid var(--rule); overflow-wrap: break-word; }
th { font-weight: 600; vertical-align: bottom; }
th.number, td.number { text-align: right; }
td.time, td.number { white-space: nowrap; }
td.words { min-width: 14rem; overflow-wrap: anywhere; }
td.number { color: var(--ink); } td.zero { color: var(--quiet); }
footer { margin-top: 3rem; border-top: 2px solid var(--rule); padding-top: 0.8rem; }
footer th { width: 9rem; } footer td, code { overflow-wrap: anywhere; }
code { font-family: ui-monospace, "Liberation Mono", monospace; font-size: 0.85em; }
@page { size: A4 landscape; margin: 12mm 12mm 15mm;
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; } }
@media print { :root { color-scheme: light; --ground: #ffffff; --ink: #000000; --quiet: #4a4f55;
    --rule: #c4c9cf; --panel: #ffffff; --good: #3b8f5e; --late: #d99a2b; --bad: #b8392e;
    --idle: #a3a9b1; --hue_a: #2f6db5; --hue_b: #7c55b5; --hue_c: #1f8c93; --hue_d: #c3cad2;
    --hue_e: #9a5a2c; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  nav { display: none; }
  h2, .note, figure { break-after: avoid; }
  figure { max-width: 200mm; }
  .table { overflow: visible; }
  table { font-size: 8pt; }
  td.words { min-width: 30mm; }
  thead { display: table-header-group; }
  tr, footer { break-inside: avoid; }
}
)css";

}  // namespace replay::reports

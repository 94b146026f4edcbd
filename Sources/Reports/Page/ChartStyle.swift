/// Rules of charts: only lines are stretched, texts keep their size.
let chartStyle = """
  .bar { display: flex; height: 1.5rem; border-radius: 5px; overflow: hidden; gap: 2px; }
  .bar i { background: var(--tone); min-width: 2px; flex-basis: 0; }
  td .bar { height: 0.8rem; min-width: 8rem; border-radius: 3px; gap: 1px; }
  .outcomes { list-style: none; padding: 0; margin: 0.7rem 0 0; display: flex; flex-wrap: wrap; gap: 0.2rem 1.5rem;
    font-variant-numeric: tabular-nums; }
  .outcomes .soft { font-size: 0.88rem; }
  .meter { background: var(--line); height: 0.55rem; min-width: 6rem; border-radius: 3px; overflow: hidden; }
  .meter i { display: block; height: 100%; background: var(--soft); }
  .chart { max-width: 58rem; margin: 0 0 1.2rem; container-type: inline-size; }
  .plot { position: relative; height: var(--high); margin: 1.7rem var(--names) 1.7rem var(--ticks); font-size: 0.8rem;
    line-height: 1.2; font-variant-numeric: tabular-nums; }
  svg.lines { display: block; width: 100%; height: 100%; overflow: visible; }
  svg.lines polyline, svg.lines path { fill: none; stroke: var(--tone); stroke-width: 2; stroke-linejoin: round;
    vector-effect: non-scaling-stroke; }
  svg.lines .faint { stroke-dasharray: 2 4; stroke-width: 1.6; }
  svg.lines .dot { stroke-linecap: round; stroke-width: 6; stroke-dasharray: none; }
  svg.lines .dot.faint { stroke-width: 4; }
  svg.lines path.grid { stroke: var(--line); stroke-width: 1; }
  svg.lines path.mark { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 4 4; }
  .plot span { position: absolute; white-space: nowrap; }
  .plot .y { right: calc(100% + 0.5rem); transform: translateY(-50%); color: var(--soft); }
  .plot .x { top: calc(100% + 0.4rem); transform: translateX(-50%); color: var(--soft); }
  .plot .at { top: -1.25rem; color: var(--soft); transform: translateX(-0.2rem); } .plot .at.end { transform: translateX(0.2rem); }
  .plot .name { left: calc(100% + 17px); transform: translateY(-50%); }
  .plot .leaders { position: absolute; left: 100%; top: 0; overflow: visible; }
  .leaders path { fill: none; stroke: var(--tone); stroke-width: 1; opacity: 0.7; }
  .dash { display: inline-block; width: 1.1em; border-top: 3px solid var(--tone); vertical-align: 0.28em; margin-right: 0.4em; }
  .dash.faint { border-top-style: dotted; }
  .key { list-style: none; padding: 0; margin: 0; display: none; flex-wrap: wrap; gap: 0.1rem 1.1rem; font-size: 0.85rem; }
  .key.always { display: flex; margin-bottom: 0.8rem; }
  .axis { text-align: center; color: var(--soft); font-size: 0.82rem; margin: 0 var(--names, 0) 0 var(--ticks, 0); max-width: none; }
  .histogram { max-width: 54rem; }
  .histogram .most { font-size: 0.8rem; color: var(--soft); margin: 0; }
  .columns { display: flex; height: 11rem; align-items: stretch; gap: 2px; border-bottom: 1px solid var(--soft); }
  .columns div { flex: 1 1 0; display: flex; flex-direction: column; justify-content: flex-end; }
  .columns i { background: var(--tone); }
  .numbers { position: relative; height: 1.5rem; font-size: 0.8rem; font-variant-numeric: tabular-nums; color: var(--soft); }
  .numbers span { position: absolute; top: 0.3rem; white-space: nowrap; transform: translateX(-50%); }
  .numbers .first { transform: none; } .numbers .last { transform: translateX(-100%); }
  .numbers .zero { color: var(--ink); font-weight: 600; }
  .small { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 1rem; }
  .state { margin: 0; min-width: 0; }
  .state figcaption { font-size: 0.82rem; overflow-wrap: anywhere; margin-bottom: 0.2rem; }
  .state svg { display: block; width: 100%; height: 5.5rem; border-radius: 3px; }
  .state polygon { fill: var(--tone); }
  .state .ends { display: flex; justify-content: space-between; color: var(--soft); font-size: 0.78rem; margin: 0; }
  .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.4rem 2.4rem; }
  .pair > div { min-width: 0; }
  .spread { max-width: 58rem; margin: 0 0 1.2rem; }
  .spread .of { display: grid; grid-template-columns: 11rem 1fr; gap: 0 1rem; align-items: center; border-bottom: 1px solid var(--line); }
  .spread .of p { margin: 0; font-size: 0.9rem; overflow-wrap: anywhere; }
  .spread svg.lines { height: 4.5rem; } .spread .mean { stroke-width: 3; }
  .spread .numbers { margin: 0 0 0 12rem; }
  @media (max-width: 40rem) {
    .spread .of { grid-template-columns: 1fr; } .spread .of p { padding-top: 0.4rem; } .spread .numbers { margin-left: 0; }
  }
  @container (max-width: 40rem) {
    .plot, .axis { margin-right: 0.8rem; }
    .plot .name, .plot .leaders { display: none; }
    .key { display: flex; }
  }
  @media (max-width: 40rem) {
    .small { grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); }
  }
  """

/// Rules of tables.
let tableStyle = """
  .scroll { overflow-x: auto; max-width: 100%; margin: 0 0 0.8rem; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.9rem; }
  th, td { text-align: left; padding: 0.32rem 1rem 0.32rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
  th { color: var(--soft); font-weight: 600; white-space: nowrap; vertical-align: bottom; }
  th.n, td.n { text-align: right; } td { white-space: nowrap; } td .bar, td .meter { margin-top: 0.35rem; }
  td.w { white-space: normal; overflow-wrap: anywhere; min-width: 7rem; } th.w { min-width: 7rem; }
  .all th { white-space: normal; } .all th.n button { text-align: right; } .all th button { text-align: left; }
  .all th, .all td { padding-right: 0.8rem; }
  .all tbody tr:hover { background: var(--card); }
  .filter { display: flex; flex-wrap: wrap; gap: 0.5rem 0.6rem; align-items: center; margin: 0 0 0.8rem; padding: 0; border: 0; }
  .filter input { font: inherit; font-size: 0.9rem; color: inherit; background: var(--page); border: 1px solid var(--soft);
    border-radius: 6px; padding: 0.3rem 0.6rem; min-width: 0; width: 14rem; max-width: 100%; }
  .filter button { font: inherit; font-size: 0.88rem; color: inherit; background: var(--card); border: 1px solid var(--line);
    border-radius: 999px; padding: 0.22rem 0.8rem; cursor: pointer; }
  .filter button[aria-pressed="true"] { border-color: var(--ink); box-shadow: inset 0 0 0 1px var(--ink); }
  .filter output { color: var(--soft); font-size: 0.88rem; }
  th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
  th button::after { content: "\u{00A0}↕"; opacity: 0.5; }
  th[aria-sort="ascending"] button::after { content: "\u{00A0}↑"; opacity: 1; }
  th[aria-sort="descending"] button::after { content: "\u{00A0}↓"; opacity: 1; }
  @media (max-width: 64rem) { .all table { font-size: 0.82rem; } .all th, .all td { padding-right: 0.55rem; }
    .all td.w, .all th.w { min-width: 5rem; } }
  @media (max-width: 40rem) { th, td, .all th, .all td { padding-right: 0.6rem; } td .bar { min-width: 3.5rem; } .gloss { display: none; } }
  """

/// Rules of the page on paper: nothing is torn apart, colours stay, what only a screen can do is left out.
let printStyle = """
  @media print {
    @page { margin: 14mm; }
    * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
    body { font-size: 10.5pt; } main { max-width: none; padding: 0; }
    nav, .filter { display: none; }
    .tiles { grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); }
    .card table { font-size: 7pt; } .card th, .card td { padding-right: 0.4rem; } .card th.w, .card td.w { min-width: 0; }
    section { margin-top: 1.6rem; } section#all { break-before: page; }
    h2, h3, h4, .group > p, summary, thead, .key { break-after: avoid; }
    .chart, .histogram, .spread .of, .card, .tiles, .tile, .facts div, .state, figure, tr, .bar, .outcomes, .steps li, .pair > div,
    table.short, section > p { break-inside: avoid; }
    section > p:has(+ .histogram, + .chart, + .scroll, + .pair) { break-after: avoid; }
    thead { display: table-header-group; break-inside: avoid; }
    .scroll { overflow: visible; } table { font-size: 8pt; } th { white-space: normal; }
    th, td { padding: 0.15rem 0.7rem 0.15rem 0; }
    td .bar, td .meter { min-width: 5rem; } td.w, th.w { min-width: 5.5rem; }
    th button { display: contents; } th button::after { content: none; }
    .cards { grid-template-columns: repeat(2, 1fr); }
    .cards.single { grid-template-columns: repeat(3, 1fr); }
    .card { padding: 0.6rem; } .pictures { gap: 0.4rem; } .pictures figcaption, .card .remark { font-size: 8pt; }
    .single figure { grid-template-columns: 4.5rem 1fr; gap: 0.5rem; }
    .pair { grid-template-columns: 1fr 1fr; }
    a { color: inherit; text-decoration: none; }
    details::details-content { content-visibility: visible; display: block; }
  }
  """

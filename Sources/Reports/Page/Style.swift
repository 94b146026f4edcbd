/// The style sheet of every page.
let pageStyle = [colourStyle, textStyle, layoutStyle, chartStyle, tableStyle, printStyle]
  .joined(separator: "\n")

/// Colours by what they stand for, in the light and in the dark.
///
/// Neighbours in a bar differ in lightness as well as in hue, for readers who do not tell red from green and for prints
/// without colour. Each differs from the page by a contrast of at least 3, texts by at least 4.5.
private let colourStyle = """
  :root { color-scheme: light dark; --page: #ffffff; --card: #f6f8fa; --line: #d5dbe1; --ink: #1b2229; --soft: #56616d;
    --link: #0b5cad; --certified: #0b6e57; --undecided: #b58105; --violated: #c8420f; --misclassified: #7b8794;
    --error: #3b2a55; --clean: #2b66b0; --attacked: #b58105; --verified: #7a4fb0; --active: #3d4a57;
    --unstable: #c2447c; --inactive: #a9b4bf;
    --d0: #8695a4; --d1: #788898; --d2: #6a7a8b; --d3: #5c6d7e; --d4: #4e5f71; --d5: #405163; --d6: #2f4052; --d7: #1b2a3a; }
  @media (prefers-color-scheme: dark) {
    :root { --page: #14181c; --card: #1c2228; --line: #38424c; --ink: #e6eaee; --soft: #a2adb8;
      --link: #7db8f5; --certified: #3fb795; --undecided: #e3b341; --violated: #f0733d; --misclassified: #8b97a3;
      --error: #c4a7ee; --clean: #6cabf0; --attacked: #e3b341; --verified: #b795e6; --active: #cdd6df;
      --unstable: #ea7fb0; --inactive: #5d6975;
      --d0: #6b7a88; --d1: #7a8997; --d2: #8997a5; --d3: #98a6b3; --d4: #a8b5c1; --d5: #b9c5d0; --d6: #cdd7e0; --d7: #e6edf4; }
  }
  .certified { --tone: var(--certified); } .undecided { --tone: var(--undecided); }
  .withstood { --tone: var(--attacked); } .untried { --tone: var(--soft); }
  .violated { --tone: var(--violated); } .misclassified { --tone: var(--misclassified); } .error { --tone: var(--error); }
  .clean { --tone: var(--clean); } .attacked { --tone: var(--attacked); } .verified { --tone: var(--verified); }
  .ink { --tone: var(--ink); } .soft { --tone: var(--soft); }
  .active { --tone: var(--active); } .unstable { --tone: var(--unstable); } .inactive { --tone: var(--inactive); }
  \((0..<Tone.depths).map { ".d\($0) { --tone: var(--d\($0)); }" }.joined(separator: " "))
  """

private let textStyle = """
  * { box-sizing: border-box; }
  html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; scroll-padding-top: 1rem; }
  @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
  body { margin: 0; background: var(--page); color: var(--ink);
    font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
  h1 { font-size: clamp(1.5rem, 1.1rem + 1.8vw, 2.25rem); line-height: 1.2; font-weight: 650; letter-spacing: -0.01em;
    margin: 0.2rem 0 0.6rem; max-width: 26em; overflow-wrap: anywhere; text-wrap: balance; }
  h2 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 0.8rem; font-weight: 650; }
  h3 { font-size: 1.02rem; margin: 0 0 0.3rem; font-weight: 650; }
  h4 { font-size: 0.95rem; margin: 0 0 0.6rem; font-weight: 600; }
  p { margin: 0 0 0.8rem; max-width: 46rem; }
  a { color: var(--link); text-underline-offset: 0.15em; }
  :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
  code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.86em; }
  pre { margin: 0 0 0.8rem; padding: 0.7rem 0.9rem; background: var(--card); border: 1px solid var(--line);
    border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
  pre code { font-size: inherit; } p code, dd code { white-space: nowrap; } code.digest { white-space: normal; }
  .kicker { color: var(--soft); font-size: 0.9rem; margin: 0; overflow-wrap: anywhere; }
  .lead { color: var(--soft); overflow-wrap: anywhere; }
  .soft { color: var(--soft); font-weight: 400; }
  .digest { color: var(--soft); overflow-wrap: anywhere; }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  """

private let layoutStyle = """
  main { max-width: 68rem; margin: 0 auto; padding: 1.6rem clamp(1rem, 4vw, 2.5rem) 4rem; }
  section { margin-top: 3rem; }
  section#glance { margin-top: 1.4rem; }
  nav ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; font-size: 0.92rem; }
  .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 0.8rem; margin: 0 0 1.2rem; }
  .tile { background: var(--card); border-radius: 10px; border-top: 4px solid var(--tone, var(--soft)); padding: 0.8rem 1rem; }
  .tile p { margin: 0; font-size: 0.85rem; } .tile .name { font-size: 0.92rem; font-weight: 600; }
  .tile .value { font-size: 2rem; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -0.02em; }
  .between { margin: 0.9rem 0 0; } .rule { margin: 0.5rem 0 0; font-size: 0.88rem; }
  .facts { margin: 0 0 1.4rem; display: grid; gap: 0; max-width: 60rem; }
  .facts div { display: grid; grid-template-columns: 9rem 1fr; gap: 0 1rem; padding: 0.45rem 0; border-bottom: 1px solid var(--line); }
  .facts dt { color: var(--soft); } .facts dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
  .meanings { max-width: 46rem; } .meanings dt { font-weight: 600; } .meanings dd { margin: 0 0 0.6rem; }
  .steps { padding-left: 1.3rem; } .steps p { margin-bottom: 0.4rem; }
  .group { margin-top: 1.8rem; } .group > p { font-size: 0.92rem; }
  .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 0.9rem; }
  .cards.single { grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); }
  .card { background: var(--card); border-radius: 10px; padding: 0.9rem 1rem; min-width: 0; }
  .card:target { outline: 2px solid var(--link); }
  .card h4 { display: flex; flex-wrap: wrap; gap: 0 0.5rem; align-items: baseline; overflow-wrap: anywhere; }
  .card .file { font-size: 0.82rem; margin: -0.4rem 0 0.5rem; overflow-wrap: anywhere; }
  .card h4 + .remark { margin-top: 0; } .card .remark { font-size: 0.85rem; color: var(--soft); margin: 0.6rem 0 0; overflow-wrap: anywhere; }
  .card .facts { margin: 0.4rem 0 0; } .card .facts div { grid-template-columns: 8rem 1fr; }
  .swatch { display: inline-block; width: 0.75em; height: 0.75em; border-radius: 3px; background: var(--tone); margin-right: 0.4em; }
  .pictures { display: grid; grid-template-columns: repeat(3, 1fr); gap: 0.6rem; }
  .single .pictures { grid-template-columns: 1fr; }
  .single figure { display: grid; grid-template-columns: 6.5rem 1fr; gap: 0.8rem; }
  .pictures figure { margin: 0; min-width: 0; }
  .pictures img { display: block; width: 100%; max-width: 8rem; height: auto; image-rendering: pixelated; border-radius: 4px;
    border: 1px solid var(--line); }
  .pictures figcaption { font-size: 0.82rem; line-height: 1.4; margin-top: 0.3rem; overflow-wrap: anywhere; }
  .pictures figcaption b { display: block; font-weight: 400; color: var(--soft); }
  .answer { display: block; font-weight: 600; }
  .values { border-bottom: 1px solid var(--line); margin-bottom: 0.5rem; }
  .values svg.lines { height: 7rem; }
  .card table { font-size: 0.82rem; } .card th, .card td { padding-right: 0.6rem; } .card th.w, .card td.w { min-width: 4.5rem; }
  .values rect { fill: var(--tone); } .values rect.plain { --tone: var(--soft); } .values rect.paler { --tone: var(--violated); opacity: 0.45; }
  .values .changed { stroke: var(--violated); stroke-width: 2; vector-effect: non-scaling-stroke; }
  details { margin: 1rem 0; } summary { cursor: pointer; color: var(--link); }
  @media (max-width: 40rem) {
    section { margin-top: 2.4rem; }
    .tiles { grid-template-columns: 1fr; gap: 0.5rem; }
    .tile { display: grid; grid-template-columns: 1fr auto; align-items: center; border-top: 0;
      border-left: 4px solid var(--tone, var(--soft)); padding: 0.5rem 0.9rem; }
    .tile .value { grid-row: 1 / 3; grid-column: 2; font-size: 1.6rem; }
    .facts div { grid-template-columns: 1fr; }
    .facts dt { font-size: 0.85rem; }
    .card .facts div { grid-template-columns: 7.5rem 1fr; }
  }
  """

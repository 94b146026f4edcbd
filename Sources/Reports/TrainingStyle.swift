/// The number of colours that tell lines apart.
let seriesColours = 8

/// Rules of the page about a training run, beside those of every report.
///
/// The colours keep their order of lightness in the dark; neighbours differ for readers who do not tell red from
/// green.
let trainingStyle = """
  :root { --s0: #1f6fb2; --s1: #b54a10; --s2: #1f7a4b; --s3: #8a56a8; --s4: #83641a; --s5: #b03a6f; --s6: #25737f;
    --s7: #5f646c; --active: #4c9be0; --unstable: #e39a4e; --inactive: #c3cad2; }
  @media (prefers-color-scheme: dark) {
    :root { --s0: #6cb2ee; --s1: #f0955f; --s2: #6fcf9c; --s3: #c79ae2; --s4: #dcbb69; --s5: #ee86b2; --s6: #7fcfdd;
      --s7: #aab0b8; --active: #3f86c8; --unstable: #c98436; --inactive: #4a535d; }
  }
  .chart { overflow-x: auto; }
  .chart svg { max-width: 48rem; min-width: 28rem; display: block; }
  polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
  polyline.faint, path.faint { stroke-width: 1.5; stroke-dasharray: 2 4; opacity: 0.85; }
  circle.faint { opacity: 0.7; }
  .dash0 { stroke-dasharray: 7 4; } .dash1 { stroke-dasharray: 1 4; }
  path.grid { stroke: var(--line); fill: none; } path.mark { stroke: var(--soft); stroke-dasharray: 4 4; }
  path.leader { opacity: 0.5; stroke-width: 1; stroke-dasharray: 1 3; fill: none; }
  svg text.tick { fill: var(--soft); font-size: 12px; }
  .small { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: 0.8rem; }
  .small svg { display: block; }
  polygon.active { fill: var(--active); } polygon.unstable { fill: var(--unstable); }
  polygon.inactive { fill: var(--inactive); }
  .legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 1.2rem; margin: 0.4rem 0; }
  .key { display: inline-block; width: 0.9rem; height: 0.9rem; border-radius: 3px; margin-right: 0.4rem;
    vertical-align: -0.1rem; }
  .key.active { background: var(--active); } .key.unstable { background: var(--unstable); }
  .key.inactive { background: var(--inactive); }
  .tiles { display: flex; flex-wrap: wrap; gap: 0.8rem 2.2rem; }
  .tiles div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
  .tiles dd { margin: 0; font-size: 1.6rem; font-variant-numeric: tabular-nums; order: 1; }
  .tiles dt { color: var(--soft); font-size: 0.85rem; font-weight: 400; order: 0; }
  pre { overflow-x: auto; padding: 0.8rem; border: 1px solid var(--line); border-radius: 6px; font-size: 0.85rem; }
  .facts td { overflow-wrap: anywhere; } .facts th { white-space: nowrap; vertical-align: top; }
  details { margin-top: 1.2rem; } summary { cursor: pointer; }
  \(seriesRules)
  """

private let seriesRules = (0..<seriesColours).map { index in
  "polyline.s\(index), path.s\(index) { stroke: var(--s\(index)); } "
    + "circle.s\(index), svg text.s\(index) { fill: var(--s\(index)); }"
}.joined(separator: "\n  ")

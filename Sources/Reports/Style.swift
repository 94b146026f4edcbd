/// The page's style sheet; colours follow the reader's preference for light or dark.
let reportStyle = """
  :root { color-scheme: light dark; --text: #1c2126; --page: #ffffff; --line: #d8dde3; --soft: #5b6570;
    --good: #23824d; --bad: #c0392b; --warning: #c98a1b; --neutral: #5b7fa6; }
  @media (prefers-color-scheme: dark) {
    :root { --text: #e4e8ec; --page: #15191d; --line: #333b43; --soft: #9aa5b0;
      --good: #4cb37c; --bad: #e5695c; --warning: #dfab4d; --neutral: #83a7ce; }
  }
  body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
  h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
  h2 { font-size: 1.15rem; margin-top: 2rem; }
  svg { width: 100%; max-width: 40rem; height: auto; font-size: 14px; }
  svg text { fill: var(--text); }
  svg line { stroke: var(--soft); stroke-dasharray: 3 3; }
  rect.good { fill: var(--good); } rect.bad { fill: var(--bad); }
  rect.warning { fill: var(--warning); } rect.neutral { fill: var(--neutral); }
  .scroll { overflow-x: auto; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.9rem; }
  th, td { text-align: left; padding: 0.25rem 0.6rem; border-bottom: 1px solid var(--line); }
  th { color: var(--soft); font-weight: 600; }
  .certified { color: var(--good); } .violated { color: var(--bad); }
  .undecided { color: var(--warning); } .misclassified { color: var(--neutral); }
  dt { font-weight: 600; } dd { margin: 0 0 0.5rem 1rem; }
  .digests { color: var(--soft); font-size: 0.8rem; overflow-wrap: anywhere; }
  """

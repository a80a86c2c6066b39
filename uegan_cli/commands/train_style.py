"""How the page of a run looks."""

STYLE = """
:root { color-scheme: light dark;
  --paper: #fcfbf9; --card: #ffffff; --ink: #23211e; --soft: #7b756c; --line: #e6e1d8; --accent: #b5532a; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #171614; --card: #1f1e1b; --ink: #e9e5de; --soft: #9a948a; --line: #34312c; --accent: #e58a5b; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 56px 24px 80px; }
.kicker { margin: 0; color: var(--accent); font-size: 13px; letter-spacing: .08em; text-transform: uppercase; }
h1 { margin: 2px 0 0; font-size: 46px; line-height: 1.15; letter-spacing: -.02em; overflow-wrap: anywhere; }
h2 { margin: 56px 0 16px; font-size: 20px; letter-spacing: -.01em; }
.status { margin: 4px 0 0; color: var(--soft); }
dl { display: flex; flex-wrap: wrap; gap: 12px 44px; margin: 28px 0; }
dd { margin: 0; font-size: 25px; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
dt { color: var(--soft); font-size: 13px; }
code, pre { font: 13.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.command { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; margin: 0; padding: 12px 16px; }
.command span { color: var(--soft); }
.command code { overflow-wrap: anywhere; user-select: all; }
img { display: block; width: 100%; min-width: 560px; height: auto; border-radius: 8px; }
details { margin: 8px 0; }
summary { cursor: pointer; color: var(--soft); padding: 2px 0; }
details[open] summary { margin-bottom: 8px; }
.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 16px; }
figure, .command, pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
figure { margin: 0; padding: 14px 16px 8px;
  display: flex; flex-direction: column; justify-content: space-between; }
figcaption { color: var(--soft); font-size: 13px; margin-bottom: 6px; }
figcaption b { display: block; color: var(--ink); font-size: 15px; font-weight: 600; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 10.5px; font-variant-numeric: tabular-nums; }
.grid { stroke: var(--line); }
.name { paint-order: stroke; stroke: var(--card); stroke-width: 3px; stroke-linejoin: round; }
.level { stroke: var(--soft); stroke-dasharray: 3 3; }
.curve, .faint { fill: none; stroke: var(--accent); stroke-width: 1.8; stroke-linejoin: round; }
.faint { stroke-width: 1; opacity: .3; }
.dot { fill: var(--accent); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 28px 6px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 500; white-space: nowrap; }
td { overflow-wrap: break-word; }
ul { padding-left: 20px; }
pre { overflow-x: auto; padding: 12px 16px; }
"""

"""The look of pages, light and dark; nothing comes from elsewhere."""

from __future__ import annotations

STYLE = """
:root { --ink: #1c2430; --dim: #5d6b7c; --paper: #fdfdfb; --line: #d9dee5; --accent: #1459a8; --good: #17703a;
  --bad: #b3261e; --unsure: #8a5a00; --panel: #f3f5f8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --dim: #9aa7b6; --paper: #14181d; --line: #323a45;
  --accent: #7fb5f5; --good: #6fcf97; --bad: #ff8a80; --unsure: #f0c060; --panel: #1d232b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 60rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
math { font-size: 1.1em; }
pre, code { font: .9rem/1.5 ui-monospace, monospace; }
pre { background: var(--panel); padding: .8rem; border-radius: .4rem; overflow-x: auto; }
.display { display: grid; grid-template-columns: max-content max-content 1fr; gap: .45rem .5rem; overflow: auto hidden;
  align-items: baseline; padding: .3rem 0 .6rem 1rem; }
.display > .left { text-align: right; } .display > .remark { color: var(--dim); padding-left: 1.5rem; }
details { margin: 1rem 0; } summary { cursor: pointer; color: var(--accent); }
.note { color: var(--dim); } figure { margin: 1rem 0; overflow-x: auto; } svg { max-width: 100%; height: auto; }
.verdict { border-left: .25rem solid var(--line); padding: .2rem 0 .2rem .8rem; margin: .9rem 0; }
.verdict.good { border-color: var(--good); } .verdict.bad { border-color: var(--bad); }
.verdict.unsure { border-color: var(--unsure); }
.word { font-weight: 600; } .good .word { color: var(--good); } .bad .word { color: var(--bad); }
.unsure .word { color: var(--unsure); } .place { color: var(--dim); font-size: .9rem; }
.graph text { fill: var(--ink); font: 13px system-ui, sans-serif; } .graph .dim { fill: var(--dim); font-size: 11px; }
.graph rect { fill: var(--panel); stroke: var(--line); } .graph .free rect { stroke: var(--accent); }
.graph path { stroke: var(--dim); fill: none; } .graph path.back { stroke: var(--accent); stroke-dasharray: 4 3; }
.graph .head { fill: var(--dim); } .graph .backhead { fill: var(--accent); } .graph .adjoint { fill: var(--accent); }
@media print { details > * { display: block; } body { max-width: none; } }
"""

"""How a report looks: one style sheet, light and dark by what the reader's screen prefers, and for paper."""

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--p:#fff;--i:#1b1f24;--m:#667080;--l:#dfe3e8;--a:#2563eb;--b:#9aa4b2;
--u:#15803d;--d:#b91c1c}
@media(prefers-color-scheme:dark){:root{--p:#12161c;--i:#e6e9ee;--m:#98a2b3;--l:#2b323c;--a:#7aa2ff;--b:#667080;
--u:#4ade80;--d:#f87171}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:960px;padding:24px 20px 60px;background:var(--p);color:var(--i);
font:14px/1.45 system-ui,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:22px;margin:0 0 4px;overflow-wrap:anywhere}h2{font-size:15px;margin:28px 0 6px}
p{margin:4px 0;color:var(--m)}code{font-size:12px;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));gap:8px 16px;margin:12px 0}
dt{color:var(--m);font-size:12px}dd{margin:0;overflow-wrap:anywhere}
ul{padding-left:18px;margin:6px 0}
.w{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:12px}
th,td{padding:3px 6px;text-align:right;white-space:nowrap;border-bottom:1px solid var(--l)}
th{color:var(--m);font-weight:500}th:first-child,td:first-child{text-align:left}
.up{color:var(--u)}.down{color:var(--d)}
.c{position:relative}.c i{position:absolute;inset:1px;border-radius:2px;opacity:var(--o)}
.c i.up{background:var(--u)}.c i.down{background:var(--d)}.c b{position:relative;font-weight:400}
svg{display:block;width:100%;height:auto}svg text{fill:var(--m);font-size:10px}
.t{text-anchor:middle}.h{text-anchor:end}.g{stroke:var(--l);stroke-width:.5}
.e,.s,.k{fill:none;stroke:var(--a);stroke-width:1.4}.k{stroke:var(--b)}.f{fill:none;stroke:var(--d);stroke-width:1.2}
rect.up,circle.up{fill:var(--u)}rect.down,circle.down{fill:var(--d)}rect.all{fill:var(--a)}circle{opacity:.6}
.scale input{margin:0 4px 0 12px}.log{display:none}
#log:checked~.lin{display:none}#log:checked~.log{display:block}
@media print{body{max-width:none;padding:0}.scale input,.scale label{display:none}h2{break-after:avoid}}
"""
